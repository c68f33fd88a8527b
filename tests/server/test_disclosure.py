"""S54: whoever finds a hole learns where to report it, and we know beforehand what an advisory says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from beistand.server.portal.portal import make_portal
from beistand.server.settings import SettingsError, load

ROOT = Path(__file__).parents[2]
ADDRESS = "/.well-known/security.txt"


def fields(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines())


async def test_s54_security_txt_names_the_operators_contact_and_when_it_expires(make_house: Any) -> None:
    house = make_house("https://help.example.com")
    answer = await house.browser().get(ADDRESS)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    said = fields(answer.text)
    assert said["Contact"] == "mailto:security@muster.example"
    assert said["Preferred-Languages"] == "de, en"
    assert said["Canonical"] == f"https://help.example.com{ADDRESS}"
    expires = datetime.strptime(said["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    now = datetime.fromtimestamp(house.clock.now().utc_us / 1e6, UTC)
    assert timedelta(days=30) < expires - now < timedelta(days=365)  # RFC 9116 advises less than a year


async def test_s54_plain_localhost_names_no_canonical_address(house: Any) -> None:
    assert "Canonical" not in fields((await house.browser().get(ADDRESS)).text)


async def test_s54_without_a_contact_there_is_no_security_txt(house: Any) -> None:
    house.app = make_portal(replace(house.parts, settings=replace(house.parts.settings, security_contact="")))
    assert (await house.browser().get(ADDRESS)).status == 404


@pytest.mark.parametrize("contact", ["mailto:security@firm.example", "https://firm.example/security", "tel:+49-431-1"])
def test_s54_a_contact_is_an_address_that_rfc_9116_knows(contact: str) -> None:
    assert load({"BEISTAND_SECURITY_CONTACT": contact}).security_contact == contact


@pytest.mark.parametrize(
    "contact", ["security@firm.example", "http://firm.example", "mailto:a@b\nContact: mailto:c@d", "mailto:ä@b", "x"]
)
def test_s54_another_contact_is_refused_with_a_sentence(contact: str) -> None:
    with pytest.raises(SettingsError, match="security_contact"):
        load({"BEISTAND_SECURITY_CONTACT": contact})


def test_s54_the_policy_says_how_to_report_which_versions_and_how_fast() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## How to report",
        "## What happens then",
        "## Supported versions",
        "## What counts",
    ]
    assert "security_contact" in text
    assert "docs/advisory-template.md" in text


def test_s54_an_advisory_answers_what_an_operator_must_know() -> None:
    text = (ROOT / "docs/advisory-template.md").read_text(encoding="utf-8")
    for part in (
        "Affected",
        "Mended in",
        "What an attacker can do",
        "What to do now",
        "How to see whether",
        "Timeline",
    ):
        assert part in text
