"""A customer's desktop for whole-chain tests: an Xvfb with a session bus, where a screen reader reads the windows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from host.customer import Customer
from host.platform.painter import Painter
from host.xserver import XServer
from waiting import wait_until

READER = Path(__file__).with_name("screen_reader.py")
NOTEPAD = Path(__file__).with_name("notepad.py")
BUS_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
KEYCODES = {"Return": 36, "Tab": 23, "space": 65, "Escape": 9, "Control": 37, "Alt": 64, "Shift": 50}
DIGITS = {str((digit + 1) % 10): 10 + digit for digit in range(10)}


class Notepad:
    """A program of the customer's with a text field and a clipboard (notepad.py)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert self.ask("text") == ""
        self.middle = (990, 430)

    def ask(self, question: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def copy(self, words: str) -> None:
        """As the customer does with Ctrl+C."""
        assert self.ask(f"copy {json.dumps(words)}")

    @property
    def text(self) -> str:
        return str(self.ask("text"))

    @property
    def copied(self) -> str | None:
        """What is in the desktop's clipboard, as text."""
        found: str | None = self.ask("paste")
        return found


class Desktop:
    """`start` programs on it; `controls` is what a blind customer could hear, `customer` is their hand."""

    def __init__(self, size: str = "1280x800") -> None:
        self.server = XServer("-screen", "0", f"{size}x24")
        self.customer = Customer(self.server.name)
        self._children: list[subprocess.Popen[str]] = []
        bus = self._spawn(["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"], {})
        assert bus.stdout is not None
        self.environment = {"DISPLAY": self.server.name, "DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
        self.environment |= {"GTK_A11Y": "", "XDG_RUNTIME_DIR": "", "LANG": "C.UTF-8"}
        launcher = next(path for path in BUS_LAUNCHERS if Path(path).exists())
        self._spawn([launcher, "--launch-immediately"], self.environment)
        self._spawn(["openbox", "--config-file", "/dev/null"], self.environment)
        wait_until(self._has_manager, "the window manager did not start")
        self._reader = self._spawn([sys.executable, str(READER)], self.environment, is_asked=True)
        assert self._reader.stdout is not None
        assert self._reader.stdout.readline() == "ready\n"

    def _spawn(self, command: list[str], change: dict[str, str], is_asked: bool = False) -> subprocess.Popen[str]:
        environment = {**os.environ, **change}  # noqa: TID251 - a program finds its screen and bus there
        for name in ("WAYLAND_DISPLAY", "NO_AT_BRIDGE", *(key for key, value in change.items() if not value)):
            environment.pop(name, None)
        assert shutil.which(command[0]), f"the tests of the chain need {command[0]}: run `make setup`"
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE if is_asked else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._children.append(process)
        return process

    def _has_manager(self) -> bool:
        return "no such atom" not in self.server.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Starts a program on this desktop; it is killed with it."""
        return self._spawn(list(command), self.environment)

    def controls(self, pid: int = 0) -> list[dict[str, Any]]:
        """What the screen reader knows of a program's windows now."""
        assert self._reader.stdin is not None
        assert self._reader.stdout is not None
        self._reader.stdin.write(f"{pid}\n")
        self._reader.stdin.flush()
        found: list[dict[str, Any]] = json.loads(self._reader.stdout.readline())
        return [one for one in found if one["depth"] < 2 or "showing" in one["states"]]

    def heard(self, pid: int = 0) -> str:
        """All that can be read aloud: names and texts, one a line, broken lines joined."""
        words = (f"{one['name']} {one['text']}" for one in self.controls(pid))
        return "\n".join(" ".join(line.split()) for line in words)

    def wait_heard(self, sentence: str, pid: int = 0) -> str:
        """Waits until the sentence can be read; what can be read then."""
        last = ""

        def is_there() -> str | None:
            nonlocal last
            last = self.heard(pid)
            return last if sentence in last else None

        try:
            found: str = wait_until(is_there)
        except AssertionError:
            raise AssertionError(f"'{sentence}' is not to be read on the screen, but:\n{last}") from None
        return found

    def control(self, name: str, role: str = "", pid: int = 0) -> dict[str, Any]:
        """Waits for the control of this name."""

        def look() -> dict[str, Any] | None:
            named = [one for one in self.controls(pid) if one["name"] == name and role in ("", one["role"])]
            return next((one for one in named if "showing" in one["states"] and one.get("width", 0) > 1), None)

        found: dict[str, Any] = wait_until(look, f"there is no control '{name}' to be seen")
        return found

    def click(self, name: str, role: str = "push button") -> None:
        """The customer's own hand on a control, once it stands still and is awake."""
        place: dict[str, Any] = {}

        def is_steady() -> bool:
            nonlocal place
            before, place = place, self.control(name, role)
            return before == place and "sensitive" in place["states"]

        wait_until(is_steady, f"the control '{name}' does not come to rest")
        self.customer.move(place["x"] + place["width"] // 2, place["y"] + place["height"] // 2)
        self.customer.click()

    def type_digits(self, digits: str) -> None:
        """The customer's own hand on the keyboard: everything in the field is replaced."""
        self.customer.hold(KEYCODES["Control"], True)
        self.customer.key(38)  # a
        self.customer.hold(KEYCODES["Control"], False)
        for digit in digits:
            self.customer.key(DIGITS[digit])

    def press(self, *names: str) -> None:
        """One key with those before it held."""
        for name in names[:-1]:
            self.customer.hold(KEYCODES[name], True)
        self.customer.key(KEYCODES[names[-1]])
        for name in names[:-1]:
            self.customer.hold(KEYCODES[name], False)

    def notepad(self) -> Notepad:
        """A text editor in the right half of the screen, in front of the others."""
        process = self._spawn([sys.executable, str(NOTEPAD)], self.environment, is_asked=True)
        return Notepad(process)

    def painter(self, **place: int) -> Painter:
        """A program that paints on this desktop."""
        return Painter(self.server.name, **place)

    def close(self) -> None:
        for process in reversed(self._children):
            process.kill()
            process.wait(30)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        self.customer.close()
        self.server.close()
