"""The console seals recordings as RFC 9180 and X-Wing say: a stranger (`cryptography`) opens and seals it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHAKE256, Hash
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from beistand.protocol.e2e import messages as m

SEED, INFO = bytes(range(32)), b"beistand recording 1\norg\nsession\nrecording"
SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def hexed(data: bytes) -> dict[str, str]:
    return {"hex": data.hex()}


def private(seed: bytes) -> MLKEM768X25519PrivateKey:
    """X-Wing's two keys from its seed (draft-connolly-cfrg-xwing-kem, section 5.2)."""
    digest = Hash(SHAKE256(96))
    digest.update(seed)
    wide = digest.finalize()
    x = X25519PrivateKey.from_private_bytes(wide[64:])
    return MLKEM768X25519PrivateKey(MLKEM768PrivateKey.from_seed_bytes(wide[:64]), x)


def public(mirror: Any) -> bytes:
    return bytes.fromhex(mirror.ask("hpke.publicOf", seed=hexed(SEED))["hex"])


def test_the_public_key_is_that_of_x_wing(mirror: Any) -> None:
    digest = Hash(SHAKE256(96))
    digest.update(SEED)
    wide = digest.finalize()
    pq = MLKEM768PrivateKey.from_seed_bytes(wide[:64]).public_key().public_bytes_raw()
    x = X25519PrivateKey.from_private_bytes(wide[64:]).public_key().public_bytes_raw()
    assert public(mirror) == pq + x


def test_a_stranger_opens_what_the_console_has_sealed(mirror: Any) -> None:
    sealed = mirror.ask("hpke.seal", publicKey=hexed(public(mirror)), info=hexed(INFO), message=hexed(b"stream key"))
    data = bytes.fromhex(sealed["hex"])
    assert SUITE.decrypt(data, private(SEED), INFO) == b"stream key"
    with pytest.raises(InvalidTag):
        SUITE.decrypt(data, private(SEED), INFO + b"x")


def test_the_console_opens_what_a_stranger_has_sealed_and_nothing_else(mirror: Any) -> None:
    data = SUITE.encrypt(b"stream key", private(SEED).public_key(), INFO)
    assert mirror.ask("hpke.open", seed=hexed(SEED), info=hexed(INFO), sealed=hexed(data)) == hexed(b"stream key")
    changed = data[:-1] + bytes((data[-1] ^ 1,))
    moved = data[:1_090] + bytes((data[1_090] ^ 1,)) + data[1_091:]
    for seed, info, sealed in [
        (bytes(32), INFO, data),
        (SEED, INFO + b"x", data),
        (SEED, INFO, changed),
        (SEED, INFO, moved),
        (SEED, INFO, data[:1_120]),
    ]:
        answer = mirror.ask("hpke.open", seed=hexed(seed), info=hexed(info), sealed=hexed(sealed))
        assert "error" in answer


FRAME = m.Frame(7, True, False, 1, 640, 480, 0, 0, 640, 480, 12, b"a plain picture" * 40)
MOVE = m.CursorAt(3, 4, True, 1)


def written(mirror: Any) -> list[bytes]:
    frame = {
        "kind": "Frame", "frame": 7, "isKey": True, "isSharp": False, "monitor": 1, "width": 640, "height": 480,
        "damageX": 0, "damageY": 0, "damageWidth": 640, "damageHeight": 480, "tMs": 12, "data": hexed(FRAME.data),
    }  # fmt: skip
    move = {"kind": "CursorAt", "x": 3, "y": 4, "isVisible": True, "shape": 1}
    chunks = [[{"ms": 0, "message": frame}], [{"ms": 70_000, "message": move}, {"ms": 70_001, "message": move}]]
    sealed = mirror.ask("tape.write", publicKey=hexed(public(mirror)), info=hexed(INFO), chunks=chunks)
    return [bytes.fromhex(chunk["hex"]) for chunk in sealed]


def file_of(chunks: list[bytes]) -> dict[str, str]:
    return hexed(b"".join(len(chunk).to_bytes(4, "big") + chunk for chunk in chunks))


def test_a_tape_is_what_its_documentation_says(mirror: Any) -> None:
    head, first, last = written(mirror)
    key = AESGCM(SUITE.decrypt(head, private(SEED), INFO))
    plain = key.decrypt((1).to_bytes(12, "big"), first, b"\0")
    raw = m.encode(FRAME)
    assert plain == (0).to_bytes(4, "big") + len(raw).to_bytes(4, "big") + raw
    plain = key.decrypt((2).to_bytes(12, "big"), last, b"\1")
    raw = m.encode(MOVE)
    assert plain == b"".join(ms.to_bytes(4, "big") + len(raw).to_bytes(4, "big") + raw for ms in (70_000, 70_001))
    assert b"a plain picture" not in b"".join((head, first, last))


def test_a_tape_is_read_back_and_says_whether_its_end_is_there(mirror: Any) -> None:
    chunks = written(mirror)
    told = mirror.ask("tape.read", file=file_of(chunks), seed=hexed(SEED), info=hexed(INFO))
    assert told["isWhole"] is True
    assert [item["ms"] for item in told["items"]] == [0, 70_000, 70_001]
    assert told["items"][0]["message"]["data"] == hexed(FRAME.data)
    cut = mirror.ask("tape.read", file=file_of(chunks[:2]), seed=hexed(SEED), info=hexed(INFO))
    assert (cut["isWhole"], len(cut["items"])) == (False, 1)
    whole = file_of(chunks)["hex"]
    torn = mirror.ask("tape.read", file={"hex": whole[:-20]}, seed=hexed(SEED), info=hexed(INFO))
    assert (torn["isWhole"], len(torn["items"])) == (False, 1)


def test_a_tape_that_was_tampered_with_does_not_open(mirror: Any) -> None:
    head, first, last = written(mirror)
    other = written(mirror)
    for chunks in (
        [head, last, first],
        [head, first, first, last],
        [head, last],
        [head, first, last, last],
        [head, first, other[2]],
        [other[0], first, last],
        [head, first[:-1] + bytes((first[-1] ^ 1,)), last],
    ):
        answer = mirror.ask("tape.read", file=file_of(chunks), seed=hexed(SEED), info=hexed(INFO))
        assert answer.get("error"), [len(chunk) for chunk in chunks]


def test_the_key_file_opens_with_its_password_alone(mirror: Any) -> None:
    made = mirror.ask("recordingKey.make", password="ein langes Kennwort")
    seed = mirror.ask("recordingKey.open", text=made["text"], password="ein langes Kennwort")
    assert mirror.ask("hpke.publicOf", seed=seed) == made["publicKey"]
    kept = json.loads(made["text"])
    assert base64.b64decode(kept["public_key"]).hex() == made["publicKey"]["hex"]
    assert seed["hex"] not in made["text"]
    assert mirror.ask("recordingKey.open", text=made["text"], password="ein langes kennwort")["code"] == "password"
    swapped = made["text"].replace(kept["public_key"][:8], "AAAAAAAA")
    assert mirror.ask("recordingKey.open", text=swapped, password="ein langes Kennwort")["code"] == "file"
    for text in ("", "{}", "[]", '{"beistand_recording_key": 1}', made["text"].replace("600000", "1e99")):
        assert mirror.ask("recordingKey.open", text=text, password="x")["code"] == "file"
