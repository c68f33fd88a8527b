"""Both factors of a sign-in: argon2id passwords and TOTP codes (RFC 6238) that work once.

Passkeys stand in `ceremonies.py`; nothing here knows HTTP.
"""

from __future__ import annotations

import asyncio
import hmac
import unicodedata

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
STEP_SECONDS = 30
# The phone's clock may be one step off, in either direction.
STEPS_OFF = 1

_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


class Passwords:
    """Hashes at most two at once, so that a flood of sign-ins costs 128 MiB and no more."""

    def __init__(self, hasher: PasswordHasher = _HASHER) -> None:
        self._hasher = hasher
        self._turn = asyncio.Semaphore(2)
        # What an unknown user is measured against, so that they take the same time (S41).
        self._nobody = hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The form in which a password is kept."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, normal(password))

    async def is_right(self, kept: str | None, password: str) -> bool:
        """Whether the password fits; None (unknown user) or "" (no password) takes as long and never fits."""
        async with self._turn:
            fits = await asyncio.to_thread(self._fits, kept or self._nobody, normal(password))
        return fits and bool(kept)

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def normal(password: str) -> str:
    """The same letters typed on different keyboards are the same password (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def is_weak(password: str, *known: str) -> bool:
    """Too short, too long, one repeated letter, or what everybody knows about the person."""
    text = normal(password).casefold()
    parts = [part.casefold() for part in known if len(part) >= 4]
    return not SHORTEST <= len(text) <= LONGEST or len(set(text)) < 4 or any(part == text for part in parts)


def new_secret() -> str:
    """A TOTP secret of 160 bits in base32."""
    return pyotp.random_base32(32)


def provisioning_uri(secret: str, email: str, company: str) -> str:
    """What the QR code says to the authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=company)


def check_code(secret: str, code: str, utc_seconds: int) -> int | None:
    """The time step that the code belongs to, or None if it is wrong. The caller uses the step up."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    totp = pyotp.TOTP(secret)
    now = utc_seconds // STEP_SECONDS
    found = None
    for step in range(now - STEPS_OFF, now + STEPS_OFF + 1):
        if hmac.compare_digest(totp.generate_otp(step), digits):
            found = step
    return found
