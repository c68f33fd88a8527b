"""The owner's page of the customers' programs: building one, its progress, its failure, taking it away."""

from __future__ import annotations

import base64
import dataclasses
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from beistand.server.portal.portal import make_portal
from beistand.server.portal.workshop import Order, Workshop
from server.conftest import MakeHouse
from server.test_identity import installed
from waiting import wait_until

FIELDS = {"target": "windows", "name": "Fernhilfe-Muster", "colour": "#107040", "language": "de"}
PARTS = Path("~/.cache/beistand-parts").expanduser()  # fetched by tests/builder
ORDER = Order("windows", "a", "https://help.example.com", "Muster IT", (), "", "", False)

# Plays the builder: tells two steps, waits for a file named `go`, then ends as the file says.
BUILDER = """
import json, pathlib, sys, time
words = dict(word[2:].split("=", 1) for word in sys.argv[1:] if "=" in word)
print(json.dumps({"kind": "fetch", "number": 1, "total": 4, "name": "wx.whl"}), flush=True)
print(json.dumps({"kind": "assemble", "number": 3, "total": 4, "name": ""}), flush=True)
go = pathlib.Path(words["output"]).parent / "go"
deadline = time.monotonic() + 60
while not go.exists() and time.monotonic() < deadline:
    time.sleep(0.02)
if go.read_text() == "fail":
    print("Error: The package index has no file wx.whl.", file=sys.stderr)
    sys.exit(1)
pathlib.Path(words["output"]).write_bytes(json.dumps(sys.argv[1:]).encode())
"""


@pytest.fixture
async def staged(make_house: MakeHouse) -> Any:
    """A firm with an owner, a technician and a workshop whose builder waits for a word."""
    house = make_house("https://help.example.com")
    house.parts.settings.programs.mkdir()
    parts = dataclasses.replace(house.parts, workshop=Workshop((sys.executable, "-c", BUILDER)))
    house.parts, house.app = parts, make_portal(parts)
    firm = house.firm()
    await house.person(firm, "owner@muster.example", "owner")
    await house.person(firm, "technician@muster.example", "technician")
    yield house
    parts.workshop.end()


async def test_a_program_is_built_beside_the_running_server_and_its_progress_is_shown(staged: Any) -> None:
    owner = await staged.signed_in("owner@muster.example")
    csrf = await owner.csrf("/firm/programs")
    answer = await owner.submit("/firm/programs", {**FIELDS, "csrf": csrf})
    assert (answer.status, answer.headers["location"]) == (303, "/firm/programs")
    wait_until(lambda: staged.parts.workshop.progress.number == 3)
    shown = (await owner.get("/firm/programs")).text
    assert "Building Fernhilfe-Muster.exe" in shown
    assert '<progress max="4" value="3">' in shown
    assert '<meta http-equiv="refresh" content="2; url=/firm/programs">' in shown
    assert "Assembling" in shown
    again = await owner.submit("/firm/programs", {**FIELDS, "csrf": csrf})
    assert again.status == 422
    assert "A program is being built" in again.text

    programs = staged.parts.settings.programs
    (programs / "go").write_text("build")
    wait_until(lambda: staged.parts.workshop.progress.state == "done")
    shown = (await owner.get("/firm/programs")).text
    assert "Fernhilfe-Muster.exe is ready" in shown
    assert "refresh" not in shown
    asked = (programs / "Fernhilfe-Muster.exe").read_text()
    assert '"--server=https://help.example.com"' in asked
    assert '"--company=Muster IT"' in asked
    public = await staged.browser().get("/en")
    assert "Fernhilfe-Muster.exe" in public.text

    assert '"--root-key="' in asked  # no root key vouches for this server

    removed = await owner.submit("/firm/programs/remove", {"name": "Fernhilfe-Muster.exe", "csrf": csrf})
    assert removed.status == 303
    assert not (programs / "Fernhilfe-Muster.exe").exists()


async def test_a_failed_build_is_told_in_the_builders_own_sentence(staged: Any) -> None:
    owner = await staged.signed_in("owner@muster.example")
    (staged.parts.settings.programs / "go").write_text("fail")
    await owner.submit("/firm/programs", {**FIELDS, "csrf": await owner.csrf("/firm/programs")})
    wait_until(lambda: staged.parts.workshop.progress.state == "failed")
    shown = (await owner.get("/firm/programs")).text
    assert "Fernhilfe-Muster.exe was not built." in shown
    assert "The package index has no file wx.whl." in shown


@pytest.mark.parametrize("name", ["", "../x", "a/b", "-x", ".hidden", "ä", "a" * 61, "x."])
async def test_s44_a_name_that_could_leave_the_folder_is_refused_with_a_sentence(staged: Any, name: str) -> None:
    owner = await staged.signed_in("owner@muster.example")
    answer = await owner.submit("/firm/programs", {**FIELDS, "name": name, "csrf": await owner.csrf("/firm/programs")})
    assert answer.status == 422
    assert "letters from A to Z" in answer.text
    assert staged.parts.workshop.progress.state == "idle"


@pytest.mark.parametrize("change", [{"target": "amiga"}, {"language": "fr"}, {"csrf": "x"}])
async def test_a_forged_form_builds_nothing(staged: Any, change: dict[str, str]) -> None:
    owner = await staged.signed_in("owner@muster.example")
    answer = await owner.submit("/firm/programs", {**FIELDS, "csrf": await owner.csrf("/firm/programs"), **change})
    assert answer.status in (400, 403)
    assert staged.parts.workshop.progress.state == "idle"


async def test_a_technician_neither_builds_nor_removes(staged: Any) -> None:
    technician = await staged.signed_in("technician@muster.example")
    assert (await technician.get("/firm/programs")).status == 403
    assert (await technician.submit("/firm/programs", FIELDS)).status == 403
    assert (await technician.submit("/firm/programs/remove", {"name": "x.exe"})).status == 403


def test_a_value_that_begins_with_a_dash_is_no_option() -> None:
    order = dataclasses.replace(ORDER, company="--output=/etc/passwd", phones=("-1",))
    words = order.arguments(Path("/programs"), Path("/cache"))
    assert "--company=--output=/etc/passwd" in words
    assert "--phone=-1" in words
    assert [word for word in words if word.startswith("--output=")] == ["--output=/programs/a.exe"]


def test_a_server_that_ends_stops_the_build(tmp_path: Path) -> None:
    workshop = Workshop((sys.executable, "-c", BUILDER))
    assert workshop.start(ORDER, tmp_path, tmp_path)
    wait_until(lambda: workshop.progress.number == 3)
    workshop.end()
    wait_until(lambda: workshop.progress.state == "failed")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_the_true_builder_is_understood_and_its_program_says_version_and_signature(make_house: MakeHouse) -> None:
    """The real command, with the parts fetched before (tests/builder)."""
    house = make_house("https://help.example.com")
    settings = house.parts.settings
    if PARTS.is_dir():
        shutil.copytree(PARTS, settings.data / "program-parts", copy_function=lambda a, b: Path(b).symlink_to(a))
    firm = house.firm("Müller IT")
    await house.person(firm, "owner@muster.example", "owner")
    owner = await house.signed_in("owner@muster.example")
    await owner.submit("/firm/programs", {**FIELDS, "csrf": await owner.csrf("/firm/programs")})
    wait_until(lambda: house.parts.workshop.progress.state != "running", seconds=110)
    assert house.parts.workshop.progress.problem == ""
    assert house.parts.workshop.progress.kind == "assemble"
    shown = (await owner.get("/firm/programs")).text
    assert "version 0.1" in shown
    assert "not signed" in shown
    assert "version 0.1" in (await house.browser().get("/en")).text


async def test_s51_the_root_key_that_vouches_for_the_server_goes_into_the_program(staged: Any, tmp_path: Path) -> None:
    root = await installed(staged, tmp_path)
    owner = await staged.signed_in("owner@muster.example")
    (staged.parts.settings.programs / "go").write_text("build")
    assert "public root key goes inside" in (await owner.get("/firm/programs")).text
    await owner.submit("/firm/programs", {**FIELDS, "csrf": await owner.csrf("/firm/programs")})
    wait_until(lambda: staged.parts.workshop.progress.state == "done")
    asked = (staged.parts.settings.programs / "Fernhilfe-Muster.exe").read_text()
    assert f'"--root-key={base64.b64encode(root).decode()}"' in asked
