// @ts-check
// Rendezvous frames: what an end and the relay say to each other (docs/protocol.md section 2). Mirrors protocol/rendezvous.py.
// A frame is the plain object that its JSON holds, `kind` and fields named as on the wire; strict in both directions.
import { LocalError, PeerError } from "./errors.js";

export const MAX_BYTES = 4096;
export const VERSION = 1;
const FACT_ENTRIES = 12;
const FACT_TEXT = 2000;
const CODES = (
  "unknown_number expired used busy guesses rate full version ticket token size idle ended too_slow shutdown"
).split(" ");

/** @typedef {Record<string, any> & {kind: string}} RendezvousFrame */
/** @typedef {(value: unknown) => boolean} Test */

/** Characters as Python counts them, not UTF-16 units. @param {string} value */
const lengthOf = (value) => [...value].length;

/** No controls, no separators but the space: what Python calls printable. @param {string} value */
const isPrintable = (value) => /^(?: |[^\p{C}\p{Z}])*$/u.test(value);

/** @param {number} most @returns {Test} */
const text = (most) => (value) => typeof value === "string" && lengthOf(value) <= most && isPrintable(value);

/** @param {...string} choices @returns {Test} */
const oneOf = (...choices) => (value) => typeof value === "string" && choices.includes(value);

/** @type {Test} */
const count = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31;

/** @type {Test} */
const nameplate = (value) => typeof value === "string" && /^[0-9]{3,6}$/.test(value);

/** @type {Test} */
const flat = (value) =>
  isObject(value) &&
  Object.keys(value).length <= FACT_ENTRIES &&
  Object.entries(value).every(([key, entry]) => key !== "" && text(40)(key) && isFact(entry));

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {unknown} value */
function isFact(value) {
  if (typeof value === "string") return lengthOf(value) <= FACT_TEXT;
  return typeof value === "boolean" || Number.isSafeInteger(value);
}

const role = oneOf("customer", "technician");

/** @type {Record<string, Record<string, Test>>} */
const FIELDS = {
  join: { version: count, nameplate, language: oneOf("de", "en") },
  attach: { ticket: text(200) },
  rejoin: { token: text(1500) },
  joined: { role, origin: text(300), organisation: text(100), resume: text(1500), expires_seconds: count },
  peer: { state: oneOf("joined", "left", "back") },
  ring: { why: oneOf("third_party", "failed_guess", "rate") },
  confirmed: {},
  dead: {},
  fact: { name: text(40), data: flat },
  ended: { by: role, why: text(40) },
  refused: { code: oneOf(...CODES) },
  closed: { code: oneOf(...CODES) },
  drain: {},
};
const KINDS = new Map(Object.entries(FIELDS));

/** The frame's JSON. LocalError if it breaks its own rules. @param {RendezvousFrame} frame @returns {Uint8Array} */
export function encode(frame) {
  const data = new TextEncoder().encode(JSON.stringify(frame));
  try {
    decode(data);
  } catch (error) {
    throw new LocalError(error instanceof PeerError ? error.sentence : String(error));
  }
  return data;
}

/** Reads one frame. PeerError "rendezvous" for anything that is not exactly one of the kinds.
 * @param {Uint8Array} data @returns {RendezvousFrame} */
export function decode(data) {
  if (data.length > MAX_BYTES) {
    throw wrong(`a rendezvous frame of ${data.length} bytes; at most ${MAX_BYTES} are allowed`);
  }
  const content = parse(data);
  const kind = isObject(content) && typeof content.kind === "string" ? content.kind : "";
  const tests = KINDS.get(kind);
  if (!isObject(content) || !tests) throw wrong("a rendezvous frame of an unknown kind");
  const names = Object.keys(content).filter((name) => name !== "kind");
  if (names.length !== Object.keys(tests).length || !names.every((name) => Object.hasOwn(tests, name))) {
    throw wrong(`a rendezvous frame '${kind}' with missing or additional fields`);
  }
  for (const name of names) {
    if (!tests[name](content[name])) throw wrong(`a rendezvous frame '${kind}' with a wrong field '${name}'`);
  }
  return /** @type {RendezvousFrame} */ (content);
}

/** @param {Uint8Array} data @returns {unknown} */
function parse(data) {
  try {
    const source = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
    const content = JSON.parse(source);
    if (membersOf(content) !== membersIn(source)) throw new SyntaxError("twice the same field");
    if (/[0-9][.eE]/.test(withoutStrings(source))) throw new SyntaxError("a number that is not whole");
    return content;
  } catch {
    throw wrong("a rendezvous frame that is not JSON");
  }
}

const STRING = /"(?:[^"\\]|\\.)*"/g;

/** @param {string} source */
const withoutStrings = (source) => source.replace(STRING, "");

/** How many "name": the text holds; JSON.parse keeps only the last of twins and says nothing. @param {string} source */
const membersIn = (source) => withoutStrings(source).split(":").length - 1;

/** @param {unknown} content @returns {number} */
function membersOf(content) {
  if (typeof content !== "object" || content === null) return 0;
  const entries = Object.values(content);
  const own = Array.isArray(content) ? 0 : entries.length;
  return entries.reduce((sum, entry) => sum + membersOf(entry), own);
}

/** @param {string} what @returns {PeerError} */
const wrong = (what) => new PeerError("rendezvous", `The other end sent ${what}.`);
