// @ts-check
// The technician's link: one WebSocket to the relay, which comes back by itself for two minutes once it may.

import { decode, encode } from "./rendezvous.js";

// A server starts in about a second: try often in it.
const BACK_OFF_MS = [0, ...Array(20).fill(50), ...Array(10).fill(100), ...Array(6).fill(250), 500, 500, 1000, 1000, 2000];
const REJOIN_MS = 120000;
const MESSAGE_BYTES = 131072;
const PROBE_MS = 4000;

/** @typedef {{frame: (frame: any) => void, stream: (data: Uint8Array) => void, lost: () => void, failed: () => void}} Told */

/** Whether a server answers where the relay is; a proxy before a server that is down answers with 5xx.
 * @param {string} url of the relay @returns {Promise<boolean>} */
async function answers(url) {
  /** @type {RequestInit} */
  const asked = { method: "HEAD", mode: "no-cors", cache: "no-store", credentials: "omit" };
  try {
    const answer = await fetch(url.replace(/^ws/, "http"), { ...asked, signal: AbortSignal.timeout(PROBE_MS) });
    return answer.status < 500;
  } catch {
    return false;
  }
}

/** `told.frame` gets rendezvous frames, `told.stream` stream bytes; `told.lost` means that it tries again. */
export class Link {
  /** @param {string} url @param {string} ticket @param {Told} told @param {typeof WebSocket} [Socket]
   * @param {typeof answers} [probe] */
  constructor(url, ticket, told, Socket = WebSocket, probe = answers) {
    this.url = url;
    this.told = told;
    this.Socket = Socket;
    this.probe = probe;
    this.token = "";
    this.mayRejoin = false;
    this.isClosed = false;
    this.isInside = false;
    this.attempt = 0;
    this.deadline = 0;
    /** @type {any[]} */
    this.waiting = [];
    this.open({ kind: "attach", ticket });
  }

  /** @param {any} hello */
  open(hello) {
    const socket = new this.Socket(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.write(0, encode(hello));
    socket.onmessage = (event) => this.socket === socket && this.received(event.data);
    socket.onclose = () => this.socket === socket && this.closed();
  }

  /** @param {ArrayBuffer | string} data */
  received(data) {
    if (this.isClosed || typeof data === "string" || data.byteLength === 0) return;
    const bytes = new Uint8Array(data);
    if (bytes[0] === 1) {
      this.told.stream(bytes.subarray(1));
      return;
    }
    let frame;
    try {
      frame = decode(bytes.subarray(1));
    } catch {
      this.socket?.close();
      return;
    }
    if (frame.kind === "joined") {
      this.token = frame.resume;
      this.isInside = true;
      this.attempt = 0;
      this.told.frame(frame);
      for (const kept of this.waiting.splice(0)) this.sendFrame(kept);
    } else if (frame.kind === "drain") {
      this.socket?.close();
    } else {
      if (frame.kind === "refused" || frame.kind === "closed") this.isClosed = true;
      this.told.frame(frame);
    }
  }

  closed() {
    const wasInside = this.isInside;
    this.isInside = false;
    if (this.isClosed) return;
    if (!this.mayRejoin && !this.token) {
      this.isClosed = true;
      this.told.failed();
      return;
    }
    const now = performance.now();
    if (wasInside) {
      this.deadline = now + REJOIN_MS;
      this.told.lost();
    }
    if (now >= this.deadline) {
      this.isClosed = true;
      this.told.failed();
      return;
    }
    const wait = BACK_OFF_MS[Math.min(this.attempt++, BACK_OFF_MS.length - 1)];
    setTimeout(() => this.isClosed || this.again(), wait);
  }

  /** Once at once, as after a cut on the way; then only when somebody answers: browsers make each WebSocket wait longer the
   * more of them have failed (Chromium 125 to 625 ms after about 40, Firefox up to a minute), but no plain request. */
  async again() {
    if (this.attempt > 1 && !(await this.probe(this.url))) return this.closed();
    if (!this.isClosed) this.open({ kind: "rejoin", token: this.token });
  }

  /** @param {number} first @param {Uint8Array} data */
  write(first, data) {
    if (this.socket?.readyState !== 1) return;
    const out = new Uint8Array(1 + data.length);
    out[0] = first;
    out.set(data, 1);
    this.socket.send(out);
  }

  /** Bytes for the other end; dropped without a link, the replay layer makes up for it. @param {Uint8Array} data */
  sendStream(data) {
    if (!this.isInside) return;
    for (let at = 0; at < data.length; at += MESSAGE_BYTES) this.write(1, data.subarray(at, at + MESSAGE_BYTES));
  }

  /** @param {any} frame */
  sendFrame(frame) {
    if (this.isInside) this.write(0, encode(frame));
    else this.waiting.push(frame);
  }

  close() {
    this.isClosed = true;
    this.socket?.close();
  }
}
