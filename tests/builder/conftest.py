"""The parts of the programs, fetched once into the folder that `beistand build-program` keeps them in."""

from __future__ import annotations

from pathlib import Path

import pytest

from beistand.builder import parts


@pytest.fixture(scope="session")
def cache() -> parts.Cache:
    """Fetches what is missing; a machine without a package index fails here, by name."""
    return parts.Cache(Path("~/.cache/beistand-parts").expanduser(), print)


@pytest.fixture(scope="session")
def windows_packages(cache: parts.Cache) -> dict[str, parts.Archive]:
    """Every package of the Windows program."""
    return parts.gathered(cache, parts.LOCKS / "windows.lock")
