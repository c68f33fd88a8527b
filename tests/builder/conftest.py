"""The parts of the programs, fetched once into the folder that `beistand build-program` keeps them in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from beistand.builder import parts, solid, windows
from beistand.builder.kept import KeptPacker


@pytest.fixture(scope="session", autouse=True)
def python_of_the_programs() -> None:
    """The programs carry Python 3.11, and only it can compile for it (Debian 12; Ubuntu 24.04 has another)."""
    if sys.version_info[:2] != windows.PYTHON:
        pytest.skip(f"programs are built by Python 3.11; this is {sys.version.split()[0]}")


PARTS = Path("~/.cache/beistand-parts").expanduser()


@pytest.fixture(scope="session")
def packer() -> solid.Packer:
    """Packs once for all tests; only the test of reproducibility packs anew."""
    return KeptPacker(PARTS)


@pytest.fixture(scope="session")
def cache() -> parts.Cache:
    """Fetches what is missing; a machine without a package index fails here, by name."""
    return parts.Cache(PARTS, print)


@pytest.fixture(scope="session")
def windows_packages(cache: parts.Cache) -> dict[str, parts.Archive]:
    """Every package of the Windows program."""
    return parts.gathered(cache, parts.LOCKS / "windows.lock")
