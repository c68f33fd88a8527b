"""The technician's page in a true browser: Chromium by Playwright, Firefox ESR by its own Marionette protocol.

Debian's Firefox has no protocol that Playwright speaks, so a small client does: length-prefixed JSON over TCP
(Firefox' source docs, "Marionette: Protocol"): each message is `length:[0, id, command, parameters]`.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import sync_playwright

from chain.house import House, free_port
from waiting import PATIENCE_SECONDS, wait_until


class Browser(Protocol):
    """What the tests do with a page. Scripts are bodies of a function that returns something."""

    def goto(self, address: str) -> None: ...
    def sign_in(self, house: House) -> None: ...
    def run(self, script: str) -> Any: ...
    def type_text(self, text: str) -> None: ...
    def close(self) -> None: ...


class Chromium:
    """Debian's Chromium, headless, or as a window on an X display, where true keys and a true mouse reach it.

    `before` is JavaScript that runs before the page's own.
    """

    def __init__(self, before: str = "", display: str = "") -> None:
        self._playwright = sync_playwright().start()
        options = ["--no-sandbox", "--disable-gpu", "--window-position=0,0", "--window-size=1400,900"]
        self._browser = self._playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=options, headless=not display,
            env={"DISPLAY": display, "HOME": tempfile.gettempdir(), "PATH": "/usr/bin:/bin"} if display else None,
        )  # fmt: skip
        size: Any = {"no_viewport": True} if display else {"viewport": {"width": 1400, "height": 900}}
        self._context = self._browser.new_context(locale="de-DE", **size)
        self.page = self._context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        if before:
            self.page.add_init_script(before)

    def goto(self, address: str) -> None:
        self.page.goto(address)

    def sign_in(self, house: House) -> None:
        jar = house.client.cookies.jar
        cookies: Any = [{"name": one.name, "value": str(one.value), "url": house.origin} for one in jar]
        self._context.add_cookies(cookies)
        self.goto(house.origin + "/console/")

    def run(self, script: str) -> Any:
        return self.page.evaluate(f"() => {{ {script} }}")

    def type_text(self, text: str) -> None:
        self.page.keyboard.insert_text(text)

    def allow_clipboard(self, house: House) -> None:
        """As a technician who has answered the browser's question once."""
        self._context.grant_permissions(["clipboard-read", "clipboard-write"], origin=house.origin)

    def close(self) -> None:
        self._browser.close()
        self._playwright.stop()


NewBrowser = Callable[..., Browser]

PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "intl.accept_languages": "de-DE,de",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}


class Firefox:
    """Debian's Firefox ESR, headless, with a profile of its own."""

    def __init__(self) -> None:
        program = shutil.which("firefox-esr")
        assert program, "the tests in Firefox need the Debian package firefox-esr: run `make setup`"
        self._folder = tempfile.TemporaryDirectory(prefix="beistand-firefox-", ignore_cleanup_errors=True)
        port = free_port()
        lines = [
            f"user_pref({json.dumps(k)}, {json.dumps(v)});"
            for k, v in (PREFERENCES | {"marionette.port": port}).items()
        ]
        (Path(self._folder.name) / "user.js").write_text("\n".join(lines))
        command = [program, "--headless", "--marionette", "--profile", self._folder.name]
        environment = {
            "HOME": self._folder.name,
            "PATH": "/usr/bin:/bin",
            "MOZ_HEADLESS_WIDTH": "1400",
            "MOZ_HEADLESS_HEIGHT": "900",
        }
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet)
        self._socket = wait_until(lambda: _connected(port), "Firefox does not listen")
        self._buffer, self._count = b"", 0
        self._receive()  # its greeting
        self._ask("WebDriver:NewSession", {"pageLoadStrategy": "normal"})
        self._ask("WebDriver:SetTimeouts", {"script": 60_000, "pageLoad": 60_000})

    def _receive(self) -> Any:
        while (found := re.match(rb"(\d+):", self._buffer)) is None or len(self._buffer) < found.end() + int(found[1]):
            data = self._socket.recv(65_536)
            assert data, "Firefox closed the connection"
            self._buffer += data
        end = found.end() + int(found[1])
        message, self._buffer = json.loads(self._buffer[found.end() : end]), self._buffer[end:]
        return message

    def _ask(self, command: str, parameters: dict[str, Any]) -> Any:
        self._count += 1
        data = json.dumps([0, self._count, command, parameters]).encode()
        self._socket.sendall(f"{len(data)}:".encode() + data)
        _kind, _number, error, result = self._receive()
        assert error is None, (command, error)
        return result

    def goto(self, address: str) -> None:
        self._ask("WebDriver:Navigate", {"url": address})

    def sign_in(self, house: House) -> None:
        self.goto(house.origin + "/de")
        for one in house.client.cookies.jar:
            self._ask("WebDriver:AddCookie", {"cookie": {"name": one.name, "value": one.value, "path": "/"}})
        self.goto(house.origin + "/console/")

    def run(self, script: str) -> Any:
        asked = {"script": script, "args": [], "sandbox": None, "newSandbox": False}
        return self._ask("WebDriver:ExecuteScript", asked)["value"]

    def type_text(self, text: str) -> None:
        keys = [
            action
            for letter in text
            for action in ({"type": "keyDown", "value": letter}, {"type": "keyUp", "value": letter})
        ]
        self._ask("WebDriver:PerformActions", {"actions": [{"type": "key", "id": "keys", "actions": keys}]})

    def close(self) -> None:
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


def _connected(port: int) -> socket.socket | None:
    try:
        connection = socket.create_connection(("127.0.0.1", port), 5)
    except OSError:
        return None
    connection.settimeout(90)
    return connection
