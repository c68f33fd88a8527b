// What a key of the technician means: a character, a shortcut, or a command of the console itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Keyboard, isText } from "../../src/beistand/console/input/keyboard.js";
import { commandOf, nextZoom } from "../../src/beistand/console/input/shortcuts.js";
import { cleanCopy } from "../../src/beistand/console/ui/copying.js";
import { Known } from "../../src/beistand/console/ui/customers.js";
import { fileName } from "../../src/beistand/console/ui/snapshot.js";

const NONE = { ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, isAltGraph: false };
const THREE = { ...NONE, ctrlKey: true, altKey: true, shiftKey: true };

test("characters travel as text, also those of AltGr on Windows, and shortcuts do not", () => {
  assert.ok(isText({ ...NONE, key: "ä" }));
  assert.ok(isText({ ...NONE, key: "😀" }));
  assert.ok(isText({ ...NONE, key: "Dead" }));
  assert.ok(isText({ ...NONE, key: "@", ctrlKey: true, altKey: true, isAltGraph: true }));
  assert.ok(!isText({ ...NONE, key: "q", ctrlKey: true, altKey: true }));
  assert.ok(!isText({ ...NONE, key: "c", ctrlKey: true }));
  assert.ok(!isText({ ...NONE, key: "Enter" }));
});

test("what leads to a command of the console is never told to the customer's computer", () => {
  const told = [];
  const keyboard = new Keyboard((message) => told.push(message));
  for (const code of ["ControlLeft", "AltLeft", "ShiftLeft"]) keyboard.down(code, { ...NONE, key: code });
  assert.equal(commandOf({ ...THREE, code: "KeyF" }), "full");
  keyboard.forget();
  for (const code of ["KeyF", "ShiftLeft", "AltLeft", "ControlLeft"]) keyboard.up(code);
  assert.deepEqual(told, []);
});

test("only three fingers reach the console, on any layout", () => {
  assert.equal(commandOf({ ...THREE, code: "BracketRight" }), "larger");
  assert.equal(commandOf({ ...THREE, code: "Slash" }), "smaller");
  assert.equal(commandOf({ ...THREE, code: "KeyX" }), null);
  assert.equal(commandOf({ ...THREE, metaKey: true, code: "KeyF" }), null);
  for (const missing of ["ctrlKey", "altKey", "shiftKey"]) assert.equal(commandOf({ ...THREE, [missing]: false, code: "KeyF" }), null);
});

test("zoom goes by steps from what is shown, and stays at its ends", () => {
  assert.equal(nextZoom("fit", 0.63, 1), 0.75);
  assert.equal(nextZoom("fit", 0.63, -1), 0.5);
  assert.equal(nextZoom(1, 1, 1), 1.5);
  assert.equal(nextZoom(2, 2, 1), 2);
  assert.equal(nextZoom(0.5, 0.5, -1), 0.5);
});

test("copied text keeps its lines and tabs and nothing that commands a terminal", () => {
  assert.equal(cleanCopy("a\r\nb\rc\td\u0000\u001b[2J\u0007\u009bx"), "a\nb\nc\td[2Jx");
});

test("a screenshot's name holds no sign that a file system forbids", () => {
  assert.equal(fileName("A/B: \"Mü\\ller\" <x>|?*", new Date(2026, 10, 5, 4, 3, 2)), "Beistand AB Müller x 2026-11-05 04.03.02.png");
});

test("customers of the same name are told apart, and their name alone picks nobody", () => {
  const known = new Known();
  const meier = (id, number, city) => ({ id, number, city, name: "Meier" });
  const offered = known.offer([meier("a", "K1", "Köln"), meier("b", "K2", ""), { id: "c", number: "K3", city: "Bonn", name: "Muster" }]);
  assert.deepEqual(offered, ["Meier (K1, Köln)", "Meier (K2)", "Muster"]);
  assert.deepEqual(known.picked("Meier (K2)"), { customer_id: "b", customer_name: "Meier" });
  assert.deepEqual(known.picked("Muster"), { customer_id: "c", customer_name: "Muster" });
  assert.deepEqual(known.offer([]), []); // what was picked no longer fits the search, and is still meant
  assert.equal(known.picked("Meier (K1, Köln)").customer_id, "a");
  assert.ok(known.isShared("Meier"));
  assert.equal(known.picked("Meier").customer_id, null);
  assert.equal(known.labelOf("a"), "Meier (K1, Köln)");
});
