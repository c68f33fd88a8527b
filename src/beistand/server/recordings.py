"""The sealed files of recordings on this server: appended chunk by chunk, read whole, deleted when their days are over.

Nothing here can read them: they are sealed in the technician's browser to a key whose private half the owner keeps.
A file is a row of `length u32 || sealed chunk` (docs/recording.md).
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from beistand.server.clock import Clock
from beistand.server.store import recordings
from beistand.server.store.database import Database, StoreError

FOLDER = "recordings"
SWEEP_SECONDS = 60.0
READ_BYTES = 256 * 1024
# The largest sealed chunk (a chunk holds at least one frame, and that may have 16 MiB), and the largest recording.
CHUNK_BYTES = 17 * 1024 * 1024
RECORDING_BYTES = 512 * 1024 * 1024
_ID = re.compile(r"^[0-9a-f-]{36}$")

log = logging.getLogger("beistand.recordings")


class RecordingFiles:
    """The folder of all organisations of this server."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def append(self, organisation_id: str, id_: str, size: int, chunk: bytes) -> int:
        """Writes a chunk behind the first `size` bytes, which are all that is known to be whole; gives the new size.

        Blocks: call it in a thread. Raises OSError.
        """
        path = self._path(organisation_id, id_)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        framed = len(chunk).to_bytes(4, "big") + chunk
        with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            file.truncate(size)
            file.seek(size)
            file.write(framed)
        return size + len(framed)

    def read(self, organisation_id: str, id_: str, size: int) -> Iterator[bytes]:
        """The first `size` bytes in pieces. Raises FileNotFoundError."""
        with self._path(organisation_id, id_).open("rb") as file:
            while size and (piece := file.read(min(size, READ_BYTES))):
                size -= len(piece)
                yield piece

    def exists(self, organisation_id: str, id_: str) -> bool:
        """Whether there is a file."""
        return self._path(organisation_id, id_).exists()

    def delete(self, organisation_id: str, id_: str) -> None:
        """Away with it, if it is there."""
        self._path(organisation_id, id_).unlink(missing_ok=True)

    def _path(self, organisation_id: str, id_: str) -> Path:
        if not _ID.match(organisation_id) or not _ID.match(id_):
            raise FileNotFoundError("these ids cannot name a file")
        return self._folder / organisation_id / f"{id_}.sealed"


def sweep(db: Database, files: RecordingFiles, utc_us: int) -> int:
    """Deletes what is due, file first; gives how many. Blocks: call it in a thread."""
    found = db.read_now(partial(recordings.due, utc_us=utc_us))
    for organisation_id, id_ in found:
        files.delete(organisation_id, id_)
        note = partial(recordings.note_deleted, organisation_id=organisation_id, id_=id_, actor="server", utc_us=utc_us)
        db.write_now(note)
    return len(found)


async def run(db: Database, data: Path, clock: Clock) -> None:
    """Looks once a minute for recordings whose days are over, for ever."""
    files = RecordingFiles(data)
    while True:
        try:
            count = await asyncio.to_thread(sweep, db, files, clock.now().utc_us)
            if count:
                log.info("%d recordings were deleted: their days are over", count)
        except (StoreError, OSError) as error:
            log.error("recordings that are due could not be deleted: %s", error)
        await asyncio.sleep(SWEEP_SECONDS)
