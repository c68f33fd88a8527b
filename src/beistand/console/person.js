// @ts-check
// Level two of who is asking: the technician's own passkey answers for this session's share, if the firm's roster names
// one of theirs. What the page shows meanwhile is told by `on`; the customer waits in the handshake.
import { challenge, joined } from "./protocol/passkey.js";

const PROMPT_MS = 120_000;
const IDENT_BYTES = 4096;

/** @typedef {{id: string, text: string, signature: string}} Vouched a passkey with the roster's entry about it */
/** @typedef {{rp_id: string, is_demanded: boolean, passkeys: Vouched[]}} Needed what the server says of level two */
/** @typedef {{entry: Vouched, assertion: import("./protocol/passkey.js").Assertion}} Proof */

/** The firm demands the passkey, and it was not given: this session goes no further. */
export class NoPasskeyError extends Error {}

/** @param {string} text base64url @returns {Uint8Array<ArrayBuffer>} */
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

/** Asks the browser for one of the passkeys. Throws what the browser throws, "not allowed" for a dialogue that was closed.
 * @param {Uint8Array} share @param {Needed} needed @param {AbortSignal} signal @returns {Promise<Proof>} */
async function ask(share, needed, signal) {
  const allowCredentials = needed.passkeys.map(({ id }) => ({ type: /** @type {const} */ ("public-key"), id: bytes(id) }));
  const got = /** @type {any} */ (await navigator.credentials.get({
    signal,
    publicKey: {
      challenge: new Uint8Array(challenge(share)), rpId: needed.rp_id, allowCredentials, timeout: PROMPT_MS,
      userVerification: "required",
    },
  }));
  const entry = needed.passkeys.find(({ id }) => id === got.id);
  if (!entry) throw new Error("another passkey answered");
  const { authenticatorData, clientDataJSON, signature } = got.response;
  const [seen, told, signed] = [authenticatorData, clientDataJSON, signature].map((part) => new Uint8Array(part));
  return { entry, assertion: { authenticatorData: seen, clientData: told, signature: signed } };
}

/** Whether this page may ask for the passkeys at all: they are bound to the server's host (`beistand console` is another).
 * @param {Needed} needed */
const isPossible = (needed) =>
  needed.passkeys.length > 0 && location.hostname === needed.rp_id && Boolean(window.PublicKeyCredential);

export class InPerson {
  /** @param {(state: string, detail?: {isDemanded: boolean, again: () => void, without: () => void}) => void} on tells asked,
   * wanted or refused (with what may be done), proven, none */
  constructor(on) {
    this.on = on;
    this.stop = new AbortController();
  }

  /** The customer left, or the session is over: an open question closes. */
  cancel() {
    this.stop.abort();
    this.stop = new AbortController();
    this.on("none");
  }

  /** The ident with the passkey's answer, or as it is. NoPasskeyError where the firm demands it.
   * @param {string} ident @param {Uint8Array} share @param {Needed} needed @returns {Promise<string>} */
  async ident(ident, share, needed) {
    const proof = isPossible(needed) ? await this.proven(share, needed, this.stop.signal) : null;
    const whole = proof && joined(ident, proof.entry, proof.assertion);
    if (whole && new TextEncoder().encode(whole).length <= IDENT_BYTES) {
      this.on("proven");
      return whole;
    }
    if (needed.is_demanded) throw new NoPasskeyError();
    this.on("none");
    return ident;
  }

  /** Asks until the passkey answers or the technician goes on without it. A page in the background is not asked by
   * itself: browsers refuse that, and a finger on the key should belong to a page that one sees.
   * @param {Uint8Array} share @param {Needed} needed @param {AbortSignal} signal @returns {Promise<Proof | null>} */
  async proven(share, needed, signal) {
    for (let state = document.hasFocus() ? "asked" : "wanted"; ; state = "refused") {
      if (state !== "asked" && !(await this.choice(state, needed.is_demanded))) return null;
      this.on("asked");
      try {
        return await ask(share, needed, signal);
      } catch (error) {
        if (signal.aborted) return null;
        console.info(`passkey: ${/** @type {Error} */ (error).name}`);
      }
    }
  }

  /** @param {string} state @param {boolean} isDemanded @returns {Promise<boolean>} whether to ask (again) */
  choice(state, isDemanded) {
    return new Promise((resolve) => {
      this.on(state, { isDemanded, again: () => resolve(true), without: () => resolve(false) });
    });
  }
}
