"""`beistand backup` and `beistand restore`: everything that cannot be made again, in one file."""

from __future__ import annotations

from pathlib import Path

import click

from beistand.cli.serve import CONFIG, open_database
from beistand.server import backup as making
from beistand.server.archive import ArchiveError
from beistand.server.backup import BackupError
from beistand.server.clock import Clock
from beistand.server.keys import KeyFileError
from beistand.server.settings import SettingsError, load
from beistand.server.store.database import StoreError

_FILE = click.Path(path_type=Path, dir_okay=False)
_PASSWORD = click.option(
    "--password-file", type=_FILE, help="File whose first line is the password that encrypts the backup."
)


@click.command()
@CONFIG
@_PASSWORD
@click.argument("file", type=_FILE)
def backup(config: Path | None, password_file: Path | None, file: Path) -> None:
    """Write records, keys and programs to FILE. Works beside a running server, with SQLite and PostgreSQL.

    FILE holds the server's secrets: encrypt it with --password-file, or keep it where nobody else reads.
    Recordings of sessions are not in it: copy the folder recordings, whose files are encrypted to the firm's key.
    """
    password = _password(password_file)
    settings, db = open_database(config)
    try:
        done = making.make(settings, db, file, password, Clock().now().utc_us)
    except (BackupError, StoreError, KeyFileError) as error:
        raise click.ClickException(str(error)) from None
    finally:
        db.close()
    size = file.stat().st_size / 1e6
    kind = "encrypted" if password else "not encrypted"
    click.echo(f"{file}: {done.files} files, {size:.1f} MB, {kind}, as of {done.made}.")


@click.command()
@CONFIG
@_PASSWORD
@click.argument("file", type=_FILE)
def restore(config: Path | None, password_file: Path | None, file: Path) -> None:
    """Restore FILE into the data folder, which must be empty or missing, and check every firm's audit log.

    With PostgreSQL set as `database` the records go there; that database must be empty. Start the server afterwards.
    """
    password = _password(password_file)
    try:
        settings = load(config=config)
        done = making.restore(settings, file, password, Clock().now().utc_us)
    except (BackupError, ArchiveError, StoreError, SettingsError, KeyFileError) as error:
        raise click.ClickException(str(error)) from None
    for line in done.logs:
        click.echo(line)
    for sentence in done.problems:
        click.echo(f"  {sentence}")
    if done.problems:
        raise click.ClickException("The backup was restored as it was saved, but its audit log is damaged.")
    click.echo(f"{settings.data} is as it was at {done.made}. What happened later is not in it.")


def _password(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        password = path.read_text("utf-8").splitlines()[0] if path.stat().st_size else ""
    except (OSError, UnicodeDecodeError):
        raise click.ClickException(f"{path} cannot be read: name the file with the password.") from None
    if len(password) < 12:
        raise click.ClickException(f"{path} holds no password of at least 12 letters in its first line.")
    return password
