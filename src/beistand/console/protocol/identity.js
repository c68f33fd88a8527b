// @ts-check
// Who is asking: statements signed over the technician's PAKE share (docs/protocol.md section 10). Mirrors
// protocol/identity.py. The console checks its own statement with it before the customer's program does.
import { ed25519 } from "../vendor/noble-curves/ed25519.js";
import { utf8 } from "./bytes.js";
import { PeerError } from "./errors.js";

const STATEMENT_SECONDS = 15 * 60;
const ONLINE_SECONDS = 400 * 86_400;
const CLOCK_SECONDS = 12 * 3600;
const NAME_CHARACTERS = 60;
const IDENT_BYTES = 4096;
export const ONLINE = "online key";
export const TECHNICIAN = "technician";
export const NOT_VERIFIED = "not verified";
export const BY_FIRM = "by firm";

/** @typedef {{share: Uint8Array, organisation: string, route: string, utcSeconds: number}} Bound */
/** @typedef {{company: string, technician: string, domain: string, trust: string}} Who */

const unreadable = () => new PeerError("ident", "The technician's statement cannot be read.");

/** The bytes under a signature; `share` is empty for what holds longer than one session.
 * @param {string} kind @param {Uint8Array} share @param {string} text */
export function toSign(kind, share, text) {
  const hex = [...share].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return utf8(`beistand ${kind} 1\n${hex}\n${text}`);
}

/** Whom the technician's statement names. With a pinned `root` nothing is believed that it does not cover. PeerError.
 * @param {Uint8Array} ident @param {Bound} bound @param {Uint8Array | null} root @returns {Who} */
export function verify(ident, bound, root) {
  const whole = object(ident);
  if (!Object.hasOwn(whole, "statement")) {
    if (root) throw new PeerError("ident_missing", "The technician has not proven for whom they work.");
    return {
      company: text(whole, "company"), technician: text(whole, "technician"), domain: text(whole, "domain"),
      trust: NOT_VERIFIED,
    };
  }
  const [onlineText, statementText] = [text(whole, "online"), text(whole, "statement")];
  const [online, statement] = [object(utf8(onlineText)), object(utf8(statementText))];
  if (root) {
    checkSignature(root, ONLINE, new Uint8Array(0), onlineText, text(whole, "online_signature"));
    checkTimes(online, bound.utcSeconds, ONLINE_SECONDS);
  }
  const key = raw(text(online, "key"), 32);
  checkSignature(key, TECHNICIAN, bound.share, statementText, text(whole, "signature"));
  checkTimes(statement, bound.utcSeconds, STATEMENT_SECONDS);
  const organisations = new Set([text(online, "organisation"), text(statement, "organisation"), bound.organisation]);
  if (organisations.size !== 1 || text(statement, "route") !== bound.route) {
    throw new PeerError("ident_other", "The technician's statement belongs to another session.");
  }
  const [company, technician, domain] = [online.company, statement.technician, online.domain].map(named);
  return { company, technician, domain, trust: root ? BY_FIRM : NOT_VERIFIED };
}

/** Printable (no bidirectional controls, no space but the plain one), 1 to 60 characters. @param {unknown} value */
function named(value) {
  const isName = typeof value === "string" && value.trim() === value && !/\p{C}|[^\P{Z} ]/u.test(value);
  if (!isName || !value || [...value].length > NAME_CHARACTERS) {
    throw new PeerError("ident", "A name in the technician's statement cannot be shown.");
  }
  return value;
}

/** @param {Uint8Array} key @param {string} kind @param {Uint8Array} share @param {string} said @param {string} signature */
function checkSignature(key, kind, share, said, signature) {
  const bytes = raw(signature, 64);
  let isSigned = false;
  try {
    isSigned = ed25519.verify(bytes, toSign(kind, share, said), key, { zip215: false });
  } catch {
    // not a key: the same answer
  }
  if (!isSigned) throw new PeerError("ident_forged", "The technician's statement is not signed by the firm.");
}

/** @param {any} fields @param {number} utcSeconds @param {number} longest */
function checkTimes({ issued, expires }, utcSeconds, longest) {
  const areTimes = Number.isSafeInteger(issued) && Number.isSafeInteger(expires);
  if (!areTimes || expires - issued <= 0 || expires - issued > longest) {
    throw new PeerError("ident", "The times in the technician's statement make no sense.");
  }
  if (utcSeconds < issued - CLOCK_SECONDS || utcSeconds > expires + CLOCK_SECONDS) {
    throw new PeerError("ident_expired", "The technician's statement is not valid any more, or not yet.");
  }
}

/** @param {Uint8Array} data @returns {any} */
function object(data) {
  let value;
  try {
    if (data.length <= IDENT_BYTES) value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data));
  } catch {
    // the same answer as for a value that is no object
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw unreadable();
  return value;
}

/** @param {any} fields @param {string} name @returns {string} */
function text(fields, name) {
  const isText = Object.hasOwn(fields, name) && typeof fields[name] === "string";
  if (!isText || /\p{Cs}/u.test(fields[name])) throw unreadable(); // half a character cannot be signed
  return fields[name];
}

/** @param {string} said @param {number} size */
function raw(said, size) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(said), (character) => character.charCodeAt(0));
  } catch {
    throw unreadable();
  }
  if (bytes.length !== size || btoa(String.fromCharCode(...bytes)) !== said) throw unreadable();
  return bytes;
}
