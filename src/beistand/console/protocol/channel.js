// @ts-check
// The record channel: AES-256-GCM, a counter that never restarts, rekeying. Mirrors protocol/e2e/channel.py; async by WebCrypto.
import { LocalError, PeerError } from "./errors.js";
import { expand } from "./keys.js";

const REKEY_RECORDS = 2 ** 22;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Base IV and key of a direction's secret. @param {Uint8Array} secret */
function derived(secret) {
  const material = expand(secret, "record key", 32 + IV_BYTES);
  const key = crypto.subtle.importKey("raw", material.slice(0, 32), "AES-GCM", false, ["encrypt", "decrypt"]);
  return { iv: material.slice(32), key };
}

class Direction {
  /** @param {Uint8Array} secret 64 bytes @param {number} rekeyRecords */
  constructor(secret, rekeyRecords = REKEY_RECORDS) {
    if (secret.length !== 64) throw new LocalError("a direction's secret has 64 bytes");
    this.secret = secret;
    this.rekeyRecords = rekeyRecords;
    this.n = 0;
    this.of = derived(secret);
  }

  /** The next nonce and its key; counts at once, so that calls may overlap. */
  next() {
    if (this.n && this.n % this.rekeyRecords === 0) {
      this.secret = expand(this.secret, "rekey", 64); // the old secret is dropped here
      this.of = derived(this.secret);
    }
    const nonce = this.of.iv.slice();
    const view = new DataView(nonce.buffer);
    view.setUint32(8, (view.getUint32(8) ^ (this.n % 2 ** 32)) >>> 0);
    view.setUint32(4, (view.getUint32(4) ^ Math.floor(this.n / 2 ** 32)) >>> 0);
    this.n += 1; // never restarts: not at a rekey, not at a resume
    return { nonce, key: this.of.key };
  }
}

/** Seals what this end sends. Calls may overlap; each takes its count when called. */
export class Sealer extends Direction {
  /** @param {number} channel @param {Uint8Array} data @returns {Promise<Uint8Array>} */
  async seal(channel, data) {
    const { nonce, key } = this.next();
    const additionalData = Uint8Array.of(channel);
    const plain = /** @type {BufferSource} */ (data);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, await key, plain);
    const out = new Uint8Array(1 + sealed.byteLength);
    out[0] = channel;
    out.set(new Uint8Array(sealed), 1);
    return out;
  }
}

/** Opens what the other end sent, in order; the first failure is final. */
export class Opener extends Direction {
  isBroken = false;

  /** @param {Uint8Array} record @returns {Promise<{channel: number, data: Uint8Array}>} */
  async open(record) {
    if (this.isBroken || record.length < 1 + TAG_BYTES) return this.fail();
    const { nonce, key } = this.next();
    const additionalData = Uint8Array.of(record[0]);
    try {
      const sealed = /** @type {BufferSource} */ (record.subarray(1));
      const data = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce, additionalData }, await key, sealed);
      return { channel: record[0], data: new Uint8Array(data) };
    } catch {
      return this.fail();
    }
  }

  /** @returns {never} */
  fail() {
    this.isBroken = true;
    throw new PeerError("record", "A part of the session was changed on the way.");
  }
}
