// @ts-check
// One end of what both ends follow by a table; what is missing is forbidden. Mirrors protocol/e2e/ends.py.
import { LocalError, PeerError } from "./errors.js";

/** @typedef {{table: Record<string, Record<string, Record<string, string>>>, begins: string, isIn: string,
 *   customerEvents: Set<string>, technicianEvents: Set<string>}} Rules */

/** One end's view of the state. */
export class End {
  /** @param {Rules} rules `isIn` is how a sentence says the state @param {"host" | "technician"} role */
  constructor(rules, role) {
    this.rules = rules;
    this.role = role;
    this.state = rules.begins;
  }

  /** Goes to the next state. PeerError if the other end caused what it may not cause now, else LocalError.
   * @param {string} event @returns {string} */
  handle(event) {
    const { table, isIn, customerEvents, technicianEvents } = this.rules;
    const following = table[this.role][this.state][event];
    if (following === undefined) {
      const sentence = `The ${this.role} ${isIn} ${this.state} cannot take the event ${event}.`;
      const isTheirs = (this.role === "host" ? technicianEvents : customerEvents).has(event);
      throw isTheirs ? new PeerError("session", sentence) : new LocalError(sentence);
    }
    this.state = following;
    return following;
  }

  /** @param {string} event */
  can(event) {
    return event in this.rules.table[this.role][this.state];
  }
}
