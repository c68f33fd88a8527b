"""The Linux program from its parts: bootloader and archive. Pure: bytes in, bytes out, the same each time.

Python and wx come from the Debian that builds (there is no wx wheel for Linux), all else from pinned wheels. GTK,
X11, OpenSSL and the C library are the customer's own: every desktop has them, and they fit its theme, its screen reader
and its security updates. Libraries that differ between Debian and Ubuntu travel along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from beistand.builder import archive, bytecode, recipe
from beistand.builder.archive import Entry, Kind
from beistand.builder.errors import BuildError
from beistand.builder.firm import Firm
from beistand.builder.windows import BYTECODE_MAGIC, FIRM_FILE, MARK, PYTHON, filled_boot

OLDEST_GLIBC = 35  # 2.35: Ubuntu 22.04; Debian 12 has 2.36
_GLIBC = re.compile(rb"GLIBC_2\.(\d+)\0")


@dataclass(frozen=True)
class System:
    """What the building Debian gives: `library` and `modules` by path, `extensions` by module name and file name."""

    python: str
    library: Mapping[str, bytes]
    modules: Mapping[str, bytes]
    extensions: Mapping[str, tuple[str, bytes]]
    libraries: Mapping[str, bytes] = field(default_factory=dict)


def build(
    packages: Mapping[str, Mapping[str, bytes]], system: System, own: Mapping[str, bytes], boot: bytes, firm: Firm
) -> bytes:
    """The executable. Raises BuildError if a part is missing or needs a newer C library than customers have."""
    chosen = recipe.choose(packages, recipe.LINUX)
    for module, (file, data) in system.extensions.items():
        chosen.extensions[module] = file
        chosen.binaries[file] = data
    chosen.binaries.update(system.libraries)
    _refuse_newer(chosen.binaries)
    library = {path: data for path, data in system.library.items() if recipe.is_in_library(path)}
    modules = {**library, **system.modules, **chosen.modules, **own, FIRM_FILE: firm.as_json()}
    entries = [
        Entry("boot", Kind.SCRIPT, filled_boot(boot, chosen.extensions)),
        archive.empty_module_archive(BYTECODE_MAGIC),
        Entry(MARK, Kind.DATA),
        Entry("base_library.zip", Kind.DATA, bytecode.module_zip(modules)),
        *(Entry(name, Kind.BINARY, chosen.binaries[name]) for name in sorted(chosen.binaries)),
    ]
    return packages["pyinstaller"][recipe.LINUX_BOOTLOADER] + archive.write(entries, PYTHON, system.python)


def glibc_needed(data: bytes) -> int:
    """The minor version of the newest symbol of the C library that a binary names; 0 if it names none."""
    return max((int(minor) for minor in _GLIBC.findall(data)), default=0)


def _refuse_newer(binaries: Mapping[str, bytes]) -> None:
    for name, data in sorted(binaries.items()):
        if glibc_needed(data) > OLDEST_GLIBC:
            raise BuildError(
                f"{name} of this system needs glibc 2.{glibc_needed(data)}, customers' systems have 2.{OLDEST_GLIBC}: "
                "build the Linux program on Debian 12."
            )
