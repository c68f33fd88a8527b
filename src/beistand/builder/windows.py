"""The Windows program from its parts: bootloader, resources, archive. Pure: bytes in, bytes out, the same each time."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

from beistand.builder import archive, bytecode, icon, pe, recipe, resources, solid
from beistand.builder.archive import Entry, Kind
from beistand.builder.errors import BuildError
from beistand.builder.firm import Firm

PYTHON = (3, 11)
BYTECODE_MAGIC = struct.pack("<H", 3495) + b"\r\n"  # CPython 3.11
MARK = "beistand.mark"  # host/platform/*/unpacked.py
FIRM_FILE = "beistand/host/firm.json"
SOLID, LIBRARY = "rest.xz", "library.zip"  # boot.py


def build(
    packages: Mapping[str, Mapping[str, bytes]],
    own: Mapping[str, bytes],
    boot: bytes,
    firm: Firm,
    version: str,
    file_name: str,
    packer: solid.Packer = solid.packed,
) -> bytes:
    """The unsigned `.exe`. `own` are our modules by path (`beistand/...`), `boot` the source of `boot.py`.

    Raises BuildError if a part is not what the recipe expects.
    """
    chosen = recipe.choose(packages, recipe.WINDOWS)
    library = _add_runtime(chosen, packages[recipe.RUNTIME])
    begin, rest = _parted(library, chosen)
    modules = {**begin, **own, FIRM_FILE: firm.as_json()}
    entries = [
        Entry("boot", Kind.SCRIPT, filled_boot(boot, chosen.extensions)),
        archive.empty_module_archive(BYTECODE_MAGIC),
        Entry(MARK, Kind.DATA),  # the first file to be unpacked: later starts know our folders by it
        Entry("base_library.zip", Kind.DATA, bytecode.module_zip(modules)),
        *(Entry(name, Kind.BINARY, chosen.binaries[name]) for name in sorted(recipe.FIRST_BINARIES)),
        Entry(SOLID, Kind.DATA, packer(solid.joined(rest, LIBRARY)), is_packed=False),
    ]
    # The bootloader's own window for a crash would show a traceback; ours says a sentence (host/one_file.py).
    entries.append(Entry("pyi-disable-windowed-traceback", Kind.OPTION))
    head = _bootloader(packages["pyinstaller"], firm, version, file_name)
    return pe.with_checksum(head + archive.write(entries, PYTHON, "python311.dll"))


def _parted(library: Mapping[str, bytes], chosen: recipe.Chosen) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Modules that Python needs before `rest.xz` is unpacked, and the files of that."""
    begin = {path: data for path, data in library.items() if path.startswith(recipe.FIRST_MODULES)}
    later = {path: data for path, data in library.items() if path not in begin} | chosen.modules
    rest = {name: data for name, data in chosen.binaries.items() if name not in recipe.FIRST_BINARIES}
    return begin, rest | {LIBRARY: bytecode.module_zip(later)}


def _add_runtime(chosen: recipe.Chosen, runtime: Mapping[str, bytes]) -> dict[str, bytes]:
    """Adds the runtime's binaries, each with a true signature; returns the library's modules."""
    data = next((content for path, content in runtime.items() if path.endswith("/data.zip")), None)
    if data is None:
        raise BuildError("The Windows runtime has no data.zip: the recipe must follow its new version.")
    with zipfile.ZipFile(io.BytesIO(data)) as embedded:
        for name in recipe.RUNTIME_BINARIES:
            binary = embedded.read(f"cp311/{name}")
            if not pe.carries_own_digest(binary):
                raise BuildError(f"{name} of the Windows runtime is not what its publisher signed: do not use it.")
            chosen.add_binary(name, binary)
        with zipfile.ZipFile(io.BytesIO(embedded.read("cp311/python311.zip"))) as library:
            return {name: library.read(name) for name in library.namelist() if recipe.is_in_library(name)}


def filled_boot(source: bytes, extensions: Mapping[str, str]) -> bytes:
    """The start script with the table of extension modules filled in."""
    marker = b"EXTENSIONS: dict[str, str] = {}"
    if marker not in source:
        raise BuildError("boot.py has no table of extension modules to fill in.")
    table = {name: extensions[name] for name in sorted(extensions)}
    return bytecode.code(source.replace(marker, b"EXTENSIONS = " + repr(table).encode()), "boot.py")


def _bootloader(package: Mapping[str, bytes], firm: Firm, version: str, file_name: str) -> bytes:
    """PyInstaller's bootloader with icon, version and manifest."""
    plain = package[recipe.BOOTLOADER]
    numbers = [int(part) for part in version.split(".")[:4] if part.isdigit()]
    first, second, third, fourth = (*numbers, 0, 0, 0, 0)[:4]
    facts = resources.Facts(
        product="Beistand",
        company=firm.company or "Beistand",
        description=f"{firm.company} – Fernhilfe" if firm.company else "Beistand – Fernhilfe",
        version=(first, second, third, fourth),
        file_name=file_name,
        copyright="Beistand, GPL-3.0-or-later",
        must_be_administrator=firm.must_be_administrator,
    )
    pictures = [resources.Picture(size, icon.draw(size, firm.colour)) for size in icon.SIZES_PX]
    return pe.with_resources(plain, resources.section(facts, pictures, pe.next_address(plain)))
