"""What the handlers are built from, put together once by `server/app.py` (or by a test)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol

from beistand.server.clock import Clock
from beistand.server.identity import Identity
from beistand.server.keys import ServerKeys
from beistand.server.portal.ceremonies import Ceremonies
from beistand.server.portal.limits import Limiter
from beistand.server.portal.pages import Pages
from beistand.server.portal.passwords import Passwords
from beistand.server.portal.session_log import SessionLog
from beistand.server.portal.workshop import Workshop
from beistand.server.rosters import Rosters
from beistand.server.settings import Settings
from beistand.server.store.database import Database


class Room(Protocol):
    """A place in the relay: what the number begins with, and the technician's one-time ticket."""

    @property
    def nameplate(self) -> str: ...
    @property
    def ticket(self) -> str: ...


class Rooms(Protocol):
    """What the portal needs of the relay."""

    def create_room(self, room_id: str, origin: str, organisation: str, seconds: int) -> Room:
        """Pins a nameplate for `seconds`. OverflowError with a sentence if the relay is full."""
        ...


class Touched:
    """When each sign-in was last noted in the database, so that not every request writes; and which sign-in began
    which session, because a technician who helps for an hour without a request is not idle. Bounded."""

    def __init__(self, most: int = 10_000) -> None:
        self._at: OrderedDict[str, int] = OrderedDict()
        self._began: OrderedDict[str, str] = OrderedDict()
        self._most = most

    def begin(self, session_id: str, token: str) -> None:
        """Notes the sign-in behind a new session."""
        self._began[session_id] = token
        if len(self._began) > self._most:
            self._began.popitem(last=False)

    def busy(self, open_sessions: list[str]) -> set[str]:
        """The sign-ins behind these sessions."""
        return {self._began[session_id] for session_id in open_sessions if session_id in self._began}

    def get(self, token: str, default: int) -> int:
        """The time of the latest note."""
        return self._at.get(token, default)

    def put(self, token: str, utc_us: int) -> None:
        """Notes a time; forgets the eldest beyond the bound."""
        self._at[token] = utc_us
        self._at.move_to_end(token)
        if len(self._at) > self._most:
            self._at.popitem(last=False)


@dataclass(frozen=True)
class Parts:
    """The portal's parts; `cookie` is the name under which browsers keep their sign-in."""

    settings: Settings
    keys: ServerKeys
    db: Database
    clock: Clock
    rooms: Rooms
    log: SessionLog
    passwords: Passwords
    pages: Pages
    identity: Identity
    limiter: Limiter = field(default_factory=Limiter)
    touched: Touched = field(default_factory=Touched)
    workshop: Workshop = field(default_factory=Workshop)
    ceremonies: Ceremonies = field(default_factory=Ceremonies)

    @property
    def rosters(self) -> Rosters:
        """The signed lists of technicians' passkeys."""
        return Rosters(self.settings.data)

    @property
    def cookie(self) -> str:
        """`__Host-` binds the cookie to this host and to HTTPS; browsers refuse it on plain localhost."""
        return "__Host-beistand" if self.settings.is_https else "beistand"
