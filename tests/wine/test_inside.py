"""Runs `inside/` and the playbooks by Windows' own Python, on the desktop that the other tests use too."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

import beistand
from wine.prefix import Prefix, windows_path

pytestmark = [pytest.mark.wine, pytest.mark.timeout(300)]

_TESTS = Path(__file__).parents[1]
_PURE = ("pytest", "_pytest", "pluggy", "py", "iniconfig", "packaging", "pygments", "colorama")


@pytest.fixture(scope="session")
def python_with_pytest(windows_python: Path) -> Path:
    """pytest is pure Python: this environment's own, and the source tree beside it."""
    site = windows_python.parents[1] / "site"
    for name in _PURE:
        found = find_spec(name)
        if found is not None and found.submodule_search_locations:
            shutil.copytree(found.submodule_search_locations[0], site / name, dirs_exist_ok=True)
        elif found is not None and found.origin is not None:
            shutil.copy(found.origin, site)
    source, tests = windows_path(Path(beistand.__file__).parents[1]), windows_path(_TESTS)
    places = windows_python.with_name("python311._pth")
    places.write_text("\n".join([*places.read_text().split("\n")[:-1], source, tests, "import site"]))
    return windows_python


def run_tests(prefix: Prefix, python: Path, *files: str, seconds: float = 240) -> str:
    paths = [windows_path(_TESTS / file) for file in files]
    folder = paths[0].rpartition("\\")[0]
    options = ["-q", "-p", "no:cacheprovider", "-c", "NUL", "-W", "error", "--import-mode=importlib"]
    options += ["--rootdir", folder, "--confcutdir", folder]  # the fixtures above it need the server's packages
    running = prefix.start(str(python), "-B", "-m", "pytest", *options, *paths, seconds=seconds)
    code = running.wait(seconds + 10)
    assert code == 0, running.output
    return running.output


def test_the_adapter_keeps_its_promises_on_a_windows_desktop(prefix: Prefix, python_with_pytest: Path) -> None:
    output = run_tests(prefix, python_with_pytest, "wine/inside/test_adapter.py", "wine/inside/test_duplication.py")
    assert re.search(r"1\d passed", output), output


def test_the_playbooks_are_played_by_windows_python_too(prefix: Prefix, python_with_pytest: Path) -> None:
    output = run_tests(prefix, python_with_pytest, "playbooks/test_playbooks.py")
    assert re.search(r"\d\d passed", output), output


@pytest.mark.timeout(600)
def test_the_helper_for_administration_obeys_its_program_alone_and_leaves_nothing(
    prefix: Prefix, python_with_pytest: Path
) -> None:
    output = run_tests(prefix, python_with_pytest, "wine/inside/test_elevation.py", seconds=480)
    assert re.search(r"1\d passed", output), output
