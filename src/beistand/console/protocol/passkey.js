// @ts-check
// Level two of who is asking, the technician's end: what the passkey is asked to sign, and how the ident carries its
// answer (docs/protocol.md section 10). The customer's program alone checks it (protocol/passkey.py).
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { utf8 } from "./bytes.js";

/** @typedef {{authenticatorData: Uint8Array, clientData: Uint8Array, signature: Uint8Array}} Assertion */
/** @typedef {{text: string, signature: string}} Entry a roster's entry and the root key's signature */

/** The challenge for the technician's passkey. @param {Uint8Array} share */
export function challenge(share) {
  const hex = [...share].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return sha256(utf8(`beistand passkey 1\n${hex}`));
}

/** The server's ident with the passkey's answer. @param {string} ident @param {Entry} entry @param {Assertion} assertion */
export function joined(ident, entry, assertion) {
  const passkey = {
    roster: entry.text, roster_signature: entry.signature,
    authenticator_data: base64(assertion.authenticatorData), client_data: base64(assertion.clientData),
    signature: base64(assertion.signature),
  };
  return JSON.stringify({ ...JSON.parse(ident), passkey });
}

/** @param {Uint8Array} data */
const base64 = (data) => btoa(String.fromCharCode(...data));
