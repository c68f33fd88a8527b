"""A bookkeeper with the printed letter and a pencil: in every model each sum follows to the cent from what is printed.

Nothing of the product computes here: the text of the PDF is read line by line, and the rules are those printed on it.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

import pytest

from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import running
from beistand.server.invoicing.issuing import Actor
from beistand.server.invoicing.running import period_of
from beistand.server.store import invoices, time_words
from invoices.making import at
from invoices.test_run import VERSION
from invoices.world import ADDRESS, NOW, World

BY = Actor(None, NOW, date(2026, 12, 1))
DEAR = replace(
    VERSION, rates_cents={1: 9999, 2: 13_250}, surcharges_bp={"evening": 2500, "saturday": 3333}, discount_bp=250
)
MODELS = {
    "time": DEAR,
    "flat": replace(DEAR, model="flat", flat_cents=24_900),
    "flat_with_quota": replace(
        DEAR, model="flat_with_quota", flat_cents=24_900, included_minutes=70, carry_cap_minutes=30
    ),
    "prepaid_block": replace(DEAR, model="prepaid_block", block_minutes=61, block_cents=12_345),
}


def half_up(value: Fraction) -> int:
    """To the whole cent, away from zero at the half."""
    return int(abs(value) + Fraction(1, 2)) * (1 if value >= 0 else -1)


def cents(text: str) -> int:
    """ "1.234,56" (with a minus sign of print) as cents."""
    sign = -1 if text.startswith("−") else 1
    return sign * int(text.lstrip("−").replace(".", "").replace(",", ""))


def percent(text: str) -> Fraction:
    return Fraction(text.replace(",", ".")) / 100


def seconds(text: str) -> int:
    hours, minutes, rest = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + rest


MONEY = r"(−?[\d.]+,\d\d) €"
LINE = re.compile(rf"^(\d+)\s{{2,}}(.+?)\s{{2,}}(\d+)(?: (min|Monat))?\s{{2,}}{MONEY}( / Std\.)?\s{{2,}}{MONEY}$")
WORK = re.compile(r"^\d\d\.\d\d\.\d{4}\s.*\s(\d+:\d\d:\d\d)\s+(–|\d+:\d\d:\d\d)$")
STEPS = re.compile(r"Zu berechnen (\d+:\d\d:\d\d) · je angefangene (\d+) min, mindestens (\d+) min · ergibt (\d+) min")
INCLUDED = re.compile(r"davon enthalten (\d+) min.*, bleiben (\d+) min")
SPLIT = re.compile(r"(Normal|Abend|Nacht|Samstag|Sonn- und Feiertag) (\d+:\d\d:\d\d) = (\d+) min")
BAND = re.compile(
    rf"^(Normal|Abend|Nacht|Samstag|Sonn- und Feiertag)\s+(\d+:\d\d:\d\d)\s+(\d+)\s+{MONEY}\s+(?:(–)|([\d,]+) %)"
    rf"\s+{MONEY}\s+(?:(–)|([\d,]+) %)\s+{MONEY}$"
)
PART = re.compile(rf"(\d+) von (\d+) Tagen zu {MONEY} im Monat")
DISCOUNT = re.compile(rf"^Rabatt ([\d,]+) %: {MONEY}$")


@dataclass
class Group:
    """What the time sheet prints about works that are rounded together."""

    net: list[int] = field(default_factory=list)
    steps: str = ""
    bands: list[re.Match[str]] = field(default_factory=list)


def printed(pdf: bytes) -> list[str]:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    text = done.stdout.decode().replace("\u202f", " ").replace("\u00a0", " ")
    return [line.strip() for line in text.splitlines() if line.strip()]


def groups_of(sheet: list[str]) -> list[Group]:
    found: list[Group] = []
    for number, line in enumerate(sheet):
        if line.startswith("Fernhilfe am "):
            found.append(Group())
        elif (work := WORK.match(line)) and found:
            found[-1].net.append(seconds(work[1]) - (0 if work[2] == "–" else seconds(work[2])))
        elif line.startswith("Zu berechnen"):
            found[-1].steps = " ".join(sheet[number : number + 3]).partition(" Tarif ")[0]
        elif band := BAND.match(line):
            found[-1].bands.append(band)
    return found


def sum_of(group: Group) -> int:
    """The group's net cents, by the rules that stand on the sheet."""
    told = STEPS.search(group.steps)
    assert told, group.steps
    charged, (step, least, minutes) = seconds(told[1]), map(int, told.groups()[1:])
    assert charged == sum(group.net)
    assert minutes == max(least, -(-charged // (60 * step)) * step)
    split = [(band, seconds(time), int(part)) for band, time, part in SPLIT.findall(group.steps)]
    if not INCLUDED.search(group.steps):
        split = [(row[1], seconds(row[2]), int(row[3])) for row in group.bands]
    elif not split:  # all in one tariff
        split = [(group.bands[0][1], seconds(group.bands[0][2]), minutes)] if group.bands else []
    if split:
        shares = [Fraction(minutes * time, sum(time for _b, time, _p in split)) for _b, time, _p in split]
        parts = [int(share) for share in shares]
        for at_ in sorted(range(len(parts)), key=lambda n: (parts[n] - shares[n], n))[: minutes - sum(parts)]:
            parts[at_] += 1
        assert parts == [part for _band, _time, part in split]
    free = INCLUDED.search(group.steps)
    rest, left = int(free[1]) if free else 0, []
    assert not free or int(free[2]) == minutes - rest
    for band, time, part in split:
        gone = min(rest, part)
        rest -= gone
        if part > gone:
            left.append((band, time, part - gone))
    assert left == [(row[1], seconds(row[2]), int(row[3])) for row in group.bands]
    return sum(price(row) for row in group.bands)


def price(row: re.Match[str]) -> int:
    minutes, rate, unit, net = int(row[3]), cents(row[4]), cents(row[7]), cents(row[10])
    surcharge, discount = (percent(row[n]) if row[n] else Fraction(0) for n in (6, 9))
    assert unit == half_up(rate * (1 + surcharge))
    gross = half_up(Fraction(unit * minutes, 60))
    assert net == gross - half_up(gross * discount)
    return net


def recomputed(lines: list[str]) -> tuple[int, int]:
    """(net, gross) in cents of the letter, after every figure on it was computed again."""
    cut = next(n for n, line in enumerate(lines) if line.startswith("Zeitnachweis zur Rechnung"))
    letter, sheet = lines[:cut], lines[cut:]
    net = worked = flats = 0
    for number, line in enumerate(letter):
        told = LINE.match(line)
        if told is None:
            continue
        more = letter[number + 1 : number + 5]
        quantity, unit, amount = int(told[3]), cents(told[5]), cents(told[7])
        before = half_up(Fraction(unit * quantity, 60 if told[6] else 1))
        off = next((DISCOUNT.match(each) for each in more if DISCOUNT.match(each)), None) if told[6] else None
        if off:
            assert cents(off[2]) == -half_up(before * percent(off[1]))
            before += cents(off[2])
        part = next((PART.search(each) for each in more if PART.search(each)), None)
        if part:
            assert unit == half_up(Fraction(cents(part[3]) * int(part[1]), int(part[2])))
        assert amount == before, line
        net += amount
        worked, flats = (worked + amount, flats) if told[6] else (worked, flats + amount)
    told_sheet = cents(re.search(rf"Summe des Zeitnachweises netto: {MONEY}", " ".join(sheet))[1])  # type: ignore[index]
    assert sum(map(sum_of, groups_of(sheet))) == told_sheet == worked
    text = " ".join(letter)
    assert cents(re.search(rf"Summe netto {MONEY}", " ".join(text.split()))[1]) == net  # type: ignore[index]
    taxes = [
        (percent(rate), cents(base), cents(tax))
        for rate, base, tax in re.findall(rf"Umsatzsteuer ([\d,]+) % auf {MONEY} {MONEY}", " ".join(text.split()))
    ]
    assert sum(base for _rate, base, _tax in taxes) == net
    assert all(tax == half_up(base * rate) for rate, base, tax in taxes)
    gross = net + sum(tax for _rate, _base, tax in taxes)
    assert cents(re.search(rf"Rechnungsbetrag {MONEY}", " ".join(text.split()))[1]) == gross  # type: ignore[index]
    return net, gross


@pytest.fixture
def world(db):
    return World(db)


@pytest.mark.parametrize("model", list(MODELS))
def test_every_sum_follows_to_the_cent_from_what_is_printed(world, model):
    """Two technicians, a pause, an evening that begins within, goodwill, a contract that begins within the month."""
    theo = world.person("Theo Zwei")
    partner = world.party("Partner", **ADDRESS)
    late = {"starts_on": date(2026, 11, 10)} if model.startswith("flat") else {}
    version = replace(MODELS[model], valid_from=late.get("starts_on", date(2026, 1, 1)))
    world.contract(version, partner=partner, serves=(world.customer,), **late)
    world.session(at(12, 16, 40), 45, stops=((300, 600),))
    generous = world.session(at(14, 9), 67, approved=False)
    said = time_words.Said(theo, NOW, "eigener Fehler")
    world.write(lambda c: time_words.give_away(c, world.firm, generous, 900, said))
    world.write(lambda c: time_words.decide_goodwill(c, world.firm, generous, True, said))
    world.write(lambda c: time_words.approve(c, world.firm, [generous], True, said))
    world.session(at(14, 9, 5), 20, technician="Theo Zwei")
    world.session(at(20, 15, 57), 7)
    plan = world.read(lambda c: running.plan(c, world.firm, period_of("2026-11"), NOW))
    assert (plan.waiting, plan.questions) == (0, ())
    report = running.execute(world.db, world.firm, plan, Typesetter(), BY, "Ida")
    (id_,) = report.issued
    kept = world.read(lambda c: invoices.get(c, world.firm, id_))
    files = world.read(lambda c: invoices.files_of(c, world.firm, id_))
    lines = printed(next(file.content for file in files if file.media_type == "application/pdf"))
    assert recomputed(lines) == (kept.net_cents, kept.gross_cents)
    assert len(groups_of(lines)) == 4
