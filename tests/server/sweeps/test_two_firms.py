"""S39 for every route there is: nobody of one firm reads or changes anything of another, by path or by field."""

from __future__ import annotations

from beistand.server.portal.access import PUBLIC
from server.conftest import Answer
from server.sweeps.conftest import Town
from server.sweeps.town import OPEN_BY_NAME, RUNNING_ONLY, differing, kinds_in, knock, picture, visits


def leaks(town: Town, answer: Answer) -> bool:
    """Whether an answer carries a word that only the other firm's records hold."""
    return town.theirs.secret.lower().encode() in answer.body.lower()


async def test_s39_the_things_of_another_firm_are_not_found_at_any_route(town: Town) -> None:
    before, tried = picture(town.house, town.theirs), 0
    for door, method, path in visits(town.house, town.theirs, lambda door, _: "{" in door.path):
        if door.roles == PUBLIC or not kinds_in(door.path) - OPEN_BY_NAME:
            continue
        for role in sorted(door.roles):
            answer = await knock(town.ours.people[role], town.house, door, method, path)
            tried += 1
            assert answer.status == 404, (method, path, role, answer.status)
            assert not leaks(town, answer), (method, path, role)
    assert tried > 50
    assert differing(before, picture(town.house, town.theirs)) == {}


async def test_s39_no_page_shows_a_word_of_another_firm(town: Town) -> None:
    for door, method, path in visits(town.house, town.ours, lambda _, method: method == "GET"):
        for role, browser in town.ours.people.items():
            if role in door.roles:
                answer = await knock(browser, town.house, door, method, path)
                assert answer.status == (409 if door.path in RUNNING_ONLY else 200), (path, role, answer.status)
                assert not leaks(town, answer), (path, role)


async def test_s39_no_field_of_a_form_reaches_into_another_firm(town: Town) -> None:
    before = picture(town.house, town.theirs)
    for door, method, path in visits(town.house, town.ours, lambda _, method: method == "POST"):
        if door.roles == PUBLIC or door.path.endswith("sign-out"):
            continue
        role = "owner" if "owner" in door.roles else min(door.roles)
        for kind, thing in town.theirs.things.items():
            answer = await knock(town.ours.people[role], town.house, door, method, path, thing)
            assert answer.status < 500, (path, kind, answer.text)
            assert kind == "customer_name" or not leaks(town, answer), (path, kind)
    await town.house.parts.log.settled()
    assert differing(before, picture(town.house, town.theirs)) == {}
    ours = str(picture(town.house, town.ours))
    reached = {kind for kind, thing in town.theirs.things.items() if kind != "customer_name" and thing in ours}
    assert reached == set()
