// @ts-check
// The customer's screen on the page: a canvas for the picture, one above it for the customer's pointer.
import { isSharp, layout, toFrame } from "./layout.js";
import { drawPart } from "./part.js";

export class Renderer {
  /** @param {HTMLElement} place scrolls @param {HTMLCanvasElement} canvas @param {HTMLCanvasElement} cursor */
  constructor(place, canvas, cursor) {
    this.place = place;
    this.canvas = canvas;
    this.cursor = cursor;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    this.drawsWhole = true; // the canvas holds nothing to add a part to
    this.lost = () => {}; // what the canvas held is gone: patches are nowhere else
    canvas.addEventListener("contextrestored", () => {
      this.drawsWhole = true;
      this.lost();
    });
    /** @type {"fit" | number} */
    this.zoom = "fit";
    this.frame = { width: 0, height: 0 };
    this.at = { x: 0, y: 0, isVisible: false };
    /** @type {Map<number, {bitmap: ImageData, hotX: number, hotY: number}>} */
    this.shapes = new Map();
    this.shape = -1;
    this.observer = new ResizeObserver(() => this.arrange());
    this.observer.observe(place);
  }

  /** Draws what changed: without a graphics card a whole frame of 1920x1080 takes 5.6 ms to draw, a line of text 0.4 ms.
   * @param {VideoFrame} frame @param {import("./decoder.js").Area | null} damage */
  draw(frame, damage) {
    const isNew = frame.displayWidth !== this.frame.width || frame.displayHeight !== this.frame.height;
    if (isNew) this.resize(frame);
    if (isNew || this.drawsWhole || !damage) this.context.drawImage(frame, 0, 0);
    else drawPart(this.context, frame, damage);
    this.drawsWhole = false;
  }

  /** Pixels as they are. @param {import("./patch.js").Piece[]} pieces */
  put(pieces) {
    for (const { x, y, pixels } of pieces) this.context.putImageData(pixels, x, y);
  }

  /** @param {VideoFrame} frame */
  resize(frame) {
    this.frame = { width: frame.displayWidth, height: frame.displayHeight };
    this.canvas.width = this.frame.width;
    this.canvas.height = this.frame.height;
    this.arrange();
  }

  /** @param {"fit" | number} zoom */
  setZoom(zoom) {
    this.zoom = zoom;
    this.arrange();
  }

  /** The scale in use, in the customer's pixels to this screen's. */
  get shown() {
    return (this.scale ?? 1) * (globalThis.devicePixelRatio || 1);
  }

  arrange() {
    if (!this.frame.width) return;
    const place = { width: this.place.clientWidth, height: this.place.clientHeight };
    const ratio = globalThis.devicePixelRatio || 1;
    const { scale, width, height } = layout(this.zoom, this.frame, place, ratio);
    this.scale = scale;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.canvas.style.imageRendering = isSharp(scale, ratio) ? "pixelated" : "auto";
    this.placeCursor();
  }

  /** @param {any} message CursorShape */
  cursorShape(message) {
    const size = message.width * message.height * 4;
    if (!size || message.rgba.length !== size) return;
    const pixels = new Uint8ClampedArray(message.rgba);
    const bitmap = new ImageData(pixels, message.width, message.height);
    this.shapes.set(message.shape, { bitmap, hotX: message.hotX, hotY: message.hotY });
    if (this.shapes.size > 64) this.shapes.delete(/** @type {number} */ (this.shapes.keys().next().value));
    this.shape = -1;
    this.placeCursor();
  }

  /** @param {any} message CursorAt */
  cursorAt(message) {
    this.at = { x: message.x, y: message.y, isVisible: message.isVisible };
    this.wanted = message.shape;
    this.placeCursor();
  }

  placeCursor() {
    const shape = this.shapes.get(this.wanted ?? -1);
    if (!shape || !this.at.isVisible || !this.scale) {
      this.cursor.hidden = true;
      return;
    }
    if (this.shape !== this.wanted) {
      this.shape = this.wanted ?? -1;
      this.cursor.width = shape.bitmap.width;
      this.cursor.height = shape.bitmap.height;
      this.cursor.getContext("2d")?.putImageData(shape.bitmap, 0, 0);
    }
    this.cursor.hidden = false;
    this.cursor.style.width = `${shape.bitmap.width * this.scale}px`;
    this.cursor.style.height = `${shape.bitmap.height * this.scale}px`;
    const x = this.canvas.offsetLeft + (this.at.x - shape.hotX) * this.scale;
    const y = this.canvas.offsetTop + (this.at.y - shape.hotY) * this.scale;
    this.cursor.style.transform = `translate(${x}px, ${y}px)`;
  }

  /** A point of the page as a pixel of the customer's screen. @param {number} x @param {number} y */
  toFrame(x, y) {
    return toFrame(this.canvas.getBoundingClientRect(), x, y, this.frame);
  }

  close() {
    this.observer.disconnect();
  }
}
