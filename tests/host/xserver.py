"""An X server for one test run: Xvfb on a free display number."""

import os
import shutil
import subprocess
from typing import Any

import pytest
import xcffib
import xcffib.randr as randr


class XServer:
    """A running Xvfb; `name` is its display, e.g. ":7"."""

    def __init__(self, *options: str) -> None:
        program = shutil.which("Xvfb")
        if program is None:
            pytest.fail("The tests marked `screen` need the program Xvfb: install the package xvfb.")
        reading, writing = os.pipe()
        self._process = subprocess.Popen(
            [program, "-displayfd", str(writing), "-nolisten", "tcp", "-noreset", *options],
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            self.close()
            pytest.fail("Xvfb did not start.")
        self.name = f":{number}"

    def run(self, *command: str) -> str:
        """Runs a program on this screen and returns what it prints."""
        environment = {**os.environ, "DISPLAY": self.name}  # noqa: TID251 - a program finds its screen there
        environment.pop("WAYLAND_DISPLAY", None)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20, check=True)
        return done.stdout

    def resize(self, width: int, height: int) -> None:
        """Makes the screen smaller while it runs, as a user does in the settings."""
        connection: Any = xcffib.Connection(display=self.name)
        root = connection.get_setup().roots[0].root
        extension = connection(randr.key)
        extension.QueryVersion(1, 5).reply()
        timing = (30_000_000, width + 10, width + 20, width + 30, 0, height + 1, height + 2, height + 3, 4, 0)
        mode = randr.ModeInfo.synthetic(0, width, height, *timing)
        mode_id = extension.CreateMode(root, mode, 4, "test").reply().mode
        now = extension.GetScreenResourcesCurrent(root).reply()
        extension.AddOutputMode(now.outputs[0], mode_id, is_checked=True).check()
        now = extension.GetScreenResourcesCurrent(root).reply()
        extension.SetCrtcConfig(now.crtcs[0], 0, now.config_timestamp, 0, 0, mode_id, 1, 1, [now.outputs[0]]).reply()
        extension.SetScreenSize(root, width, height, 200, 150, is_checked=True).check()
        connection.disconnect()

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(30)
