// Rendezvous frames: exactly the table of the document, nothing besides.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalError, PeerError } from "../../src/beistand/console/protocol/errors.js";
import { decode, encode } from "../../src/beistand/console/protocol/rendezvous.js";

const GOOD = [
  { kind: "join", version: 1, nameplate: "123456", language: "de" },
  { kind: "attach", ticket: "t-1" },
  { kind: "rejoin", token: "a.b" },
  { kind: "joined", role: "technician", origin: "https://x", organisation: "7", resume: "a.b", expires_seconds: 600 },
  { kind: "peer", state: "back" },
  { kind: "ring", why: "failed_guess" },
  { kind: "confirmed" },
  { kind: "dead" },
  { kind: "fact", name: "level", data: { level: 2, text: "a:\"b\\\": {", isOn: true } },
  { kind: "ended", by: "customer", why: "stop" },
  { kind: "refused", code: "too_slow" },
  { kind: "closed", code: "guesses" },
  { kind: "drain" },
];
const raw = (text) => new TextEncoder().encode(text);
const refuses = (data) =>
  assert.throws(() => decode(data), (error) => error instanceof PeerError && error.code === "rendezvous", new TextDecoder().decode(data));

test("every kind comes back as it went", () => {
  for (const frame of GOOD) assert.deepEqual(decode(encode(frame)), frame);
});

test("a missing, an additional and a wrong field are refused", () => {
  for (const frame of GOOD) {
    refuses(raw(JSON.stringify({ ...frame, more: 1 })));
    for (const name of Object.keys(frame)) {
      const { [name]: _gone, ...rest } = frame;
      refuses(raw(JSON.stringify(rest)));
      refuses(raw(JSON.stringify({ ...frame, [name]: null })));
    }
  }
});

test("what is no JSON object of ours is refused", () => {
  const texts = ["", "[]", "null", "3", '"peer"', '{"kind":"peer"', '{"kind":"nobody"}', '{"kind":"__proto__"}', '{"kind":"constructor"}'];
  for (const text of texts) refuses(raw(text));
  refuses(raw('{"kind":"peer","state":"left","state":"back"}'));
  refuses(raw('{"kind":"join","version":1.0,"nameplate":"123","language":"de"}'));
  refuses(raw('{"kind":"join","version":1,"nameplate":"1２3","language":"de"}'));
  refuses(raw('{"kind":"attach","ticket":"a\\u202eb"}'));
  refuses(raw(`{"kind":"attach","ticket":"${"a".repeat(5000)}"}`));
  refuses(Uint8Array.of(0x7b, 0xff, 0x7d));
});

test("facts stay flat and few", () => {
  const fact = (data) => raw(JSON.stringify({ kind: "fact", name: "n", data }));
  refuses(fact({ a: {} }));
  refuses(fact({ a: [1] }));
  refuses(fact({ a: 0.5 }));
  refuses(fact({ "": 1 }));
  refuses(fact({ a: "x".repeat(2001) }));
  refuses(fact(Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`k${i}`, i]))));
});

test("our own nonsense is our fault", () => {
  assert.throws(() => encode({ kind: "peer", state: "gone" }), LocalError);
});
