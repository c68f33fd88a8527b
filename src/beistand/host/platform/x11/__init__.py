"""The X11 adapter: capture by MIT-SHM and DAMAGE, cursor by XFIXES, injection by XTEST, the customer's hand by XI2.

Each part opens its own connection to the X server, so that none waits for another.
"""

from __future__ import annotations

import platform
import socket

from beistand.host.platform.x11.activity import X11Activity
from beistand.host.platform.x11.connection import Display
from beistand.host.platform.x11.hands import lift_everything
from beistand.host.platform.x11.input import X11Input
from beistand.host.platform.x11.network import EnvironmentNetwork
from beistand.host.platform.x11.only_one import OnlyOne
from beistand.host.platform.x11.screen import X11Screen
from beistand.host.platform.x11.windows import is_viewable, raise_window


class X11Platform:
    """Makes the parts for one X server.

    `display` is an X display name such as ":0"; None means the one this program was started on. Raises PlatformError
    if the server cannot be reached.
    """

    name = "x11"

    def __init__(self, display: str | None = None) -> None:
        self._display = display
        # A connection of our own for small deeds; it also proves at once that the server is there.
        self._own = Display(display)
        self._only_one = OnlyOne(self._own)

    def screen(self) -> X11Screen:
        return X11Screen(self._display)

    def input(self) -> X11Input:
        return X11Input(self._display)

    def activity(self) -> X11Activity:
        return X11Activity(self._display)

    def raise_window(self, native_window: int) -> None:
        raise_window(self._own, native_window)

    def is_on_screen(self, native_window: int) -> bool:
        return is_viewable(self._own, native_window)

    def hide_from_capture(self, native_window: int) -> None:
        """X11 has no such thing: the window stays in the picture."""

    def network(self) -> EnvironmentNetwork:
        return EnvironmentNetwork()

    def claim_session(self) -> bool:
        return self._only_one.claim()

    def elevation(self) -> None:
        """pkexec and polkit ask in windows like any other: control is enough."""

    def lift_everything(self) -> None:
        lift_everything(Display(self._display))

    def host_name(self) -> str:
        return socket.gethostname()

    def system_name(self) -> str:
        """The system as its maker names it, e.g. "Debian GNU/Linux 12 (bookworm)"."""
        try:
            return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
        except OSError:
            return f"{platform.system()} {platform.release()}"

    def close(self) -> None:
        self._own.close()
