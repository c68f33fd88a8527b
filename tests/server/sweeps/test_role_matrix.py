"""S38 for every route, every role and nobody, with things that exist: who may not is refused and changes nothing."""

from __future__ import annotations

from beistand.server.portal.access import PUBLIC
from beistand.server.store.tables import ROLES
from server.conftest import Answer
from server.sweeps.conftest import Town
from server.sweeps.town import ENDLESS, RUNNING_ONLY, differing, doors_of, knock, picture, signed_in, visits


def is_shut(answer: Answer) -> bool:
    to_the_form = answer.status == 303 and answer.headers["location"].startswith("/sign-in?next=")
    return answer.status in (401, 403) or to_the_form


async def test_s38_who_may_not_is_refused_at_every_route_and_changes_nothing(town: Town) -> None:
    before, tried = picture(town.house, town.ours), 0
    for door, method, path in visits(town.house, town.ours, lambda door, _: door.roles != PUBLIC):
        for role in ("nobody", *ROLES):
            if role in door.roles:
                continue
            browser = town.ours.people.get(role) or town.house.browser()
            answer = await knock(browser, town.house, door, method, path)
            tried += 1
            assert is_shut(answer), (method, path, role, answer.status)
            assert (answer.status == 403) == (role != "nobody"), (method, path, role)
            assert town.ours.secret not in answer.text, (method, path, role)
    for path in ENDLESS:
        assert is_shut(await town.house.browser().get(path))
    assert tried > 200
    assert differing(before, picture(town.house, town.ours)) == {}


async def test_s38_who_may_enters_at_every_route(town: Town) -> None:
    for door, method, path in visits(town.house, town.ours, lambda door, _: door.roles != PUBLIC):
        for role in sorted(door.roles):
            is_leaving = door.path.endswith("sign-out")
            browser = await signed_in(town.house, town.ours, role) if is_leaving else town.ours.people[role]
            answer = await knock(browser, town.house, door, method, path, town.ours.things["customer"])
            assert not is_shut(answer), (method, path, role, answer.status)
            assert answer.status < 500, (method, path, role, answer.text)
            expected = 409 if door.path in RUNNING_ONLY else 200
            assert method != "GET" or answer.status == expected, (path, role, answer.status)


async def test_s38_a_role_that_was_invented_enters_nowhere(town: Town) -> None:
    """The database permits four roles; even a row that got past it would open no door."""
    assert all(door.roles <= PUBLIC | set(ROLES) for door in doors_of(town.house))
    assert all(door.roles for door in doors_of(town.house))
