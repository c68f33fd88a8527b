"""The Linux program: what is inside, that it runs with a bare environment, and that it leaves nothing behind."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from beistand.builder import build, linux, linux_system, parts
from beistand.builder.errors import BuildError
from beistand.builder.firm import checked
from builder import reading
from host.xserver import XServer
from waiting import wait_until

FIRM = checked("https://hilfe.example.org", "Müller & Söhne IT", ("030 1234",), language="de")
LARGEST = 26_000_000


@pytest.fixture(scope="session")
def linux_packages(cache: parts.Cache) -> dict[str, parts.Archive]:
    return parts.gathered(cache, parts.LOCKS / "linux.lock")


@pytest.fixture(scope="session")
def program(linux_packages: dict[str, parts.Archive], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = linux.build(
        linux_packages, linux_system.collect(), build.own_modules("linux"), build.BOOT.read_bytes(), FIRM
    )
    path = tmp_path_factory.mktemp("Für Kunden") / "Fernhilfe Müller.run"
    path.write_bytes(made)
    path.chmod(0o755)
    return path


class Running:
    """The program in a home of its own, with nothing in its environment that it could lean on."""

    def __init__(self, program: Path, home: Path, display: str) -> None:
        self.temporary = home / "tmp"
        self.temporary.mkdir(exist_ok=True)
        environment = {"DISPLAY": display, "HOME": str(home), "TMPDIR": str(self.temporary)}
        self.outer = subprocess.Popen([program], env=environment, cwd="/", stdin=subprocess.DEVNULL)

    def inner(self) -> int:
        """Process id of the inner process, once there is one."""
        children = Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children")
        return int(wait_until(lambda: children.read_text().split())[0])

    def folders(self) -> list[Path]:
        return list(self.temporary.iterdir())

    def end(self) -> None:
        self.outer.kill()
        self.outer.wait()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    server = XServer("-screen", "0", "1000x700x24")
    yield server.name
    server.close()


def window_shown(display: str) -> bool:
    command = ["xdotool", "search", "--onlyvisible", "--name", "^Beistand$"]
    return bool(subprocess.run(command, env={"DISPLAY": display}, capture_output=True, check=False).stdout)


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_the_program_is_the_same_bytes_when_built_again_s53(
    program: Path, linux_packages: dict[str, parts.Archive]
) -> None:
    again = linux.build(
        linux_packages, linux_system.collect(), build.own_modules("linux"), build.BOOT.read_bytes(), FIRM
    )
    assert again == program.read_bytes()


def test_the_program_is_small_and_runs_on_ubuntu_22_04s_c_library(program: Path) -> None:
    data = program.read_bytes()
    assert len(data) <= LARGEST
    binaries = {name: content for name, (kind, content) in reading.archive(data).items() if kind == b"b"}
    newest = {name: linux.glibc_needed(content) for name, content in binaries.items()}
    assert max(newest.values()) <= linux.OLDEST_GLIBC, newest
    assert newest["libpython3.11.so.1.0"] > 0


def test_a_part_that_needs_a_newer_c_library_stops_the_build(linux_packages: dict[str, parts.Archive]) -> None:
    system = linux.System("libpython3.11.so.1.0", {}, {}, {}, {"libnew.so.1": b"\x7fELF..GLIBC_2.38\0"})
    with pytest.raises(BuildError, match=r"libnew\.so\.1 of this system needs glibc 2\.38"):
        linux.build(linux_packages, system, {}, build.BOOT.read_bytes(), FIRM)


def test_no_module_of_another_system_or_of_the_server_is_inside(program: Path) -> None:
    library = reading.archive(program.read_bytes())["base_library.zip"][1]
    names = zipfile.ZipFile(io.BytesIO(library)).namelist()
    assert "beistand/host/platform/x11/__init__.pyc" in names
    assert not [name for name in names if "/windows/" in name or "/server/" in name or "/cli/" in name]


@pytest.mark.screen
def test_it_runs_from_any_folder_with_a_bare_environment_and_leaves_nothing(
    program: Path, display: str, tmp_path: Path
) -> None:
    running = Running(program, tmp_path, display)
    try:
        wait_until(lambda: window_shown(display))
        assert len(running.folders()) == 1
        os.kill(running.inner(), signal.SIGTERM)
        running.outer.wait(30)
        assert running.folders() == []
        assert [path.name for path in tmp_path.rglob("*") if "beistand" in path.name.lower()] == []
    finally:
        running.end()


@pytest.mark.screen
def test_a_killed_outer_process_ends_the_inner_one_and_the_next_start_sweeps_s27(
    program: Path, display: str, tmp_path: Path
) -> None:
    first = Running(program, tmp_path, display)
    wait_until(lambda: window_shown(display))
    inner = first.inner()
    first.end()
    wait_until(lambda: not is_running(inner), "the inner process outlives its outer one")
    left = first.folders()
    assert len(left) == 1
    foreign = first.temporary / "_MEIother"
    foreign.mkdir()
    for folder in (left[0], foreign):
        os.utime(folder, (1_700_000_000, 1_700_000_000))  # long ago: not a copy that is just starting
    second = Running(program, tmp_path, display)
    try:
        wait_until(lambda: not left[0].exists(), "the folder of the killed program was not swept")
        wait_until(lambda: window_shown(display))
        assert foreign.exists()  # another program's folder is not ours to remove
        third = Running(program, tmp_path, display)
        try:
            own = Path(f"/proc/{second.inner()}/environ").read_bytes()
            wait_until(lambda: len(third.folders()) == 3)
            third.inner()
            assert any(str(folder).encode() in own and folder.exists() for folder in second.folders())
        finally:
            os.kill(third.inner(), signal.SIGTERM)
            third.outer.wait(30)
    finally:
        os.kill(second.inner(), signal.SIGTERM)
        second.outer.wait(30)
    assert second.folders() == [foreign]
