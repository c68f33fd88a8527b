"""The vectors of level two: right and wrong assertions of made-up passkeys under a made-up roster; run by make.py."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from beistand.protocol import identity, passkey
from vectors.answers import answer, hexed
from vectors.making import Vectors, fixed

# How far behind the fixed bytes the primes of the RSA passkey stand: searched once, checked by `cryptography`.
RSA_P, RSA_Q = 1220, 949


def rsa_key(steps: tuple[int, int]) -> rsa.RSAPrivateKey:
    """2,048 bits from fixed bytes: the two primes stand `steps` behind SHAKE-256 of a label."""
    starts = (int.from_bytes(fixed(name, 128), "big") | 3 << 1_022 for name in ("rsa p", "rsa q"))
    p, q = (start + step for start, step in zip(starts, steps, strict=True))
    d = pow(65_537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65_537, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    return numbers.private_key()


Signer = tuple[int, bytes, Callable[[bytes], bytes]]


def passkeys() -> dict[str, Signer]:
    """One passkey of each algorithm, and two that no account takes: COSE's number, the public key, how it signs."""
    once = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    curve, other = (
        ec.derive_private_key(int.from_bytes(fixed("passkey", size), "big"), curve)
        for size, curve in ((31, ec.SECP256R1()), (47, ec.SECP384R1()))
    )
    edwards, modulus = Ed25519PrivateKey.from_private_bytes(fixed("passkey", 32)), rsa_key((RSA_P, RSA_Q))
    return {
        "ES256": (-7, spki(curve), lambda data: curve.sign(data, once)),
        "EdDSA": (-8, spki(edwards), edwards.sign),
        "RS256": (-257, spki(modulus), lambda data: modulus.sign(data, padding.PKCS1v15(), hashes.SHA256())),
        "P-384": (-7, spki(other), lambda data: other.sign(data, once)),
    }


def spki(key: Any) -> bytes:
    data: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return data


def passkey_vectors() -> Vectors:
    v = Vectors("The technician's own passkey over the PAKE share, vouched for by the root key's roster (section 10)")
    root, online = (Ed25519PrivateKey.from_private_bytes(fixed(name, 32)) for name in ("root", "online"))
    pinned, share, at = hexed(root.public_key().public_bytes_raw()), fixed("share", 32), 1_795_000_000
    origin, known = "https://hilfe.muster.example", passkeys()
    year = {"kind": "online", "company": "Muster IT", "domain": "muster.example", "organisation": "org-1"}
    year |= {"key": base64.b64encode(online.public_key().public_bytes_raw()).decode(), "audit": ""}
    year_text = identity.write(year | {"issued": at - 86_400, "expires": at + 300 * 86_400})
    said = {"kind": "technician", "organisation": "org-1", "technician": "Sabine Krüger", "route": "123"}
    text = identity.write(said | {"issued": at - 60, "expires": at + 600})
    whole = {"statement": text, "signature": identity.sign(identity.TECHNICIAN, share, text, online)}
    whole |= {"online": year_text, "online_signature": identity.sign(identity.ONLINE, b"", year_text, root)}

    def entry(sort: str = "ES256", by: Ed25519PrivateKey = root, of: str = "passkey", **other: Any) -> dict[str, str]:
        algorithm, key, _sign = known[sort]
        fields = {"kind": "passkey", "organisation": "org-1", "number": 7, "technician": "Sabine Krüger"}
        fields |= {"algorithm": algorithm, "key": base64.b64encode(key).decode(), "rp_id": "hilfe.muster.example"}
        text = identity.write(fields | {"issued": at - 86_400, "expires": at + 90 * 86_400} | other)
        return {"text": text, "signature": identity.sign(of, b"", text, by)}

    def client(over: bytes = share, **other: Any) -> bytes:
        asked = base64.urlsafe_b64encode(passkey.challenge(over)).decode().rstrip("=")
        fields = {"type": "webauthn.get", "challenge": asked, "origin": origin, "crossOrigin": False}
        return identity.write({name: one for name, one in (fields | other).items() if one is not None}).encode()

    def seen(flags: int = 0x05, rp_id: str = "hilfe.muster.example", more: bytes = b"") -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes((flags,)) + (9).to_bytes(4, "big") + more

    def signed(kind: str = "ES256", told: bytes | None = None, saw: bytes | None = None) -> dict[str, bytes]:
        told, saw = client() if told is None else told, seen() if saw is None else saw
        signature = known[kind][2](saw + hashlib.sha256(told).digest())
        return {"authenticatorData": saw, "clientData": told, "signature": signature}

    def ident(line: dict[str, str] | None = None, proof: dict[str, bytes] | None = None, **other: Any) -> bytes:
        joined: str = answer("passkey.joined", {
            "ident": identity.write(whole),
            "entry": line or entry(),
            "assertion": {name: hexed(one) for name, one in (proof or signed()).items()},
        })  # fmt: skip
        fields = json.loads(joined)
        fields["passkey"] |= other
        return identity.write(fields).encode()

    def given(least: int = 0, must: bool = True, root: Any = pinned, **other: Any) -> dict[str, Any]:
        bound = {"share": hexed(share), "organisation": "org-1", "route": "123", "utcSeconds": at, "origin": origin}
        return {"bound": bound | other, "root": root, "demand": {"leastRoster": least, "mustBePerson": must}}

    for kind in ("ES256", "EdDSA", "RS256"):
        v.good("passkey.verify", ident=hexed(ident(entry(kind), signed(kind))), **given())
    v.good("passkey.verify", ident=hexed(ident()), **given(7))
    v.good("passkey.verify", ident=hexed(ident(proof=signed(saw=seen(0x9D, more=b"\xa0")))), **given())
    v.good("passkey.verify", ident=hexed(ident(proof=signed(told=client(crossOrigin=None, other="new")))), **given())
    v.good("passkey.verify", ident=hexed(ident()), **given(root=None, must=False))
    v.good("passkey.verify", ident=hexed(identity.write(whole).encode()), **given(must=False))

    def refuse(code: str, why: str, data: bytes, least: int = 0, must: bool = True, **other: Any) -> None:
        v.bad("passkey.verify", code, why, ident=hexed(data), **given(least, must, **other))

    refuse("ident_person", "demanded, and not there", identity.write(whole).encode())
    refuse("ident_missing", "demanded, and nothing at all is signed", b'{"company": "X"}')
    refuse("ident_roster", "the program knows a newer roster", ident(), 8)
    refuse("ident_roster", "the roster is over", ident(entry(issued=at - 99 * 86_400, expires=at - 43_201)))
    refuse("ident_roster", "the roster begins tomorrow", ident(entry(issued=at + 43_201)))
    refuse("ident", "the roster lives for two years", ident(entry(expires=at + 730 * 86_400)))
    refuse("ident_forged", "the online key signs the roster", ident(entry(by=online)))
    refuse("ident_forged", "the root's word, but about an online key", ident(entry(of="online key")))
    refuse("ident_forged", "the roster's entry was changed", ident(roster=entry(technician="Eva")["text"]))
    for name, other in (("name", {"technician": "Eva Anders"}), ("firm", {"organisation": "org-2"})):
        refuse("ident_passkey", f"the passkey of another {name}", ident(entry(**other)))
    swapped = identity.write(said | {"technician": "Eva Anders", "issued": at - 60, "expires": at + 600})
    fields = json.loads(ident()) | {"statement": swapped}
    fields["signature"] = identity.sign(identity.TECHNICIAN, share, swapped, online)
    refuse("ident_passkey", "the server names a colleague", identity.write(fields).encode())
    refuse("ident_passkey", "signed for another session", ident(proof=signed(told=client(over=fixed("other", 32)))))
    refuse("ident_forged", "the share is another", ident(), share=hexed(fixed("other", 32)))
    for why, told in [
        ("a passkey that was made, not proven", client(type="webauthn.create")),
        ("asked by another page", client(origin="https://boese.example")),
        ("asked by another port", client(origin=f"{origin}:8443")),
        ("asked by plain HTTP", client(origin="http://hilfe.muster.example")),
        ("no origin", client(origin=None)),
        ("asked in another page's frame", client(crossOrigin=True)),
        ("a top page of its own", client(topOrigin="https://boese.example")),
        ("the challenge with a sign of filling", client(challenge=client().decode().split('"')[7] + "=")),
        ("no challenge", client(challenge=None)),
    ]:
        refuse("ident_passkey", why, ident(proof=signed(told=told)))
    for why, saw in [
        ("nobody touched it", seen(0x04)),
        ("no finger, face or PIN", seen(0x01)),
        ("a copy that says it may not be copied", seen(0x15)),
        ("for another host", seen(rp_id="boese.example")),
        ("for the domain above", seen(rp_id="muster.example")),
    ]:
        refuse("ident_passkey", why, ident(proof=signed(saw=saw)))
    refuse("ident_passkey", "the roster names another host", ident(entry(rp_id="boese.example")))
    refuse(
        "ident_passkey", "both for another host", ident(entry(rp_id="a.example"), signed(saw=seen(rp_id="a.example")))
    )
    refuse("ident_passkey", "the program does not know its server", ident(), origin="")
    refuse("ident_passkey", "another passkey has signed", ident(entry("EdDSA")))
    refuse("ident_passkey", "the same key under another algorithm", ident(entry(algorithm=-257)))
    refuse("ident_passkey", "a curve that accounts do not make", ident(entry("P-384"), signed("P-384")))
    mixed = signed() | {"authenticatorData": seen(0x1D)}
    refuse("ident_passkey", "the authenticator's data were changed", ident(proof=mixed))
    refuse("ident_passkey", "the client's data were changed", ident(proof=signed() | {"clientData": client(new=1)}))
    refuse("ident_passkey", "a key that is none", ident(entry(key=base64.b64encode(bytes(91)).decode())))
    for why, change in [
        ("number zero", {"number": 0}),
        ("a number that is true", {"number": True}),
        ("a number as text", {"number": "7"}),
        ("an unknown algorithm", {"algorithm": -47}),
        ("an algorithm as text", {"algorithm": "-7"}),
        ("another kind", {"kind": "online"}),
        ("no name", {"technician": ""}),
        ("a name with a bidirectional control", {"technician": "Sabine\u202e"}),
        ("no host", {"rp_id": None}),
        ("a key that is too long", {"key": base64.b64encode(bytes(801)).decode()}),
        ("no end", {"expires": None}),
    ]:
        refuse("ident", why, ident(entry(**change)))
    refuse("ident", "a passkey that is no object", identity.write(whole | {"passkey": "yes"}).encode())
    refuse("ident", "no passkey at all", identity.write(whole | {"passkey": None}).encode())
    refuse("ident", "too little of the authenticator", ident(proof=signed(saw=seen()[:36])))
    refuse("ident", "too much of the authenticator", ident(proof=signed(saw=seen(more=bytes(476)))))
    refuse("ident", "client data that are no JSON", ident(proof=signed(told=b"\xff\xff")))
    refuse("ident", "client data that are a list", ident(proof=signed(told=b"[]")))
    refuse("ident", "client data that are too long", ident(proof=signed(told=client(filling="x" * 1_000))))
    refuse("ident", "a signature of seven bytes", ident(signature=base64.b64encode(bytes(7)).decode()))
    refuse("ident", "a signature that is not base64", ident(signature="?" * 96))
    refuse("ident", "no signature", ident(signature=None))
    return v
