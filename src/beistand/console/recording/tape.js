// @ts-check
// A recording's bytes (docs/recording.md): messages with their times, cut into chunks, each sealed under one stream key.
// chunk 0 = HPKE(stream key); chunk n = AES-256-GCM(stream key, nonce = n, aad = 1 for the last one, else 0)
import { concat, readU32, u32, utf8 } from "../protocol/bytes.js";
import { decode, encode, HOST, CONTROL, PICTURE } from "../protocol/messages.js";
import * as hpke from "./hpke.js";

export const CHUNK_BYTES = 256 * 1024;
/** What is worth keeping of a session. */
export const KEPT = new Set(["Frame", "Patch", "PictureConfig", "CursorShape", "CursorAt", "Paused", "Curtain"]);
const HEAD_BYTES = 8;

/** Ties a recording to its place: moved elsewhere it does not open. @param {string} organisation @param {string} session
 * @param {string} recording */
export const purpose = (organisation, session, recording) =>
  utf8(["beistand recording 1", organisation, session, recording].join("\n"));

/** @param {Uint8Array} raw @param {"encrypt" | "decrypt"} use */
const streamKey = (raw, use) => crypto.subtle.importKey("raw", /** @type {BufferSource} */ (raw), "AES-GCM", false, [use]);

/** @param {number} n @param {boolean} isLast @returns {AesGcmParams} */
const how = (n, isLast) => {
  const iv = concat(new Uint8Array(8), u32(n));
  return { name: "AES-GCM", iv: /** @type {BufferSource} */ (iv), additionalData: Uint8Array.of(isLast ? 1 : 0) };
};

/** Gathers messages and seals them chunk by chunk. */
export class TapeWriter {
  /** @param {CryptoKey} key @param {Uint8Array} head chunk 0 */
  constructor(key, head) {
    this.key = key;
    this.head = head;
    this.count = 1;
    /** @type {Uint8Array[]} */
    this.items = [];
    this.size = 0;
  }

  /** @param {Uint8Array} publicKey @param {Uint8Array} info @param {(count: number) => Uint8Array} random */
  static async begin(publicKey, info, random) {
    const raw = random(32);
    return new TapeWriter(await streamKey(raw, "encrypt"), await hpke.seal(publicKey, info, raw, random));
  }

  /** Keeps a message; true when a chunk is full. @param {import("../protocol/messages.js").Message} message @param {number} ms */
  add(message, ms) {
    const data = encode(message);
    this.items.push(u32(ms), u32(data.length), data);
    this.size += HEAD_BYTES + data.length;
    return this.size >= CHUNK_BYTES;
  }

  /** What was gathered as the next sealed chunk. @param {boolean} isLast */
  async cut(isLast) {
    const data = concat(...this.items);
    const n = this.count++;
    this.items = [];
    this.size = 0;
    return new Uint8Array(await crypto.subtle.encrypt(how(n, isLast), this.key, /** @type {BufferSource} */ (data)));
  }
}

/** The chunks of a file as the server keeps it: `length u32 ‖ chunk` again and again; a cut one is left out.
 * @param {Uint8Array} file */
export function chunksOf(file) {
  const found = [];
  for (let at = 0; at + 4 <= file.length; ) {
    const length = readU32(file, at);
    if (at + 4 + length > file.length) break;
    found.push(file.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

/** @typedef {{ms: number, message: import("../protocol/messages.js").Message}} Item */

/** Opens a whole file. Throws for a wrong key or place, and for a changed, doubled, moved or missing chunk.
 * @param {Uint8Array} file @param {Uint8Array} seed @param {Uint8Array} info @returns {Promise<{items: Item[], isWhole: boolean}>} */
export async function readTape(file, seed, info) {
  const [head, ...chunks] = chunksOf(file);
  if (!head) return { items: [], isWhole: false };
  const key = await streamKey(await hpke.open(seed, info, head), "decrypt");
  /** @type {Item[]} */
  const items = [];
  let isWhole = false;
  for (const [index, chunk] of chunks.entries()) {
    if (isWhole) throw new Error("a chunk behind the last one");
    const { data, isLast } = await openChunk(key, index + 1, chunk, index === chunks.length - 1);
    isWhole = isLast;
    items.push(...itemsOf(data));
  }
  return { items, isWhole };
}

/** @param {CryptoKey} key @param {number} n @param {Uint8Array} chunk @param {boolean} mayBeLast */
async function openChunk(key, n, chunk, mayBeLast) {
  const given = /** @type {BufferSource} */ (chunk);
  for (const isLast of mayBeLast ? [true, false] : [false]) {
    try {
      return { data: new Uint8Array(await crypto.subtle.decrypt(how(n, isLast), key, given)), isLast };
    } catch {
      // perhaps it is no last one
    }
  }
  throw new Error(`chunk ${n} was changed or does not belong here`);
}

/** @param {Uint8Array} data @returns {Item[]} */
function itemsOf(data) {
  const found = [];
  for (let at = 0; at < data.length; ) {
    const [ms, length] = [readU32(data, at), readU32(data, at + 4)];
    const raw = data.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
    found.push({ ms, message: decode(raw[0] === 0x30 ? PICTURE : CONTROL, HOST, raw) });
    at += HEAD_BYTES + length;
  }
  return found;
}
