"""Makes the parts for macOS."""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

import platform
import socket

from beistand.host.platform.macos.activity import MacosActivity
from beistand.host.platform.macos.input import MacosInput, lift_everything
from beistand.host.platform.macos.network import MacosNetwork
from beistand.host.platform.macos.only_one import OnlyOne
from beistand.host.platform.macos.owners import hide_from_capture, is_on_screen, raise_window
from beistand.host.platform.macos.screen import MacosScreen


class MacosPlatform:
    """The factory; asks for each permission when the part that needs it is made."""

    name = "macos"

    def __init__(self) -> None:
        self._only_one = OnlyOne()

    def screen(self) -> MacosScreen:
        return MacosScreen()

    def input(self) -> MacosInput:
        return MacosInput()

    def activity(self) -> MacosActivity:
        return MacosActivity()

    def raise_window(self, native_window: int) -> None:
        raise_window(native_window)

    def is_on_screen(self, native_window: int) -> bool:
        return is_on_screen(native_window)

    def hide_from_capture(self, native_window: int) -> None:
        hide_from_capture(native_window)

    def network(self) -> MacosNetwork:
        return MacosNetwork()

    def claim_session(self) -> bool:
        return self._only_one.claim()

    def elevation(self) -> None:
        """What asks for an administrator's password is a window like any other: control is enough."""

    def lift_everything(self) -> None:
        lift_everything()

    def host_name(self) -> str:
        return socket.gethostname()

    def system_name(self) -> str:
        """E.g. "macOS 14.5"."""
        return f"macOS {platform.mac_ver()[0]}"
