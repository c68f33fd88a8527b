"""The rule for every remote deed: the customer first, stop above all.

Pure: no I/O and no clock; `now` is monotonic seconds and comes in. `gate.py` is its thread-safe shell.
What is not in `RULES` is forbidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

#: Seconds for which the customer's own hand silences the technician (security.md S24).
MUTE_SECONDS = 2.0

#: Levels as the wire numbers them (docs/protocol.md); 0 is "nothing agreed yet".
LEVEL_NONE, LEVEL_VIEW, LEVEL_CONTROL = 0, 1, 2


class Kind(Enum):
    """What the technician's side asks for."""

    PICTURE = "picture"
    MOVE = "move"
    BUTTON = "button"
    WHEEL = "wheel"
    TEXT = "text"
    KEY = "key"


class Hindrance(Enum):
    """What the customer (or an unpaid bill) holds up for a while; several can stand at once."""

    PAUSE = "pause"
    CURTAIN = "curtain"
    RESTING = "resting"


class Verdict(Enum):
    """Whether a deed may happen, and if not, the first reason why."""

    ALLOWED = "allowed"
    STOPPED = "stopped"
    NOT_AGREED = "not agreed"
    HINDERED = "hindered"
    MUTED = "muted"
    OWN_WINDOW = "own window"


@dataclass(frozen=True)
class Rule:
    """The lowest level that carries a deed, and whether the customer's hand silences it."""

    level: int
    is_mutable: bool


RULES: dict[Kind, Rule] = {
    Kind.PICTURE: Rule(LEVEL_VIEW, is_mutable=False),
    Kind.MOVE: Rule(LEVEL_CONTROL, is_mutable=True),
    Kind.BUTTON: Rule(LEVEL_CONTROL, is_mutable=True),
    Kind.WHEEL: Rule(LEVEL_CONTROL, is_mutable=True),
    Kind.TEXT: Rule(LEVEL_CONTROL, is_mutable=True),
    Kind.KEY: Rule(LEVEL_CONTROL, is_mutable=True),
}


class Arbiter:
    """Holds what the customer allows now. Starts with nothing allowed; stop is a latch that never opens again."""

    def __init__(self, mute_seconds: float = MUTE_SECONDS) -> None:
        self._mute_seconds = mute_seconds
        self._level = LEVEL_NONE
        self._hindrances: frozenset[Hindrance] = frozenset()
        self._muted_until: float | None = None
        self._is_stopped = False

    @property
    def level(self) -> int:
        return self._level

    @property
    def hindrances(self) -> frozenset[Hindrance]:
        return self._hindrances

    @property
    def is_stopped(self) -> bool:
        return self._is_stopped

    def set_level(self, level: int) -> None:
        """The customer agreed to `level` (0 none, 1 view, 2 control, 3 administer, which carries what control does)."""
        self._level = level

    def hinder(self, hindrance: Hindrance) -> None:
        self._hindrances |= {hindrance}

    def clear(self, hindrance: Hindrance) -> None:
        self._hindrances -= {hindrance}

    def customer_acted(self, now: float) -> bool:
        """The customer's own hand moved at `now`: silence the technician. True if that begins a new silence."""
        begins = self._muted_until is None or now >= self._muted_until
        until = now + self._mute_seconds
        # A late report of an old movement must not shorten the silence.
        self._muted_until = until if begins or self._muted_until is None else max(until, self._muted_until)
        return begins

    def stop(self) -> None:
        """Ends every right, for good."""
        self._is_stopped = True

    def verdict(self, kind: Kind, now: float) -> Verdict:
        """Whether `kind` may happen at `now`; the gravest reason is named first."""
        rule = RULES[kind]
        if self._is_stopped:
            return Verdict.STOPPED
        if self._level < rule.level:
            return Verdict.NOT_AGREED
        if self._hindrances:
            return Verdict.HINDERED
        if rule.is_mutable and self.muted_seconds(now) > 0:
            return Verdict.MUTED
        return Verdict.ALLOWED

    def allows(self, kind: Kind, now: float) -> bool:
        return self.verdict(kind, now) is Verdict.ALLOWED

    def muted_seconds(self, now: float) -> float:
        """How long the customer's hand still silences the technician, 0.0 if it does not."""
        return 0.0 if self._muted_until is None else max(0.0, self._muted_until - now)

    def next_deadline(self) -> float | None:
        """When the silence ends by itself (monotonic seconds); None if nothing is waited for."""
        return None if self._is_stopped else self._muted_until

    def tick(self, now: float) -> bool:
        """Forgets a silence that is over. True if it ended just now, so that both sides can be told."""
        if self._muted_until is None or now < self._muted_until:
            return False
        self._muted_until = None
        return True
