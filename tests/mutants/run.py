"""Plants each mutant into a copy of the package and runs the tests that must notice: `python tests/mutants/run.py`.

Prints killed or SURVIVED for each; ends with 1 if one survived. Not part of `make test`: that only checks that every
mutant still fits its file.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 300


def is_killed(mutant: dict[str, str], folder: Path) -> bool:
    copy = folder / "src"
    shutil.copytree(ROOT / "src", copy, dirs_exist_ok=True)
    target = copy / "beistand" / mutant["file"]
    target.write_text(target.read_text(encoding="utf-8").replace(mutant["old"], mutant["new"]), encoding="utf-8")
    command = ["env", f"PYTHONPATH={copy}", sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    try:
        result = subprocess.run(
            [*command, mutant["tests"]], cwd=ROOT, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return result.returncode == 1


def main() -> int:
    survivors = 0
    mutants = json.loads((Path(__file__).parent / "mutants.json").read_text(encoding="utf-8"))
    for mutant in mutants:
        with tempfile.TemporaryDirectory() as folder:
            killed = is_killed(mutant, Path(folder))
        survivors += not killed
        print(f"{'killed  ' if killed else 'SURVIVED'} {mutant['name']}", flush=True)
    print(f"{len(mutants) - survivors} of {len(mutants)} killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
