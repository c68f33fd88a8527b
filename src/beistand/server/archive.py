"""A backup's file: a tar of a few known names with a manifest of their hashes, encrypted if a password is given.

Encrypted form: "beistand backup 1" and a line feed, salt[16], then pieces of at most 1 MiB of AES-256-GCM. The key is
scrypt's (N=2^17, r=8, p=1; RFC 7914); a piece's nonce is its number and whether it is the last, so that no piece can be
dropped, moved or cut off (Hoang and others, "Online Authenticated-Encryption", 2015: STREAM).
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import secrets
import struct
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MARK = b"beistand backup 1\n"
SALT_BYTES, TAG_BYTES, PIECE_BYTES = 16, 16, 1 << 20
MANIFEST = "manifest.json"
MANIFEST_BYTES = 1 << 20
# What a backup may hold; anything else in a file that says it is one is refused.
NAME = re.compile(
    r"^(beistand\.sqlite|secrets\.json|audit-key\.json|identity/[A-Za-z0-9._-]{1,100}|programs/[A-Za-z0-9][A-Za-z0-9._-]{0,99})$"
)


class ArchiveError(Exception):
    """The file is no backup, is damaged, or the password is wrong; the text says which and what to do."""


def write(out: IO[bytes], files: dict[str, Path], told: dict[str, Any], password: str) -> None:
    """Writes a backup of `files` {name: where it lies}, with what the manifest tells. OSError as files give it."""
    target = _Sealing(out, password) if password else out
    hashes = {name: _sha256(path) for name, path in files.items()}
    manifest = json.dumps(told | {"files": hashes}, indent=1, sort_keys=True).encode()
    with tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, MANIFEST, io.BytesIO(manifest), len(manifest))
        for name, path in files.items():
            with path.open("rb") as data:
                _add(tar, name, data, path.stat().st_size)
    if isinstance(target, _Sealing):
        target.finish()


def _add(tar: tarfile.TarFile, name: str, data: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, data)


def _sha256(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def read(source: IO[bytes], folder: Path, password: str) -> dict[str, Any]:
    """Unpacks a backup into an empty folder and gives its manifest. Raises ArchiveError; OSError as files give it."""
    stream = _opened(source, password)
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            manifest = _unpack(tar, folder)
    except tarfile.TarError:
        raise ArchiveError("The file is damaged or no backup: take another one.") from None
    if isinstance(stream, _Opening):
        stream.drain()
    for name, digest in manifest["files"].items():
        if not (folder / name).is_file() or _sha256(folder / name) != digest:
            raise ArchiveError(f"The backup is damaged: {name} is not what was saved. Take another one.")
    return manifest


def _unpack(tar: tarfile.TarFile, folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] | None = None
    for member in tar:
        data = tar.extractfile(member) if member.isreg() else None
        if data is None:
            raise ArchiveError("The file is damaged or no backup: take another one.")
        if manifest is None:
            manifest = _manifest(member, data)
            continue
        if member.name not in manifest["files"] or (folder / member.name).exists():
            raise ArchiveError("The backup holds a file that its list does not name: it was changed. Take another one.")
        target = folder / member.name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with target.open("xb") as out:
            target.chmod(0o600)
            while piece := data.read(PIECE_BYTES):
                out.write(piece)
    if manifest is None:
        raise ArchiveError("The file is damaged or no backup: take another one.")
    return manifest


def _manifest(member: tarfile.TarInfo, data: IO[bytes]) -> dict[str, Any]:
    wrong = ArchiveError("The file is damaged or no backup: take another one.")
    if member.name != MANIFEST or member.size > MANIFEST_BYTES:
        raise wrong
    try:
        value = json.loads(data.read())
        files = value["files"]
        is_fit = value["beistand_backup"] == 1 and all(
            NAME.match(name) and isinstance(files[name], str) for name in files
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise wrong from None
    if not is_fit:
        raise wrong
    return dict(value)


def _key(password: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(password.encode()))


def _nonce(number: int, is_last: bool) -> bytes:
    return struct.pack(">QI", number, int(is_last))


class _Sealing(io.RawIOBase):
    """Encrypts what is written to it."""

    def __init__(self, out: IO[bytes], password: str) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        out.write(MARK + salt)
        self._out, self._aead, self._number, self._waiting = out, _key(password, salt), 0, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        # One piece is always held back: the last one is sealed as such.
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), is_last=False)
            del self._waiting[:PIECE_BYTES]
        return len(data)

    def finish(self) -> None:
        """Writes the last piece."""
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, piece: bytes, is_last: bool) -> None:
        self._out.write(self._aead.encrypt(_nonce(self._number, is_last), piece, MARK))
        self._number += 1


class _Opening(io.RawIOBase):
    """Decrypts what is read from it; gives no byte that was not proven."""

    def __init__(self, source: IO[bytes], password: str) -> None:
        salt = source.read(SALT_BYTES)
        if len(salt) != SALT_BYTES:
            raise ArchiveError("The file is damaged or no backup: take another one.")
        self._aead, self._pieces, self._ready = _key(password, salt), _pieces(source), b""
        self._number = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._ready:
            found = next(self._pieces, None)
            if found is None:
                return b""
            self._ready = self._open(*found)
        taken, self._ready = (self._ready, b"") if size < 0 else (self._ready[:size], self._ready[size:])
        return taken

    def drain(self) -> None:
        """Reads to the end, so that nothing cut off or added goes unnoticed."""
        while self.read(PIECE_BYTES):
            pass

    def _open(self, piece: bytes, is_last: bool) -> bytes:
        try:
            data = self._aead.decrypt(_nonce(self._number, is_last), piece, MARK)
        except InvalidTag:
            first = "The password is wrong, or the file is damaged"
            raise ArchiveError(f"{'The backup is damaged' if self._number else first}: nothing was restored.") from None
        self._number += 1
        return data


def _pieces(source: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """(sealed piece, whether it is the last)."""
    piece = source.read(PIECE_BYTES + TAG_BYTES)
    while True:
        following = source.read(PIECE_BYTES + TAG_BYTES)
        yield piece, not following
        if not following:
            return
        piece = following


def _opened(source: IO[bytes], password: str) -> IO[bytes]:
    if source.read(len(MARK)) == MARK:
        if not password:
            raise ArchiveError("This backup is encrypted: give its password with --password-file.")
        opening: Any = _Opening(source, password)
        return opening  # type: ignore[no-any-return]  # a raw stream that tarfile reads piece by piece
    if password:
        raise ArchiveError("This backup is not encrypted: leave the password out.")
    source.seek(0)
    return source
