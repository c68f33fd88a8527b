"""The whole server on a real port: pages, sign-in and a room of the true relay; start and end."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from beistand.cli import main
from beistand.server.app import ServerError, run
from beistand.server.settings import Settings, load


def settings(tmp_path: Path, listen: str = "127.0.0.1:0") -> Settings:
    return load({"BEISTAND_DATA": str(tmp_path / "data"), "BEISTAND_LISTEN": listen})


async def ask(origin: str, request: str) -> str:
    host, port = re.fullmatch(r"http://([^:]+):(\d+)", origin).groups()  # type: ignore[union-attr]
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
    writer.write(f"{request} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
    answer = (await asyncio.wait_for(reader.read(), 10)).decode()
    writer.close()
    return answer


async def test_the_server_starts_prints_the_link_once_and_ends_cleanly(tmp_path: Path) -> None:
    lines: list[str] = []
    stop, announced = asyncio.Event(), asyncio.Event()

    def announce(line: str) -> None:
        lines.append(line)
        if "/setup/" in line:
            announced.set()

    running = asyncio.ensure_future(run(settings(tmp_path), announce, stop))
    await asyncio.wait_for(announced.wait(), 20)
    link = lines[1].split()[-1]
    origin = link.partition("/setup/")[0]
    page = await ask(origin, "GET " + link.removeprefix(origin))
    assert page.startswith("HTTP/1.1 200")
    assert "content-security-policy" in page
    assert (await ask(origin, "GET /nowhere")).startswith("HTTP/1.1 404")
    stop.set()
    await asyncio.wait_for(running, 10)
    assert lines[0].startswith(f"Beistand serves {origin}/ from ")
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [
        "beistand.sqlite",
        "programs",
        "secrets.json",
    ]
    with pytest.raises(ConnectionRefusedError):
        await ask(origin, "GET /")


async def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    with pytest.raises(ServerError, match=f"127.0.0.1:{port} is not free"):
        await run(settings(tmp_path, f"127.0.0.1:{port}"), lambda line: None)
    taken.close()
    await taken.wait_closed()


def cli(tmp_path: Path, *arguments: str) -> tuple[int, str]:
    environment = {"BEISTAND_DATA": str(tmp_path / "data")}
    result = CliRunner().invoke(main, arguments, env=environment)
    return result.exit_code, result.output


def test_commands_before_the_first_start_say_what_to_do(tmp_path: Path) -> None:
    code, output = cli(tmp_path, "user", "list")
    assert code == 1
    assert "start `beistand serve` first" in output
    code, output = cli(tmp_path, "serve", "--config", str(tmp_path / "missing.toml"))
    assert code == 1
    assert "cannot be read" in output


def test_people_are_invited_and_kept_out_from_the_command_line(tmp_path: Path) -> None:
    from beistand.server.app import open_store
    from beistand.server.store import accounts

    db = open_store(settings(tmp_path))
    assert "no firm yet" in cli(tmp_path, "user", "add")[1]
    firm = db.write_now(lambda c: accounts.add_organisation(c, "Muster IT", "muster.example", 1))
    person = {"id": "p", "email": "tim@muster.example", "name": "Tim", "role": "technician"}
    db.write_now(lambda c: accounts.add_user(c, firm, person | {"password_hash": "x", "totp_sealed": "y"}, 1))
    code, output = cli(tmp_path, "user", "add", "--role", "billing")
    assert code == 0
    assert re.search(r"new billing of Muster IT: http://localhost:8800/welcome/\S{32}\n", output)
    assert "kept out" in cli(tmp_path, "user", "disable", "Tim@muster.example")[1]
    assert "tim@muster.example  technician  (disabled)" in cli(tmp_path, "user", "list")[1]
    assert "may sign in" in cli(tmp_path, "user", "enable", "tim@muster.example")[1]
    assert cli(tmp_path, "user", "disable", "nobody@x")[0] == 1
    db.write_now(lambda c: accounts.add_organisation(c, "Andere IT", "andere.example", 2))
    assert "Name one firm with --firm: Muster IT, Andere IT." in cli(tmp_path, "user", "add")[1]
    assert cli(tmp_path, "user", "add", "--firm", "andere it")[0] == 0
    db.close()


@pytest.mark.parametrize("command", [[], ["serve"], ["user"], ["user", "add"], ["user", "disable"], ["user", "list"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) >= 5
