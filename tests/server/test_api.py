"""The console's JSON API: customers, sessions with their price, facts, events; described by openapi.json."""

import asyncio
import json
from datetime import date
from typing import Any

import pytest

from beistand.billing.contract import Beneficiary, ContractVersion
from beistand.server.clock import Stamp, elapsed_us
from beistand.server.portal.portal import doors
from beistand.server.store import accounts, contracts, prices

TINA = "tina@muster.example"


@pytest.fixture
async def home(house: Any) -> Any:
    house.id = house.firm()
    await house.person(house.id, TINA)
    house.tina = await house.signed_in(TINA)
    return house


def cover(home: Any, partner: str, served: str, **values: Any) -> str:
    """A contract from 1 January 2026 by which `partner` pays for `served`; gives its id."""

    def keep(connection: Any) -> str:
        starts = {"partner_id": partner, "starts_on": date(2026, 1, 1)}
        id_ = contracts.add_contract(connection, home.id, starts, home.clock.utc_us)
        version = ContractVersion("", date(2026, 1, 1), rates_cents={1: 9600}, **values)
        contracts.add_version(connection, home.id, id_, version, ("Olga", "", home.clock.utc_us))
        contracts.add_beneficiary(connection, home.id, id_, Beneficiary(served), home.clock.utc_us)
        return id_

    return home.parts.db.write_now(keep)


def terms(home: Any, **values: object) -> None:
    home.parts.db.write_now(lambda c: accounts.change_organisation(c, home.id, **values))


async def begin(home: Any, **body: object) -> Any:
    answer = await home.tina.post("/api/sessions", {"customer_name": "Frau Muster", "level": 2, **body})
    assert answer.status == 201, answer.text
    return answer.json


async def test_openapi_covers_every_route_and_nothing_else(home: Any) -> None:
    document = (await home.browser().get("/api/openapi.json")).json
    described = {f"{m.upper()} {p}" for p, methods in document["paths"].items() for m in methods}
    assert described == {f"{m} {d.path}" for d in doors(home.parts) if d.is_api for m in d.methods}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            door = next(d for d in doors(home.parts) if d.path == path and method.upper() in d.methods)
            assert (operation.get("security") == []) == (door.roles == frozenset({"public"})), path


async def test_openapi_points_to_nothing_that_is_missing(home: Any) -> None:
    document = (await home.browser().get("/api/openapi.json")).json

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                place = document
                for name in value["$ref"].removeprefix("#/").split("/"):
                    place = place[name]
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(document)


def fits(document: Any, schema: Any, value: Any) -> bool:
    """Enough of JSON Schema for our own answers: types, required, no surprise fields."""
    if "$ref" in schema:
        return fits(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], value)
    if "enum" in schema:
        return value in schema["enum"]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    types = {"string": str, "boolean": bool, "integer": int, "object": dict, "array": list, "null": type(None)}
    if not any(type(value) is types[kind] for kind in kinds):
        return False
    if isinstance(value, list):
        return all(fits(document, schema["items"], item) for item in value)
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        return set(schema["required"]) <= set(value) <= set(known) and all(
            fits(document, known[name], item) for name, item in value.items()
        )
    return True


async def test_answers_fit_their_description(home: Any) -> None:
    document = (await home.browser().get("/api/openapi.json")).json
    made = await home.tina.post("/api/customers", {"name": "Muster GmbH"})
    opened = await home.tina.post("/api/sessions", {"customer_id": made.json["id"]})
    await home.parts.log.settled()
    id_ = opened.json["id"]
    for method, path, answer in (
        ("post", "/api/customers", made),
        ("post", "/api/sessions", opened),
        ("get", "/api/customers", await home.tina.get("/api/customers")),
        ("get", "/api/sessions", await home.tina.get("/api/sessions")),
        ("get", "/api/sessions/{id}", await home.tina.get(f"/api/sessions/{id_}")),
        ("get", "/api/me", await home.tina.get("/api/me")),
    ):
        content = document["paths"][path][method]["responses"][str(answer.status)]["content"]
        assert fits(document, content["application/json"]["schema"], answer.json), (method, path)
        assert answer.json


async def test_a_session_gets_a_room_and_everything_the_console_needs(home: Any) -> None:
    opened = await begin(home)
    assert home.rooms.made == [(opened["id"], "http://localhost:8800", home.id, 600)]
    assert (opened["nameplate"], opened["ticket"]) == ("001", "ticket-1")
    assert opened["relay_url"] == "ws://localhost:8800/relay"
    assert opened["expires_seconds"] == 600
    ident = json.loads(opened["ident"])
    now = home.clock.utc_us // 1_000_000
    assert ident == {
        "company": "Muster IT",
        "technician": "Tina Technik",
        "domain": "muster.example",
        "issued": now,
        "expires": now + 900,
        "organisation": home.id,
    }
    await home.parts.log.settled()
    session = (await home.tina.get(f"/api/sessions/{opened['id']}")).json
    assert session["state"] == "waiting"
    assert [fact["name"] for fact in session["facts"]] == ["created"]


async def test_a_contract_covers(home: Any) -> None:
    terms(home, price_cents_per_hour=9600)
    customer = (await home.tina.post("/api/customers", {"name": "Kunde GmbH"})).json
    partner = (await home.tina.post("/api/customers", {"name": "Partner AG"})).json
    cover(home, partner["id"], customer["id"])
    opened = await begin(home, customer_id=customer["id"])
    sentence = "Covered by contract 1001, partner Partner AG pays."
    told = {"is_chargeable": False, "notice": "", "covered_by": "Partner AG"}
    assert opened["coverage"] == told | {"contract_number": "1001", "sentence": sentence, "until_seconds": None}


async def test_without_contract_the_exact_notice_is_made_and_kept(home: Any) -> None:
    terms(home, price_cents_per_hour=9600)
    opened = await begin(home)
    assert opened["coverage"]["is_chargeable"] is True
    assert opened["coverage"]["notice"] == (
        "Kostenpflichtige Hilfe. Grund: kein Servicevertrag. Preis: 114,24 € je Stunde inkl. 19 % USt., "
        "je angefangene 15 Minuten, mindestens 15 Minuten. Rechnung an: Frau Muster."
    )
    kept = (await home.tina.get(f"/api/sessions/{opened['id']}")).json
    assert kept["coverage"].items() <= opened["coverage"].items()


async def test_an_unknown_caller_is_a_consumer_until_they_say_that_they_are_a_business(home: Any) -> None:
    """§ 3 PAngV: a consumer is told the whole price, a business the net one, also in the middle of the session."""
    terms(home, price_cents_per_hour=9600)
    preview = (await home.tina.post("/api/coverage", {"customer_name": "Muster", "is_business": True})).json
    opened = await begin(home, customer_name="Muster", is_business=True)
    assert preview["notice"] == opened["coverage"]["notice"]
    assert "96,00 € je Stunde zzgl. 19 % USt." in opened["coverage"]["notice"]
    assert (opened["terms"]["is_gross"], (await begin(home))["terms"]["is_gross"]) == (False, True)
    person = (await home.tina.post("/api/customers", {"name": "Ann", "kind": "person"})).json
    assert (await begin(home, customer_id=person["id"], is_business=True))["terms"]["is_gross"] is True


async def test_a_consumer_sees_gross_prices_in_their_language(home: Any) -> None:
    terms(home, price_cents_per_hour=9999, vat_bp=750, step_minutes=5, minimum_minutes=10)
    person = (await home.tina.post("/api/customers", {"name": "Ann", "kind": "person", "language": "en"})).json
    opened = await begin(home, customer_id=person["id"], customer_name="")
    # 99.99 x 1.075 = 107.48925, rounded half up
    assert opened["coverage"]["notice"] == (
        "Chargeable help. Reason: no service contract. Price: €107.49 per hour incl. 7.5 % VAT, "
        "per started 5 minutes, at least 10 minutes. Invoice to: Ann."
    )


async def test_without_a_price_help_is_goodwill_and_never_chargeable(home: Any) -> None:
    opened = (await begin(home))["coverage"]
    assert (opened["is_chargeable"], opened["notice"], opened["covered_by"]) == (False, "", "")
    assert opened["sentence"].startswith("Goodwill: kein Servicevertrag, and no price is set.")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"customer_name": ""}, 422, "customer_name"),
        ({"customer_name": "\u202e\x07"}, 422, "customer_name"),
        ({"customer_name": 7}, 422, "customer_name"),
        ({"customer_name": "x" * 201}, 422, "customer_name"),
        ({"level": 3}, 422, "level"),
        ({"level": True}, 422, "level"),
        ({"level": [1]}, 422, "level"),
        ({"language": "fr"}, 422, "language"),
        ({"customer_id": 5}, 422, "customer_id"),
        ({"customer_id": "nobody"}, 404, "not_found"),
        ({"is_business": 1}, 422, "is_business"),
    ],
)
async def test_wrong_sessions_are_refused_by_the_name_of_the_field(
    home: Any, body: dict[str, object], status: int, code: str
) -> None:
    answer = await home.tina.post("/api/sessions", {"customer_name": "x"} | body)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert home.rooms.made == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": " "},
        {"name": 1},
        {"name": "x", "email": "x"},
        {"name": "x", "kind": "dog"},
        {"name": "x", "has_contract": True},
        {"name": "x", "vat_id": "DE136695977"},
        {"name": "x", "vat_mode": "reverse_charge"},
    ],
)
async def test_wrong_customers_are_refused(home: Any, body: dict[str, object]) -> None:
    assert (await home.tina.post("/api/customers", body)).status == 422
    assert (await home.tina.get("/api/customers")).json == []


async def test_s36_hostile_names_are_cleaned_and_shown_as_text(home: Any) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e\x1b[31m\n\t Evil"
    made = (await home.tina.post("/api/customers", {"name": hostile, "city": hostile})).json
    assert made["name"] == "<img src=x onerror=alert(1)>[31m Evil"
    page = await home.tina.get("/customers")
    assert "<img" not in page.text
    assert "&lt;img" in page.text


async def test_customers_are_found_by_a_part_of_name_email_or_phone(home: Any) -> None:
    for body in ({"name": "Zoo", "phone": "0431 77"}, {"name": "Amsel", "email": "a@zoo.example"}, {"name": "Bär"}):
        assert (await home.tina.post("/api/customers", body)).status == 201
    names = [c["name"] for c in (await home.tina.get("/api/customers?q=ZOO")).json]
    assert names == ["Amsel", "Zoo"]
    assert [c["name"] for c in (await home.tina.get("/api/customers?q=431")).json] == ["Zoo"]
    assert len((await home.tina.get("/api/customers")).json) == 3


async def test_a_relay_that_is_full_says_so(home: Any) -> None:
    def full(*_: object) -> None:
        raise OverflowError("The relay has no room left: try again in a few minutes.")

    home.rooms.create_room = full
    answer = await home.tina.post("/api/sessions", {"customer_name": "x"})
    assert (answer.status, answer.json["code"]) == (503, "full")
    await home.parts.log.settled()
    assert [s["state"] for s in (await home.tina.get("/api/sessions")).json] == ["ended"]


async def test_state_and_minutes_follow_the_facts(home: Any) -> None:
    id_ = (await begin(home))["id"]
    log, states = home.parts.log, []
    for role, name, data in (
        ("server", "joined", {"detail": "customer"}),
        ("server", "confirmed", {"detail": ""}),
        ("customer", "consent", {"level": 2, "notice": ""}),
        ("customer", "pause", {}),
        ("customer", "go_on", {}),
        ("server", "interrupted", {"detail": "customer"}),
        ("server", "back", {"detail": "customer"}),
        ("customer", "ended", {"by": "customer", "why": "stop_sign"}),
    ):
        log.record(id_, role, name, data)
        home.clock.pass_seconds(61)
        await log.settled()
        states.append((await home.tina.get(f"/api/sessions/{id_}")).json["state"])
    assert states == ["joined", "confirmed", "running", "paused", "running", "interrupted", "running", "ended"]
    session = (await home.tina.get(f"/api/sessions/{id_}")).json
    assert (session["seconds"], session["minutes"]) == (305, 5)
    assert session["facts"][3]["data"] == {"level": 2, "notice": ""}


async def test_a_technician_cannot_consent_for_the_customer(home: Any) -> None:
    id_ = (await begin(home))["id"]
    home.parts.log.record(id_, "server", "confirmed", {"detail": ""})
    assert (await home.tina.post(f"/api/sessions/{id_}/facts", {"name": "consent", "data": {"level": 2}})).status == 202
    await home.parts.log.settled()
    session = (await home.tina.get(f"/api/sessions/{id_}")).json
    assert (session["state"], session["started"]) == ("confirmed", None)


async def test_a_session_that_nobody_ended_does_not_wait_for_ever(home: Any) -> None:
    id_ = (await begin(home))["id"]
    home.clock.pass_seconds(16 * 60)
    assert (await home.tina.get(f"/api/sessions/{id_}")).json["state"] == "ended"


async def test_a_note_and_a_fact_are_kept(home: Any) -> None:
    id_ = (await begin(home))["id"]
    firm = home.parts.db.read_now(accounts.organisations)[0].id
    kind = home.parts.db.write_now(lambda c: prices.add_service_type(c, firm, "Drucker", "Printer", 1))
    note = {"text": "Drucker\neingerichtet", "service_type": kind}
    refused = await home.tina.post(f"/api/sessions/{id_}/note", {**note, "service_type": "printer"})
    assert (refused.status, refused.json["code"]) == (422, "service_type")
    assert (await home.tina.post(f"/api/sessions/{id_}/note", note)).status == 200
    fact = {"name": "control_on", "data": {"ms": 5, "is_first": True, "why": "x"}}
    assert (await home.tina.post(f"/api/sessions/{id_}/facts", fact)).status == 202
    await home.parts.log.settled()
    session = (await home.tina.get(f"/api/sessions/{id_}")).json
    assert (session["note"], session["service_type"]) == ("Drucker\neingerichtet", kind)
    assert [f["name"] for f in session["facts"]] == ["created", "note", "control_on"]
    assert session["facts"][2]["role"] == "technician"


@pytest.mark.parametrize(
    "fact",
    [
        {},
        {"name": "Upper"},
        {"name": "x" * 41},
        {"name": "created"},
        {"name": "closed"},
        {"name": "x", "data": []},
        {"name": "x", "data": {"a": 1.5}},
        {"name": "x", "data": {"a": None}},
        {"name": "x", "data": {"a": {"b": 1}}},
        {"name": "x", "data": {"a": "y" * 2_001}},
        {"name": "x", "data": {"a": 2**60}},
        {"name": "x", "data": {str(i): i for i in range(13)}},
    ],
)
async def test_wrong_facts_are_refused(home: Any, fact: dict[str, object]) -> None:
    id_ = (await begin(home))["id"]
    answer = await home.tina.post(f"/api/sessions/{id_}/facts", fact)
    assert answer.status == 422
    await home.parts.log.settled()
    assert len((await home.tina.get(f"/api/sessions/{id_}")).json["facts"]) == 1


async def test_s39_two_organisations_sweep_gives_404(home: Any) -> None:
    opened = await begin(home)
    customer = (await home.tina.post("/api/customers", {"name": "Geheim GmbH"})).json
    other = home.firm("Andere IT")
    await home.person(other, "eva@andere.example", "owner")
    eva = await home.signed_in("eva@andere.example")
    path = f"/api/sessions/{opened['id']}"
    assert (await eva.get(path)).status == 404
    assert (await eva.post(f"{path}/note", {"text": "x"})).status == 404
    assert (await eva.post(f"{path}/facts", {"name": "ended"})).status == 404
    assert (await eva.post("/api/sessions", {"customer_id": customer["id"]})).status == 404
    assert (await eva.get("/api/sessions")).json == []
    assert (await eva.get("/api/customers?q=Geheim")).json == []
    assert "Geheim" not in (await eva.get("/customers")).text
    session = (await home.tina.get(path)).json
    assert (session["note"], session["state"]) == ("", "waiting")


class Listener:
    """Reads server-sent events from the ASGI application as they come."""

    def __init__(self, home: Any, browser: Any) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.gone = asyncio.Event()
        scope = browser.scope("GET", "/api/events", {})
        self.task = asyncio.ensure_future(home.app(scope, self.receive, self.messages.put))

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def next(self) -> str:
        while True:
            message = await asyncio.wait_for(self.messages.get(), 30)
            text = message.get("body", b"").decode()
            if text.startswith("event:"):
                return text

    async def leave(self) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, 30)


async def test_events_tell_what_changes_to_the_own_firm_alone(home: Any) -> None:
    other = home.firm("Andere IT")
    await home.person(other, "eva@andere.example")
    eva = Listener(home, await home.signed_in("eva@andere.example"))
    home.clock.pass_seconds(1)
    tina = Listener(home, home.tina)
    await asyncio.wait_for(tina.messages.get(), 30)
    opened = await begin(home)
    event = await tina.next()
    assert event.startswith("event: session\ndata: ")
    assert json.loads(event.partition("data: ")[2])["id"] == opened["id"]
    home.parts.log.record(opened["id"], "server", "joined", {"detail": "customer"})
    assert json.loads((await tina.next()).partition("data: ")[2])["state"] == "joined"
    await tina.leave()
    await eva.leave()
    assert all(b"session" not in m.get("body", b"") for m in list(eva.messages._queue))
    assert home.parts.log._streams == set()


async def test_a_technician_sees_that_somebody_opened_the_page_or_took_the_program(home: Any) -> None:
    folder = home.parts.settings.programs
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Fernhilfe.exe").write_bytes(b"MZ")
    tina = Listener(home, home.tina)
    await asyncio.wait_for(tina.messages.get(), 30)
    assert (await home.tina.get("/")).status == 200  # the technician's own visit is none
    visitor = home.browser()
    assert (await visitor.get("/programs/Fernhilfe.exe")).status == 200
    assert (await tina.next()).startswith('event: public\ndata: {"what": "program"}')
    assert (await visitor.get("/en")).status == 200
    assert (await tina.next()).startswith('event: public\ndata: {"what": "page"}')
    await tina.leave()


async def test_s33_an_open_stream_ends_when_the_user_is_disabled(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from beistand.server.portal import api

    assert api.RECHECK_SECONDS <= 5
    monkeypatch.setattr(api, "RECHECK_SECONDS", 0.01)
    tina = Listener(home, home.tina)
    await asyncio.wait_for(tina.messages.get(), 30)
    home.parts.db.write_now(lambda c: accounts.set_active(c, home.id, TINA, False))
    assert (await tina.next()).startswith("event: signed_out")
    await asyncio.wait_for(tina.task, 30)


async def test_s40_streams_per_user_are_limited(home: Any) -> None:
    listeners = [Listener(home, home.tina) for _ in range(8)]
    for listener in listeners:
        await asyncio.wait_for(listener.messages.get(), 30)
    assert (await home.tina.get("/api/events")).status == 429
    await listeners[0].leave()
    again = Listener(home, home.tina)
    assert (await asyncio.wait_for(again.messages.get(), 30))["status"] == 200
    for listener in [*listeners[1:], again]:
        await listener.leave()


async def test_facts_wait_in_memory_while_the_disk_is_full(
    home: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from beistand.server.portal import session_log
    from beistand.server.store.database import StoreError

    monkeypatch.setattr(session_log, "RETRY_SECONDS", 0.01)
    id_ = (await begin(home))["id"]
    await home.parts.log.settled()
    real, refusals = home.parts.db.write, []

    async def full_twice(change: Any) -> Any:
        if len(refusals) < 2:
            refusals.append(1)
            raise StoreError("The database could not be written: the disk is full, make room on it.")
        return await real(change)

    monkeypatch.setattr(home.parts.db, "write", full_twice)
    for number in range(3):
        home.parts.log.record(id_, "customer", "level", {"n": number})
    await asyncio.wait_for(home.parts.log.settled(), 30)
    facts = (await home.tina.get(f"/api/sessions/{id_}")).json["facts"]
    assert [fact["data"]["n"] for fact in facts[1:]] == [0, 1, 2]
    assert "3 facts wait in memory" in caplog.text


async def test_half_a_character_neither_ends_the_server_nor_hides_the_session(home: Any) -> None:
    id_ = (await begin(home))["id"]
    home.parts.log.record(id_, "customer", "level", {"why": "x\ud800y", "\udfff": 1})
    await asyncio.wait_for(home.parts.log.settled(), 30)
    assert (await home.tina.get(f"/api/sessions/{id_}")).json["facts"][-1]["data"] == {"why": "x?y", "?": 1}
    fact = {"name": "x", "data": {"a": "\ud800"}}
    assert (await home.tina.post(f"/api/sessions/{id_}/facts", fact)).status == 400
    fields = {"email": "\ud800@x.example", "password": "\ud800", "code": "\ud800"}
    assert (await home.browser().post("/api/sign-in", fields)).status == 400


async def test_a_fact_that_cannot_be_kept_does_not_hold_up_the_others(
    home: Any, caplog: pytest.LogCaptureFixture
) -> None:
    id_ = (await begin(home))["id"]
    home.parts.log.record(id_, "nobody", "level", {})
    home.parts.log.record(id_, "customer", "level", {"n": 2})
    await asyncio.wait_for(home.parts.log.settled(), 30)
    assert [f["name"] for f in (await home.tina.get(f"/api/sessions/{id_}")).json["facts"]] == ["created", "level"]
    assert "could not be kept" in caplog.text


async def test_a_clock_that_jumps_does_not_change_the_duration(home: Any) -> None:
    id_ = (await begin(home))["id"]
    log = home.parts.log
    log.record(id_, "customer", "consent", {"level": 1})
    home.clock.pass_seconds(120)
    home.clock.utc_us -= 600_000_000
    await log.settled()
    assert (await home.tina.get(f"/api/sessions/{id_}")).json["seconds"] == 120, "while it runs"
    log.record(id_, "customer", "ended", {})
    await log.settled()
    assert (await home.tina.get(f"/api/sessions/{id_}")).json["seconds"] == 120


async def test_a_clock_that_jumps_forth_ends_no_number_in_the_list(home: Any) -> None:
    id_ = (await begin(home))["id"]
    await home.parts.log.settled()
    home.clock.utc_us += 20 * 60 * 1_000_000
    assert (await home.tina.get(f"/api/sessions/{id_}")).json["state"] == "waiting"
    home.clock.pass_seconds(16 * 60)
    assert (await home.tina.get(f"/api/sessions/{id_}")).json["state"] == "ended", "a number lives 15 minutes at most"


def test_time_across_a_restart_is_counted_by_the_best_clock_of_each_part() -> None:
    stamps = [Stamp(0, 500, "a"), Stamp(10_000, 600, "a"), Stamp(10_050, 7, "b"), Stamp(9_000, 107, "b")]
    assert elapsed_us(stamps) == 100 + 50 + 100
    assert elapsed_us([Stamp(50, 0, "a"), Stamp(10, 0, "b")]) == 0, "no part is negative"
    assert elapsed_us([]) == 0
