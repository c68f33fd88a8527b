// @ts-check
// Keys of the technician -> messages. Characters travel as text (whatever the layouts), shortcuts and special keys as key codes.
// A hidden text field takes what the browser composes: dead keys, input methods, AltGr, emoji.
import { commandOf } from "./shortcuts.js";

const MODIFIERS = new Set([
  "ShiftLeft", "ShiftRight", "ControlLeft", "ControlRight", "AltLeft", "AltRight", "MetaLeft", "MetaRight",
]);
const COMPOSING = new Set(["Dead", "Process", "Unidentified", "Compose"]);

/** Whether a keydown is a character that the text field may take. Pure.
 * @param {{key: string, ctrlKey: boolean, altKey: boolean, metaKey: boolean, isAltGraph: boolean}} event */
export function isText(event) {
  if (COMPOSING.has(event.key)) return true;
  if ([...event.key].length !== 1) return false;
  if (event.isAltGraph) return true; // AltGr shows as Control+Alt on Windows
  return !event.ctrlKey && !event.altKey && !event.metaKey;
}

/** Which modifiers wait, which are sent, what is held. Pure: `send` gets messages. */
export class Keyboard {
  /** @param {(message: any) => void} send */
  constructor(send) {
    this.send = send;
    /** @type {Set<string>} pressed here, not told yet: a lone Shift before a capital letter is never told */
    this.pending = new Set();
    /** @type {Set<string>} */
    this.held = new Set();
  }

  /** @param {string} code @param {Parameters<typeof isText>[0]} event @returns {boolean} whether the browser must not act on it */
  down(code, event) {
    if (event.key === "AltGraph") return false;
    if (MODIFIERS.has(code)) {
      if (!this.held.has(code)) this.pending.add(code);
      return true;
    }
    if (isText(event)) {
      this.pending.clear();
      return false;
    }
    if (!code) return true;
    this.flush();
    this.held.add(code);
    this.send({ kind: "Key", code, isPressed: true });
    return true;
  }

  /** @param {string} code */
  up(code) {
    if (this.pending.delete(code)) {
      if (code.startsWith("Shift")) return; // Shift alone means nothing
      this.send({ kind: "Key", code, isPressed: true });
      this.send({ kind: "Key", code, isPressed: false });
    } else if (this.held.delete(code)) {
      this.send({ kind: "Key", code, isPressed: false });
    }
  }

  /** Tells the modifiers that are down: before a shortcut, before a click. */
  flush() {
    for (const code of this.pending) {
      this.held.add(code);
      this.send({ kind: "Key", code, isPressed: true });
    }
    this.pending.clear();
  }

  /** @param {string} text */
  text(text) {
    for (let at = 0; at < text.length; at += 500) this.send({ kind: "Text", text: text.slice(at, at + 500) });
  }

  /** A chord from the menu, for example Control+Alt+Delete. @param {string[]} codes */
  chord(codes) {
    for (const code of codes) this.send({ kind: "Key", code, isPressed: true });
    for (const code of [...codes].reverse()) this.send({ kind: "Key", code, isPressed: false });
  }

  /** The console's own keys were pressed: what leads to them is never told. */
  forget() {
    this.pending.clear();
  }

  /** The page lost the keyboard. */
  release() {
    this.pending.clear();
    if (this.held.size) this.send({ kind: "ReleaseAll" });
    this.held.clear();
  }
}

/** Binds a hidden text field. @param {HTMLTextAreaElement} field @param {Keyboard} keyboard
 * @param {(command: string) => void} own a command of the console itself */
export function listen(field, keyboard, own) {
  const asEvent = (/** @type {KeyboardEvent} */ event) => ({
    key: event.key,
    ctrlKey: event.ctrlKey,
    altKey: event.altKey,
    metaKey: event.metaKey,
    isAltGraph: event.getModifierState("AltGraph"),
  });
  field.addEventListener("keydown", (event) => {
    const command = commandOf(event);
    if (command) {
      keyboard.forget();
      event.preventDefault();
      own(command);
    } else if (!event.isComposing && keyboard.down(event.code, asEvent(event))) event.preventDefault();
    event.stopPropagation();
  });
  field.addEventListener("keyup", (event) => {
    keyboard.up(event.code);
    event.preventDefault();
  });
  const take = () => {
    const text = field.value;
    field.value = "";
    if (text) keyboard.text(text);
  };
  field.addEventListener("input", (event) => {
    if (!(/** @type {InputEvent} */ (event).isComposing)) take();
  });
  field.addEventListener("compositionend", take);
  field.addEventListener("blur", () => keyboard.release());
}
