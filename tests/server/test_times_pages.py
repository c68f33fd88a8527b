"""The office's pages about time: the month, one session, approval, corrections, the service report."""

import hashlib
import io
import subprocess
from dataclasses import replace
from datetime import date
from typing import Any

import pikepdf
import pytest

from beistand.server.documents.report import WORDS, report_data
from beistand.server.portal import month as months
from beistand.server.portal.office.session import parse_time
from beistand.server.portal.portal import make_portal
from beistand.server.settings import load
from beistand.server.store import accounts, cases, charges, prices, report_mails, sessions, times

TINA, OLGA, BILL, AUDI = "tina@muster.example", "olga@muster.example", "bill@muster.example", "audi@muster.example"


@pytest.fixture
async def home(house: Any) -> Any:
    """A firm with one session that became chargeable in mid-session, ten minutes free, then 67 minutes."""
    house.id, house.db = house.firm(), house.parts.db
    for email, role in ((TINA, "technician"), (OLGA, "owner"), (BILL, "billing"), (AUDI, "auditor")):
        await house.person(house.id, email, role, email.split("@")[0].title())
    tina = await house.signed_in(TINA)
    opened = (await tina.post("/api/sessions", {"customer_name": "Frau =Muster"})).json
    house.session = opened["id"]
    house.db.write_now(lambda c: accounts.change_organisation(c, house.id, price_cents_per_hour=9600))
    await happen(house, (5, "server", "confirmed", {}), (5, "customer", "consent", {"level": 2, "charge": 0}))
    card = (await tina.post(f"/api/sessions/{house.session}/charge", {})).json
    assert hashlib.sha256(card["notice"].encode()).hexdigest() == card["notice_sha256"]
    house.notice = card["notice"]
    answer = {"notice_sha256": card["notice_sha256"], "is_yes": True, "way": 1}
    await happen(house, (600, "customer", "charge_answered", answer), (4020, "customer", "ended", {"by": "customer"}))
    return house


async def happen(home: Any, *facts: tuple[float, str, str, dict[str, object]]) -> None:
    for seconds, role, name, data in facts:
        home.clock.pass_seconds(seconds)
        home.parts.log.record(home.session, role, name, data)
    await home.parts.log.settled()


def text_of(pdf: bytes) -> str:
    """What the letter says, as a reader of PDF files finds it."""
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, stdout=subprocess.PIPE, check=True
    ).stdout.decode()


def entries(home: Any) -> list[times.TimeEntry]:
    return home.db.read_now(lambda c: times.entries(c, home.id))


async def submit(home: Any, browser: Any, path: str, **fields: str) -> Any:
    token = await browser.csrf(f"/sessions/{home.session}")
    return await browser.submit(path, {"csrf": token, **fields})


async def test_the_month_shows_every_entry_and_its_charts(home: Any) -> None:
    for email in (TINA, OLGA, BILL, AUDI):
        page = (await (await home.signed_in(email)).get("/times")).text
        assert "1:07:00" in page
        assert "0:10:00" in page
        assert page.count('class="k-charged"') >= 3
        assert "<script>" not in page
        assert ("Approve the marked ones" in page) == (email in (OLGA, BILL))
    assert "No time was recorded" in (await (await home.signed_in(OLGA)).get("/times?month=2020-01")).text
    assert (await (await home.signed_in(OLGA)).get("/times?month=nonsense")).status == 200


async def test_approval_lets_marked_entries_go_to_the_invoice(home: Any) -> None:
    bill = await home.signed_in(BILL)
    first, second = entries(home)
    answer = await submit(home, bill, "/times/approve", month="2026-11", entry_1=second.id)
    assert answer.status == 303
    assert [entry.is_approved for entry in entries(home)] == [False, True]
    assert (await submit(home, bill, "/times/approve", entry_1="nowhere")).status == 404
    tina = await home.signed_in(TINA)
    assert (await submit(home, tina, "/times/approve", entry_1=first.id)).status == 403


async def test_work_that_nobody_agreed_to_is_approved_only_after_a_release_with_a_reason(home: Any) -> None:
    tina = await home.signed_in(TINA)
    opened = (await tina.post("/api/sessions", {"customer_name": "Herr Neu"})).json
    home.session = opened["id"]
    forged = {"level": 2, "charge": 1, "notice_sha256": "00"}
    await happen(home, (5, "customer", "consent", forged), (60, "customer", "ended", {}))
    entry = entries(home)[-1]
    assert months.kind(entry) == "open"
    bill = await home.signed_in(BILL)
    refused = await submit(home, bill, "/times/approve", entry_1=entry.id)
    assert refused.status == 422
    assert "only once it has been decided" in refused.text
    path = f"/sessions/{home.session}/release"
    assert (await submit(home, bill, path, entry=entry.id, reason=" ")).status == 422
    assert (await submit(home, bill, path, entry=entry.id, reason="mündlich zugesagt")).status == 303
    assert (await submit(home, bill, path, entry=entry.id, reason="noch einmal")).status == 422
    assert entries(home)[-1].release.reason == "mündlich zugesagt"
    assert (await submit(home, bill, "/times/approve", entry_1=entry.id)).status == 303
    assert (await submit(home, await home.signed_in(TINA), path, entry=entry.id, reason="x")).status == 403


async def test_a_correction_and_goodwill_keep_their_history(home: Any) -> None:
    tina = await home.signed_in(TINA)
    _, entry = entries(home)
    path = f"/sessions/{home.session}"
    assert (
        await submit(home, tina, f"{path}/correct", entry=entry.id, time="1:00:00", reason="Telefonat")
    ).status == 303
    assert (await submit(home, tina, f"{path}/goodwill", entry=entry.id, time="15:00", reason="Kulanz")).status == 303
    for wrong in ({"time": "9:00:00", "reason": "x"}, {"time": "x", "reason": "x"}, {"time": "5:00", "reason": ""}):
        assert (await submit(home, tina, f"{path}/correct", entry=entry.id, **wrong)).status == 422
    page = (await tina.get(path)).text
    for text in ("1:07:00 → 1:00:00", "Telefonat", "goodwill 0:15:00", "Tina"):
        assert text in page
    assert "Approve the goodwill" not in page
    bill = await home.signed_in(BILL)
    assert (await submit(home, bill, f"{path}/decide", entry=entry.id, answer="yes")).status == 303
    assert (await submit(home, bill, f"{path}/decide", entry=entry.id, answer="yes")).status == 422
    now = entries(home)[1]
    assert (now.recorded_seconds, now.net_seconds, now.goodwill_seconds) == (4020, 3600, 900)


async def test_an_entry_of_another_session_or_firm_is_not_found(home: Any) -> None:
    entry = entries(home)[0]
    path, mine = f"/sessions/{home.session}", home.session
    other = home.firm("Fremd GmbH")
    await home.person(other, "eva@fremd.example", "owner")
    eva = await home.signed_in("eva@fremd.example")
    assert (await eva.get(path)).status == 404
    assert (await eva.get(f"{path}/report.pdf")).status == 404
    token = await eva.csrf("/times")
    for what in ("correct", "goodwill", "decide", "release"):
        fields = {"csrf": token, "entry": entry.id, "time": "0:01", "reason": "x", "answer": "yes"}
        assert (await eva.submit(f"{path}/{what}", fields)).status == 404
    tina = await home.signed_in(TINA)
    opened = (await tina.post("/api/sessions", {"customer_name": "Andere"})).json
    home.session = opened["id"]
    fields = {"entry": entry.id, "time": "0:01", "reason": "x"}
    assert (await submit(home, tina, f"/sessions/{home.session}/correct", **fields)).status == 404
    assert mine != home.session


async def test_the_owner_alone_permits_consent_on_the_phone(home: Any) -> None:
    olga = await home.signed_in(OLGA)
    assert (await submit(home, olga, "/times/policy", phone="1")).status == 303
    assert home.db.read_now(lambda c: charges.may_agree_by_phone(c, home.id))
    assert (await submit(home, await home.signed_in(BILL), "/times/policy")).status == 403
    assert (await submit(home, olga, "/times/policy")).status == 303
    assert not home.db.read_now(lambda c: charges.may_agree_by_phone(c, home.id))


async def test_the_table_for_the_bookkeeper_opens_without_formulas(home: Any) -> None:
    answer = await (await home.signed_in(AUDI)).get("/times.csv", {"accept-language": "de"})
    lines = answer.body.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("Datum;Von;Bis;Kunde;Techniker;Zeit;Sekunden")
    assert len(lines) == 4
    assert ";1:07:00;4020;0;kostenpflichtig;" in lines[2]
    assert months.local(entries(home)[0].started_us).strftime("%d.%m.%Y;%H:%M:%S") in lines[1]
    assert "=Muster" in lines[1]
    assert ";=" not in answer.text


@pytest.mark.parametrize("language", ["de", "en"])
async def test_the_service_report_names_times_consents_and_the_note(home: Any, language: str) -> None:
    tina = await home.signed_in(TINA)
    kind = home.db.write_now(lambda c: prices.add_service_type(c, home.id, "Fachberatung", "Expert advice", 1, False))
    noted = {"text": "Drucker *verbunden* #1", "service_type": kind}
    assert (await tina.post(f"/api/sessions/{home.session}/note", noted)).status == 200
    answer = await tina.get(f"/sessions/{home.session}/report.pdf?language={language}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    with pikepdf.open(io.BytesIO(answer.body)) as pdf:
        assert len(pdf.pages) == 1
        assert str(pdf.docinfo["/Title"]) == WORDS["title"][language == "en"]
    assert {"de": "Fachberatung", "en": "Expert advice"}[language] in text_of(answer.body)
    assert (await tina.get(f"/sessions/{home.session}/report.pdf?language=fr")).status == 404
    session = home.db.read_now(lambda c: sessions.get_session(c, home.id, home.session))
    data = report_data("Muster IT", "muster.example", session, entries(home), language, "")
    assert [part[2:4] for part in data["parts"]] == [["0:00:00", "0:10:00"], ["0:00:00", "1:07:00"]]
    assert data["consents"][0]["text"] == home.notice
    assert data["note"] == "Drucker *verbunden* #1"


async def test_a_session_without_time_has_no_report(home: Any) -> None:
    tina = await home.signed_in(TINA)
    opened = (await tina.post("/api/sessions", {"customer_name": "Andere"})).json
    assert (await tina.get(f"/sessions/{opened['id']}/report.pdf")).status == 404
    assert "There is no time for this session" in (await tina.get(f"/sessions/{opened['id']}")).text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1:07:00", 4020), ("7:30", 450), ("0:00", 0), ("59", None), ("1:60:00", None), ("-1:00", None), ("", None)],
)
def test_times_are_written_as_hours_minutes_seconds(text: str, seconds: int | None) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    ("first", "hours"), [(date(2026, 3, 1), 743), (date(2026, 10, 1), 745), (date(2026, 2, 1), 672)]
)
def test_a_month_is_the_firms_own_also_when_the_clocks_change(first: date, hours: int) -> None:
    begin, end = months.bounds(first)
    assert (end - begin) // 3_600_000_000 == hours
    assert months.local_day(begin) == first
    assert months.local_day(end - 1).month == first.month


async def test_the_report_is_mailed_from_the_sessions_page_and_waits_once(home: Any) -> None:
    tina = await home.signed_in(TINA)
    page = f"/sessions/{home.session}"
    refused = await submit(home, tina, f"{page}/mail", to="a@kunde.example", language="de")
    assert (refused.status, "No mail server is set up" in refused.text) == (422, True)
    smtp = load({"BEISTAND_SMTP_HOST": "localhost", "BEISTAND_SMTP_FROM": "a@b.example"})
    tina.app = make_portal(replace(home.parts, settings=replace(smtp, origin=home.parts.settings.origin)))
    assert (await submit(home, tina, f"{page}/mail", to="nobody", language="de")).status == 422
    assert (await submit(home, tina, f"{page}/mail", to="a@kunde.example", language="de")).status == 303
    again = await submit(home, tina, f"{page}/mail", to="a@kunde.example", language="de")
    assert (again.status, "waiting to be sent already" in again.text) == (422, True)
    assert "a@kunde.example" in (await tina.get(page)).text
    assert len(home.db.read_now(report_mails.queued)) == 1


async def test_the_owner_says_whether_released_reports_are_mailed(home: Any) -> None:
    olga = await home.signed_in(OLGA)
    token = await olga.csrf("/times")
    assert (await olga.submit("/times/policy", {"csrf": token, "reports": "1"})).status == 303
    assert home.db.read_now(lambda c: report_mails.is_automatic(c, home.id))
    assert (await olga.submit("/times/policy", {"csrf": token})).status == 303
    assert not home.db.read_now(lambda c: report_mails.is_automatic(c, home.id))


async def test_cases_hold_their_sessions_and_are_closed_and_opened_again(home: Any) -> None:
    tina, olga, audi = [await home.signed_in(email) for email in (TINA, OLGA, AUDI)]
    opened = (
        await tina.post("/api/sessions", {"customer_name": "Herr Kran", "case_title": "Drucker <druckt> nicht"})
    ).json
    page = (await olga.get("/cases")).text
    assert "1 · Drucker &lt;druckt&gt; nicht" in page
    assert f'href="/sessions/{opened["id"]}"' in page
    assert home.session not in page
    (case,) = home.db.read_now(lambda c: cases.open_cases(c, home.id))
    assert "/close" not in (await audi.get("/cases")).text
    token = await olga.csrf("/cases")
    assert (await olga.submit(f"/cases/{case.id}/close", {"csrf": token})).status == 303
    assert "Drucker" not in (await olga.get("/cases")).text
    closed = (await olga.get("/cases?closed")).text
    assert "Drucker" in closed
    assert f'href="/sessions/{opened["id"]}"' in closed
    refused = await tina.post("/api/sessions", {"customer_name": "Herr Kran", "case_id": case.id})
    assert refused.status == 404
    assert (await olga.submit(f"/cases/{case.id}/close", {"csrf": token})).status == 404
    assert (await olga.submit(f"/cases/{case.id}/reopen", {"csrf": token})).status == 303
    again = await tina.post("/api/sessions", {"customer_name": "Herr Kran", "case_id": case.id})
    assert again.status == 201
    assert again.json["id"] in (await olga.get("/cases")).text
