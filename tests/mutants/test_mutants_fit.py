"""Every hand-made mutant still fits its file exactly once; `python tests/mutants/run.py` plants them."""

import json
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MUTANTS = json.loads((HERE / "mutants.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant["name"])
def test_a_mutant_fits_its_file(mutant):
    text = (HERE.parents[1] / "src/beistand" / mutant["file"]).read_text(encoding="utf-8")
    assert text.count(mutant["old"]) == 1
    assert mutant["old"] != mutant["new"]
    assert (HERE.parents[1] / mutant["tests"]).exists()
