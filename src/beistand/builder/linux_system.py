"""Collects from the Debian that builds what has no wheel: Python, its library, wx, libraries that travel along."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

from beistand.builder.errors import BuildError
from beistand.builder.linux import System

# Modules of Python's library that are files of their own on Debian and that a session uses.
EXTENSIONS = (
    "_asyncio", "_contextvars", "_ctypes", "_decimal", "_hashlib", "_json", "_queue", "_ssl", "_typing", "_uuid",
    "mmap",
)  # fmt: skip
WX_MODULES = ("__init__.py", "core.py", "__version__.py", "lib/__init__.py", "lib/wordwrap.py")
WX_EXTENSIONS = ("_core", "siplib")
# Of what wx's core needs: not on every desktop, or with another version on Ubuntu 22.04 than on Debian 12 and 13.
LIBRARIES = (
    "libwx_baseu-3.2.so.0", "libwx_baseu_net-3.2.so.0", "libwx_gtk3u_core-3.2.so.0", "libtiff.so.6", "libjpeg.so.62",
    "libLerc.so.4", "libjbig.so.0", "libdeflate.so.0", "libwebp.so.7", "libnotify.so.4", "libpcre2-32.so.0",
    "libXtst.so.6", "libSM.so.6", "libICE.so.6",
)  # fmt: skip
_DIST_PACKAGES = Path("/usr/lib/python3/dist-packages")
LDD_SECONDS = 30


def collect() -> System:
    """Reads the files. Raises BuildError with the Debian package that is missing."""
    library = Path(sysconfig.get_path("stdlib"))
    wx = _DIST_PACKAGES / "wx"
    if not (wx / "core.py").is_file():
        raise BuildError("wxPython is not installed: install the Debian package python3-wxgtk4.0.")
    suffix = str(sysconfig.get_config_var("EXT_SUFFIX"))
    extensions = {
        name: (name + suffix, (library / "lib-dynload" / (name + suffix)).read_bytes())
        for name in EXTENSIONS
        if (library / "lib-dynload" / (name + suffix)).is_file()  # others are built into Python
    }
    wx_core = wx / f"_core{suffix}"
    for name in WX_EXTENSIONS:
        file = wx / (name + suffix)
        if not file.is_file():
            raise BuildError(f"{file} is missing: wxPython and Python must come from the same Debian.")
        extensions[f"wx.{name}"] = (file.name, file.read_bytes())
    python = _python_library()
    found = _needed(wx_core)
    missing = [name for name in LIBRARIES if name not in found]
    if missing:
        raise BuildError(f"{missing[0]} is not what wxPython uses here: build the Linux program on Debian 12.")
    return System(
        python=python.name,
        library={p.relative_to(library).as_posix(): p.read_bytes() for p in sorted(library.rglob("*.py")) if _own(p)},
        modules={f"wx/{name}": (wx / name).read_bytes() for name in WX_MODULES},
        extensions=extensions,
        libraries={name: found[name].read_bytes() for name in LIBRARIES} | {python.name: python.read_bytes()},
    )


def _own(path: Path) -> bool:
    """Whether a file belongs to the library proper; `test`, `idlelib` and the like are left out by the recipe."""
    return not {"site-packages", "dist-packages", "test", "tests"} & set(path.parts)


def _python_library() -> Path:
    name = str(sysconfig.get_config_var("INSTSONAME"))
    folders = [Path(str(sysconfig.get_config_var("LIBDIR")))]
    folders.insert(0, folders[0] / str(sysconfig.get_config_var("MULTIARCH")))
    for folder in folders:
        if ".so" in name and (folder / name).is_file():
            return folder / name
    raise BuildError("Python's shared library is not installed: install the Debian package libpython3.11.")


def _needed(binary: Path) -> dict[str, Path]:
    """Every library that this one loads here, by its name."""
    done = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, timeout=LDD_SECONDS, check=False)
    pairs = (line.split("=>") for line in done.stdout.splitlines() if "=>" in line)
    found = {name.strip(): place.split("(")[0].strip() for name, place in pairs}
    return {name: Path(place) for name, place in found.items() if place.startswith("/")}
