// @ts-check
// What a session means, as a table; what is missing is forbidden. Mirrors protocol/e2e/session.py.
import { End } from "./ends.js";

const MODES = ["open", "paused", "curtain", "resting"];
const LEVELS = ["view", "control", "administer"];
const CUSTOMER_EVENTS = new Set(
  ("allow_view allow_control decline raise lower pause go_on curtain curtain_off " +
    "elevate lower_to_control charge_yes charge_no stop").split(" "),
);
const TECHNICIAN_EVENTS = new Set("ask ask_level ask_administer drop drop_to_control ask_charge leave".split(" "));

/** @param {string} role @returns {Record<string, Record<string, string>>} */
function transitions(role) {
  /** @type {Record<string, Record<string, string>>} */
  const table = {
    confirmed: { ask: "asked", stop: "ended", leave: "ended" },
    asked: { allow_view: "open_view", allow_control: "open_control", decline: "ended", stop: "ended", leave: "ended" },
    ended: {},
  };
  for (const mode of MODES) {
    for (const level of LEVELS) {
      /** @type {Record<string, string>} */
      const here = { stop: "ended", leave: "ended", lower: `${mode}_view`, drop: `${mode}_view` };
      if (level === "view") here.ask_level = `${mode}_view`; // a question changes nothing; the answer is "raise"
      Object.assign(here, administering(role, mode, level));
      if (mode === "open") {
        Object.assign(here, { pause: `paused_${level}`, curtain: `curtain_${level}`, ask_charge: `resting_${level}` });
        if (level !== "administer") here.raise = "open_control";
      }
      if (mode === "paused") here.go_on = `open_${level}`;
      if (mode === "curtain") here.curtain_off = `open_${level}`;
      if (mode === "resting") {
        // A no means that the chargeable work is not done; both may go on with what was agreed, or end.
        Object.assign(here, { charge_yes: `open_${level}`, charge_no: `open_${level}` });
        if (role === "technician") {
          // What the customer did before our question arrived: it crossed with it and changes nothing.
          for (const event of ["pause", "go_on", "curtain", "curtain_off"]) here[event] = `resting_${level}`;
          if (level !== "administer") here.raise = "resting_control";
        }
      }
      table[`${mode}_${level}`] = here;
    }
  }
  return table;
}

/** The step up to administer, and back to control. Between yes and `elevate` the system asks too, and time passes.
 * @param {string} role @param {string} mode @param {string} level @returns {Record<string, string>} */
function administering(role, mode, level) {
  const here = `${mode}_${level}`;
  if (level === "administer") return { lower_to_control: `${mode}_control`, drop_to_control: `${mode}_control` };
  // What the customer's end did before our drop arrived: it crossed with it and changes nothing.
  /** @type {Record<string, string>} */
  const crossed = role === "technician" ? { elevate: here, lower_to_control: here } : {};
  if (level === "control") return { ...crossed, ask_administer: here, elevate: `${mode}_administer` };
  return crossed;
}

export const TABLE = { host: transitions("host"), technician: transitions("technician") };
const RULES = { table: TABLE, begins: "confirmed", isIn: "in state",
  customerEvents: CUSTOMER_EVENTS, technicianEvents: TECHNICIAN_EVENTS };

/** One end's view of the session's state. */
export class Session extends End {
  /** @param {"host" | "technician"} role */
  constructor(role) {
    super(RULES, role);
  }

  get mode() {
    return this.state.split("_")[0];
  }

  get level() {
    return LEVELS.indexOf(this.state.split("_")[1] ?? "") + 1;
  }

  get mayShow() {
    return this.mode === "open";
  }

  get mayControl() {
    return this.state === "open_control" || this.state === "open_administer";
  }

  get isEnded() {
    return this.state === "ended";
  }
}
