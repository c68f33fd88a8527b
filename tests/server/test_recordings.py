"""Recordings at the server: only after the customer's yes, in order, bounded, read by few, deleted on time."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import pytest

from beistand.server.portal import recordings as doors
from beistand.server.recordings import RecordingFiles, sweep
from beistand.server.store import audit
from beistand.server.store.recordings import DAY_US

KEY = bytes(range(256)) * 4 + bytes(192)
SHA256 = hashlib.sha256(KEY).hexdigest()


@dataclass
class Home:
    """A firm that records for 30 days; its owner and its technician, and a session of the technician's."""

    house: Any
    firm: str
    owner: Any
    tim: Any
    session: str

    def say(self, name: str, role: str = "customer", **data: Any) -> None:
        self.house.parts.log.record(self.session, role, name, data, self.firm)

    async def begin(self) -> Any:
        await self.house.parts.log.settled()
        return await self.tim.post(f"/api/sessions/{self.session}/recordings", {})

    async def chunk(self, recording: str, n: object, data: bytes, browser: Any = None) -> Any:
        headers = {"origin": self.house.origin, "content-type": "application/octet-stream", "x-beistand": "1"}
        path = f"/api/sessions/{self.session}/recordings/{recording}/chunks?n={n}"
        return await (browser or self.tim).send("POST", path, data, headers)

    async def recorded(self, *chunks: bytes) -> str:
        self.say("record_on", key_sha256=SHA256, days=30)
        id_ = (await self.begin()).json["id"]
        for n, chunk in enumerate(chunks):
            assert (await self.chunk(id_, n, chunk)).json == {"chunks": n + 1}
        assert (await self.tim.post(f"/api/sessions/{self.session}/recordings/{id_}/end", {})).status == 200
        return str(id_)


@pytest.fixture
async def home(house: Any) -> Home:
    firm = house.firm()
    await house.person(firm, "olga@muster.example", "owner")
    await house.person(firm, "tim@muster.example")
    owner, tim = await house.signed_in("olga@muster.example"), await house.signed_in("tim@muster.example")
    wish = {"is_on": True, "days": 30, "public_key": base64.b64encode(KEY).decode()}
    assert (await owner.post("/api/recording-terms", wish)).status == 200
    session = (await tim.post("/api/sessions", {"customer_name": "Frau Muster"})).json["id"]
    return Home(house, firm, owner, tim, session)


async def test_recording_is_off_until_the_owner_turns_it_on_with_a_key(house: Any) -> None:
    await house.person(house.firm(), "olga@muster.example", "owner")
    owner = await house.signed_in("olga@muster.example")
    terms = (await owner.get("/api/recording-terms")).json
    assert terms == {"is_on": False, "days": 30, "public_key": "", "sha256": ""}
    refused = await owner.post("/api/recording-terms", {"is_on": True, "days": 30})
    assert (refused.status, refused.json["code"]) == (422, "public_key")
    key = base64.b64encode(KEY).decode()
    kept = (await owner.post("/api/recording-terms", {"is_on": True, "days": 14, "public_key": key})).json
    assert kept == {"is_on": True, "days": 14, "public_key": key, "sha256": SHA256}
    assert (await owner.post("/api/recording-terms", {"is_on": False, "days": 14})).json["is_on"] is False


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"is_on": 1, "days": 30},
        {"is_on": True, "days": 0},
        {"is_on": True, "days": 3651},
        {"is_on": True, "days": "30"},
        {"is_on": True, "days": 30, "public_key": "AAAA"},
        {"is_on": True, "days": 30, "public_key": "ä"},
    ],
)
async def test_terms_that_make_no_sense_are_refused(home: Home, wish: Any) -> None:
    assert (await home.owner.post("/api/recording-terms", wish)).status == 422
    assert (await home.owner.get("/api/recording-terms")).json["days"] == 30


async def test_s22_no_recording_without_the_customers_own_word(home: Home) -> None:
    assert (await home.begin()).json["code"] == "consent"
    home.say("record_on", "technician", key_sha256=SHA256)  # a technician's word is none
    assert (await home.begin()).status == 409
    home.say("record_on", key_sha256="0" * 64)  # agreed to another key
    assert (await home.begin()).status == 409
    home.say("record_on", key_sha256=SHA256)
    assert (await home.begin()).status == 201
    home.say("record_off", by="customer")
    assert (await home.begin()).status == 409


async def test_chunks_come_in_order_and_the_same_one_twice_is_no_error(home: Home) -> None:
    home.say("record_on", key_sha256=SHA256)
    id_ = (await home.begin()).json["id"]
    assert (await home.chunk(id_, 1, b"x")).status == 409
    assert (await home.chunk(id_, 0, b"first")).json == {"chunks": 1}
    assert (await home.chunk(id_, 0, b"first")).json == {"chunks": 1}
    assert (await home.chunk(id_, 1, b"second")).json == {"chunks": 2}
    for wrong in ("", "-1", "x", "1.0", "9" * 10):
        assert (await home.chunk(id_, wrong, b"x")).status == 422
    assert (await home.chunk(id_, 2, b"")).status == 422
    sealed = await home.owner.get(f"/api/recordings/{id_}")
    assert sealed.body == b"\0\0\0\5first\0\0\0\6second"
    assert sealed.headers["x-session"] == home.session


async def test_s40_a_chunk_and_a_recording_are_capped(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.say("record_on", key_sha256=SHA256)
    id_ = (await home.begin()).json["id"]
    assert (await home.chunk(id_, 0, bytes(doors.CHUNK_BYTES + 1))).json["code"] == "too_large"
    monkeypatch.setattr(doors, "RECORDING_BYTES", 1000)
    assert (await home.chunk(id_, 0, bytes(900))).status == 200
    assert (await home.chunk(id_, 1, bytes(900))).json["code"] == "recording_full"


async def test_after_the_customers_end_only_what_was_under_way_is_taken(home: Home) -> None:
    home.say("record_on", key_sha256=SHA256)
    id_ = (await home.begin()).json["id"]
    home.say("record_off", by="customer")
    await home.house.parts.log.settled()
    assert (await home.chunk(id_, 0, b"under way")).status == 200
    home.house.clock.pass_seconds(121)
    assert (await home.chunk(id_, 1, b"late")).json["code"] == "ended"


async def test_a_recording_that_has_ended_takes_nothing_more(home: Home) -> None:
    id_ = await home.recorded(b"one")
    assert (await home.chunk(id_, 1, b"x")).json["code"] == "ended"
    assert (await home.tim.post(f"/api/sessions/{home.session}/recordings/{id_}/end", {})).status == 409


async def test_s39_recordings_of_another_firm_and_of_a_colleague_are_not_found(home: Home) -> None:
    id_ = await home.recorded(b"one")
    other = home.house.firm("Andere IT")
    await home.house.person(other, "otto@andere.example", "owner")
    await home.house.person(home.firm, "tina@muster.example")
    otto, tina = await home.house.signed_in("otto@andere.example"), await home.house.signed_in("tina@muster.example")
    assert (await otto.get(f"/api/recordings/{id_}")).status == 404
    assert (await otto.get("/api/recordings")).json == []
    assert (await home.chunk(id_, 1, b"x", otto)).status == 404
    assert (await home.chunk(id_, 1, b"x", tina)).status == 404
    token = await otto.csrf("/recordings")
    assert (await otto.submit(f"/recordings/{id_}/delete", {"csrf": token})).status == 404


async def test_the_log_keeps_who_fetched_and_who_deleted(home: Home) -> None:
    id_ = await home.recorded(b"one")
    await home.owner.get(f"/api/recordings/{id_}")
    listed = (await home.owner.get("/api/recordings")).json
    assert [(one["id"], one["chunks"], one["customer_name"]) for one in listed] == [(id_, 1, "Frau Muster")]
    page = (await home.owner.get("/recordings")).text
    assert f"/console/replay.html?recording={id_}" in page
    token = await home.owner.csrf("/recordings")
    assert (await home.owner.submit(f"/recordings/{id_}/delete", {"csrf": token})).status == 303
    assert (await home.owner.get(f"/api/recordings/{id_}")).status == 404
    assert (await home.owner.get("/api/recordings")).json == []
    files = RecordingFiles(home.house.parts.settings.data)
    assert not files.exists(home.firm, id_)
    kinds = [one.kind for one in home.house.parts.db.read_now(lambda c: audit.entries(c, home.firm, 50, None))]
    assert [one for one in kinds if one.startswith("recording")] == [
        "recording deleted",
        "recording opened",
        "recording kept",
        "recording terms",
        "recording key",
    ]


async def test_s47_a_recording_is_deleted_when_its_days_are_over_and_not_before(home: Home) -> None:
    id_ = await home.recorded(b"one")
    db, files = home.house.parts.db, RecordingFiles(home.house.parts.settings.data)
    began = home.house.clock.utc_us
    assert sweep(db, files, began + 30 * DAY_US - 1) == 0
    assert files.exists(home.firm, id_)
    assert sweep(db, files, began + 30 * DAY_US) == 1
    assert not files.exists(home.firm, id_)
    assert sweep(db, files, began + 31 * DAY_US) == 0
    assert (await home.owner.get("/api/recordings")).json == []


async def test_a_chunk_that_a_crash_left_behind_is_written_again(home: Home) -> None:
    home.say("record_on", key_sha256=SHA256)
    id_ = (await home.begin()).json["id"]
    files = RecordingFiles(home.house.parts.settings.data)
    files.append(home.firm, id_, 0, b"never told to the store")
    assert (await home.chunk(id_, 0, b"one")).status == 200
    assert (await home.owner.get(f"/api/recordings/{id_}")).body == b"\0\0\0\3one"
