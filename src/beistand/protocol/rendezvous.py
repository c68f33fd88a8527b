"""Rendezvous frames: what an end and the relay say to each other (docs/protocol.md section 2). JSON, strict, bounded.

Pure. The relay may read all of this; nothing secret belongs here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from beistand.protocol.errors import LocalError, PeerError

MAX_BYTES = 4_096
VERSION = 1
FACT_ENTRIES = 12
CODES = frozenset(
    {"unknown_number", "expired", "used", "busy", "guesses", "rate", "full", "version"}
    | {"ticket", "token", "size", "idle", "ended", "too_slow", "shutdown"}
)


@dataclass(frozen=True)
class Join:
    """customer -> relay: lets this end into the room of a nameplate."""

    version: int
    nameplate: str
    language: str


@dataclass(frozen=True)
class Attach:
    """technician -> relay: a one-time ticket from the API."""

    ticket: str


@dataclass(frozen=True)
class Rejoin:
    """either -> relay: comes back after a lost link."""

    token: str


@dataclass(frozen=True)
class Joined:
    """relay -> either: you are in. `expires_seconds`: rest of the number's life."""

    role: str
    origin: str
    organisation: str
    resume: str
    expires_seconds: int


@dataclass(frozen=True)
class Peer:
    """relay -> either: the other end "joined", "left" or is "back"."""

    state: str


@dataclass(frozen=True)
class Ring:
    """relay -> technician: "third_party", "failed_guess" or "rate"."""

    why: str


@dataclass(frozen=True)
class Confirmed:
    """technician -> relay: the number is used up; only re-joins from now on."""


@dataclass(frozen=True)
class Dead:
    """technician -> relay: three wrong guesses; the number dies."""


@dataclass(frozen=True)
class Fact:
    """either -> relay: goes to the append-only store together with the role. Flat data."""

    name: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """either -> relay: the session is over for good. `by`: "customer" or "technician"."""

    by: str
    why: str


@dataclass(frozen=True)
class Refused:
    """relay -> either: not let in; the link closes."""

    code: str


@dataclass(frozen=True)
class Closed:
    """relay -> either: the room is gone."""

    code: str


@dataclass(frozen=True)
class Drain:
    """relay -> either: the relay restarts, re-join at once."""


RendezvousFrame = (
    Join | Attach | Rejoin | Joined | Peer | Ring | Confirmed | Dead | Fact | Ended | Refused | Closed | Drain
)

KINDS: dict[str, type[RendezvousFrame]] = {
    "join": Join,
    "attach": Attach,
    "rejoin": Rejoin,
    "joined": Joined,
    "peer": Peer,
    "ring": Ring,
    "confirmed": Confirmed,
    "dead": Dead,
    "fact": Fact,
    "ended": Ended,
    "refused": Refused,
    "closed": Closed,
    "drain": Drain,
}
_NAMES = {cls: name for name, cls in KINDS.items()}

# Allowed values, or the longest length in characters, of each text field.
_CHOICES: dict[tuple[str, str], frozenset[str]] = {
    ("join", "language"): frozenset({"de", "en"}),
    ("joined", "role"): frozenset({"customer", "technician"}),
    ("ended", "by"): frozenset({"customer", "technician"}),
    ("peer", "state"): frozenset({"joined", "left", "back"}),
    ("ring", "why"): frozenset({"third_party", "failed_guess", "rate"}),
    ("refused", "code"): CODES,
    ("closed", "code"): CODES,
}
_LENGTHS = {"nameplate": 6, "ticket": 200, "token": 1_500, "resume": 1_500, "origin": 300, "organisation": 100}
_LENGTHS |= {"name": 40, "why": 40}


def encode(frame: RendezvousFrame) -> bytes:
    """The frame's JSON. LocalError if it breaks its own rules."""
    name = _NAMES[type(frame)]
    values = {f.name: getattr(frame, f.name) for f in fields(frame)}
    data = json.dumps({"kind": name, **values}, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        decode(data)
    except PeerError as error:
        raise LocalError(error.sentence) from error
    return data


def decode(data: bytes | bytearray | memoryview) -> RendezvousFrame:
    """Reads one frame. PeerError "rendezvous" for anything that is not exactly one of `KINDS`."""
    if len(data) > MAX_BYTES:
        raise _wrong(f"a rendezvous frame of {len(data)} bytes; at most {MAX_BYTES} are allowed")
    try:
        text = bytes(data).decode("utf-8")
        content = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_number, parse_float=_no_number)
    except (ValueError, RecursionError) as error:
        raise _wrong("a rendezvous frame that is not JSON") from error
    kind = content.pop("kind", None) if isinstance(content, dict) else None
    cls = KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise _wrong("a rendezvous frame of an unknown kind")
    wanted = {f.name: f.type for f in fields(cls)}
    if set(content) != set(wanted):
        raise _wrong(f"a rendezvous frame '{kind}' with missing or additional fields")
    for name, value in content.items():
        _check(str(kind), name, str(wanted[name]), value)
    return cls(**content)


def _check(kind: str, name: str, type_name: str, value: object) -> None:
    if type_name == "int":
        good = type(value) is int and 0 <= value < 2**31
    elif type_name == "str":
        good = isinstance(value, str) and _is_good_text(kind, name, value)
    else:
        good = isinstance(value, dict) and _is_flat(value)
    if not good:
        raise _wrong(f"a rendezvous frame '{kind}' with a wrong field '{name}'")


def _is_good_text(kind: str, name: str, value: str) -> bool:
    choices = _CHOICES.get((kind, name))
    if choices is not None:
        return value in choices
    if name == "nameplate":
        return value.isascii() and value.isdigit() and 3 <= len(value) <= 6
    return len(value) <= _LENGTHS[name] and value.isprintable()


def _is_flat(data: dict[object, object]) -> bool:
    if len(data) > FACT_ENTRIES:
        return False
    for key, value in data.items():
        if not isinstance(key, str) or not 1 <= len(key) <= 40 or not key.isprintable():
            return False
        if isinstance(value, str):
            if len(value) > 2_000:
                return False
        elif type(value) is int:
            if not -(2**53) < value < 2**53:
                return False
        elif type(value) is not bool:
            return False
    return True


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("twice the same field")
    return content


def _no_number(_text: str) -> object:
    raise ValueError("only whole numbers are sent; NaN and Infinity are not JSON at all")


def _wrong(what: str) -> PeerError:
    return PeerError("rendezvous", f"The other end sent {what}.")
