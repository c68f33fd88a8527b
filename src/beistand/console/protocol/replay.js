// @ts-check
// Sequence, acknowledge, replay under the seal (docs/protocol.md section 4). Mirrors protocol/replay.py.
import { u32, readU32 } from "./bytes.js";
import { LocalError, PeerError } from "./errors.js";
import { ACK, RECORD, RESUME, encode } from "./wire.js";

const KEEP_BYTES = 8 * 1024 * 1024;
const ACK_RECORDS = 16;
const ACK_BYTES = 64 * 1024;
const SEQ_LIMIT = 2 ** 32;

/** One end's memory of what it sent and what it has received. */
export class Replay {
  constructor() {
    this.nextOut = 0;
    /** @type {Uint8Array[]} records [firstKept, nextOut) */
    this.kept = [];
    this.firstKept = 0;
    this.keptBytes = 0;
    this.nextIn = 0;
    this.unackedRecords = 0;
    this.unackedBytes = 0;
    // After a re-join until the other end has said what it has: nothing new leaves, and only RESUME is read.
    this.isWaiting = false;
  }

  get isFull() {
    return this.keptBytes >= KEEP_BYTES;
  }

  /** Numbers a sealed record and keeps it until acknowledged. @param {Uint8Array} sealed @returns {Uint8Array} */
  send(sealed) {
    if (this.nextOut >= SEQ_LIMIT) throw new LocalError("a session cannot send more than 2^32 records");
    const frame = encode(RECORD, u32(this.nextOut), sealed);
    this.nextOut += 1;
    this.kept.push(sealed);
    this.keptBytes += sealed.length;
    return frame;
  }

  /** @param {import("./wire.js").Frame} frame @returns {{records: Uint8Array[], reply: Uint8Array[]}} */
  receive(frame) {
    const seq = readU32(frame.body, 0);
    if (frame.kind === RECORD) return this.record(seq, frame.body.subarray(4));
    if (frame.kind === ACK) {
      this.forgetBelow(seq);
      return { records: [], reply: [] };
    }
    if (frame.kind === RESUME) {
      this.forgetBelow(seq);
      this.isWaiting = false;
      const reply = this.kept.map((sealed, i) => encode(RECORD, u32(this.firstKept + i), sealed));
      return { records: [], reply };
    }
    throw new LocalError(`replay does not read frames of kind ${frame.kind}`);
  }

  /** What to say first after a re-join. */
  resume() {
    this.unackedRecords = this.unackedBytes = 0;
    this.isWaiting = true;
    return encode(RESUME, u32(this.nextIn));
  }

  /** The acknowledgement that is due, if any. @returns {Uint8Array | null} */
  flushAck() {
    if (this.unackedRecords === 0) return null;
    this.unackedRecords = this.unackedBytes = 0;
    return encode(ACK, u32(this.nextIn));
  }

  /** @param {number} seq @param {Uint8Array} sealed */
  record(seq, sealed) {
    if (seq < this.nextIn) return { records: [], reply: [] }; // had it already: a replay after a resume
    if (seq > this.nextIn) throw new PeerError("sequence", "A part of the session was lost on the way.");
    this.nextIn += 1;
    this.unackedRecords += 1;
    this.unackedBytes += sealed.length;
    /** @type {Uint8Array[]} */
    const reply = [];
    if (this.unackedRecords >= ACK_RECORDS || this.unackedBytes >= ACK_BYTES) {
      const ack = this.flushAck();
      if (ack) reply.push(ack);
    }
    return { records: [sealed], reply };
  }

  /** @param {number} seq */
  forgetBelow(seq) {
    if (seq > this.nextOut || seq < this.firstKept) {
      throw new PeerError("sequence", "The other end acknowledged what it cannot have received.");
    }
    for (const sealed of this.kept.splice(0, seq - this.firstKept)) this.keptBytes -= sealed.length;
    this.firstKept = seq;
  }
}
