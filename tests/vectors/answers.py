"""The protocol by name: the same table as tests/console/answers.mjs, in Python. `answer` runs one entry of a vector.

Bytes stand in JSON as {"hex": ...}; {"hex": ..., "times": n} is that n times over and {"repeat": "a", "times": n} a
text, so that limits can be tried without long files; long bytes of an answer stand as {"sha256": ..., "bytes": count}.
Names of fields are those of the JavaScript (camelCase), as the JSON is one for both.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

from beistand.protocol import identity, passkey, rendezvous, wire
from beistand.protocol.e2e import keys, messages, number
from beistand.protocol.e2e.channel import Opener, Sealer
from beistand.protocol.e2e.handshake import CustomerHandshake, MlKem768, TechnicianHandshake
from beistand.protocol.errors import LocalError, PeerError
from beistand.protocol.replay import Received, Replay

MESSAGES = {cls.__name__: cls for cls, _channel, _who in messages.TABLE.values()}
LONG_HEX = 5_000
ASSERTION = ("authenticator_data", "client_data", "signature")
STEPS = {"start": "start", "resume": "resume", "flushAck": "flush_ack"}
STEPS |= {f"onM{index}": f"on_m{index}" for index in range(5)}


def camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def hexed(data: bytes, times: int = 1) -> dict[str, Any]:
    return {"hex": data.hex()} if times == 1 else {"hex": data.hex(), "times": times}


def plain(value: Any) -> Any:
    """A result as JSON: bytes as hex, dataclasses as objects."""
    if isinstance(value, bytes):
        return hexed(value)
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {camel(spec.name): plain(getattr(value, spec.name)) for spec in fields(value)}
    return value


def short(value: Any) -> Any:
    """An answer as it stands in a file: long bytes by their hash."""
    if isinstance(value, list):
        return [short(item) for item in value]
    if isinstance(value, dict):
        text = value.get("hex")
        if isinstance(text, str) and len(text) > LONG_HEX:
            raw = bytes.fromhex(text)
            return {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}
        return {key: short(item) for key, item in value.items()}
    return value


def rich(value: Any) -> Any:
    """The other way: bytes out of hex, the rest as it is."""
    if isinstance(value, list):
        return [rich(item) for item in value]
    if isinstance(value, dict):
        if isinstance(value.get("hex"), str):
            return bytes.fromhex(value["hex"] * value.get("times", 1))
        if "repeat" in value:
            return value["repeat"] * value["times"]
        return {key: rich(item) for key, item in value.items()}
    return value


def named(message: Any) -> Any:
    """A message as the object with its kind."""
    return None if message is None else {"kind": type(message).__name__, **plain(message)}


def message_of(content: dict[str, Any]) -> Any:
    """The dataclass of a message given as an object."""
    return _filled(MESSAGES[content["kind"]], content)


def _filled(cls: type, content: dict[str, Any]) -> Any:
    values = {}
    for spec in fields(cls):
        value = content[camel(spec.name)]
        is_list = spec.metadata["wire"] == "list"
        values[spec.name] = tuple(_filled(spec.metadata["item"], one) for one in value) if is_list else value
    return cls(**values)


def drawn(given: list[bytes]) -> Callable[[int], bytes]:
    """What a source of randomness gives, in order."""
    rest = list(given)

    def random(count: int) -> bytes:
        following = rest.pop(0)
        assert len(following) == count
        return following

    return random


class RecordedKem(MlKem768):
    """ML-KEM with the vector's encapsulation, as `cryptography` takes no seed for it; a malformed key is refused."""

    def __init__(self, ciphertext: bytes, shared: bytes) -> None:
        self._recorded = shared, ciphertext

    def encapsulate(self, ek: bytes) -> tuple[bytes, bytes]:
        super().encapsulate(ek)
        return self._recorded


def _parse(text: str) -> dict[str, str]:
    one = number.parse(text)
    return {"nameplate": one.nameplate, "secret": one.secret}


def _make(nameplate: str, source: list[int]) -> dict[str, str]:
    rest = iter(source)
    one = number.make(nameplate, lambda _count: bytes((next(rest),)))
    return {"nameplate": one.nameplate, "secret": one.secret}


def _spoken(number_: dict[str, str]) -> str:
    return number.spoken(number.SessionNumber(number_["nameplate"], number_["secret"]))


def _bound(given: dict[str, Any]) -> identity.Bound:
    known = (given["share"], given["organisation"], given["route"], given["utcSeconds"])
    return identity.Bound(*known, given.get("origin", ""))


def _proven(ident: bytes, bound: dict[str, Any], root: bytes | None, demand: dict[str, Any]) -> identity.Who:
    """What the customer's program alone does; the console only makes what it checks (`passkey.joined`)."""
    wanted = identity.Demand(demand["leastRoster"], demand["mustBePerson"])
    return identity.verify(ident, _bound(bound), root, wanted)


def _with_passkey(ident: str, entry: dict[str, str], assertion: dict[str, bytes]) -> str:
    """What the console makes of the server's ident; only tests do it in Python."""
    fields = {name: base64.b64encode(assertion[camel(name)]).decode() for name in ASSERTION}
    proof = {"roster": entry["text"], "roster_signature": entry["signature"], **fields}
    return identity.write(json.loads(ident) | {"passkey": proof})


def _handshake(given: dict[str, Any]) -> dict[str, Any]:
    random, secret, ci, info = drawn(given["random"]), given["secret"], given["ci"], given["info"]
    hand: Any
    if given["role"] == "customer":
        recorded = given["encapsulation"]
        kem = RecordedKem(recorded["ciphertext"], recorded["shared"])
        hand = CustomerHandshake(secret, ci, info, random, kem)
    else:
        hand = TechnicianHandshake(secret, ci, info, random)
    said = [getattr(hand, STEPS[step])(*message) for step, *message in given["steps"]]
    told = {"ident": hand.ident} if given["role"] == "customer" else {"info": hand.info2}
    return {"said": said, "keys": hand.keys, **told}


def _replay(steps: list[list[Any]]) -> list[Any]:
    replay, out = Replay(), []
    for step, *data in steps:
        if step == "receive":
            (frame,) = wire.FrameReader().feed(data[0])
            out.append(replay.receive(frame))
        else:
            out.append(replay.send(data[0]) if step == "send" else getattr(replay, STEPS[step])())
    return [_replayed(one) for one in out]


def _replayed(one: Received | wire.Frame | None) -> Any:
    if isinstance(one, Received):
        return {"records": one.records, "reply": [wire.encode(frame) for frame in one.reply]}
    return one and wire.encode(one)


def _fed(pieces: list[bytes]) -> list[wire.Frame]:
    reader = wire.FrameReader()
    return [frame for piece in pieces for frame in reader.feed(piece)]


def _joined(sender: str, records: list[dict[str, Any]]) -> list[Any]:
    joiner = messages.Joiner(sender)
    return [named(joiner.add(record["channel"], record["data"])) for record in records]


def _sealed(secret: bytes, rekey: int, records: list[dict[str, Any]]) -> list[bytes]:
    sealer = Sealer(secret, rekey)
    return [sealer.seal(record["channel"], record["data"]) for record in records]


def _opened(secret: bytes, rekey: int, records: list[bytes]) -> list[dict[str, Any]]:
    opener = Opener(secret, rekey)
    return [{"channel": channel, "data": data} for channel, data in map(opener.open, records)]


def _frame_of(frame: dict[str, Any]) -> Any:
    return rendezvous.KINDS[frame["kind"]](**{name: value for name, value in frame.items() if name != "kind"})


def _named_frame(data: bytes) -> dict[str, Any]:
    frame = rendezvous.decode(data)
    kind = next(name for name, cls in rendezvous.KINDS.items() if cls is type(frame))
    return {"kind": kind, **{spec.name: getattr(frame, spec.name) for spec in fields(frame)}}


ANSWERS: dict[str, Callable[..., Any]] = {
    "number.parse": _parse,
    "number.make": _make,
    "number.spoken": lambda number: _spoken(number),
    "number.damm": lambda digits: number.damm(digits),
    "keys.lv": lambda parts: keys.lv(*parts),
    "keys.splitLv": lambda data, count: keys.split_lv(data, count),
    "keys.channelIdentifier": keys.channel_identifier,
    "keys.expand": keys.expand,
    "identity.toSign": identity.to_sign,
    "identity.verify": lambda ident, bound, root: identity.verify(ident, _bound(bound), root),
    "passkey.challenge": lambda share: passkey.challenge(share),
    "passkey.joined": _with_passkey,
    "passkey.verify": _proven,
    "handshake.run": lambda **given: _handshake(given),
    "channel.seal": _sealed,
    "channel.open": _opened,
    "wire.encode": lambda kind, body: wire.encode(wire.Frame(kind, body)),
    "wire.feed": _fed,
    "replay.run": _replay,
    "rendezvous.encode": lambda frame: rendezvous.encode(_frame_of(frame)),
    "rendezvous.decode": _named_frame,
    "messages.encode": lambda message: messages.encode(message_of(message)),
    "messages.decode": lambda channel, sender, data: named(messages.decode(channel, sender, data)),
    "messages.split": lambda message: [{"channel": c, "piece": p} for c, p in messages.split(message_of(message))],
    "messages.join": _joined,
}


def answer(name: str, given: dict[str, Any]) -> Any:
    """The answer to one entry, or {"error": class, "code": ..., "sentence": ...}."""
    try:
        return plain(ANSWERS[name](**rich(given)))
    except PeerError as error:
        return {"error": "PeerError", "code": error.code, "sentence": error.sentence}
    except number.NumberError as error:
        return {"error": "NumberError", "code": error.code, "sentence": str(error)}
    except (ValueError, LocalError) as error:
        kind = "LocalError" if isinstance(error, LocalError) else "Error"
        return {"error": kind, "sentence": str(error)}
