"""The audit log: append-only, a Merkle tree of RFC 6962, checked against pymerkle; every change is found."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from beistand.audit import merkle, note, proof
from beistand.audit.entry import canonical, commitment, content, leaf
from beistand.audit.note import Checkpoint, NoteError, Verifier, verifier
from beistand.cli import main
from beistand.server.clock import Moment
from beistand.server.keys import AUDIT_FILE, load_or_make_signing, load_signing
from beistand.server.store import accounts, audit, sessions
from beistand.server.store.database import Database, new_id
from server.conftest import House

NOW = 1_795_000_000_000_000
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


class Tree:
    """A tree kept in a dictionary."""

    def __init__(self, entries: list[bytes]) -> None:
        self.nodes: dict[merkle.Node, bytes] = {}
        for place, entry in enumerate(entries):
            self.nodes.update(merkle.completed(place, merkle.leaf_hash(entry), self.read))

    def read(self, level: int, position: int) -> bytes:
        return self.nodes[level, position]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100, 257])
def test_root_and_every_inclusion_path_are_those_of_pymerkle(count: int) -> None:
    entries = [f"entry {n}".encode() for n in range(count)]
    tree, other = Tree(entries), InmemoryTree(algorithm="sha256")
    for entry in entries:
        other.append_entry(entry)
    assert merkle.root(count, tree.read) == other.get_root()
    for index in range(count):
        path = merkle.inclusion_path(index, count, tree.read)
        theirs = other.prove_inclusion(index + 1, count)
        assert path == [one for one in theirs.path if one != merkle.leaf_hash(entries[index])]
        assert merkle.root_of_path(index, count, merkle.leaf_hash(entries[index]), path) == other.get_root()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 80), st.data())
def test_a_proof_of_another_place_size_or_length_never_leads_to_the_head(count: int, data: st.DataObject) -> None:
    entries = [bytes([n]) for n in range(count)]
    tree = Tree(entries)
    index = data.draw(st.integers(0, count - 1))
    leaf_ = merkle.leaf_hash(entries[index])
    path = merkle.inclusion_path(index, count, tree.read)
    wrong = [
        (data.draw(st.integers(0, count - 1)), count, path),
        (index, count, [*path, bytes(32)]),
        (index, count, path[:-1]),
    ]
    for place, size, steps in wrong:
        if (place, size, steps) == (index, count, path):
            continue
        with contextlib.suppress(ValueError):
            assert merkle.root_of_path(place, size, leaf_, steps) != merkle.root(count, tree.read)


def signed(size: int = 5) -> tuple[str, Verifier]:
    return note.sign(Checkpoint("beistand/firm", size, bytes(32)), KEY), Verifier("beistand/firm", PUBLIC)


def test_a_checkpoint_is_a_signed_note_and_says_what_was_signed() -> None:
    text_, key = signed()
    assert text_.startswith("beistand/firm\n5\nAAAAAAAA")
    assert "\n\n— beistand/firm " in text_
    assert note.verified(text_, key) == Checkpoint("beistand/firm", 5, bytes(32))
    assert verifier(key.text()) == key


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t.replace("\n5\n", "\n6\n"),
        lambda t: t.replace("\n5\n", "\n05\n"),
        lambda t: t.replace("AAAA", "AAAB", 1),
        lambda t: t.replace("beistand/firm\n", "beistand/other\n", 1),
        lambda t: t.replace("— beistand/firm", "— beistand/other"),
        lambda t: t.replace("\n\n", "\n"),
        lambda t: t[:-1],
        lambda t: t + "x",
        lambda t: t[:-10] + "AAAAAAAA=\n",
        lambda t: "",
        lambda t: t * 40,
    ],
)
def test_s46_a_checkpoint_of_which_anything_was_changed_is_refused(spoil: Callable[[str], str]) -> None:
    text_, key = signed()
    with pytest.raises(NoteError):
        note.verified(spoil(text_), key)


def test_a_log_key_that_does_not_fit_its_short_form_is_refused() -> None:
    _, key = signed()
    for wrong in ("", "a", "a+b+c", key.text().replace("+", "+0", 1), key.text()[:-4]):
        with pytest.raises(NoteError):
            verifier(wrong)


def test_what_has_no_single_form_cannot_be_recorded() -> None:
    for value in ({"x": 1.5}, {"x": "\ud800"}, {1: "x"}, {"x": b"x"}):
        with pytest.raises(ValueError, match=r".+"):
            canonical(value)
    assert canonical({"b": [1, None, True], "a": "ü"}) == '{"a":"ü","b":[1,null,true]}'


# --- in the store ---


@pytest.fixture
def filed(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A SQLite file that a test may tamper with behind the server's back."""
    shutil.copyfile(sqlite_template, tmp_path / "b.sqlite")
    database = Database(tmp_path / "b.sqlite")
    yield database
    database.close()


def make_firm(db: Database) -> str:
    return db.write_now(lambda c: accounts.add_organisation(c, "Muster IT", "muster.example", NOW))


@pytest.fixture
def firm(db: Database) -> str:
    return make_firm(db)


def key_of(firm: str) -> Verifier:
    return Verifier(note.origin(firm), PUBLIC)


def add(db: Database, firm: str, count: int, first_us: int = NOW) -> None:
    def change(c: object) -> None:
        for n in range(count):
            audit.append(c, firm, "user disabled", {"name": f"Frau {n}", "n": n}, "owner-1", first_us + n)

    db.write_now(change)


def sign(db: Database, firm: str) -> str:
    return db.write_now(lambda c: audit.checkpoint(c, firm, KEY, NOW))


def found(db: Database, firm: str) -> audit.Finding:
    return db.read_now(lambda c: audit.verify(c, firm, key_of(firm)))


def session_with_facts(db: Database, firm: str, count: int, utc_us: int = NOW) -> str:
    values = {"email": f"t{utc_us}@x.example", "name": "Tech", "role": "technician", "password_hash": "x"}
    user = {**values, "id": new_id(NOW), "totp_sealed": "y"}
    db.write_now(lambda c: accounts.add_user(c, firm, user, NOW))
    id_ = new_id(NOW)
    row: dict[str, object] = {"id": id_, "user_id": user["id"], "customer_id": None, "customer_name": "Frau Muster"}
    row |= {"language": "de", "level": 2, "is_chargeable": False, "notice": "", "covered_by": "", "created_us": NOW}
    db.write_now(lambda c: sessions.add_session(c, firm, row))
    for n in range(count):
        fact = sessions.make_fact(id_, Moment(utc_us + n, 5), "run", "customer", "pause", {"why": "Größe", "n": n})
        assert db.write_now(lambda c, fact=fact: sessions.add_fact(c, firm, fact))
    return id_


def test_an_untouched_log_is_intact_and_each_entry_can_be_proven(db: Database, firm: str) -> None:
    add(db, firm, 7)
    first = sign(db, firm)
    assert sign(db, firm) == first
    session_with_facts(db, firm, 6)
    sign(db, firm)
    assert found(db, firm) == audit.Finding("13 entries, 2 signed checkpoints", ())
    for place in range(7):
        text_ = db.read_now(lambda c, place=place: audit.prove(c, firm, place))
        salt = db.read_now(lambda c, place=place: audit.salt_of(c, firm, place))
        assert salt is not None
        words = content("owner-1", {"name": f"Frau {place}", "n": place})
        own = merkle.leaf_hash(leaf(firm, NOW + place, "user disabled", commitment(salt, words)))
        assert proof.check(text_, own, key_of(firm))[0] == place
        with pytest.raises(NoteError, match="not the one"):
            proof.check(text_, merkle.leaf_hash(b"another"), key_of(firm))


def test_the_logs_of_two_organisations_do_not_mix(db: Database, firm: str) -> None:
    other = db.write_now(lambda c: accounts.add_organisation(c, "Zweite", "zweite.example", NOW))
    add(db, firm, 3)
    add(db, other, 2)
    sign(db, firm)
    sign(db, other)
    assert found(db, firm).summary == "3 entries, 1 signed checkpoints"
    assert found(db, other) == audit.Finding("2 entries, 1 signed checkpoints", ())
    assert db.read_now(lambda c: audit.verify(c, other, key_of(firm))).problems


TAMPERING = [
    (
        "UPDATE audit_detail SET data = replace(data, 'Frau 3', 'Frau X')",
        "What entry 3 .user disabled. says was changed",
    ),
    ("UPDATE audit_detail SET actor = 'nobody' WHERE position = 2", "What entry 2 .* was changed"),
    ("UPDATE audit_detail SET salt = zeroblob(32) WHERE position = 2", "What entry 2 .* was changed"),
    ("UPDATE audit_entry SET utc_us = utc_us + 1 WHERE position = 4", "entry 4 was changed"),
    ("UPDATE audit_entry SET kind = 'user enabled' WHERE position = 4", "entry 4 was changed"),
    ("UPDATE audit_entry SET commitment = zeroblob(32) WHERE position = 4", "entry 4 was changed"),
    ("DELETE FROM audit_entry WHERE position = 3", "Entry 3 is missing"),
    ("DELETE FROM audit_entry WHERE position >= 9", "signed, but the log has 9"),
    ("DELETE FROM audit_detail WHERE position = 3", "entry 3 said was deleted, and no retention permits it"),
    ("UPDATE audit_node SET hash = zeroblob(32) WHERE level = 1", "inner nodes were changed"),
    ("DELETE FROM audit_node WHERE level = 2", "inner nodes were changed"),
    (
        "UPDATE audit_checkpoint SET note = replace(note, char(10) || '10' || char(10), char(10) || '11' || char(10))",
        "Checkpoint 10: The checkpoint's signature is wrong",
    ),
    ("UPDATE audit_checkpoint SET size = 9", "The checkpoint of 10 entries is signed"),
    ("UPDATE session_fact SET data = replace(data, 'Gr', 'gr')", "What entry 6 .fact. says was changed"),
    ("UPDATE session_fact SET role = 'technician'", "What entry 6 .fact. says was changed"),
    ("UPDATE session_fact SET utc_us = utc_us - 1", "What entry 6 .fact. says was changed"),
    ("DELETE FROM session_fact WHERE id = 1", "entry 6 said was deleted, and no retention permits it"),
    (
        "INSERT INTO session_fact SELECT 99, organisation_id, session_id, utc_us, monotonic_us, run, role, name, data"
        " FROM session_fact LIMIT 1",
        "1 facts of sessions are not in the log",
    ),
    ("INSERT INTO audit_retention SELECT organisation_id, 3, 9e15 FROM audit_entry LIMIT 1", "retention at entry 3"),
]


@pytest.mark.parametrize(("statement", "sentence"), TAMPERING)
def test_s46_the_log_detects_any_change(filed: Database, tmp_path: Path, statement: str, sentence: str) -> None:
    """Whoever holds the file can drop the triggers: then the tree tells."""
    db, firm = filed, make_firm(filed)
    add(db, firm, 6)
    session_with_facts(db, firm, 4)
    sign(db, firm)
    assert found(db, firm).problems == ()
    with sqlite3.connect(tmp_path / "b.sqlite") as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        assert raw.execute(statement).rowcount > 0
    raw.close()
    problems = found(db, firm).problems
    assert any(re.search(sentence, problem) for problem in problems), problems


@pytest.mark.parametrize("table", ["audit_entry", "audit_detail", "audit_node", "audit_checkpoint"])
@pytest.mark.parametrize("verb", ["UPDATE {0} SET organisation_id = organisation_id", "DELETE FROM {0}"])
def test_s46_the_log_is_append_only(db: Database, firm: str, table: str, verb: str) -> None:
    add(db, firm, 3)
    sign(db, firm)
    with pytest.raises(DBAPIError, match="append-only"):
        db.write_now(lambda c: c.execute(text(verb.format(table))))
    assert found(db, firm).problems == ()


def test_s47_retention_forgets_words_and_the_log_still_verifies(db: Database, firm: str) -> None:
    add(db, firm, 5, first_us=NOW - 1_000)
    session_with_facts(db, firm, 4, utc_us=NOW - 500)
    sign(db, firm)
    old = db.read_now(lambda c: audit.prove(c, firm, 8))
    add(db, firm, 3, first_us=NOW + 10)
    count = db.write_now(lambda c: audit.forget(c, firm, NOW, "server", NOW + 20))
    assert count == 9
    sign(db, firm)
    assert found(db, firm) == audit.Finding("13 entries, 2 signed checkpoints, 9 forgotten as retention permits", ())
    told = db.read_now(lambda c: audit.entries(c, firm, 20))
    assert [entry.data for entry in told[-9:]] == [None] * 9
    assert [entry.kind for entry in told[:4]] == ["retention", *["user disabled"] * 3]
    assert told[0].data == {"before_us": NOW}
    assert proof.read(old).index == 8


def test_s47_nothing_of_what_was_forgotten_is_left_in_the_file(filed: Database, tmp_path: Path) -> None:
    firm = make_firm(filed)
    add(filed, firm, 5, first_us=NOW - 1_000)
    session_with_facts(filed, firm, 4, utc_us=NOW - 500)
    filed.write_now(lambda c: audit.forget(c, firm, NOW, "server", NOW + 20))
    filed.close()
    with sqlite3.connect(tmp_path / "b.sqlite") as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    data = (tmp_path / "b.sqlite").read_bytes()
    assert b"Gr\xc3\xb6\xc3\x9fe" not in data
    assert b'"Frau 4","n"' not in data


def test_s45_personal_data_in_the_tree_is_salted(db: Database, firm: str) -> None:
    """The same words give another hash each time, so that nobody finds a name by trying names."""
    add(db, firm, 1)
    add(db, firm, 1)
    rows = db.read_now(lambda c: c.execute(text("SELECT commitment FROM audit_entry")).scalars().all())
    assert len(set(rows)) == 2


def test_a_change_that_fails_leaves_no_entry(db: Database, firm: str) -> None:
    def half(c: object) -> None:
        audit.append(c, firm, "user disabled", {}, "owner-1", NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        db.write_now(half)
    assert db.read_now(lambda c: audit.size(c, firm)) == 0


async def test_s46_each_session_that_ends_is_signed_into_the_log(house: House) -> None:
    firm = house.firm()
    await house.person(firm, "tina@muster.example")
    browser = await house.signed_in("tina@muster.example")
    made = (await browser.post("/api/sessions", {"customer_name": "Frau Muster", "level": 2})).json
    house.parts.log.record(made["id"], "customer", "consent", {"level": 2})
    house.parts.log.record(made["id"], "server", "closed", {"detail": "ended"})
    await house.parts.log.settled()
    public = load_signing(house.parts.settings.data / AUDIT_FILE).public_key().public_bytes_raw()
    key = Verifier(note.origin(firm), public)
    told = house.parts.db.read_now(lambda c: audit.verify(c, firm, key))
    assert told == audit.Finding("3 entries, 1 signed checkpoints", ())


def run_verify(folder: Path, *arguments: str) -> Result:
    return CliRunner(env={"BEISTAND_DATA": str(folder)}).invoke(main, ["verify", *arguments])


def test_the_command_says_whether_the_log_is_intact_and_ends_with_a_status(filed: Database, tmp_path: Path) -> None:
    db, firm, settings_folder = filed, make_firm(filed), tmp_path / "data"
    settings_folder.mkdir()
    made = load_or_make_signing(settings_folder / AUDIT_FILE)
    add(db, firm, 4)
    db.write_now(lambda c: audit.checkpoint(c, firm, made, NOW))
    db.close()
    (tmp_path / "b.sqlite").rename(settings_folder / "beistand.sqlite")
    good = run_verify(settings_folder)
    assert good.exit_code == 0
    assert good.output.startswith("Muster IT: audit log: 4 entries, 1 signed checkpoints: intact\n")
    with sqlite3.connect(settings_folder / "beistand.sqlite") as raw:
        raw.execute("DROP TRIGGER audit_detail_no_update")
        raw.execute("UPDATE audit_detail SET actor = 'x' WHERE position = 1")
    raw.close()
    bad = run_verify(settings_folder)
    assert bad.exit_code == 1
    assert "DAMAGED\n  What entry 1 (user disabled) says was changed.\n" in bad.output
    assert "Error: 1 findings: restore from a backup and ask who had access." in bad.output
    (settings_folder / AUDIT_FILE).unlink()
    assert "audit-key.json is missing: restore it from the backup." in run_verify(settings_folder).output


async def test_owner_and_auditor_read_the_log_page_by_page_and_hostile_words_stay_words(house: House) -> None:
    firm = house.firm()
    await house.person(firm, "tina@muster.example")
    await house.person(firm, "adam@muster.example", "auditor", name="Adam Auditor")
    technician, auditor = [await house.signed_in(f"{name}@muster.example") for name in ("tina", "adam")]
    made = (await technician.post("/api/sessions", {"customer_name": "Frau Muster", "level": 2})).json
    house.parts.log.record(made["id"], "customer", "consent", {"level": 2, "notice": "<script>alert(1)</script>"})
    await house.parts.log.settled()
    for n in range(120):
        house.parts.db.write_now(lambda c, n=n: audit.append(c, firm, "bulk", {"n": n}, "operator", NOW + n))
    newest = (await auditor.get("/log")).text
    assert "&#34;n&#34;:119" in newest
    assert "Operator" in newest
    first = int(re.search(r"/log\?before=(\d+)", newest)[1])  # type: ignore[index]
    oldest = (await auditor.get(f"/log?before={first}")).text
    assert f'href="/sessions/{made["id"]}">Session: consent</a>' in oldest
    assert "<script>alert" not in oldest
    assert "&lt;script&gt;alert(1)" in oldest
    assert "/log?before" not in oldest
    assert (await auditor.get("/log?before=x")).status == 200
    house.parts.db.write_now(lambda c: audit.forget(c, firm, house.clock.utc_us + 1, "server", house.clock.utc_us + 2))
    assert "deleted after its term" in (await auditor.get(f"/log?before={first}")).text
