"""Makes the parts: DXGI or GDI for the picture, SendInput for injection, hooks for the customer's hand."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import socket

from beistand.host.platform.windows.activity import WindowsActivity
from beistand.host.platform.windows.elevation.asking import WindowsElevation
from beistand.host.platform.windows.input import WindowsInput
from beistand.host.platform.windows.lifting import lift_everything
from beistand.host.platform.windows.monitors import be_aware_of_scales
from beistand.host.platform.windows.only_one import OnlyOne
from beistand.host.platform.windows.owners import hide_from_capture, is_on_screen, raise_window
from beistand.host.platform.windows.proxies import WindowsNetwork
from beistand.host.platform.windows.screen import WindowsScreen
from beistand.host.platform.windows.system import system_name


class WindowsPlatform:
    """Makes the parts. To be made before the first window, so that windows come out sharp on every monitor."""

    name = "windows"

    def __init__(self) -> None:
        be_aware_of_scales()
        self._only_one = OnlyOne()
        self._elevation = WindowsElevation()

    def screen(self) -> WindowsScreen:
        return WindowsScreen(far=self._elevation.capture)

    def input(self) -> WindowsInput:
        return WindowsInput()

    def activity(self) -> WindowsActivity:
        return WindowsActivity()

    def raise_window(self, native_window: int) -> None:
        raise_window(native_window)

    def is_on_screen(self, native_window: int) -> bool:
        return is_on_screen(native_window)

    def hide_from_capture(self, native_window: int) -> None:
        hide_from_capture(native_window)

    def network(self) -> WindowsNetwork:
        return WindowsNetwork()

    def claim_session(self) -> bool:
        return self._only_one.claim()

    def elevation(self) -> WindowsElevation:
        return self._elevation

    def lift_everything(self) -> None:
        lift_everything()

    def host_name(self) -> str:
        return socket.gethostname()

    def system_name(self) -> str:
        return system_name()
