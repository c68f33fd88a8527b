// @ts-check
// A button that opens a list of commands: arrow keys, Enter and Escape work as in any menu; a mouse is not needed.
import { el } from "./dom.js";

/** @typedef {{label: string, name: string, hint?: string, isOn?: () => boolean, run: () => void}} Item */

export class Menu {
  /** @param {string} label @param {string} name for tests @param {Item[]} items @param {() => void} closed called when the
   * menu has closed: the picture takes the keyboard again */
  constructor(label, name, items, closed) {
    this.items = items;
    this.closed = closed;
    this.button = el("button", {
      class: "small", "aria-haspopup": "menu", "aria-expanded": "false", "data-test": name,
      onclick: () => (this.isOpen ? this.close() : this.open()),
    }, `${label} ▾`);
    this.entries = items.map((item) =>
      el("button", { role: "menuitem", tabindex: "-1", "data-item": item.name, onclick: () => this.choose(item) },
        el("span", {}, item.label), item.hint ? el("kbd", {}, item.hint) : null));
    this.list = el("div", { class: "menu-list", role: "menu", "aria-label": label, hidden: true }, ...this.entries);
    this.node = el("div", { class: "menu" }, this.button, this.list);
    this.node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.key(event));
    this.node.addEventListener("focusout", (/** @type {FocusEvent} */ event) => {
      if (!this.node.contains(/** @type {Node | null} */ (event.relatedTarget))) this.hide();
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  open() {
    this.items.forEach((item, at) => {
      if (item.isOn) this.entries[at].classList.toggle("on", item.isOn());
    });
    this.list.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.entries[0].focus();
  }

  hide() {
    this.list.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  close() {
    this.hide();
    this.closed();
  }

  /** @param {Item} item */
  choose(item) {
    this.close();
    item.run();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.isOpen) {
      if (event.key === "ArrowDown") this.open();
      else return;
    } else {
      const seen = this.entries.filter((entry) => !entry.hidden);
      const at = seen.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
      if (event.key === "Escape") this.close();
      else if (to === undefined) return;
      else seen.at(to % seen.length).focus();
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
