// @ts-check
// Recording on the technician's page: the question, the mark, the end. Nothing of it is shown while the firm has it off.
import { call } from "../api.js";
import { t } from "../i18n.js";
import { fingerprint } from "../recording/key.js";
import { Recorder } from "../recording/recorder.js";
import { el, show } from "./dom.js";

/** The key this browser has seen so far, of each firm: a server that swaps it is noticed. @param {string} organisation */
const place = (organisation) => `beistand recording key ${organisation}`;

export class RecordButton {
  /** @param {import("../support.js").Support} support @param {(text: string) => void} notice @param {() => void} closed */
  constructor(support, notice, closed) {
    this.support = support;
    this.notice = notice;
    this.closed = closed;
    this.words = el("strong", { role: "status" });
    const stop = el("button", { class: "small", "data-test": "record-stop", onclick: () => this.support.stopRecording() }, t("record_stop"));
    this.mark = el("div", { class: "rec", hidden: true, "data-test": "record-mark" }, this.words, stop);
    /** @type {any} the command in the toolbar's menu */
    this.entry = null;
    this.sheet = el("section", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": "record-title", hidden: true, "data-test": "record-sheet" });
    this.sheet.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.shut());
    /** @type {Recorder | null} */
    this.recorder = null;
    /** @type {any[]} what came before the firm's terms were known */
    this.early = [];
    this.load();
  }

  /** Takes the toolbar's command, to be seen only where the firm records. @param {any} entry */
  offer(entry) {
    this.entry = entry;
    entry.hidden = !this.recorder;
  }

  async load() {
    const terms = await call("GET", "/api/recording-terms").catch(() => null);
    if (!terms?.is_on) {
      this.early = [];
      return;
    }
    this.terms = terms;
    this.recorder = new Recorder(this.support, terms, (sentence) => this.notice(t("record_failed", { text: sentence || t("too_slow") })));
    for (const message of this.early.splice(0)) this.recorder.message(message);
    if (this.entry) this.entry.hidden = false;
  }

  /** @param {any} message */
  message(message) {
    if (this.recorder) this.recorder.message(message);
    else if (!this.terms && message.kind !== "Frame" && message.kind !== "Patch" && this.early.length < 500) this.early.push(message);
  }

  press() {
    if (this.support.mayAskRecording) this.open();
    else this.notice(t("record_not_now"));
  }

  open() {
    const { days, sha256 } = this.terms;
    const known = localStorage.getItem(place(this.support.made.organisation));
    const isOther = known !== null && known !== sha256;
    const ask = el("button", { "data-test": "record-ask", onclick: () => this.ask() }, t("record_ask"));
    show(this.sheet,
      el("h2", { id: "record-title" }, t("record_title")),
      el("p", {}, t("record_hint", { days })),
      el("p", { class: "soft" }, t("record_key", { key: fingerprint(sha256) })),
      isOther ? el("p", { class: "problem", role: "alert" }, t("record_key_new", { old: fingerprint(known) })) : null,
      el("div", { class: "row" }, ask, el("button", { class: "quiet", onclick: () => this.shut() }, t("cancel"))));
    this.sheet.hidden = false;
    ask.focus();
  }

  ask() {
    const { days, sha256 } = this.terms;
    const keySha256 = Uint8Array.from(sha256.match(/../g) ?? [], (/** @type {string} */ byte) => parseInt(byte, 16));
    if (this.support.askRecording({ days, keySha256 })) {
      localStorage.setItem(place(this.support.made.organisation), sha256);
      this.notice(t("record_asked"));
    } else {
      this.notice(t("record_not_now"));
    }
    this.shut();
  }

  shut() {
    this.sheet.hidden = true;
    this.closed();
  }

  /** The table has changed. @param {{state: string, before: string, event: string | null, isUnasked: boolean}} change */
  follow({ state, before, event, isUnasked }) {
    this.recorder?.follow(before, state);
    const isAgreed = this.support.recording.isAgreed;
    this.mark.hidden = !isAgreed;
    this.words.textContent = t(state === "resting" ? "record_mark_resting" : "record_mark");
    this.mark.classList.toggle("resting", state === "resting");
    if (this.entry) this.entry.disabled = isAgreed || state === "asked";
    document.documentElement.dataset.recording = state;
    const told = { agree: "record_on", refuse: isUnasked ? "record_not_now" : "record_no", stop: "record_off_customer", drop: "record_off" };
    const key = event && /** @type {Record<string, string>} */ (told)[event];
    if (key && (event !== "stop" || before === "on" || before === "resting")) this.notice(t(key));
  }

  close() {
    document.documentElement.dataset.recording = "ended";
  }
}
