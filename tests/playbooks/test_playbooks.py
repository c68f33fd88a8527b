"""The playbooks in Python: the session's table in both roles, and the customer's program in whole dialogues.

tests/console/playbooks.test.mjs plays the same JSON by the JavaScript, there in the technician's role.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from beistand.host import conversation as c
from beistand.protocol.e2e.recording import Recording
from beistand.protocol.e2e.session import Session
from beistand.protocol.errors import LocalError, PeerError
from vectors.answers import message_of, named, rich

HERE = Path(__file__).parent
TABLE = json.loads((HERE / "session.json").read_text(encoding="utf-8"))["plays"]
RECORDINGS = json.loads((HERE / "recording.json").read_text(encoding="utf-8"))["plays"]
TALKS = json.loads((HERE / "conversation.json").read_text(encoding="utf-8"))
IDENT = b'{"company": "Muster IT", "technician": "Tim", "domain": "muster.example"}'


@pytest.mark.parametrize(
    ("play", "role", "kind"),
    [
        (play, role, kind)
        for kind, plays in ((Session, TABLE), (Recording, RECORDINGS))
        for play in plays
        for role in play["roles"]
    ],
    ids=lambda value: str(value)[10:50],
)
def test_the_table_goes_as_the_playbook_says(play: dict[str, Any], role: str, kind: Any) -> None:
    session, outcome = kind(role), ""
    for sign, word in play["lines"]:
        if sign == "<<":
            assert session.state == word
        elif sign == "!!":
            assert outcome == word
        else:
            before = session.state
            try:
                outcome = session.handle(word)
            except (PeerError, LocalError) as error:
                outcome = type(error).__name__
                assert session.state == before


class Host:
    """The customer's end in a dialogue: what it says and lets through, until the script has asked for it."""

    def __init__(self) -> None:
        self.talk = c.Conversation(may_administer=True)
        self.said: list[dict[str, Any]] = []
        self.injected: list[dict[str, Any]] = []
        self._now = 0.0
        self._do(c.Proven(IDENT))

    def _do(self, event: c.Event) -> None:
        self._now += 1
        for effect in self.talk.handle(event, self._now):
            if isinstance(effect, c.Send):
                self.said.append(named(effect.message))
            elif isinstance(effect, c.Inject):
                self.injected.append(named(effect.message))
            elif isinstance(effect, c.SetClipboard):
                self.injected.append({"kind": "Clipboard", "text": effect.text})

    def customer_does(self, what: str, detail: Any = None) -> None:
        if what == "answer":
            self._do(c.Answered(detail["level"], detail["charge"], detail["way"]))
        elif what == "stop":
            self._do(c.Stopped())
        elif what == "elevated":
            self._do(c.Elevated((), detail))
        elif what == "helper_gone":
            self._do(c.HelperGone())
        elif what == "hand":
            self._do(c.HandMoved(detail))
        else:
            self._do(c.Acted(what, detail or ""))

    def play(self, line: list[Any]) -> None:
        match line:
            case ["technician", "says", message]:
                self._do(c.Got(message_of(rich(message))))
            case ["customer", "does", what, *detail]:
                self.customer_does(what, *detail)
            case ["customer", "says", message]:
                assert self.said, f"nothing was said where this was due: {message}"
                assert self.said.pop(0) == _filled_in(message)
            case ["desktop", "gets", message]:
                assert self.injected, f"nothing was let through where this was due: {message}"
                assert self.injected.pop(0) == message
            case ["state", state]:
                assert self.talk.session.state == state
            case ["technician", "does", *_] | ["page", "hears", *_]:
                pass
            case _:
                pytest.fail(f"no such line: {line}")


def _filled_in(message: dict[str, Any]) -> dict[str, Any]:
    """`{"notice": true}` stands for the hash of the notice's exact text."""
    digest = hashlib.sha256(TALKS["notice"].encode()).hexdigest()
    return {key: {"hex": digest} if value == {"notice": True} else value for key, value in message.items()}


@pytest.mark.parametrize(
    "play", [play for play in TALKS["plays"] if "host" in play.get("ends", ["host"])], ids=lambda play: play["name"]
)
def test_the_customers_program_plays_its_part(play: dict[str, Any]) -> None:
    host = Host()
    for line in TALKS["begin"] + play["lines"]:
        host.play(line)
    assert (host.said, host.injected) == ([], [])
