// @ts-check
// Whether a session is recorded, as a table; what is missing is forbidden. Mirrors protocol/e2e/recording.py.
import { End } from "./ends.js";

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
const RULES = { table: TABLE, begins: "off", isIn: "whose recording is",
  customerEvents: CUSTOMER_EVENTS, technicianEvents: TECHNICIAN_EVENTS };

/** One end's view of the recording. */
export class Recording extends End {
  /** @param {"host" | "technician"} role */
  constructor(role) {
    super(RULES, role);
  }

  /** Whether the customer's yes holds: recording, or resting with the picture. */
  get isAgreed() {
    return this.state === "on" || this.state === "resting";
  }
}
