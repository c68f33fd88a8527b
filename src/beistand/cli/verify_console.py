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
    origin = _origin(url)
    own = release()
    with httpx.Client(timeout=SECONDS, follow_redirects=False) as client:
        differences = [found for name, data in own.items() if (found := _difference(client, origin, name, data))]
        differences += _rules(client, origin)
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


def release() -> dict[str, bytes]:
    """The files of the console of this release, by their name below /console/."""
    folder = Path(console.__file__).parent
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in TYPES]
    read = {path.relative_to(CONSOLE).as_posix(): path.read_bytes() for path in files}
    return read | {"index.html": page()}


def _origin(url: str) -> str:
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
