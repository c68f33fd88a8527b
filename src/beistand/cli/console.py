"""`beistand console URL`: the technician's page from the technician's own computer, talking to the firm's server.

A server that writes its own page can read the sessions of whoever opens it. Here the page is this installed release's,
read once at the start; the server only answers questions and carries sealed bytes. Bound to 127.0.0.1, a random port
and a token in a cookie; other hosts' names and other pages' requests are refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import socket
import webbrowser
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any, cast

import click
import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from beistand.cli.bridge import Bridge
from beistand.cli.verify_console import compared, origin_of, release
from beistand.server.front import serve
from beistand.server.portal import headers
from beistand.server.portal.public import TYPES

COOKIE = "beistand_local"
HOST = "127.0.0.1"
MOST_BODY = 17 * 1024 * 1024 + 65_536
ASKED = ("accept", "accept-language", "content-type", "x-beistand", "last-event-id")
ANSWERED = ("content-type", "content-length", "x-session", "x-key", "retry-after")
MODE = "mode.json"


@click.command("console")
@click.argument("url")
@click.option("--anyway", is_flag=True, help="Use this computer's page although the server's is another.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def console(url: str, anyway: bool, no_browser: bool) -> None:
    """Serve the technician's page from this computer, for the firm's server at URL.

    End to end against the server, too: the page is this installed release's. Prints the address with its secret (for
    this computer alone) and opens it in the browser. Ctrl+C ends it.
    """
    origin, files = origin_of(url), release()
    if not anyway and (count := compared(origin)):
        raise click.ClickException(
            f"{origin} runs another version of Beistand than this computer ({version('beistand')}), or its page was "
            f"changed: {count} differences. Install the same version here, or use this computer's page with --anyway."
        )
    try:
        asyncio.run(_run(origin, files, not no_browser))
    except KeyboardInterrupt:
        click.echo("Ended.")


def digest(files: dict[str, bytes]) -> str:
    """One hash over the whole page: names and contents."""
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return hashlib.sha256(sums.encode()).hexdigest()


async def _run(origin: str, files: dict[str, bytes], opens: bool) -> None:
    token = secrets.token_urlsafe(32)
    async with httpx.AsyncClient(base_url=origin, timeout=httpx.Timeout(30.0, read=None)) as client:
        page = LocalPage(origin, files, token, client)
        bridge = Bridge(f"ws{origin.removeprefix('http')}/relay", origin)
        page.port = _free_port()
        server = await serve(page.app, cast(Any, bridge), HOST, page.port, origins=(page.own,))
        link = f"{page.own}/start/{token}"
        click.echo(f"Page {digest(files)[:16]} of Beistand {version('beistand')}, for {origin}: {link}")
        if opens:
            webbrowser.open(link)
        try:
            await asyncio.Event().wait()
        finally:
            await server.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class LocalPage:
    """The ASGI application. `port` is set before it listens: pages of this origin alone may open the relay."""

    def __init__(self, origin: str, files: dict[str, bytes], token: str, client: httpx.AsyncClient) -> None:
        self._origin, self._token, self._client = origin, token, client
        mode = {"mode": "local", "server": origin}
        self._files = files | {MODE: json.dumps(mode).encode()}
        self.port = 0
        routes = [
            Route("/start/{token}", self._start),
            Route("/console/{path:path}", self._file),
            Route("/api/{path:path}", self._api, methods=["GET", "POST"]),
            Route("/sign-in", self._to_sign_in),
            Route("/{path:path}", self._elsewhere),
        ]
        self.app: ASGIApp = Starlette(routes=routes)

    @property
    def own(self) -> str:
        """Our own origin."""
        return f"http://{HOST}:{self.port}"

    async def _start(self, request: Request) -> Response:
        if not self._is_ours(request) or not secrets.compare_digest(request.path_params["token"], self._token):
            return self._refuse()
        answer = RedirectResponse("/console/", 303)
        answer.set_cookie(COOKIE, self._token, httponly=True, samesite="lax")
        return self._dressed(answer)

    async def _file(self, request: Request) -> Response:
        name = request.path_params["path"] or "index.html"
        data = self._files.get(name)
        if not self._is_known(request) or data is None:
            return self._refuse(404 if self._is_known(request) else 403)
        kind = TYPES["." + name.rpartition(".")[2]]
        return self._dressed(Response(data, media_type=kind))

    async def _api(self, request: Request) -> Response:
        """Asks the server, with its own cookie, which this process keeps; the browser never sees it."""
        is_own = request.method == "GET" or headers.is_own(request.headers, self.own)
        if not self._is_known(request) or not is_own:
            return self._refuse()
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MOST_BODY:
                return self._refuse(413)
        asked = {name: request.headers[name] for name in ASKED if name in request.headers}
        asked |= {"origin": self._origin, "accept-encoding": "identity"}
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        wanted = self._client.build_request(request.method, path, headers=asked, content=body or None)
        try:
            answer = await self._client.send(wanted, stream=True)
        except httpx.HTTPError:
            return self._refuse(503)
        told = {name: answer.headers[name] for name in ANSWERED if name in answer.headers}
        if path == "/api/sessions" and request.method == "POST" and answer.status_code == 201:
            return await self._opened(answer)
        return self._dressed(StreamingResponse(_pieces(answer), answer.status_code, told))

    async def _opened(self, answer: httpx.Response) -> Response:
        """A new session: by way of this computer, bound to the server that was named, whatever it says of itself."""
        made = json.loads(await answer.aread())
        made |= {"relay_url": f"ws://{HOST}:{self.port}/relay", "origin": self._origin}
        return self._dressed(Response(json.dumps(made), 201, media_type="application/json"))

    async def _to_sign_in(self, request: Request) -> Response:
        return self._dressed(RedirectResponse("/console/sign-in.html", 303))

    async def _elsewhere(self, request: Request) -> Response:
        """The office's pages are the server's: they open there."""
        if not self._is_known(request):
            return self._refuse()
        return self._dressed(RedirectResponse(self._origin + request.url.path, 303))

    def _is_ours(self, request: Request) -> bool:
        # A page of another name that resolves to this computer must not get in (DNS rebinding).
        return request.headers.get("host") == f"{HOST}:{self.port}"

    def _is_known(self, request: Request) -> bool:
        return self._is_ours(request) and secrets.compare_digest(request.cookies.get(COOKIE, ""), self._token)

    def _refuse(self, status: int = 403) -> Response:
        words = {
            403: "Open the address that `beistand console` has printed.",
            404: "There is no such page here.",
            413: "That is too much at once.",
            503: f"{self._origin} cannot be reached: check the network, then try again.",
        }
        answer = {"code": "local", "sentence": words[status]}
        return self._dressed(Response(json.dumps(answer), status, media_type="application/json"))

    def _dressed(self, answer: Response) -> Response:
        for name, value in headers.security_headers(headers.CONSOLE, f"ws://{HOST}:{self.port}", False):
            answer.headers[name] = value
        answer.headers["cache-control"] = "no-store"
        return answer


async def _pieces(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        await answer.aclose()
