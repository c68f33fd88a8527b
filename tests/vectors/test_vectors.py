"""The vectors in Python: every right entry gives what stands there, every wrong one is refused as it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vectors.answers import ANSWERS, MESSAGES, answer, short
from vectors.make import FILES, files

HERE = Path(__file__).parent
CONTENTS = {name: json.loads((HERE / f"{name}.json").read_text(encoding="utf-8")) for name in FILES}
HOW = "run `python tests/vectors/make.py` and look at what changed"


@pytest.mark.parametrize("name", FILES)
def test_s2_every_vector_holds(name: str) -> None:
    for entry in CONTENTS[name]["right"]:
        assert short(answer(entry["op"], entry["given"])) == entry["gives"], entry["op"]
    for entry in CONTENTS[name]["wrong"]:
        assert answer(entry["op"], entry["given"]) == entry["error"], entry["why"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_names_origin_and_generator_and_has_more_wrong_entries_than_right_ones(name: str) -> None:
    content = CONTENTS[name]
    assert content["origin"].strip()
    assert (HERE.parents[1] / content["generator"]).exists()
    assert len(content["wrong"]) > len(content["right"]) > 0
    assert all(entry["why"].strip() for entry in content["wrong"])


def test_the_generator_makes_these_very_files() -> None:
    for name, text in files():
        assert (HERE / name).read_text(encoding="utf-8") == text, f"{name} is not what its generator makes: {HOW}"


def test_every_operation_and_every_kind_of_message_has_its_vectors() -> None:
    entries: list[dict[str, Any]] = [entry for content in CONTENTS.values() for entry in content["right"]]
    assert {entry["op"] for entry in entries} == set(ANSWERS)
    shown = {entry["given"]["message"]["kind"] for entry in entries if entry["op"] == "messages.encode"}
    assert shown == set(MESSAGES), HOW
