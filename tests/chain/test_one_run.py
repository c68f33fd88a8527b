"""One whole run, with everything kept that went over the lines.

The secret digits are nowhere (S3); the program speaks to nobody before the number is typed (S20), and to nobody but the
server afterwards (S12).
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beistand.protocol.e2e import number as numbers
from chain.acting import NewProgram, typed
from chain.browsers import NewBrowser
from chain.desktop import Desktop
from chain.house import House
from chain.page import new_number, shown, until_shown
from waiting import wait_until

pytestmark = [pytest.mark.screen, pytest.mark.browser]

# Runs in the server's process: keeps what came in, unmasked, requests with their heads, and every answer.
KEEP = """
from beistand.server import app
from beistand.server.relay import pump
kept = open({path!r}, "ab", buffering=0)
in_frame, in_say = pump.Link.on_ws_frame, pump.Link.say
def on_ws_frame(self, transport, frame):
    kept.write(b"\\n<frame " + frame.get_payload_as_bytes())
    in_frame(self, transport, frame)
def say(self, frame):
    kept.write(b"\\n>frame " + repr(frame).encode())
    in_say(self, frame)
pump.Link.on_ws_frame, pump.Link.say = on_ws_frame, say
make = app.make_portal
def make_portal(parts):
    portal = make(parts)
    async def kept_portal(scope, receive, send):
        head = [scope.get(name) for name in ("raw_path", "query_string", "headers")]
        kept.write(b"\\n<head " + repr(head).encode())
        async def take():
            message = await receive()
            kept.write(b"\\n<body " + message.get("body", b""))
            return message
        async def give(message):
            kept.write(b"\\n>body " + message.get("body", b"") + repr(message.get("headers")).encode())
            await send(message)
        await portal(scope, take, give)
    return kept_portal
app.make_portal = make_portal
"""
LISTENING = "0A"


def others(pid: int) -> set[str]:
    """To whom a program's sockets of the internet lead now: "address:port" in the kernel's hexadecimal."""
    found = set()
    inodes = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(handle)
        except FileNotFoundError:
            continue
        if match := re.fullmatch(r"socket:\[(\d+)\]", target):
            inodes.add(match[1])
    for name in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]:
            words = line.split()
            if words[9] in inodes and words[3] != LISTENING:
                found.add(words[2])
            elif words[9] in inodes:
                found.add(f"listens at {words[1]}")
    return found


def forms(nameplate: str, secret: str, check: str) -> Iterator[bytes]:
    """Every way in which the digits could have been put down: themselves, and hashes of them."""
    whole, spoken = nameplate + secret + check, f"{nameplate} {secret[:3]} {secret[3:]}{check}"
    words = [secret, secret + check, nameplate + secret, whole, spoken]
    for word in words:
        for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b"):
            digest = hashlib.new(name, word.encode()).digest()
            yield from (
                digest,
                digest.hex().encode(),
                base64.b64encode(digest)[:-3],
                base64.urlsafe_b64encode(digest)[:-3],
            )
        yield base64.b64encode(word.encode()).rstrip(b"=")[:-1]
    yield from (word.encode() for word in words[1:])


def holds(data: bytes, secret: str) -> bool:
    """Whether the six digits stand somewhere as a number of their own; in a longer one they may be chance."""
    return re.search(rb"(?<!\d)" + secret.encode() + rb"(?!\d)", data) is not None


def digits_of(number: str) -> tuple[str, str, str]:
    return number[:-7], number[-7:-1], number[-1]


def files(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_s3_the_secret_digits_are_nowhere_s12_s20_and_nobody_but_the_server_is_spoken_to(
    new_house: Callable[..., House],
    desktop: Desktop,
    new_program: NewProgram,
    new_browser: NewBrowser,
    tmp_path: Path,
) -> None:
    traffic = tmp_path / "traffic"
    house, browser = new_house(prelude=KEEP.format(path=str(traffic))), new_browser()
    program = new_program(house.origin)
    number = new_number(browser, house)
    nameplate, secret, _check = digits_of(number)
    # A right check digit, another secret: the wrong guess is as secret as the right one.
    swapped = f"{nameplate}{(int(secret) + 1) % 1_000_000:06d}"
    wrong = next(swapped + str(digit) for digit in range(10) if _is_number(swapped + str(digit)))
    assert others(program.pid) == set()
    desktop.type_digits(wrong[:-1])
    desktop.wait_heard(wrong[:3], program.pid)
    assert others(program.pid) == set(), "the program spoke to somebody before the number was whole"
    typed(desktop, wrong)
    wait_until(lambda: "2" in browser.run("return document.querySelector('[data-test=warning]')?.textContent ?? ''"))
    typed(desktop, number)
    desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
    desktop.click("Erlauben")
    until_shown(browser, "session", "open_control")
    wait_until(lambda: int(shown(browser, "frames") or 0) > 0, "no frame was shown")
    server = f"0100007F:{house.port:04X}"
    assert others(program.pid) == {server}, "the picture goes to somebody else than the server"
    browser.run("[...document.querySelectorAll('button')].find((one) => one.textContent === 'Sitzung beenden').click()")
    until_shown(browser, "step", "ended")
    wait_until(lambda: ("technician", "ended") in house.facts(house.answer("GET", "/api/sessions")[0]["id"]))
    page = browser.run(
        "return JSON.stringify([{...localStorage}, {...sessionStorage}, location.href, document.cookie])"
    )
    house.end()
    places = {"traffic": traffic.read_bytes(), "the data folder": files(house.data)}
    places |= {"the server's log": house.told().encode(), "the browser": page.encode()}
    assert len(places["traffic"]) > 20_000
    assert nameplate.encode() in places["traffic"], "what was kept is not the traffic"
    for one in (number, wrong):
        _, own, last = digits_of(one)
        for name, data in places.items():
            assert not holds(data, own), f"{name} holds the secret digits"
            for form in forms(nameplate, own, last):
                assert form not in data, f"{name} holds the secret digits as {form!r}"


def _is_number(text: str) -> bool:
    return numbers.damm(text) == 0
