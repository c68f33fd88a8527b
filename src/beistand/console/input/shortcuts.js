// @ts-check
// Keys of the console itself. Everything else goes to the customer's computer, so these need three fingers: Ctrl+Alt+Shift.
// By `code`, the place of the key: what Shift makes of it differs from layout to layout. Pure.

/** @type {Record<string, string>} */
const COMMANDS = {
  KeyM: "menu", KeyF: "full", KeyS: "snapshot", KeyC: "chat", KeyV: "send_copy", KeyT: "type_copy",
  Digit0: "fit", Numpad0: "fit", Digit1: "exact", Numpad1: "exact",
  Equal: "larger", BracketRight: "larger", NumpadAdd: "larger", // + of the American and the German layout
  Minus: "smaller", Slash: "smaller", NumpadSubtract: "smaller",
};

/** The steps of zoom; "fit" lies outside of them. */
export const ZOOMS = [0.5, 0.75, 1, 1.5, 2];

/** The console's command for a keydown, or null: then the key is the customer's.
 * @param {{code: string, ctrlKey: boolean, altKey: boolean, shiftKey: boolean, metaKey: boolean}} event */
export function commandOf({ code, ctrlKey, altKey, shiftKey, metaKey }) {
  return ctrlKey && altKey && shiftKey && !metaKey ? COMMANDS[code] ?? null : null;
}

/** The next step of zoom from what is shown now. @param {"fit" | number} zoom @param {number} shown the scale in use
 * @param {1 | -1} way */
export function nextZoom(zoom, shown, way) {
  const from = zoom === "fit" ? shown : zoom;
  const next = way > 0 ? ZOOMS.find((step) => step > from + 0.01) : ZOOMS.findLast((step) => step < from - 0.01);
  return next ?? (way > 0 ? ZOOMS[ZOOMS.length - 1] : ZOOMS[0]);
}
