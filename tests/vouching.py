"""What tests need to vouch for a person: a passkey in software, and a firm's root key with its statements."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from beistand.protocol import identity, passkey
from beistand.server.identity import Identity
from beistand.server.store.accounts import Organisation
from beistand.server.store.passkeys import Passkey


class SoftPasskey:
    """An ES256 passkey without an authenticator around it."""

    def __init__(self, id_: str = "AAAA") -> None:
        self.id, self._key = id_, ec.generate_private_key(ec.SECP256R1())

    @property
    def spki(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def cose(self) -> bytes:
        at = self._key.public_key().public_numbers()
        return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: at.x.to_bytes(32, "big"), -3: at.y.to_bytes(32, "big")}))

    @property
    def pkcs8(self) -> bytes:
        return self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def row(self, firm: str, user: str, name: str = "Schlüsselbund", at_us: int = 1) -> Passkey:
        """As the store keeps it."""
        return Passkey(self.id, firm, user, name, self.cose, 0, ("usb",), at_us, 0)

    def answer(self, share: bytes, origin: str) -> dict[str, str]:
        """What a browser's page at `origin` gets for the share, as the ident carries it."""
        asked = base64.urlsafe_b64encode(passkey.challenge(share)).decode().rstrip("=")
        client = json.dumps({"type": "webauthn.get", "challenge": asked, "origin": origin}).encode()
        host = origin.partition("://")[2].partition(":")[0]
        seen = hashlib.sha256(host.encode()).digest() + bytes((5, 0, 0, 0, 1))
        signature = self._key.sign(seen + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"authenticator_data": seen, "client_data": client, "signature": signature}
        return {name: base64.b64encode(one).decode() for name, one in parts.items()}


def with_passkey(ident: str, entry: Any, answer: dict[str, str]) -> bytes:
    """The server's ident with level two, as the console joins it."""
    proof = {"roster": entry["text"], "roster_signature": entry["signature"], **answer}
    return identity.write(json.loads(ident) | {"passkey": proof}).encode()


def endorse(own: Identity, firm: Organisation, root: Ed25519PrivateKey, now_seconds: int, days: int = 30) -> bytes:
    """Installs the root key's statement about the server's online key; gives the public root key."""
    asked = json.loads(own.request(firm))
    del asked["beistand_key_request"]
    text = identity.write(asked | {"issued": now_seconds, "expires": now_seconds + days * 86_400})
    public = root.public_key().public_bytes_raw()
    whole = {"text": text, "signature": identity.sign(identity.ONLINE, b"", text, root)}
    own.install(firm, json.dumps(whole | {"root": base64.b64encode(public).decode()}), now_seconds)
    return public


def signed_roster(request: str, root: Ed25519PrivateKey, now_seconds: int, number: int = 0, **other: Any) -> str:
    """As `beistand keys sign-roster` does it, at any time; `other` replaces fields of every entry."""
    asked = json.loads(request)
    entries = []
    for line in asked["keys"]:
        fields = {"kind": "passkey", "organisation": asked["organisation"], "number": number or asked["number"]}
        fields |= {name: line[name] for name in ("technician", "algorithm", "key")} | {"rp_id": asked["rp_id"]}
        text = identity.write(fields | {"issued": now_seconds, "expires": now_seconds + 92 * 86_400} | other)
        entries.append({"text": text, "signature": identity.sign(passkey.PASSKEY, b"", text, root)})
    public = base64.b64encode(root.public_key().public_bytes_raw()).decode()
    return json.dumps({"beistand_roster": 1, "root": public, "entries": entries})
