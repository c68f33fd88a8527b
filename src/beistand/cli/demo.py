"""`beistand demo`: server, pages and a demo customer desktop on this machine, until Ctrl+C."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import click

from beistand.builder.build import build_linux
from beistand.builder.errors import BuildError
from beistand.builder.firm import checked
from beistand.cli.build_program import PARTS
from beistand.cli.children import Children
from beistand.cli.desktop import Desktop, program_command, start_desktop

START_SECONDS = 30.0
WATCH_SECONDS = 0.5
PROGRAM = "Fernhilfe.run"


@dataclass(frozen=True)
class Addresses:
    """The three addresses that a newcomer needs."""

    public_page: str
    setup_link: str
    desktop: Desktop

    def with_desktop(self, desktop: Desktop) -> Addresses:
        """The same with a desktop."""
        return replace(self, desktop=desktop)


class Demo:
    """Everything that the demo starts. `start`, then use it, then `end`, which leaves no process."""

    def __init__(self, folder: Path, language: str, is_one_file: bool = False) -> None:
        """With `is_one_file` the customer starts a program built for them, as real customers do."""
        self._is_one_file = is_one_file
        self.folder = folder
        self.language = language
        self.children = Children(folder)
        self.pin = ""
        self._setup_link = ""
        self._has_link = threading.Event()

    def start(self, port: int) -> Addresses:
        """Starts server, desktop and customer's program. ClickException when the server does not come up."""
        addresses = self.start_server(port)
        origin = addresses.public_page.rstrip("/")
        if self._is_one_file:
            self._build(origin)
        desktop = start_desktop(self.children, self.folder / "home", {}, self._program(origin))
        self.start_program(origin, desktop)
        return addresses.with_desktop(desktop)

    def start_server(self, port: int) -> Addresses:
        """Starts the server alone; the desktop of the answer is empty."""
        origin = f"http://127.0.0.1:{port}"
        overrides: dict[str, str | None] = {
            "BEISTAND_DATA": str(self.folder / "data"),
            "BEISTAND_LISTEN": f"127.0.0.1:{port}",
            "BEISTAND_ORIGIN": origin,
            "BEISTAND_CONFIG": None,
            "PYTHONUNBUFFERED": "1",
        }
        self._overrides = overrides
        self._start_server()
        if not self._has_link.wait(START_SECONDS):
            raise click.ClickException(f"The server did not start: its reason is in {self.folder / 'server.log'}.")
        return Addresses(origin + "/", self._setup_link, Desktop({}, ""))

    def _start_server(self) -> None:
        command = [sys.executable, "-m", "beistand.cli", "serve"]
        self._server = self.children.start("server", command, self._overrides, self._on_line)

    def furnish(self) -> bool:
        """Fills the firm's books with two customers, a contract and prices; False while there is no firm yet."""
        from beistand.cli.demo_data import furnish

        return furnish(self.folder / "data" / "beistand.sqlite")

    def restart_server(self, is_gentle: bool, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Ends the server in mid-session and starts it anew; not gently means that it has no time to say good-bye.

        `meanwhile` is done while there is no server.
        """
        self.children.end(self._server, signal.SIGTERM if is_gentle else signal.SIGKILL)
        meanwhile()
        self._start_server()

    def verify(self) -> str:
        """What `beistand verify` says of the demo's server."""
        return self.operator("verify")

    def operator(self, *arguments: str) -> str:
        """What a command of the operator beside the demo's server prints."""
        change = [f"{name}={value}" for name, value in self._overrides.items() if value is not None]
        command = ["env", *change, sys.executable, "-m", "beistand.cli", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def make_root(self) -> None:
        """A root key of the firm, before the program starts: the program will know its public part."""
        command = [sys.executable, "-m", "beistand.cli", "keys", "root", str(self._root), "--no-password"]
        self.pin = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def vouch(self) -> str:
        """Request, signature and installation, as the operator does it once a year; what the last one says."""
        asked, statement = self.folder / "request.json", self.folder / "statement.json"
        asked.write_text(self.operator("keys", "request"), "utf-8")
        statement.write_text(self.operator("keys", "sign", str(asked), "--root", str(self._root), "--yes"), "utf-8")
        return self.operator("keys", "install", str(statement))

    @property
    def _root(self) -> Path:
        return self.folder / "root-key.pem"

    def start_program(self, origin: str, desktop: Desktop) -> None:
        """Starts the customer's program; it may end by itself."""
        self.children.start("program", self._program(origin), desktop.overrides, may_end=True)

    def _program(self, origin: str) -> list[str]:
        built = self.folder / PROGRAM
        if built.exists():
            return [str(built)]
        return [*program_command(origin, self.language), *(["--pin", self.pin] if self.pin else [])]

    def _build(self, origin: str) -> None:
        firm = checked(origin, "", ("030 1234567",), language=self.language)
        try:
            build_linux(firm, self.folder / PROGRAM, PARTS.expanduser(), click.echo)
        except BuildError as error:
            raise click.ClickException(str(error)) from None

    def _on_line(self, line: str) -> None:
        with open(self.folder / "server.log", "a", encoding="utf-8") as log:
            log.write(line + "\n")
        at = line.find("http")
        if "/setup/" in line and at >= 0:
            self._setup_link = line[at:].split()[0]
            self._has_link.set()

    def end(self) -> None:
        """Ends everything and removes the folder."""
        self.children.end_all()
        shutil.rmtree(self.folder, ignore_errors=True)


def _print_addresses(addresses: Addresses) -> None:
    click.echo("\nBeistand runs. Three addresses for one browser:\n")
    click.echo(f"  1. Technician, first sign-in (one-time link):  {addresses.setup_link}")
    click.echo(f"  2. Demo customer's desktop, as they see it:    {addresses.desktop.page}")
    click.echo(f"  3. The public page of the firm:                {addresses.public_page}\n")
    click.echo("Open 1, make your account, start a new session, and read its number.")
    click.echo(
        "Open 2 beside it, type the number into the customer's window, agree. Then help, and click the stop sign."
    )
    click.echo("Choose Praxis Dr. Muster to help under a contract (then try “chargeable …”), or Grete Muster,")
    click.echo(
        "who pays and agrees to the price first. Afterwards look at Times: what was agreed to, counted and recorded."
    )
    click.echo("Ctrl+C ends everything.\n")


def _raise_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@click.command()
@click.option("--port", default=8765, show_default=True, help="TCP port of the server on localhost.")
@click.option("--language", type=click.Choice(["de", "en"]), default="de", show_default=True, help="Of the program.")
@click.option("--one-file", is_flag=True, help="The customer starts the built one-file program.")
@click.option("--check", is_flag=True, help="Play the whole chain headless, print each stage, end with 0 if all hold.")
@click.option(
    "--pictures", type=click.Path(path_type=Path), help="With --check: folder for a screenshot of each stage."
)
def demo(port: int, language: str, one_file: bool, check: bool, pictures: Path | None) -> None:
    """Run server, pages and a demo customer's desktop on this machine until Ctrl+C."""
    signal.signal(signal.SIGTERM, _raise_interrupt)
    this = Demo(Path(tempfile.mkdtemp(prefix="beistand-demo-")), language, one_file)
    try:
        if check:
            from beistand.cli.demo_check import run_check

            sys.exit(run_check(this, pictures))
        _print_addresses(this.start(port))
        is_furnished = False
        while (name := this.children.ended()) is None:
            is_furnished = is_furnished or this.furnish()
            time.sleep(WATCH_SECONDS)
        raise click.ClickException(f"The demo's part '{name}' ended by itself: its reason is in {name}.log.")
    except KeyboardInterrupt:
        click.echo("\nending the demo ...")
    finally:
        with contextlib.suppress(KeyboardInterrupt):
            this.end()
