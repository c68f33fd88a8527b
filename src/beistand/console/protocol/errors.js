// @ts-check
// Two kinds of wrong: ours and theirs (docs/protocol.md). Mirrors protocol/errors.py.

/** We called this wrongly: a fault in our own code. */
export class LocalError extends Error {}

/** The other end (or the relay) sent nonsense: the session ends in an orderly way. Never holds a secret. */
export class PeerError extends Error {
  /** @param {string} code a word for programs @param {string} sentence what happened */
  constructor(code, sentence) {
    super(`${code}: ${sentence}`);
    this.code = code;
    this.sentence = sentence;
  }
}
