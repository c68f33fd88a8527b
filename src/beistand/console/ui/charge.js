// @ts-check
// Work turns chargeable: the exact words first, then the customer's answer on their screen, or a yes on the phone where the firm permits it.
import { call } from "../api.js";
import { t } from "../i18n.js";
import { clean, el, show } from "./dom.js";

export class ChargeSheet {
  /** @param {import("../support.js").Support} support @param {() => void} closed */
  constructor(support, closed) {
    this.support = support;
    this.closed = closed;
    this.node = el("section", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": "charge-title", hidden: true, "data-test": "charge-sheet" });
    this.node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") this.close();
    });
    /** @type {any} */
    this.card = null;
  }

  get path() {
    return `/api/sessions/${encodeURIComponent(this.support.made.id)}`;
  }

  async open() {
    this.reason = el("input", { id: "charge-reason", maxlength: 200, autocomplete: "off", "data-test": "charge-reason" });
    this.words = el("blockquote", { class: "price chargeable", "data-test": "charge-notice", "aria-live": "polite" });
    this.problem = el("p", { class: "problem", role: "alert", hidden: true, "data-test": "charge-problem" });
    this.phone = el("div", { hidden: true });
    this.reason.addEventListener("change", () => this.prepare());
    const ask = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.ask();
    };
    show(this.node,
      el("form", { onsubmit: ask },
        el("h2", { id: "charge-title" }, t("charge_title")),
        el("label", { for: "charge-reason" }, t("charge_reason")), this.reason,
        el("p", { class: "soft" }, t("charge_reads")), this.words, this.problem,
        el("div", { class: "row" },
          el("button", { "data-test": "charge-ask" }, t("charge_ask")),
          el("button", { type: "button", class: "quiet", onclick: () => this.close() }, t("cancel"))),
        this.phone));
    this.node.hidden = false;
    this.reason.focus();
    await this.prepare();
  }

  /** The server makes and keeps the words; they follow the reason. */
  async prepare() {
    this.asked = this.reason.value.trim();
    try {
      const askedAt = performance.now();
      this.card = { ...(await call("POST", `${this.path}/charge`, { reason: this.asked })), askedAt };
    } catch (error) {
      this.card = null;
      return this.fail(error);
    }
    this.words.textContent = clean(this.card.notice);
    this.problem.hidden = true;
    this.phone.hidden = !this.card.may_phone;
    if (this.card.may_phone && !this.saidBy) this.buildPhone();
    return this.card;
  }

  buildPhone() {
    this.saidBy = el("input", { id: "said-by", maxlength: 60, autocomplete: "off", "data-test": "said-by" });
    show(this.phone,
      el("p", { class: "soft" }, t("phone_hint")),
      el("label", { for: "said-by" }, t("phone_who")), this.saidBy,
      el("div", { class: "row" }, el("button", { type: "button", class: "quiet", "data-test": "charge-phone", onclick: () => this.byPhone() }, t("phone_agreed"))));
  }

  async ask() {
    const card = this.asked === this.reason.value.trim() && this.card ? this.card : await this.prepare();
    if (!card) return;
    if (this.support.askPrice(card)) this.close();
    else this.fail({ sentence: t("charge_not_now") });
  }

  async byPhone() {
    const card = this.asked === this.reason.value.trim() && this.card ? this.card : await this.prepare();
    const name = this.saidBy.value.trim();
    if (!card) return;
    try {
      await call("POST", `${this.path}/charge-by-phone`, { notice_sha256: card.notice_sha256, said_by: name });
    } catch (error) {
      this.fail(error);
      return;
    }
    this.support.tellPrice(card, name);
    this.close();
  }

  /** The customer said no: go on with what was agreed, or end. @param {boolean} isUncovered nobody else pays any more */
  declined(isUncovered) {
    show(this.node,
      el("h2", { id: "charge-title", tabindex: "-1" }, t("charge_declined")),
      el("p", {}, t(isUncovered ? "charge_declined_uncovered" : "charge_declined_choice")),
      el("div", { class: "row" },
        el("button", { "data-test": "charge-go-on", onclick: () => this.close() }, t(isUncovered ? "charge_go_on_free" : "charge_go_on")),
        el("button", { class: "quiet", "data-test": "charge-end", onclick: () => this.support.end() }, t("end"))));
    this.node.hidden = false;
    this.node.querySelector("button").focus();
  }

  /** @param {any} error */
  fail(error) {
    this.words.textContent = this.card ? clean(this.card.notice) : "";
    this.problem.textContent = error.sentence || t("no_server");
    this.problem.hidden = false;
  }

  close() {
    this.node.hidden = true;
    this.saidBy = null;
    this.closed();
  }
}
