"""Keeps what packing took half a minute for: it is the same for every firm and only changes with the pinned parts.

A kept file is believed only if it unpacks to what is asked for; a folder that cannot be written costs time, no more.
"""

from __future__ import annotations

import contextlib
import hashlib
import lzma
import os
from pathlib import Path

from beistand.builder import solid


class KeptPacker:
    """A `solid.Packer`, with a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, content: bytes) -> bytes:
        """As `solid.packed`."""
        # One packing is told from another by its content and by how it was packed.
        digest = hashlib.sha256(repr(solid.FILTERS).encode() + content).hexdigest()
        path = self._folder / f"rest-{digest}.xz"
        with contextlib.suppress(OSError, lzma.LZMAError):
            data = path.read_bytes()
            if lzma.decompress(data) == content:
                return data
        data = solid.packed(content)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            partial.replace(path)
        return data
