"""Level two of who is asking: the technician's own passkey signs the share, and the firm's root key says whose it is.

    root key (offline) -- signs, in a roster whose number only grows --> {organisation, technician, host, passkey's key}
    passkey -- signs, as the answer to a challenge made of the share --> this very session

A stolen server holds the online key and may hold old rosters, but no passkey. It can leave level two out: then the
sheet says so, and a program that demands it ends. Checked is what WebAuthn level 3, section 7.2, asks of an assertion,
but for the counter, which a program that meets its technician once cannot compare. Keys travel as SubjectPublicKeyInfo
(RFC 5280), so that the customer's program needs no CBOR. Pure; docs/protocol.md section 10 is normative.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from beistand.protocol.errors import PeerError
from beistand.protocol.statement import bounded, check_signature, check_times, named, read, text_of

PASSKEY = "passkey"  # the kind under the root key's signature
ROSTER_SECONDS = 400 * 86_400
MOST_NUMBER = 2**53 - 1
KEY_BYTES = 800  # SubjectPublicKeyInfo: 44 (Ed25519), 91 (P-256), 550 (RSA of 4,096 bits)
LEAST_AUTHENTICATOR_BYTES, AUTHENTICATOR_BYTES = 37, 512
CLIENT_BYTES = 1_024
LEAST_SIGNATURE_BYTES, SIGNATURE_BYTES = 8, 512
RSA_BITS = (2_048, 4_096)
# COSE's numbers (RFC 9053, RFC 8812): those that the accounts' passkeys are made with.
ES256, EDDSA, RS256 = -7, -8, -257
# Authenticator data, section 6.1: rpIdHash (32) || flags (1) || signCount (4) || ...
_HASH_BYTES, _PRESENT, _VERIFIED, _MAY_BACK_UP, _IS_BACKED_UP = 32, 0x01, 0x04, 0x08, 0x10
OUT_OF_DATE = "The firm's list of its technicians' passkeys is out of date."


@dataclass(frozen=True)
class Entry:
    """One line of a roster: whose passkey this is, in the root key's word. `key` is a SubjectPublicKeyInfo."""

    organisation: str
    number: int
    technician: str
    algorithm: int
    key: bytes
    rp_id: str
    expires: int


def challenge(share: bytes) -> bytes:
    """What the technician's passkey is asked to sign for this share."""
    return hashlib.sha256(f"beistand passkey 1\n{share.hex()}".encode()).digest()


def check(fields: object, root: bytes, share: bytes, origin: str, utc_seconds: int) -> Entry:
    """The roster's entry whose passkey has just signed `share` at the page `origin`.

    PeerError: "ident_forged" (not the root key's word), "ident_roster", "ident_passkey", "ident" (cannot be read).
    """
    if not isinstance(fields, dict):
        raise PeerError("ident", "The technician's passkey cannot be read.")
    entry = check_entry(text_of(fields, "roster"), text_of(fields, "roster_signature"), root, utc_seconds)
    authenticator = bounded(
        text_of(fields, "authenticator_data"), LEAST_AUTHENTICATOR_BYTES, AUTHENTICATOR_BYTES
    )  # fmt: skip
    client = bounded(text_of(fields, "client_data"), 2, CLIENT_BYTES)
    signature = bounded(text_of(fields, "signature"), LEAST_SIGNATURE_BYTES, SIGNATURE_BYTES)
    _check_client(read(client), share, origin)
    _check_authenticator(authenticator, entry.rp_id, origin)
    if not _is_signed(entry, authenticator + hashlib.sha256(client).digest(), signature):
        raise _refused("The passkey's signature does not fit this session.")
    return entry


def check_entry(text: str, signature: str, root: bytes, utc_seconds: int) -> Entry:
    """A roster's entry that `root` has signed and that is valid now. PeerError as for `check`."""
    check_signature(root, PASSKEY, b"", text, signature)
    fields = read(text.encode())
    try:
        check_times(fields, utc_seconds, ROSTER_SECONDS)
    except PeerError as error:
        if error.code != "ident_expired":
            raise
        raise PeerError("ident_roster", OUT_OF_DATE) from None
    return entry_of(fields)


def entry_of(fields: dict[str, Any]) -> Entry:
    """The fields of a roster's entry, checked one by one. PeerError "ident"."""
    number, algorithm, expires = fields.get("number"), fields.get("algorithm"), fields.get("expires")
    if fields.get("kind") != PASSKEY or type(number) is not int or not 0 < number <= MOST_NUMBER:
        raise PeerError("ident", "The roster's entry makes no sense.")
    if type(algorithm) is not int or algorithm not in (ES256, EDDSA, RS256) or type(expires) is not int:
        raise PeerError("ident", "The roster's entry names no kind of key that is known here.")
    key = bounded(text_of(fields, "key"), 32, KEY_BYTES)
    rp_id = text_of(fields, "rp_id")
    return Entry(
        text_of(fields, "organisation"), number, named(fields.get("technician")), algorithm, key, rp_id, expires
    )  # fmt: skip


def fingerprint(key: bytes) -> str:
    """A passkey's public key in short, for people who compare two screens: 8 groups of 4 letters of its SHA-256."""
    text = hashlib.sha256(key).hexdigest()[:32].upper()
    return " ".join(text[at : at + 4] for at in range(0, 32, 4))


def _check_client(client: dict[str, Any], share: bytes, origin: str) -> None:
    """What the browser says it has asked for, section 5.8.1: it wrote this, not the page."""
    wanted = base64.urlsafe_b64encode(challenge(share)).decode().rstrip("=")
    if client.get("type") != "webauthn.get" or client.get("challenge") != wanted:
        raise _refused("The passkey has signed something else, or another session.")
    if not origin or client.get("origin") != origin or client.get("crossOrigin") is True or "topOrigin" in client:
        raise _refused("The passkey was asked by the page of another server.")


def _check_authenticator(data: bytes, rp_id: str, origin: str) -> None:
    host = origin.partition("://")[2].partition(":")[0]
    if host != rp_id or data[:_HASH_BYTES] != hashlib.sha256(rp_id.encode()).digest():
        raise _refused("The passkey is for another server.")
    flags = data[_HASH_BYTES]
    if not flags & _PRESENT or not flags & _VERIFIED:
        raise _refused("The passkey did not see its owner: no touch, or neither finger, face nor PIN.")
    if flags & _IS_BACKED_UP and not flags & _MAY_BACK_UP:
        raise _refused("The passkey contradicts itself.")


def is_usable(algorithm: int, key: bytes) -> bool:
    """Whether a roster may name this public key (SubjectPublicKeyInfo) for this algorithm of COSE."""
    try:
        found = load_der_public_key(key)
    except (UnsupportedAlgorithm, ValueError):
        return False
    if isinstance(found, ec.EllipticCurvePublicKey):
        return algorithm == ES256 and isinstance(found.curve, ec.SECP256R1)
    if isinstance(found, rsa.RSAPublicKey):
        return algorithm == RS256 and RSA_BITS[0] <= found.key_size <= RSA_BITS[1]
    return algorithm == EDDSA and isinstance(found, ed25519.Ed25519PublicKey)


def _is_signed(entry: Entry, data: bytes, signature: bytes) -> bool:
    if not is_usable(entry.algorithm, entry.key):
        return False
    key = load_der_public_key(entry.key)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(SHA256()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _refused(sentence: str) -> PeerError:
    return PeerError("ident_passkey", sentence)
