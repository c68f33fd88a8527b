"""Makes a backup beside a running server, and restores one into an empty data folder (S48).

A backup holds the records (as a SQLite file, also when they lie in PostgreSQL), the secrets, the firms' keys and the
programs. Making and restoring are entries of every firm's audit log, which goes on and verifies.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection

from beistand.audit.note import Verifier, origin
from beistand.server import archive
from beistand.server.clock import as_text
from beistand.server.keys import AUDIT_FILE, FILE_NAME, load_signing
from beistand.server.settings import Settings
from beistand.server.store import accounts, audit, copying
from beistand.server.store.database import Database

RECORDS = "beistand.sqlite"
IDENTITY = "identity"
MADE, RESTORED = "backup made", "backup restored"


class BackupError(Exception):
    """The backup cannot be made or restored; the text says what to do. Nothing was changed."""


@dataclass(frozen=True)
class Done:
    """What a backup holds: when it was made (text, UTC), its files, and one line for each firm's log."""

    made: str
    files: int
    logs: tuple[str, ...]
    problems: tuple[str, ...]


def make(settings: Settings, db: Database, file: Path, password: str, utc_us: int) -> Done:
    """Writes a backup to `file`, which must not exist. Raises BackupError, StoreError, KeyFileError.

    Works beside a running server. The file appears whole or not at all, for its owner alone (mode 0600).
    """
    if file.exists():
        raise BackupError(f"{file} exists already: a backup is never overwritten.")
    load_signing(settings.data / AUDIT_FILE)
    at = as_text(utc_us)
    db.write_now(partial(_note, kind=MADE, data={"made": at}, utc_us=utc_us))
    beside = file.with_name(f".{file.name}.part")
    try:
        with TemporaryDirectory(dir=settings.data, prefix=".backup-") as folder:
            records = Path(folder) / RECORDS
            copying.to_file(db, records)
            files = {RECORDS: records} | _files(settings)
            told = {"beistand_backup": 1, "beistand": version("beistand"), "made": at}
            _written(beside, lambda out: archive.write(out, files, told, password))
        os.link(beside, file)
    except FileExistsError:
        raise BackupError(f"{file} exists already: a backup is never overwritten.") from None
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {os.strerror(error.errno or 0)}. No backup was made.") from None
    finally:
        beside.unlink(missing_ok=True)
    return Done(at, len(files), (), ())


def _written(path: Path, write: Callable[[Any], None]) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        write(out)
        out.flush()
        os.fsync(out.fileno())


def _files(settings: Settings) -> dict[str, Path]:
    """What lies in the data folder and cannot be made again."""
    names = [FILE_NAME, AUDIT_FILE]
    for folder in (IDENTITY, settings.programs.name):
        names += [f"{folder}/{path.name}" for path in sorted((settings.data / folder).glob("*")) if path.is_file()]
    found = {name: settings.data / name for name in names if archive.NAME.match(name)}
    return {name: path for name, path in found.items() if path.is_file() and not path.is_symlink()}


def restore(settings: Settings, file: Path, password: str, utc_us: int) -> Done:
    """Restores `file` into a data folder that is empty or missing, and checks every firm's log.

    Raises BackupError, ArchiveError, StoreError; then the data folder is as it was.
    """
    data = settings.data
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise BackupError(
            f"{data} is not empty: restore into an empty data folder, then put it in the old one's place."
        )
    beside = data.with_name(f".{data.name}.restoring")
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(mode=0o700)
        with file.open("rb") as source:
            manifest = archive.read(source, beside, password)
        done = _settled(settings, beside, manifest, utc_us)
        if data.exists():
            data.rmdir()
        beside.rename(data)
        return done
    except OSError as error:
        raise BackupError(f"{file} cannot be restored: {os.strerror(error.errno or 0)}. Nothing was changed.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _settled(settings: Settings, folder: Path, manifest: dict[str, Any], utc_us: int) -> Done:
    """The records where the setting `database` wants them, the restoring recorded, every log checked."""
    for name in (RECORDS, FILE_NAME, AUDIT_FILE):
        if name not in manifest["files"]:
            raise BackupError(f"The backup lacks {name}: take another one.")
    is_file = settings.database.startswith("sqlite:")
    if is_file and Path(settings.database.removeprefix("sqlite:///")) != settings.data / RECORDS:
        raise BackupError("The setting database names another file: leave it out, restore, then move the file.")
    db = Database(folder / RECORDS if is_file else settings.database)
    try:
        if not is_file:
            copying.from_file(folder / RECORDS, db)
            (folder / RECORDS).unlink()
        db.upgrade()
        made = str(manifest.get("made", ""))
        db.write_now(partial(_note, kind=RESTORED, data={"made": made}, utc_us=utc_us))
        return _checked(db, folder, made, len(manifest["files"]))
    finally:
        db.close()


def _checked(db: Database, folder: Path, made: str, files: int) -> Done:
    public = load_signing(folder / AUDIT_FILE).public_key().public_bytes_raw()
    logs: list[str] = []
    problems: list[str] = []
    for firm in db.read_now(accounts.organisations):
        key = Verifier(origin(firm.id), public)
        found = db.read_now(partial(audit.verify, organisation_id=firm.id, key=key))
        logs.append(f"{firm.name}: {found.summary}: {'DAMAGED' if found.problems else 'intact'}")
        problems += found.problems
    return Done(made, files, tuple(logs), tuple(problems))


def _note(db: Connection, kind: str, data: dict[str, Any], utc_us: int) -> None:
    for firm in accounts.organisations(db):
        audit.append(db, firm.id, kind, data, "operator", utc_us)
