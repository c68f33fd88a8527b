// @ts-check
// Frames of the customer's screen -> decoded pictures (WebCodecs). Newest wins: nothing is held back, nothing is repeated.

// BT.709 of full range: greys, and so text, are exact in it. Not every browser shows it right.
const FULL = "vp09.01.40.08.03.01.01.01.01";
const CANDIDATES = [FULL, "vp09.01.40.08.03", "vp09.00.40.08", "avc1.42E028"];

/** The codecs this browser decodes, best first; empty without WebCodecs. @returns {Promise<string[]>} */
export async function supportedCodecs() {
  if (typeof VideoDecoder === "undefined") return [];
  const found = [];
  for (const codec of CANDIDATES) {
    try {
      const answer = await VideoDecoder.isConfigSupported({ codec, codedWidth: 1920, codedHeight: 1080 });
      if (answer.supported && (codec !== FULL || (await showsFull()))) found.push(codec);
    } catch {
      // an unknown codec string is an answer, too
    }
  }
  return found;
}

// A picture of 64 x 64 px in one colour, made by our own coder (host/media).
const SAMPLE =
  "okmDQlAAfgB+gAcEg4MAAAAEAABsW///+JJBAf/+JJBAf/+JJBAf/+JJBAf/+JJBAf/+JJBAf/+JJBAf/+JJBAf///7A4AAAj/////B84AAAkrrAAA==";
const SAMPLE_COLOUR = [40, 200, 90];
const SAMPLE_MS = 1500;

/** Whether this browser decodes full range and draws it as full range: tried on a picture whose colour is known. */
function showsFull() {
  return new Promise((done) => {
    setTimeout(() => done(false), SAMPLE_MS);
    const decoder = new VideoDecoder({
      output: (frame) => {
        const context = new OffscreenCanvas(64, 64).getContext("2d");
        context?.drawImage(frame, 0, 0);
        frame.close();
        const seen = context?.getImageData(32, 32, 1, 1).data ?? [];
        done(SAMPLE_COLOUR.every((value, at) => Math.abs(value - seen[at]) <= 3));
      },
      error: () => done(false),
    });
    decoder.configure({ codec: FULL, optimizeForLatency: true });
    const data = Uint8Array.from(atob(SAMPLE), (letter) => letter.charCodeAt(0));
    decoder.decode(new EncodedVideoChunk({ type: "key", timestamp: 0, data }));
    decoder.flush().then(() => decoder.close(), () => done(false));
  });
}

/** @typedef {{x: number, y: number, width: number, height: number}} Area */

/** Decodes one stream; `show(frame, damage)` draws at once, `shown(number, ms)` acknowledges, `wantKey()` asks for a keyframe. */
export class Decoder {
  /** @param {(frame: VideoFrame, damage: Area | null) => void} show @param {(number: number, ms: number) => void} shown @param {() => void} wantKey */
  constructor(show, shown, wantKey) {
    this.show = show;
    this.shown = shown;
    this.wantKey = wantKey;
    this.codec = "";
    this.needsKey = true;
    /** @type {Map<number, {at: number, damage: Area}>} frame number -> when it was given to the decoder, what it changes */
    this.started = new Map();
    /** @type {VideoDecoder | null} */
    this.decoder = null;
  }

  /** A new codec or size. @param {string} codec */
  configure(codec) {
    this.codec = codec;
    this.restart();
  }

  restart() {
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.started.clear();
    this.needsKey = true;
    const decoder = new VideoDecoder({
      output: (frame) => this.output(frame),
      error: () => {
        if (this.decoder === decoder) this.lose();
      },
    });
    this.decoder = decoder;
    decoder.configure({ codec: this.codec, optimizeForLatency: true });
  }

  /** The stream cannot be followed any more: begin anew with a keyframe. */
  lose() {
    this.restart();
    this.wantKey();
  }

  /** @param {any} message Frame */
  frame(message) {
    if (!this.decoder || !this.codec) return;
    if (this.needsKey && !message.isKey) {
      this.wantKey();
      return;
    }
    this.needsKey = false;
    const { damageX: x, damageY: y, damageWidth: width, damageHeight: height } = message;
    this.started.set(message.frame, { at: performance.now(), damage: { x, y, width, height } });
    try {
      const type = message.isKey ? "key" : "delta";
      this.decoder.decode(new EncodedVideoChunk({ type, timestamp: message.frame, data: message.data }));
    } catch {
      this.lose();
    }
  }

  /** @param {VideoFrame} frame */
  output(frame) {
    const number = frame.timestamp;
    const { at: began, damage } = this.started.get(number) ?? { at: performance.now(), damage: null };
    this.started.delete(number);
    this.show(frame, damage);
    frame.close();
    this.shown(number, Math.min(65535, Math.round(performance.now() - began)));
  }

  close() {
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
  }
}
