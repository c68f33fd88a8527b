// @ts-check
// HPKE (RFC 9180), base mode, one message: KEM X-Wing (ML-KEM-768 and X25519, draft-connolly-cfrg-xwing-kem; 0x647a in
// draft-ietf-hpke-pq), HKDF-SHA256, AES-256-GCM. A recording may lie for years: who keeps today's bytes for tomorrow's
// quantum computer gains nothing. tests/console/test_recording.py holds it to `cryptography`'s HPKE, both ways.
import { concat, utf8 } from "../protocol/bytes.js";
import { x25519 } from "../vendor/noble-curves/ed25519.js";
import { hmac } from "../vendor/noble-hashes/hmac.js";
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { sha3_256, shake256 } from "../vendor/noble-hashes/sha3.js";
import { ml_kem768 } from "../vendor/noble-post-quantum/ml-kem.js";

export const SEED_BYTES = 32;
export const PUBLIC_BYTES = 1216;
const EK_BYTES = 1184;
const CT_BYTES = 1088;
const ENC_BYTES = CT_BYTES + 32;
const LABEL = utf8("\\.//^\\");
const SUITE = concat(utf8("HPKE"), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 2));

/** @param {Uint8Array} salt @param {string} label @param {Uint8Array} ikm */
const extract = (salt, label, ikm) => hmac(sha256, salt, concat(utf8("HPKE-v1"), SUITE, utf8(label), ikm));

/** One block is enough: nothing here is longer than 32 bytes. @param {Uint8Array} prk @param {string} label
 * @param {Uint8Array} info @param {number} length */
const expand = (prk, label, info, length) =>
  hmac(sha256, prk, concat(Uint8Array.of(0, length), utf8("HPKE-v1"), SUITE, utf8(label), info, Uint8Array.of(1))).slice(0, length);

/** Both halves of a key pair from its 32 bytes. @param {Uint8Array} seed */
function halves(seed) {
  const wide = shake256(seed, { dkLen: 96 });
  return { mlkem: ml_kem768.keygen(wide.slice(0, 64)), x: wide.slice(64) };
}

/** The public key to a seed of 32 random bytes, 1,216 bytes. @param {Uint8Array} seed */
export function publicOf(seed) {
  const { mlkem, x } = halves(seed);
  return concat(mlkem.publicKey, x25519.getPublicKey(x));
}

/** @param {Uint8Array} pq @param {Uint8Array} shared @param {Uint8Array} sent @param {Uint8Array} theirs */
const combine = (pq, shared, sent, theirs) => sha3_256(concat(pq, shared, sent, theirs, LABEL));

/** Key and nonce of the one message. @param {Uint8Array} secret @param {Uint8Array} info */
async function schedule(secret, info) {
  const none = new Uint8Array(0);
  const context = concat(Uint8Array.of(0), extract(none, "psk_id_hash", none), extract(none, "info_hash", info));
  const prk = extract(secret, "secret", none);
  const raw = expand(prk, "key", context, 32);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, iv: expand(prk, "base_nonce", context, 12) };
}

/** Seals to whoever holds the seed of `publicKey`: enc ‖ ciphertext. @param {Uint8Array} publicKey @param {Uint8Array} info
 * @param {Uint8Array} message @param {(count: number) => Uint8Array} random */
export async function seal(publicKey, info, message, random) {
  if (publicKey.length !== PUBLIC_BYTES) throw new Error("not a recording key");
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey.slice(0, EK_BYTES), random(32));
  const theirs = publicKey.slice(EK_BYTES);
  const own = random(32);
  const sent = x25519.getPublicKey(own);
  const secret = combine(sharedSecret, x25519.getSharedSecret(own, theirs), sent, theirs);
  const { key, iv } = await schedule(secret, info);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, /** @type {BufferSource} */ (message));
  return concat(cipherText, sent, new Uint8Array(sealed));
}

/** The message, or an error if it was sealed to another key, for another purpose, or changed.
 * @param {Uint8Array} seed @param {Uint8Array} info @param {Uint8Array} sealed */
export async function open(seed, info, sealed) {
  const { mlkem, x } = halves(seed);
  const sent = sealed.slice(CT_BYTES, ENC_BYTES);
  const pq = ml_kem768.decapsulate(sealed.slice(0, CT_BYTES), mlkem.secretKey);
  const secret = combine(pq, x25519.getSharedSecret(x, sent), sent, x25519.getPublicKey(x));
  const { key, iv } = await schedule(secret, info);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed.slice(ENC_BYTES)));
}
