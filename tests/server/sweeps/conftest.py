"""A town of two firms behind one portal, without limits: how often somebody may knock has its own tests."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from beistand.server.portal.limits import Limit, Limiter
from beistand.server.portal.portal import make_portal
from beistand.server.portal.workshop import Workshop
from server.conftest import House, MakeHouse
from server.sweeps.town import Firm, make_firm


class NoLimits(Limiter):
    def may(self, key: str, limit: Limit, now_seconds: float) -> bool:
        return True


@dataclass
class Town:
    house: House
    ours: Firm
    theirs: Firm


NewTown = Callable[[str], Awaitable[Town]]


@pytest.fixture
def new_town(make_house: MakeHouse) -> NewTown:
    """Makes a town at an origin."""

    async def make(origin: str) -> Town:
        house = make_house(origin)
        workshop = Workshop((sys.executable, "-c", "pass"))
        parts = replace(house.parts, limiter=NoLimits(), workshop=workshop)
        folder = parts.settings.programs
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Fernhilfe.exe").write_bytes(b"MZ")
        house = House(parts, make_portal(parts), house.clock, house.rooms)
        return Town(house, await make_firm(house, "Muster", "Kieselgrau"), await make_firm(house, "Fremd", "Quarzberg"))

    return make


@pytest.fixture
async def town(new_town: NewTown) -> Town:
    """On plain localhost."""
    return await new_town("http://localhost:8800")
