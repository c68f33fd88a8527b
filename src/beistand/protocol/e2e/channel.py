"""The record channel: one AES-256-GCM key per direction, a counter that never restarts, rekeying (bst1).

    record = channel u8 || AES-256-GCM(key, iv XOR n, data, aad = channel)

`n` is our own count and never on the wire: a dropped, doubled, moved or changed record fails to open, for good.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from beistand.protocol.e2e.keys import BYTES, expand
from beistand.protocol.errors import LocalError, PeerError

REKEY_RECORDS = 2**22
IV_BYTES = 12
TAG_BYTES = 16


class _Direction:
    """Key, iv and count of one direction."""

    def __init__(self, secret: bytes, rekey_records: int) -> None:
        if len(secret) != BYTES:
            raise LocalError("a direction's secret has 64 bytes")
        self._secret = secret
        self._rekey_records = rekey_records
        self._n = 0
        self._derive()

    def _derive(self) -> None:
        material = expand(self._secret, "record key", 32 + IV_BYTES)
        self._aead = AESGCM(material[:32])
        self._iv = int.from_bytes(material[32:], "big")

    def _nonce(self) -> bytes:
        if self._n and self._n % self._rekey_records == 0:
            self._secret = expand(self._secret, "rekey", BYTES)  # the old secret is dropped here
            self._derive()
        nonce = (self._iv ^ self._n).to_bytes(IV_BYTES, "big")
        self._n += 1  # never restarts: not at a rekey, not at a resume
        return nonce


class Sealer(_Direction):
    """Seals what this end sends."""

    def __init__(self, secret: bytes, rekey_records: int = REKEY_RECORDS) -> None:
        super().__init__(secret, rekey_records)

    def seal(self, channel: int, data: bytes) -> bytes:
        """One record: 1 + len(data) + 16 bytes."""
        header = bytes((channel,))
        nonce = self._nonce()  # first: it may rekey, and the record belongs to the new key
        return header + self._aead.encrypt(nonce, data, header)


class Opener(_Direction):
    """Opens what the other end sent, in order."""

    def __init__(self, secret: bytes, rekey_records: int = REKEY_RECORDS) -> None:
        super().__init__(secret, rekey_records)
        self._is_broken = False

    def open(self, record: bytes) -> tuple[int, bytes]:
        """(channel, data). PeerError "record" for a record that is not exactly the next one; final."""
        if self._is_broken or len(record) < 1 + TAG_BYTES:
            self._is_broken = True
            raise PeerError("record", "A part of the session was changed on the way.")
        nonce = self._nonce()
        try:
            return record[0], self._aead.decrypt(nonce, record[1:], record[:1])
        except InvalidTag as error:
            self._is_broken = True
            raise PeerError("record", "A part of the session was changed on the way.") from error
