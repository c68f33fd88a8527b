// @ts-check
// Records a running session at the technician's end: only while the customer's yes holds, sealed before it leaves this page.
import { call, ApiError } from "../api.js";
import { KEPT, purpose, TapeWriter } from "./tape.js";
import { unbase64 } from "./key.js";

const CUT_MS = 5000;
// A picture that can be jumped to: a keyframe at least so often while something changes.
const KEY_MS = 30_000;
const RETRY_MS = 3000;
const MOST_WAITING = 32 * 1024 * 1024;
const random = (/** @type {number} */ count) => crypto.getRandomValues(new Uint8Array(count));

/** @typedef {{is_on: boolean, days: number, public_key: string, sha256: string}} Terms */

/** Sends a sealed chunk; again and again until the server has it or refuses it. @param {string} path @param {Uint8Array} data */
async function upload(path, data) {
  for (;;) {
    const headers = { "content-type": "application/octet-stream", "x-beistand": "1" };
    const answer = await fetch(path, { method: "POST", headers, body: /** @type {BodyInit} */ (data) }).catch(() => null);
    if (answer?.ok) return;
    if (answer && answer.status < 500 && answer.status !== 429 && answer.status !== 408) {
      const content = await answer.json().catch(() => ({}));
      throw new ApiError(answer.status, String(content.sentence ?? ""));
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** One session's recordings, one after the other. `broken(sentence)`: it could not be kept and has been ended. */
export class Recorder {
  /** @param {import("../support.js").Support} support @param {Terms} terms @param {(sentence: string) => void} broken */
  constructor(support, terms, broken) {
    this.support = support;
    this.terms = terms;
    this.broken = broken;
    /** @type {Map<string, any>} the newest of each kind that a picture in the middle needs: codec, pointer shapes */
    this.before = new Map();
    /** @type {Tape | null} */
    this.tape = null;
  }

  /** Every message of the session. @param {any} message */
  message(message) {
    if (message.kind === "PictureConfig" || message.kind === "CursorAt") this.before.set(message.kind, message);
    if (message.kind === "CursorShape") this.remember(message);
    if (this.support.recording.state === "on" || message.kind === "Paused" || message.kind === "Curtain") this.tape?.add(message);
  }

  /** @param {any} message CursorShape */
  remember(message) {
    this.before.set(`shape ${message.shape}`, message);
    if (this.before.size > 40) this.before.delete(/** @type {string} */ ([...this.before.keys()].find((key) => key.startsWith("shape"))));
  }

  /** The table has changed. @param {string} before @param {string} after */
  follow(before, after) {
    const [was, is] = [before, after].map((state) => state === "on" || state === "resting");
    if (is && !was) this.tape = new Tape(this, [...this.before.values()]);
    if (was && !is) {
      this.tape?.end();
      this.tape = null;
    }
    if (is && after === "on") this.support.send({ kind: "KeyframeWanted" });
  }

  /** @param {any} error */
  fail(error) {
    console.error(error);
    this.support.stopRecording();
    this.broken(error.sentence ?? "");
  }
}

/** One recording on its way to the server. Order wins: one chunk at a time. */
class Tape {
  /** @param {Recorder} recorder @param {any[]} first */
  constructor(recorder, first) {
    this.recorder = recorder;
    this.began = performance.now();
    this.keyAt = this.began;
    /** @type {{message: any, ms: number}[]} what came before the server had answered */
    this.early = first.map((message) => ({ message, ms: 0 }));
    /** @type {TapeWriter | null} */
    this.writer = null;
    this.waiting = 0;
    this.sent = 0;
    this.hasFailed = false;
    this.line = this.open().catch((error) => this.fail(error));
    this.timer = setInterval(() => this.cut(false), CUT_MS);
  }

  async open() {
    const { made } = this.recorder.support;
    const path = `/api/sessions/${encodeURIComponent(made.id)}/recordings`;
    const { id } = await call("POST", path, {});
    this.path = `${path}/${encodeURIComponent(id)}`;
    const writer = await TapeWriter.begin(unbase64(this.recorder.terms.public_key), purpose(made.organisation, made.id, id), random);
    await upload(`${this.path}/chunks?n=0`, writer.head);
    this.sent = 1;
    this.writer = writer;
    this.waiting = 0;
    for (const { message, ms } of this.early.splice(0)) if (writer.add(message, ms)) this.cut(false);
  }

  /** @param {any} message */
  add(message) {
    if (this.hasFailed || !KEPT.has(message.kind)) return;
    const now = performance.now();
    const ms = Math.round(now - this.began);
    if (message.kind === "Frame" && message.isKey) this.keyAt = now;
    if ((message.kind === "Frame" || message.kind === "Patch") && now - this.keyAt > KEY_MS) {
      this.keyAt = now;
      this.recorder.support.send({ kind: "KeyframeWanted" });
    }
    if (this.waiting > MOST_WAITING) return this.fail(new ApiError(0, ""));
    if (!this.writer) {
      this.early.push({ message, ms });
      this.waiting += message.data?.length ?? 0;
    } else if (this.writer.add(message, ms)) {
      this.cut(false);
    }
  }

  /** Seals what was gathered and queues it. @param {boolean} isLast */
  cut(isLast) {
    const writer = this.writer;
    if (this.hasFailed || !writer || (!writer.size && !isLast)) return;
    const size = writer.size;
    const sealing = writer.cut(isLast);
    this.waiting += size;
    this.queue(async () => {
      await upload(`${this.path}/chunks?n=${this.sent}`, await sealing);
      this.sent += 1;
      this.waiting -= size;
    });
  }

  /** The last chunk and the end, also where the server has not even answered the beginning yet. */
  end() {
    clearInterval(this.timer);
    this.queue(async () => this.cut(true));
    this.queue(async () => this.queue(() => call("POST", `${this.path}/end`, {})));
  }

  /** @param {() => Promise<any>} step done after all others, unless one of them failed */
  queue(step) {
    this.line = this.line.then(() => (this.hasFailed ? null : step())).catch((error) => this.fail(error));
  }

  /** @param {any} error */
  fail(error) {
    if (this.hasFailed) return;
    this.hasFailed = true;
    clearInterval(this.timer);
    this.recorder.fail(error);
  }
}
