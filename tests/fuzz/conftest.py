"""How many examples each reader meets: few in the suite, as many as asked for in `make nightly`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz-examples", type=int, default=0, help="examples for each reader, with new seeds")
