"""A backup is made beside a running server and restored into an empty folder; the log goes on and verifies (S48)."""

from __future__ import annotations

import io
import stat
import tarfile
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from beistand.audit.note import Verifier, origin
from beistand.cli import main
from beistand.server import archive
from beistand.server.archive import ArchiveError
from beistand.server.identity import Identity
from beistand.server.keys import AUDIT_FILE, FILE_NAME, load_or_make, load_or_make_signing
from beistand.server.store import accounts, audit
from beistand.server.store.database import Database
from beistand.server.store.tables import metadata, session_fact
from conftest import NewDatabase
from invoices.making import at
from invoices.world import NOW, World


class Home:
    """A server's data folder with one firm in it, and the settings that name it."""

    def __init__(self, folder: Path, database: str) -> None:
        self.data, self.folder = folder / "data", folder
        self.data.mkdir()
        self.env = {"BEISTAND_DATA": str(self.data)}
        if database.startswith("postgresql"):
            self.env["BEISTAND_DATABASE"] = database
        self.db = Database(database if "BEISTAND_DATABASE" in self.env else self.data / "beistand.sqlite")
        self.db.upgrade()
        load_or_make(self.data)
        self.key = load_or_make_signing(self.data / AUDIT_FILE)
        self.world = World(self.db)
        self.world.contract()
        self.world.session(at(12, 8, 2), 67)
        self.add("Größe „K“")
        self.db.write_now(lambda c: audit.checkpoint(c, self.world.firm, self.key, NOW))
        firm = self.db.read_now(lambda c: accounts.get_organisation(c, self.world.firm))
        Identity(self.data, self.key.public_key().public_bytes_raw()).request(firm)
        (self.data / "programs").mkdir()
        (self.data / "programs" / "Fernhilfe.exe").write_bytes(b"MZ" * 700_000)

    def add(self, words: str) -> None:
        self.db.write_now(lambda c: audit.append(c, self.world.firm, "user disabled", {"who": words}, "x", NOW))

    def rows(self) -> dict[str, list[str]]:
        return rows(self.db)

    def call(self, *words: str, **env: str) -> Result:
        return CliRunner().invoke(main, list(words), env=self.env | env)


def rows(db: Database) -> dict[str, list[str]]:
    def read(c: Any) -> dict[str, list[str]]:
        return {
            table.name: sorted(str(tuple(row)) for row in c.execute(select(table))) for table in metadata.sorted_tables
        }

    return db.read_now(read)


@pytest.fixture
def home(tmp_path: Path, new_database: NewDatabase) -> Any:
    made = Home(tmp_path, new_database())
    yield made
    made.db.close()


def test_s48_what_was_backed_up_comes_back_and_the_log_goes_on(home: Home, new_database: NewDatabase) -> None:
    file, target = home.folder / "b.backup", home.folder / "again"
    made = home.call("backup", str(file))
    assert made.exit_code == 0, made.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = home.rows()
    home.add("later")
    elsewhere = {"BEISTAND_DATA": str(target)}
    if "BEISTAND_DATABASE" in home.env:
        elsewhere["BEISTAND_DATABASE"] = new_database()
    restored = home.call("restore", str(file), **elsewhere)
    assert restored.exit_code == 0, restored.output
    assert "Muster IT: 3 entries, 1 signed checkpoints, 2 entries since the newest: intact" in restored.output
    for name in (
        FILE_NAME,
        AUDIT_FILE,
        "programs/Fernhilfe.exe",
        *(f"identity/{p.name}" for p in (home.data / "identity").iterdir()),
    ):
        assert (target / name).read_bytes() == (home.data / name).read_bytes(), name
    assert stat.S_IMODE((target / FILE_NAME).stat().st_mode) == 0o600
    db = Database(elsewhere.get("BEISTAND_DATABASE", target / "beistand.sqlite"))
    after = rows(db)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"audit_entry", "audit_detail", "audit_node"}
    newest = db.read_now(lambda c: audit.entries(c, home.world.firm, 3))
    assert [entry.kind for entry in newest] == ["backup restored", "backup made", "user disabled"]
    db.write_now(lambda c: audit.append(c, home.world.firm, "user enabled", {}, "x", NOW + 1))
    verifier = Verifier(origin(home.world.firm), home.key.public_key().public_bytes_raw())
    assert db.read_now(lambda c: audit.verify(c, home.world.firm, verifier)).problems == ()
    # New rows get new numbers, also where PostgreSQL counts them.
    assert World(db) if home.db.engine.dialect.name == "sqlite" else True
    db.close()
    assert home.call("verify", **elsewhere).exit_code == 0
    assert sorted(path.name for path in home.folder.iterdir() if path.name.startswith(".")) == []


def test_s48_a_backup_beside_writers_is_one_state(home: Home) -> None:
    stop, failed = threading.Event(), []

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                home.add(f"entry {number}")
            except Exception as error:
                failed.append(error)
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert home.call("backup", str(home.folder / f"{number}.backup")).exit_code == 0
    finally:
        stop.set()
        writer.join()
    assert failed == []
    for number in range(3):
        with (home.folder / f"{number}.backup").open("rb") as source:
            folder = home.folder / f"out{number}"
            folder.mkdir()
            archive.read(source, folder, "")
        db = Database(folder / "beistand.sqlite")
        verifier = Verifier(origin(home.world.firm), home.key.public_key().public_bytes_raw())
        assert db.read_now(lambda c, key=verifier: audit.verify(c, home.world.firm, key)).problems == ()
        db.close()


def test_s48_a_password_encrypts_it_and_nothing_of_it_can_be_read_or_changed(home: Home) -> None:
    file, password = home.folder / "b.backup", home.folder / "password"
    password.write_text("eine lange Losung\n")
    assert home.call("backup", "--password-file", str(password), str(file)).exit_code == 0
    data = file.read_bytes()
    assert b"SQLite" not in data
    assert b"audit-key" not in data
    target = {"BEISTAND_DATA": str(home.folder / "again"), "BEISTAND_DATABASE": ""}
    if "BEISTAND_DATABASE" in home.env:
        target.pop("BEISTAND_DATABASE")
    refused = home.call("restore", str(file), **target)
    assert "encrypted: give its password with --password-file." in refused.output
    password.write_text("eine andere Losung\n")
    refused = home.call("restore", "--password-file", str(password), str(file), **target)
    assert "The password is wrong, or the file is damaged: nothing was restored." in refused.output
    assert not (home.folder / "again").exists()
    password.write_text("kurz\n")
    assert "no password of at least 12" in home.call("backup", "--password-file", str(password), str(file)).output


@pytest.mark.parametrize("cut", [20, 40, 1_000, 1_048_610, -1, -20, -1_048_592])
def test_s48_an_encrypted_backup_that_was_cut_or_changed_is_refused(cut: int, tmp_path: Path) -> None:
    (tmp_path / "records").write_bytes(bytes(range(256)) * 8_400)
    out = io.BytesIO()
    told = {"beistand_backup": 1, "made": "x"}
    archive.write(out, {"beistand.sqlite": tmp_path / "records"}, told, "Losung")
    data = out.getvalue()
    assert len(data) > 2 * 1_048_592
    for number, wrong in enumerate((data[:cut], data[:cut] + bytes([data[cut] ^ 1]) + data[cut:][1:])):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        with pytest.raises(ArchiveError):
            archive.read(io.BytesIO(wrong), folder, "Losung")


def test_s48_a_folder_or_database_that_holds_something_is_left_alone(home: Home) -> None:
    file = home.folder / "b.backup"
    assert home.call("backup", str(file)).exit_code == 0
    again = home.call("backup", str(file))
    assert (again.exit_code, "never overwritten" in again.output) == (1, True)
    before = home.rows()
    refused = home.call("restore", str(file))
    assert "is not empty: restore into an empty data folder" in refused.output
    if "BEISTAND_DATABASE" in home.env:
        refused = home.call("restore", str(file), BEISTAND_DATA=str(home.folder / "again"))
        assert "holds records already: restore into an empty database." in refused.output
        assert not (home.folder / "again").exists()
    assert home.rows() == before


def tarred(*members: tuple[str, bytes, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(data), kind, "/etc/passwd"
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


FILE = tarfile.REGTYPE
LIST = b'{"beistand_backup": 1, "files": {%s}}'
WRONG = {
    "nothing": b"",
    "text": b"this is no backup" * 100,
    "an empty tar": tarred(),
    "no list": tarred(("beistand.sqlite", b"x", FILE)),
    "a list that is none": tarred(("manifest.json", b"[]", FILE)),
    "a deep list": tarred(("manifest.json", b"[" * 100_000, FILE)),
    "a way out": tarred(("manifest.json", LIST % b'"../x": "y"', FILE), ("../x", b"x", FILE)),
    "an absolute path": tarred(("manifest.json", LIST % b'"/tmp/x": "y"', FILE)),
    "an unnamed file": tarred(("manifest.json", LIST % b"", FILE), ("secrets.json", b"x", FILE)),
    "a link": tarred(("manifest.json", LIST % b'"secrets.json": "y"', FILE), ("secrets.json", b"", tarfile.SYMTYPE)),
    "a wrong hash": tarred(("manifest.json", LIST % b'"secrets.json": "y"', FILE), ("secrets.json", b"x", FILE)),
    "a missing file": tarred(("manifest.json", LIST % b'"secrets.json": "y"', FILE)),
    "only a mark": archive.MARK,
}


@pytest.mark.parametrize("name", WRONG)
def test_s48_s44_what_is_no_backup_is_refused_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    file = tmp_path / "b.backup"
    file.write_bytes(WRONG[name])
    run = CliRunner().invoke(main, ["restore", str(file)], env={"BEISTAND_DATA": str(tmp_path / "data")})
    assert run.exit_code == 1
    assert run.output.startswith("Error: "), run.output
    assert "Traceback" not in run.output
    assert [path.name for path in tmp_path.iterdir()] == ["b.backup"]
    assert not (tmp_path.parent / "x").exists()


@given(st.binary(max_size=3_000))
@settings(max_examples=60, deadline=None)
def test_s58_no_bytes_make_the_reader_of_backups_fail_otherwise(data: bytes) -> None:
    from tempfile import TemporaryDirectory

    for file in (data, tarred(("manifest.json", data, FILE))):
        with TemporaryDirectory() as folder, pytest.raises(ArchiveError):
            archive.read(io.BytesIO(file), Path(folder), "")


def test_new_rows_after_a_restore_get_new_numbers(home: Home, new_database: NewDatabase) -> None:
    """PostgreSQL counts on from the highest number that came back."""
    if "BEISTAND_DATABASE" not in home.env:
        pytest.skip("SQLite keeps its counters in the file")
    from beistand.server.clock import Moment
    from beistand.server.store import sessions

    def fact(db: Database) -> int:
        session = db.read_now(lambda c: sessions.latest_sessions(c, home.world.firm))[0].id
        made = sessions.make_fact(session, Moment(NOW, 1), "run", "server", "joined", {})
        db.write_now(lambda c: sessions.add_fact(c, home.world.firm, made))
        return db.read_now(lambda c: max(c.execute(select(session_fact.c.id)).scalars()))

    first, file = fact(home.db), home.folder / "b.backup"
    assert home.call("backup", str(file)).exit_code == 0
    elsewhere = {"BEISTAND_DATA": str(home.folder / "again"), "BEISTAND_DATABASE": new_database()}
    assert home.call("restore", str(file), **elsewhere).exit_code == 0
    db = Database(elsewhere["BEISTAND_DATABASE"])
    assert fact(db) == first + 1
    db.close()
