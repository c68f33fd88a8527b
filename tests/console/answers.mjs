// The console's protocol code by name: what the mirror (mirror.mjs) and the vectors (vectors.test.mjs) call.
// tests/vectors/answers.py is the same table in Python. Bytes stand in JSON as {"hex": ...}; {"hex": ..., "times": n} is
// that n times over, so that limits can be tried without long files.
import { randomBytes } from "node:crypto";
import * as bytes from "../../src/beistand/console/protocol/bytes.js";
import { Opener, Sealer } from "../../src/beistand/console/protocol/channel.js";
import { CustomerHandshake, TechnicianHandshake } from "../../src/beistand/console/protocol/handshake.js";
import * as identity from "../../src/beistand/console/protocol/identity.js";
import * as keys from "../../src/beistand/console/protocol/keys.js";
import * as messages from "../../src/beistand/console/protocol/messages.js";
import * as number from "../../src/beistand/console/protocol/number.js";
import * as passkey from "../../src/beistand/console/protocol/passkey.js";
import * as pake from "../../src/beistand/console/protocol/pake.js";
import { CustomerPeer, TechnicianPeer } from "../../src/beistand/console/protocol/peer.js";
import { TABLE as RECORDING } from "../../src/beistand/console/protocol/recording.js";
import * as hpke from "../../src/beistand/console/recording/hpke.js";
import * as recordingKey from "../../src/beistand/console/recording/key.js";
import * as tape from "../../src/beistand/console/recording/tape.js";
import * as rendezvous from "../../src/beistand/console/protocol/rendezvous.js";
import { Replay } from "../../src/beistand/console/protocol/replay.js";
import { TABLE } from "../../src/beistand/console/protocol/session.js";
import * as wire from "../../src/beistand/console/protocol/wire.js";

const unhex = (text) => new Uint8Array(Buffer.from(text, "hex"));
const random = (count) => new Uint8Array(randomBytes(count));

/** Bytes anywhere in an answer become {"hex": ...}. */
export function plain(value) {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

/** The other way. */
export function rich(value) {
  if (Array.isArray(value)) return value.map(rich);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.repeat === "string") return value.repeat.repeat(value.times);
  if (typeof value.hex === "string") return unhex(value.hex.repeat(value.times ?? 1));
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, rich(entry)]));
}

let peer;
let events = [];
const told = () => events.splice(0);

/** What a source of randomness gives, in order; asking for more or for another length is an error. */
function drawn(given) {
  const rest = [...given];
  return (count) => {
    const next = rest.shift();
    if (next?.length !== count) throw new Error(`the vector holds no ${count} random bytes here`);
    return next;
  };
}

export const ANSWERS = {
  "number.parse": ({ text }) => number.parse(text),
  "number.make": ({ nameplate, source }) => {
    let at = 0;
    return number.make(nameplate, (count) => source.slice(at, (at += count)));
  },
  "number.spoken": ({ number: given }) => number.spoken(given),
  "number.damm": ({ digits }) => number.damm(digits),
  "keys.lv": ({ parts }) => keys.lv(...parts),
  "keys.splitLv": ({ data, count }) => keys.splitLv(data, count),
  "keys.channelIdentifier": ({ origin, organisation, nameplate }) => keys.channelIdentifier(origin, organisation, nameplate),
  "keys.expand": ({ prk, label, length }) => keys.expand(prk, label, length),
  "identity.toSign": ({ kind, share, text }) => identity.toSign(kind, share, text),
  "identity.verify": ({ ident, bound, root }) => identity.verify(ident, bound, root),
  "passkey.challenge": ({ share }) => passkey.challenge(share),
  "passkey.joined": ({ ident, entry, assertion }) => passkey.joined(ident, entry, assertion),
  "pake.share": ({ prs, ci, sid, scalar }) => pake.share(prs, ci, sid, scalar),
  "pake.generator": ({ prs, ci, sid }) => pake.generator(prs, ci, sid),
  "pake.sharedSecret": ({ scalar, share }) => pake.sharedSecret(scalar, share),
  "pake.sessionKey": ({ sid, secret, initiator, responder }) => pake.sessionKey(sid, secret, initiator, responder),
  "rendezvous.encode": ({ frame }) => rendezvous.encode(frame),
  "rendezvous.decode": ({ data }) => rendezvous.decode(data),
  "messages.encode": ({ message }) => messages.encode(message),
  "messages.decode": ({ channel, sender, data }) => messages.decode(channel, sender, data),
  "messages.split": ({ message }) => messages.split(message),
  "wire.feed": ({ pieces }) => {
    const reader = new wire.FrameReader();
    return pieces.flatMap((piece) => reader.feed(piece));
  },
  "wire.encode": ({ kind, body }) => wire.encode(kind, body),
  "messages.join": ({ sender, records }) => {
    const joiner = new messages.Joiner(sender);
    return records.map(({ channel, data }) => joiner.add(channel, data));
  },
  "replay.run": ({ steps }) => {
    const replay = new Replay();
    const read = (data) => new wire.FrameReader().feed(data)[0];
    return steps.map(([step, data]) => {
      if (step === "receive") return replay.receive(read(data));
      return step === "send" ? replay.send(data) : replay[step]();
    });
  },
  "handshake.run": ({ role, secret, ci, info, random: given, encapsulation, steps }) => {
    const isCustomer = role === "customer";
    const random = drawn(isCustomer ? [...given, encapsulation.seed] : given);
    const hand = new (isCustomer ? CustomerHandshake : TechnicianHandshake)(secret, ci, info, random);
    const said = steps.map(([step, message]) => hand[step](message) ?? null);
    const told = isCustomer ? { ident: hand.ident } : { info: hand.info2 };
    return { said, keys: hand.keys, ...told };
  },
  "session.table": () => TABLE,
  "recording.table": () => RECORDING,
  "hpke.publicOf": ({ seed }) => hpke.publicOf(seed),
  "hpke.seal": ({ publicKey, info, message }) => hpke.seal(publicKey, info, message, random),
  "hpke.open": ({ seed, info, sealed }) => hpke.open(seed, info, sealed),
  "recordingKey.make": ({ password }) => recordingKey.makeKey(password, "Muster IT", random),
  "recordingKey.open": ({ text, password }) => recordingKey.openKey(text, password),
  "tape.write": async ({ publicKey, info, chunks }) => {
    const writer = await tape.TapeWriter.begin(publicKey, info, random);
    const out = [writer.head];
    for (const [at, messages] of chunks.entries()) {
      for (const { ms, message } of messages) writer.add(message, ms);
      out.push(await writer.cut(at === chunks.length - 1));
    }
    return out;
  },
  "tape.read": ({ file, seed, info }) => tape.readTape(file, seed, info),
  "channel.seal": async ({ secret, rekey, records }) => {
    const sealer = new Sealer(secret, rekey);
    return Promise.all(records.map(({ channel, data }) => sealer.seal(channel, data))); // calls overlap on purpose
  },
  "channel.open": async ({ secret, rekey, records }) => {
    const opener = new Opener(secret, rekey);
    const out = [];
    for (const record of records) out.push(await opener.open(record));
    return out;
  },
  "peer.new": ({ role, secret, ci, info }) => {
    peer = new (role === "technician" ? TechnicianPeer : CustomerPeer)(secret, ci, info, random);
    events = [];
  },
  "peer.start": () => peer.start(),
  "peer.receive": async ({ data }) => {
    await peer.receive(data, (event) => events.push(event));
    return told();
  },
  "peer.send": async ({ messages: all }) => bytes.concat(...(await Promise.all(all.map((one) => peer.send(one))))),
  "peer.flush": () => peer.flush() ?? new Uint8Array(0),
  "peer.exporter": () => peer.exporter,
  "peer.linkLost": () => peer.linkLost(),
  "peer.resume": () => peer.resume(),
};

/** The answer to one request, or {"error": class, "code": ..., "sentence": ...}. */
export async function answer(name, given) {
  try {
    return plain((await ANSWERS[name](rich(given))) ?? null);
  } catch (error) {
    if (error instanceof TypeError || error instanceof ReferenceError) throw error;
    return { error: error.constructor.name, code: error.code, sentence: error.sentence ?? error.message };
  }
}
