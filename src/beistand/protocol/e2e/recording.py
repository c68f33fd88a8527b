"""Whether a session is recorded, as a table {role: {state: {event: next}}}; what is missing is forbidden.

Pure. It lies beside the session's table: a recording needs a yes of its own, either end stops it at any time, and it
rests while no picture flows (pause, curtain, an open price). States: off, asked, on, resting, ended.
"""

from __future__ import annotations

from beistand.protocol.e2e.ends import HOST, TECHNICIAN, End, Table

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


TABLE: Table = {HOST: _transitions(HOST), TECHNICIAN: _transitions(TECHNICIAN)}


class Recording(End):
    """One end's view of the recording."""

    table = TABLE
    begins = "off"
    is_in = "whose recording is"
    customer_events, technician_events = CUSTOMER_EVENTS, TECHNICIAN_EVENTS

    @property
    def is_agreed(self) -> bool:
        """Whether the customer's yes holds: recording, or resting with the picture."""
        return self.state in ("on", "resting")
