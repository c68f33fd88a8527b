"""The firm's server for whole-chain tests: the real `beistand serve`, a process to be killed and started again."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import anyio
import httpx
import pyotp

from beistand.server.clock import Clock
from beistand.server.keys import load_or_make
from beistand.server.portal.passwords import Passwords
from beistand.server.store import accounts
from beistand.server.store.database import Database
from waiting import PATIENCE_SECONDS

PASSWORD = "ein langes Kennwort 7"
EMAIL = "tim@muster.example"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """One firm, one technician, one server. `prelude` is Python that runs in the server's process before it serves.

    Passkeys need a name instead of an address: `host="localhost"`.
    """

    def __init__(self, folder: Path, prelude: str = "", host: str = "127.0.0.1", **settings: str) -> None:
        self.data = folder / "data"
        self.port = free_port()
        self.origin = f"http://{host}:{self.port}"
        self._prelude, self._settings = prelude, settings
        self.wrapper: tuple[str, ...] = ()  # a command that starts the server's
        self._log_file = folder / "server.log"
        self._log = open(self._log_file, "ab")  # noqa: SIM115 - lives as long as the server
        self.process: subprocess.Popen[str] | None = None
        self.client = httpx.Client(base_url=self.origin, headers={"Origin": self.origin, "X-Beistand": "1"}, timeout=60)
        self.organisation = ""

    def start(self) -> None:
        """Starts the server and returns when it serves."""
        script = f"{self._prelude}\nfrom beistand.cli import main\nmain()"
        change = {"BEISTAND_DATA": str(self.data), "BEISTAND_LISTEN": f"127.0.0.1:{self.port}"}
        change |= {"BEISTAND_ORIGIN": self.origin, "PYTHONUNBUFFERED": "1", **self._settings}
        environment = {**os.environ, **change}  # noqa: TID251 - a server takes its settings from there
        self.process = subprocess.Popen(
            [*self.wrapper, sys.executable, "-c", script, "serve"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        told: queue.Queue[str] = queue.Queue()
        out = self.process.stdout
        assert out is not None
        threading.Thread(target=lambda: [told.put(line) for line in out], daemon=True).start()
        while "Beistand serves" not in told.get(timeout=PATIENCE_SECONDS):
            pass

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends the server's process: gently, or with SIGKILL as a power cut does."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(PATIENCE_SECONDS)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    def make_firm(self) -> None:
        """One firm with one technician, who signs in."""
        db = Database(self.data / "beistand.sqlite")
        secret, at = pyotp.random_base32(), Clock().now()
        self.organisation = db.write_now(lambda c: accounts.add_organisation(c, "Muster IT", "muster.example", 1))
        person: dict[str, Any] = {"id": "p", "email": EMAIL, "name": "Tim", "role": "technician"}
        person["password_hash"] = anyio.run(Passwords().hash, PASSWORD)
        keys = load_or_make(self.data)
        person["totp_sealed"] = keys.seal(secret, "p")
        db.write_now(lambda c: accounts.add_user(c, self.organisation, person, at.utc_us))
        db.close()
        self.code = pyotp.TOTP(secret).at(at.utc_seconds)
        self.answer("POST", "/api/sign-in", {"email": EMAIL, "password": PASSWORD, "code": self.code})

    def answer(self, method: str, path: str, body: Any = None) -> Any:
        """A good answer of the API."""
        response = self.client.request(method, path, json=body)
        assert response.status_code < 300, (method, path, response.status_code, response.text)
        return response.json() if response.content else None

    def new_session(self, level: int = 2) -> Any:
        """What the console gets when it makes a session."""
        return self.answer("POST", "/api/sessions", {"customer_name": "Frau Muster", "level": level})

    def facts(self, session_id: str) -> list[tuple[str, str]]:
        """(role, name) of what is recorded, oldest first."""
        return [(fact["role"], fact["name"]) for fact in self.session(session_id)["facts"]]

    def session(self, session_id: str) -> Any:
        return self.answer("GET", f"/api/sessions/{session_id}")

    def told(self) -> str:
        """What the operator finds in the log."""
        return self._log_file.read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        self.end(signal.SIGKILL)
        self.client.close()
        self._log.close()
