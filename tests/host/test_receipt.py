"""The customer's program fetches its receipt and believes only what proves itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beistand.audit import merkle, note, proof
from beistand.audit import receipt as receipts
from beistand.audit.entry import commitment, content, leaf
from beistand.audit.receipt import Entry, Receipt
from beistand.host import receipt
from beistand.transport.network import Network

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def made(token_sha256: str) -> str:
    """A receipt that is the second of two entries."""
    said = {"token_sha256": token_sha256, "seconds": 125}
    entry = Entry("firm", 1_795_000_000_000_000, bytes(32))
    own = leaf("firm", entry.utc_us, receipts.KIND, commitment(entry.salt, content(receipts.ACTOR, said)))
    nodes: dict[merkle.Node, bytes] = {}
    for place, data in enumerate((b"another", own)):
        nodes.update(merkle.completed(place, merkle.leaf_hash(data), lambda *at: nodes[at]))
    head = merkle.root(2, lambda *at: nodes[at])
    checkpoint = note.sign(note.Checkpoint(note.origin("firm"), 2, head), KEY)
    path = merkle.inclusion_path(1, 2, lambda *at: nodes[at])
    key = note.Verifier(note.origin("firm"), KEY.public_key().public_bytes_raw())
    return receipts.write(Receipt(said, entry, proof.write(1, path, checkpoint), key, None))


class Server:
    """Answers in order what it was given: (status, text); the last answer for ever."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                status, data = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                if status == 302:
                    self.send_header("location", data.decode())
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = HTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


async def no_wait(_seconds: float) -> None:
    pass


async def test_the_receipt_is_asked_for_until_it_is_there(server: Server) -> None:
    wish = receipt.make(server.origin)
    text = made(wish.token_sha256)
    server.answers = [(404, b""), (503, b""), (200, text.encode())]
    assert await receipt.fetch(wish, Network(None), no_wait) == text
    assert server.asked == [f"/receipt/{wish.token}/receipt.json"] * 3


@pytest.mark.parametrize("spoil", ["of another session", "changed", "no receipt", "too large", "elsewhere"])
async def test_s46_a_receipt_that_does_not_prove_itself_is_not_shown(server: Server, spoil: str) -> None:
    wish = receipt.make(server.origin)
    text = made("0" * 64 if spoil == "of another session" else wish.token_sha256)
    if spoil == "changed":
        text = text.replace('"seconds": 125', '"seconds": 60')
        assert json.loads(text)["content"]["seconds"] == 60
    data = {"no receipt": b"<html>", "too large": b"x" * 2_000_100}.get(spoil, text.encode())
    server.answers = [(302, f"{server.origin}/x".encode())] if spoil == "elsewhere" else [(200, data)]
    assert await receipt.fetch(wish, Network(None), no_wait) is None
    assert set(server.asked) == {f"/receipt/{wish.token}/receipt.json"}


async def test_a_server_that_is_gone_gives_none() -> None:
    assert await receipt.fetch(receipt.make("http://127.0.0.1:9"), Network(None), no_wait) is None


def test_the_token_is_new_each_time_and_stays_out_of_reprs() -> None:
    one, two = receipt.make("https://help.example.com"), receipt.make("https://help.example.com")
    assert one.token != two.token
    assert len(one.token) == 43
    assert one.token not in repr(one)
