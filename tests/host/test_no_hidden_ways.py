"""What was never built stays so (S26): no unattended use, no silent return, no black screen, no lock of the input.

Lists that are closed here by hand: whoever adds a message, a button or an option meets the question what it could hide.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beistand.host import __main__ as door
from beistand.host import conversation as c
from beistand.host import firm, ports
from beistand.protocol.e2e import messages as m

IDENT = json.dumps({"company": "Muster IT", "technician": "Sabine", "domain": "example.org"}).encode()

# Everything that the technician may send. None hides the picture, locks the input, restarts, waits for an empty chair.
TECHNICIANS = {
    "ConsentAsk", "LevelAsk", "LevelDrop", "Bye", "Ping", "Pong", "SelectMonitor", "DecoderCan", "KeyframeWanted",
    "FrameShown", "Chat", "ChargeAsk", "Price", "ChargeTold", "PriceLater", "PointerMove", "PointerButton", "Wheel",
    "Text", "Key", "ReleaseAll", "Clipboard", "RecordAsk", "RecordStop", "AdministerAsk", "AdministerDrop",
}  # fmt: skip
# What the firm or the command line may put into the program. None is a yes in advance, a number, a password.
INSIDE = {
    "server", "company", "phones", "colour", "logo", "icon", "root_key", "language", "least_roster", "must_be_person",
}  # fmt: skip
OPTIONS = {"help", "server", "company", "language", "pin", "person", "roster", "phone"}
# What a platform can do with its input: nothing of it locks the customer's.
INPUT = {"move", "button", "wheel", "text", "key", "release_all", "close", "window_owner_at", "focused_owner"}


def senders() -> dict[str, set[str]]:
    """The kinds of messages by who may send them."""
    found: dict[str, set[str]] = {m.TECHNICIAN: set(), m.HOST: set()}
    for kind, _channel, who in m.TABLE.values():
        for side in found:
            if who in (side, m.BOTH):
                found[side].add(kind.__name__)
    return found


def test_s26_no_message_of_the_technician_hides_locks_or_waits() -> None:
    assert senders()[m.TECHNICIAN] == TECHNICIANS


def test_s26_nothing_in_the_program_says_yes_in_advance() -> None:
    assert {field.name for field in dataclasses.fields(firm.Firm)} == INSIDE
    source = Path(door.__file__).read_text("utf-8")
    declared = {line.split('"--')[1].split('"')[0] for line in source.splitlines() if 'add_argument("--' in line}
    assert declared == OPTIONS - {"help"}


def filled(kind: type) -> Any:
    """A message of this kind with small values; consent and price with words, so that they pass their own checks."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        wire = field.metadata["wire"]
        values[field.name] = {"bool": True, "str": "x", "text": "x", "bytes": bytes(32), "list": ()}.get(wire, 1)
    return kind(**values)


SAID = [filled(kind) for kind, _channel, who in m.TABLE.values() if who in (m.TECHNICIAN, m.BOTH)]
ELSE = [c.LinkChanged(True), c.LinkChanged(False), c.Ticked(), c.HandMoved(100), c.Elevated(("x",)), c.HelperGone()]
ACTS = [c.Acted(act) for act in ("pause", "go_on", "curtain", "curtain_off", "give_control", "clipboard")]
events = st.lists(st.sampled_from([*map(c.Got, SAID), *ELSE, *ACTS]), max_size=12)
many = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def told(talk: c.Conversation, played: list[Any]) -> list[Any]:
    return [effect for at, event in enumerate(played) for effect in talk.handle(event, float(at))]


@many
@given(events)
def test_s26_without_the_customers_answer_nothing_is_shown_injected_or_copied(played: list[Any]) -> None:
    talk = c.Conversation()
    for effect in told(talk, [c.Proven(IDENT), *played]):
        assert not isinstance(effect, (c.Begin, c.Inject, c.Picture, c.SetClipboard, c.Elevate)), effect
        if isinstance(effect, c.Rights):
            assert effect.level == 0


@many
@given(events, st.sampled_from([c.Stopped(), c.Answered(0, 0, 1), c.Got(m.Bye(2, "")), c.Broken("sum_error", "x")]))
def test_s26_an_ended_session_never_comes_back(played: list[Any], end: Any) -> None:
    talk = c.Conversation()
    told(talk, [c.Proven(IDENT), c.Got(m.ConsentAsk(2, False, "", "")), end])
    assert talk.session.is_ended
    assert told(talk, [c.Proven(IDENT), c.Got(m.ConsentAsk(2, False, "", "")), c.Answered(2, 0, 1), *played]) == []


def test_s26_a_lost_link_and_its_return_are_shown() -> None:
    talk = c.Conversation()
    told(talk, [c.Proven(IDENT), c.Got(m.ConsentAsk(2, False, "", "")), c.Answered(2, 0, 1)])
    for is_lost in (True, False):
        shown = [one for one in talk.handle(c.LinkChanged(is_lost), 9.0) if isinstance(one, c.ShowState)]
        assert [one.is_interrupted for one in shown] == [is_lost]
    assert {key for _at, key in talk.facts} >= {"fact_interrupted", "fact_back"}


def test_s26_no_platform_can_lock_the_customers_input() -> None:
    own = {name for name in vars(ports.InputSink) if not name.startswith("_")}
    assert own == INPUT
