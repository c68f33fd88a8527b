"""What goes into the customer's conversation and what comes out: its events and its effects. Pure data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from beistand.host.charging import Reading
from beistand.protocol import identity

NOTHING_BOUND = identity.Bound(b"", "", "", 0)
WHY_STOP, WHY_TECHNICIAN, WHY_DECLINED, WHY_CLOSED, WHY_ERROR = 1, 2, 3, 4, 5


# events --------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Proven:
    """The handshake is confirmed; `ident` is the technician's statement about the session `bound`."""

    ident: bytes
    bound: identity.Bound = NOTHING_BOUND


@dataclass(frozen=True)
class Got:
    """A message of the technician."""

    message: Any


@dataclass(frozen=True)
class Answered:
    """The customer answered the open question; level 0: no; charge 0 not asked, 1 yes, 2 no; way 1 mouse, 2 keys."""

    level: int
    charge: int
    way: int


@dataclass(frozen=True)
class Acted:
    """A button of the panel.

    pause go_on curtain curtain_off take_back step_down give_control stop_recording chat clipboard
    """

    act: str
    text: str = ""


@dataclass(frozen=True)
class Stopped:
    """The stop sign, its hot key, or the program being closed. Injection is dead already when this arrives."""

    why: int = WHY_STOP


@dataclass(frozen=True)
class HandMoved:
    """The customer's own hand silences the technician for so long."""

    muted_ms: int


@dataclass(frozen=True)
class LinkChanged:
    """The link was lost, or is back."""

    is_lost: bool


@dataclass(frozen=True)
class Broken:
    """The other end or the relay broke the rules, or the room is gone: `ending` is a text key, `text` one sentence."""

    ending: str
    text: str


@dataclass(frozen=True)
class Ticked:
    """A second has passed; the shell says so once a second while the session lasts."""


@dataclass(frozen=True)
class Elevated:
    """What became of `Elevate`: the names of what was made for it, or a code for why it did not work."""

    made: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class HelperGone:
    """The helper for administration ended without being told to."""


Event = Proven | Got | Answered | Acted | Stopped | HandMoved | LinkChanged | Broken | Ticked | Elevated | HelperGone


# effects -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Send:
    message: Any


@dataclass(frozen=True)
class Report:
    """A fact for the append-only store, by way of the relay."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ask:
    """Show a question: kind "consent", "level", "administer" (`notice` is then the technician's reason), "charge" or
    "record" (kept for `days`)."""

    kind: str
    level: int
    is_chargeable: bool
    notice: str
    covered_by: str
    days: int = 0


@dataclass(frozen=True)
class Withdraw:
    """Close the open question."""


@dataclass(frozen=True)
class ShowState:
    mode: str
    level: int
    is_interrupted: bool


@dataclass(frozen=True)
class ShowWho:
    """Who asks; `trust` of protocol/identity.py: what a key that this program has pinned covers."""

    company: str
    technician: str
    domain: str
    trust: str = identity.NOT_VERIFIED


@dataclass(frozen=True)
class ShowChat:
    key: str
    text: str


@dataclass(frozen=True)
class Begin:
    """Consent was given: stop sign, panel, picture."""

    codecs: tuple[str, ...]


@dataclass(frozen=True)
class Rights:
    """What gate and picture may do now."""

    level: int
    mode: str


@dataclass(frozen=True)
class Inject:
    message: Any


@dataclass(frozen=True)
class Picture:
    """A message that concerns the picture: FrameShown, KeyframeWanted, SelectMonitor, DecoderCan."""

    message: Any


@dataclass(frozen=True)
class SetClipboard:
    text: str


@dataclass(frozen=True)
class ShowClock:
    """What will be charged so far."""

    reading: Reading


@dataclass(frozen=True)
class ShowRecording:
    """The mark of a recording: "off", "on", or "resting" while no picture flows."""

    state: str


@dataclass(frozen=True)
class Elevate:
    """The customer agreed: ask the system for an administrator's rights and start the helper; answer `Elevated`."""


@dataclass(frozen=True)
class StepDown:
    """The helper ends, and what was made for it is removed."""


@dataclass(frozen=True)
class Finish:
    """The end: `ending` is a text key. Nothing is sent after the `Send` effects before it."""

    ending: str
    text: str
    facts: tuple[tuple[int, str], ...]
    duration_seconds: int
    reading: Reading


Effect = (
    Send | Report | Ask | Withdraw | ShowState | ShowWho | ShowChat | Begin | Rights | Inject | Picture | SetClipboard
) | (ShowClock | ShowRecording | Elevate | StepDown | Finish)
