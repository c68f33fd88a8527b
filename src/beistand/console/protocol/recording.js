// @ts-check
// Whether a session is recorded, as a table; what is missing is forbidden. Mirrors protocol/e2e/recording.py.
import { LocalError, PeerError } from "./errors.js";

const CUSTOMER_EVENTS = new Set(["agree", "refuse", "stop"]);
const TECHNICIAN_EVENTS = new Set(["ask", "drop"]);

/** @param {string} role @returns {Record<string, Record<string, string>>} */
function transitions(role) {
  /** @type {Record<string, Record<string, string>>} */
  const table = {
    off: { ask: "asked" },
    asked: { agree: "on", refuse: "off" },
    on: { stop: "off", drop: "off", rest: "resting" },
    resting: { stop: "off", drop: "off", go_on: "on" },
    ended: {},
  };
  for (const state of ["off", "asked", "on", "resting"]) {
    table[state].end = "ended";
    for (const event of ["rest", "go_on"]) table[state][event] ??= state;
  }
  if (role === "host") {
    table.off.drop = "off"; // it crossed with the customer's own stop
  } else {
    table.off.stop = "off"; // the customer's stop crossed with ours, and perhaps with a new question after it
    table.asked.stop = "asked";
  }
  return table;
}

export const TABLE = { host: transitions("host"), technician: transitions("technician") };

/** One end's view of the recording. */
export class Recording {
  /** @param {"host" | "technician"} role */
  constructor(role) {
    this.role = role;
    this.state = "off";
  }

  /** Goes to the next state. PeerError if the other end caused what it may not cause now, else LocalError.
   * @param {string} event */
  handle(event) {
    const following = TABLE[this.role][this.state][event];
    if (following === undefined) {
      const sentence = `The ${this.role} whose recording is ${this.state} cannot take the event ${event}.`;
      const isTheirs = (this.role === "host" ? TECHNICIAN_EVENTS : CUSTOMER_EVENTS).has(event);
      throw isTheirs ? new PeerError("session", sentence) : new LocalError(sentence);
    }
    this.state = following;
    return following;
  }

  /** @param {string} event */
  can(event) {
    return event in TABLE[this.role][this.state];
  }

  /** Whether the customer's yes holds: recording, or resting with the picture. */
  get isAgreed() {
    return this.state === "on" || this.state === "resting";
  }
}
