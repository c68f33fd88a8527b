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
  [/^The technician has not proven for whom they work\.$/, "Das Programm des Kunden verlangt einen Ausweis, den die Firma unterschrieben hat; er fehlte."],
  [/^The technician's statement is not signed by the firm\.$/, "Ihr Ausweis ist nicht von der Firma unterschrieben, die das Programm des Kunden kennt."],
  [/^The technician's statement belongs to another session\.$/, "Ihr Ausweis gehört zu einer anderen Sitzung."],
  [/^The technician's statement is not valid any more, or not yet\.$/, "Ihr Ausweis gilt nicht mehr oder noch nicht: Bitten Sie den Kunden, Datum und Uhrzeit seines Rechners zu prüfen."],
  [/^The technician has not confirmed this session with their own passkey\.$/, "Das Programm des Kunden verlangt, dass Sie die Sitzung mit Ihrem eigenen Passkey bestätigen."],
  [/^The firm's list of its technicians' passkeys is out of date\.$/, "Die Liste, mit der die Firma für die Passkeys bürgt, ist veraltet: Bitten Sie den Inhaber um eine neue."],
  [/^The passkey(?:'s signature)? /, "Ihr Passkey bestätigt diese Sitzung nicht, so wie das Programm des Kunden sie kennt."],
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
