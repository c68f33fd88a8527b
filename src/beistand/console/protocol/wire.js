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

/** Cuts a stream into frames; any cut of the stream gives the same frames. */
export class FrameReader {
  constructor() {
    this.buffer = new Uint8Array(0);
  }

  /** Takes bytes as they come. PeerError "frame" as soon as a header breaks a limit.
   * @param {Uint8Array} data @returns {Frame[]} */
  feed(data) {
    let rest = data;
    if (this.buffer.length) {
      rest = new Uint8Array(this.buffer.length + data.length);
      rest.set(this.buffer);
      rest.set(data, this.buffer.length);
    }
    /** @type {Frame[]} */
    const frames = [];
    let at = 0;
    while (rest.length - at >= HEADER_BYTES) {
      const kind = rest[at];
      const length = (rest[at + 1] << 16) | (rest[at + 2] << 8) | rest[at + 3];
      if (!(kind in MAX_BODY) || length < MIN_BODY[kind] || length > MAX_BODY[kind]) {
        throw new PeerError("frame", `The other end sent a frame of kind ${kind} with ${length} bytes.`);
      }
      const end = at + HEADER_BYTES + length;
      if (rest.length < end) break;
      frames.push({ kind, body: rest.slice(at + HEADER_BYTES, end) });
      at = end;
    }
    this.buffer = rest.slice(at);
    return frames;
  }
}
