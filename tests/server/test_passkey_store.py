"""Passkeys and recovery codes in the store."""

from dataclasses import replace
from typing import Any

import pytest

from beistand.server.store import passkeys
from beistand.server.store.database import Database, StoreError
from beistand.server.store.passkeys import Passkey
from server.test_store import firm

NOW = 1_795_000_000_000_000


def key(organisation: str, user: str, id_: str = "AAAA", count: int = 0) -> Passkey:
    return Passkey(id_, organisation, user, "Laptop", b"cose", count, ("internal",), NOW, 0)


@pytest.fixture
def tina(db: Database) -> tuple[str, str]:
    return firm(db, "one")


def test_a_passkey_is_found_by_what_the_browser_says_and_listed_for_its_user(db: Database, tina: Any) -> None:
    db.write_now(lambda c: passkeys.add_passkey(c, key(*tina)))
    assert db.read_now(lambda c: passkeys.passkey_by_id(c, "AAAA")) == key(*tina)
    assert db.read_now(lambda c: passkeys.passkey_by_id(c, "BBBB")) is None
    assert db.read_now(lambda c: passkeys.passkeys(c, *tina)) == [key(*tina)]
    with pytest.raises(StoreError, match="registered already"):
        db.write_now(lambda c: passkeys.add_passkey(c, key(*tina)))


@pytest.mark.parametrize(
    ("kept", "told", "is_taken"),
    [(0, 0, True), (0, 1, True), (4, 5, True), (4, 4, False), (4, 3, False), (4, 0, False)],
)
def test_a_count_that_does_not_grow_is_a_copied_passkey(
    db: Database, tina: Any, kept: int, told: int, is_taken: bool
) -> None:
    db.write_now(lambda c: passkeys.add_passkey(c, key(*tina, count=kept)))
    assert db.write_now(lambda c: passkeys.use_passkey(c, tina[0], "AAAA", told, NOW + 1)) == is_taken
    found = db.read_now(lambda c: passkeys.passkeys(c, *tina))[0]
    assert (found.sign_count, found.used_us) == ((told, NOW + 1) if is_taken else (kept, 0))


def test_a_user_has_at_most_twenty_passkeys(db: Database, tina: Any) -> None:
    for number in range(20):
        db.write_now(lambda c, n=number: passkeys.add_passkey(c, key(*tina, id_=f"K{n}")))  # type: ignore[misc]
    with pytest.raises(StoreError, match="at most 20 passkeys"):
        db.write_now(lambda c: passkeys.add_passkey(c, key(*tina)))


def test_a_recovery_code_works_once_and_new_ones_end_the_old(db: Database, tina: Any) -> None:
    db.write_now(lambda c: passkeys.replace_codes(c, *tina, ["one", "two"], NOW))
    assert db.write_now(lambda c: passkeys.use_code(c, *tina, "one"))
    assert not db.write_now(lambda c: passkeys.use_code(c, *tina, "one"))
    assert db.read_now(lambda c: passkeys.codes_left(c, *tina)) == 1
    db.write_now(lambda c: passkeys.replace_codes(c, *tina, ["three"], NOW))
    assert not db.write_now(lambda c: passkeys.use_code(c, *tina, "two"))
    assert db.write_now(lambda c: passkeys.use_code(c, *tina, "three"))


def test_s39_another_firm_neither_sees_nor_changes_a_passkey_or_a_code(db: Database, tina: Any) -> None:
    one, user = tina
    two, _ = firm(db, "two")
    db.write_now(lambda c: passkeys.add_passkey(c, key(one, user)))
    db.write_now(lambda c: passkeys.replace_codes(c, one, user, ["one"], NOW))
    assert db.read_now(lambda c: passkeys.passkeys(c, two, user)) == []
    assert db.read_now(lambda c: passkeys.codes_left(c, two, user)) == 0
    assert not db.write_now(lambda c: passkeys.use_passkey(c, two, "AAAA", 1, NOW))
    assert not db.write_now(lambda c: passkeys.rename_passkey(c, two, user, "AAAA", "x"))
    assert not db.write_now(lambda c: passkeys.remove_passkey(c, two, user, "AAAA"))
    assert not db.write_now(lambda c: passkeys.use_code(c, two, user, "one"))
    db.write_now(lambda c: passkeys.remove_passkeys(c, two, user))
    assert db.write_now(lambda c: passkeys.rename_passkey(c, one, user, "AAAA", "Schlüssel"))
    assert db.read_now(lambda c: passkeys.passkeys(c, one, user)) == [replace(key(one, user), name="Schlüssel")]
    assert db.write_now(lambda c: passkeys.remove_passkey(c, one, user, "AAAA"))
