"""The handshake "bst1": CPace + ML-KEM-768, five messages (security.md section 2). Pure; randomness is an argument.

m0  C->T  lv("bst1", nonce_c[16], info)
m1  T->C  lv("bst1", nonce_t[16], Ya, mlkem_ek, ident)
m2  C->T  lv(Yb, mlkem_ct, info)
m3  T->C  proof of the technician (32 bytes); before it is verified the customer has revealed nothing
m4  C->T  proof of the customer (32 bytes)
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import mlkem

from beistand.protocol.e2e import keys, pake
from beistand.protocol.e2e.keys import AllegedKeys, ConfirmedKeys, lv, split_lv
from beistand.protocol.errors import LocalError, PeerError

VERSION = b"bst1"
NONCE_BYTES = 16
EK_BYTES, CT_BYTES, SEED_BYTES = 1_184, 1_088, 64
INFO_BYTES = 1_024
IDENT_BYTES = 4_096
PROOF_BYTES = 32

Random = Callable[[int], bytes]
Ident = bytes | Callable[[bytes], bytes]


class Kem(Protocol):
    """ML-KEM-768 (FIPS 203). Vectors put recorded values here."""

    def keypair(self, seed: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
        """(encapsulation key, function that opens a ciphertext) from a seed of 64 bytes."""
        ...

    def encapsulate(self, ek: bytes) -> tuple[bytes, bytes]:
        """(shared secret, ciphertext). ValueError for a malformed key."""
        ...


class MlKem768:
    """The real one, from `cryptography` (its own randomness in `encapsulate`)."""

    def keypair(self, seed: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
        private = mlkem.MLKEM768PrivateKey.from_seed_bytes(seed)
        return private.public_key().public_bytes_raw(), private.decapsulate

    def encapsulate(self, ek: bytes) -> tuple[bytes, bytes]:
        return mlkem.MLKEM768PublicKey.from_public_bytes(ek).encapsulate()


def _sid(nonce_c: bytes, nonce_t: bytes) -> bytes:
    return hashlib.sha512(lv("bst1 sid", nonce_c, nonce_t)).digest()[:32]


def _parts(message: bytes, count: int, name: str) -> list[bytes]:
    try:
        return split_lv(message, count)
    except ValueError as error:
        raise PeerError("handshake", f"The handshake message {name} is malformed.") from error


def _require(is_good: bool, sentence: str) -> None:
    if not is_good:
        raise PeerError("handshake", sentence)


def _fitting(ident: bytes) -> bytes:
    if len(ident) > IDENT_BYTES:
        raise LocalError(f"ident has at most {IDENT_BYTES} bytes")
    return ident


class _Steps:
    """Each message once and in order; the first wrong one ends the handshake for good."""

    def __init__(self) -> None:
        self._done = 0

    def _enter(self, step: int) -> None:
        if self._done != step:
            self._done = -1
            raise PeerError("handshake", "A handshake message came out of order.")
        self._done = -1  # stays so unless the step succeeds

    def _leave(self, step: int) -> None:
        self._done = step + 1


class CustomerHandshake(_Steps):
    """The customer's side. `keys` and `ident` exist only after `on_m3` has verified the technician's proof."""

    def __init__(self, secret: str, ci: bytes, info: bytes, random: Random, kem: Kem | None = None) -> None:
        super().__init__()
        if len(info) > INFO_BYTES:
            raise LocalError(f"info has at most {INFO_BYTES} bytes")
        self._prs, self._ci, self._info, self._random = secret.encode(), ci, info, random
        self._kem = kem or MlKem768()
        self._m0 = lv(VERSION, random(NONCE_BYTES), info)
        self._alleged: AllegedKeys | None = None
        self._claimed_ident = self._claimed_share = b""
        self.ident = b""
        self.technician_share = b""  # what the ident's signature must cover
        self.keys: ConfirmedKeys | None = None

    def start(self) -> bytes:
        """m0."""
        self._enter(0)
        self._leave(0)
        return self._m0

    def on_m1(self, m1: bytes) -> bytes:
        """m2 for the technician's m1. PeerError "handshake"."""
        self._enter(1)
        version, nonce_t, ya, ek, ident = _parts(m1, 5, "m1")
        _require(version == VERSION, "The console speaks another version of the protocol.")
        sizes = (len(nonce_t), len(ya), len(ek)) == (NONCE_BYTES, pake.FIELD_BYTES, EK_BYTES)
        _require(sizes and len(ident) <= IDENT_BYTES, "The handshake message m1 has parts of wrong lengths.")
        nonce_c = split_lv(self._m0, 3)[1]
        sid, scalar = _sid(nonce_c, nonce_t), self._random(32)
        yb = pake.share(self._prs, self._ci, sid, scalar)
        secret = pake.shared_secret(scalar, ya)
        try:
            kem_secret, ct = self._kem.encapsulate(ek)
        except ValueError as error:
            raise PeerError("handshake", "The console's ML-KEM key is malformed.") from error
        m2 = lv(yb, ct, self._info)
        isk = pake.session_key(sid, secret, (ya, lv(ek, ident)), (yb, lv(ct, self._info)))
        transcript = keys.transcript_hash(self._m0, m1, m2)
        self._alleged = AllegedKeys(keys.extract(transcript, isk, kem_secret), transcript)
        self._claimed_ident, self._claimed_share = ident, ya
        self._leave(1)
        return m2

    def on_m3(self, m3: bytes) -> bytes:
        """m4, if the technician's proof holds; PeerError "wrong_number" if not."""
        self._enter(2)
        alleged = self._alleged
        if alleged is None:
            raise LocalError("m3 before m2")
        expected = keys.technician_proof(alleged.prk, alleged.transcript)
        if not hmac.compare_digest(expected, m3):
            raise PeerError("wrong_number", "The session number does not match.")
        self.keys, self.ident, self.technician_share = alleged.confirmed(), self._claimed_ident, self._claimed_share
        self._leave(2)
        return keys.customer_proof(alleged.prk, alleged.transcript, m3)


class TechnicianHandshake(_Steps):
    """The technician's side. Sending m3 is the moment at which an attempt counts (security.md S5).

    `ident` is the statement, or makes it for the share of this handshake.
    """

    def __init__(self, secret: str, ci: bytes, ident: Ident, random: Random, kem: Kem | None = None) -> None:
        super().__init__()
        self._prs, self._ci, self._random = secret.encode(), ci, random
        self._ident = b"" if callable(ident) else _fitting(ident)
        self._make_ident = ident if callable(ident) else None
        self._kem = kem or MlKem768()
        self._m0 = self._m1 = self._m3 = b""
        self._scalar = self._sid = self._ya = self._ek = b""
        self._open_ct: Callable[[bytes], bytes] | None = None
        self._alleged: AllegedKeys | None = None
        self.info0 = self.info2 = b""
        self.keys: ConfirmedKeys | None = None

    def on_m0(self, m0: bytes) -> bytes:
        """m1 for the customer's m0. PeerError "handshake"."""
        self._enter(0)
        version, nonce_c, info = _parts(m0, 3, "m0")
        _require(version == VERSION, "The customer's program speaks another version of the protocol.")
        _require(len(nonce_c) == NONCE_BYTES and len(info) <= INFO_BYTES, "The handshake message m0 is malformed.")
        nonce_t = self._random(NONCE_BYTES)
        self._sid, self._scalar = _sid(nonce_c, nonce_t), self._random(32)
        self._ya = pake.share(self._prs, self._ci, self._sid, self._scalar)
        self._ek, self._open_ct = self._kem.keypair(self._random(SEED_BYTES))
        self._m0, self.info0 = m0, info
        if self._make_ident is not None:
            self._ident = _fitting(self._make_ident(self._ya))
        self._m1 = lv(VERSION, nonce_t, self._ya, self._ek, self._ident)
        self._leave(0)
        return self._m1

    def on_m2(self, m2: bytes) -> bytes:
        """m3 for the customer's m2. An attempt counts when the caller sends it."""
        self._enter(1)
        yb, ct, info = _parts(m2, 3, "m2")
        sizes = (len(yb), len(ct)) == (pake.FIELD_BYTES, CT_BYTES) and len(info) <= INFO_BYTES
        _require(sizes, "The handshake message m2 has parts of wrong lengths.")
        if self._open_ct is None:
            raise LocalError("m2 before m1")
        secret = pake.shared_secret(self._scalar, yb)
        isk = pake.session_key(self._sid, secret, (self._ya, lv(self._ek, self._ident)), (yb, lv(ct, info)))
        transcript = keys.transcript_hash(self._m0, self._m1, m2)
        self._alleged = AllegedKeys(keys.extract(transcript, isk, self._open_ct(ct)), transcript)
        self.info2 = info
        self._m3 = keys.technician_proof(self._alleged.prk, transcript)
        self._leave(1)
        return self._m3

    def on_m4(self, m4: bytes) -> None:
        """Verifies the customer's proof; `keys` exist afterwards. PeerError "wrong_number"."""
        self._enter(2)
        alleged = self._alleged
        if alleged is None:
            raise LocalError("m4 before m3")
        if not hmac.compare_digest(keys.customer_proof(alleged.prk, alleged.transcript, self._m3), m4):
            raise PeerError("wrong_number", "The session number does not match.")
        self.keys = alleged.confirmed()
        self._leave(2)
