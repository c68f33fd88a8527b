// @ts-check
// The session number: nameplate + six secret digits + Damm check digit. Mirrors protocol/e2e/number.py.

const SECRET_DIGITS = 6;
const DAMM = [
  "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
  "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
];

/** What was typed is no session number; `code` is "length", "digits" or "check". */
export class NumberError extends Error {
  /** @param {string} code @param {string} sentence */
  constructor(code, sentence) {
    super(sentence);
    this.code = code;
  }
}

/** The check digit of `digits`. @param {string} digits */
export function damm(digits) {
  let interim = 0;
  for (const digit of digits) interim = Number(DAMM[interim][Number(digit)]);
  return interim;
}

/** Reads what a person typed. @param {string} text @returns {{nameplate: string, secret: string}} */
export function parse(text) {
  const digits = text.replace(/[ \t\u00a0.\-\u2013]/g, "");
  if (!/^[0-9]+$/.test(digits)) {
    throw new NumberError(digits ? "digits" : "length", "A session number holds digits only: type it as it was spoken.");
  }
  const plate = digits.length - SECRET_DIGITS - 1;
  if (plate < 3 || plate > 6) throw new NumberError("length", "A session number has ten digits: type all of them.");
  if (damm(digits) !== 0) {
    throw new NumberError("check", "The session number holds a typing mistake: compare it digit by digit.");
  }
  return { nameplate: digits.slice(0, plate), secret: digits.slice(plate, -1) };
}

/** A new number on the relay's nameplate; digits are uniform (rejection sampling).
 * @param {string} nameplate @param {(count: number) => Uint8Array} randomBytes */
export function make(nameplate, randomBytes) {
  if (!/^[0-9]{3,6}$/.test(nameplate)) throw new NumberError("digits", "The relay's nameplate must be 3 to 6 digits.");
  let secret = "";
  while (secret.length < SECRET_DIGITS) {
    const byte = randomBytes(1)[0];
    if (byte < 250) secret += String(byte % 10);
  }
  return { nameplate, secret };
}

/** In spoken groups: "123 456 7890". @param {{nameplate: string, secret: string}} number */
export function spoken(number) {
  const body = number.nameplate + number.secret;
  const digits = body + String(damm(body));
  const head = digits.slice(0, -4).match(/.{1,3}/g) ?? [];
  return [...head, digits.slice(-4)].join(" ");
}
