"""Whether a session is recorded, as a table {role: {state: {event: next}}}; what is missing is forbidden.

Pure. It lies beside the session's table: a recording needs a yes of its own, either end stops it at any time, and it
rests while no picture flows (pause, curtain, an open price). States: off, asked, on, resting, ended.
"""

from __future__ import annotations

from beistand.protocol.e2e.session import HOST, TECHNICIAN
from beistand.protocol.errors import LocalError, PeerError

CUSTOMER_EVENTS = frozenset({"agree", "refuse", "stop"})
TECHNICIAN_EVENTS = frozenset({"ask", "drop"})
# `rest` and `go_on` follow the session's state, `end` its end: either end sees them by itself.


def _transitions(role: str) -> dict[str, dict[str, str]]:
    table = {
        "off": {"ask": "asked"},
        "asked": {"agree": "on", "refuse": "off"},
        "on": {"stop": "off", "drop": "off", "rest": "resting"},
        "resting": {"stop": "off", "drop": "off", "go_on": "on"},
        "ended": {},
    }
    for state in ("off", "asked", "on", "resting"):
        here = table[state]
        here["end"] = "ended"
        for event in ("rest", "go_on"):
            here.setdefault(event, state)
    if role == HOST:
        table["off"]["drop"] = "off"  # it crossed with the customer's own stop
    else:
        # The customer's stop crossed with ours, and perhaps with a new question after it.
        table["off"]["stop"], table["asked"]["stop"] = "off", "asked"
    return table


TABLE: dict[str, dict[str, dict[str, str]]] = {HOST: _transitions(HOST), TECHNICIAN: _transitions(TECHNICIAN)}


class Recording:
    """One end's view of the recording."""

    def __init__(self, role: str) -> None:
        if role not in TABLE:
            raise LocalError(f"there is no role {role}")
        self.role = role
        self.state = "off"

    def handle(self, event: str) -> str:
        """Goes to the next state and returns it. PeerError if the other end caused it, else LocalError."""
        following = TABLE[self.role][self.state].get(event)
        if following is None:
            sentence = f"The {self.role} whose recording is {self.state} cannot take the event {event}."
            is_theirs = event in (TECHNICIAN_EVENTS if self.role == HOST else CUSTOMER_EVENTS)
            if is_theirs:
                raise PeerError("session", sentence)
            raise LocalError(sentence)
        self.state = following
        return following

    def can(self, event: str) -> bool:
        """Whether the table has this event here."""
        return event in TABLE[self.role][self.state]

    @property
    def is_agreed(self) -> bool:
        """Whether the customer's yes holds: recording, or resting with the picture."""
        return self.state in ("on", "resting")
