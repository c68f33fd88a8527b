"""The runner of mutants tells the dead from the living; `python tests/mutants/run.py` plants all of them (S57)."""

from __future__ import annotations

import json
from pathlib import Path

from mutants.run import is_killed

HERE = Path(__file__).parent
FAST = "tests/vectors/test_vectors.py::test_s2_every_vector_holds"


def test_s57_a_planted_mutant_dies_and_a_harmless_change_lives(tmp_path: Path) -> None:
    mutants = json.loads((HERE / "mutants.json").read_text(encoding="utf-8"))
    planted = next(one for one in mutants if one["name"] == "a passkey's signature is not looked at")
    harmless = planted | {"new": planted["old"].replace("_is_signed(entry, ", "_is_signed( entry, ")}
    assert harmless["new"] != planted["old"]
    assert is_killed(planted | {"tests": FAST}, tmp_path / "planted")
    assert not is_killed(harmless | {"tests": FAST}, tmp_path / "harmless")
