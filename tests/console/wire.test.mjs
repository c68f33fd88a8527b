// Stream frames, replay and the joining of pieces, on their own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { concat } from "../../src/beistand/console/protocol/bytes.js";
import { LocalError, PeerError } from "../../src/beistand/console/protocol/errors.js";
import { Joiner, split } from "../../src/beistand/console/protocol/messages.js";
import { Replay } from "../../src/beistand/console/protocol/replay.js";
import { ACK, FrameReader, HANDSHAKE, MAX_BODY, RECORD, RESUME, encode } from "../../src/beistand/console/protocol/wire.js";

const bytes = (count, fill = 7) => new Uint8Array(count).fill(fill);
const isPeerError = (code) => (error) => error instanceof PeerError && error.code === code;
const stream = () => concat(encode(HANDSHAKE, bytes(1)), encode(RECORD, bytes(900, 3)), encode(ACK, bytes(4)), encode(RESUME, bytes(4)));

test("any cut of a stream gives the same frames", () => {
  const whole = stream();
  const expected = new FrameReader().feed(whole);
  assert.deepEqual(expected.map((frame) => [frame.kind, frame.body.length]), [[1, 1], [2, 900], [3, 4], [4, 4]]);
  for (const size of [1, 2, 3, 4, 5, 7, 64, 903, 904, 905]) {
    const reader = new FrameReader();
    const frames = [];
    for (let at = 0; at < whole.length; at += size) frames.push(...reader.feed(whole.slice(at, at + size)));
    assert.deepEqual(frames, expected, `cut into pieces of ${size}`);
  }
});

test("a frame that came whole is not copied", () => {
  const whole = stream();
  for (const frame of new FrameReader().feed(whole)) assert.equal(frame.body.buffer, whole.buffer);
});

test("limits are checked on the header alone, cut or not", () => {
  const header = (kind, length) => Uint8Array.of(kind, length >> 16, (length >> 8) & 255, length & 255);
  for (const [kind, length] of [[0, 4], [5, 4], [HANDSHAKE, 0], [HANDSHAKE, 8193], [RECORD, 3], [RECORD, 65601], [ACK, 5], [RESUME, 3]]) {
    const bad = header(kind, length);
    assert.throws(() => new FrameReader().feed(bad), isPeerError("frame"));
    const reader = new FrameReader();
    reader.feed(bad.slice(0, 3));
    assert.throws(() => reader.feed(bad.slice(3)), isPeerError("frame"));
  }
  assert.throws(() => encode(RECORD, bytes(MAX_BODY[RECORD] + 1)), LocalError);
  assert.throws(() => encode(9, bytes(4)), LocalError);
});

const frameOf = (data) => new FrameReader().feed(data)[0];

test("replay sends again what was not acknowledged, in order, and drops what it already had", () => {
  const [one, other] = [new Replay(), new Replay()];
  const sent = [1, 2, 3, 4].map((fill) => one.send(bytes(5, fill)));
  other.receive(frameOf(sent[0]));
  other.receive(frameOf(sent[1])); // 3 and 4 were under way
  one.resume();
  assert.ok(one.isWaiting);
  const { reply } = one.receive(frameOf(other.resume()));
  assert.ok(!one.isWaiting);
  assert.deepEqual(reply, [sent[2], sent[3]]);
  assert.deepEqual(other.receive(frameOf(sent[1])).records, []);
  const got = reply.flatMap((data) => other.receive(frameOf(data)).records);
  assert.deepEqual(got.map((record) => record[0]), [3, 4]);
});

test("a gap and an impossible acknowledgement end the stream", () => {
  const [one, other] = [new Replay(), new Replay()];
  one.send(bytes(5));
  assert.throws(() => other.receive(frameOf(one.send(bytes(5)))), isPeerError("sequence"));
  assert.throws(() => one.receive(frameOf(encode(ACK, Uint8Array.of(0, 0, 0, 3)))), isPeerError("sequence"));
  one.receive(frameOf(encode(ACK, Uint8Array.of(0, 0, 0, 2))));
  assert.throws(() => one.receive(frameOf(encode(ACK, Uint8Array.of(0, 0, 0, 1)))), isPeerError("sequence"));
});

test("an acknowledgement after sixteen records, 64 KiB or a flush, and memory that is given back", () => {
  const [one, other] = [new Replay(), new Replay()];
  for (let i = 1; i <= 16; i++) {
    const { reply } = other.receive(frameOf(one.send(bytes(5))));
    assert.equal(reply.length, i === 16 ? 1 : 0);
    for (const ack of reply) one.receive(frameOf(ack));
  }
  assert.equal(one.keptBytes, 0);
  assert.equal(other.flushAck(), null);
  assert.equal(other.receive(frameOf(one.send(bytes(40_000)))).reply.length, 0);
  assert.equal(other.receive(frameOf(one.send(bytes(40_000)))).reply.length, 1);
  other.receive(frameOf(one.send(bytes(5))));
  assert.deepEqual(other.flushAck(), encode(ACK, Uint8Array.of(0, 0, 0, 19)));
  for (let i = 0; i < 140 && !one.isFull; i++) one.send(bytes(60_000));
  assert.ok(one.isFull);
});

const picture = (count) => ({
  kind: "Frame", frame: 1, isKey: true, isSharp: false, monitor: 0, width: 2, height: 1,
  damageX: 0, damageY: 0, damageWidth: 2, damageHeight: 1, tMs: 9, data: bytes(count, 5),
});

test("a big message is cut into pieces and joined again, channels apart", () => {
  const joiner = new Joiner("host");
  const pieces = split(picture(130_000));
  assert.equal(pieces.length, 3);
  assert.equal(joiner.add(pieces[0].channel, pieces[0].piece), null);
  const [chat] = split({ kind: "Chat", text: "grüß Gott" });
  assert.deepEqual(joiner.add(chat.channel, chat.piece), { kind: "Chat", text: "grüß Gott" });
  assert.equal(joiner.add(pieces[1].channel, pieces[1].piece), null);
  assert.deepEqual(joiner.add(pieces[2].channel, pieces[2].piece), picture(130_000));
});

test("a message over its channel's limit is refused before it is whole", () => {
  const joiner = new Joiner("technician");
  const piece = concat(Uint8Array.of(0), bytes(5000));
  joiner.add(1, piece);
  assert.throws(() => joiner.add(1, piece), isPeerError("message"));
  assert.throws(() => new Joiner("host").add(4, piece), isPeerError("message"));
  assert.throws(() => new Joiner("host").add(0, Uint8Array.of(2, 9)), isPeerError("message"));
  assert.throws(() => new Joiner("host").add(0, new Uint8Array(0)), isPeerError("message"));
});
