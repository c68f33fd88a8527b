"""`beistand build-program`: the customer's program as one file, with the firm's name, server and key inside."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import click

from beistand.builder.build import build_linux, build_windows
from beistand.builder.errors import BuildError
from beistand.builder.firm import checked
from beistand.builder.signing import Signer
from beistand.builder.steps import Step, Tell


def _tell(as_json: bool) -> Tell:
    def tell(step: Step) -> None:
        click.echo(json.dumps(asdict(step)) if as_json else str(step))

    return tell


PARTS = Path("~/.cache/beistand-parts")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("build-program")
@click.option("--target", type=click.Choice(["windows", "linux"]), required=True, help="System of the customers.")
@click.option("--output", type=_FILE, required=True, help="File to write, for example Fernhilfe.exe.")
@click.option("--server", required=True, help="Address of your server, https://...")
@click.option("--company", default="", help="Name of your firm, shown in the windows.")
@click.option("--phone", multiple=True, help="Phone number shown in the first window; may be repeated.")
@click.option("--colour", default="", help="Colour of icon and headings, for example #145294.")
@click.option("--logo", type=_FILE, help="A PNG for the first window.")
@click.option("--root-key", default="", help="Your firm's public root key; the program trusts no other.")
@click.option(
    "--least-roster", type=click.IntRange(0), default=0, help="Number of your roster: believe none before it."
)
@click.option("--person", is_flag=True, help="Demand the technician's own passkey in every session.")
@click.option("--language", default="", help="de or en; by default the customer's own.")
@click.option("--administrator", is_flag=True, help="Ask for administrator's rights at the start.")
@click.option("--certificate", type=_FILE, help="Sign with this certificate: .p12, or PEM together with --key.")
@click.option("--key", type=_FILE, help="Private key of the certificate (PEM).")
@click.option("--password-file", type=_FILE, help="File whose first line is the key's password.")
@click.option("--timestamp", default="", help="Address of a time stamp service (RFC 3161) for the signature.")
@click.option(
    "--cache", type=click.Path(path_type=Path, file_okay=False), default=PARTS,
    show_default=True, help="Folder that keeps the fetched parts.",
)  # fmt: skip
@click.option("--progress", is_flag=True, help="Tell each step as a line of JSON, for the owner's page.")
def build_program(
    target: str,
    output: Path,
    server: str,
    company: str,
    phone: tuple[str, ...],
    colour: str,
    logo: Path | None,
    root_key: str,
    least_roster: int,
    person: bool,
    language: str,
    administrator: bool,
    certificate: Path | None,
    key: Path | None,
    password_file: Path | None,
    timestamp: str,
    cache: Path,
    progress: bool,
) -> None:
    """Build the customer's program: one file, the same bytes each time.

    The first build fetches about 140 MB through pip and keeps them in the cache.
    """
    began = time.monotonic()
    try:
        picture = logo.read_bytes() if logo else b""
        firm = checked(
            server, company, phone, colour, picture, root_key, language, administrator, least_roster, person
        )  # fmt: skip
        signer = Signer(certificate, key, password_file, timestamp) if certificate else None
        tell, parts = _tell(progress), cache.expanduser()
        if target == "linux":
            built = build_linux(firm, output, parts, tell)
        else:
            built = build_windows(firm, output, parts, version("beistand"), tell, signer)
    except OSError as error:
        raise click.ClickException(f"{logo} cannot be read ({error.strerror}).") from None
    except BuildError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{built.path}: {built.size / 1e6:.1f} MB in {time.monotonic() - began:.0f} s")
    click.echo(f"SHA-256 {built.sha256}")
