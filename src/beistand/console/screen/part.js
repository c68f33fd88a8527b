// @ts-check
// A part of a decoded frame onto a canvas, without converting the rest of it. Not every browser cuts a frame exactly, so
// this one is tried once on a small frame of known colours before it is trusted.

/** @typedef {import("./decoder.js").Area} Area */
/** @type {boolean | null} */
let isExact = null;

/** Draws `area` of the frame at its own place, and nothing beside it; tells whether without converting the rest.
 * @param {CanvasRenderingContext2D} context @param {VideoFrame} frame @param {Area} area */
export function drawPart(context, frame, area) {
  if (drawCut(context, frame, area)) return true;
  context.save();
  context.beginPath();
  context.rect(area.x, area.y, area.width, area.height);
  context.clip();
  context.drawImage(frame, 0, 0);
  context.restore();
  return false;
}

/** False if it was not drawn because this browser or the area will not have it.
 * @param {CanvasRenderingContext2D} context @param {VideoFrame} frame @param {Area} area */
function drawCut(context, frame, area) {
  const even = { x: area.x & ~1, y: area.y & ~1, width: area.width, height: area.height };
  even.width += area.x - even.x;
  even.height += area.y - even.y;
  const isInside = even.x + even.width <= frame.displayWidth && even.y + even.height <= frame.displayHeight;
  if (!isInside || !even.width || !even.height) return false;
  isExact ??= cutsExactly();
  return isExact && cut(context, frame, even);
}

/** @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context @param {VideoFrame} frame @param {Area} area */
function cut(context, frame, area) {
  const part = new VideoFrame(frame, { visibleRect: area, displayWidth: area.width, displayHeight: area.height });
  context.drawImage(part, area.x, area.y);
  part.close();
  return true;
}

/** Whether a frame with a white square in the middle of black comes out of `cut` as white alone, at its place. */
function cutsExactly() {
  try {
    const side = 48;
    const luma = side * side;
    const data = new Uint8Array(luma * 3).fill(128);
    for (let at = 0; at < luma; at++) {
      const isWhite = [at % side, Math.floor(at / side)].every((place) => place >= 16 && place < 32);
      data[at] = isWhite ? 235 : 16;
    }
    const frame = new VideoFrame(data, { format: "I444", codedWidth: side, codedHeight: side, timestamp: 0 });
    const context = new OffscreenCanvas(side, side).getContext("2d");
    if (!context) return false;
    cut(context, frame, { x: 16, y: 16, width: 16, height: 16 });
    frame.close();
    const seen = context.getImageData(0, 0, side, side).data;
    return [...Array(luma).keys()].every((at) => seen[at * 4] > 250 === (data[at] === 235));
  } catch {
    return false;
  }
}
