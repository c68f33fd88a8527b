// @ts-check
// The bar above the picture: one line from 1280 pixels on; what is used seldom lies in three menus.
import { language, t } from "../i18n.js";
import { ZOOMS } from "../input/shortcuts.js";
import { clean, el } from "./dom.js";
import { Menu } from "./menu.js";

/** Keys that the browser or the technician's own system would keep for itself: German name, English name, codes.
 * @type {[string, string, string[]][]} */
const CHORDS = [
  ["Strg+Alt+Entf", "Ctrl+Alt+Del", ["ControlLeft", "AltLeft", "Delete"]],
  ["Strg+Umschalt+Esc", "Ctrl+Shift+Esc", ["ControlLeft", "ShiftLeft", "Escape"]],
  ["Alt+Tab", "Alt+Tab", ["AltLeft", "Tab"]],
  ["Alt+F4", "Alt+F4", ["AltLeft", "F4"]],
  ["Windows", "Windows", ["MetaLeft"]],
  ["Windows+R", "Windows+R", ["MetaLeft", "KeyR"]],
  ["Windows+E", "Windows+E", ["MetaLeft", "KeyE"]],
  ["Windows+L", "Windows+L", ["MetaLeft", "KeyL"]],
  ["Strg+W", "Ctrl+W", ["ControlLeft", "KeyW"]],
  ["Strg+Esc", "Ctrl+Esc", ["ControlLeft", "Escape"]],
  ["Druck", "Print screen", ["PrintScreen"]],
  ["Kontextmenü", "Context menu", ["ContextMenu"]],
  ["F11", "F11", ["F11"]],
];

/** How a command of the console's own keys is shown. @param {string} key */
const keys = (key) => (language() === "de" ? `Strg+Alt+Umschalt+${key}` : `Ctrl+Alt+Shift+${key}`);

/** @param {import("./desk.js").Desk} desk @param {string} customer */
export function toolbar(desk, customer) {
  const back = () => desk.field.focus();
  const run = (/** @type {string} */ command) => () => desk.command(command);
  const chords = new Menu(t("keys"), "chords", CHORDS.map(([german, english, codes]) => {
    const label = language() === "de" ? german : english;
    return { label, name: codes.join("+"), run: () => desk.keyboard.chord(codes) };
  }), back);
  const view = new Menu(t("view"), "view", [
    { label: t("fit"), name: "fit", hint: keys("0"), isOn: () => desk.renderer.zoom === "fit", run: run("fit") },
    ...ZOOMS.map((zoom) => ({
      label: zoom === 1 ? "1:1" : `${zoom * 100} %`, name: `zoom-${zoom}`, hint: zoom === 1 ? keys("1") : "",
      isOn: () => desk.renderer.zoom === zoom, run: () => desk.zoom(zoom),
    })),
    { label: t("larger"), name: "larger", hint: keys("+"), run: run("larger") },
    { label: t("smaller"), name: "smaller", hint: keys("−"), run: run("smaller") },
    { label: t("full_screen"), name: "full", hint: keys("F"), run: run("full") },
    { label: t("snapshot"), name: "snapshot", hint: keys("S"), run: run("snapshot") },
    { label: t("record"), name: "record", run: () => desk.recording.press() },
  ], back);
  desk.recording.offer(view.entries[view.entries.length - 1]);
  const text = new Menu(t("text"), "text", [
    { label: t("paste"), name: "send_copy", hint: keys("V"), run: run("send_copy") },
    { label: t("type_copy"), name: "type_copy", hint: keys("T"), run: run("type_copy") },
    { label: t("chat"), name: "chat", hint: keys("C"), run: run("chat") },
  ], back);
  const bar = el("header", { class: "desk-bar", "data-test": "toolbar" },
    el("span", { class: "name", title: clean(customer) }, clean(customer)), desk.words, el("span", { class: "grow" }),
    desk.time, desk.price, desk.level, desk.administer, desk.cover.node, desk.colleagues, desk.monitors, chords.node, view.node, text.node,
    el("button", { class: "small stop", "data-test": "end", onclick: () => desk.support.end() }, t("end")));
  bar.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") back();
  });
  return { bar, focus: () => chords.button.focus() };
}
