// @ts-check
// The handshake "bst1": CPace + ML-KEM-768, five messages. Mirrors protocol/e2e/handshake.py.
import { sha512 } from "../vendor/noble-hashes/sha2.js";
import { ml_kem768 } from "../vendor/noble-post-quantum/ml-kem.js";
import { equal, utf8 } from "./bytes.js";
import { LocalError, PeerError } from "./errors.js";
import * as keys from "./keys.js";
import * as pake from "./pake.js";

const NONCE_BYTES = 16;
const EK_BYTES = 1184;
const CT_BYTES = 1088;
const SEED_BYTES = 64;
const INFO_BYTES = 1024;
const IDENT_BYTES = 4096;
const { lv, splitLv } = keys;

/** @typedef {(count: number) => Uint8Array} Random */
/** @typedef {Uint8Array | ((share: Uint8Array) => Promise<Uint8Array>)} Ident */

/** @param {Uint8Array} c @param {Uint8Array} t */
const makeSid = (c, t) => sha512(lv("bst1 sid", c, t)).slice(0, 32);

/** @param {Uint8Array} message @param {number} count @param {string} name */
function parts(message, count, name) {
  try {
    return splitLv(message, count);
  } catch {
    throw new PeerError("handshake", `The handshake message ${name} is malformed.`);
  }
}

/** @param {boolean} isGood @param {string} sentence */
function need(isGood, sentence) {
  if (!isGood) throw new PeerError("handshake", sentence);
}

/** Each message once and in order; the first wrong one ends the handshake for good. */
class Steps {
  done = 0;

  /** @param {number} step @template T @param {() => T} work @returns {T} */
  step(step, work) {
    if (this.done !== step) {
      this.done = -1;
      throw new PeerError("handshake", "A handshake message came out of order.");
    }
    this.done = -1;
    const result = work();
    this.done = step + 1;
    return result;
  }
}

/** The customer's side; used by tests and by a console that plays the customer. */
export class CustomerHandshake extends Steps {
  /** @param {string} secret @param {Uint8Array} ci @param {Uint8Array} info @param {Random} random */
  constructor(secret, ci, info, random) {
    super();
    this.prs = utf8(secret);
    this.ci = ci;
    this.info = info;
    this.random = random;
    this.nonce = random(NONCE_BYTES);
    this.m0 = lv("bst1", this.nonce, info);
    this.ident = new Uint8Array(0);
    this.technicianShare = new Uint8Array(0); // what the ident's signature must cover
    /** @type {ReturnType<typeof keys.confirmedKeys> | null} */
    this.keys = null;
  }

  /** m0. */
  start() {
    return this.step(0, () => this.m0);
  }

  /** m2 for the technician's m1. @param {Uint8Array} m1 */
  onM1(m1) {
    return this.step(1, () => {
      const [version, nonceT, ya, ek, ident] = parts(m1, 5, "m1");
      need(equal(version, utf8("bst1")), "The console speaks another version of the protocol.");
      const sizes = nonceT.length === NONCE_BYTES && ya.length === 32 && ek.length === EK_BYTES;
      need(sizes && ident.length <= IDENT_BYTES, "The handshake message m1 has parts of wrong lengths.");
      const sid = makeSid(this.nonce, nonceT);
      const scalar = this.random(32);
      const yb = pake.share(this.prs, this.ci, sid, scalar);
      const secret = pake.sharedSecret(scalar, ya);
      let kem;
      try {
        kem = ml_kem768.encapsulate(ek, this.random(32));
      } catch {
        throw new PeerError("handshake", "The console's ML-KEM key is malformed.");
      }
      const m2 = lv(yb, kem.cipherText, this.info);
      const isk = pake.sessionKey(sid, secret, [ya, lv(ek, ident)], [yb, lv(kem.cipherText, this.info)]);
      this.transcript = keys.transcriptHash(this.m0, m1, m2);
      this.prk = keys.extract(this.transcript, isk, kem.sharedSecret);
      this.claimed = ident;
      this.claimedShare = ya;
      return m2;
    });
  }

  /** m4, if the technician's proof holds. @param {Uint8Array} m3 */
  onM3(m3) {
    return this.step(2, () => {
      const { prk, transcript } = this;
      if (!prk || !transcript || !equal(keys.technicianProof(prk, transcript), m3)) {
        throw new PeerError("wrong_number", "The session number does not match.");
      }
      this.keys = keys.confirmedKeys(prk);
      this.ident = this.claimed ?? this.ident;
      this.technicianShare = this.claimedShare ?? this.technicianShare;
      return keys.customerProof(prk, transcript, m3);
    });
  }
}

/** The technician's side. Sending m3 is the moment at which an attempt counts (security.md S5).
 * `ident` is the statement, or makes it for the share of this handshake. */
export class TechnicianHandshake extends Steps {
  /** @param {string} secret @param {Uint8Array} ci @param {Ident} ident @param {Random} random */
  constructor(secret, ci, ident, random) {
    super();
    this.prs = utf8(secret);
    this.ci = ci;
    this.ident = ident;
    this.random = random;
    this.info0 = this.info2 = new Uint8Array(0);
    /** @type {ReturnType<typeof keys.confirmedKeys> | null} */
    this.keys = null;
    this.m3 = new Uint8Array(0);
  }

  /** m1 for the customer's m0; a promise of it if the ident has to be made. @param {Uint8Array} m0
   * @returns {Uint8Array | Promise<Uint8Array>} */
  onM0(m0) {
    const share = this.step(0, () => {
      const [version, nonceC, info] = parts(m0, 3, "m0");
      need(equal(version, utf8("bst1")), "The customer's program speaks another version of the protocol.");
      need(nonceC.length === NONCE_BYTES && info.length <= INFO_BYTES, "The handshake message m0 is malformed.");
      const nonceT = this.random(NONCE_BYTES);
      this.sid = makeSid(nonceC, nonceT);
      this.scalar = this.random(32);
      this.ya = pake.share(this.prs, this.ci, this.sid, this.scalar);
      this.kem = ml_kem768.keygen(this.random(SEED_BYTES));
      this.m0 = m0;
      this.info0 = info;
      this.nonce = nonceT;
      return this.ya;
    });
    const { ident } = this;
    return ident instanceof Uint8Array ? this.makeM1(ident) : ident(share).then((made) => this.makeM1(made));
  }

  /** @param {Uint8Array} ident */
  makeM1(ident) {
    const { nonce, ya, kem } = this;
    if (!nonce || !ya || !kem || ident.length > IDENT_BYTES) throw new LocalError("m1 has no share, or its ident is too long");
    this.identBytes = ident;
    this.m1 = lv("bst1", nonce, ya, kem.publicKey, ident);
    return this.m1;
  }

  /** m3 for the customer's m2; an attempt counts when the caller sends it. @param {Uint8Array} m2 */
  onM2(m2) {
    return this.step(1, () => {
      const [yb, ct, info] = parts(m2, 3, "m2");
      const sizes = yb.length === 32 && ct.length === CT_BYTES && info.length <= INFO_BYTES;
      need(sizes, "The handshake message m2 has parts of wrong lengths.");
      const { sid, scalar, ya, kem, m0, m1, identBytes } = this;
      if (!sid || !scalar || !ya || !kem || !m0 || !m1 || !identBytes) throw new PeerError("handshake", "m2 came before m1.");
      const secret = pake.sharedSecret(scalar, yb);
      const isk = pake.sessionKey(sid, secret, [ya, lv(kem.publicKey, identBytes)], [yb, lv(ct, info)]);
      this.transcript = keys.transcriptHash(m0, m1, m2);
      this.prk = keys.extract(this.transcript, isk, ml_kem768.decapsulate(ct, kem.secretKey));
      this.info2 = info;
      this.m3 = keys.technicianProof(this.prk, this.transcript);
      return this.m3;
    });
  }

  /** Verifies the customer's proof; `keys` exist afterwards. @param {Uint8Array} m4 */
  onM4(m4) {
    this.step(2, () => {
      const { prk, transcript } = this;
      if (!prk || !transcript || !equal(keys.customerProof(prk, transcript, this.m3), m4)) {
        throw new PeerError("wrong_number", "The session number does not match.");
      }
      this.keys = keys.confirmedKeys(prk);
    });
  }
}
