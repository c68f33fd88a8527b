"""A receipt's content as people read it: pairs and lines of text in a language, for the page and for paper. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from beistand.server.documents import formats

ZONE = "Europe/Berlin"
Say = Callable[[str], str]
# The customer's program reports these, but somebody else did them.
DONE_BY = {
    "clipboard": "technician",
    "administer_asked": "technician",
    "made": "program",
    "confirmed": "server",
    "joined": "server",
}


@dataclass(frozen=True)
class Line:
    """One event: clock time, who, what."""

    time: str
    by: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A receipt in one language."""

    pairs: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


def shown(content: dict[str, Any], language: str, say: Say) -> Shown:
    """`content` is a checked receipt's; unknown events are shown under their own name."""
    pairs = [(say("receipt_company"), f"{content['company']} ({content['domain']})")]
    pairs += [(say("receipt_technician"), content["technician"]), (say("receipt_customer"), content["customer"])]
    if content["began"]:
        pairs.append((say("receipt_began"), moment(content["began"], language)))
        minutes, seconds = divmod(content["seconds"], 60)
        duration = say("receipt_minutes").format(minutes=minutes, seconds=seconds)
    else:
        duration = say("receipt_not_begun")
    if content["ended"]:
        pairs.append((say("receipt_ended"), moment(content["ended"], language)))
    pairs.append((say("receipt_duration"), duration))
    pairs.append((say("receipt_price"), _price(content, say)))
    return Shown(tuple(pairs), tuple(_line(event, say) for event in content["events"]))


def moment(text: str, language: str) -> str:
    """12.11.2026, 09:02:00 on the wall clock."""
    at = _at(text)
    return f"{formats.day(formats.local_day(at, ZONE), language)}, {formats.clock(at, ZONE)}"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZoneInfo(ZONE))


def _price(content: dict[str, Any], say: Say) -> str:
    if content["is_chargeable"]:
        return str(content["notice"])
    if content["covered_by"]:
        return say("receipt_covered").format(covered_by=content["covered_by"])
    return say("receipt_free")


def _line(event: dict[str, Any], say: Say) -> Line:
    what, data = event["what"], event["data"]
    who = DONE_BY.get(what, event["by"])
    if (
        event["by"] == "server"
        and what in ("interrupted", "back", "ended")
        and data.get("detail") in ("customer", "technician")
    ):
        who = data["detail"]
    return Line(formats.clock(_at(event["at"]), ZONE), say(f"by_{who}"), _text(what, data, say))


def _text(what: str, data: dict[str, Any], say: Say) -> str:
    match what:
        case "consent":
            allowed = say(f"ev_consent_{2 if data.get('level') == 2 else 1}")
            return f"{allowed}. {say('ev_consent_charge')}." if data.get("charge") == 1 else allowed
        case "level":
            return say(f"ev_level_{2 if data.get('level') == 2 else 1}")
        case "charge_answered":
            return f"{say('ev_charge_yes' if data.get('is_yes') is True else 'ev_charge_no')}: {data.get('notice', '')}"
        case "clipboard" | "clipboard_sent":
            return say(f"ev_{what}").format(letters=data.get("letters", "?"))
        case "handed_over":
            return say("ev_handed_over").format(name=data.get("name", "?"))
        case "administer_asked" | "administer_on":
            told = {name: str(data.get(name, "")).replace("\n", ", ") for name in ("reason", "names")}
            return say(f"ev_{what}").format(**told)
        case "record_on":
            return say("ev_record_on").format(days=data.get("days", "?"))
        case "made":
            names = str(data.get("names", ""))
            return say("ev_made").format(names=names.replace("\n", ", ")) if names else say("ev_nothing_made")
    try:
        return say(f"ev_{what}")
    except KeyError:
        return what
