"""The parts of a program, fetched once and kept in a cache: wheels by pip, the Windows runtime as a plain archive.

Every file is pinned by its SHA-256 (`locks/`). A file that does not match never reaches the recipe.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from beistand.builder.errors import BuildError
from beistand.builder.steps import Step, Tell

LOCKS = Path(__file__).parent / "locks"
FETCH_SECONDS = 1_200
LATER_STEPS = 2  # assembling and signing


@dataclass(frozen=True)
class Pin:
    """One file of the package index: `project==version`, its file name, its SHA-256."""

    project: str
    version: str
    file: str
    sha256: str


def pins(lock: Path) -> list[Pin]:
    """Reads a lock: one line a file, `project==version file sha256:...`; `#` begins a remark."""
    found = []
    for line in lock.read_text("utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line:
            requirement, file, digest = line.split()
            project, _, version = requirement.partition("==")
            found.append(Pin(project, version, file, digest.removeprefix("sha256:")))
    return found


class Cache:
    """A folder of fetched files."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self._folder, self._tell = folder, tell

    def get(self, pin: Pin, number: int = 1, total: int = 1) -> bytes:
        """The file's bytes, from the cache or fetched now as step `number` of `total`. Raises BuildError."""
        path = self._folder / pin.file
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() == pin.sha256:
            return data
        self._tell(Step("fetch", number, total, pin.file))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            data = _fetch(pin, self._folder)
            if hashlib.sha256(data).hexdigest() != pin.sha256:
                raise BuildError(
                    f"{pin.file} from the package index is not the file this release was made with: do not use it, "
                    "tell the maintainers."
                )
            partial = path.with_suffix(".partial")
            partial.write_bytes(data)
            partial.replace(path)
        except OSError as error:
            raise BuildError(f"The folder {self._folder} cannot be written ({error.strerror}).") from None
        return data


def _fetch(pin: Pin, folder: Path) -> bytes:
    """Asks pip, with its own settings for index, proxy and certificates; nothing of the package is run."""
    partial = folder / (pin.file + ".fetched")
    fetcher = Path(__file__).parent / "fetch.py"
    command = [sys.executable, str(fetcher), pin.project, pin.file, str(partial)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise BuildError(f"{pin.file} could not be fetched within {FETCH_SECONDS // 60} minutes: try again.") from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BuildError(f"{pin.file} could not be fetched ({reason}): check the network and pip's settings.")
    data = partial.read_bytes()
    partial.unlink()
    return data


class Archive(Mapping[str, bytes]):
    """The files of a wheel or a source archive by their path; a wheel's are unpacked when asked for."""

    def __init__(self, name: str, data: bytes) -> None:
        """Raises BuildError if it is damaged."""
        self._unpacked: dict[str, bytes] = {}
        self._wheel: zipfile.ZipFile | None = None
        try:
            if name.endswith(".tar.gz"):
                self._unpacked = _untar(data)
            else:
                self._wheel = zipfile.ZipFile(io.BytesIO(data))
        except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
            raise BuildError(f"{name} is damaged ({error}): delete it from the cache and try again.") from None

    def __getitem__(self, path: str) -> bytes:
        if self._wheel is None:
            return self._unpacked[path]
        return self._wheel.read(path)

    def __iter__(self) -> Iterator[str]:
        if self._wheel is None:
            return iter(self._unpacked)
        return (info.filename for info in self._wheel.infolist() if not info.is_dir())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _untar(data: bytes) -> dict[str, bytes]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None:
                found[member.name] = file.read()
    return found


def gathered(cache: Cache, lock: Path) -> dict[str, Archive]:
    """Every pinned archive of the lock by its project's name; the steps after it are counted in."""
    wanted = pins(lock)
    total = len(wanted) + LATER_STEPS
    return {pin.project: Archive(pin.file, cache.get(pin, n, total)) for n, pin in enumerate(wanted, 1)}
