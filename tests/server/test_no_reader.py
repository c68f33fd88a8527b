"""The server cannot read what it carries (S37), and never holds a key that signs programs (S52)."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beistand.protocol import identity
from beistand.protocol.errors import PeerError
from beistand.protocol.identity import BY_FIRM, Bound
from beistand.server.portal.workshop import Order
from beistand.server.settings import Settings
from beistand.server.store import accounts
from server.conftest import House
from vouching import endorse

# Decoders of pictures and video, readers of sealed messages, windows: what a server that parses media would need.
READERS = (
    "av", "PIL", "cv2", "numpy", "imageio", "wx", "nacl", "beistand.host", "beistand.protocol.e2e",
    "beistand.protocol.wire", "beistand.protocol.replay",
)  # fmt: skip
SIGNING = {"--certificate", "--key", "--password-file", "--timestamp"}


def test_s37_the_running_server_has_loaded_nothing_that_reads_pictures_or_copied_text() -> None:
    script = (
        "import pkgutil, sys, importlib, beistand.server, beistand.cli.serve\n"
        "for one in pkgutil.walk_packages(beistand.server.__path__, 'beistand.server.'):\n"
        "    if '.migrations.' not in one.name: importlib.import_module(one.name)\n"
        "print('\\n'.join(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(told.stdout.split())
    assert "beistand.server.relay.pump" in loaded
    assert {name for name in loaded if name.startswith(tuple(f"{one}." for one in READERS)) or name in READERS} == set()


def test_s52_the_server_builds_programs_but_has_no_way_to_sign_them() -> None:
    order = Order("windows", "a", "https://help.example.com", "Muster IT", ("1",), "#107040", "de", True)
    words = {word.partition("=")[0] for word in order.arguments(Path("/programs"), Path("/cache"))}
    assert words & SIGNING == set()
    named = {field.name for field in dataclasses.fields(Settings)} | {field.name for field in dataclasses.fields(Order)}
    assert {name for name in named if "sign" in name or "certificate" in name} == {"tls_certificate"}


async def test_s52_a_changed_root_key_is_refused_by_old_programs_and_taken_by_new_ones(house: House) -> None:
    """As docs/operating.md says it: change the root key by building new programs."""
    id_, share, now = house.firm(), bytes(range(32)), house.clock.utc_us // 1_000_000
    own = house.parts.db.read_now(lambda c: accounts.get_organisation(c, id_))
    bound = Bound(share, id_, "123", now)

    def says(pin: bytes) -> str:
        ident = house.parts.identity.statement(own, "Tina Technik", "123", share, now).encode()
        try:
            return identity.verify(ident, bound, pin).trust
        except PeerError as error:
            return error.code

    old = endorse(house.parts.identity, own, Ed25519PrivateKey.generate(), now)
    assert says(old) == BY_FIRM
    new = endorse(house.parts.identity, own, Ed25519PrivateKey.generate(), now)
    assert (says(new), says(old)) == (BY_FIRM, "ident_forged")
