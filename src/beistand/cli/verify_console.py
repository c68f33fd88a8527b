"""`beistand verify-console URL`: does a server deliver the technician's page of this very release?

It compares every file byte by byte, and the rules that the page is delivered under. What a server sends to another
address or at another time it cannot know (docs/threats.md).
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import click
import httpx

from beistand import console
from beistand.console.page import page
from beistand.server.portal import headers
from beistand.server.portal.public import CONSOLE, TYPES
from beistand.server.settings import LOCAL_NAMES

SECONDS = 10.0
MOST_BYTES = 4_000_000
RULES = ("content-security-policy", "x-content-type-options", "x-frame-options", "cross-origin-opener-policy")


@click.command("verify-console")
@click.argument("url")
def verify_console(url: str) -> None:
    """Compare the technician's page that the server at URL delivers with this installed release.

    Ends with status 1 and one line for each difference.
    """
    origin, own = origin_of(url), release()
    differences = _differences(origin, own)
    if differences:
        for line in differences[:20]:
            click.echo(f"  {line}")
        raise click.ClickException(
            f"{origin} does not deliver the page of Beistand {version('beistand')} ({len(differences)} differences): "
            "compare the versions; if they are the same, do not sign in there."
        )
    click.echo(
        f"{origin} delivers the page of Beistand {version('beistand')}: {len(own)} files are equal byte by byte, "
        "seen from here and now."
    )


def compared(origin: str) -> int:
    """In how much the page that a server delivers differs from this release. ClickException if it cannot be reached."""
    return len(_differences(origin, release()))


def _differences(origin: str, own: dict[str, bytes]) -> list[str]:
    with httpx.Client(timeout=SECONDS, follow_redirects=False) as client:
        found = [line for name, data in own.items() if (line := _difference(client, origin, name, data))]
        return found + _rules(client, origin)


def release() -> dict[str, bytes]:
    """The files of the console of this release, by their name below /console/."""
    folder = Path(console.__file__).parent
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in TYPES]
    read = {path.relative_to(CONSOLE).as_posix(): path.read_bytes() for path in files}
    return read | {"index.html": page()}


def origin_of(url: str) -> str:
    """The origin in an address that somebody typed. ClickException unless HTTPS, or this computer."""
    parts = urlsplit(url if "//" in url else f"https://{url}")
    is_local = parts.hostname in LOCAL_NAMES
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
        raise click.ClickException(f"{url} must begin with https:// (http:// is for this computer alone).")
    return f"{parts.scheme}://{parts.netloc}"


def _difference(client: httpx.Client, origin: str, name: str, own: bytes) -> str:
    """What is wrong with one file, or nothing."""
    try:
        with client.stream("GET", f"{origin}/console/{name}") as answer:
            if answer.status_code != 200:
                return f"{name}: the server answers {answer.status_code}."
            theirs = b""
            for piece in answer.iter_bytes():
                theirs += piece
                if len(theirs) > MOST_BYTES:
                    break
    except httpx.HTTPError as error:
        raise click.ClickException(f"{origin} cannot be reached ({type(error).__name__}): check the address.") from None
    return "" if theirs == own else f"{name}: is another file ({len(theirs)} bytes, {len(own)} in this release)."


def _rules(client: httpx.Client, origin: str) -> list[str]:
    """The page itself must come under our rules, at the address that technicians open."""
    relay = "ws" + origin.removeprefix("http")
    wanted = dict(headers.security_headers(headers.CONSOLE, relay, origin.startswith("https://")))
    try:
        answer = client.get(f"{origin}/console/")
    except httpx.HTTPError as error:
        raise click.ClickException(f"{origin} cannot be reached ({type(error).__name__}): check the address.") from None
    found = [f"/console/: the rule {name} is another." for name in RULES if answer.headers.get(name) != wanted[name]]
    if answer.content != release()["index.html"]:
        found.append("/console/: is another page.")
    return found
