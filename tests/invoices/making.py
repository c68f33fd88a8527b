"""Invoices for the tests: one plain, and as many odd ones as asked for, the same ones each time."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from beistand.billing.invoice import (
    VAT_KEYS,
    Buyer,
    Document,
    Line,
    Seller,
    cancel,
    correct,
    minutes_line,
    totals,
)
from beistand.billing.minutes import Terms
from beistand.billing.money import times
from beistand.billing.timesheet import Group, Priced, Quota, TimeSheet, Worked

SELLER = Seller(
    name="Muster IT-Service GmbH",
    street="Hafenstraße 1",
    postcode="24103",
    city="Kiel",
    vat_id="DE123456789",
    tax_number="20/123/45678",
    contact_name="Ida Buch",
    phone="+49 431 123456",
    email="rechnung@muster.example",
    website="www.muster.example",
    iban="DE02120300000000202051",
    bic="BYLADEM1001",
    bank="Deutsche Kreditbank",
    register="HRB 1234, Amtsgericht Kiel",
    managers="Geschäftsführer: Max Muster",
)
BUYER = Buyer(
    name="Partner & Söhne AG",
    street="Weg 2",
    postcode="20095",
    city="Hamburg",
    number="K-1001",
    contact_name="Frau Öztürk",
    vat_id="DE987654321",
    email="rechnung@partner.example",
)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
PLAIN = Document(
    kind="invoice",
    number="RE-2026-0001",
    issued=date(2026, 12, 1),
    due=date(2026, 12, 15),
    seller=SELLER,
    buyer=BUYER,
    lines=(
        minutes_line("Fernhilfe", 75, 9600, details="12.11.2026, T. Technik"),
        minutes_line("Fernhilfe abends", 30, 12000, discount_bp=1000, discount_cents=600),
        Line("Servicevertrag Premium, November 2026", 1, 24900, "MON"),
        Line("Kulanz 15 Minuten: eigenes Versehen", 1, 0),
    ),
    starts=NOVEMBER[0],
    ends=NOVEMBER[1],
    contract_number="V-2026-7",
)


def odd_documents(count: int) -> list[Document]:
    """Documents of every mode and kind with 1 to 60 lines and odd cents; always the same ones."""
    chance = random.Random(20261201)
    return [_odd(number, chance) for number in range(count)]


def _odd(number: int, chance: random.Random) -> Document:
    mode = list(VAT_KEYS)[number % 4]
    seller = replace(SELLER, is_small_business=mode == "small_business")
    if chance.random() < 0.3:
        seller = replace(seller, bic="", website="", managers="", register="", tax_number="")
    buyer = replace(
        BUYER, name=f"Käufer <{number}> & Co. “Süd”", reference=chance.choice(["", "04011000-1234512345-06"])
    )
    if mode == "reverse_charge":
        buyer = replace(buyer, country="AT", vat_id="ATU12345678", postcode="1010", city="Wien")
    elif chance.random() < 0.3:
        buyer = replace(buyer, vat_id="", number="", contact_name="", is_consumer=True)
    lines = tuple(_line(mode, at, chance) for at in range(chance.randint(1, 60)))
    issued = date(2026, 12, 1) + timedelta(days=number % 28)
    made = replace(
        PLAIN,
        number=f"RE-2026-{number:04d}",
        issued=issued,
        due=issued + timedelta(days=14),
        seller=seller,
        buyer=buyer,
        lines=lines,
        language="en" if number % 5 == 0 else "de",
        contract_number=chance.choice(["", "V-7"]),
    )
    if number % 10 == 8:
        return cancel(made, f"ST-2026-{number:04d}", issued)
    if number % 10 == 9:
        return _correction(made, number)
    return made


def _correction(made: Document, number: int) -> Document:
    rest = {key: net for key, (net, _tax) in totals(made).by_rate.items()}
    priced = next((line for line in made.lines if line.net_cents > 0 and not line.discount_cents), None)
    if priced is None:
        return cancel(made, f"ST-2026-{number:04d}", made.issued)
    return correct(made, f"RK-2026-{number:04d}", made.issued, [priced], rest)


def _line(mode: str, at: int, chance: random.Random) -> Line:
    key = VAT_KEYS[mode]
    if mode == "standard" and chance.random() < 0.2:
        key = VAT_KEYS["reduced"]
    day = NOVEMBER[0] + timedelta(days=chance.randrange(30))
    if chance.random() < 0.15:
        return Line(f"Pauschale {at}", 1, chance.randint(1, 99_999), "MON", vat_key=key)
    if chance.random() < 0.1:
        return Line("Kulanz 15 Minuten: eigenes Versehen", 1, 0, vat_key=key)
    minutes, price = chance.choice([1, 7, 15, 20, 45, 50, 75, 600]), chance.randint(1, 19_999)
    line = minutes_line(
        f"Fernhilfe {at}", minutes, price, vat_key=key, details="Sätze & <Zeichen>", starts=day, ends=day
    )
    if chance.random() < 0.3:
        bp = chance.randint(1, 5000)
        line = replace(line, discount_bp=bp, discount_cents=times(line.before_cents, bp, 10_000))
    return line


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant of November 2026 in UTC."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


SHEET = TimeSheet(
    (
        Group(
            "",
            (
                Worked(
                    "e1",
                    "s1",
                    at(12, 8, 2),
                    at(12, 9, 9),
                    "Tina Technik",
                    "Bäckerei Schmidt",
                    "Drucker eingerichtet",
                    4020,
                    900,
                    "eigenes Versehen beim Treiber",
                ),
            ),
            Terms(),
            "Europe/Berlin",
            "V-2026-7",
            minutes=60,
            priced=(Priced("normal", 4020, 60, 9600, 0, 9600, 0, 0, 9600),),
        ),
        Group(
            "",
            (
                Worked(
                    "e2",
                    "s2",
                    at(13, 16, 40),
                    at(13, 17, 25),
                    "Tina Technik",
                    "Bäckerei Schmidt",
                    "E-Mail #strong[]",
                    2700,
                ),
            ),
            Terms(15, 15, 60, "up"),
            "Europe/Berlin",
            consented=at(13, 16, 39, 12),
            channel="screen",
            minutes=45,
            from_month=15,
            priced=(
                Priced("normal", 1200, 5, 9600, 0, 9600, 0, 0, 800),
                Priced("evening", 1500, 25, 9600, 2500, 12000, 1000, 500, 4500),
            ),
        ),
    ),
    (Quota("V-2026-7", 300, 60, 75, 0, 120),),
)
