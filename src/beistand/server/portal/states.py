"""What a session's facts add up to: its state, when it began, how long it took. Pure.

The state is never stored: it is read from the append-only facts, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable

from beistand.server.clock import Stamp, elapsed_us
from beistand.server.store.sessions import Fact

WAITING, JOINED, CONFIRMED, RUNNING = "waiting", "joined", "confirmed", "running"
PAUSED, INTERRUPTED, ENDED = "paused", "interrupted", "ended"

# No number lives longer, and no session: what the store calls open beyond that ended with a server that was killed.
NUMBER_US = 15 * 60 * 1_000_000
LONGEST_US = 24 * 3600 * 1_000_000

_OVER = {"ended": ENDED, "closed": ENDED}
# {state: {fact: next state}}; a fact that is not listed leaves the state as it is. An interruption is no state of the
# table but lies over it: it is the set of ends that are away.
_NEXT: dict[str, dict[str, str]] = {
    WAITING: {"joined": JOINED, "confirmed": CONFIRMED, **_OVER},
    JOINED: {"customer left": WAITING, "confirmed": CONFIRMED, **_OVER},
    CONFIRMED: {"consent": RUNNING, **_OVER},
    RUNNING: {"pause": PAUSED, **_OVER},
    PAUSED: {"go_on": RUNNING, **_OVER},
    ENDED: {},
}


def state_of(facts: Iterable[Fact]) -> str:
    """The state after these facts, oldest first."""
    state = WAITING
    away: set[str] = set()
    for fact in facts:
        end = str(fact.data.get("detail", fact.role))
        if fact.name == "interrupted":
            away.add(end)
        elif fact.name == "back":
            away.discard(end)
        state = _NEXT[state].get(_said(fact), state)
    return INTERRUPTED if away and state in (CONFIRMED, RUNNING, PAUSED) else state


def state_at(facts: list[Fact], created_us: int, now: Stamp) -> str:
    """As `state_of`, but what cannot live any more has ended; a clock that jumps ends nothing."""
    state = state_of(facts)
    age_us = elapsed_us([*facts, now]) if facts else now.utc_us - created_us
    is_stale = age_us > (NUMBER_US if state in (WAITING, JOINED) else LONGEST_US)
    return ENDED if is_stale else state


def _said(fact: Fact) -> str:
    """A fact as the table names it: only the customer consents, pauses and goes on, and it matters who left."""
    if fact.name in ("consent", "pause", "go_on") and fact.role != "customer":
        return "alleged"
    if fact.name == "left":
        return f"{fact.data.get('detail', fact.role)} left"
    return fact.name


def started(facts: Iterable[Fact]) -> Fact | None:
    """The customer's first yes."""
    return next((fact for fact in facts if _said(fact) == "consent"), None)


def seconds(facts: list[Fact], now: Stamp) -> int:
    """From the customer's first yes to the end (or now), whole seconds, never negative."""
    first = started(facts)
    if first is None:
        return 0
    since = facts[facts.index(first) :]
    last = next((at for at, fact in enumerate(since) if fact.name in _OVER), None)
    return elapsed_us([*since, now] if last is None else since[: last + 1]) // 1_000_000
