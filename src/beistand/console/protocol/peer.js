// @ts-check
// The engine of one end: frames, handshake, replay, channel, messages (docs/protocol.md section 8). Mirrors protocol/e2e/peer.py.
// WebCrypto is asynchronous, so both directions are chains of promises: what was called first leaves (or is told) first.
import { concat } from "./bytes.js";
import { Opener, Sealer } from "./channel.js";
import { LocalError, PeerError } from "./errors.js";
import { CustomerHandshake, TechnicianHandshake } from "./handshake.js";
import { HOST, Joiner, TECHNICIAN, maySend, split } from "./messages.js";
import { Replay } from "./replay.js";
import * as wire from "./wire.js";

/** @typedef {{type: "outgoing", data: Uint8Array} | {type: "confirmed", info: Uint8Array, share?: Uint8Array} | {type: "attempt"}
 *   | {type: "got", message: import("./messages.js").Message}} PeerEvent */

class Peer {
  /** @param {string} me @param {string} other */
  constructor(me, other) {
    this.me = me;
    this.reader = new wire.FrameReader();
    this.replay = new Replay();
    /** @type {Sealer | null} */
    this.sealer = null;
    /** @type {Opener | null} */
    this.opener = null;
    this.joiner = new Joiner(other);
    this.isBroken = false;
    /** @type {Uint8Array} */
    this.exporter = new Uint8Array(0);
    /** @type {Promise<any>} */
    this.receiving = Promise.resolve();
    /** @type {Promise<any>} */
    this.sending = Promise.resolve();
  }

  get isConfirmed() {
    return this.sealer !== null;
  }

  /** Resolves when everything that has arrived so far was told. @returns {Promise<void>} */
  get settled() {
    return this.receiving;
  }

  /** Whether so much is unacknowledged that pictures must wait. */
  get isFull() {
    return this.replay.isFull;
  }

  /** @param {Uint8Array} out @param {Uint8Array} into @param {Uint8Array} exporter */
  confirm(out, into, exporter) {
    this.sealer = new Sealer(out);
    this.opener = new Opener(into);
    this.exporter = exporter;
  }

  /** Bytes of a message; promises resolve in the order of the calls. LocalError, thrown at once, before `confirmed`.
   * @param {import("./messages.js").Message} message @returns {Promise<Uint8Array>} */
  send(message) {
    const sealer = this.sealer;
    if (!sealer) throw new LocalError("no message may be sent before the keys are confirmed");
    if (!maySend(message.kind, this.me)) throw new LocalError(`${message.kind} is not ours to send`);
    const sealed = split(message).map(({ channel, piece }) => sealer.seal(channel, piece));
    const bytes = this.sending.then(async () => {
      const frames = [];
      for (const one of sealed) {
        const frame = this.replay.send(await one);
        if (!this.replay.isWaiting) frames.push(frame); // else it leaves with everything else that is sent again
      }
      return concat(...frames);
    });
    this.sending = bytes.catch(() => {});
    return bytes;
  }

  /** Takes stream bytes, any cut; tells events in order. A PeerError (by rejection) is the end of the stream.
   * @param {Uint8Array} data @param {(event: PeerEvent) => void} tell @returns {Promise<void>} */
  receive(data, tell) {
    const work = this.receiving.then(async () => {
      if (this.isBroken) throw new PeerError("broken", "The session was already ended because of an error.");
      if (this.replay.isWaiting) {
        if (!wire.isResume(data)) return; // under way before the re-join (perhaps the middle of a record): it comes again
        this.reader = new wire.FrameReader();
      }
      try {
        for (const frame of this.reader.feed(data)) await this.frame(frame, tell);
      } catch (error) {
        this.isBroken = true;
        throw error;
      }
    });
    this.receiving = work.catch(() => {});
    return work;
  }

  /** @param {wire.Frame} frame @param {(event: PeerEvent) => void} tell */
  async frame(frame, tell) {
    if (frame.kind === wire.HANDSHAKE) {
      if (this.isConfirmed) throw new PeerError("handshake", "The other end began a second handshake.");
      await this.handshake(frame.body[0], frame.body.slice(1), tell);
      return;
    }
    if (!this.opener) throw new PeerError("handshake", "The other end sent data before the handshake was over.");
    const { records, reply } = this.replay.receive(frame);
    if (reply.length) tell({ type: "outgoing", data: concat(...reply) });
    for (const record of records) {
      const { channel, data } = await this.opener.open(record);
      const message = this.joiner.add(channel, data);
      if (message) tell({ type: "got", message });
    }
  }

  /** @param {number} _index @param {Uint8Array} _body @param {(event: PeerEvent) => void} _tell
   * @returns {void | Promise<void>} */
  handshake(_index, _body, _tell) {
    throw new LocalError("each role has its own handshake");
  }

  /** The acknowledgement that is due, or nothing. @returns {Uint8Array | null} */
  flush() {
    return this.replay.flushAck();
  }

  /** The link is gone: forget a half-received frame. */
  linkLost() {
    this.receiving = this.receiving.then(() => {
      this.reader = new wire.FrameReader();
    });
  }

  /** What to write first on a new link. It waits for what is being sent (that still belongs to the old link), and what is
   * sent later waits for it: else a record could leave between the two RESUMEs and be a gap to the other end.
   * @returns {Promise<Uint8Array>} */
  resume() {
    const work = Promise.all([this.receiving, this.sending]).then(() => {
      this.reader = new wire.FrameReader();
      return this.replay.resume();
    });
    this.receiving = this.sending = work;
    return work;
  }
}

/** @param {number} index @param {Uint8Array} body */
const handshakeFrame = (index, body) => wire.encode(wire.HANDSHAKE, Uint8Array.of(index), body);
const outOfOrder = () => new PeerError("handshake", "A handshake message came out of order.");

/** The console's end: one peer per joined customer. */
export class TechnicianPeer extends Peer {
  /** @param {string} secret @param {Uint8Array} ci @param {import("./handshake.js").Ident} ident
   * @param {(count: number) => Uint8Array} random */
  constructor(secret, ci, ident, random) {
    super(TECHNICIAN, HOST);
    this.hand = new TechnicianHandshake(secret, ci, ident, random);
  }

  /** @param {number} index @param {Uint8Array} body @param {(event: PeerEvent) => void} tell */
  async handshake(index, body, tell) {
    if (index === 0) {
      tell({ type: "outgoing", data: handshakeFrame(1, await this.hand.onM0(body)) });
    } else if (index === 2) {
      const m3 = this.hand.onM2(body);
      tell({ type: "attempt" });
      tell({ type: "outgoing", data: handshakeFrame(3, m3) });
    } else if (index === 4) {
      this.hand.onM4(body);
      if (!this.hand.keys) throw new LocalError("a verified proof gave no keys");
      const { technicianToCustomer, customerToTechnician, exporter } = this.hand.keys;
      this.confirm(technicianToCustomer, customerToTechnician, exporter);
      tell({ type: "confirmed", info: this.hand.info2 });
    } else {
      throw outOfOrder();
    }
  }
}

/** The host's end; in JavaScript for tests alone. */
export class CustomerPeer extends Peer {
  /** @param {string} secret @param {Uint8Array} ci @param {Uint8Array} info @param {(count: number) => Uint8Array} random */
  constructor(secret, ci, info, random) {
    super(HOST, TECHNICIAN);
    this.hand = new CustomerHandshake(secret, ci, info, random);
  }

  start() {
    return handshakeFrame(0, this.hand.start());
  }

  /** @param {number} index @param {Uint8Array} body @param {(event: PeerEvent) => void} tell */
  handshake(index, body, tell) {
    if (index === 1) {
      tell({ type: "outgoing", data: handshakeFrame(2, this.hand.onM1(body)) });
    } else if (index === 3) {
      const m4 = this.hand.onM3(body);
      if (!this.hand.keys) throw new LocalError("a verified proof gave no keys");
      const { technicianToCustomer, customerToTechnician, exporter } = this.hand.keys;
      this.confirm(customerToTechnician, technicianToCustomer, exporter);
      tell({ type: "outgoing", data: handshakeFrame(4, m4) });
      tell({ type: "confirmed", info: this.hand.ident, share: this.hand.technicianShare });
    } else {
      throw outOfOrder();
    }
  }
}
