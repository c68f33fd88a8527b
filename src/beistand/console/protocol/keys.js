// @ts-check
// Labelled derivation of every key of a session ("bst1"). Mirrors protocol/e2e/keys.py.
import { hmac } from "../vendor/noble-hashes/hmac.js";
import { sha512 } from "../vendor/noble-hashes/sha2.js";
import { concat, utf8 } from "./bytes.js";

const BYTES = 64;

/** @param {number} value */
export function leb128(value) {
  const out = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    out.push(value ? low | 0x80 : low);
  } while (value);
  return Uint8Array.from(out);
}

/** Every part behind its LEB128 length. @param {...(Uint8Array | string)} parts */
export function lv(...parts) {
  const out = [];
  for (const part of parts) {
    const raw = typeof part === "string" ? utf8(part) : part;
    out.push(leb128(raw.length), raw);
  }
  return concat(...out);
}

/** The parts of `lv`; Error if there are not exactly `count` or a length is not in shortest form.
 * @param {Uint8Array} data @param {number} count */
export function splitLv(data, count) {
  const parts = [];
  let at = 0;
  while (at < data.length) {
    const start = at;
    let length = 0;
    let shift = 0;
    for (;;) {
      if (at >= data.length || shift > 21) throw new Error("a length is cut or too long");
      const byte = data[at++];
      length |= (byte & 0x7f) << shift;
      shift += 7;
      if (!(byte & 0x80)) break;
    }
    if (leb128(length).length !== at - start || at + length > data.length) throw new Error("a part is cut");
    parts.push(data.slice(at, at + length));
    at += length;
  }
  if (parts.length !== count) throw new Error("a wrong number of parts");
  return parts;
}

/** CI: binds server, organisation, route and roles into the key (security.md S8).
 * @param {string} origin @param {string} organisation @param {string} nameplate */
export function channelIdentifier(origin, organisation, nameplate) {
  return lv("bst1", origin, organisation, nameplate, "technician", "customer");
}

/** HKDF-Expand with SHA-512, info = "bst1 " + label. @param {Uint8Array} prk @param {string} label @param {number} length */
export function expand(prk, label, length) {
  const info = utf8("bst1 " + label);
  /** @type {Uint8Array} */
  let out = new Uint8Array(0);
  /** @type {Uint8Array} */
  let block = new Uint8Array(0);
  for (let counter = 1; out.length < length; counter++) {
    block = hmac(sha512, prk, concat(block, info, Uint8Array.of(counter)));
    out = concat(out, block);
  }
  return out.slice(0, length);
}

/** @param {Uint8Array} m0 @param {Uint8Array} m1 @param {Uint8Array} m2 */
export const transcriptHash = (m0, m1, m2) => sha512(lv("bst1 transcript", m0, m1, m2));

/** PRK. @param {Uint8Array} transcript @param {Uint8Array} isk @param {Uint8Array} kemSecret */
export const extract = (transcript, isk, kemSecret) => hmac(sha512, transcript, lv(isk, kemSecret));

/** m3. @param {Uint8Array} prk @param {Uint8Array} transcript */
export const technicianProof = (prk, transcript) =>
  hmac(sha512, expand(prk, "confirm technician", BYTES), transcript).slice(0, 32);

/** m4. @param {Uint8Array} prk @param {Uint8Array} transcript @param {Uint8Array} m3 */
export const customerProof = (prk, transcript, m3) =>
  hmac(sha512, expand(prk, "confirm customer", BYTES), concat(transcript, m3)).slice(0, 32);

/** To be called only after the other end's proof was verified. @param {Uint8Array} prk */
export const confirmedKeys = (prk) => ({
  technicianToCustomer: expand(prk, "technician to customer", BYTES),
  customerToTechnician: expand(prk, "customer to technician", BYTES),
  exporter: expand(prk, "exporter", BYTES),
});
