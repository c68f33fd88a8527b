// @ts-check
// Copied text between the two clipboards: each piece by a deed of its own, never by itself, never unseen.
import { t } from "../i18n.js";
import { el } from "./dom.js";

const MOST_CHARACTERS = 200_000;
const MOST_TYPED = 2_000;
const SHOWN_CHARACTERS = 400;

/** Control characters go, lines and tabs stay: pasted into a terminal the others would be commands. @param {string} text */
export const cleanCopy = (text) => text.replace(/\r\n?/g, "\n").replace(/[^\n\t\P{Cc}]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "");

/** Reads the technician's clipboard, or tells why that does not work. @param {(words: string) => void} tell */
async function copied(tell) {
  try {
    const text = cleanCopy(await navigator.clipboard.readText());
    if (!text) tell(t("nothing_copied"));
    return text;
  } catch {
    tell(t("no_clipboard"));
    return "";
  }
}

/** Into the customer's clipboard. @param {import("../support.js").Support} support @param {(words: string) => void} tell */
export async function sendCopy(support, tell) {
  if (!support.session.mayControl) return tell(t("copy_needs_control"));
  const text = (await copied(tell)).slice(0, MOST_CHARACTERS);
  if (!text) return;
  support.input({ kind: "Clipboard", text });
  tell(t("copy_sent", { count: text.length }));
}

/** As keys, for fields that take nothing pasted. @param {import("../support.js").Support} support
 * @param {import("../input/keyboard.js").Keyboard} keyboard @param {(words: string) => void} tell */
export async function typeCopy(support, keyboard, tell) {
  if (!support.session.mayControl) return tell(t("copy_needs_control"));
  const text = await copied(tell);
  if (text.length > MOST_TYPED) return tell(t("copy_too_long", { count: MOST_TYPED }));
  if (text) keyboard.text(text);
}

/** What the customer has sent, with a button that takes it: their program never writes into this clipboard itself.
 * @param {string} sent @param {(words: string) => void} tell */
export function received(sent, tell) {
  const text = cleanCopy(sent);
  const short = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)} …` : text;
  const take = () =>
    navigator.clipboard.writeText(text).then(() => tell(t("copy_taken")), () => tell(t("no_clipboard")));
  return el("li", { class: "copied", "data-test": "copied" },
    el("b", {}, t("copy_received", { count: text.length })), el("pre", {}, short),
    el("button", { class: "small", onclick: take, "data-test": "take-copy" }, t("copy_take")));
}
