// @ts-check
// Where the picture stands in its place: fit, 1:1 or a zoom; and back from a point of the page to a pixel. Pure.

/** @typedef {{scale: number, width: number, height: number}} Layout sizes in CSS pixels */

/** @param {"fit" | number} zoom @param {{width: number, height: number}} frame in device pixels of the customer
 * @param {{width: number, height: number}} place in CSS pixels @param {number} ratio devicePixelRatio @returns {Layout} */
export function layout(zoom, frame, place, ratio) {
  let scale = zoom === "fit" ? Math.min(place.width / frame.width, place.height / frame.height) : zoom / ratio;
  if (zoom === "fit") scale = Math.min(scale, 1 / ratio >= scale ? scale : Math.max(scale, 1 / ratio));
  return { scale, width: frame.width * scale, height: frame.height * scale };
}

/** Whether pixels are enlarged by a whole number, so that sharp edges are right. @param {number} scale @param {number} ratio */
export const isSharp = (scale, ratio) => scale * ratio >= 1 && Number.isInteger(Math.round(scale * ratio * 1000) / 1000);

/** @param {{left: number, top: number, width: number, height: number}} box of the canvas on the page
 * @param {number} x @param {number} y of the page @param {{width: number, height: number}} frame */
export function toFrame(box, x, y, frame) {
  const clamp = (/** @type {number} */ value, /** @type {number} */ most) => Math.max(0, Math.min(most - 1, Math.floor(value)));
  return {
    x: clamp(((x - box.left) / box.width) * frame.width, frame.width),
    y: clamp(((y - box.top) / box.height) * frame.height, frame.height),
  };
}
