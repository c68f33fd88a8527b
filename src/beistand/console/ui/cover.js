// @ts-check
// Who pays, asked again while the session runs: at the second at which the partner pays no more, and when the technician turns to another kind of work.
// Where the work turned uncovered the price is put before the customer by itself; their rights rest until they answer.
import { call } from "../api.js";
import { t } from "../i18n.js";
import { clean, el, show } from "./dom.js";

// A page that slept asks late; an answer that did not come is asked for again.
const AGAIN_MS = 10_000;
const LONGEST_MS = 2 ** 31 - 1;

export class Cover {
  /** @param {import("../support.js").Support} support @param {(text: string, ms?: number) => void} notice @param {() => void} back */
  constructor(support, notice, back) {
    this.support = support;
    this.notice = notice;
    this.path = `/api/sessions/${encodeURIComponent(support.made.id)}/coverage`;
    /** @type {any} a price that waits until the customer can be asked */
    this.waiting = null;
    /** @type {any} the price that was put before the customer because the work turned uncovered */
    this.asked = null;
    this.node = el("select", { class: "small", hidden: true, "aria-label": t("work"), "data-test": "work-now" });
    this.node.addEventListener("change", async () => {
      await this.ask({ service_type_id: this.node.value });
      back();
    });
    this.schedule(support.made.coverage.until_seconds, support.madeAt);
    this.offer();
  }

  /** The kinds of work that decide who pays; nothing to choose where there are none. */
  async offer() {
    const every = await call("GET", "/api/service-types").catch(() => []);
    const kinds = every.filter((/** @type {any} */ kind) => kind.is_for_coverage);
    const chosen = this.support.made.service_type_id ?? "";
    show(this.node, el("option", { value: "" }, `${t("work")} …`), ...kinds.map((/** @type {any} */ kind) =>
      el("option", { value: kind.id, selected: kind.id === chosen }, clean(kind.name))));
    this.node.hidden = kinds.length === 0;
  }

  /** @param {number | null | undefined} seconds until the cover ends @param {number} since when the server said so */
  schedule(seconds, since) {
    clearTimeout(this.timer);
    if (seconds === null || seconds === undefined) return;
    const wait = Math.max(0, seconds * 1000 - (performance.now() - since));
    this.timer = setTimeout(() => this.ask({}), Math.min(wait, LONGEST_MS));
  }

  /** @param {Record<string, string>} body */
  async ask(body) {
    const askedAt = performance.now();
    /** @type {any} */
    let told;
    try {
      told = await call("POST", this.path, body);
    } catch (error) {
      this.notice(/** @type {any} */ (error).sentence || t("no_server"), 6000);
      if (!(/** @type {any} */ (error).sentence)) this.timer = setTimeout(() => this.ask(body), AGAIN_MS);
      return;
    }
    this.schedule(told.until_seconds, askedAt);
    if (told.is_agreed) return;
    this.notice(clean(told.sentence), 8000);
    this.waiting = told.terms ? { ...told, askedAt } : null;
    this.tryToAsk();
  }

  /** Asks as soon as the customer can be asked: not while they pause, read another question, or are away. */
  tryToAsk() {
    if (!this.waiting || !this.support.askPrice(this.waiting)) return;
    this.asked = this.waiting;
    this.waiting = null;
  }

  /** Whether the price that was just declined is the one of work that turned uncovered. */
  get isUncovered() {
    return this.asked !== null;
  }

  /** @param {boolean} isYes */
  answered(isYes) {
    if (isYes) this.asked = this.waiting = null;
  }

  close() {
    clearTimeout(this.timer);
  }
}
