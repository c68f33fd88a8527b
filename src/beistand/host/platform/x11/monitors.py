"""Which monitors an X server has: RandR 1.5 or Xinerama, whichever knows more, else the whole screen as one."""

from __future__ import annotations

from beistand.host.platform.x11.connection import Display, randr, xinerama
from beistand.host.ports import Monitor, PlatformError, Rect

#: Dots per inch that desktops call 100 %.
_DPI_UNSCALED = 96


def list_monitors(display: Display) -> list[Monitor]:
    """The monitors with the primary one first; ids count from 0 in that order.

    Raises PlatformError under Wayland, where an X program sees but a black screen.
    """
    size = display.core.GetGeometry(display.root).reply()
    whole = Rect(0, 0, size.width, size.height)
    # On servers joined by Xinerama, RandR knows but the first screen; elsewhere it knows names and the primary one too.
    found = max(_by_randr(display), _by_xinerama(display), key=len) or [(whole, True, "screen")]
    if any(name.startswith("XWAYLAND") for _, _, name in found):
        raise PlatformError(
            "This desktop runs on Wayland, which shows its screen to no X11 program: sign in to an X11 session instead."
        )
    scale = scale_percent(_resources(display))
    # A monitor may reach beyond the screen while the resolution changes; only what exists can be captured.
    inside = [(clipped, primary, name) for area, primary, name in found if (clipped := clip(area, whole))]
    ordered = sorted(inside, key=lambda one: (not one[1], one[0].x, one[0].y))
    return [Monitor(number, area, scale, primary, name) for number, (area, primary, name) in enumerate(ordered)]


def clip(area: Rect, whole: Rect) -> Rect | None:
    """The part of `area` within `whole`, None if there is none."""
    left, top = max(area.x, whole.x), max(area.y, whole.y)
    right = min(area.x + area.width, whole.x + whole.width)
    bottom = min(area.y + area.height, whole.y + whole.height)
    return Rect(left, top, right - left, bottom - top) if right > left and bottom > top else None


def scale_percent(resources: str) -> int:
    """The desktop's scale from its X resources ("Xft.dpi:\\t144" is 150); 100 if they do not say."""
    for line in resources.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "Xft.dpi":
            try:
                return round(float(value) * 100 / _DPI_UNSCALED)
            except ValueError:
                return 100
    return 100


def _by_randr(display: Display) -> list[tuple[Rect, bool, str]]:
    if not display.has(randr):
        return []
    extension = display.connection(randr.key)
    version = extension.QueryVersion(1, 5).reply()
    if (version.major_version, version.minor_version) < (1, 5):
        return []
    return [
        (Rect(one.x, one.y, one.width, one.height), bool(one.primary), display.atom_name(one.name))
        for one in extension.GetMonitors(display.root, True).reply().monitors
    ]


def _by_xinerama(display: Display) -> list[tuple[Rect, bool, str]]:
    if not display.has(xinerama):
        return []
    extension = display.extension(xinerama, "several monitors")
    if not extension.IsActive().reply().state:
        return []
    screens = extension.QueryScreens().reply().screen_info
    return [
        (Rect(one.x_org, one.y_org, one.width, one.height), number == 0, f"screen {number + 1}")
        for number, one in enumerate(screens)
    ]


def _resources(display: Display) -> str:
    reply = display.core.GetProperty(False, display.root, display.atom("RESOURCE_MANAGER"), 0, 0, 65536).reply()
    return bytes(reply.value.buf()).decode("latin-1")
