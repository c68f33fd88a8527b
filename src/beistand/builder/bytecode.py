"""Sources to bytecode, modules to a zip: the same bytes each time, whatever the clock says. Pure.

Marshal's version 2 writes no back references, whose marks depend on the running interpreter's reference counts; strings
in sets are sorted by marshal since Python 3.11. Hash-based `.pyc` files that are not checked (PEP 552) carry no date.
"""

from __future__ import annotations

import importlib.util
import io
import marshal
import struct
import zipfile
from collections.abc import Mapping

_UNCHECKED = struct.pack("<I", 0b01)
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_STRIP_DOCSTRINGS = 2


class SourceError(Exception):
    """A module cannot be compiled; one sentence."""


def code(source: bytes, name: str, optimize: int = _STRIP_DOCSTRINGS) -> bytes:
    """A marshalled code object; `name` is what tracebacks show. Raises SourceError."""
    try:
        compiled = compile(source, name, "exec", dont_inherit=True, optimize=optimize)
    except (SyntaxError, ValueError) as error:
        raise SourceError(f"{name} cannot be compiled ({error}): the package is damaged.") from None
    return marshal.dumps(compiled, 2)


def pyc(source: bytes, name: str, optimize: int = _STRIP_DOCSTRINGS) -> bytes:
    """A `.pyc` file that Python never compares with a source."""
    return importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(source) + code(source, name, optimize)


def module_zip(files: Mapping[str, bytes]) -> bytes:
    """A zip that Python imports from: `.py` becomes `.pyc`, the rest stays. Not packed: the archive around it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            data = files[name]
            if name.endswith(".py"):
                data, name = pyc(data, name), name + "c"
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.create_system = 3
            archive.writestr(entry, data)
    return buffer.getvalue()
