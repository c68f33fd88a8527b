// The playbooks in JavaScript: the session's table in both roles, and the technician's page in whole dialogues.
// tests/playbooks/test_playbooks.py plays the same JSON by the Python, there in the customer's role.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Recording } from "../../src/beistand/console/protocol/recording.js";
import { Session } from "../../src/beistand/console/protocol/session.js";
import { Support } from "../../src/beistand/console/support.js";
import { rich } from "./answers.mjs";

const read = (name) => JSON.parse(readFileSync(new URL(`../playbooks/${name}`, import.meta.url), "utf8"));
const TALKS = read("conversation.json");

const TABLES = [[Session, "session.json"], [Recording, "recording.json"]];
for (const [kind, { name, roles, lines }] of TABLES.flatMap(([kind, file]) => read(file).plays.map((play) => [kind, play]))) {
  for (const role of roles) {
    test(`table ${kind.name}, ${role}: ${name}`, () => {
      const session = new kind(role);
      let outcome = "";
      for (const [sign, word] of lines) {
        if (sign === "<<") assert.equal(session.state, word);
        else if (sign === "!!") assert.equal(outcome, word);
        else {
          const before = session.state;
          try {
            outcome = session.handle(word);
          } catch (error) {
            outcome = error.constructor.name;
            assert.equal(session.state, before);
          }
        }
      }
    });
  }
}

class SilentLink {
  sendFrame() {}
  sendStream() {}
  close() {}
}

/** The technician's end in a dialogue: what it says and what its page hears, until the script has asked for it. */
class Console {
  constructor({ level, chargeable = false }) {
    const coverage = { is_chargeable: chargeable, notice: chargeable ? TALKS.notice : "", covered_by: chargeable ? "" : "Wartung" };
    const made = { nameplate: "123", origin: "https://x", organisation: "1", ident: "{}", relay_url: "", ticket: "", coverage };
    this.said = [];
    this.heard = [];
    const wish = { level, codecs: ["vp09.01.40.08.03"] };
    this.support = new Support(made, wish, (name, detail) => this.heard.push([name, detail]), SilentLink);
    const peer = {
      isConfirmed: true,
      send: async (message) => {
        this.said.push(message);
        return new Uint8Array(0);
      },
    };
    this.support.peer = peer;
    this.support.event(peer, { type: "confirmed", info: new Uint8Array(0) });
  }

  async does(what, detail) {
    const deeds = {
      input: () => this.support.input(rich(detail)),
      send: () => this.support.send(rich(detail)),
      ask_control: () => this.support.askControl(),
      drop_control: () => this.support.dropControl(),
      ask_administer: () => this.support.askAdminister(detail),
      drop_administer: () => this.support.dropAdminister(),
      ask_recording: () => this.support.askRecording(rich(detail)),
      stop_recording: () => this.support.stopRecording(),
      end: () => this.support.end(),
    };
    await deeds[what]();
  }

  hears(name, detail) {
    const at = this.heard.findIndex((one) => one[0] === name);
    assert.notEqual(at, -1, `the page was not told ${name}: ${JSON.stringify(this.heard)}`);
    if (detail !== undefined) assert.equal(this.heard[at][1], detail);
    this.heard.splice(0, at + 1);
  }

  async play([who, verb, ...rest]) {
    if (who === "technician" && verb === "does") await this.does(...rest);
    else if (who === "technician") assert.deepEqual(this.said.shift(), rich(rest[0]));
    else if (who === "customer" && verb === "says") this.support.event(this.support.peer, { type: "got", message: rich(filledIn(rest[0])) });
    else if (who === "state") assert.equal(this.support.session.state, verb);
    else if (who === "page") this.hears(...rest);
    else assert.ok((who === "customer" && verb === "does") || (who === "desktop" && verb === "gets"), `no such line: ${who} ${verb}`);
  }
}

/** `{"notice": true}` stands for the hash of the notice's exact text. */
function filledIn(message) {
  const digest = createHash("sha256").update(TALKS.notice).digest("hex");
  return Object.fromEntries(Object.entries(message).map(([key, value]) => [key, value?.notice ? { hex: digest } : value]));
}

test("a stop that is still being opened when the relay closes is told as the customer's stop", async () => {
  const page = new Console({ level: 2 });
  let open = () => {};
  page.support.peer.settled = new Promise((resolve) => {
    open = () => resolve(page.support.got(rich({ kind: "Bye", why: 1, text: "" })));
  });
  page.support.frame({ kind: "closed", code: "ended" });
  open();
  await page.support.peer.settled;
  await Promise.resolve();
  page.hears("ended", "bye_1");
});

for (const play of TALKS.plays.filter(({ ends }) => !ends || ends.includes("technician"))) {
  test(`page: ${play.name}`, async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] }); // the page closes its link a moment after the end
    const page = new Console(play);
    for (const line of [...TALKS.begin, ...play.lines]) await page.play(line);
    assert.deepEqual(page.said, []);
  });
}
