"""CPace, suite CPACE-X25519-SHA512, initiator-responder (draft-irtf-cfrg-cpace). Constant time through libsodium. Pure.

libsodium's `from_uniform(h)` is 8 x Elligator2(h) on Edwards coordinates and the clamped scalar y is 8 x (y >> 3); so a
share is the Montgomery form of (y >> 3) x from_uniform(h) (security.md section 2; checked against the draft's vectors).
"""

from __future__ import annotations

import hashlib

from nacl import bindings, exceptions

from beistand.protocol.e2e.keys import leb128, lv
from beistand.protocol.errors import LocalError, PeerError

DSI = b"CPace255"
DSI_ISK = b"CPace255_ISK"
FIELD_BYTES = 32
_HASH_BLOCK = 128  # SHA-512's input block
_MASK = (1 << 255) - 1


def generator_string(prs: bytes, ci: bytes, sid: bytes) -> bytes:
    """lv(DSI, PRS, zero padding to one hash block, CI, sid), as the draft's generator_string."""
    used = len(leb128(len(DSI))) + len(DSI) + len(leb128(len(prs))) + len(prs)
    padding = max(0, _HASH_BLOCK - 1 - used)
    return lv(DSI, prs, b"\0" * padding, ci, sid)


def _scalar(scalar: bytes) -> int:
    """X25519 clamping (RFC 7748 section 5), divided by 8: exact, because clamping clears the three lowest bits."""
    if len(scalar) != FIELD_BYTES:
        raise LocalError("a CPace scalar has 32 bytes")
    clamped = bytes((scalar[0] & 248,)) + scalar[1:31] + bytes((scalar[31] & 127 | 64,))
    return int.from_bytes(clamped, "little") >> 3


def share(prs: bytes, ci: bytes, sid: bytes, scalar: bytes) -> bytes:
    """Y = scalar x generator: 32 bytes for the other end. `scalar`: 32 random bytes, clamped here."""
    seed = hashlib.sha512(generator_string(prs, ci, sid)).digest()[:FIELD_BYTES]
    uniform = (int.from_bytes(seed, "little") & _MASK).to_bytes(FIELD_BYTES, "little")
    point = bindings.crypto_core_ed25519_from_uniform(uniform)
    multiple = bindings.crypto_scalarmult_ed25519_noclamp(_scalar(scalar).to_bytes(FIELD_BYTES, "little"), point)
    return bindings.crypto_sign_ed25519_pk_to_curve25519(multiple)


def shared_secret(scalar: bytes, their_share: bytes) -> bytes:
    """K = scalar x their share, 32 bytes. PeerError "handshake" for a share of the wrong length or of low order."""
    if len(their_share) != FIELD_BYTES:
        raise PeerError("handshake", "The other end sent a key share of the wrong length.")
    try:
        secret = bindings.crypto_scalarmult(scalar, their_share)
    except (exceptions.CryptoError, RuntimeError) as error:  # libsodium refuses the all-zero result
        raise PeerError("handshake", "The other end sent a key share that gives no secret.") from error
    if secret == bytes(FIELD_BYTES):
        raise PeerError("handshake", "The other end sent a key share that gives no secret.")
    return secret


def session_key(sid: bytes, secret: bytes, initiator: tuple[bytes, bytes], responder: tuple[bytes, bytes]) -> bytes:
    """ISK, 64 bytes. `initiator` and `responder` are (share, associated data) of each."""
    return hashlib.sha512(lv(DSI_ISK, sid, secret) + lv(*initiator) + lv(*responder)).digest()
