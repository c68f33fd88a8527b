"""The whole server on a real port: pages, sign-in and a room of the true relay; start and end."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from beistand.cli import main
from beistand.protocol import rendezvous as r
from beistand.server import app
from beistand.server.app import ServerError, run
from beistand.server.clock import Clock
from beistand.server.keys import load_or_make
from beistand.server.portal.passwords import Passwords
from beistand.server.settings import Settings, load
from beistand.server.store import accounts
from beistand.server.store.database import Database
from beistand.transport.relay_link import RelayLink

PASSWORD = "ein langer Satz mit Wörtern"


def settings(tmp_path: Path, listen: str = "127.0.0.1:0", database: str = "") -> Settings:
    own = {"BEISTAND_DATA": str(tmp_path / "data"), "BEISTAND_LISTEN": listen}
    return load({**own, "BEISTAND_DATABASE": database})


@asynccontextmanager
async def running(own: Settings) -> Any:
    """A running server; gives the lines that it announced."""
    lines: list[str] = []
    stop, announced = asyncio.Event(), asyncio.Event()

    def announce(line: str) -> None:
        lines.append(line)
        if "/setup/" in line:
            announced.set()

    task = asyncio.ensure_future(run(own, announce, stop))
    await asyncio.wait_for(announced.wait(), 60)
    try:
        yield lines
    finally:
        stop.set()
        await asyncio.wait_for(task, 60)


async def ask(origin: str, method: str, path: str, body: Any = None, cookie: str = "") -> tuple[int, str, str]:
    """Status, head and body of one request on a connection of its own."""
    host = origin.removeprefix("http://")
    data = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", f"Content-Length: {len(data)}"]
    lines += [f"Origin: {origin}", "X-Beistand: 1", "Content-Type: application/json", f"Cookie: {cookie}"]
    reader, writer = await asyncio.open_connection("127.0.0.1", int(host.rpartition(":")[2]))
    writer.write("\r\n".join([*lines, "", ""]).encode() + data)
    head, _, rest = (await asyncio.wait_for(reader.read(), 30)).decode().partition("\r\n\r\n")
    writer.close()
    return int(head.split()[1]), head, rest


async def test_the_server_starts_prints_the_link_once_and_ends_cleanly(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as lines:
        link = lines[1].split()[-1]
        origin = link.partition("/setup/")[0]
        status, head, _ = await ask(origin, "GET", link.removeprefix(origin))
        assert status == 200
        assert "content-security-policy" in head
        assert (await ask(origin, "GET", "/nowhere"))[0] == 404
    assert lines[0].startswith(f"Beistand serves {origin}/ from ")
    left = sorted(path.name for path in (tmp_path / "data").iterdir())
    assert left == ["audit-key.json", "beistand.sqlite", "programs", "secrets.json"]
    with pytest.raises(ConnectionRefusedError):
        await ask(origin, "GET", "/")


async def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    with pytest.raises(ServerError, match=f"127.0.0.1:{port} cannot be listened on .Address already in use"):
        await run(settings(tmp_path, f"127.0.0.1:{port}"), lambda line: None)
    taken.close()
    await taken.wait_closed()


async def test_a_wrong_certificate_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("nonsense")
    pem = str(tmp_path / "a.pem")
    variables = {"BEISTAND_TLS_CERTIFICATE": pem, "BEISTAND_TLS_KEY": pem, "BEISTAND_ORIGIN": "https://a.example"}
    chosen = load(variables | {"BEISTAND_DATA": str(tmp_path / "data"), "BEISTAND_LISTEN": "127.0.0.1:0"})
    with pytest.raises(app.SettingsError, match="tls_certificate and tls_key cannot be used"):
        await run(chosen, lambda line: None)


def certificate(folder: Path) -> tuple[str, str]:
    """A certificate for localhost, made on the spot."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    return str(folder / "cert.pem"), str(folder / "key.pem")


async def test_s43_the_server_itself_speaks_https(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    variables = {"BEISTAND_TLS_CERTIFICATE": cert, "BEISTAND_TLS_KEY": key, "BEISTAND_ORIGIN": "https://localhost:0"}
    chosen = load(variables | {"BEISTAND_DATA": str(tmp_path / "data"), "BEISTAND_LISTEN": "127.0.0.1:0"})
    stop, announced, lines = asyncio.Event(), asyncio.Event(), list[str]()

    def announce(line: str) -> None:
        lines.append(line)
        announced.set()

    task = asyncio.ensure_future(run(chosen, announce, stop))
    await asyncio.wait_for(announced.wait(), 30)
    port = int(re.search(r"https://localhost:(\d+)/", lines[0])[1])  # type: ignore[index]
    trust = ssl.create_default_context(cafile=cert)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname="localhost")
    writer.write(b"GET /en HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = (await asyncio.wait_for(reader.read(), 30)).decode()
    writer.close()
    assert answer.startswith("HTTP/1.1 200")
    assert "strict-transport-security: max-age=63072000" in answer
    stop.set()
    await asyncio.wait_for(task, 30)


class End:
    """One end at the true relay: what it hears comes out of `next`."""

    def __init__(self, origin: str, hello: r.RendezvousFrame) -> None:
        self.heard: asyncio.Queue[object] = asyncio.Queue()
        put = self.heard.put_nowait
        self.link = RelayLink(origin, put, put, lambda: None, put)
        self.link.start(asyncio.get_running_loop(), hello)

    async def next(self, kind: type) -> Any:
        while True:
            thing = await asyncio.wait_for(self.heard.get(), 30)
            if isinstance(thing, kind):
                return thing


async def technician(db: Database, folder: Path) -> tuple[str, str]:
    """Makes a firm with one technician; gives the firm's id and a code that works now."""
    secret, at = pyotp.random_base32(), Clock().now()
    firm = db.write_now(lambda c: accounts.add_organisation(c, "Muster IT", "muster.example", 1))
    person = {"id": "p", "email": "tim@muster.example", "name": "Tim", "role": "technician"}
    person["password_hash"] = await Passwords().hash(PASSWORD)
    person["totp_sealed"] = load_or_make(folder).seal(secret, "p")
    db.write_now(lambda c: accounts.add_user(c, firm, person, at.utc_us))
    return firm, pyotp.TOTP(secret).at(at.utc_seconds)


async def test_a_session_is_a_room_of_the_relay_its_facts_come_back_and_disabling_closes_it(
    tmp_path: Path, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "WATCH_SECONDS", 0.05)
    url = new_database()
    async with running(settings(tmp_path, database=url)) as lines:
        origin = lines[1].split()[-1].partition("/setup/")[0]
        db = Database(url)
        firm, code = await technician(db, tmp_path / "data")
        fields = {"email": "tim@muster.example", "password": PASSWORD, "code": code}
        status, head, _ = await ask(origin, "POST", "/api/sign-in", fields)
        assert status == 200
        found = re.search(r"set-cookie: (beistand=[^;]+)", head)
        assert found
        opened = json.loads((await ask(origin, "POST", "/api/sessions", {"customer_name": "Frau M"}, found[1]))[2])

        console = End(origin, r.Attach(opened["ticket"]))
        joined = await console.next(r.Joined)
        assert (joined.role, joined.origin, joined.organisation) == ("technician", origin, firm)
        host = End(origin, r.Join(1, opened["nameplate"], "de"))
        assert (await host.next(r.Joined)).organisation == firm
        await console.next(r.Peer)
        console.link.send_frame(r.Confirmed())
        host.link.send_frame(r.Fact("consent", {"level": 2, "notice": "„Größe“"}))

        async def session() -> Any:
            return json.loads((await ask(origin, "GET", f"/api/sessions/{opened['id']}", None, found[1]))[2])

        async with asyncio.timeout(30):
            while (now := await session())["state"] != "running":  # noqa: ASYNC110 - a page asks like this too
                await asyncio.sleep(0.02)
        names = [(fact["role"], fact["name"]) for fact in now["facts"]]
        assert names[0] == ("server", "created")
        assert names[-2:] == [("server", "confirmed"), ("customer", "consent")]
        assert now["facts"][-1]["data"] == {"level": 2, "notice": "„Größe“"}

        # S33: from another process, as `beistand user disable` does it.
        db.write_now(lambda c: accounts.set_active(c, firm, "tim@muster.example", False))
        assert (await host.next(r.Closed)).code == "ended"
        assert (await ask(origin, "GET", "/api/me", None, found[1]))[0] == 401
        host.link.close()
        console.link.close()
    with db.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT name, count(*) FROM session_fact GROUP BY name").all()
    assert {("created", 1), ("confirmed", 1), ("consent", 1), ("closed", 1)} <= {tuple(row) for row in kept}
    db.close()


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
    db = app.open_store(settings(tmp_path))
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


def test_s39_a_firm_is_added_beside_another_kept_out_and_let_in_again(tmp_path: Path) -> None:
    db = app.open_store(settings(tmp_path))
    first = db.write_now(lambda c: accounts.add_organisation(c, "Muster IT", "muster.example", 1))
    person = {"id": "p", "email": "tim@muster.example", "name": "Tim", "role": "technician"}
    db.write_now(lambda c: accounts.add_user(c, first, person | {"password_hash": "x", "totp_sealed": "y"}, 1))
    db.write_now(lambda c: accounts.start_sign_in(c, first, "p", "cookie", 1))
    code, output = cli(tmp_path, "firm", "add", "Andere IT", "--domain", "Andere.example")
    assert code == 0
    link = re.search(r"owner of Andere IT: http://localhost:8800/welcome/(\S{32})\n", output)
    assert link is not None
    other = db.read_now(lambda c: accounts.public_organisation(c, "andere.example"))
    assert other is not None
    setup = db.read_now(lambda c: accounts.find_setup(c, link[1], 1))
    assert setup is not None
    assert (setup.role, setup.organisation_id) == ("owner", other.id)
    assert "belongs to a firm already" in cli(tmp_path, "firm", "add", "Dritte", "--domain", "muster.example")[1]
    assert "kept out" in cli(tmp_path, "firm", "disable", "muster it")[1]
    assert "Muster IT  muster.example  (disabled)" in cli(tmp_path, "firm", "list")[1]
    assert db.read_now(lambda c: accounts.signed_in_user(c, "cookie", 2)) is None
    assert db.read_now(lambda c: accounts.public_organisation(c, "muster.example")) is None
    assert "let in" in cli(tmp_path, "firm", "enable", "Muster IT")[1]
    assert db.read_now(lambda c: accounts.signed_in_user(c, "cookie", 2)) is not None
    assert "Name one firm" in cli(tmp_path, "firm", "disable", "nobody")[1]
    db.close()
