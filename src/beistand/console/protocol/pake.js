// @ts-check
// CPace, suite CPACE-X25519-SHA512, initiator-responder (draft-irtf-cfrg-cpace). Mirrors protocol/e2e/pake.py.
import { _map_to_curve_elligator2_curve25519, ed25519, x25519 } from "../vendor/noble-curves/ed25519.js";
import { sha512 } from "../vendor/noble-hashes/sha2.js";
import { concat } from "./bytes.js";
import { PeerError } from "./errors.js";
import { leb128, lv } from "./keys.js";

const HASH_BLOCK = 128;
const Fp = ed25519.Point.Fp;

/** @param {Uint8Array} prs @param {Uint8Array} ci @param {Uint8Array} sid */
export function generatorString(prs, ci, sid) {
  const dsi = "CPace255";
  const used = leb128(dsi.length).length + dsi.length + leb128(prs.length).length + prs.length;
  return lv(dsi, prs, new Uint8Array(Math.max(0, HASH_BLOCK - 1 - used)), ci, sid);
}

/** The generator's u coordinate, 32 bytes. @param {Uint8Array} prs @param {Uint8Array} ci @param {Uint8Array} sid */
export function generator(prs, ci, sid) {
  const seed = sha512(generatorString(prs, ci, sid)).slice(0, 32);
  seed[31] &= 127; // decodeUCoordinate of RFC 7748
  let u = 0n;
  for (let i = 31; i >= 0; i--) u = (u << 8n) | BigInt(seed[i]);
  const { xMn, xMd } = _map_to_curve_elligator2_curve25519(Fp.create(u));
  return Fp.toBytes(Fp.div(xMn, xMd));
}

/** Y = scalar x generator, 32 bytes. @param {Uint8Array} prs @param {Uint8Array} ci @param {Uint8Array} sid
 * @param {Uint8Array} scalar */
export const share = (prs, ci, sid, scalar) => x25519.scalarMult(scalar, generator(prs, ci, sid));

/** K. PeerError "handshake" for a share of the wrong length or of low order.
 * @param {Uint8Array} scalar @param {Uint8Array} theirShare */
export function sharedSecret(scalar, theirShare) {
  if (theirShare.length !== 32) throw new PeerError("handshake", "The other end sent a key share of the wrong length.");
  try {
    return x25519.scalarMult(scalar, theirShare);
  } catch {
    throw new PeerError("handshake", "The other end sent a key share that gives no secret.");
  }
}

/** ISK, 64 bytes. @param {Uint8Array} sid @param {Uint8Array} secret
 * @param {[Uint8Array, Uint8Array]} initiator share and associated data @param {[Uint8Array, Uint8Array]} responder */
export const sessionKey = (sid, secret, initiator, responder) =>
  sha512(concat(lv("CPace255_ISK", sid, secret), lv(...initiator), lv(...responder)));
