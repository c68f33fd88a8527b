// Two peers in one process: order, interruptions, wrong numbers, a hostile relay.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { LocalError, PeerError } from "../../src/beistand/console/protocol/errors.js";
import { CustomerPeer, TechnicianPeer } from "../../src/beistand/console/protocol/peer.js";
import { RESUME } from "../../src/beistand/console/protocol/wire.js";

const random = (count) => new Uint8Array(randomBytes(count));
const CI = new Uint8Array(9);
const isPeerError = (code) => (error) => error instanceof PeerError && error.code === code;

/** Both ends and a relay between them that delivers at once. */
class Pair {
  constructor(secretC = "123456", secretT = "123456") {
    this.customer = new CustomerPeer(secretC, CI, random(20), random);
    this.technician = new TechnicianPeer(secretT, CI, random(30), random);
    this.seen = { customer: [], technician: [] };
  }

  /** Delivers to an end; what it says goes back to the other, until all are silent. */
  async deliver(name, data) {
    const other = name === "customer" ? "technician" : "customer";
    const replies = [];
    await this[name].receive(data, (event) => (event.type === "outgoing" ? replies.push(event.data) : this.seen[name].push(event)));
    for (const reply of replies) await this.deliver(other, reply);
  }

  async confirm() {
    await this.deliver("technician", this.customer.start());
    return this;
  }

  messages(name) {
    return this.seen[name].filter((event) => event.type === "got").map((event) => event.message);
  }
}

const chat = (i) => ({ kind: "Chat", text: `number ${i}` });
const texts = (messages) => messages.map((message) => message.text);
const names = (count, from = 0) => Array.from({ length: count }, (_, i) => `number ${from + i}`);

test("a handshake proves both ends and gives both the same exporter", async () => {
  const pair = await new Pair().confirm();
  assert.deepEqual(pair.seen.technician.map((event) => event.type), ["attempt", "confirmed"]);
  assert.deepEqual(pair.seen.customer.map((event) => event.type), ["confirmed"]);
  assert.deepEqual(pair.customer.exporter, pair.technician.exporter);
  assert.equal(pair.customer.exporter.length, 64);
});

test("a wrong number costs an attempt and ends at the customer", async () => {
  const pair = new Pair("123456", "123457");
  await assert.rejects(pair.confirm(), isPeerError("wrong_number"));
  assert.deepEqual(pair.seen.technician.map((event) => event.type), ["attempt"]);
  assert.ok(!pair.customer.isConfirmed && !pair.technician.isConfirmed);
  await assert.rejects(pair.customer.receive(new Uint8Array(1), () => {}), isPeerError("broken"));
});

test("messages sent without waiting arrive in order, big and small", async () => {
  const pair = await new Pair().confirm();
  const text = "x".repeat(150_000);
  const sent = [chat(0), { kind: "Clipboard", text }, ...names(40, 1).map((name) => ({ kind: "Chat", text: name }))];
  const data = await Promise.all(sent.map((message) => pair.technician.send(message)));
  await Promise.all(data.map((piece) => pair.deliver("customer", piece)));
  assert.deepEqual(pair.messages("customer"), sent);
});

test("received pieces that overlap are told in order", async () => {
  const pair = await new Pair().confirm();
  const data = Buffer.concat(await Promise.all(names(60).map((_, i) => pair.customer.send(chat(i)))));
  const all = [];
  for (let at = 0; at < data.length; at += 11) all.push(pair.technician.receive(data.subarray(at, at + 11), (e) => e.type === "got" && all.got.push(e.message)));
  all.got = [];
  await Promise.all(all);
  assert.deepEqual(texts(all.got), names(60));
});

test("a resume brings what was under way, and what was sent meanwhile, exactly once", async () => {
  const pair = await new Pair().confirm();
  for (let i = 0; i < 3; i++) await pair.deliver("customer", await pair.technician.send(chat(i)));
  await pair.technician.send(chat(3)); // lost with the link
  pair.customer.linkLost();
  pair.technician.linkLost();
  const early = pair.technician.resume();
  const meanwhile = pair.technician.send(chat(4));
  assert.equal((await early)[0], RESUME);
  assert.equal((await meanwhile).length, 0, "nothing leaves before the other end has said what it has");
  const late = await pair.customer.resume();
  await pair.deliver("customer", await early);
  await pair.deliver("technician", late);
  await pair.deliver("customer", await pair.technician.send(chat(5)));
  assert.deepEqual(texts(pair.messages("customer")), names(6));
});

test("a record that was being sealed when the link came back leaves before the RESUME or with the replay", async () => {
  const pair = await new Pair().confirm();
  const order = [];
  await pair.technician.send(chat(0)); // lost
  pair.technician.send(chat(1)).then((data) => order.push(data[0]));
  pair.technician.resume().then((data) => order.push(data[0]));
  const after = pair.technician.send(chat(2)).then((data) => order.push(data.length));
  await after;
  assert.deepEqual(order, [2, RESUME, 0]);
});

test("bytes that were under way before the re-join are dropped", async () => {
  const pair = await new Pair().confirm();
  const stale = await pair.technician.send(chat(0));
  const hello = await pair.customer.resume();
  await pair.deliver("customer", stale);
  await pair.deliver("customer", Uint8Array.of(RESUME, 77, 134, 138, 1, 2, 3)); // the middle of a record looks like anything
  assert.deepEqual(pair.messages("customer"), []);
  await pair.deliver("customer", await pair.technician.resume());
  await pair.deliver("technician", hello);
  await pair.deliver("customer", await pair.technician.send(chat(1)));
  assert.deepEqual(texts(pair.messages("customer")), names(2));
});

test("a changed, a doubled and a dropped record end the session", async () => {
  for (const hurt of [
    (one) => [one.map((byte, i) => (i === 20 ? byte ^ 1 : byte))],
    (one, two) => [two],
    (one, two) => [one, Uint8Array.of(...two.slice(0, 4), ...one.slice(4))],
  ]) {
    const pair = await new Pair().confirm();
    const [one, two] = [await pair.technician.send(chat(0)), await pair.technician.send(chat(1))];
    let error;
    for (const data of hurt(one, two)) await pair.deliver("customer", data).catch((caught) => (error = caught));
    if (error === undefined) {
      assert.deepEqual(texts(pair.messages("customer")), ["number 0"]); // the doubled one was dropped by its number
    } else {
      assert.ok(error instanceof PeerError && ["record", "sequence"].includes(error.code));
      await assert.rejects(pair.deliver("customer", two), isPeerError("broken"));
    }
  }
});

test("what is not ours to send is our fault", async () => {
  assert.throws(() => new Pair().technician.send(chat(0)), LocalError);
  const pair = await new Pair().confirm();
  assert.throws(() => pair.technician.send({ kind: "Paused", isPaused: true }), LocalError);
  assert.throws(() => pair.customer.send({ kind: "PointerMove", x: 1, y: 1 }), LocalError);
});
