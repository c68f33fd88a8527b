// Runs the console's protocol code for Python: one JSON request a line on stdin, one JSON answer a line on stdout.
// Bytes travel as hex: in requests under names that end with "_hex", in answers as {"hex": ...}.
import { createInterface } from "node:readline";
import { randomBytes } from "node:crypto";
import * as bytes from "../../src/beistand/console/protocol/bytes.js";
import { Opener, Sealer } from "../../src/beistand/console/protocol/channel.js";
import * as keys from "../../src/beistand/console/protocol/keys.js";
import * as messages from "../../src/beistand/console/protocol/messages.js";
import * as number from "../../src/beistand/console/protocol/number.js";
import * as pake from "../../src/beistand/console/protocol/pake.js";
import { CustomerPeer, TechnicianPeer } from "../../src/beistand/console/protocol/peer.js";
import * as rendezvous from "../../src/beistand/console/protocol/rendezvous.js";
import { TABLE } from "../../src/beistand/console/protocol/session.js";
import * as wire from "../../src/beistand/console/protocol/wire.js";

const unhex = (text) => new Uint8Array(Buffer.from(text, "hex"));
const random = (count) => new Uint8Array(randomBytes(count));

/** Bytes anywhere in an answer become {"hex": ...}. */
function plain(value) {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

/** The other way. */
function rich(value) {
  if (Array.isArray(value)) return value.map(rich);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.hex === "string") return unhex(value.hex);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, rich(entry)]));
}

let peer;
let events = [];
const told = () => events.splice(0);

const ANSWERS = {
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
  "session.table": () => TABLE,
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

for await (const line of createInterface({ input: process.stdin })) {
  const { name, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = plain((await ANSWERS[name](rich(given))) ?? null);
  } catch (error) {
    answer = { error: error.constructor.name, code: error.code, sentence: error.sentence ?? error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
