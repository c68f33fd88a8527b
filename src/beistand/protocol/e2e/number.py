"""The session number: nameplate + six secret digits + Damm check digit (security.md section 1).

The nameplate is for the relay; the secret is for the handshake alone and never leaves this end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

SECRET_DIGITS = 6
NAMEPLATE_DIGITS = range(3, 7)

# Totally anti-symmetric quasigroup of order 10 (H. Michael Damm, 2004): finds every single wrong digit and every swap.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class NumberError(ValueError):
    """What was typed is no session number. `code`: "length", "digits" or "check"; never carries the digits."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class SessionNumber:
    """A number whose check digit is right. The secret stays out of every repr."""

    nameplate: str
    secret: str = field(repr=False)


def damm(digits: str) -> int:
    """The check digit of `digits`; 0 if `digits` ends with its own right check digit."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def parse(text: str) -> SessionNumber:
    """Reads what a person typed; spaces, dots and dashes are ignored. Raises NumberError."""
    digits = "".join(c for c in text if c not in " \t\u00a0.-\u2013")
    if not digits.isascii() or not digits.isdigit():
        code = "digits" if digits else "length"
        raise NumberError(code, "A session number holds digits only: type it as it was spoken.")
    if len(digits) - SECRET_DIGITS - 1 not in NAMEPLATE_DIGITS:
        raise NumberError("length", "A session number has ten digits: type all of them.")
    if damm(digits) != 0:
        raise NumberError("check", "The session number holds a typing mistake: compare it digit by digit.")
    split = len(digits) - SECRET_DIGITS - 1
    return SessionNumber(digits[:split], digits[split:-1])


def make(nameplate: str, random_bytes: Callable[[int], bytes]) -> SessionNumber:
    """A new number on the relay's nameplate. `random_bytes(n)` must be a cryptographic source; digits are uniform."""
    if not (nameplate.isascii() and nameplate.isdigit() and len(nameplate) in NAMEPLATE_DIGITS):
        raise NumberError("digits", "The relay's nameplate must be 3 to 6 digits.")
    secret = ""
    while len(secret) < SECRET_DIGITS:
        byte = random_bytes(1)[0]
        if byte < 250:  # rejection sampling: 250 is the largest multiple of ten in a byte
            secret += str(byte % 10)
    return SessionNumber(nameplate, secret)


def digits(number: SessionNumber) -> str:
    """All digits with the check digit."""
    body = number.nameplate + number.secret
    return body + str(damm(body))


def spoken(number: SessionNumber) -> str:
    """In spoken groups of three, the last takes the rest: "123 456 7890"."""
    all_digits = digits(number)
    head, tail = all_digits[:-4], all_digits[-4:]
    return " ".join([*(head[i : i + 3] for i in range(0, len(head), 3)), tail])
