// @ts-check
// Plays a tape: the picture at any time of it, forward at a speed. The clock comes in as an argument.
import { Decoder } from "../screen/decoder.js";
import { Renderer } from "../screen/renderer.js";

// More than this waiting in the decoder: the clock waits for it.
const MOST_QUEUED = 12;

export class Player {
  /** @param {import("./tape.js").Item[]} items @param {{viewport: HTMLElement, canvas: any, cursor: any}} place
   * @param {(isResting: boolean) => void} resting */
  constructor(items, place, resting) {
    this.items = items;
    this.resting = resting;
    this.length = items.length ? items[items.length - 1].ms : 0;
    this.renderer = new Renderer(place.viewport, place.canvas, place.cursor);
    this.shown = 0;
    this.decoder = new Decoder({
      show: (frame, damage) => this.draw(frame, damage),
      put: (pieces) => this.put(pieces),
      shown: () => {},
      wantKey: () => {},
    });
    this.next = 0;
    this.at = 0;
    this.hiddenUntil = -1;
    this.speed = 1;
    this.isPlaying = false;
    /** @type {number | null} */
    this.ticked = null;
  }

  /** Frames before the wanted one are decoded and not drawn. @param {VideoFrame} frame @param {any} damage */
  draw(frame, damage) {
    if (frame.timestamp < this.hiddenUntil) return;
    this.renderer.draw(frame, damage);
    this.shown += 1;
  }

  /** @param {import("../screen/patch.js").Piece[]} pieces */
  put(pieces) {
    this.renderer.put(pieces);
    this.shown += 1;
  }

  /** @param {number} ms @returns {void} */
  seek(ms) {
    this.at = Math.max(0, Math.min(this.length, ms));
    let end = this.items.findIndex((item) => item.ms > this.at);
    if (end < 0) end = this.items.length;
    const before = this.items.slice(0, end);
    let key = before.length - 1;
    while (key >= 0 && !(before[key].message.kind === "Frame" && before[key].message.isKey)) key--;
    // Before the first keyframe there is nothing to be seen: the first one is shown.
    if (key < 0) {
      const first = this.items.findIndex(({ message }) => message.kind === "Frame" && message.isKey);
      if (first < 0) return;
      this.seek(this.items[first].ms);
      return;
    }
    // A patch is in no later frame: where there is one, everything is drawn.
    const hasPatch = before.slice(key).some(({ message }) => message.kind === "Patch");
    this.hiddenUntil = hasPatch ? -1 : this.lastFrame(before);
    this.renderer.drawsWhole = true;
    const codec = before.slice(0, key).filter(({ message }) => message.kind === "PictureConfig").pop();
    if (codec) this.decoder.configure(codec.message.codec);
    const isPicture = (/** @type {any} */ message) => ["Frame", "Patch", "PictureConfig"].includes(message.kind);
    for (const { message } of before.slice(0, key)) if (!isPicture(message)) this.take(message);
    for (const { message } of before.slice(key)) this.take(message);
    this.next = end;
    this.ticked = null;
  }

  /** @param {import("./tape.js").Item[]} items */
  lastFrame(items) {
    for (let i = items.length - 1; i >= 0; i--) if (items[i].message.kind === "Frame") return items[i].message.frame;
    return -1;
  }

  /** @param {any} message */
  take(message) {
    if (message.kind === "Frame") this.decoder.frame(message);
    else if (message.kind === "Patch") this.decoder.patch(message);
    else if (message.kind === "PictureConfig") this.decoder.configure(message.codec);
    else if (message.kind === "CursorShape") this.renderer.cursorShape(message);
    else if (message.kind === "CursorAt") this.renderer.cursorAt(message);
    else if (message.kind === "Paused") this.resting(message.isPaused);
    else if (message.kind === "Curtain") this.resting(message.isOn);
  }

  /** Goes on to `now`; false at the end. @param {number} now milliseconds of one clock */
  tick(now) {
    const passed = this.ticked === null ? 0 : (now - this.ticked) * this.speed;
    this.ticked = now;
    if ((this.decoder.decoder?.decodeQueueSize ?? 0) > MOST_QUEUED) return true;
    this.at = Math.min(this.length, this.at + passed);
    while (this.next < this.items.length && this.items[this.next].ms <= this.at) this.take(this.items[this.next++].message);
    return this.at < this.length;
  }

  close() {
    this.decoder.close();
    this.renderer.close();
  }
}
