// The vectors in JavaScript: the same files that tests/vectors/test_vectors.py holds Python to.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { answer } from "./answers.mjs";

const FOLDER = new URL("../vectors/", import.meta.url);
const LONG_HEX = 5000;

/** Long bytes by their hash, as they stand in the files. */
function short(value) {
  if (Array.isArray(value)) return value.map(short);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.hex === "string" && value.hex.length > LONG_HEX) {
    const raw = Buffer.from(value.hex, "hex");
    return { sha256: createHash("sha256").update(raw).digest("hex"), bytes: raw.length };
  }
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, short(entry)]));
}

// Our own mistakes have sentences of their own in each language; what the other end did wrong has one for both.
const isShared = (error) => ["PeerError", "NumberError"].includes(error.error);

// The draft's own file has another form; a passkey's proof is checked by the customer's program alone.
const OTHERS = ["cpace.json", "passkey.json"];
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json") && !OTHERS.includes(name));

test("there are vectors", () => assert.ok(names.length >= 8));

for (const name of names) {
  const { right, wrong } = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
  test(`${name}: what is right gives what stands there`, async () => {
    for (const { op, given, gives } of right) {
      const told = short(JSON.parse(JSON.stringify(await answer(op, structuredClone(given)))));
      assert.deepEqual(told, gives, `${op} ${JSON.stringify(given).slice(0, 300)}`);
    }
  });
  test(`${name}: what is wrong is refused as it says`, async () => {
    for (const { op, given, why, error } of wrong) {
      const told = JSON.parse(JSON.stringify(await answer(op, structuredClone(given))));
      if (isShared(error)) assert.deepEqual(told, error, why);
      else assert.equal(told.error, error.error, why);
    }
  });
}
