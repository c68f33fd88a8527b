"""What the customer's program says to the technician exists in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import beistand
from beistand.host.platform.windows.ladder import Ladder, Rung
from beistand.host.platform.windows.situations import Situation
from beistand.host.ports import PlatformError, Rect
from host.platform.test_windows_pure import Capture

CONSOLE = Path(beistand.__file__).parent / "console"
VECTORS = Path(__file__).parents[1] / "vectors"
SOURCE = (CONSOLE / "ui/sentences.js").read_text("utf-8")
PATTERNS = re.findall(r"^  \[/(.+)/s?, \"", SOURCE, re.MULTILINE)


def german_for(sentence: str) -> list[str]:
    return [pattern for pattern in PATTERNS if re.search(pattern, sentence, re.DOTALL)]


def test_every_situation_of_the_screen_is_said_in_german_by_exactly_one_line() -> None:
    assert len(PATTERNS) == SOURCE.count("\n  [/")
    for one in Situation:
        assert len(german_for(one.value)) == (one is not Situation.OPEN), one


def test_the_slower_way_of_capture_is_said_in_german_with_its_reason() -> None:
    def refuse(_area: Rect) -> Capture:
        raise PlatformError("desktop duplication: 0x80004001")

    ladder = Ladder([Rung("DXGI", refuse), Rung("GDI", lambda _area: Capture("GDI"))])
    ladder.open(Rect(0, 0, 1, 1))
    (remark,) = ladder.take_remarks()
    assert len(german_for(remark)) == 1


@pytest.mark.parametrize("name", ["identity", "passkey"])
def test_every_reason_to_refuse_the_technicians_word_is_said_in_german(name: str) -> None:
    for entry in json.loads((VECTORS / f"{name}.json").read_text("utf-8"))["wrong"]:
        if entry["error"]["code"] != "ident":  # bytes that no console sends
            assert len(german_for(entry["error"]["sentence"])) == 1, entry["why"]


def test_every_german_line_belongs_to_a_sentence_that_the_program_can_say() -> None:
    said = " ".join(
        re.sub(r"\"\s*\n\s*f?\"", "", path.read_text("utf-8"))
        for folder in ("host", "host/platform/windows", "protocol")
        for path in (CONSOLE.parent / folder).glob("*.py")
    )
    for pattern in PATTERNS:
        begin = re.split(r"[(\\]", pattern.lstrip("^"))[0].rstrip(" .$")
        assert begin in said, pattern
