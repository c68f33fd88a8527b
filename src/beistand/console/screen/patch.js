// @ts-check
// The message Patch: pixels as they are. Raw deflate of each area's red, green and blue plane (docs/protocol.md).

const MOST_AREAS = 64;
const MOST_PIXELS = 262_144;
// A deflate stream of one stored block: this byte, the length twice (as it is and inverted), the bytes.
const STORED = 1;
const STORED_HEAD = 5;

/** @typedef {import("./decoder.js").Area} Area */
/** @typedef {{x: number, y: number, pixels: ImageData}} Piece */

/** What this browser says beside its codecs (DecoderCan) if it can take a patch apart. @returns {string[]} */
export function patchWord() {
  try {
    new DecompressionStream("deflate-raw").readable.cancel();
    return ["patch"];
  } catch {
    return []; // a browser of before 2023
  }
}

/** How many pixels the areas have; 0 if they are not what a patch may hold. @param {Area[]} areas */
export function countOf(areas) {
  if (areas.length > MOST_AREAS || areas.some(({ width, height }) => !width || !height)) return 0;
  const count = areas.reduce((sum, { width, height }) => sum + width * height, 0);
  return count <= MOST_PIXELS ? count : 0;
}

/** The planes, if they are stored as they are; else null. @param {Uint8Array} data @param {number} count pixels */
export function stored(data, count) {
  const size = count * 3;
  const isOne = data.length === STORED_HEAD + size && data[0] === STORED && data[1] + data[2] * 256 === size;
  return isOne && (data[3] ^ data[1]) === 255 && (data[4] ^ data[2]) === 255 ? data.subarray(STORED_HEAD) : null;
}

/** The planes, decompressed; null if they are not exactly as many as the areas need. @param {Uint8Array} data @param {number} count pixels */
export async function inflated(data, count) {
  const planes = new Uint8Array(count * 3);
  let filled = 0;
  const stream = new DecompressionStream("deflate-raw");
  const writer = stream.writable.getWriter(); // 0.2 ms; a Blob's stream takes 1.4
  writer.write(/** @type {BufferSource} */ (data)).catch(() => {});
  writer.close().catch(() => {});
  const reader = stream.readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return filled === planes.length ? planes : null;
      if (filled + value.length > planes.length) {
        reader.cancel().catch(() => {});
        return null;
      }
      planes.set(value, filled);
      filled += value.length;
    }
  } catch {
    return null;
  }
}

/** Each area's pixels, to be put where they belong. @param {Area[]} areas @param {Uint8Array} planes @returns {Piece[]} */
export function piecesOf(areas, planes) {
  let at = 0;
  return areas.map(({ x, y, width, height }) => {
    const count = width * height;
    const rgba = new Uint8ClampedArray(count * 4);
    for (let i = 0, to = 0; i < count; i++, to += 4) {
      rgba[to] = planes[at + i];
      rgba[to + 1] = planes[at + count + i];
      rgba[to + 2] = planes[at + 2 * count + i];
      rgba[to + 3] = 255;
    }
    at += 3 * count;
    return { x, y, pixels: new ImageData(rgba, width, height) };
  });
}
