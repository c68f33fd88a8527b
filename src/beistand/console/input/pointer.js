// @ts-check
// Pointer of the technician -> messages: at most one move per animation frame, presses and wheel in order.

const BUTTONS = [1, 2, 3, 8, 9]; // DOM's 0..4: left, middle, right, back, forward

/** @param {HTMLElement} canvas @param {(x: number, y: number) => {x: number, y: number}} toFrame
 * @param {{send: (message: any) => void, focus: () => void, beforePress: () => void}} to */
export function listen(canvas, toFrame, to) {
  /** @type {{x: number, y: number} | null} */
  let waiting = null;
  let isScheduled = false;
  const held = new Set();
  const flush = () => {
    isScheduled = false;
    if (waiting) to.send({ kind: "PointerMove", ...waiting });
    waiting = null;
  };
  canvas.addEventListener("pointermove", (event) => {
    waiting = toFrame(event.clientX, event.clientY);
    if (!isScheduled) {
      isScheduled = true;
      requestAnimationFrame(flush);
    }
  });
  const press = (/** @type {PointerEvent | MouseEvent} */ event, /** @type {boolean} */ isPressed) => {
    const button = BUTTONS[event.button];
    if (!button || (!isPressed && !held.has(button))) return;
    if (isPressed) held.add(button);
    else held.delete(button);
    waiting = null;
    if (isPressed) to.beforePress();
    to.send({ kind: "PointerButton", button, isPressed, ...toFrame(event.clientX, event.clientY) });
    event.preventDefault();
  };
  canvas.addEventListener("mousedown", (event) => {
    to.focus();
    press(event, true);
  });
  window.addEventListener("mouseup", (event) => press(event, false));
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("auxclick", (event) => event.preventDefault());
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 40 : event.deltaMode === 2 ? 800 : 1.2; // lines, pages, pixels (100 px a notch)
      const clamp = (/** @type {number} */ delta) => Math.max(-32768, Math.min(32767, Math.round(delta * unit)));
      to.send({ kind: "Wheel", dx: clamp(event.deltaX), dy: clamp(event.deltaY) });
    },
    { passive: false },
  );
}
