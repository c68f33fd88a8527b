// @ts-check
// The number, big, and what happens with it until the customer agrees. States change by themselves.
import { clock, t } from "../i18n.js";
import { clean, el, show } from "./dom.js";

const STEPS = ["waiting", "page", "program", "joined", "proven", "asked", "agreed"];

export class NumberPage {
  /** @param {HTMLElement} place @param {any} made @param {string} spoken @param {string} customer @param {() => void} withdraw */
  constructor(place, made, spoken, customer, withdraw) {
    this.until = performance.now() + made.expires_seconds * 1000;
    this.valid = el("p", { class: "soft" });
    this.asks = el("div", { class: "passkey", role: "alert", hidden: true, "data-test": "passkey" });
    this.said = el("p", { class: "problem", role: "alert", hidden: true, "data-test": "warning" });
    this.at = 0;
    this.steps = STEPS.map((step) => el("li", { "data-step": step }, t(`step_${step}`)));
    const { is_chargeable, notice, covered_by } = made.coverage;
    const price = is_chargeable ? clean(notice) : covered_by ? t("covered", { by: clean(covered_by) }) : t("free");
    show(place,
      el("section", { class: "card number-card" },
        el("h1", {}, clean(customer)),
        el("p", {}, t("say_number")),
        el("p", { class: "number", "data-test": "number", "aria-live": "polite" }, spoken),
        this.valid,
        el("p", { class: "soft" }, t("page_hint", { page: made.origin })),
        this.said,
        this.asks,
        el("ol", { class: "steps", "aria-live": "polite", "data-test": "steps" }, ...this.steps),
        el("p", { class: is_chargeable ? "price chargeable" : "price" }, price),
        el("button", { class: "quiet", onclick: withdraw }, t("withdraw"))));
    this.step("waiting");
    this.timer = setInterval(() => this.tick(), 500);
    this.tick();
    this.events = new EventSource("/api/events");
    this.events.addEventListener("public", (event) => this.somebody(JSON.parse(event.data).what));
  }

  tick() {
    const rest = Math.max(0, (this.until - performance.now()) / 1000);
    this.valid.textContent = t("valid_for", { time: clock(rest) });
  }

  /** Somebody opened the public page or took a program: a hint for the technician, no proof. @param {string} what */
  somebody(what) {
    const at = STEPS.indexOf(what);
    if (at > this.at && this.at < STEPS.indexOf("joined")) this.step(what);
  }

  /** @param {string} name one of STEPS */
  step(name) {
    const at = STEPS.indexOf(name);
    this.at = at;
    this.steps.forEach((/** @type {HTMLElement} */ item, /** @type {number} */ i) => {
      item.className = i < at ? "done" : i === at ? "now" : "";
      if (i === at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    document.documentElement.dataset.step = name;
  }

  /** @param {string} text */
  warn(text) {
    this.said.textContent = text;
    this.said.hidden = !text;
  }

  /** What the technician's own passkey has to do with it (person.js). @param {any} told */
  passkey({ state, isDemanded, again, without }) {
    this.asks.hidden = state === "none";
    document.documentElement.dataset.passkey = state;
    if (state === "none") return;
    show(this.asks, el("p", {}, t(`passkey_${state}`)));
    if (!again) return;
    const confirm = el("button", { "data-test": "passkey-again", onclick: again }, t("passkey_confirm"));
    const other = el("button", { class: "quiet", "data-test": "passkey-without", onclick: without }, t(isDemanded ? "passkey_end" : "passkey_without"));
    this.asks.append(el("p", { class: "soft" }, t(isDemanded ? "passkey_demanded" : "passkey_hint")), el("div", { class: "row" }, confirm, other));
    confirm.focus();
  }

  close() {
    clearInterval(this.timer);
    this.events.close();
  }
}
