"""The resource section of a Windows program: icon, version and manifest, laid out for a given address. Pure.

Source: Microsoft, "PE Format" (The .rsrc Section), VS_VERSIONINFO, application manifests, icons in Win32.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_ICON, _GROUP_ICON, _VERSION, _MANIFEST = 3, 14, 16, 24
_ENGLISH_US, _UNICODE = 0x0409, 0x04B0


@dataclass(frozen=True)
class Facts:
    """What the file says of itself; `version` is four numbers below 65,536."""

    product: str
    company: str
    description: str
    version: tuple[int, int, int, int]
    file_name: str
    copyright: str
    must_be_administrator: bool


@dataclass(frozen=True)
class Picture:
    """One size of the icon as a PNG; up to 256 pixels square."""

    size_px: int
    png: bytes


def section(facts: Facts, icon: Sequence[Picture], address: int) -> bytes:
    """The section's bytes for this virtual address."""
    tree: dict[int, dict[int, bytes]] = {
        _ICON: {number: picture.png for number, picture in enumerate(icon, 1)},
        _GROUP_ICON: {1: _icon_group(icon)},
        _VERSION: {1: _version(facts)},
        _MANIFEST: {1: _manifest(facts).encode()},
    }
    return _layout(tree, address)


def _layout(tree: Mapping[int, Mapping[int, bytes]], address: int) -> bytes:
    """Three levels of tables (type, name, language), then the entries of the data, then the data."""
    leaves = [(kind, name) for kind in sorted(tree) for name in sorted(tree[kind])]
    second = 16 + 8 * len(tree)
    third = second + sum(16 + 8 * len(names) for names in tree.values())
    data_entries = third + 24 * len(leaves)
    data = data_entries + 16 * len(leaves)
    out = bytearray(_table(len(tree)))
    at = second
    for kind in sorted(tree):
        out += struct.pack("<II", kind, 0x80000000 | at)
        at += 16 + 8 * len(tree[kind])
    at = third
    for kind in sorted(tree):
        out += _table(len(tree[kind]))
        for name in sorted(tree[kind]):
            out += struct.pack("<II", name, 0x80000000 | at)
            at += 24
    for index in range(len(leaves)):
        out += _table(1) + struct.pack("<II", _ENGLISH_US, data_entries + 16 * index)
    blobs = bytearray()
    for kind, name in leaves:
        blob = tree[kind][name]
        out += struct.pack("<IIII", address + data + len(blobs), len(blob), 0, 0)
        blobs += blob + bytes(-len(blob) % 8)
    return bytes(out + blobs)


def _table(entries: int) -> bytes:
    return struct.pack("<IIHHHH", 0, 0, 0, 0, 0, entries)


def _icon_group(icon: Sequence[Picture]) -> bytes:
    out = struct.pack("<HHH", 0, 1, len(icon))
    for number, picture in enumerate(icon, 1):
        side = picture.size_px % 256  # 0 stands for 256
        out += struct.pack("<BBBBHHIH", side, side, 0, 0, 1, 32, len(picture.png), number)
    return out


def _block(key: str, value: bytes, is_text: bool, children: Sequence[bytes] = ()) -> bytes:
    """A block of VS_VERSIONINFO: length, value's length, type, key, then value and children, each at 4 bytes."""
    units = len(value) // 2 if is_text else len(value)
    body = key.encode("utf-16-le") + b"\0\0"
    body += bytes(-(6 + len(body)) % 4) + value
    for child in children:
        body += bytes(-(6 + len(body)) % 4) + child
    return struct.pack("<HHH", 6 + len(body), units, is_text) + body


def _version(facts: Facts) -> bytes:
    high, low = facts.version[0] << 16 | facts.version[1], facts.version[2] << 16 | facts.version[3]
    fixed = struct.pack("<13I", 0xFEEF04BD, 0x10000, high, low, high, low, 0x3F, 0, 0x40004, 1, 0, 0, 0)
    text = ".".join(map(str, facts.version))
    strings = {
        "CompanyName": facts.company,
        "FileDescription": facts.description,
        "FileVersion": text,
        "InternalName": facts.product,
        "LegalCopyright": facts.copyright,
        "OriginalFilename": facts.file_name,
        "ProductName": facts.product,
        "ProductVersion": text,
    }
    entries = [_block(key, (value + "\0").encode("utf-16-le"), True) for key, value in strings.items()]
    table = _block(f"{_ENGLISH_US:04X}{_UNICODE:04X}", b"", True, entries)
    translation = _block("Translation", struct.pack("<HH", _ENGLISH_US, _UNICODE), False)
    children = [_block("StringFileInfo", b"", True, [table]), _block("VarFileInfo", b"", True, [translation])]
    return _block("VS_VERSION_INFO", fixed, False, children)


def _manifest(facts: Facts) -> str:
    """Rights, pixels that are not scaled (per monitor, version 2), long paths, and the common controls wx needs."""
    level = "requireAdministrator" if facts.must_be_administrator else "asInvoker"
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <assemblyIdentity type="win32" name="Beistand" version="{".".join(map(str, facts.version))}" \
processorArchitecture="amd64"/>
  <dependency><dependentAssembly><assemblyIdentity type="win32" name="Microsoft.Windows.Common-Controls" \
version="6.0.0.0" processorArchitecture="*" publicKeyToken="6595b64144ccf1df" language="*"/></dependentAssembly>\
</dependency>
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3"><security><requestedPrivileges>
    <requestedExecutionLevel level="{level}" uiAccess="false"/>
  </requestedPrivileges></security></trustInfo>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1"><application>
    <supportedOS Id="{{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}}"/>
  </application></compatibility>
  <application xmlns="urn:schemas-microsoft-com:asm.v3"><windowsSettings>
    <dpiAware xmlns="http://schemas.microsoft.com/SMI/2005/WindowsSettings">true/pm</dpiAware>
    <dpiAwareness xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">PerMonitorV2</dpiAwareness>
    <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
  </windowsSettings></application>
</assembly>
"""
