// @ts-check
// Small things about bytes that every module here needs: joining, comparing, numbers in big-endian.

/** @param {...Uint8Array} parts @returns {Uint8Array} */
export function concat(...parts) {
  let size = 0;
  for (const part of parts) size += part.length;
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Takes the same time wherever the first difference is. @param {Uint8Array} a @param {Uint8Array} b */
export function equal(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

/** @param {string} text */
export const utf8 = (text) => new TextEncoder().encode(text);

/** @param {number} value below 2^32 */
export function u32(value) {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

/** @param {Uint8Array} data @param {number} at */
export function readU32(data, at) {
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(at);
}
