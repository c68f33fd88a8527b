// @ts-check
// Stream frames: kind u8 || length u24 || body (docs/protocol.md section 3). Mirrors protocol/wire.py.
import { LocalError, PeerError } from "./errors.js";

export const HANDSHAKE = 1; // index u8 (0..4 = m0..m4) || bytes
export const RECORD = 2; // seq u32 || sealed record
export const ACK = 3; // next expected seq u32
export const RESUME = 4; // next expected seq u32: the first frame of each side after a re-join

const HEADER_BYTES = 4;
/** @type {Record<number, number>} */
export const MAX_BODY = { [HANDSHAKE]: 8192, [RECORD]: 65600, [ACK]: 4, [RESUME]: 4 };
/** @type {Record<number, number>} */
const MIN_BODY = { [HANDSHAKE]: 1, [RECORD]: 4, [ACK]: 4, [RESUME]: 4 };

/** @typedef {{kind: number, body: Uint8Array}} Frame */

/** @param {number} kind @param {...Uint8Array} parts of the body @returns {Uint8Array} */
export function encode(kind, ...parts) {
  let size = 0;
  for (const part of parts) size += part.length;
  if (!(kind in MAX_BODY) || size < MIN_BODY[kind] || size > MAX_BODY[kind]) {
    throw new LocalError(`a stream frame of kind ${kind} cannot carry ${size} bytes`);
  }
  const out = new Uint8Array(HEADER_BYTES + size);
  out[0] = kind;
  out[1] = size >> 16;
  out[2] = (size >> 8) & 255;
  out[3] = size & 255;
  let at = HEADER_BYTES;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Whether a message begins with the header of a RESUME frame. @param {Uint8Array} data */
export const isResume = (data) => data[0] === RESUME && data[1] === 0 && data[2] === 0 && data[3] === MAX_BODY[RESUME];

/** The length that a header announces. PeerError "frame" if it breaks a limit.
 * @param {Uint8Array} header @param {number} at */
function bodyLength(header, at) {
  const kind = header[at];
  const length = (header[at + 1] << 16) | (header[at + 2] << 8) | header[at + 3];
  if (!(kind in MAX_BODY) || length < MIN_BODY[kind] || length > MAX_BODY[kind]) {
    throw new PeerError("frame", `The other end sent a frame of kind ${kind} with ${length} bytes.`);
  }
  return length;
}

/** Cuts a stream into frames; any cut of the stream gives the same frames.
 * A frame that lies whole in what was fed is not copied (its body is a view); of a cut one each byte is copied once. */
export class FrameReader {
  constructor() {
    this.header = new Uint8Array(HEADER_BYTES);
    this.headerFilled = 0;
    /** @type {Uint8Array | null} the body of a frame whose begin came with an earlier piece */
    this.body = null;
    this.bodyFilled = 0;
  }

  /** Takes bytes as they come; they must not be changed afterwards. PeerError "frame" as soon as a header breaks a limit.
   * @param {Uint8Array} data @returns {Frame[]} */
  feed(data) {
    /** @type {Frame[]} */
    const frames = [];
    let at = this.headerFilled > 0 ? this.fill(data, frames) : 0;
    while (data.length - at >= HEADER_BYTES) {
      const start = at + HEADER_BYTES;
      const end = start + bodyLength(data, at);
      if (end > data.length) break;
      frames.push({ kind: data[at], body: data.subarray(start, end) });
      at = end;
    }
    if (at < data.length) this.fill(data.subarray(at), frames);
    return frames;
  }

  /** Begins or goes on with a frame that is cut; one that is whole again joins `frames`.
   * @param {Uint8Array} data @param {Frame[]} frames @returns {number} how many bytes it took */
  fill(data, frames) {
    let at = 0;
    while (at < data.length && this.headerFilled < HEADER_BYTES) this.header[this.headerFilled++] = data[at++];
    if (this.headerFilled < HEADER_BYTES) return at;
    this.body ??= new Uint8Array(bodyLength(this.header, 0));
    const taken = data.subarray(at, at + this.body.length - this.bodyFilled);
    this.body.set(taken, this.bodyFilled);
    this.bodyFilled += taken.length;
    if (this.bodyFilled === this.body.length) {
      frames.push({ kind: this.header[0], body: this.body });
      this.headerFilled = this.bodyFilled = 0;
      this.body = null;
    }
    return at + taken.length;
  }
}
