"""docs/protocol.md cannot rot: its tables are those of the code."""

import re
from dataclasses import fields
from pathlib import Path

from beistand.protocol import rendezvous, wire
from beistand.protocol.e2e import messages as m
from beistand.protocol.e2e.session import CUSTOMER_EVENTS, TECHNICIAN_EVENTS

DOCS = (Path(__file__).parents[2] / "docs/protocol.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (0x[0-9A-F]{2}) \| (\w+) \| (\d) \| (T|H|both) \| (.*?) \|$", re.MULTILINE)
WHO = {"T": m.TECHNICIAN, "H": m.HOST, "both": m.BOTH}


def fields_of(text):
    """Field names and types of a row, without the remarks in brackets."""
    text = re.sub(r"list\(.*?\)", "list", text)
    text = re.sub(r"\s*\([^()]*\)", "", text).partition(":")[0]
    return [tuple(part.split()) for part in text.split(", ") if len(part.split()) == 2]


def test_every_message_is_documented_with_its_kind_channel_sender_and_fields():
    rows = {int(code, 16): (name, int(channel), WHO[who], text) for code, name, channel, who, text in ROW.findall(DOCS)}
    assert set(rows) == set(m.TABLE)
    for kind, (cls, channel, who) in m.TABLE.items():
        name, documented_channel, documented_who, text = rows[kind]
        assert (name, documented_channel, documented_who) == (cls.__name__, channel, who)
        coded = [spec.name for spec in fields(cls)]
        for field in coded:
            assert re.search(rf"\b{field}\b", text), f"{name}.{field} is not documented"


def test_every_rendezvous_frame_is_documented_with_its_fields():
    for kind, cls in rendezvous.KINDS.items():
        row = re.search(rf"^\| `{kind}` \|(.*)\|$", DOCS, re.MULTILINE)
        assert row, f"{kind} is not documented"
        for spec in fields(cls):
            assert f"`{spec.name}`" in row[1], f"{kind}.{spec.name} is not documented"


def test_codes_events_and_limits_are_documented():
    codes = re.search(r"^Codes: `(.*?)`", DOCS, re.MULTILINE)
    assert codes
    assert set(codes[1].split()) == rendezvous.CODES
    for event in CUSTOMER_EVENTS | TECHNICIAN_EVENTS:
        assert re.search(rf"\b{event}\b", DOCS), f"the event {event} is not documented"
    assert f"body ≤ {wire.MAX_BODY[wire.HANDSHAKE]:,}" in DOCS
    assert f"body ≤ {wire.MAX_BODY[wire.RECORD]:,}" in DOCS
