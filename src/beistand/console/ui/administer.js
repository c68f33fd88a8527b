// @ts-check
// The step up to an administrator's rights: the technician gives a reason, the customer reads it and decides, then their
// system asks them once more.
import { t } from "../i18n.js";
import { el, show } from "./dom.js";

/** What `AdministerState.state` says, and the words for it. @type {Record<number, string>} */
const STATES = { 1: "administer_system_asks", 2: "administer_on", 3: "administer_off", 4: "administer_declined", 6: "administer_not_needed" };
const FAILED = 4 + 1;
const CODES = ["windows_no", "no_program", "no_folder", "no_task", "no_helper", "cancelled"];

/** The sentence for a message AdministerState. @param {any} message */
export function administerWords(message) {
  if (message.state === FAILED) return t(`administer_why_${CODES.includes(message.text) ? message.text : "no_helper"}`);
  return STATES[message.state] ? t(STATES[message.state]) : "";
}

export class AdministerSheet {
  /** @param {import("../support.js").Support} support @param {(isAsked: boolean) => void} closed */
  constructor(support, closed) {
    this.support = support;
    this.closed = closed;
    this.node = el("section", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": "administer-title", hidden: true, "data-test": "administer-sheet" });
    this.node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") this.close(false);
    });
  }

  open() {
    const reason = el("input", { id: "administer-reason", maxlength: 200, autocomplete: "off", required: true, "data-test": "administer-reason" });
    const ask = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (reason.value.trim()) this.close(this.support.askAdminister(reason.value.trim()));
    };
    show(this.node,
      el("form", { onsubmit: ask },
        el("h2", { id: "administer-title" }, t("administer_title")),
        el("p", { class: "soft" }, t("administer_hint")),
        el("label", { for: "administer-reason" }, t("administer_reason")), reason,
        el("div", { class: "row" },
          el("button", { "data-test": "administer-ask" }, t("administer_ask")),
          el("button", { type: "button", class: "quiet", onclick: () => this.close(false) }, t("cancel")))));
    this.node.hidden = false;
    reason.focus();
  }

  /** @param {boolean} isAsked */
  close(isAsked) {
    if (this.node.hidden) return;
    this.node.hidden = true;
    this.closed(isAsked);
  }
}
