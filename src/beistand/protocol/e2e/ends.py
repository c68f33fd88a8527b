"""One end of what both ends follow by a table {role: {state: {event: next}}}; what is missing is forbidden. Pure.

The session's table and the recording's are such (session.py, recording.py): each names its table, where it begins, and
which events whom they come from.
"""

from __future__ import annotations

from typing import ClassVar

from beistand.protocol.errors import LocalError, PeerError

HOST, TECHNICIAN = "host", "technician"

Table = dict[str, dict[str, dict[str, str]]]


class End:
    """One end's view of the state."""

    table: ClassVar[Table]
    begins: ClassVar[str]
    # How a sentence says the state, for example "in state".
    is_in: ClassVar[str]
    customer_events: ClassVar[frozenset[str]]
    technician_events: ClassVar[frozenset[str]]

    def __init__(self, role: str) -> None:
        if role not in self.table:
            raise LocalError(f"there is no role {role}")
        self.role = role
        self.state = self.begins

    def handle(self, event: str) -> str:
        """Goes to the next state and returns it. PeerError if the other end caused it, else LocalError."""
        following = self.table[self.role][self.state].get(event)
        if following is None:
            sentence = f"The {self.role} {self.is_in} {self.state} cannot take the event {event}."
            is_theirs = event in (self.technician_events if self.role == HOST else self.customer_events)
            if is_theirs:
                raise PeerError("session", sentence)
            raise LocalError(sentence)
        self.state = following
        return following

    def can(self, event: str) -> bool:
        """Whether the table has this event here."""
        return event in self.table[self.role][self.state]
