"""How often somebody may knock (S40): token buckets, pure, with `now` as an argument."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

MOST_KEYS = 10_000


@dataclass(frozen=True)
class Limit:
    """`burst` at once, then one every `seconds_each`."""

    burst: int
    seconds_each: float


EVERY_REQUEST = Limit(burst=240, seconds_each=0.05)
SIGN_IN_FROM_ADDRESS = Limit(burst=20, seconds_each=10)
SIGN_IN_AS_PERSON_FROM_ADDRESS = Limit(burst=5, seconds_each=30)
SIGN_IN_AS_PERSON = Limit(burst=50, seconds_each=20)
QUESTION_FROM_ADDRESS = Limit(burst=60, seconds_each=1)
RECOVERY_FROM_ADDRESS = Limit(burst=10, seconds_each=60)
FACTORS_OF_USER = Limit(burst=30, seconds_each=10)
INVITATION_OF_USER = Limit(burst=30, seconds_each=20)
SETUP_FROM_ADDRESS = Limit(burst=20, seconds_each=10)
NEW_SESSION_OF_USER = Limit(burst=20, seconds_each=6)
RECEIPT_FROM_ADDRESS = Limit(burst=60, seconds_each=1)
# A mail goes to an address that nobody has proven to own: few of one receipt, few of one household, few at all.
MAIL_OF_RECEIPT = Limit(burst=3, seconds_each=1800)
MAIL_FROM_ADDRESS = Limit(burst=5, seconds_each=600)
MAIL_AT_ALL = Limit(burst=100, seconds_each=10)
PAPER_FROM_ADDRESS = Limit(burst=10, seconds_each=6)
STATEMENT_OF_USER = Limit(burst=20, seconds_each=2)
RECORDING_OF_USER = Limit(burst=20, seconds_each=6)
# Chunks come every few seconds; after a gap in the network those that waited come together.
CHUNK_OF_USER = Limit(burst=120, seconds_each=0.25)
FACT_OF_USER = Limit(burst=120, seconds_each=0.5)


class Limiter:
    """Remembers at most 10,000 keys; the one that was quiet longest is forgotten first."""

    def __init__(self) -> None:
        self._spent: OrderedDict[tuple[str, Limit], tuple[float, float]] = OrderedDict()

    def may(self, key: str, limit: Limit, now_seconds: float) -> bool:
        """Takes one from the bucket of `key`; False if it is empty."""
        level, at = self._spent.pop((key, limit), (0.0, now_seconds))
        level = max(0.0, level - max(0.0, now_seconds - at) / limit.seconds_each)
        is_allowed = level + 1 <= limit.burst
        self._spent[(key, limit)] = (level + 1 if is_allowed else level, now_seconds)
        if len(self._spent) > MOST_KEYS:
            self._spent.popitem(last=False)
        return is_allowed


def address_key(address: str) -> str:
    """One household = one key: an IPv6 address counts with its /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)
