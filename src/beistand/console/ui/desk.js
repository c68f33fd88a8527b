// @ts-check
// The running session: picture, toolbar, status line, what the customer does, chat.
import { inOurWords } from "./sentences.js";
import { Keyboard, listen as listenKeyboard } from "../input/keyboard.js";
import { listen as listenPointer } from "../input/pointer.js";
import { Decoder } from "../screen/decoder.js";
import { Renderer } from "../screen/renderer.js";
import { nextZoom } from "../input/shortcuts.js";
import { clock, money, t, vatWords } from "../i18n.js";
import { AdministerSheet, administerWords } from "./administer.js";
import { ChargeSheet } from "./charge.js";
import { colleagues } from "./colleague.js";
import { Cover } from "./cover.js";
import { received, sendCopy, typeCopy } from "./copying.js";
import { RecordButton } from "./record.js";
import { clean, el, show } from "./dom.js";
import { snapshot } from "./snapshot.js";
import { toolbar } from "./toolbar.js";

const PING_MS = 2000;

export class Desk {
  /** @param {HTMLElement} place @param {import("../support.js").Support} support @param {string} customer */
  constructor(place, support, customer) {
    this.support = support;
    this.place = place;
    this.customer = customer;
    this.began = performance.now();
    this.frames = 0;
    this.counted = { frames: 0, bytes: support.bytesIn, at: performance.now() };
    this.clockAt = performance.now();
    this.spent = "";
    this.sheet = new ChargeSheet(support, () => this.field.focus());
    this.elevation = new AdministerSheet(support, (isAsked) => {
      if (isAsked) this.notice(t("administer_asked"));
      this.field.focus();
    });
    this.cover = new Cover(support, (text, ms) => this.notice(text, ms), () => this.field.focus());
    this.recording = new RecordButton(support, (text) => this.notice(text, 6000), () => this.field.focus());
    this.build(place, customer);
    this.renderer = new Renderer(this.viewport, this.canvas, this.cursor);
    this.decoder = new Decoder({
      show: (frame, damage) => this.renderer.draw(frame, damage),
      put: (pieces) => this.renderer.put(pieces),
      shown: (number, ms) => this.shown(number, ms),
      wantKey: () => this.support.send({ kind: "KeyframeWanted" }),
    });
    this.renderer.lost = () => this.decoder.lose();
    this.keyboard = new Keyboard((message) => this.support.input(message));
    listenKeyboard(this.field, this.keyboard, (command) => this.command(command));
    listenPointer(this.canvas, (x, y) => this.renderer.toFrame(x, y), {
      send: (message) => this.support.input(message),
      focus: () => this.field.focus({ preventScroll: true }),
      beforePress: () => this.keyboard.flush(),
    });
    this.timer = setInterval(() => this.second(), 1000);
    this.ping = setInterval(() => this.support.send({ kind: "Ping", t: Math.round(performance.now()) >>> 0 }), PING_MS);
    this.support.send({ kind: "Ping", t: Math.round(performance.now()) >>> 0 });
    this.state(support.session.state);
    this.field.focus();
  }

  /** @param {HTMLElement} place @param {string} customer */
  build(place, customer) {
    this.canvas = el("canvas", { class: "screen", "data-test": "screen", width: 16, height: 9 });
    this.cursor = el("canvas", { class: "cursor", hidden: true, "aria-hidden": "true" });
    this.field = el("textarea", { class: "keys", "aria-label": t("keys"), autocapitalize: "off", autocomplete: "off", spellcheck: "false" });
    this.curtain = el("div", { class: "veil", hidden: true, "aria-live": "assertive" });
    this.viewport = el("div", { class: "viewport" }, this.canvas, this.cursor, this.field);
    this.words = el("strong", { "data-test": "state", "aria-live": "polite" });
    this.level = el("button", { class: "small", "data-test": "level-button", onclick: () => this.changeLevel() });
    this.administer = el("button", { class: "small", "data-test": "administer", onclick: () => this.changeAdminister() });
    this.price = el("button", { class: "small price-button", "data-test": "charge", onclick: () => this.openCharge() }, t("charge"));
    this.time = el("span", { class: "clock", "data-test": "clock", role: "timer", "aria-live": "off" });
    this.monitors = el("select", { class: "small", "aria-label": t("monitor"), hidden: true, "data-test": "monitors" });
    this.monitors.addEventListener("change", () => {
      this.support.send({ kind: "SelectMonitor", id: Number(this.monitors.value) });
      this.field.focus();
    });
    this.colleagues = colleagues(this.support, (text) => this.notice(text), () => this.field.focus());
    this.talk = el("ul", { class: "talk", "aria-live": "polite" });
    this.toolbar = toolbar(this, customer);
    const line = el("input", { maxlength: 1000, "aria-label": t("chat"), placeholder: t("chat") });
    this.chat = el("aside", { class: "chat", hidden: true }, this.talk,
      el("form", { onsubmit: (/** @type {Event} */ event) => this.say(event, line) }, line, el("button", { class: "small" }, t("send"))));
    this.status = el("footer", { class: "status", "data-test": "status" });
    this.toast = el("p", { class: "toast", role: "status", hidden: true, "data-test": "notice" });
    this.chat.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") this.field.focus();
    });
    show(place, el("div", { class: "desk" }, this.toolbar.bar, el("div", { class: "stage" }, this.viewport, this.curtain, this.recording.mark, this.toast, this.chat, this.sheet.node, this.recording.sheet, this.elevation.node), this.status));
  }

  /** @param {string} state @param {boolean} [isInterrupted] */
  state(state, isInterrupted = false) {
    const mode = state.split("_")[0];
    const key = isInterrupted ? "state_interrupted" : mode === "open" ? `state_${state}` : `state_${mode}`;
    this.words.textContent = t(key);
    this.words.title = t(key);
    document.documentElement.dataset.session = isInterrupted ? "interrupted" : state;
    const isVeiled = isInterrupted || mode !== "open";
    this.curtain.hidden = !isVeiled;
    this.curtain.textContent = isVeiled ? t(key) : "";
    const level = this.support.session.level;
    this.level.textContent = level > 1 ? t("drop_control") : t("ask_control");
    this.administer.hidden = level < 2;
    this.administer.textContent = t(level === 3 ? "drop_administer" : "administer");
    this.administer.disabled = mode !== "open" || isInterrupted;
    this.level.disabled = mode !== "open" || isInterrupted;
    this.price.disabled = !this.support.mayAskPrice;
    this.canvas.classList.toggle("controlled", level > 1);
    if (isVeiled) this.keyboard?.release();
    else this.cover.tryToAsk();
  }

  openCharge() {
    this.keyboard.release();
    this.sheet.open();
  }

  changeLevel() {
    if (this.support.session.level > 1) {
      this.support.dropControl();
    } else {
      this.support.askControl();
      this.notice(t("asked_control"));
    }
    this.field.focus();
  }

  changeAdminister() {
    if (this.support.session.level === 3) {
      this.support.dropAdminister();
      this.field.focus();
    } else {
      this.keyboard.release();
      this.elevation.open();
    }
  }

  /** @param {any} message */
  message(message) {
    this.recording.message(message);
    switch (message.kind) {
      case "Frame":
      case "Patch":
        if (message.kind === "Frame") this.decoder.frame(message);
        else this.decoder.patch(message);
        document.documentElement.dataset.sharp = String(message.isSharp);
        break;
      case "PictureConfig":
        this.codec = clean(message.codec).slice(0, 40);
        this.decoder.configure(message.codec);
        break;
      case "CursorShape":
        this.renderer.cursorShape(message);
        break;
      case "CursorAt":
        this.renderer.cursorAt(message);
        break;
      case "Monitors":
        this.showMonitors(message);
        break;
      case "CustomerActive":
        this.notice(t("customer_moves"), Math.max(600, message.mutedMs));
        document.documentElement.dataset.customer = "active";
        break;
      case "Clock":
        this.clockAt = performance.now();
        this.price.disabled = !this.support.mayAskPrice;
        this.showClock();
        break;
      case "ChargeAnswer":
        document.documentElement.dataset.price = message.isYes ? "yes" : "no";
        this.cover.answered(message.isYes);
        if (message.isYes) this.notice(t("charge_agreed"));
        else this.sheet.declined(this.cover.isUncovered);
        break;
      case "AdministerState":
        document.documentElement.dataset.administer = String(message.state);
        this.notice(administerWords(message), 8000);
        break;
      case "Notice":
        this.notice(inOurWords(clean(message.text)), 8000);
        break;
      case "Chat":
        this.said("said_customer", message.text);
        break;
      case "Clipboard":
        this.chat.hidden = false;
        this.talk.append(received(message.text, (words) => this.notice(words)));
        this.talk.scrollTop = this.talk.scrollHeight;
        break;
      case "Pong":
        this.roundTrip = Math.round(performance.now() - message.t);
        this.second();
        break;
    }
  }

  /** @param {number} number @param {number} ms */
  shown(number, ms) {
    this.frames += 1;
    document.documentElement.dataset.frames = String(this.frames);
    this.support.send({ kind: "FrameShown", frame: number, decodeMs: ms });
  }

  /** @param {any} message */
  showMonitors(message) {
    this.monitors.hidden = message.monitors.length < 2;
    show(this.monitors, ...message.monitors.map((/** @type {any} */ monitor, /** @type {number} */ i) =>
      el("option", { value: monitor.id, selected: monitor.id === message.selected }, `${i + 1}: ${clean(monitor.name)} ${monitor.width}×${monitor.height}`)));
  }

  /** The customer's program counts; between its words the seconds run on here. */
  showClock() {
    const told = this.support.clock;
    if (!told) return;
    const runs = told.isCounting && !this.support.isInterrupted;
    const seconds = told.seconds + (runs ? Math.floor((performance.now() - this.clockAt) / 1000) : 0);
    const amount = told.hasAmount ? t("at_most", { money: money(told.cents, told.currency), vat: vatWords(told.vatBp, told.isGross) }) : "";
    const key = told.isChargeable ? (amount ? "clock_charged" : "clock_agreed") : "clock_free";
    const text = t(key, { time: clock(seconds), amount });
    this.spent = text;
    this.time.textContent = runs ? text : t("clock_still", { clock: text });
    this.time.title = this.time.textContent;
    this.price.hidden = told.isChargeable; // agreed to already: the room is the clock's
    this.time.classList.toggle("chargeable", told.isChargeable);
    document.documentElement.dataset.clock = `${told.isChargeable ? "charged" : "free"} ${runs ? "runs" : "still"}`;
  }

  second() {
    this.showClock();
    const now = performance.now();
    const passed = (now - this.counted.at) / 1000;
    if (passed >= 0.9) {
      this.rate = (this.support.bytesIn - this.counted.bytes) / passed / 1000;
      this.fps = (this.frames - this.counted.frames) / passed;
      this.counted = { frames: this.frames, bytes: this.support.bytesIn, at: now };
    }
    const parts = [
      t("path_relay"), `${this.roundTrip ?? "–"} ms`, `${(this.rate ?? 0).toFixed(0)} kB/s`,
      `${(this.fps ?? 0).toFixed(0)} /s`, this.codec ?? "", `${this.renderer.frame.width}×${this.renderer.frame.height}`,
    ];
    show(this.status, ...parts.map((part) => el("span", {}, part)));
  }

  /** @param {string} text @param {number} [ms] */
  notice(text, ms = 4000) {
    this.toast.textContent = text;
    this.toast.hidden = false;
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => {
      this.toast.hidden = true;
      document.documentElement.dataset.customer = "";
    }, ms);
  }

  /** A command of the toolbar or of the console's own keys (input/shortcuts.js). @param {string} command */
  command(command) {
    const tell = (/** @type {string} */ words) => this.notice(words);
    /** @type {Record<string, () => void>} */
    const commands = {
      menu: () => this.toolbar?.focus(),
      fit: () => this.zoom("fit"),
      exact: () => this.zoom(1),
      larger: () => this.zoom(nextZoom(this.renderer.zoom, this.renderer.shown, 1)),
      smaller: () => this.zoom(nextZoom(this.renderer.zoom, this.renderer.shown, -1)),
      full: () => this.fullScreen(),
      snapshot: () => this.snapshot(),
      chat: () => this.toggleChat(),
      send_copy: () => sendCopy(this.support, tell),
      type_copy: () => typeCopy(this.support, this.keyboard, tell),
    };
    commands[command]?.();
  }

  /** @param {"fit" | number} zoom */
  zoom(zoom) {
    this.renderer.setZoom(zoom);
    document.documentElement.dataset.zoom = String(zoom);
    this.notice(zoom === "fit" ? t("fit") : `${Math.round(zoom * 100)} %`, 1200);
  }

  /** In full screen a browser that can (Chromium) also leaves Alt+Tab, Esc and the Windows key to the customer's computer. */
  fullScreen() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
      return;
    }
    const keyboard = /** @type {any} */ (navigator).keyboard;
    this.place.requestFullscreen?.().then(() => keyboard?.lock?.()).catch(() => this.notice(t("no_full_screen")));
  }

  /** Not through a curtain: what is behind it was the customer's to close. */
  snapshot() {
    if (!this.curtain.hidden) return this.notice(this.curtain.textContent);
    snapshot(this.canvas, { id: this.support.made.id, customer: this.customer }, (words) => this.notice(words));
  }

  toggleChat() {
    this.chat.hidden = !this.chat.hidden;
    (this.chat.hidden ? this.field : this.chat.querySelector("input")).focus();
  }

  /** @param {Event} event @param {HTMLInputElement} line */
  say(event, line) {
    event.preventDefault();
    const text = line.value.trim();
    if (!text) return;
    this.support.send({ kind: "Chat", text });
    this.said("said_me", text);
    line.value = "";
  }

  /** @param {string} who @param {string} text */
  said(who, text) {
    this.chat.hidden = false;
    this.talk.append(el("li", {}, el("b", {}, `${t(who)}: `), clean(text)));
    this.talk.scrollTop = this.talk.scrollHeight;
  }

  /** Seconds that counted, as the customer's program told and as they ran on since. */
  get seconds() {
    const told = this.support.clock;
    if (!told) return (performance.now() - this.began) / 1000;
    return told.totalSeconds + (told.isCounting ? (performance.now() - this.clockAt) / 1000 : 0);
  }

  close() {
    clearInterval(this.timer);
    clearInterval(this.ping);
    this.cover.close();
    this.recording.close();
    this.decoder.close();
    this.renderer.close();
    document.documentElement.dataset.session = "ended";
  }
}
