"""Labelled derivation of every key of a session (security.md section 2, "bst1"). Pure."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

BYTES = 64  # SHA-512


def leb128(value: int) -> bytes:
    """Unsigned LEB128."""
    out = bytearray()
    while True:
        low, value = value & 0x7F, value >> 7
        out.append(low | 0x80 if value else low)
        if not value:
            return bytes(out)


def lv(*parts: bytes | str) -> bytes:
    """Every part behind its LEB128 length: no two different lists give the same bytes."""
    out = b""
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        out += leb128(len(raw)) + raw
    return out


def split_lv(data: bytes, count: int) -> list[bytes]:
    """The parts of `lv`; ValueError if there are not exactly `count` or a length is not in shortest form."""
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        length = shift = 0
        start = at
        while True:
            if at >= len(data) or shift > 21:
                raise ValueError("a length is cut or too long")
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if leb128(length) != data[start:at] or at + length > len(data):
            raise ValueError("a part is cut")
        parts.append(data[at : at + length])
        at += length
    if len(parts) != count:
        raise ValueError("a wrong number of parts")
    return parts


def channel_identifier(origin: str, organisation: str, nameplate: str) -> bytes:
    """CI: binds server, organisation, route and roles into the key (security.md S8)."""
    return lv("bst1", origin, organisation, nameplate, "technician", "customer")


def expand(prk: bytes, label: str, length: int) -> bytes:
    """HKDF-Expand with SHA-512 (RFC 5869), info = "bst1 " + label."""
    info = b"bst1 " + label.encode()
    out = block = b""
    counter = 1
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes((counter,)), "sha512")
        out += block
        counter += 1
    return out[:length]


def transcript_hash(m0: bytes, m1: bytes, m2: bytes) -> bytes:
    """TH over the first three messages."""
    return hashlib.sha512(lv("bst1 transcript", m0, m1, m2)).digest()


def extract(transcript: bytes, isk: bytes, mlkem_secret: bytes) -> bytes:
    """PRK = HMAC-SHA512(TH, lv(ISK, ss_mlkem))."""
    return hmac.digest(transcript, lv(isk, mlkem_secret), "sha512")


def technician_proof(prk: bytes, transcript: bytes) -> bytes:
    """m3: the technician proves first; 32 bytes."""
    return hmac.digest(expand(prk, "confirm technician", BYTES), transcript, "sha512")[:32]


def customer_proof(prk: bytes, transcript: bytes, m3: bytes) -> bytes:
    """m4; 32 bytes."""
    return hmac.digest(expand(prk, "confirm customer", BYTES), transcript + m3, "sha512")[:32]


@dataclass(frozen=True)
class AllegedKeys:
    """Keys of a handshake that nobody has proven yet: good for the two proofs and nothing else."""

    prk: bytes = field(repr=False)
    transcript: bytes = field(repr=False)

    def confirmed(self) -> ConfirmedKeys:
        """To be called only after the other end's proof was verified."""
        return ConfirmedKeys(
            expand(self.prk, "technician to customer", BYTES),
            expand(self.prk, "customer to technician", BYTES),
            expand(self.prk, "exporter", BYTES),
        )


@dataclass(frozen=True)
class ConfirmedKeys:
    """One secret of 64 bytes per direction, and the exporter for everything later."""

    technician_to_customer: bytes = field(repr=False)
    customer_to_technician: bytes = field(repr=False)
    exporter: bytes = field(repr=False)
