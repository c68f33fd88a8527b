"""Python's CustomerPeer and JavaScript's TechnicianPeer talk to each other, and the other way round, through a pipe."""

from __future__ import annotations

import os
from typing import Any

import pytest

from beistand.protocol.e2e import messages
from beistand.protocol.e2e.keys import channel_identifier
from beistand.protocol.e2e.peer import Attempt, Confirmed, CustomerPeer, Event, Got, Outgoing, TechnicianPeer
from beistand.protocol.errors import PeerError

CI = channel_identifier("https://help.example", "7", "123")
INFO, IDENT = b"program 1", '{"company":"Müller"}'.encode()
SECRET = "482913"


class Ends:
    """Python's end, JavaScript's end and the relay between them. `events` are those of JavaScript, `got` Python's."""

    def __init__(self, mirror: Any, role: str, secret_of_javascript: str = SECRET) -> None:
        self.ask = mirror.ask
        self.role = role
        self.events: list[dict[str, Any]] = []
        self.got: list[Event] = []
        mine = IDENT if role == "technician" else INFO
        self.ask("peer.new", role=role, secret=secret_of_javascript, ci={"hex": CI.hex()}, info={"hex": mine.hex()})
        self.peer: CustomerPeer | TechnicianPeer
        if role == "technician":
            self.peer = CustomerPeer(SECRET, CI, INFO, os.urandom)
        else:
            self.peer = TechnicianPeer(SECRET, CI, IDENT, os.urandom)

    def to_javascript(self, data: bytes) -> None:
        answer = self.ask("peer.receive", data={"hex": data.hex()})
        if isinstance(answer, dict):
            raise PeerError(answer["code"], answer["sentence"])
        for event in answer:
            if event["type"] == "outgoing":
                self.to_python(bytes.fromhex(event["data"]["hex"]))
            else:
                self.events.append(event)

    def to_python(self, data: bytes) -> None:
        for event in self.peer.receive(data):
            if isinstance(event, Outgoing):
                self.to_javascript(event.data)
            else:
                self.got.append(event)

    def shake(self) -> None:
        if isinstance(self.peer, CustomerPeer):
            self.to_javascript(self.peer.start())
        else:
            self.to_python(self.bytes_of(self.ask("peer.start")))

    def bytes_of(self, answer: dict[str, Any]) -> bytes:
        assert "hex" in answer, answer
        return bytes.fromhex(answer["hex"])

    def javascript_sends(self, sent: list[dict[str, Any]]) -> bytes:
        return self.bytes_of(self.ask("peer.send", messages=sent))

    def python_sends(self, sent: list[messages.Message]) -> bytes:
        return b"".join(self.peer.send(message) for message in sent)

    def texts_in_python(self) -> list[str]:
        return [event.message.text for event in self.got if isinstance(event, Got)]

    def texts_in_javascript(self) -> list[str]:
        return [event["message"]["text"] for event in self.events if event["type"] == "got"]


@pytest.mark.parametrize("role", ["technician", "customer"])
def test_s2_both_languages_agree_on_a_handshake(mirror: Any, role: str) -> None:
    ends = Ends(mirror, role)
    ends.shake()
    kinds = [event["type"] for event in ends.events]
    if role == "technician":
        assert kinds == ["attempt", "confirmed"]
        (confirmed,) = ends.got
        assert isinstance(confirmed, Confirmed)
        assert (confirmed.peer_info, len(confirmed.share)) == (IDENT, 32)
    else:
        assert kinds == ["confirmed"]
        assert ends.got == [Attempt(), Confirmed(INFO)]
    info = INFO if role == "technician" else IDENT
    assert bytes.fromhex(ends.events[-1]["info"]["hex"]) == info
    assert ends.bytes_of(ends.ask("peer.exporter")) == ends.peer.exporter


@pytest.mark.parametrize("role", ["technician", "customer"])
def test_two_hundred_messages_each_way_with_a_lost_link_between(mirror: Any, role: str) -> None:
    ends = Ends(mirror, role)
    ends.shake()
    expected = [f"Zeile {i} ✓" for i in range(200)]
    for i, text in enumerate(expected):
        from_javascript = ends.javascript_sends([{"kind": "Chat", "text": text}])
        from_python = ends.python_sends([messages.Chat(text)])
        if i in (80, 81, 82, 150):  # under way when the link was lost
            if i in (82, 150):
                rejoin(ends)
            continue
        ends.to_python(from_javascript)
        ends.to_javascript(from_python)
    assert ends.texts_in_python() == expected
    assert ends.texts_in_javascript() == expected


def rejoin(ends: Ends) -> None:
    """Both ends come back; what each says first crosses on the way."""
    ends.peer.link_lost()
    ends.ask("peer.linkLost")
    from_python = ends.peer.resume()
    from_javascript = ends.bytes_of(ends.ask("peer.resume"))
    answer = ends.ask("peer.receive", data={"hex": from_python.hex()})
    events = ends.peer.receive(from_javascript)
    for event in answer:
        ends.to_python(bytes.fromhex(event["data"]["hex"]))
    for again in events:
        assert isinstance(again, Outgoing)
        ends.to_javascript(again.data)


def test_a_big_picture_and_a_long_clipboard_cut_anywhere(mirror: Any) -> None:
    ends = Ends(mirror, "technician")
    ends.shake()
    content = os.urandom(300_000)
    picture = messages.Frame(7, True, False, 1, 1920, 1080, 64, 128, 192, 64, 12_345, content)
    data = ends.python_sends([picture])
    for at in range(0, len(data), 30_011):
        ends.to_javascript(data[at : at + 30_011])
    got = ends.events[-1]["message"]
    assert bytes.fromhex(got.pop("data")["hex"]) == content
    assert got == {
        **{"kind": "Frame", "frame": 7, "isKey": True, "isSharp": False, "monitor": 1},
        **{"width": 1920, "height": 1080, "tMs": 12_345},
        **{"damageX": 64, "damageY": 128, "damageWidth": 192, "damageHeight": 64},
    }
    text = "ein langer Text, " * 9_000
    data = ends.javascript_sends([{"kind": "Clipboard", "text": text}])
    for at in range(0, len(data), 7_919):
        ends.to_python(data[at : at + 7_919])
    assert ends.got[-1] == Got(messages.Clipboard(text))


@pytest.mark.parametrize("role", ["technician", "customer"])
def test_a_wrong_number_ends_at_the_customer_and_costs_an_attempt(mirror: Any, role: str) -> None:
    ends = Ends(mirror, role, secret_of_javascript="482914")
    with pytest.raises(PeerError) as caught:
        ends.shake()
    assert caught.value.code == "wrong_number"
    attempts = [event for event in ends.events if event["type"] == "attempt"] + [e for e in ends.got if e == Attempt()]
    assert len(attempts) == 1
    assert not ends.peer.is_confirmed
    assert not [event for event in ends.events if event["type"] == "confirmed"]


def test_s9_a_changed_record_ends_it_in_both_languages(mirror: Any) -> None:
    ends = Ends(mirror, "technician")
    ends.shake()
    for from_javascript in (True, False):
        if from_javascript:
            data = bytearray(ends.javascript_sends([{"kind": "Chat", "text": "a"}]))
        else:
            data = bytearray(ends.python_sends([messages.Chat("a")]))
        data[-1] ^= 1
        with pytest.raises(PeerError) as caught:
            (ends.to_python if from_javascript else ends.to_javascript)(bytes(data))
        assert caught.value.code == "record"


def test_s7_any_changed_byte_of_a_handshake_message_ends_it(mirror: Any) -> None:
    """Python plays the customer; a relay changes one byte of m1, m2, m3 or m4, at several places."""
    for index in (1, 2, 3, 4):
        for place in (6, 20, -1):
            ends = Ends(mirror, "technician")
            with pytest.raises(PeerError) as caught:
                shake_with_a_changed_byte(ends, index, place)
            assert caught.value.code in ("handshake", "wrong_number", "frame")
            assert not (ends.peer.is_confirmed and [e for e in ends.events if e["type"] == "confirmed"])


def shake_with_a_changed_byte(ends: Ends, index: int, place: int) -> None:
    assert isinstance(ends.peer, CustomerPeer)
    waiting = [("javascript", ends.peer.start())]
    while waiting:
        to, data = waiting.pop(0)
        if data[4] == index:
            changed = bytearray(data)
            changed[place] ^= 1
            data = bytes(changed)
        if to == "python":
            events = ends.peer.receive(data)
            waiting += [("javascript", event.data) for event in events if isinstance(event, Outgoing)]
            continue
        answer = ends.ask("peer.receive", data={"hex": data.hex()})
        if isinstance(answer, dict):
            raise PeerError(answer["code"], answer["sentence"])
        ends.events += [event for event in answer if event["type"] != "outgoing"]
        waiting += [("python", bytes.fromhex(e["data"]["hex"])) for e in answer if e["type"] == "outgoing"]
