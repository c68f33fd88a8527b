"""Reads a program back: the archive behind the bootloader, and the resources. Written apart from the builder's code."""

from __future__ import annotations

import dis
import io
import lzma
import marshal
import struct
import zipfile
import zlib
from collections.abc import Iterable
from types import CodeType


def archive(program: bytes) -> dict[str, tuple[bytes, bytes]]:
    """name -> (kind, unpacked bytes), found as the bootloader finds it: the last cookie of the file."""
    cookie = program.rindex(b"MEI\014\013\012\013\016")
    _, length, toc, toc_length, _, _ = struct.unpack_from("!8sIIII64s", program, cookie)
    start = cookie + 88 - length
    found, at, end = {}, start + toc, start + toc + toc_length
    while at < end:
        size, offset, packed, unpacked, is_packed, kind = struct.unpack_from("!IIIIBc", program, at)
        name = program[at + 18 : at + size].rstrip(b"\0").decode()
        data = program[start + offset : start + offset + packed]
        data = zlib.decompress(data) if is_packed else data
        assert len(data) == unpacked
        found[name] = (kind, data)
        at += size
    return found


def rest(program: bytes) -> dict[str, bytes]:
    """name -> bytes of the files that boot.py unpacks; {} in a program without them."""
    packed = archive(program).get("rest.xz", (b"", b""))[1]
    if not packed:
        return {}
    content = lzma.decompress(packed)
    at = 4 + int.from_bytes(content[:4], "little")
    found = {}
    for line in content[4:at].decode().splitlines():
        size, name = line.split(" ", 1)
        found[name] = content[at : at + int(size)]
        at += int(size)
    assert at == len(content)
    return found


def library(program: bytes) -> zipfile.ZipFile:
    """Every module, from the library that Python starts with and from the one that boot.py unpacks."""
    both = io.BytesIO()
    with zipfile.ZipFile(both, "w") as joined:
        for data in filter(None, (archive(program)["base_library.zip"][1], rest(program).get("library.zip", b""))):
            with zipfile.ZipFile(io.BytesIO(data)) as one:
                for name in one.namelist():
                    joined.writestr(name, one.read(name))
    return zipfile.ZipFile(both)


def binaries(program: bytes) -> dict[str, bytes]:
    """name -> bytes of every library and extension module."""
    found = {name: data for name, (kind, data) in archive(program).items() if kind == b"b"}
    return found | {name: data for name, data in rest(program).items() if not name.endswith(".zip")}


def resources(program: bytes) -> dict[tuple[int, int], bytes]:
    """(type, name) -> bytes of every resource."""
    header = struct.unpack_from("<I", program, 0x3C)[0]
    root = struct.unpack_from("<I", program, header + 24 + 112 + 16)[0]
    sections = header + 24 + struct.unpack_from("<H", program, header + 20)[0]
    for index in range(struct.unpack_from("<H", program, header + 6)[0]):
        _, address, size, offset = struct.unpack_from("<IIII", program, sections + 40 * index + 8)
        if address <= root < address + size:
            shift = offset - address
    found = {}

    def children(table: int) -> list[tuple[int, int]]:
        named, numbered = struct.unpack_from("<HH", program, root + shift + table + 12)
        entries = range(named + numbered)
        return [struct.unpack_from("<II", program, root + shift + table + 16 + 8 * i) for i in entries]

    for kind, names in children(0):
        for name, languages in children(names & 0x7FFFFFFF):
            for _language, leaf in children(languages & 0x7FFFFFFF):
                address, size = struct.unpack_from("<II", program, root + shift + leaf)
                found[kind, name] = program[address + shift : address + shift + size]
    return found


def code_of(library: zipfile.ZipFile, name: str) -> tuple[CodeType, bool] | None:
    """A module's code and whether it is a package."""
    base = name.replace(".", "/")
    names = library.NameToInfo
    for path, is_package in ((f"{base}/__init__.pyc", True), (f"{base}.pyc", False)):
        if path in names:
            return marshal.loads(library.read(path)[16:]), is_package
    return None


def imported(code: CodeType, name: str, is_package: bool) -> set[str]:
    """Every module that the code names in an import statement, in functions too."""
    found: set[str] = set()
    package = name if is_package else name.rpartition(".")[0]
    steps = list(dis.get_instructions(code))
    for index, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            level, names = steps[index - 2].argval, steps[index - 1].argval
            base = package.rsplit(".", level - 1)[0] if level and level > 1 else package if level else ""
            target = ".".join(part for part in (base, step.argval) if part)
            found |= {target, *(f"{target}.{each}" for each in names or ())}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= imported(constant, name, is_package)
    return found


def reached(library: zipfile.ZipFile, doors: list[str]) -> dict[str, set[str]]:
    """Every module name reached from the doors -> the modules that name it."""
    found: dict[str, set[str]] = {door: set() for door in doors}
    waiting = list(doors)
    while waiting:
        name = waiting.pop()
        loaded = code_of(library, name)
        if loaded is None:
            continue
        parents = [name.rsplit(".", n)[0] for n in range(1, name.count(".") + 1)]
        for target in imported(loaded[0], name, loaded[1]) | set(parents):
            if target not in found:
                waiting.append(target)
            found.setdefault(target, set()).add(name)
    return found


def module_names(paths: Iterable[str]) -> set[str]:
    """Dotted names of the modules among these paths."""
    found = (path.rpartition(".")[0] for path in paths if path.endswith((".py", ".pyc")))
    return {path.removesuffix("/__init__").replace("/", ".") for path in found}


def imported_libraries(binary: bytes) -> set[str]:
    """Names of the libraries that a Windows binary is linked against, lower case."""
    header = struct.unpack_from("<I", binary, 0x3C)[0]
    sections = header + 24 + struct.unpack_from("<H", binary, header + 20)[0]
    count = struct.unpack_from("<H", binary, header + 6)[0]
    places = [struct.unpack_from("<IIII", binary, sections + 40 * index + 8) for index in range(count)]

    def at(address: int) -> int:
        return next(address - start + offset for _, start, size, offset in places if start <= address < start + size)

    found = set()
    table = struct.unpack_from("<I", binary, header + 24 + 112 + 8)[0]
    if table:
        entry = at(table)
        while name := struct.unpack_from("<I", binary, entry + 12)[0]:
            start = at(name)
            found.add(binary[start : binary.index(b"\0", start)].decode().lower())
            entry += 20
    return found
