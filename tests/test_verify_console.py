"""`beistand verify-console` finds every file and rule in which a server's page differs from the release."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from click.testing import CliRunner, Result

from beistand.cli import main
from beistand.cli.verify_console import release
from beistand.server.portal import headers


class Server:
    """Delivers a console; tests change its files and rules."""

    def __init__(self) -> None:
        self.files = release()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                data = outer.files.get(self.path.removeprefix("/console/") or "index.html")
                self.send_response(200 if data is not None else 404)
                for name, value in outer.rules.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *_: Any) -> None:
                pass

        self._http = HTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._http.server_port}"
        self.rules = dict(headers.security_headers(headers.CONSOLE, "ws" + self.origin.removeprefix("http"), False))
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def run(address: str) -> Result:
    return CliRunner().invoke(main, ["verify-console", address])


def test_the_page_of_this_release_is_recognised(server: Server) -> None:
    result = run(server.origin)
    assert result.exit_code == 0, result.output
    assert f"{len(server.files)} files are equal byte by byte, seen from here and now." in result.output


@pytest.mark.parametrize("name", ["index.html", "main.js", "protocol/pake.js", "vendor/noble-curves/ed25519.js"])
def test_s36_a_changed_file_is_named(server: Server, name: str) -> None:
    server.files[name] += b" "
    result = run(server.origin)
    assert result.exit_code == 1
    assert f"  {name}: is another file" in result.output
    assert "do not sign in there" in result.output


def test_s36_a_missing_file_and_a_weaker_rule_are_named(server: Server) -> None:
    del server.files["support.js"]
    server.rules["content-security-policy"] += " 'unsafe-inline'"
    output = run(server.origin).output
    assert "  support.js: the server answers 404." in output
    assert "  /console/: the rule content-security-policy is another." in output


@pytest.mark.parametrize("address", ["http://help.example.com", "ftp://x", "", "//"])
def test_plain_http_is_for_this_computer_alone(address: str) -> None:
    result = run(address)
    assert result.exit_code == 1
    assert "must begin with https://" in result.output


def test_a_server_that_is_gone_is_told_in_one_sentence() -> None:
    assert "cannot be reached (ConnectError): check the address." in run("http://127.0.0.1:9").output
