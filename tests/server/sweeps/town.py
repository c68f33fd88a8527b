"""Two firms that have one of everything, for the sweeps over all routes: what each path's {name} stands for, what a
form's field may hold, and a picture of a firm's rows.

A new route fails its sweep until its parameters stand in PLACES.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from beistand.billing.price_list import PriceList
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import exporting, running
from beistand.server.invoicing.issuing import Actor
from beistand.server.portal.access import Door
from beistand.server.portal.portal import doors
from beistand.server.recordings import RecordingFiles
from beistand.server.store import (
    accounts,
    cases,
    contracts,
    invoices,
    parties,
    passkeys,
    people,
    prices,
    recordings,
    sessions,
)
from beistand.server.store.database import new_id
from beistand.server.store.tables import ROLES, export_batch, metadata, organisation
from invoices.making import at
from invoices.world import ADDRESS, NOW, World
from server.conftest import Answer, Browser, House

WRITING = ("POST", "PUT", "PATCH", "DELETE")
# An open stream never ends; tests/server/test_api.py looks at it.
ENDLESS = frozenset({"/api/events"})
# Answers 409 for a session that is over, as the town's is.
RUNNING_ONLY = frozenset({"/api/sessions/{id}/colleagues"})
TYPESETTER = Typesetter()


@dataclass
class Firm:
    """One firm; `things` are the ids of what it has, by kind."""

    id: str
    secret: str
    people: dict[str, Browser]
    things: dict[str, str] = field(default_factory=dict)


# What the last {name} of a path's beginning stands for: a kind of `Firm.things`, or a fixed word after "=".
PLACES = {
    "/customers/{id}": "customer",
    "/customers/{id}/contacts/{contact}": "contact",
    "/cases/{id}": "case",
    "/contracts/{id}": "contract",
    "/contracts/{id}/beneficiaries/{party}": "customer",
    "/contracts/{id}/versions/{version}": "version",
    "/prices/lists/{id}": "price_list",
    "/prices/work/{id}": "service_type",
    "/sessions/{id}": "session",
    "/api/sessions/{id}": "session",
    "/api/sessions/{id}/recordings/{recording}": "recording",
    "/api/recordings/{id}": "recording",
    "/recordings/{id}": "recording",
    "/invoices/{id}": "invoice",
    "/invoices/{id}/{kind}": "=cii",
    "/invoices/exports/{id}": "export",
    "/receipt/{token}": "receipt_token",
    "/programs/{name}": "=Fernhilfe.exe",
    "/assets/{name}": "=style.css",
    "/console/{path:path}": "=index.html",
    "/setup/{token}": "=no-such-link",
    "/welcome/{token}": "=no-such-link",
    "/account/passkeys/{id}": "passkey",
    "/users/invitations/{id}": "invitation",
    "/users/{id}": "member",
}
# These open to whoever holds an unguessable or public name, of whatever firm.
OPEN_BY_NAME = frozenset({"receipt_token"})

# What a form's field holds when it is no reference to another thing; a field that is neither here nor in the source's
# names gets an id of the other firm.
PLAIN = {
    "name": "Neu",
    "email": "neu@neu.example",
    "password": "ein langer Satz mit Wörtern",
    "code": "123456",
    "reason": "weil es stimmt",
    "note": "notiert",
    "text": "getan",
    "title": "Titel",
    "case_title": "Fall",
    "period": "2026-11",
    "month": "2026-11",
    "step": "15",
    "minimum": "15",
    "grace": "0",
    "language": "de",
    "level": 2,
    "model": "time",
    "minutes": 5,
    "seconds": 60,
    "rate1": "96,00",
    "vat": "19",
    "price": "96,00",
    "domain": "neu.example",
    "phones": "",
    "phone": "+49 431 1",
    "colour": "#107040",
    "target": "linux",
    "valid_from": "2030-01-01",
    "valid_until": "",
    "starts_on": "2026-01-01",
    "ends_on": "",
    "from": "2026-01-01",
    "until": "",
    "last": "2026-12-31",
    "name_de": "Arbeit",
    "name_en": "Work",
    "role": "technician",
    "state": "",
    "rounding": "up",
    "scope": "",
    "kind": "used",
    "invoice_per": "period",
    "said_by": "Frau Neu",
    "data": {},
    "notice_sha256": "0" * 64,
    "is_yes": True,
    "is_here": True,
    "leads": True,
    "share": "A" * 43 + "=",
    "order_reference": "B-1",
    "answer": "yes",
    "table": "",
    "next": "",
    "to": "neu@neu.example",
    "service_type": "",
    "time": "0:10",
    "country": "DE",
    "number": "",
    "customer_name": "Frau Neu",
}
_FIELD = re.compile(r"(?:fields|body|entered|given)\b[^\"\n]{0,30}\"([a-z_0-9]{2,30})\"")


def doors_of(house: House) -> list[Door]:
    return doors(house.parts)


def path_of(door: Door, firm: Firm) -> str:
    """The door's path with the firm's own things in it. KeyError with a sentence for a new kind of path."""

    def filled(found: re.Match[str]) -> str:
        beginning = door.path[: found.end()]
        if beginning not in PLACES:
            raise KeyError(f"say in {__name__}.PLACES what {found[0]} of {door.path} is, so that the sweeps cover it")
        kind = PLACES[beginning]
        return kind[1:] if kind.startswith("=") else firm.things[kind]

    # A chunk of a recording says its number in the address.
    return re.sub(r"\{[^}]*\}", filled, door.path) + ("?n=0" if door.path.endswith("/chunks") else "")


def kinds_in(path: str) -> set[str]:
    """Which of a firm's things a path names."""
    found = (PLACES[path[: match.end()]] for match in re.finditer(r"\{[^}]*\}", path))
    return {kind for kind in found if not kind.startswith("=")}


def fields_of(door: Door, reference: str) -> dict[str, Any]:
    """A body that the door may take: plain fields as PLAIN has them, all others are `reference`."""
    module = inspect.getmodule(door.handler)
    assert module is not None
    sources = [inspect.getsource(module)]
    for value in vars(module).values():
        near = value if inspect.ismodule(value) else inspect.getmodule(value) if callable(value) else None
        if near is not None and near.__name__.startswith("beistand.server.portal") and near.__name__ in sys.modules:
            sources.append(inspect.getsource(near))
    names = sorted({name for source in sources for name in _FIELD.findall(source)} - {"csrf"})
    references = ("customer", "customer_id", "contract_id", "case_id", "partner", "person", "entry", "entry_1", "work")
    names = [*names, *(name for name in references if name not in names)][:36]
    given = {name: PLAIN.get(name, reference) for name in names}
    return given | {"name": "clicked"} if door.path.endswith("/facts") else given


async def knock(browser: Browser, house: House, door: Door, method: str, path: str, reference: str = "") -> Answer:
    """Goes through a door as our own pages do."""
    if method not in WRITING:
        return await browser.send(method, path, b"", {})
    given = fields_of(door, reference)
    if door.is_api:
        return await browser.post(path, given)
    token = next((value for name, value in browser.cookies.items() if name.endswith("beistand")), "")
    csrf = house.parts.keys.form_token(token) if token else ""
    if path == "/customers/import":
        return await _upload(browser, path, csrf)
    words = {name: value if isinstance(value, str) else str(value) for name, value in given.items()}
    body = urlencode({"csrf": csrf, **words}).encode()
    headers = {"origin": browser.origin, "content-type": "application/x-www-form-urlencoded"}
    return await browser.send(method, path, body, {**headers, "sec-fetch-site": "same-origin"})


async def _upload(browser: Browser, path: str, csrf: str) -> Answer:
    mark = "----sweep"
    parts = f'--{mark}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{csrf}\r\n'
    parts += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="k.csv"\r\n\r\n'
    parts += f"Name;Ort\nA;B\n\r\n--{mark}--\r\n"
    headers = {"origin": browser.origin, "content-type": f"multipart/form-data; boundary={mark}"}
    return await browser.send("POST", path, parts.encode(), {**headers, "sec-fetch-site": "same-origin"})


def picture(house: House, firm: Firm) -> dict[str, list[str]]:
    """Every row that belongs to the firm, but for sign-ins (which are touched by using them)."""

    def read(c: Any) -> dict[str, list[str]]:
        found = {"organisation": [str(c.execute(select(organisation).where(organisation.c.id == firm.id)).all())]}
        for table in metadata.sorted_tables:
            own = table.c.get("organisation_id")
            if own is not None and table.name != "sign_in_session":
                found[table.name] = sorted(str(tuple(row)) for row in c.execute(select(table).where(own == firm.id)))
        return found

    return house.parts.db.read_now(read)


def differing(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, list[str]]:
    """{table: rows that came or went}."""
    tables = before.keys() | after.keys()
    changed = {name: sorted(set(before.get(name, [])) ^ set(after.get(name, []))) for name in tables}
    return {name: rows for name, rows in changed.items() if rows}


async def make_firm(house: House, name: str, secret: str) -> Firm:
    """A firm with people, customers, contracts, prices, sessions, time, invoices and an export.

    `secret` stands in many of its fields; nobody of another firm may ever read it.
    """
    world = World(house.parts.db)
    db, id_ = house.parts.db, world.firm
    domain = f"{secret.lower()}.example"
    world.write(lambda c: accounts.change_organisation(c, id_, name=f"{name} {secret}", domain=domain))
    firm = Firm(id_, secret, {})
    for role in ROLES:
        firm.people[role] = await signed_in(house, firm, role)
    things = firm.things
    served = {**ADDRESS, "email": f"{secret.lower()}@kunde.example", "street": f"{secret}weg 1"}
    things["customer"] = world.party(f"Kunde {name}", **served)
    things["customer_name"] = f"Kunde {name}"
    world.write(lambda c: parties.add_contact(c, id_, things["customer"], {"name": f"Kontakt {secret}"}, NOW))
    things["contact"] = world.read(lambda c: parties.contacts(c, id_, things["customer"]))[0].id
    things["contract"] = world.contract(title=f"Vertrag {secret}", serves=(world.customer, things["customer"]))
    things["version"] = next(iter(world.read(lambda c: contracts.history(c, id_, things["contract"]))))
    things["service_type"] = world.write(lambda c: prices.add_service_type(c, id_, f"Arbeit {secret}", "Work", NOW))
    listed = PriceList({1: 9_600}, name=f"Preise {secret}")
    things["price_list"] = world.write(lambda c: prices.add_price_list(c, id_, prices.KeptList(listed, False), NOW))
    things["case"] = world.write(lambda c: cases.add_case(c, id_, things["customer"], f"Fall {secret}", NOW)).id
    things["entry"] = world.session(at(12, 8, 2), 67)
    things["user"] = world.people["Tina Technik"]
    await _people(house, firm)
    await _issued(house, world, firm)
    world.session(at(13, 8, 2), 20, approved=False)
    await _session(house, firm)
    assert db.read_now(lambda c: invoices.listed(c, id_))
    return firm


async def _people(house: House, firm: Firm) -> None:
    """A colleague whose browser nobody of the sweeps uses, their passkey, and an open invitation."""
    firm.things["member"] = member = await house.person(firm.id, f"kollege@{firm.secret.lower()}.example")
    key = passkeys.Passkey(f"key-{new_id(at_us(house))}", firm.id, member, f"Laptop {firm.secret}", b"x", 0, (), 1, 0)
    house.parts.db.write_now(lambda c: passkeys.add_passkey(c, key))
    firm.things["passkey"] = key.id
    guest, at = people.Guest("billing", f"Gast {firm.secret}", seconds=604_800), at_us(house)
    made = house.parts.db.write_now(lambda c: people.invite(c, firm.id, secrets.token_urlsafe(24), guest, member, at))
    firm.things["invitation"] = made


async def _issued(house: House, world: World, firm: Firm) -> None:
    by = Actor(None, NOW, running.today(NOW))
    period = running.period_of("2026-11")
    plan = world.read(lambda c: running.plan(c, firm.id, period, NOW))
    report = running.execute(house.parts.db, firm.id, plan, TYPESETTER, by, "sweep")
    assert not report.failed
    firm.things["invoice"] = report.issued[0]
    data = world.read(lambda c: running.seller_of(c, firm.id))
    world.write(lambda c: exporting.export(c, firm.id, "csv", period, data, by))
    own = select(export_batch.c.id).where(export_batch.c.organisation_id == firm.id)
    firm.things["export"] = world.read(lambda c: c.execute(own).scalar_one())


async def _session(house: House, firm: Firm) -> None:
    """A session of the firm's technician that ran and is over, with its receipt."""
    tina = firm.people["technician"]
    made = await tina.post("/api/sessions", {"customer_name": f"Frau {firm.secret}", "level": 2})
    assert made.status == 201, made.text
    id_ = firm.things["session"] = str(made.json["id"])
    token = firm.things["receipt_token"] = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    log = house.parts.log
    log.record(id_, "server", "confirmed", {"detail": "technician"})
    log.record(id_, "customer", "receipt", {"token_sha256": digest})
    log.record(id_, "customer", "consent", {"level": 2, "charge": 0, "notice": "", "way": 1})
    house.clock.pass_seconds(125)
    log.record(id_, "technician", "note", {"text": firm.secret})
    log.record(id_, "customer", "ended", {"by": "customer"})
    log.record(id_, "server", "closed", {"detail": "ended"})
    await log.settled()
    db, user = (
        house.parts.db,
        house.parts.db.read_now(lambda c: accounts.signed_in_user(c, cookie_of(tina), at_us(house))),
    )
    assert user is not None
    recording = db.write_now(lambda c: recordings.begin(c, firm.id, id_, user.id, at_us(house)))
    size = RecordingFiles(house.parts.settings.data).append(firm.id, recording, 0, b"sealed")
    db.write_now(lambda c: recordings.grow(c, firm.id, recording, 1, size))
    firm.things["recording"] = recording
    found = house.parts.db.read_now(lambda c: sessions.get_session(c, firm.id, id_))
    assert found is not None


def cookie_of(browser: Browser) -> str:
    return next(value for name, value in browser.cookies.items() if name.endswith("beistand"))


def at_us(house: House) -> int:
    return house.clock.utc_us


async def signed_in(house: House, firm: Firm, role: str) -> Browser:
    """A browser of a new person of the firm; without the forms, which have their own tests."""
    at_us, token = house.clock.utc_us, secrets.token_urlsafe(32)
    id_ = new_id(at_us)
    email = f"{role}-{id_}@{firm.secret.lower()}.example"
    row = {"id": id_, "email": email, "name": f"{role} {firm.secret}", "role": role}
    row |= {"password_hash": "x", "totp_sealed": house.parts.keys.seal("A" * 16, id_)}

    def make(c: Any) -> None:
        accounts.add_user(c, firm.id, row, at_us)
        accounts.start_sign_in(c, firm.id, id_, token, at_us)

    house.parts.db.write_now(make)
    browser = house.browser()
    browser.cookies[house.parts.cookie] = token
    return browser


def visits(house: House, firm: Firm, wanted: Callable[[Door, str], bool]) -> Iterator[tuple[Door, str, str]]:
    """(door, method, path with the firm's things) of every route that `wanted` takes; reading first, sign-outs last."""
    found = [(door, method) for door in doors_of(house) for method in door.methods if door.path not in ENDLESS]
    found.sort(key=lambda route: (route[0].path.endswith("sign-out"), route[1] in WRITING))
    for door, method in found:
        if wanted(door, method):
            yield door, method, path_of(door, firm)
