// The technician's link comes back by itself: one try at once, then only when the server answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Link } from "../../src/beistand/console/protocol/link.js";
import { decode, encode } from "../../src/beistand/console/protocol/rendezvous.js";

const JOINED = { kind: "joined", role: "technician", origin: "https://a.example", organisation: "org", resume: "token", expires_seconds: 0 };

/** A browser's WebSockets and a server that answers or not. */
class World {
  constructor() {
    const sockets = (this.sockets = []);
    this.told = [];
    this.answers = [];
    class Socket {
      constructor() {
        this.readyState = 1;
        this.sent = [];
        sockets.push(this);
      }
      send(data) {
        this.sent.push(decode(data.subarray(1)));
      }
      close() {}
    }
    const tell = (name) => () => this.told.push(name);
    this.link = new Link("wss://a.example/relay", "ticket", { frame: () => {}, stream: () => {}, lost: tell("lost"), failed: tell("failed") },
      Socket, async () => this.answers.shift() ?? false);
  }

  /** The newest socket is let in. */
  join() {
    const socket = this.sockets.at(-1);
    socket.onopen();
    const frame = encode(JOINED);
    socket.onmessage({ data: Uint8Array.of(0, ...frame).buffer });
  }

  async until(isTrue) {
    while (!isTrue()) await new Promise((done) => setTimeout(done, 1));
  }
}

test("a link that was cut tries once at once, then asks a plain request and opens no socket that would fail", async () => {
  const world = new World();
  world.join();
  world.link.mayRejoin = true;
  world.answers = [false, false, false, true];
  world.sockets[0].onclose();
  assert.deepEqual(world.told, ["lost"]);
  await world.until(() => world.sockets.length === 2);
  assert.equal(world.answers.length, 4, "the first try waits for no answer");
  world.sockets[1].onclose();
  await world.until(() => world.sockets.length === 3);
  assert.equal(world.answers.length, 0);
  world.join();
  assert.deepEqual(world.sockets[2].sent, [{ kind: "rejoin", token: "token" }]);
  assert.deepEqual(world.told, ["lost"]);
});

test("a link that was closed while it asked opens nothing any more", async () => {
  const world = new World();
  world.join();
  world.sockets[0].onclose();
  await world.until(() => world.sockets.length === 2);
  let isAsked = false;
  world.link.probe = async () => {
    isAsked = true;
    world.link.close();
    return true;
  };
  world.sockets[1].onclose();
  await world.until(() => isAsked);
  await new Promise((done) => setTimeout(done, 1));
  assert.equal(world.sockets.length, 2);
});
