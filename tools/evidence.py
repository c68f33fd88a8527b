"""Which test proves which numbered requirement: reads tests/ and keeps the table of docs/threats.md.

`python tools/evidence.py` writes the table's names anew; `--check` changes nothing and ends with 1 if a number has
neither a test nor a sentence, or if a name in the table is no test any more.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs/threats.md"
NUMBERS = (*range(1, 14), *range(20, 29), *range(30, 49), *range(50, 59))
_TEST = re.compile(r"^\s*(?:async )?def (test_\w+)\(", re.MULTILINE)
_NUMBER = re.compile(r"(?<=_)s(\d{1,2})(?=_|$)")
_ROW = re.compile(r"^\| S(\d+) \| (.*?) \| (.*?) \|$", re.MULTILINE)


def tests_by_number(folder: Path) -> dict[int, list[str]]:
    """Names of test functions by the numbers they carry (test_s9_..., ..._s9), sorted."""
    found: dict[int, set[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for name in _TEST.findall(path.read_text(encoding="utf-8")):
            for number in _NUMBER.findall(name):
                found.setdefault(int(number), set()).add(name)
    return {number: sorted(names) for number, names in found.items()}


def rows(text: str) -> dict[int, str]:
    """The last column of each number's row."""
    return {int(number): last for number, _, last in _ROW.findall(text)}


def renewed(text: str, tests: dict[int, list[str]]) -> str:
    """The table with one test named for each number; sentences stay where none is."""

    def row(match: re.Match[str]) -> str:
        number, what, last = int(match[1]), match[2], match[3]
        if names := tests.get(number):
            kept = re.match(r"`(test_\w+)`", last)
            first = kept[1] if kept and kept[1] in names else names[0]
            last = f"`{first}`" + (" and others" if len(names) > 1 else "")
        return f"| S{number} | {what} | {last} |"

    return _ROW.sub(row, text)


def faults(text: str, tests: dict[int, list[str]]) -> list[str]:
    """What is wrong with the table, one sentence each."""
    said = rows(text)
    wrong = [f"S{number} has no row." for number in NUMBERS if number not in said]
    wrong += [f"S{number} is no number of the requirements." for number in said if number not in NUMBERS]
    for number, last in said.items():
        named = re.findall(r"`(test_\w+)`", last)
        wrong += [f"S{number} names {name}, which no test is." for name in named if name not in tests.get(number, [])]
        if not named and number in tests:
            wrong.append(f"S{number} has a test now: run tools/evidence.py.")
        if not named and len(last.split()) < 5:
            wrong.append(f"S{number} has neither a test nor a sentence that says why.")
    return wrong


def main() -> int:
    text, tests = TABLE.read_text(encoding="utf-8"), tests_by_number(ROOT / "tests")
    if "--check" not in sys.argv:
        text = renewed(text, tests)
        TABLE.write_text(text, encoding="utf-8")
    wrong = faults(text, tests)
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
