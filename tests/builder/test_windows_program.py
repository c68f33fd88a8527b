"""The Windows program as bytes: what is inside, that it is the same each time, and what it refuses."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from beistand.builder import build, parts, pe, recipe, solid, windows
from beistand.builder.errors import BuildError
from beistand.builder.firm import checked
from builder import reading

FIRM = checked(
    "https://hilfe.example.org",
    "Müller & Söhne IT",
    ("+49 30 1234",),
    "#107040",
    root_key="A" * 43,
    least_roster=7,
    must_be_person=True,
)
LARGEST = 17_500_000
ROOT = Path(build.__file__).parents[1]
BOOT = Path(build.__file__).parent / "boot.py"


def make(packages: dict[str, parts.Archive], packer: solid.Packer = solid.packed) -> bytes:
    own = build.own_modules("windows")
    return windows.build(packages, own, BOOT.read_bytes(), FIRM, "0.1.0", "Fernhilfe.exe", packer)


@pytest.fixture(scope="session")
def program(windows_packages: dict[str, parts.Archive], packer: solid.Packer) -> bytes:
    return make(windows_packages, packer)


def test_the_program_is_the_same_bytes_when_built_by_another_process_with_another_hash_seed_s53(
    program: bytes, windows_packages: dict[str, parts.Archive], tmp_path: Path
) -> None:
    script = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1])\n"
        "from beistand.builder import parts\n"
        "from builder.test_windows_program import make\n"
        "cache = parts.Cache(pathlib.Path('~/.cache/beistand-parts').expanduser(), print)\n"
        "pathlib.Path(sys.argv[2]).write_bytes(make(parts.gathered(cache, parts.LOCKS / 'windows.lock')))\n"
    )
    tests, output = str(Path(__file__).parents[1]), tmp_path / "again.exe"
    environment = {"PYTHONHASHSEED": "4711", "HOME": str(Path.home())}
    subprocess.run([sys.executable, "-c", script, tests, str(output)], check=True, timeout=110, env=environment)
    assert output.read_bytes() == program


def test_the_program_is_small(program: bytes) -> None:
    assert len(program) <= LARGEST
    inside = " ".join([*reading.archive(program), *reading.rest(program)]).lower()
    assert not any(name in inside for name in ("numpy", "qt5", "qt6", "avcodec", "x264", "upx"))


def test_the_firm_lies_inside_the_archive_that_a_signature_covers_s51(program: bytes) -> None:
    library = reading.library(program)
    firm = json.loads(library.read("beistand/host/firm.json"))
    assert firm["server"] == "https://hilfe.example.org"
    assert firm["company"] == "Müller & Söhne IT"
    assert firm["root_key"] == "A" * 43
    assert (firm["least_roster"], firm["must_be_person"]) == (7, True)


def test_no_module_of_another_system_or_of_the_server_is_inside(program: bytes) -> None:
    names = reading.library(program).namelist()
    assert "beistand/host/app.pyc" in names
    assert not [name for name in names if "/x11/" in name or "/server/" in name or "/cli/" in name]


def test_icon_version_and_manifest_say_whose_program_it_is(program: bytes) -> None:
    found = reading.resources(program)
    manifest, version = found[24, 1].decode(), found[16, 1].decode("utf-16-le", "replace")
    assert 'level="asInvoker"' in manifest
    assert "PerMonitorV2" in manifest
    assert "Müller & Söhne IT – Fernhilfe" in version
    assert "Fernhilfe.exe" in version
    count = struct.unpack_from("<HHH", found[14, 1])[2]
    assert count == 6
    assert all(found[3, number].startswith(b"\x89PNG") for number in range(1, count + 1))


def test_every_signed_part_keeps_its_own_signature(program: bytes) -> None:
    binaries = reading.binaries(program)
    signed = {name for name, data in binaries.items() if pe.is_signed(data)}
    assert {"python311.dll", "libcrypto-3.dll", "libssl-3.dll", "_ssl.pyd", "msvcp140.dll"} <= signed
    assert all(pe.carries_own_digest(binaries[name]) for name in signed)


def test_a_changed_runtime_is_refused_by_its_signature(windows_packages: dict[str, parts.Archive]) -> None:
    """What is changed: one byte of code in python311.dll, inside an archive that still unpacks."""
    runtime = dict(windows_packages[recipe.RUNTIME])
    path = next(name for name in runtime if name.endswith("data.zip"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(runtime[path])) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            data = bytearray(old.read(name))
            if name.endswith("python311.dll"):
                data[0x5000] ^= 1
            new.writestr(name, bytes(data))
    with pytest.raises(BuildError, match=r"python311.dll of the Windows runtime is not what its publisher signed"):
        make({**windows_packages, recipe.RUNTIME: {**runtime, path: buffer.getvalue()}})  # type: ignore[dict-item]


# Named by a module inside, yet never run: by whom, and when it would be.
NEVER_RUN = {
    "_pydecimal": "decimal, without its C part",
    "_compat_pickle": "pickle, for pickles of Python 2",
    "beistand.host.media.pyav": "media/encoder, when libvpx cannot be driven; the program has no PyAV and says so",
    "doctest": "heapq and pickle, when run as a program",
    "ftplib": "urllib.request, for ftp addresses, which nothing opens",
    "multiprocessing": "concurrent.futures.process, which nothing opens",
    "multiprocessing.connection": "the same",
    "multiprocessing.queues": "the same",
    "multiprocessing.synchronize": "the same",
    "plistlib": "platform, on macOS",
    "py_compile": "zipfile, when it writes a library",
    "statistics": "random, in its self-test",
    "tarfile": "shutil, when it packs an archive",
    "tracemalloc": "warnings, which does without",
}


ELEVATION = [f"beistand.host.platform.windows.elevation.{door}" for door in ("keeper", "launch", "helper")]


def test_what_starts_before_the_rest_is_unpacked_needs_nothing_of_it(program: bytes) -> None:
    first = {name.lower(): data for name, (kind, data) in reading.archive(program).items() if kind == b"b"}
    assert set(first) == {"python311.dll", "vcruntime140.dll", "_lzma.pyd", "_ctypes.pyd", "libffi-8.dll"}
    for name, data in first.items():
        for library in reading.imported_libraries(data):
            is_windows = library.removesuffix(".dll") in OF_WINDOWS or library.startswith("api-ms-win-")
            assert is_windows or library in first, (name, library)
    assert list(reading.rest(program))[-1] == "library.zip"  # whose presence says that all of it is there


def test_every_module_that_the_program_reaches_is_inside(
    program: bytes, windows_packages: dict[str, parts.Archive]
) -> None:
    """Follows every import statement of every module, from the program's doors on."""
    library = reading.library(program)
    inside = reading.module_names(library.namelist())
    data = next(files for path, files in windows_packages[recipe.RUNTIME].items() if path.endswith("data.zip"))
    whole = zipfile.ZipFile(io.BytesIO(zipfile.ZipFile(io.BytesIO(data)).read("cp311/python311.zip")))
    ours = reading.module_names(f"beistand/{p.relative_to(ROOT).as_posix()}" for p in ROOT.rglob("*.py"))
    doors = [
        "beistand.host.one_file",
        "beistand.host.ui.stop_sign",
        "runpy",
        *ELEVATION,
        *(n for n in inside if "encodings" in n),
    ]
    reached = reading.reached(library, doors)
    known = reading.module_names(whole.namelist()) | ours
    missing = {
        name: by
        for name, by in reached.items()
        if name in known - inside and ".x11" not in name and ".macos" not in name
    }
    assert set(missing) <= set(NEVER_RUN), missing
    assert len(reached) > 300


def test_a_module_that_is_left_out_though_it_is_needed_would_be_found(
    program: bytes,
) -> None:
    library = reading.library(program)
    assert "beistand.host.app" in reading.reached(library, ["beistand.host.one_file"])["asyncio"]


# Part of every Windows 10 and 11, beside `api-ms-win-*`.
_OF_WINDOWS = """
advapi32 bcrypt bcryptprimitives cfgmgr32 comctl32 comdlg32 crypt32 gdi32 gdiplus imm32 iphlpapi kernel32 msimg32
msvcrt ncrypt ntdll ole32 oleacc oleaut32 psapi rpcrt4 secur32 shell32 shlwapi user32 userenv uxtheme version
winmm winspool.drv ws2_32 d3d11 dxgi
"""
OF_WINDOWS = set(_OF_WINDOWS.split())


def test_every_library_that_a_part_is_linked_against_is_inside_or_in_every_windows(program: bytes) -> None:
    """E.g. wx needs msvcp140.dll, which a fresh Windows lacks; swscale needs avutil, and that what libvpl needs."""
    binaries = {name.lower(): data for name, data in reading.binaries(program).items()}
    missing: dict[str, list[str]] = {}
    for name, data in binaries.items():
        for library in reading.imported_libraries(data):
            is_windows = library.removesuffix(".dll") in OF_WINDOWS or library.startswith("api-ms-win-")
            if library not in binaries and not is_windows:
                missing.setdefault(library, []).append(name)
    assert not missing
    assert "msvcp140.dll" in reading.imported_libraries(binaries["wxbase334u_vc140_x64.dll"])
