// @ts-check
// Frames of the customer's screen -> decoded pictures (WebCodecs), patches -> pixels. Nothing is held back, nothing is repeated.
import { countOf, inflated, piecesOf, stored } from "./patch.js";

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
/** What waits for its turn to be drawn: a frame for the decoder, a patch for its pixels.
 * @typedef {{number: number, began: number, damage: Area | null, picture: VideoFrame | null, pieces: import("./patch.js").Piece[] | null}} Turn */

/** Decodes one stream, draws in its order: `show(frame, damage)` and `put(pieces)` draw at once, `shown(number, ms)`
 * acknowledges, `wantKey()` asks for a keyframe. */
export class Decoder {
  /** @param {{show: (frame: VideoFrame, damage: Area | null) => void, put: (pieces: import("./patch.js").Piece[]) => void,
   *   shown: (number: number, ms: number) => void, wantKey: () => void}} ways */
  constructor(ways) {
    this.ways = ways;
    this.codec = "";
    this.needsKey = true;
    /** @type {Turn[]} */
    this.turns = [];
    /** @type {VideoDecoder | null} */
    this.decoder = null;
  }

  /** A new codec or size. @param {string} codec */
  configure(codec) {
    this.codec = codec;
    this.restart();
  }

  restart() {
    this.close();
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
    if (this.codec) this.restart();
    this.ways.wantKey();
  }

  /** @param {any} message Frame */
  frame(message) {
    if (!this.decoder || !this.codec) return;
    if (this.needsKey && !message.isKey) {
      this.ways.wantKey();
      return;
    }
    this.needsKey = false;
    const { damageX: x, damageY: y, damageWidth: width, damageHeight: height } = message;
    this.wait(message.frame, { x, y, width, height });
    try {
      const type = message.isKey ? "key" : "delta";
      this.decoder.decode(new EncodedVideoChunk({ type, timestamp: message.frame, data: message.data }));
    } catch {
      this.lose();
    }
  }

  /** Pixels that need no decoder; dropped where the picture they belong to is not there. @param {any} message Patch */
  patch(message) {
    if (this.needsKey) return;
    const count = countOf(message.areas);
    if (!count) return this.lose();
    const turn = this.wait(message.frame, null);
    const planes = stored(message.data, count);
    if (planes) this.patched(turn, piecesOf(message.areas, planes));
    else inflated(message.data, count).then((found) => this.patched(turn, found && piecesOf(message.areas, found)));
  }

  /** @param {number} number @param {Area | null} damage */
  wait(number, damage) {
    /** @type {Turn} */
    const turn = { number, began: performance.now(), damage, picture: null, pieces: null };
    this.turns.push(turn);
    return turn;
  }

  /** @param {Turn} turn @param {import("./patch.js").Piece[] | null} pieces null: not what it said it was */
  patched(turn, pieces) {
    if (!this.turns.includes(turn)) return; // the stream began anew meanwhile
    if (!pieces) return this.lose();
    turn.pieces = pieces;
    this.draw();
  }

  /** @param {VideoFrame} frame */
  output(frame) {
    const turn = this.turns.find(({ number, damage }) => damage && number === frame.timestamp);
    if (!turn) return frame.close();
    turn.picture = frame;
    this.draw();
  }

  /** Everything whose turn it is. */
  draw() {
    while (this.turns.length && (this.turns[0].picture || this.turns[0].pieces)) {
      const { number, began, damage, picture, pieces } = /** @type {Turn} */ (this.turns.shift());
      if (picture) this.ways.show(picture, damage);
      else if (pieces) this.ways.put(pieces);
      picture?.close();
      this.ways.shown(number, Math.min(65535, Math.round(performance.now() - began)));
    }
  }

  close() {
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
    for (const { picture } of this.turns.splice(0)) picture?.close();
  }
}
