"""The sealed backup piece by piece: cut, swapped or doubled where one piece ends, and at every other byte (S48)."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beistand.server import archive
from beistand.server.archive import ArchiveError

PIECE = 32
SEALED = PIECE + archive.TAG_BYTES
HEAD = len(archive.MARK) + archive.SALT_BYTES
SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 1, 3 * PIECE]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of 32 bytes under a key that costs nothing: what scrypt costs is not the subject here."""
    monkeypatch.setattr(archive, "PIECE_BYTES", PIECE)
    monkeypatch.setattr(archive, "_key", lambda word, salt: AESGCM(hashlib.sha256(word.encode() + salt).digest()))


def sealed(data: bytes, cuts: list[int] | None = None) -> bytes:
    out = io.BytesIO()
    writer = archive._Sealing(out, "a password")
    for begin, end in zip([0, *(cuts or [])], [*(cuts or []), len(data)], strict=True):
        writer.write(data[begin:end])
    writer.finish()
    return out.getvalue()


def opened(file: bytes, size: int = 7, word: str = "a password") -> bytes:
    reader: Any = archive._opened(io.BytesIO(file), word)
    return b"".join(iter(lambda: reader.read(size), b""))


def pieces(file: bytes) -> list[bytes]:
    return [file[at : at + SEALED] for at in range(HEAD, len(file), SEALED)]


@pytest.mark.parametrize("size", SIZES)
def test_s48_every_size_comes_back_however_it_was_written_and_read(size: int) -> None:
    data = bytes(range(256))[:size]
    for cuts in ([], [size // 2], [min(size, PIECE)], [0, size]):
        file = sealed(data, sorted(cuts))
        assert len(pieces(file)) == max(1, -(-size // PIECE))
        for step in (1, PIECE, 1_000):
            assert opened(file, step) == data


@pytest.mark.parametrize("size", [PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE])
def test_s48_a_cut_exactly_where_a_piece_ends_is_noticed(size: int) -> None:
    """What is left is whole pieces, each proven: only that the last one was not sealed as the last tells it."""
    file = sealed(bytes(size))
    for kept in range(len(pieces(file))):
        with pytest.raises(ArchiveError):
            opened(file[: HEAD + kept * SEALED])


def test_s48_a_cut_at_any_byte_is_noticed() -> None:
    file = sealed(bytes(range(2 * PIECE)))
    for end in range(len(archive.MARK), len(file)):
        with pytest.raises(ArchiveError):
            opened(file[:end])


@pytest.mark.parametrize(
    ("what", "order"),
    [
        ("the first piece is missing", [1, 2]),
        ("one in the middle is missing", [0, 2]),
        ("two changed places", [1, 0, 2]),
        ("one stands twice", [0, 0, 1, 2]),
        ("the last one stands twice", [0, 1, 2, 2]),
        ("the last one stands first", [2, 0, 1]),
        ("one follows the last", [0, 1, 2, 0]),
    ],
)
def test_s48_pieces_that_moved_are_noticed(what: str, order: list[int]) -> None:
    file = sealed(bytes(range(3 * PIECE)))
    own = pieces(file)
    with pytest.raises(ArchiveError):
        opened(file[:HEAD] + b"".join(own[at] for at in order))
    assert opened(file[:HEAD] + b"".join(own)) == bytes(range(3 * PIECE)), what


def test_s48_no_piece_of_another_backup_fits_and_no_other_password_opens_it() -> None:
    one, other = sealed(bytes(2 * PIECE)), sealed(bytes(2 * PIECE))
    with pytest.raises(ArchiveError):
        opened(one[: HEAD + SEALED] + other[HEAD + SEALED :])
    with pytest.raises(ArchiveError, match="The password is wrong"):
        opened(one, word="another")
    with pytest.raises(ArchiveError, match="give its password"):
        opened(one, word="")


def test_s48_nothing_is_given_out_of_a_piece_that_is_not_proven() -> None:
    file = bytearray(sealed(bytes(range(3 * PIECE))))
    file[HEAD + SEALED + 3] ^= 1
    reader: Any = archive._opened(io.BytesIO(bytes(file)), "a password")
    assert reader.read(1_000) == bytes(range(PIECE))
    with pytest.raises(ArchiveError, match="The backup is damaged"):
        reader.read(1)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=5 * PIECE), st.integers(0, 10_000), st.integers(1, 255))
def test_s48_any_changed_byte_is_noticed(data: bytes, at: int, change: int) -> None:
    file = bytearray(sealed(data))
    file[len(archive.MARK) + at % (len(file) - len(archive.MARK))] ^= change
    with pytest.raises(ArchiveError):
        opened(bytes(file))
