// @ts-check
// One support session at the technician's end: link, peer and session table put together; tells the page what happens.
// It holds the secret digits and never gives them to anything but the handshake and the page that shows the number.
import { call } from "./api.js";
import { InPerson, NoPasskeyError } from "./person.js";
import { PeerError } from "./protocol/errors.js";
import { verify } from "./protocol/identity.js";
import { channelIdentifier } from "./protocol/keys.js";
import { Link } from "./protocol/link.js";
import { make, spoken } from "./protocol/number.js";
import { TechnicianPeer } from "./protocol/peer.js";
import { Recording } from "./protocol/recording.js";
import { Session } from "./protocol/session.js";

const MOST_ATTEMPTS = 3;
const FLUSH_MS = 30;
// AdministerState.state
const ADMINISTER_ON = 2;
const ADMINISTER_OFF = 3;
const random = (/** @type {number} */ count) => crypto.getRandomValues(new Uint8Array(count));

/** @typedef {import("./protocol/messages.js").Message} Message */

/** The prices that the words name for later, by the seconds from now. @param {any} terms @param {number} askedAt when the server said so
 * @returns {Message[]} */
const laterOf = (terms, askedAt) => (terms.later ?? []).map((/** @type {any} */ one) => ({
  kind: "PriceLater", hour: one.hour, rateCents: one.rate_cents,
  afterSeconds: Math.max(0, Math.round(one.after_seconds - (performance.now() - askedAt) / 1000)),
}));

/** The numbers of a price card as a message. @param {any} terms @returns {Message} */
const priceOf = (terms) => ({
  kind: "Price", reason: terms.reason, rateCents: terms.rate_cents, stepMinutes: terms.step_minutes,
  minimumMinutes: terms.minimum_minutes, vatBp: terms.vat_bp, isGross: terms.is_gross, payer: terms.payer,
  language: terms.language, graceSeconds: terms.grace_seconds, rounding: terms.rounding, currency: terms.currency,
});

/** The event of the recording's table that a message of the customer stands for. @param {Message} message */
const recordingEventOf = (message) =>
  message.kind === "RecordAnswer" ? (message.isYes ? "agree" : "refuse") : message.kind === "RecordStopped" ? "stop" : null;

/** @param {string} id @param {Uint8Array} share */
const askStatement = (id, share) =>
  call("POST", `/api/sessions/${encodeURIComponent(id)}/statement`, { share: btoa(String.fromCharCode(...share)) });

/** Tells `on(name, detail)`: number, waiting, joined, wrong, proven, asked, state, message, interrupted, back, ended, ring,
 * unsigned, passkey, recording. */
export class Support {
  /** @param {any} made the answer of POST /api/sessions @param {{level: number, codecs: string[]}} wish
   * @param {(name: string, detail?: any) => void} on @param {typeof Link} [LinkClass]
   * @param {(id: string, share: Uint8Array) => Promise<{ident: string, person: import("./person.js").Needed}>} [stated] asks the server for the statement */
  constructor(made, wish, on, LinkClass = Link, stated = askStatement) {
    this.stated = stated;
    this.made = made;
    this.madeAt = performance.now();
    this.wish = wish;
    this.on = on;
    this.inPerson = new InPerson((state, detail) => this.on("passkey", { state, ...detail }));
    /** What the customer's program said at its end. */
    this.lastWords = "";
    this.attempts = 0;
    this.session = new Session("technician");
    this.recording = new Recording("technician");
    this.isInterrupted = false;
    this.bytesIn = 0;
    /** @type {Message | null} what the customer's program shows as time and amount */
    this.clock = null;
    this.number = make(made.nameplate, random);
    this.spoken = spoken(this.number);
    this.ci = channelIdentifier(made.origin, made.organisation, made.nameplate);
    /** @type {TechnicianPeer | null} */
    this.peer = null;
    this.hasAttempted = false;
    this.link = new LinkClass(made.relay_url, made.ticket, {
      frame: (frame) => this.frame(frame),
      stream: (data) => this.stream(data),
      lost: () => this.lost(),
      failed: () => this.finish("link_failed"),
    });
  }

  /** @param {any} frame */
  frame(frame) {
    if (frame.kind === "joined") {
      if (this.peer?.isConfirmed) this.back();
      else this.on("waiting", { expiresSeconds: frame.expires_seconds });
    } else if (frame.kind === "peer" && frame.state === "joined") {
      this.inPerson.cancel();
      this.peer = new TechnicianPeer(this.number.secret, this.ci, (share) => this.ident(share), random);
      this.hasAttempted = false;
      this.on("joined");
    } else if (frame.kind === "peer" && frame.state === "back") {
      this.back();
    } else if (frame.kind === "peer") {
      this.left();
    } else if (frame.kind === "ring") {
      this.on("ring", frame.why);
    } else if (frame.kind === "refused" || frame.kind === "closed") {
      // What the customer sent before it is still being opened: a stop must not read as a mere end.
      const told = this.peer?.settled ?? Promise.resolve();
      told.then(() => this.finish(frame.code));
    }
  }

  /** The signed statement over this handshake's share, with the technician's own passkey where there is one. Without it
   * the plain names: a program that knows the firm's key will refuse them, and says so.
   * @param {Uint8Array} share @returns {Promise<Uint8Array>} */
  async ident(share) {
    let told;
    try {
      told = await this.stated(this.made.id, share);
      const bound = { share, organisation: this.made.organisation, route: this.made.nameplate };
      verify(new TextEncoder().encode(told.ident), { ...bound, utcSeconds: Math.floor(Date.now() / 1000) }, null);
    } catch (error) {
      console.error(error);
      this.on("unsigned");
      return new TextEncoder().encode(this.made.ident);
    }
    try {
      return new TextEncoder().encode(await this.inPerson.ident(told.ident, share, told.person));
    } catch (error) {
      if (error instanceof NoPasskeyError) this.finish("no_passkey");
      throw error;
    }
  }

  left() {
    if (this.peer?.isConfirmed) {
      this.interrupt();
      return;
    }
    this.peer = null;
    this.inPerson.cancel();
    if (!this.hasAttempted) {
      this.on("waiting", {});
    } else if (this.attempts >= MOST_ATTEMPTS) {
      this.link.sendFrame({ kind: "dead" });
      this.finish("guesses");
    } else {
      this.on("wrong", { left: MOST_ATTEMPTS - this.attempts });
    }
  }

  lost() {
    this.peer?.linkLost();
    if (this.peer?.isConfirmed) this.interrupt();
  }

  interrupt() {
    this.isInterrupted = true;
    this.on("interrupted");
  }

  back() {
    const peer = this.peer;
    if (!peer?.isConfirmed) return;
    peer.resume().then((data) => this.link.sendStream(data));
    this.isInterrupted = false;
    this.on("back");
  }

  /** @param {Uint8Array} data */
  stream(data) {
    this.bytesIn += data.length;
    const peer = this.peer;
    if (!peer) return;
    peer.receive(data, (event) => this.event(peer, event)).catch((error) => this.broken(error));
    if (peer.isConfirmed && !this.flushing) {
      this.flushing = setTimeout(() => {
        this.flushing = undefined;
        const ack = peer.flush();
        if (ack) this.link.sendStream(ack);
      }, FLUSH_MS);
    }
  }

  /** @param {TechnicianPeer} peer @param {import("./protocol/peer.js").PeerEvent} event */
  event(peer, event) {
    if (peer !== this.peer || this.session.isEnded) return;
    if (event.type === "outgoing") {
      this.link.sendStream(event.data);
    } else if (event.type === "attempt") {
      this.attempts += 1;
      this.hasAttempted = true;
    } else if (event.type === "confirmed") {
      this.link.mayRejoin = true;
      this.link.sendFrame({ kind: "confirmed" });
      this.on("proven");
      this.ask();
    } else {
      this.got(event.message);
    }
  }

  ask() {
    const { is_chargeable, notice, covered_by } = this.made.coverage;
    this.send({ kind: "DecoderCan", codecs: this.wish.codecs.map((codec) => ({ codec })) });
    if (this.made.terms) this.sendPrice(this.made.terms, this.madeAt);
    this.session.handle("ask");
    this.send({ kind: "ConsentAsk", level: this.wish.level, isChargeable: is_chargeable, notice, coveredBy: covered_by ?? "" });
    this.on("asked");
  }

  /** @param {Message} message */
  got(message) {
    try {
      const event = this.eventOf(message);
      if (event) {
        this.session.handle(event);
        this.on("state", { state: this.session.state, event });
      }
      this.record(recordingEventOf(message), message.kind === "RecordAnswer" && message.way === 0);
    } catch (error) {
      this.broken(error);
      return;
    }
    if (message.kind === "Bye") this.lastWords = message.text;
    if (message.kind === "Clock") this.clock = message;
    if (message.kind === "Ping") this.send({ kind: "Pong", t: message.t });
    if (this.session.isEnded) this.finish(message.kind === "Bye" ? `bye_${message.why}` : "declined", true);
    else this.on("message", message);
  }

  /** The event of the session's table that a message of the customer stands for. @param {Message} message */
  eventOf(message) {
    switch (message.kind) {
      case "ConsentAnswer":
        return ["decline", "allow_view", "allow_control"][message.level] ?? "decline";
      case "LevelChanged":
        return message.level === 2 ? "raise" : message.by === 2 ? null : "lower";
      case "AdministerState":
        return message.state === ADMINISTER_ON ? "elevate"
          : message.state === ADMINISTER_OFF && message.by !== 2 ? "lower_to_control" : null;
      case "Paused":
        return message.isPaused ? "pause" : "go_on";
      case "Curtain":
        return message.isOn ? "curtain" : "curtain_off";
      case "ChargeAnswer":
        return message.isYes ? "charge_yes" : "charge_no";
      case "Bye":
        return "stop";
      default:
        return null;
    }
  }

  /** @param {Message} message */
  send(message) {
    const peer = this.peer;
    if (!peer?.isConfirmed || this.hasFinished) return;
    peer.send(message).then((data) => data.length && this.link.sendStream(data)).catch((error) => this.broken(error));
  }

  /** Input only while the customer lets us. @param {Message} message */
  input(message) {
    if (this.session.mayControl && !this.isInterrupted) this.send(message);
  }

  askControl() {
    if (this.session.can("ask_level")) this.send({ kind: "LevelAsk", level: 2 });
  }

  /** @param {string} reason as the customer reads it */
  askAdminister(reason) {
    if (!this.session.can("ask_administer")) return false;
    this.send({ kind: "AdministerAsk", reason });
    return true;
  }

  dropAdminister() {
    if (!this.session.can("drop_to_control")) return;
    this.session.handle("drop_to_control");
    this.send({ kind: "AdministerDrop" });
    this.on("state", { state: this.session.state, event: "drop_to_control" });
  }

  dropControl() {
    if (this.session.level < 2 || !this.session.can("drop")) return;
    this.session.handle("drop");
    this.send({ kind: "LevelDrop", level: 1 });
    this.on("state", { state: this.session.state, event: "drop" });
  }

  /** What a message means for the recording; it rests while no picture flows.
   * @param {string | null} event @param {boolean} [isUnasked] nobody could be asked */
  record(event, isUnasked = false) {
    const before = this.recording.state;
    if (event) this.recording.handle(event);
    this.recording.handle(this.session.isEnded ? "end" : this.session.mayShow ? "go_on" : "rest");
    const after = this.recording.state;
    if (event || before !== after) this.on("recording", { state: after, before, event, isUnasked });
  }

  /** Whether the customer may be asked for a recording now. */
  get mayAskRecording() {
    return this.session.mayShow && !this.isInterrupted && this.recording.can("ask");
  }

  /** @param {{days: number, keySha256: Uint8Array}} kept how long, and which key alone can read it */
  askRecording({ days, keySha256 }) {
    if (!this.mayAskRecording) return false;
    this.send({ kind: "RecordAsk", days, keySha256 });
    this.record("ask");
    return true;
  }

  stopRecording() {
    if (!this.recording.isAgreed) return;
    this.send({ kind: "RecordStop" });
    this.record("drop");
  }

  /** @param {any} terms @param {number} askedAt */
  sendPrice(terms, askedAt) {
    this.send(priceOf(terms));
    for (const message of laterOf(terms, askedAt)) this.send(message);
  }

  /** Whether a price may be put before the customer now. */
  get mayAskPrice() {
    return this.session.can("ask_charge") && !this.isInterrupted && !this.clock?.isChargeable;
  }

  /** Puts a price before the customer: rights rest until the answer. @param {any} card what the server has kept */
  askPrice(card) {
    if (!this.mayAskPrice) return false;
    this.sendPrice(card.terms, card.askedAt);
    this.session.handle("ask_charge");
    this.send({ kind: "ChargeAsk", notice: card.notice });
    this.on("state", { state: this.session.state, event: "ask_charge" });
    this.record(null);
    return true;
  }

  /** Shows the customer what was agreed to on the phone; the server has kept it. @param {any} card @param {string} saidBy */
  tellPrice(card, saidBy) {
    this.sendPrice(card.terms, card.askedAt);
    this.send({ kind: "ChargeTold", notice: card.notice, saidBy });
  }

  /** The technician ends the session. */
  async end() {
    const peer = this.peer;
    if (peer?.isConfirmed && !this.session.isEnded) {
      const bye = await peer.send({ kind: "Bye", why: 2, text: "" });
      this.link.sendStream(bye);
    }
    this.finish("technician");
  }

  /** @param {any} error */
  broken(error) {
    if (!(error instanceof PeerError)) console.error(error);
    if (this.peer && !this.peer.isConfirmed) return; // the customer's end leaves, then a new guess may come
    this.finish("peer_error");
  }

  /** @param {string} why @param {boolean} [isTheirs] the customer's end tells the relay itself */
  finish(why, isTheirs = false) {
    if (this.hasFinished) return;
    this.hasFinished = true;
    this.inPerson.cancel();
    if (!this.session.isEnded) this.session.handle("leave");
    if (this.recording.state !== "ended") this.record(null);
    if (!isTheirs) this.link.sendFrame({ kind: "ended", by: "technician", why: why.slice(0, 40) });
    setTimeout(() => this.link.close(), isTheirs ? 1500 : 300);
    this.on("ended", why);
  }
}
