"""The audit log of an organisation: append, checkpoint, prove, forget, verify. The mathematics is `beistand.audit`.

Whatever changes money, rights or records calls `append` in its own transaction: both stay, or neither.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, delete, func, insert, select

from beistand.audit import merkle, note, proof
from beistand.audit.entry import SALT_BYTES, canonical, commitment, content, leaf
from beistand.audit.merkle import leaf_hash
from beistand.audit.note import Checkpoint, NoteError, Verifier
from beistand.server.store.database import StoreError
from beistand.server.store.tables import (
    audit_checkpoint,
    audit_detail,
    audit_entry,
    audit_node,
    audit_retention,
    organisation,
    session_fact,
)

FACT = "fact"
RETENTION = "retention"
KIND_LETTERS = 40


def append(db: Connection, organisation_id: str, kind: str, data: dict[str, Any], actor: str, utc_us: int) -> int:
    """Records that `actor` (a user's id, "customer", "server" or "operator") did something; gives the entry's place.

    `kind` is a word of the log ("user disabled"), at most 40 letters. `data` holds texts, whole numbers, booleans,
    lists and objects; names belong in it, never in `kind`, because it can be forgotten. ValueError for anything else.
    """
    text = canonical(data)
    position, salt = _add(db, organisation_id, kind, content(actor, data), utc_us, None)
    row = {"organisation_id": organisation_id, "position": position, "salt": salt, "actor": actor, "data": text}
    db.execute(insert(audit_detail).values(row))
    return position


def append_fact(db: Connection, organisation_id: str, fact_id: int, fact: dict[str, Any]) -> int:
    """Records a session's fact, whose row holds the words; `fact` is the row without its id, `data` as an object."""
    text = content(fact["role"], fact)
    position, salt = _add(db, organisation_id, FACT, text, fact["utc_us"], fact_id)
    row = {"organisation_id": organisation_id, "position": position, "salt": salt, "actor": "", "data": ""}
    db.execute(insert(audit_detail).values(row))
    return position


def _add(
    db: Connection, organisation_id: str, kind: str, text: str, utc_us: int, fact_id: int | None
) -> tuple[int, bytes]:
    if not kind.isprintable() or not 0 < len(kind) <= KIND_LETTERS:
        raise ValueError("the kind of an entry is a word of at most 40 letters")
    # Two writers may not take the same place: SQLite has one writer anyway, PostgreSQL waits at the firm's row.
    db.execute(select(organisation.c.id).where(organisation.c.id == organisation_id).with_for_update())
    position, salt = size(db, organisation_id), secrets.token_bytes(SALT_BYTES)
    hashed = commitment(salt, text)
    values = {"position": position, "utc_us": utc_us, "kind": kind, "commitment": hashed, "fact_id": fact_id}
    db.execute(insert(audit_entry).values(organisation_id=organisation_id, **values))
    head = leaf_hash(leaf(organisation_id, utc_us, kind, hashed))
    nodes = [
        {"organisation_id": organisation_id, "level": level, "position": at, "hash": value}
        for (level, at), value in merkle.completed(position, head, _reader(db, organisation_id))
    ]
    db.execute(insert(audit_node), nodes)
    return position, salt


def size(db: Connection, organisation_id: str) -> int:
    """How many entries the log has."""
    last = select(func.max(audit_entry.c.position)).where(audit_entry.c.organisation_id == organisation_id)
    newest: int | None = db.execute(last).scalar()
    return 0 if newest is None else newest + 1


def _reader(db: Connection, organisation_id: str) -> merkle.ReadNode:
    def read(level: int, position: int) -> bytes:
        own = (audit_node.c.level == level, audit_node.c.position == position)
        where = (audit_node.c.organisation_id == organisation_id, *own)
        found: bytes | None = db.execute(select(audit_node.c.hash).where(*where)).scalar()
        if found is None:
            raise StoreError("The audit log is damaged: run `beistand verify`.")
        return found

    return read


def checkpoint(db: Connection, organisation_id: str, key: Ed25519PrivateKey, utc_us: int) -> str:
    """Signs the log as it is now, and keeps the note. The same size is signed once."""
    entries = size(db, organisation_id)
    own = (audit_checkpoint.c.organisation_id == organisation_id, audit_checkpoint.c.size == entries)
    known: str | None = db.execute(select(audit_checkpoint.c.note).where(*own)).scalar()
    if known is not None:
        return known
    head = merkle.root(entries, _reader(db, organisation_id))
    text = note.sign(Checkpoint(note.origin(organisation_id), entries, head), key)
    row = {"organisation_id": organisation_id, "size": entries, "utc_us": utc_us, "note": text}
    db.execute(insert(audit_checkpoint).values(row))
    return text


def prove(db: Connection, organisation_id: str, position: int) -> str:
    """The proof (tlog-proof) that an entry stands in the log, under the newest checkpoint. StoreError without one."""
    newest = (
        select(audit_checkpoint.c.size, audit_checkpoint.c.note)
        .where(audit_checkpoint.c.organisation_id == organisation_id, audit_checkpoint.c.size > position)
        .order_by(audit_checkpoint.c.size.desc())
        .limit(1)
    )
    row = db.execute(newest).first()
    if row is None:
        raise StoreError("The audit log has no checkpoint for this entry yet.")
    path = merkle.inclusion_path(position, row.size, _reader(db, organisation_id))
    return proof.write(position, path, row.note)


def salt_of(db: Connection, organisation_id: str, position: int) -> bytes | None:
    """The salt of an entry, as long as it is not forgotten."""
    own = (audit_detail.c.organisation_id == organisation_id, audit_detail.c.position == position)
    return db.execute(select(audit_detail.c.salt).where(*own)).scalar()


def forget(
    db: Connection,
    organisation_id: str,
    before_us: int,
    actor: str,
    utc_us: int,
    kept: Collection[str] = (),
    kept_before_us: int = 0,
) -> int:
    """Deletes who and what of all entries and facts older than `before_us`; the log records it and still verifies.

    Entries of the kinds `kept` stay unless they are older than `kept_before_us`. Gives the number of entries forgotten.
    The times, kinds and hashes stay.
    """
    position = append(db, organisation_id, RETENTION, {"before_us": before_us}, actor, utc_us)
    row = {"organisation_id": organisation_id, "position": position, "before_us": before_us}
    db.execute(insert(audit_retention).values(row))
    old = _old(organisation_id, before_us, kept, kept_before_us)
    places = old.with_only_columns(audit_entry.c.position)
    facts = old.with_only_columns(audit_entry.c.fact_id).where(audit_entry.c.fact_id.is_not(None))
    gone = (audit_detail.c.organisation_id == organisation_id, audit_detail.c.position.in_(places))
    count = db.execute(delete(audit_detail).where(*gone)).rowcount
    words = (session_fact.c.organisation_id == organisation_id, session_fact.c.id.in_(facts))
    db.execute(delete(session_fact).where(*words))
    return count


def forgettable(
    db: Connection, organisation_id: str, before_us: int, kept: Collection[str] = (), kept_before_us: int = 0
) -> int:
    """How many entries `forget` would forget."""
    places = _old(organisation_id, before_us, kept, kept_before_us).with_only_columns(audit_entry.c.position)
    own = (audit_detail.c.organisation_id == organisation_id, audit_detail.c.position.in_(places))
    return db.execute(select(func.count()).select_from(audit_detail).where(*own)).scalar() or 0


def _old(organisation_id: str, before_us: int, kept: Collection[str], kept_before_us: int) -> Any:
    own = (audit_entry.c.organisation_id == organisation_id, audit_entry.c.utc_us < before_us)
    may = audit_entry.c.kind.not_in(list(kept)) | (audit_entry.c.utc_us < kept_before_us)
    # What permits forgetting must itself be kept, else a later reader could not see that it was permitted.
    return select(audit_entry).where(*own, audit_entry.c.kind != RETENTION, may)


@dataclass(frozen=True)
class Entry:
    """An entry as people read it; `actor` and `data` are None when they were forgotten."""

    position: int
    utc_us: int
    kind: str
    actor: str | None
    data: dict[str, Any] | None


def entries(db: Connection, organisation_id: str, limit: int, before: int | None = None) -> list[Entry]:
    """The newest entries, newest first; `before` a place for the page after."""
    question = _rows(organisation_id).order_by(audit_entry.c.position.desc()).limit(limit)
    if before is not None:
        question = question.where(audit_entry.c.position < before)
    return [_as_entry(row) for row in db.execute(question).mappings()]


def _as_entry(row: Any) -> Entry:
    told = _told(row)
    actor, data = (told["actor"], told["data"]) if told else (None, None)
    return Entry(row["position"], row["utc_us"], row["kind"], actor, data)


def _rows(organisation_id: str) -> Any:
    """Entries with what is known of them."""
    fact = session_fact.c
    same = (audit_detail.c.organisation_id == audit_entry.c.organisation_id) & (
        audit_detail.c.position == audit_entry.c.position
    )
    columns: list[Any] = [audit_entry, audit_detail.c.salt, audit_detail.c.actor, audit_detail.c.data]
    words: list[Any] = [fact.id.label("own_id"), fact.session_id, fact.monotonic_us, fact.run, fact.role, fact.name]
    words += [fact.data.label("fact_data"), fact.utc_us.label("fact_us")]
    return (
        select(*columns, *words)
        .outerjoin(audit_detail, same)
        .outerjoin(session_fact, (fact.id == audit_entry.c.fact_id) & (fact.organisation_id == organisation_id))
        .where(audit_entry.c.organisation_id == organisation_id)
    )


def _told(row: Any) -> dict[str, Any] | None:
    """What was hashed, or None if it was forgotten (wholly or in part)."""
    if row["salt"] is None:
        return None
    if row["fact_id"] is None:
        return {"actor": row["actor"], "data": json.loads(row["data"])}
    if row["own_id"] is None:
        return None
    fact = {name: row[name] for name in ("session_id", "monotonic_us", "run", "role", "name")}
    fact |= {"utc_us": row["fact_us"], "data": json.loads(row["fact_data"])}
    return {"actor": row["role"], "data": fact}


@dataclass(frozen=True)
class Finding:
    """What a check found: one line for people, and what is wrong, one sentence each."""

    summary: str
    problems: tuple[str, ...]


MOST_PROBLEMS = 20


def verify(db: Connection, organisation_id: str, key: Verifier) -> Finding:
    """Recomputes everything: hashes of all words, the whole tree, every checkpoint and its signature (S46).

    10,000 entries take about half a second (bench/audit.py).
    """
    check = _Check(organisation_id, key)
    retained = select(audit_retention).where(audit_retention.c.organisation_id == organisation_id)
    check.permits = [(row.position, row.before_us) for row in db.execute(retained)]
    question = _rows(organisation_id).order_by(audit_entry.c.position)
    for row in db.execute(question.execution_options(yield_per=1000)).mappings():
        check.entry(row)
    own = select(audit_node).where(audit_node.c.organisation_id == organisation_id)
    check.nodes({(row.level, row.position): row.hash for row in db.execute(own)})
    signed = select(audit_checkpoint.c.size, audit_checkpoint.c.note).where(
        audit_checkpoint.c.organisation_id == organisation_id
    )
    for size_, text in db.execute(signed.order_by(audit_checkpoint.c.size)):
        check.checkpoint(size_, text)
    check.strays(_facts_outside(db, organisation_id))
    return check.finding()


def _facts_outside(db: Connection, organisation_id: str) -> int:
    """Facts that no entry of the log covers."""
    known = select(audit_entry.c.fact_id).where(
        audit_entry.c.organisation_id == organisation_id, audit_entry.c.fact_id.is_not(None)
    )
    own = (session_fact.c.organisation_id == organisation_id, session_fact.c.id.not_in(known))
    return db.execute(select(func.count()).select_from(session_fact).where(*own)).scalar() or 0


class _Check:
    """One pass over a log."""

    def __init__(self, organisation_id: str, key: Verifier) -> None:
        self._organisation_id, self._key = organisation_id, key
        self._tree: dict[merkle.Node, bytes] = {}
        self._size = self._forgotten = self._checkpoints = self._signed = 0
        self._problems: list[str] = []
        self._before: dict[int, int] = {}
        self._missing: list[tuple[int, int]] = []
        self.permits: list[tuple[int, int]] = []

    def _wrong(self, sentence: str) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(sentence)

    def entry(self, row: Any) -> None:
        """Takes the next entry."""
        place = row["position"]
        if place != self._size:
            self._wrong(f"Entry {self._size} is missing.")
            self._size = place
        told = _told(row)
        if told is None:
            self._forgotten += 1
            self._missing.append((place, row["utc_us"]))
        else:
            text = content(told["actor"], told["data"])
            if commitment(row["salt"], text) != row["commitment"]:
                self._wrong(f"What entry {place} ({row['kind']}) says was changed.")
            if row["kind"] == RETENTION:
                self._before[place] = told["data"]["before_us"]
        head = leaf_hash(leaf(self._organisation_id, row["utc_us"], row["kind"], row["commitment"]))
        try:
            self._tree.update(merkle.completed(place, head, lambda level, at: self._tree[level, at]))
        except KeyError:
            self._tree[0, place] = head
        self._size = place + 1

    def nodes(self, kept: dict[merkle.Node, bytes]) -> None:
        """Compares the tree as it is kept with the tree as it must be."""
        if kept != self._tree:
            wrong = {node for node in kept.keys() | self._tree.keys() if kept.get(node) != self._tree.get(node)}
            leaves = sorted(position for level, position in wrong if level == 0)
            where = f"entry {leaves[0]} was changed" if leaves else "its inner nodes were changed"
            self._wrong(f"The kept tree does not fit the entries: {where}.")

    def checkpoint(self, size_: int, text: str) -> None:
        """Checks one signed checkpoint against the entries."""
        self._checkpoints, self._signed = self._checkpoints + 1, size_
        try:
            told = note.verified(text, self._key)
            if told.size != size_ or told.size > self._size:
                self._wrong(f"The checkpoint of {told.size} entries is signed, but the log has {self._size}.")
            elif merkle.root(size_, lambda level, at: self._tree[level, at]) != told.root:
                self._wrong(f"The first {size_} entries are not those that the checkpoint has signed.")
        except NoteError as error:
            self._wrong(f"Checkpoint {size_}: {error}")
        except KeyError:
            self._wrong(f"Checkpoint {size_} cannot be checked, because entries are missing.")

    def strays(self, count: int) -> None:
        """What lies outside the log, and what is gone without permission."""
        if count:
            self._wrong(f"{count} facts of sessions are not in the log.")
        for place, before_us in self.permits:
            if self._before.get(place) != before_us:
                self._wrong(f"The retention at entry {place} is not what the log records.")
        permitted = max(self._before.values(), default=0)
        for place, utc_us in self._missing:
            if utc_us >= permitted:
                self._wrong(f"What entry {place} said was deleted, and no retention permits it.")

    def finding(self) -> Finding:
        """The sum."""
        unsigned = self._size - self._signed
        summary = f"{self._size} entries, {self._checkpoints} signed checkpoints"
        summary += f", {unsigned} entries since the newest" if self._checkpoints and unsigned > 0 else ""
        summary += f", {self._forgotten} forgotten as retention permits" if self._forgotten else ""
        return Finding(summary, tuple(self._problems))
