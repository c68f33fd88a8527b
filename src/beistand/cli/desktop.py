"""The demo customer's desktop: an X server of its own with real programs, seen and used through noVNC on localhost.

The X server is TigerVNC's: what the newcomer does in noVNC arrives from its own pointer and keyboard devices and so
counts as the customer's hand, while the technician's input comes from XTEST.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from beistand.cli.children import Children

NOVNC_FOLDER = "/usr/share/novnc"  # where Debian's package novnc puts its page
NEEDED = {
    "Xtigervnc": "tigervnc-standalone-server",
    "websockify": "websockify",
    "openbox": "openbox",
    "xterm": "xterm",
    "mousepad": "mousepad",
    "pcmanfm": "pcmanfm",
}

LETTER = """Liebe Familie,

das Treffen ist am Samstag um 15 Uhr. Bringt bitte Kuchen mit!

Der Drucker streikt schon wieder. Ich rufe nachher die Fernhilfe an.

Herzliche Gruesse
Oma Grete
"""


@dataclass(frozen=True)
class Desktop:
    """`overrides` let a program draw on it; `page` is the noVNC address."""

    overrides: dict[str, str | None]
    page: str


def free_port() -> int:
    """A TCP port of localhost that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_desktop(
    children: Children, home: Path, overrides: Mapping[str, str | None], program: list[str], size: str = "1920x1080"
) -> Desktop:
    """Starts X server, window manager, file manager, editor, terminal. ClickException for a missing program."""
    for command, package in NEEDED.items():
        if shutil.which(command) is None:
            raise click.ClickException(f"The demo needs the Debian package {package}: run `make setup` first.")
    own: dict[str, str | None] = {**overrides, "DISPLAY": None, "WAYLAND_DISPLAY": None, "XAUTHORITY": None}
    own.update(
        HOME=str(home),
        XDG_CONFIG_HOME=str(home / ".config"),
        GTK_USE_PORTAL="0",
        NO_AT_BRIDGE="1",
        GSETTINGS_BACKEND="memory",
    )
    own.update(XDG_RUNTIME_DIR=str(home / ".run"), LIBGL_ALWAYS_SOFTWARE="1")
    _fill_home(home, program)
    vnc_port, web_port = free_port(), free_port()
    own["DISPLAY"] = _start_x_server(children, own, vnc_port, size)
    children.start("openbox", ["openbox"], own)
    children.start("background", ["xsetroot", "-solid", "#2e5a7d"], own, may_end=True).wait()
    children.start("desktop", ["pcmanfm", "--desktop", "--profile", "demo"], own, may_end=True)
    children.start("editor", ["mousepad", "--disable-server", str(home / "Brief.txt")], own, may_end=True)
    terminal = [
        "env",
        "-C",
        str(home),
        "xterm",
        "-fa",
        "DejaVu Sans Mono",
        "-fs",
        "11",
        "-geometry",
        "90x24+1020+560",
        "-T",
        "Terminal",
    ]
    children.start("terminal", terminal, own, may_end=True)
    bridge = ["websockify", "--web", NOVNC_FOLDER, f"127.0.0.1:{web_port}", f"127.0.0.1:{vnc_port}"]
    children.start("novnc", bridge, own)
    page = f"http://127.0.0.1:{web_port}/vnc.html?autoconnect=1&resize=scale&path=websockify"
    return Desktop(own, page)


def _start_x_server(children: Children, own: Mapping[str, str | None], vnc_port: int, size: str) -> str:
    reader, writer = os.pipe()
    command = ["Xtigervnc", "-displayfd", str(writer), "-geometry", size, "-depth", "24", "-localhost=1", "-rfbport"]
    command += [str(vnc_port), "-SecurityTypes", "None", "-AlwaysShared", "-AcceptSetDesktopSize=0", "-nolisten", "tcp"]
    children.start("xserver", command, own, pass_fds=[writer])
    os.close(writer)
    with os.fdopen(reader) as pipe:
        number = pipe.readline().strip()
    if not number:
        raise click.ClickException(
            "The demo's X server did not start: its reason is in xserver.log in the demo folder."
        )
    return f":{number}"


def _fill_home(home: Path, program: list[str]) -> None:
    """A customer's home folder: a letter, and the downloaded program as an icon on the desktop."""
    for name in ("Desktop", ".run", ".config/libfm", ".config/pcmanfm/demo"):
        (home / name).mkdir(parents=True, exist_ok=True)
    (home / ".run").chmod(0o700)
    (home / "Brief.txt").write_text(LETTER, encoding="utf-8")
    (home / ".config/libfm/libfm.conf").write_text("[config]\nquick_exec=1\nsingle_click=0\n", encoding="utf-8")
    settings = "[*]\nwallpaper_mode=color\ndesktop_bg=#2e5a7d\ndesktop_fg=#ffffff\nshow_trash=0\nshow_documents=1\n"
    (home / ".config/pcmanfm/demo/desktop-items-0.conf").write_text(settings, encoding="utf-8")
    icon = f"[Desktop Entry]\nType=Application\nName=Fernhilfe\nIcon=help-browser\nExec={' '.join(program)}\n"
    entry = home / "Desktop" / "Fernhilfe.desktop"
    entry.write_text(icon, encoding="utf-8")
    entry.chmod(0o755)


def program_command(server: str, language: str) -> list[str]:
    """How the customer's program is started from the source tree."""
    return [sys.executable, "-m", "beistand.host", "--server", server, "--language", language]
