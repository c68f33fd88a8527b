"""Runs the JavaScript tests of the console by `node --test`; a failure shows node's own words."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROTOCOL = HERE.parent.parent / "src/beistand/console/protocol"
ENVIRONMENT = {"NODE_NO_WARNINGS": "1", "PATH": ""}
TESTS = sorted(HERE.glob("*.test.mjs"))


def run(node: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(node), *arguments], capture_output=True, text=True, timeout=60, env=ENVIRONMENT, cwd=HERE
    )


def test_javascript_tests_exist() -> None:
    assert len(TESTS) >= 3


def test_javascript(node: Path) -> None:
    result = run(node, "--test", "--test-reporter=dot", *map(str, TESTS))
    if result.returncode != 0:
        result = run(node, "--test", "--test-reporter=spec", *map(str, TESTS))
    if result.returncode != 0:
        pytest.fail(result.stdout + result.stderr, pytrace=False)


@pytest.mark.parametrize("path", sorted(PROTOCOL.glob("*.js")), ids=lambda path: path.name)
def test_a_module_is_typed_and_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "// @ts-check"
    assert len(lines) <= 300
    assert all(len(line) <= 130 for line in lines)
