"""The Windows program leaves nothing behind: files and registry of a Wine prefix before and after, also when killed."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from beistand.builder import archive, build, parts, recipe, solid, windows
from beistand.builder.firm import checked
from beistand.builder.own import ROOT, own_modules
from builder import reading
from builder.traces import drive, files, kill, processes, registry
from host.xserver import XServer
from waiting import wait_until
from wine.prefix import Prefix, Running

pytestmark = [pytest.mark.wine, pytest.mark.timeout(300)]

NAME = "Fernhilfe Müller.exe"
SLOW_SECONDS = 90.0


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    server = XServer("-screen", "0", "1024x700x24")
    yield server.name
    server.close()


@pytest.fixture(scope="module")
def prefix(
    display: str,
    windows_packages: dict[str, parts.Archive],
    packer: solid.Packer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Prefix]:
    """A Windows with the program in a folder with umlauts and spaces."""
    made = Prefix(tmp_path_factory.mktemp("wine") / "prefix", display)
    firm = checked("https://hilfe.example.org", "Müller & Söhne IT", ("030 1234",), language="de")
    program = windows.build(
        windows_packages, own_modules("windows"), build.BOOT.read_bytes(), firm, "0.1.0", NAME, packer
    )  # fmt: skip
    (drive(made) / "Für Kunden").mkdir()
    (drive(made) / "Für Kunden" / NAME).write_bytes(program)
    yield made
    made.close()


def started(prefix: Prefix, display: str) -> tuple[Running, int, int]:
    """The program with its first window open: what we started, its outer and its inner process."""
    process = prefix.start(f"C:\\Für Kunden\\{NAME}")

    def is_shown() -> bool:
        command = ["xdotool", "search", "--onlyvisible", "--name", "^Beistand$"]
        return bool(subprocess.run(command, env={"DISPLAY": display}, capture_output=True, check=False).stdout)

    wait_until(is_shown, "no first window", SLOW_SECONDS)
    both = wait_until(lambda: len(found := processes(prefix, NAME)) == 2 and found)
    return process, both[0], both[1]


def ended(prefix: Prefix, process: Running) -> None:
    wait_until(lambda: not processes(prefix, NAME), "a process of the program is still there", SLOW_SECONDS)
    process.wait(SLOW_SECONDS)


def folders(prefix: Prefix) -> list[Path]:
    return [path for path in prefix.user.rglob("_MEI*") if path.is_dir()]


def test_no_file_and_no_registry_key_stays_after_the_program_ended_or_crashed_s27(prefix: Prefix, display: str) -> None:
    warm, _, inner = started(prefix, display)  # the first start of any program makes Wine write things of its own
    kill(inner)
    ended(prefix, warm)
    prefix.settle()
    files_before, registry_before = files(prefix), registry(prefix)
    process, _, inner = started(prefix, display)
    assert len(folders(prefix)) == 1
    kill(inner)  # as a crash does: the outer process cleans up
    ended(prefix, process)
    prefix.settle()
    assert files(prefix) == files_before
    assert registry(prefix) == registry_before
    assert not [key for key, _ in registry_before if "beistand" in key.lower()]


def test_a_killed_outer_process_ends_the_session_and_the_next_start_sweeps(prefix: Prefix, display: str) -> None:
    process, outer, inner = started(prefix, display)
    kill(outer)
    wait_until(lambda: inner not in processes(prefix, NAME), "the inner process outlives its outer one")
    process.wait(SLOW_SECONDS)
    left = folders(prefix)
    assert len(left) == 1
    os.utime(left[0], (1_700_000_000, 1_700_000_000))  # long ago: not a copy that is just starting
    inode = left[0].stat().st_ino
    process, _, inner = started(prefix, display)
    wait_until(lambda: inode not in {path.stat().st_ino for path in folders(prefix)}, "the old folder was not swept")
    assert len(folders(prefix)) == 1
    kill(inner)
    ended(prefix, process)
    assert folders(prefix) == []


def test_a_full_disk_is_said_in_one_sentence_of_ours_and_leaves_nothing(
    prefix: Prefix, windows_packages: dict[str, parts.Archive], packer: solid.Packer, display: str
) -> None:
    """The disk is full once the rest is unpacked: played by a place that cannot be written, inside the packed file."""
    firm = checked("https://hilfe.example.org")
    own = own_modules("windows")
    whole = windows.build(windows_packages, own, build.BOOT.read_bytes(), firm, "0.1.0", NAME, packer)
    bad = solid.packed(solid.joined({"nowhere/file": b"x"}, "nowhere/file"))
    found = reading.archive(whole)
    entries = [
        archive.Entry(name, archive.Kind(kind), bad if name == windows.SOLID else data)
        for name, (kind, data) in found.items()
    ]
    spoiled = _bootloader_of(whole) + archive.write(entries, windows.PYTHON, "python311.dll")
    (drive(prefix) / "full.exe").write_bytes(spoiled)
    process = prefix.start("C:\\full.exe")
    search = ["xdotool", "search", "--onlyvisible", "--name", "^Beistand$"]

    def window() -> bytes:
        return subprocess.run(search, env={"DISPLAY": display}, capture_output=True, check=False).stdout

    wait_until(window, "no sentence", SLOW_SECONDS)
    subprocess.run(["xdotool", "key", "Return"], env={"DISPLAY": display}, check=True)
    assert process.wait(SLOW_SECONDS) != 0
    wait_until(lambda: not folders(prefix), "the folder is left", SLOW_SECONDS)


def _bootloader_of(program: bytes) -> bytes:
    """What stands before the archive: its cookie tells how long that is."""
    cookie = program.rindex(b"MEI\014\013\012\013\016")
    return program[: cookie + 88 - int.from_bytes(program[cookie + 8 : cookie + 12], "big")]


def test_delete_the_program_removes_the_file_under_any_name_that_a_browser_gives(
    prefix: Prefix, windows_packages: dict[str, parts.Archive], tmp_path: Path
) -> None:
    """The port's own call, by the Python that the program carries."""
    data = next(content for path, content in windows_packages[recipe.RUNTIME].items() if path.endswith("data.zip"))
    with zipfile.ZipFile(io.BytesIO(data)) as runtime:
        runtime.extractall(tmp_path)
    (tmp_path / "cp311/python311._pth").write_text(f"python311.zip\n.\nZ:{ROOT.parent}\n".replace("/", "\\"))
    odd, beside = (drive(prefix) / "Für Kunden" / name for name in ("a & b (1).exe", "b"))
    for path in (odd, beside):
        path.write_bytes(b"x")
    script = tmp_path / "remove.py"
    script.write_text(
        "from pathlib import Path\n"
        "from beistand.host.platform.windows.unpacked import WindowsUnpacked\n"
        f"WindowsUnpacked(Path('C:/'), Path('C:/Für Kunden') / {odd.name!r}).remove_program()\n",
        encoding="utf-8",
    )
    prefix.run(str(tmp_path / "cp311/python.exe"), "Z:" + str(script))
    wait_until(lambda: not odd.exists(), "the file is still there", SLOW_SECONDS)
    assert beside.exists()
