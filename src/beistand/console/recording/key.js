// @ts-check
// The owner's key file: the seed of the recording key, sealed with a password. It never leaves the owner's hands.
import { utf8 } from "../protocol/bytes.js";
import { publicOf, SEED_BYTES } from "./hpke.js";

export const LEAST_LETTERS = 12;
const VERSION = 1;
// PBKDF2-HMAC-SHA-256 as OWASP's password storage cheat sheet asks for; the browser has no argon2id.
const ROUNDS = 600_000;
const MOST_ROUNDS = 10_000_000;

/** @param {Uint8Array} bytes */
export const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
/** @param {string} text */
export const unbase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** @param {Uint8Array} publicKey */
export async function sha256Hex(publicKey) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (publicKey)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What people compare: the first 16 digits in groups. @param {string} sha256 */
export const fingerprint = (sha256) => (sha256.slice(0, 16).match(/.{4}/g) ?? []).join(" ");

/** @param {string} password @param {Uint8Array} salt @param {number} rounds */
async function passwordKey(password, salt, rounds) {
  const raw = await crypto.subtle.importKey("raw", /** @type {BufferSource} */ (utf8(password.normalize("NFC"))), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: /** @type {BufferSource} */ (salt), iterations: rounds };
  return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** A new key pair: the file's text for the owner, and the public half. @param {string} password @param {string} company
 * @param {(count: number) => Uint8Array} random */
export async function makeKey(password, company, random) {
  const [seed, salt, iv] = [random(SEED_BYTES), random(16), random(12)];
  const publicKey = publicOf(seed);
  const key = await passwordKey(password, salt, ROUNDS);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: /** @type {BufferSource} */ (iv) }, key, /** @type {BufferSource} */ (seed)));
  const file = {
    beistand_recording_key: VERSION, company, public_key: base64(publicKey), rounds: ROUNDS,
    salt: base64(salt), iv: base64(iv), sealed: base64(sealed),
  };
  return { text: JSON.stringify(file, null, 2) + "\n", publicKey };
}

/** Errors of a key file: `code` is "file" or "password". */
export class KeyFileError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** The seed in a key file. KeyFileError. @param {string} text @param {string} password */
export async function openKey(text, password) {
  /** @type {any} */
  let file = null;
  /** @type {Uint8Array[]} */
  let parts = [];
  try {
    file = JSON.parse(text);
    parts = [file.salt, file.iv, file.sealed].map(unbase64);
  } catch {
    // the same answer as for another kind of file
  }
  const isKey = file?.beistand_recording_key === VERSION && Number.isInteger(file.rounds) && file.rounds > 0 && file.rounds <= MOST_ROUNDS;
  if (!isKey || parts.length !== 3) throw new KeyFileError("file");
  const [salt, iv, sealed] = parts;
  const key = await passwordKey(password, salt, file.rounds);
  let seed;
  try {
    seed = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: /** @type {BufferSource} */ (iv) }, key, /** @type {BufferSource} */ (sealed)));
  } catch {
    throw new KeyFileError("password");
  }
  if (base64(publicOf(seed)) !== file.public_key) throw new KeyFileError("file");
  return seed;
}
