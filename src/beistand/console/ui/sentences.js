// @ts-check
// Sentences of the customer's program for the technician: they travel in English, the page says them in its own language.
import { language } from "../i18n.js";

/** What the program says, and the same in German; `$1` is what the brackets hold. @type {[RegExp, string][]} */
export const SENTENCES = [
  [/^The customer's computer is locked: /, "Der Rechner des Kunden ist gesperrt: Bitten Sie den Kunden, sich wieder anzumelden. Das Bild kommt von selbst wieder."],
  [/^Windows asks the customer whether /, "Windows fragt den Kunden, ob ein Programm den Rechner verändern darf (Benutzerkontensteuerung). Das sieht nur der Kunde und beantwortet es selbst; das Bild kommt von selbst wieder."],
  [/^The screen saver is on: /, "Der Bildschirmschoner ist an: Bitten Sie den Kunden, die Maus zu bewegen. Das Bild kommt von selbst wieder."],
  [/^The customer's Windows session is not on a screen now /, "Die Windows-Sitzung des Kunden ist gerade auf keinem Bildschirm (abgemeldet, Benutzer gewechselt oder das Fenster der Remotedesktopverbindung geschlossen oder klein): Bitten Sie den Kunden, sie wieder zu öffnen."],
  [/^The picture is taken by (\w+), which needs more computing power, because (.*)$/s, "Das Bild wird auf dem langsameren Weg aufgenommen ($1). Der Grund: $2"],
  [/^That window runs as administrator, /, "Dieses Fenster läuft mit Administratorrechten, und Windows nimmt dafür von hier keine Eingaben an: Bitten Sie den Kunden, es zu bedienen."],
  [/^Windows did not take the input \((.*)\): /s, "Windows hat die Eingabe nicht angenommen ($1): Der Sperrbildschirm oder eine Frage von Windows ist offen, oder ein Programm mit Administratorrechten liegt vorn."],
  [/^The customer does not allow control now\.$/, "Der Kunde möchte die Bedienung jetzt nicht erlauben."],
  [/^The customer's own Beistand windows cannot be operated from here\.$/, "Die Beistand-Fenster des Kunden lassen sich von hier nicht bedienen."],
  [/^The customer's computer cannot keep up with the input; /, "Der Rechner des Kunden kommt mit den Eingaben nicht mit; ein Teil wurde verworfen."],
];

/** A sentence of the program in the page's language; what is not known stays as it came. @param {string} text */
export function inOurWords(text) {
  if (language() !== "de") return text;
  const known = SENTENCES.find(([pattern]) => pattern.test(text));
  if (!known) return text;
  const found = /** @type {RegExpExecArray} */ (known[0].exec(text));
  return known[1].replace(/\$(\d)/g, (_, number) => found[Number(number)] ?? "");
}
