"""S56: each numbered requirement has a test that carries its number, or a sentence why it has none."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
EVIDENCE = ROOT / "tools/evidence.py"


def test_each_numbered_requirement_has_a_test_or_a_sentence() -> None:
    done = subprocess.run([sys.executable, EVIDENCE, "--check"], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_test_that_went_missing_is_named(tmp_path: Path) -> None:
    for part in ("tools/evidence.py", "docs/threats.md"):
        (tmp_path / part).parent.mkdir(exist_ok=True)
        (tmp_path / part).write_bytes((ROOT / part).read_bytes())
    (tmp_path / "tests").mkdir()
    command = [sys.executable, tmp_path / "tools/evidence.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "S9 names test_s9_a_hostile_relay_alters_nothing_and_hides_nothing, which no test is." in done.stdout
