// @ts-check
// The messages of a session and their bytes (docs/protocol.md section 6). Mirrors protocol/e2e/messages.py; strict.
import { concat } from "./bytes.js";
import { LocalError, PeerError } from "./errors.js";

export const CONTROL = 0;
export const INPUT = 1;
export const PICTURE = 2;
export const BULK = 3;
export const HOST = "host";
export const TECHNICIAN = "technician";
const BOTH = "both";
const LIMITS = [65536, 8192, 16 * 1024 * 1024, 2 * 1024 * 1024];
const PIECE_BYTES = 60000;
const STR_BYTES = 4000;
const TEXT_BYTES = 1024 * 1024;

/** @typedef {Record<string, any> & {kind: string}} Message */

// Fields as "name:type"; a list is [name, fields of an entry].
const MONITOR = "id:u8 x:i32 y:i32 width:u16 height:u16 scalePercent:u16 isPrimary:bool name:str";
const AREA = "x:u16 y:u16 width:u16 height:u16";
const PRICE =
  "reason:str rateCents:u32 stepMinutes:u16 minimumMinutes:u16 vatBp:u16 isGross:bool payer:str language:str " +
  "graceSeconds:u16 rounding:str currency:str";
const CLOCK =
  "totalSeconds:u32 seconds:u32 isCounting:bool isChargeable:bool hasAmount:bool cents:u32 isGross:bool vatBp:u16 " +
  "currency:str";
/** @type {[number, string, number, string, string, Record<string, string>?][]} */
const ROWS = [
  [0x01, "ConsentAsk", CONTROL, TECHNICIAN, "level:u8 isChargeable:bool notice:text coveredBy:str"],
  [0x02, "ConsentAnswer", CONTROL, HOST, "level:u8 charge:u8 noticeSha256:bytes way:u8"],
  [0x03, "LevelAsk", CONTROL, TECHNICIAN, "level:u8"],
  [0x04, "LevelChanged", CONTROL, HOST, "level:u8 by:u8"],
  [0x05, "LevelDrop", CONTROL, TECHNICIAN, "level:u8"],
  [0x06, "Paused", CONTROL, HOST, "isPaused:bool"],
  [0x07, "Curtain", CONTROL, HOST, "isOn:bool"],
  [0x08, "CustomerActive", CONTROL, HOST, "mutedMs:u16"],
  [0x09, "Bye", CONTROL, BOTH, "why:u8 text:str"],
  [0x0a, "Ping", CONTROL, BOTH, "t:u32"],
  [0x0b, "Pong", CONTROL, BOTH, "t:u32"],
  [0x0c, "Monitors", CONTROL, HOST, "selected:u8 monitors:list", { monitors: MONITOR }],
  [0x0d, "SelectMonitor", CONTROL, TECHNICIAN, "id:u8"],
  [0x0e, "DecoderCan", CONTROL, TECHNICIAN, "codecs:list", { codecs: "codec:str" }],
  [0x0f, "PictureConfig", CONTROL, HOST, "codec:str width:u16 height:u16 why:str"],
  [0x10, "KeyframeWanted", CONTROL, TECHNICIAN, ""],
  [0x11, "FrameShown", CONTROL, TECHNICIAN, "frame:u32 decodeMs:u16"],
  [0x12, "CursorShape", CONTROL, HOST, "shape:u32 width:u16 height:u16 hotX:u16 hotY:u16 rgba:bytes"],
  [0x13, "CursorAt", CONTROL, HOST, "x:i32 y:i32 isVisible:bool shape:u32"],
  [0x14, "Notice", CONTROL, HOST, "code:str text:str"],
  [0x15, "Chat", CONTROL, BOTH, "text:str"],
  [0x16, "ChargeAsk", CONTROL, TECHNICIAN, "notice:text"],
  [0x17, "ChargeAnswer", CONTROL, HOST, "isYes:bool noticeSha256:bytes way:u8"],
  [0x18, "Price", CONTROL, TECHNICIAN, PRICE],
  [0x19, "Clock", CONTROL, HOST, CLOCK],
  [0x1a, "ChargeTold", CONTROL, TECHNICIAN, "notice:text saidBy:str"],
  [0x1b, "PriceLater", CONTROL, TECHNICIAN, "afterSeconds:u32 hour:str rateCents:u32"],
  [0x20, "PointerMove", INPUT, TECHNICIAN, "x:i32 y:i32"],
  [0x21, "PointerButton", INPUT, TECHNICIAN, "button:u8 isPressed:bool x:i32 y:i32"],
  [0x22, "Wheel", INPUT, TECHNICIAN, "dx:i16 dy:i16"],
  [0x23, "Text", INPUT, TECHNICIAN, "text:str"],
  [0x24, "Key", INPUT, TECHNICIAN, "code:str isPressed:bool"],
  [0x25, "ReleaseAll", INPUT, TECHNICIAN, ""],
  [0x30, "Frame", PICTURE, HOST, "frame:u32 isKey:bool isSharp:bool monitor:u8 width:u16 height:u16 "
    + "damageX:u16 damageY:u16 damageWidth:u16 damageHeight:u16 tMs:u32 data:bytes"],
  [0x31, "Patch", PICTURE, HOST, "frame:u32 isSharp:bool monitor:u8 tMs:u32 areas:list data:bytes", { areas: AREA }],
  [0x40, "Clipboard", BULK, BOTH, "text:text"],
  [0x50, "RecordAsk", CONTROL, TECHNICIAN, "days:u16 keySha256:bytes"],
  [0x51, "RecordAnswer", CONTROL, HOST, "isYes:bool way:u8"],
  [0x52, "RecordStopped", CONTROL, HOST, ""],
  [0x53, "RecordStop", CONTROL, TECHNICIAN, ""],
  [0x60, "AdministerAsk", CONTROL, TECHNICIAN, "reason:str"],
  [0x61, "AdministerState", CONTROL, HOST, "state:u8 by:u8 text:str"],
  [0x62, "AdministerDrop", CONTROL, TECHNICIAN, ""],
];

/** @typedef {{name: string, type: string, item?: Field[]}} Field */
/** @param {string} text @param {Record<string, string>} [items] @returns {Field[]} */
const fieldsOf = (text, items) =>
  text
    .split(" ")
    .filter(Boolean)
    .map((word) => {
      const [name, type] = word.split(":");
      return type === "list" ? { name, type, item: fieldsOf((items ?? {})[name]) } : { name, type };
    });

const TABLE = ROWS.map(([code, kind, channel, who, text, items]) => {
  return { code, kind, channel, who, fields: fieldsOf(text, items) };
});
const BY_KIND = new Map(TABLE.map((row) => [row.kind, row]));
const BY_CODE = new Map(TABLE.map((row) => [row.code, row]));

/** @type {Record<string, [number, number, number]>} bytes, least, most */
const NUMBERS = {
  u8: [1, 0, 0xff],
  u16: [2, 0, 0xffff],
  u32: [4, 0, 0xffffffff],
  i16: [2, -0x8000, 0x7fff],
  i32: [4, -0x80000000, 0x7fffffff],
};

/** @param {string} what @returns {PeerError} */
const wrong = (what) => new PeerError("message", `A message of the other end ${what}.`);

/** @param {string} type @param {any} value @returns {Uint8Array} */
function put(type, value) {
  if (type in NUMBERS) {
    const [size, least, most] = NUMBERS[type];
    if (!Number.isInteger(value) || value < least || value > most) throw new LocalError(`${value} does not fit ${type}`);
    const out = new Uint8Array(size);
    for (let i = size - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest & 255;
    return out;
  }
  if (type === "bool") return Uint8Array.of(value ? 1 : 0);
  const raw = type === "bytes" ? value : new TextEncoder().encode(value);
  const limit = type === "str" ? STR_BYTES : type === "text" ? TEXT_BYTES : LIMITS[PICTURE];
  if (raw.length > limit) throw new LocalError(`a ${type} of ${raw.length} bytes is too long`);
  const length = type === "str" ? put("u16", raw.length) : put("u32", raw.length);
  return concat(length, raw);
}

/** @param {Uint8Array[]} out @param {Field[]} fields @param {any} values */
function putFields(out, fields, values) {
  for (const field of fields) {
    const value = values[field.name];
    if (field.type === "list") {
      out.push(put("u8", value.length));
      for (const entry of value) putFields(out, field.item ?? [], entry);
    } else {
      out.push(put(field.type, value));
    }
  }
}

/** kind || fields. @param {Message} message @returns {Uint8Array} */
export function encode(message) {
  const row = BY_KIND.get(message.kind);
  if (!row) throw new LocalError(`${message.kind} is no message`);
  const out = [Uint8Array.of(row.code)];
  putFields(out, row.fields, message);
  const data = concat(...out);
  if (data.length > LIMITS[row.channel]) throw new LocalError(`a ${message.kind} is over its channel's limit`);
  return data;
}

class Reader {
  /** @param {Uint8Array} data */
  constructor(data) {
    this.data = data;
    this.at = 1;
  }

  /** @param {number} count */
  take(count) {
    if (this.at + count > this.data.length) throw wrong("is cut");
    this.at += count;
    return this.data.subarray(this.at - count, this.at);
  }

  /** @param {string} type @returns {any} */
  value(type) {
    if (type in NUMBERS) {
      const [size, least] = NUMBERS[type];
      let value = 0;
      for (const byte of this.take(size)) value = value * 256 + byte;
      return least < 0 && value > -least - 1 ? value + 2 * least : value;
    }
    if (type === "bool") {
      const byte = this.take(1)[0];
      if (byte > 1) throw wrong("holds a yes-or-no that is neither");
      return byte === 1;
    }
    const length = type === "str" ? this.value("u16") : this.value("u32");
    if (length > (type === "str" ? STR_BYTES : type === "text" ? TEXT_BYTES : LIMITS[PICTURE])) {
      throw wrong("holds a text that is too long");
    }
    const raw = this.take(length);
    if (type === "bytes") return raw;
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
    } catch {
      throw wrong("holds a text that is not UTF-8");
    }
  }

  /** @param {Field[]} fields @returns {any} */
  fill(fields) {
    /** @type {Record<string, any>} */
    const values = {};
    for (const field of fields) {
      if (field.type === "list") {
        const count = this.value("u8");
        values[field.name] = Array.from({ length: count }, () => this.fill(field.item ?? []));
      } else {
        values[field.name] = this.value(field.type);
      }
    }
    return values;
  }
}

/** Reads one message that `sender` sent on `channel`. PeerError "message" for anything else.
 * @param {number} channel @param {string} sender @param {Uint8Array} data @returns {Message} */
export function decode(channel, sender, data) {
  const row = data.length ? BY_CODE.get(data[0]) : undefined;
  if (!row) throw wrong("is of an unknown kind");
  if (channel !== row.channel || (row.who !== BOTH && row.who !== sender)) throw wrong("came on the wrong way");
  const reader = new Reader(data);
  const values = reader.fill(row.fields);
  if (reader.at !== data.length) throw wrong("has bytes after its end");
  return { kind: row.kind, ...values };
}

/** Whether `role` may send this kind. @param {string} kind @param {string} role */
export function maySend(kind, role) {
  const row = BY_KIND.get(kind);
  return row !== undefined && (row.who === BOTH || row.who === role);
}

/** @param {Message} message @returns {{channel: number, piece: Uint8Array}[]} */
export function split(message) {
  const data = encode(message);
  const channel = BY_KIND.get(message.kind)?.channel ?? CONTROL;
  const pieces = [];
  for (let at = 0; at < data.length; at += PIECE_BYTES) {
    const isLast = at + PIECE_BYTES >= data.length;
    pieces.push({ channel, piece: concat(Uint8Array.of(isLast ? 1 : 0), data.subarray(at, at + PIECE_BYTES)) });
  }
  return pieces;
}

/** Joins pieces per channel into messages of one sender. */
export class Joiner {
  /** @param {string} sender */
  constructor(sender) {
    this.sender = sender;
    /** @type {Uint8Array[][]} */
    this.parts = [[], [], [], []];
    this.sizes = [0, 0, 0, 0];
  }

  /** @param {number} channel @param {Uint8Array} data @returns {Message | null} */
  add(channel, data) {
    if (channel >= LIMITS.length || data.length === 0 || data[0] > 1) throw wrong("came in a malformed piece");
    this.sizes[channel] += data.length - 1;
    if (this.sizes[channel] > LIMITS[channel]) throw wrong("is over its channel's limit");
    const parts = this.parts[channel];
    parts.push(data.subarray(1));
    if (data[0] === 0) return null;
    const whole = parts.length === 1 ? parts[0] : concat(...parts);
    this.parts[channel] = [];
    this.sizes[channel] = 0;
    return decode(channel, this.sender, whole);
  }
}
