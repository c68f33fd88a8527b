"""The JavaScript of the protocol gives what the Python gives, for made-up values and for damaged ones."""

# ruff: noqa: PT017 - what both languages do with the same damaged input is the subject here
from __future__ import annotations

import json
import os
import re
from dataclasses import fields, is_dataclass
from itertools import pairwise
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beistand.protocol import rendezvous, wire
from beistand.protocol.e2e import keys, messages, number, pake, recording, session
from beistand.protocol.errors import PeerError

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
NUMBERS = {
    "u8": st.integers(0, 2**8 - 1),
    "u16": st.integers(0, 2**16 - 1),
    "u32": st.integers(0, 2**32 - 1),
    "i16": st.integers(-(2**15), 2**15 - 1),
    "i32": st.integers(-(2**31), 2**31 - 1),
}
VALUES = {**NUMBERS, "bool": st.booleans(), "str": st.text(max_size=40), "text": st.text(), "bytes": st.binary()}


def camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def hexed(data: bytes) -> dict[str, str]:
    return {"hex": data.hex()}


def plain(value: Any) -> Any:
    """A Python message as the JavaScript object, bytes as hex."""
    if isinstance(value, bytes):
        return hexed(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if is_dataclass(value):
        return {camel(spec.name): plain(getattr(value, spec.name)) for spec in fields(value)}
    return value


def made(cls: type) -> st.SearchStrategy[Any]:
    values = {}
    for spec in fields(cls):
        kind = spec.metadata["wire"]
        if kind == "list":
            values[spec.name] = st.lists(made(spec.metadata["item"]), max_size=4).map(tuple)
        else:
            values[spec.name] = VALUES[kind]
    return st.builds(cls, **values)


MESSAGES = [(cls, number_, who) for cls, number_, who in messages.TABLE.values()]


@pytest.mark.parametrize(("cls", "channel_", "who"), MESSAGES, ids=lambda value: getattr(value, "__name__", ""))
def test_each_message_has_the_same_bytes_and_comes_back(mirror: Any, cls: type, channel_: int, who: str) -> None:
    @settings(QUICK, max_examples=12)
    @given(made(cls), st.data())
    def check(message: Any, data: Any) -> None:
        expected = {"kind": cls.__name__, **plain(message)}
        raw = messages.encode(message)
        assert mirror.ask("messages.encode", message=expected) == hexed(raw)
        sender = messages.HOST if who == messages.BOTH else who
        assert mirror.ask("messages.decode", channel=channel_, sender=sender, data=hexed(raw)) == expected
        at = data.draw(st.integers(0, len(raw) - 1))
        damaged = raw[:at] + bytes((raw[at] ^ data.draw(st.integers(1, 255)),)) + raw[at + 1 :]
        for wrong in (damaged, raw[:at], raw + b"\0"):
            same_reading(mirror, channel_, sender, wrong)

    check()


def same_reading(mirror: Any, channel_: int, sender: str, data: bytes) -> None:
    """Both languages refuse, or both read the same."""
    answer = mirror.ask("messages.decode", channel=channel_, sender=sender, data=hexed(data))
    try:
        message = messages.decode(channel_, sender, data)
    except PeerError as error:
        assert (answer.get("error"), answer.get("code")) == ("PeerError", error.code), data.hex()
        assert answer["sentence"] == error.sentence
    else:
        assert answer == {"kind": type(message).__name__, **plain(message)}


@QUICK
@given(st.integers(0, 5), st.sampled_from([messages.HOST, messages.TECHNICIAN]), st.binary(max_size=40))
def test_any_bytes_are_read_alike(mirror: Any, channel_: int, sender: str, data: bytes) -> None:
    same_reading(mirror, channel_, sender, data)


def test_pieces_are_cut_alike(mirror: Any) -> None:
    for size in (0, 59_970, 59_980, 60_000, 119_980, 120_000, 200_000):
        message = messages.Clipboard("a" * size)
        expected = [{"channel": c, "piece": hexed(piece)} for c, piece in messages.split(message)]
        assert mirror.ask("messages.split", message={"kind": "Clipboard", "text": message.text}) == expected


TEXT = st.text(alphabet="0123456789 .-\u2013\u00a0x\u0663", max_size=16)


@QUICK
@given(st.integers(0, 10**9 - 1), TEXT)
def test_numbers_are_made_spoken_and_read_alike(mirror: Any, count: int, typed: str) -> None:
    digits = f"{count:09}"
    one = number.SessionNumber(digits[:3], digits[3:])
    spoken = number.spoken(one)
    assert mirror.ask("number.spoken", number={"nameplate": one.nameplate, "secret": one.secret}) == spoken
    assert mirror.ask("number.damm", digits=digits) == number.damm(digits)
    swapped = spoken[:4] + spoken[5] + spoken[4] + spoken[6:]
    for text in (spoken, swapped, spoken.replace(" ", "."), typed, spoken + typed):
        answer = mirror.ask("number.parse", text=text)
        try:
            expected = number.parse(text)
        except number.NumberError as error:
            assert (answer["error"], answer["code"], answer["sentence"]) == ("NumberError", error.code, str(error))
        else:
            assert answer == {"nameplate": expected.nameplate, "secret": expected.secret}


def test_s4_a_number_is_made_from_the_same_random_bytes(mirror: Any) -> None:
    source = [255, 250, 249, 0, 251, 13, 77, 130, 9, 200]
    rest = iter(source)
    expected = number.make("4711", lambda _count: bytes((next(rest),)))
    answer = mirror.ask("number.make", nameplate="4711", source=source)
    assert answer == {"nameplate": expected.nameplate, "secret": expected.secret}
    assert len(expected.secret) == 6


@QUICK
@given(st.lists(st.binary(max_size=300), max_size=5), st.binary(max_size=30))
def test_length_value_lists_alike(mirror: Any, parts: list[bytes], noise: bytes) -> None:
    raw = keys.lv(*parts)
    assert mirror.ask("keys.lv", parts=[hexed(part) for part in parts]) == hexed(raw)
    for data in (raw, noise, raw + noise, b"\x80\x00", b"\x81\x00a"):
        answer = mirror.ask("keys.splitLv", data=hexed(data), count=len(parts))
        try:
            expected = keys.split_lv(data, len(parts))
        except ValueError:
            assert "error" in answer
        else:
            assert answer == [hexed(part) for part in expected]


def test_keys_alike(mirror: Any) -> None:
    prk = os.urandom(64)
    for label, length in (("record key", 44), ("rekey", 64), ("technician to customer", 64), ("x", 200)):
        expected = hexed(keys.expand(prk, label, length))
        assert mirror.ask("keys.expand", prk=hexed(prk), label=label, length=length) == expected
    identifier = keys.channel_identifier("https://ü.example", "12", "345")
    arguments = {"origin": "https://ü.example", "organisation": "12", "nameplate": "345"}
    assert mirror.ask("keys.channelIdentifier", **arguments) == hexed(identifier)


@settings(QUICK, max_examples=15)
@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=40), st.binary(min_size=32, max_size=32))
def test_cpace_alike(mirror: Any, prs: bytes, ci: bytes, sid: bytes, scalar: bytes) -> None:
    own = pake.share(prs, ci, sid, scalar)
    arguments = {"prs": hexed(prs), "ci": hexed(ci), "sid": hexed(sid), "scalar": hexed(scalar)}
    assert mirror.ask("pake.share", **arguments) == hexed(own)
    secret = pake.shared_secret(scalar[::-1], own)
    assert mirror.ask("pake.sharedSecret", scalar=hexed(scalar[::-1]), share=hexed(own)) == hexed(secret)
    expected = pake.session_key(sid, secret, (own, ci), (prs, sid))
    answer = mirror.ask(
        "pake.sessionKey",
        sid=hexed(sid),
        secret=hexed(secret),
        initiator=[hexed(own), hexed(ci)],
        responder=[hexed(prs), hexed(sid)],
    )
    assert answer == hexed(expected)


# Points of low order on Curve25519 and its twist, canonical or not: what they give is to be refused (RFC 7748, 6.1).
P = 2**255 - 19
ORDER_8 = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
LOW_ORDER = [
    0,
    1,
    *ORDER_8,
    P - 1,
    P,
    P + 1,
    2**255,
    2**255 + 1,
    2**255 + P - 1,
    2**255 + P,
    *(x + 2**255 for x in ORDER_8),
]


@pytest.mark.parametrize("u", LOW_ORDER)
def test_a_share_of_low_order_is_refused_in_both(mirror: Any, u: int) -> None:
    share, scalar = u.to_bytes(32, "little"), os.urandom(32)
    with pytest.raises(PeerError):
        pake.shared_secret(scalar, share)
    answer = mirror.ask("pake.sharedSecret", scalar=hexed(scalar), share=hexed(share))
    assert (answer["error"], answer["code"]) == ("PeerError", "handshake")


def test_a_share_that_is_not_reduced_gives_the_same_secret(mirror: Any) -> None:
    scalar = os.urandom(32)
    for u in (9, 9 + P, 9 + 2**255, 2**255 - 1 - 3, 2**256 - 1):
        share = u.to_bytes(32, "little")
        expected = hexed(pake.shared_secret(scalar, share))
        assert mirror.ask("pake.sharedSecret", scalar=hexed(scalar), share=hexed(share)) == expected


def record_by_the_document(secret: bytes, n: int, channel_: int, data: bytes) -> bytes:
    """docs/protocol.md section 5, with a rekey after every third record."""
    for _ in range(n // 3):
        secret = keys.expand(secret, "rekey", 64)
    material = keys.expand(secret, "record key", 44)
    nonce = (int.from_bytes(material[32:], "big") ^ n).to_bytes(12, "big")
    header = bytes((channel_,))
    return header + AESGCM(material[:32]).encrypt(nonce, data, header)


def test_s11_records_and_rekeying_as_the_document_says(mirror: Any) -> None:
    secret = os.urandom(64)
    sent = [(i % 4, os.urandom(i * 5)) for i in range(11)]
    records = [record_by_the_document(secret, n, c, data) for n, (c, data) in enumerate(sent)]
    made_up = [{"channel": c, "data": hexed(data)} for c, data in sent]
    assert mirror.ask("channel.seal", secret=hexed(secret), rekey=3, records=made_up) == [hexed(r) for r in records]
    arguments = {"secret": hexed(secret), "rekey": 3}
    assert mirror.ask("channel.open", **arguments, records=[hexed(r) for r in records]) == made_up
    swapped = [records[1], records[0]]
    assert mirror.ask("channel.open", **arguments, records=[hexed(r) for r in swapped])["code"] == "record"


@QUICK
@given(st.binary(max_size=60), st.lists(st.integers(0, 80), max_size=6))
def test_streams_are_cut_into_frames_alike(mirror: Any, noise: bytes, cuts: list[int]) -> None:
    good = b"".join(
        wire.encode(frame) for frame in (wire.Frame(1, b"\0abc"), wire.Frame(2, b"1234record"), wire.Frame(3, b"1234"))
    )
    for stream in (good + noise, noise):
        edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
        pieces = [stream[a:b] for a, b in pairwise(edges)]
        reader, expected = wire.FrameReader(), []
        answer = mirror.ask("wire.feed", pieces=[hexed(piece) for piece in pieces])
        try:
            for piece in pieces:
                expected += reader.feed(piece)
        except PeerError as error:
            assert (answer["code"], answer["sentence"]) == (error.code, error.sentence)
        else:
            assert answer == [{"kind": frame.kind, "body": hexed(frame.body)} for frame in expected]


def test_the_session_tables_are_the_same(mirror: Any) -> None:
    assert mirror.ask("session.table") == session.TABLE
    assert mirror.ask("recording.table") == recording.TABLE


JSON_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.text(max_size=8), st.floats()
)
FACTS = st.dictionaries(st.text(max_size=5), JSON_VALUES, max_size=5)
FRAMES = [
    {"kind": "join", "version": 1, "nameplate": "123", "language": "de"},
    {"kind": "joined", "role": "customer", "origin": "o", "organisation": "1", "resume": "r", "expires_seconds": 5},
    {"kind": "peer", "state": "left"},
    {"kind": "fact", "name": "level", "data": {"level": 1, "who": "customer", "isOn": True}},
    {"kind": "ended", "by": "technician", "why": "done"},
    {"kind": "drain"},
]


@settings(QUICK, max_examples=150)
@given(st.sampled_from(FRAMES), st.data())
def test_rendezvous_frames_are_read_alike(mirror: Any, frame: dict[str, Any], data: Any) -> None:
    changed = dict(frame)
    name = data.draw(st.sampled_from([*frame, "more"]))
    changed[name] = data.draw(st.one_of(JSON_VALUES, FACTS, st.sampled_from(["back", "technician", "9876", "dead"])))
    for content in (frame, changed):
        raw = json.dumps(content).encode()
        answer = mirror.ask("rendezvous.decode", data=hexed(raw))
        try:
            rendezvous.decode(raw)
        except PeerError as error:
            assert (answer.get("code"), answer.get("error")) == (error.code, "PeerError"), raw
        else:
            assert answer == json.loads(raw)
