"""The rules of the relay: handle(event, now) -> effects. Pure; randomness and time are arguments.

A link is an opaque number here. A room has at most two seats; who may sit is decided by a one-time ticket (technician),
the nameplate (customer) or a resume token (both).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from beistand.protocol import rendezvous as r
from beistand.server.relay.tokens import Seat, is_fresh, open_token, seal

CUSTOMER, TECHNICIAN = "customer", "technician"
NUMBER_SECONDS = 600.0
RESUME_SECONDS = 120.0
LONGEST_SECONDS = 12 * 3600.0
HELLO_SECONDS = 10.0
MOST_ROOMS = 5_000
JOINS_PER_MINUTE = 10  # per address; a guess costs the number's own attempts besides


@dataclass(frozen=True)
class Say:
    """Send a rendezvous frame to a link."""

    link: int
    frame: r.RendezvousFrame


@dataclass(frozen=True)
class Hang:
    """Close a link after what was said to it has left."""

    link: int


@dataclass(frozen=True)
class Pair:
    """From now on stream bytes of one go to the other; -1 for nobody."""

    link: int
    other: int


@dataclass(frozen=True)
class Tell:
    """A state of a room changed: created joined attached confirmed left back interrupted ended closed ring."""

    room_id: str
    state: str
    detail: str


@dataclass(frozen=True)
class Note:
    """A fact that an end reports."""

    room_id: str
    role: str
    name: str
    data: dict[str, Any]


Effect = Say | Hang | Pair | Tell | Note


@dataclass
class Room:
    """One session's meeting place."""

    room_id: str
    nameplate: str
    ticket: str = field(repr=False)
    origin: str
    organisation: str
    dies_at: float
    has_technician_come: bool = False
    is_confirmed: bool = False
    seats: dict[str, int] = field(default_factory=dict)
    left_at: dict[str, float] = field(default_factory=dict)


class Rooms:
    """All rooms of one relay. `random_below(n)` and `random_ticket()` come from a cryptographic source."""

    def __init__(
        self, key: bytes, random_below: Callable[[int], int], random_ticket: Callable[[], str], most: int = MOST_ROOMS
    ) -> None:
        self._key, self._below, self._ticket, self._most = key, random_below, random_ticket, most
        self._rooms: dict[str, Room] = {}
        self._by_nameplate: dict[str, str] = {}
        self._spent: dict[str, tuple[str, float]] = {}  # nameplate -> (why it is gone, until when we remember)
        self._place: dict[int, tuple[str, str]] = {}  # link -> (room, role)
        self._waiting: dict[int, float] = {}  # links that have not said who they are
        self._joins: dict[str, list[float]] = {}

    # rooms -------------------------------------------------------------------------------------------------------

    def create(self, room_id: str, origin: str, organisation: str, now: float, seconds: float = NUMBER_SECONDS) -> Room:
        """A new room with a free nameplate and a one-time ticket. OverflowError if the relay is full."""
        if len(self._rooms) >= self._most:
            raise OverflowError("The relay has no room left: try again in a few minutes.")
        room = Room(room_id, self._nameplate(now), self._ticket(), origin, organisation, now + seconds)
        self._rooms[room_id] = room
        self._by_nameplate[room.nameplate] = room_id
        return room

    def _nameplate(self, now: float) -> str:
        self._spent = {plate: gone for plate, gone in self._spent.items() if gone[1] > now}
        for length in range(3, 7):
            free = 10**length - sum(1 for p in [*self._by_nameplate, *self._spent] if len(p) == length)
            if free * 2 < 10**length:
                continue  # crowded: a longer nameplate keeps guessing at random plates useless
            while True:
                plate = str(self._below(10**length)).zfill(length)
                if plate not in self._by_nameplate and plate not in self._spent:
                    return plate
        raise OverflowError("The relay has no nameplate left: try again in a few minutes.")

    def close(self, room_id: str, code: str, now: float) -> list[Effect]:
        """Ends a room from outside (a user was disabled, the technician withdrew the number)."""
        room = self._rooms.get(room_id)
        return self._close(room, code, now) if room else []

    def _close(self, room: Room, code: str, now: float) -> list[Effect]:
        out: list[Effect] = []
        for link in room.seats.values():
            out += [Say(link, r.Closed(code)), Pair(link, -1), Hang(link)]
            self._place.pop(link, None)
        self._forget_plate(room, code, now)
        self._remember_end(room.room_id, now)  # a resume token must not revive what was closed
        del self._rooms[room.room_id]
        return [*out, Tell(room.room_id, "closed", code)]

    def _forget_plate(self, room: Room, code: str, now: float) -> None:
        if self._by_nameplate.get(room.nameplate) == room.room_id:
            del self._by_nameplate[room.nameplate]
            self._spent[room.nameplate] = (code, now + NUMBER_SECONDS)

    # links -------------------------------------------------------------------------------------------------------

    def connected(self, link: int, now: float) -> None:
        """A new link; it has `HELLO_SECONDS` to say who it is."""
        self._waiting[link] = now + HELLO_SECONDS

    def said(self, link: int, address: str, frame: r.RendezvousFrame, now: float, wall: float) -> list[Effect]:
        """A rendezvous frame of a link."""
        if link in self._waiting:
            match frame:
                case r.Join():
                    return self._join(link, address, frame, now, wall)
                case r.Attach():
                    return self._attach(link, frame.ticket, now, wall)
                case r.Rejoin():
                    return self._rejoin(link, frame.token, now, wall)
            return self._refuse(link, "ticket")
        return self._inside(link, frame, now)

    def _refuse(self, link: int, code: str) -> list[Effect]:
        self._waiting.pop(link, None)
        return [Say(link, r.Refused(code)), Hang(link)]

    def _join(self, link: int, address: str, frame: r.Join, now: float, wall: float) -> list[Effect]:
        if frame.version != r.VERSION:
            return self._refuse(link, "version")
        if not self._may_try(address, now):
            return self._refuse(link, "rate")
        room = self._rooms.get(self._by_nameplate.get(frame.nameplate, ""))
        if room is None:
            why = self._spent.get(frame.nameplate, ("", 0.0))[0]
            return self._refuse(link, why if why in ("used", "expired", "guesses") else "unknown_number")
        if CUSTOMER in room.seats:
            return [*self._refuse(link, "busy"), *self._ring(room, "third_party")]
        out = self._sit(room, CUSTOMER, link, now, wall)
        return [*out, Tell(room.room_id, "joined", CUSTOMER)]

    def _may_try(self, address: str, now: float) -> bool:
        recent = [t for t in self._joins.get(address, []) if now - t < 60]
        self._joins[address] = [*recent, now][-JOINS_PER_MINUTE - 1 :]
        return len(recent) < JOINS_PER_MINUTE

    def _ring(self, room: Room, why: str) -> list[Effect]:
        out: list[Effect] = [Tell(room.room_id, "ring", why)]
        if TECHNICIAN in room.seats:
            out.append(Say(room.seats[TECHNICIAN], r.Ring(why)))
        return out

    def _attach(self, link: int, ticket: str, now: float, wall: float) -> list[Effect]:
        for room in self._rooms.values():
            if hmac.compare_digest(room.ticket.encode(), ticket.encode()):
                if room.has_technician_come:
                    return [*self._refuse(link, "ticket"), *self._ring(room, "third_party")]
                room.has_technician_come = True
                return [*self._sit(room, TECHNICIAN, link, now, wall), Tell(room.room_id, "attached", TECHNICIAN)]
        return self._refuse(link, "ticket")

    def _rejoin(self, link: int, token: str, now: float, wall: float) -> list[Effect]:
        seat = open_token(self._key, token)
        if seat is None:
            return self._refuse(link, "token")
        room = self._rooms.get(seat.room_id)
        if room is None:
            if seat.room_id in {gone for gone, _ in self._ended_rooms(now)}:
                return self._refuse(link, "ended")
            if not is_fresh(seat, wall):  # a room that lives has its own, steady clock: people's clocks may jump
                return self._refuse(link, "token")
            # The relay restarted: the room lives on in its tokens alone, confirmed, without a nameplate.
            room = Room(seat.room_id, "", "", seat.origin, seat.organisation, now + LONGEST_SECONDS, True, True)
            self._rooms[room.room_id] = room
            other = TECHNICIAN if seat.role == CUSTOMER else CUSTOMER
            room.left_at[other] = now
        out: list[Effect] = []
        old = room.seats.pop(seat.role, None)
        if old is not None:
            self._place.pop(old, None)
            out += [Pair(old, -1), Hang(old)]
        out += self._sit(room, seat.role, link, now, wall, is_back=True)
        return [*out, Tell(room.room_id, "back", seat.role)]

    def _sit(self, room: Room, role: str, link: int, now: float, wall: float, is_back: bool = False) -> list[Effect]:
        self._waiting.pop(link, None)
        self._place[link] = (room.room_id, role)
        room.seats[role] = link
        room.left_at.pop(role, None)
        token = seal(self._key, Seat(room.room_id, role, room.origin, room.organisation, int(wall)))
        rest = 0 if room.is_confirmed else max(0, int(room.dies_at - now))
        out: list[Effect] = [Say(link, r.Joined(role, room.origin, room.organisation, token, rest))]
        other = room.seats.get(TECHNICIAN if role == CUSTOMER else CUSTOMER)
        if other is not None:
            state = "back" if is_back else "joined"
            out += [Pair(link, other), Pair(other, link), Say(other, r.Peer(state))]
            if not is_back:
                out.append(Say(link, r.Peer("joined")))
        return out

    def _inside(self, link: int, frame: r.RendezvousFrame, now: float) -> list[Effect]:
        place = self._place.get(link)
        if place is None:
            return [Hang(link)]
        room, role = self._rooms[place[0]], place[1]
        match frame:
            case r.Confirmed() if role == TECHNICIAN and not room.is_confirmed and CUSTOMER in room.seats:
                room.is_confirmed, room.dies_at = True, now + LONGEST_SECONDS
                self._forget_plate(room, "used", now)
                return [Tell(room.room_id, "confirmed", "")]
            case r.Dead() if role == TECHNICIAN and not room.is_confirmed:
                return self._close(room, "guesses", now)
            case r.Fact() if room.is_confirmed:
                return [Note(room.room_id, role, frame.name, frame.data)]
            case r.Ended():
                note = Note(room.room_id, role, "ended", {"by": frame.by, "why": frame.why})
                return [note, *self._close(room, "ended", now)]
        return [Say(link, r.Refused("ticket")), Hang(link)]

    def gone(self, link: int, now: float) -> list[Effect]:
        """A link was lost or closed."""
        self._waiting.pop(link, None)
        place = self._place.pop(link, None)
        room = self._rooms.get(place[0]) if place else None
        if place is None or room is None or room.seats.get(place[1]) != link:
            return []
        role = place[1]
        del room.seats[role]
        out: list[Effect] = []
        other = next(iter(room.seats.values()), None)
        if other is not None:
            out += [Pair(other, -1), Say(other, r.Peer("left"))]
        room.left_at[role] = now  # before the proof a technician's reload may come back as well
        return [*out, Tell(room.room_id, "interrupted" if room.is_confirmed else "left", role)]

    # time --------------------------------------------------------------------------------------------------------

    _ended: dict[str, float] | None = None

    def _remember_end(self, room_id: str, now: float) -> None:
        if self._ended is None:
            self._ended = {}
        self._ended[room_id] = now + LONGEST_SECONDS

    def _ended_rooms(self, now: float) -> list[tuple[str, float]]:
        return [(room_id, until) for room_id, until in (self._ended or {}).items() if until > now]

    def tick(self, now: float) -> list[Effect]:
        """To be called about once a second: numbers expire, absent ends give up their seats."""
        out: list[Effect] = []
        for link in [link for link, until in self._waiting.items() if until <= now]:
            del self._waiting[link]
            out += [Say(link, r.Refused("idle")), Hang(link)]
        for room in list(self._rooms.values()):
            is_absent = any(now - left > RESUME_SECONDS for left in room.left_at.values())
            if room.dies_at <= now or (room.is_confirmed and is_absent):
                out += self._close(room, "expired", now)
        if self._ended:
            self._ended = dict(self._ended_rooms(now))
        self._joins = {a: times for a, times in self._joins.items() if times and now - times[-1] < 60}
        return out

    def drain(self) -> list[Effect]:
        """The relay is about to restart: everybody re-joins."""
        return [Say(link, r.Drain()) for link in self._place]

    def role_of(self, link: int) -> str | None:
        """Whether stream bytes of this link are welcome."""
        place = self._place.get(link)
        return place[1] if place else None
