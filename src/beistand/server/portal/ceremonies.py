"""The two ceremonies of WebAuthn (level 3, section 7): registering a passkey and proving one. Knows no HTTP, no store.

A passkey is both factors at once: what one has, and a finger, face or PIN (user verification is demanded).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from beistand.protocol import passkey
from beistand.server.store.passkeys import Passkey

CHALLENGE_SECONDS = 300
TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"})
SIGN_IN = "sign in"
_NONCE, _TIME, _MAC = 16, 8, 32


class CeremonyError(Exception):
    """What the browser sent is no valid answer; the text is for the log."""


@dataclass(frozen=True)
class Site:
    """For which host passkeys are made, and from which origin pages ask for them."""

    rp_id: str
    origin: str


@dataclass(frozen=True)
class Person:
    """Who registers a passkey; `id` is a random id, the only thing an authenticator keeps of them besides the names."""

    id: str
    email: str
    name: str


@dataclass(frozen=True)
class Registered:
    """A new passkey as the authenticator made it."""

    id: str
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]


class Ceremonies:
    """Challenges carry their own proof (purpose and time under a key of this run), so that nobody can fill a memory.

    Only a challenge that was answered rightly is remembered, for as long as it would be valid: it works once.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._used: OrderedDict[bytes, int] = OrderedDict()

    def registration(self, site: Site, person: Person, known: list[Passkey], now_seconds: int) -> str:
        """What the browser needs to make a passkey, as JSON. `known` are not made twice on one authenticator."""
        options = generate_registration_options(
            rp_id=site.rp_id,
            rp_name="Beistand",
            user_id=person.id.encode(),
            user_name=person.email,
            user_display_name=person.name,
            challenge=self._challenge(_register(person.id), now_seconds),
            timeout=CHALLENGE_SECONDS * 1000,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[_descriptor(key) for key in known],
        )
        return options_to_json(options)

    def register(self, site: Site, person_id: str, text: str, now_seconds: int) -> Registered:
        """Checks what the browser answered to `registration`. Raises CeremonyError."""
        answer = _object(text)
        challenge = self._valid(answer, _register(person_id), now_seconds)
        try:
            made = verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=site.rp_id,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except _WRONG as error:
            raise CeremonyError(f"registration refused: {error}") from None
        self._use_up(challenge, now_seconds)
        told = answer["response"].get("transports")
        transports = tuple(t for t in told if t in TRANSPORTS) if isinstance(told, list) and len(told) < 10 else ()
        id_ = bytes_to_base64url(made.credential_id)
        return Registered(id_, made.credential_public_key, made.sign_count, transports)

    def question(self, site: Site, purpose: str, allowed: list[Passkey], now_seconds: int) -> str:
        """What the browser needs to prove a passkey, as JSON; without `allowed` it offers all of this site."""
        options = generate_authentication_options(
            rp_id=site.rp_id,
            challenge=self._challenge(purpose, now_seconds),
            timeout=CHALLENGE_SECONDS * 1000,
            allow_credentials=[_descriptor(key) for key in allowed],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def prove(self, site: Site, key: Passkey, purpose: str, text: str, now_seconds: int) -> int:
        """Checks what the browser answered to `question`; gives the authenticator's count. Raises CeremonyError."""
        answer = _object(text)
        challenge = self._valid(answer, purpose, now_seconds)
        handle = answer["response"].get("userHandle")
        if handle and handle != bytes_to_base64url(key.user_id.encode()):
            raise CeremonyError("the passkey names another user")
        try:
            proven = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=site.rp_id,
                expected_origin=site.origin,
                credential_public_key=key.public_key,
                credential_current_sign_count=key.sign_count,
                require_user_verification=True,
            )
        except _WRONG as error:
            raise CeremonyError(f"passkey refused: {error}") from None
        if bytes_to_base64url(proven.credential_id) != key.id:
            raise CeremonyError("another passkey answered")
        self._use_up(challenge, now_seconds)
        return proven.new_sign_count

    def _challenge(self, purpose: str, now_seconds: int) -> bytes:
        head = secrets.token_bytes(_NONCE) + now_seconds.to_bytes(_TIME, "big")
        return head + self._mac(purpose, head)

    def _mac(self, purpose: str, head: bytes) -> bytes:
        return hmac.new(self._key, head + purpose.encode(), hashlib.sha256).digest()

    def _valid(self, answer: dict[str, Any], purpose: str, now_seconds: int) -> bytes:
        """The answer's challenge, if we made it for this purpose and not long ago."""
        client = _client_data(answer)
        if client.get("crossOrigin") is True or client.get("topOrigin"):
            raise CeremonyError("the page stood in another site's frame")
        try:
            challenge = base64url_to_bytes(str(client.get("challenge")))
        except ValueError:
            raise CeremonyError("no challenge") from None
        head, mac = challenge[:-_MAC], challenge[-_MAC:]
        if len(head) != _NONCE + _TIME or not hmac.compare_digest(mac, self._mac(purpose, head)):
            raise CeremonyError("a challenge that we did not make for this")
        age = now_seconds - int.from_bytes(head[_NONCE:], "big")
        if not 0 <= age <= CHALLENGE_SECONDS or challenge in self._used:
            raise CeremonyError("a challenge that is over")
        return challenge

    def _use_up(self, challenge: bytes, now_seconds: int) -> None:
        while self._used and next(iter(self._used.values())) < now_seconds - CHALLENGE_SECONDS:
            self._used.popitem(last=False)
        self._used[challenge] = now_seconds


def public_key(cose: bytes) -> tuple[int, bytes] | None:
    """COSE's number of the algorithm and the key as SubjectPublicKeyInfo; None for a kind that no roster may name."""
    try:
        decoded = decode_credential_public_key(cose)
        key = decoded_public_key_to_cryptography(decoded)
        data = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except _WRONG:
        return None
    return (int(decoded.alg), data) if passkey.is_usable(int(decoded.alg), data) else None


def credential_id(text: str) -> str:
    """Which passkey a browser's answer says it is; "" if it says none."""
    id_ = _object(text).get("id")
    return id_ if isinstance(id_, str) and len(id_) <= 1400 and id_.isascii() and id_.isprintable() else ""


# What the library raises for malformed answers, beside its own: it decodes before it checks.
_WRONG = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)


def _register(person_id: str) -> str:
    return f"register {person_id}"


def _descriptor(key: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id))


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise CeremonyError("no JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("response"), dict):
        raise CeremonyError("no answer of an authenticator")
    return value


def _client_data(answer: dict[str, Any]) -> dict[str, Any]:
    try:
        value = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CeremonyError("no client data") from None
    if not isinstance(value, dict):
        raise CeremonyError("no client data")
    return value
