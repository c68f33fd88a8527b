"""How long the audit log takes: append, checkpoint, proof, full verification. `python bench/audit.py [ENTRIES]`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beistand.audit import note
from beistand.server.store import accounts, audit
from beistand.server.store.database import Database

NOW = 1_795_000_000_000_000
SESSION = 10


def main(count: int) -> None:
    key = Ed25519PrivateKey.generate()
    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "b.sqlite")
        db.upgrade()
        firm = db.write_now(lambda c: accounts.add_organisation(c, "Muster IT", "muster.example", NOW))
        data = {"name": "Frau Grete Muster", "level": 2, "notice": "x" * 200}

        def session(c: object) -> None:
            for _ in range(SESSION):
                audit.append(c, firm, "bench", data, "user-1", NOW)
            audit.checkpoint(c, firm, key, NOW)

        took = []
        for _ in range(count // SESSION):
            began = time.perf_counter()
            db.write_now(session)
            took.append(time.perf_counter() - began)
        print(f"{SESSION} entries and a checkpoint, one transaction: median {median(took) * 1e3:.1f} ms")
        began = time.perf_counter()
        proof = db.read_now(lambda c: audit.prove(c, firm, count // 3))
        print(f"a proof: {(time.perf_counter() - began) * 1e3:.1f} ms, {len(proof.encode())} bytes")
        public = note.Verifier(note.origin(firm), key.public_key().public_bytes_raw())
        began = time.perf_counter()
        found = db.read_now(lambda c: audit.verify(c, firm, public))
        print(f"verified in {time.perf_counter() - began:.2f} s: {found.summary}; {len(found.problems)} problems")
        db.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
