// @ts-check
// Every sentence of the console, German and English; failure sentences can be read aloud to the customer on the phone.

/** @type {Record<string, [string, string]>} */
export const TEXTS = {
  title: ["Fernhilfe", "Remote support"],
  new_session: ["Neue Sitzung", "New session"],
  customer: ["Kunde", "Customer"],
  customer_hint: ["Name eintippen oder wählen", "Type or choose a name"],
  level: ["Was brauchen Sie?", "What do you need?"],
  level_view: ["Nur zusehen", "View only"],
  level_control: ["Zusehen und bedienen", "View and control"],
  create: ["Sitzungsnummer erzeugen", "Make a session number"],
  work: ["Leistung", "Kind of work"],
  work_unknown: ["noch offen", "not known yet"],
  which_contract: ["Welcher Vertrag zahlt?", "Which contract pays?"],
  choose: ["Bitte wählen", "Please choose"],
  case: ["Vorgang", "Case"],
  case_none: ["keiner", "none"],
  case_new: ["oder neuer Vorgang", "or a new case"],
  running: ["Sitzungen", "Sessions"],
  none_running: ["Noch keine Sitzung.", "No session yet."],
  sign_out: ["Abmelden", "Sign out"],
  customers: ["Kunden", "Customers"],
  times: ["Zeiten", "Times"],
  say_number: ["Sagen Sie dem Kunden diese Nummer:", "Tell the customer this number:"],
  page_hint: ["Der Kunde öffnet {page}, lädt das Programm und tippt dort die Nummer ein.", "The customer opens {page}, downloads the program and types the number there."],
  valid_for: ["Noch {time} gültig, für eine Sitzung.", "Valid for {time}, for one session."],
  withdraw: ["Nummer zurückziehen", "Withdraw the number"],
  covered: ["Vertrag: der Partner zahlt ({by}).", "Contract: the partner pays ({by})."],
  free: ["Für den Kunden kostenlos.", "Free for the customer."],
  step_waiting: ["Nummer gesagt, warten auf den Kunden", "Number told, waiting for the customer"],
  step_page: ["Jemand hat die Seite geöffnet", "Somebody has opened the page"],
  step_program: ["Programm geladen", "Program downloaded"],
  step_joined: ["Programm gestartet, Nummer eingetippt", "Program started, number typed"],
  step_proven: ["Nummer geprüft, Verbindung verschlüsselt", "Number checked, link encrypted"],
  step_asked: ["Der Kunde liest die Anfrage", "The customer reads the request"],
  step_agreed: ["Der Kunde hat zugestimmt", "The customer has agreed"],
  wrong: ["Der Kunde hat eine falsche Nummer eingetippt. Noch {left} Versuche.", "The customer typed a wrong number. {left} attempts left."],
  unsigned: ["Der Server hat Ihren Ausweis nicht unterschrieben. Programme, die den Schlüssel der Firma kennen, lehnen ab.", "The server did not sign who you are. Programs that know the firm's key will refuse."],
  ring_third_party: ["Achtung: Eine dritte Stelle hat versucht, mit dieser Nummer hereinzukommen. Sie wurde abgewiesen.", "Careful: somebody else tried to get in with this number. They were refused."],
  ring_failed_guess: ["Eine falsche Nummer wurde versucht.", "A wrong number was tried."],
  ring_rate: ["Zu viele Versuche von einer Adresse.", "Too many attempts from one address."],
  state_open_view: ["Sie sehen zu.", "You are viewing."],
  state_open_control: ["Sie bedienen Maus und Tastatur.", "You control mouse and keyboard."],
  state_open_administer: ["Sie verwalten diesen Rechner (Administratorrechte).", "You administer this computer (full rights)."],
  administer: ["Verwalten …", "Administer …"],
  drop_administer: ["Verwalten abgeben", "Stop administering"],
  administer_title: ["Um Administratorrechte bitten", "Ask for administrator's rights"],
  administer_hint: ["Der Kunde liest Ihre Begründung und entscheidet. Danach fragt Windows ihn noch selbst. Zusehen und Bedienen gehen weiter.", "The customer reads your reason and decides. Then Windows asks them once more. Viewing and control go on meanwhile."],
  administer_reason: ["Begründung, wie der Kunde sie liest", "Reason as the customer reads it"],
  administer_ask: ["Den Kunden fragen", "Ask the customer"],
  administer_asked: ["Der Kunde wird gefragt.", "The customer is being asked."],
  administer_system_asks: ["Der Kunde hat zugestimmt. Jetzt fragt Windows ihn noch selbst.", "The customer has agreed. Now Windows asks them as well."],
  administer_on: ["Sie haben jetzt Administratorrechte.", "You now have an administrator's rights."],
  administer_off: ["Die Administratorrechte sind beendet.", "The administrator's rights have ended."],
  administer_declined: ["Der Kunde hat keine Administratorrechte gegeben.", "The customer has not given an administrator's rights."],
  administer_not_needed: ["Auf diesem Rechner braucht es die Stufe nicht: Fragen nach einem Kennwort sind dort gewöhnliche Fenster. Bitten Sie den Kunden, den Vorhang zu schließen und selbst zu tippen.", "This computer needs no such level: its questions for a password are ordinary windows. Ask the customer to close the curtain and to type it."],
  administer_why_windows_no: ["In der Frage von Windows wurde Nein gesagt. Es bleibt beim Bedienen.", "The answer to Windows' question was no. Control remains as it was."],
  administer_why_no_program: ["Das geht nur mit dem fertigen Programm, nicht aus dem Quelltext.", "Only the built program can do this, not the source tree."],
  administer_why_no_folder: ["Das Programm konnte seinen geschützten Ordner nicht anlegen. Es bleibt beim Bedienen.", "The program could not make its protected folder. Control remains as it was."],
  administer_why_no_task: ["Windows hat die Aufgabe für den Helfer nicht angenommen. Es bleibt beim Bedienen.", "Windows did not take the task for the helper. Control remains as it was."],
  administer_why_no_helper: ["Der Helfer hat sich nicht gemeldet. Es bleibt beim Bedienen.", "The helper did not answer. Control remains as it was."],
  administer_why_cancelled: ["Das Recht wurde zurückgenommen, während Windows fragte.", "The right was taken back while Windows asked."],
  state_paused: ["Der Kunde hat auf Pause gedrückt.", "The customer pressed pause."],
  state_curtain: ["Vorhang: der Kunde tippt etwas Privates.", "Curtain: the customer types something private."],
  state_resting: ["Die Sitzung ruht, bis der Kunde den Preis beantwortet.", "The session rests until the customer answers the price."],
  state_interrupted: ["Verbindung unterbrochen. Sie kommt von selbst wieder (bis zu zwei Minuten).", "Link interrupted. It comes back by itself (up to two minutes)."],
  customer_moves: ["Der Kunde bewegt die Maus: Ihre Eingaben ruhen kurz.", "The customer moves the mouse: your input rests for a moment."],
  ask_control: ["Um Bedienung bitten", "Ask for control"],
  drop_control: ["Bedienung abgeben", "Give up control"],
  asked_control: ["Der Kunde wird gefragt.", "The customer is being asked."],
  keys: ["Tasten", "Keys"],
  zoom: ["Größe", "Size"],
  fit: ["Einpassen", "Fit"],
  full_screen: ["Vollbild", "Full screen"],
  monitor: ["Bildschirm", "Monitor"],
  paste: ["Zwischenablage senden", "Send clipboard"],
  chat: ["Nachricht an den Kunden", "Message to the customer"],
  send: ["Senden", "Send"],
  end: ["Sitzung beenden", "End session"],
  said_customer: ["Kunde", "Customer"],
  said_me: ["Ich", "Me"],
  path_relay: ["über den Server", "by the server"],
  note_title: ["Was wurde getan?", "What was done?"],
  note_hint: ["Steht später auf dem Leistungsnachweis und der Rechnung.", "Will stand on the service report and the invoice."],
  service_type: ["Art der Leistung", "Kind of service"],
  service_support: ["Störung beheben", "Fix a fault"],
  service_advice: ["Beratung", "Advice"],
  service_maintenance: ["Wartung", "Maintenance"],
  charge: ["Kostenpflichtig …", "Chargeable …"],
  charge_title: ["Kostenpflichtige Arbeit", "Chargeable work"],
  charge_reason: ["Grund, wie der Kunde ihn liest (leer: nicht vom Vertrag gedeckt)", "Reason as the customer reads it (empty: not covered by the contract)"],
  charge_reads: ["Das liest der Kunde, Wort für Wort:", "This is what the customer reads, word for word:"],
  charge_ask: ["Dem Kunden vorlegen", "Put it before the customer"],
  charge_not_now: ["Jetzt nicht: warten Sie, bis der Kunde weitermacht.", "Not now: wait until the customer goes on."],
  charge_agreed: ["Der Kunde hat den Preis bestätigt. Ab jetzt läuft die Uhr kostenpflichtig.", "The customer has agreed to the price. From now on the clock is chargeable."],
  charge_declined: ["Der Kunde hat den Preis abgelehnt.", "The customer has declined the price."],
  charge_declined_choice: ["Diese Arbeit wird nicht gemacht. Sie können mit dem weitermachen, was bisher vereinbart war, oder die Sitzung beenden.", "This work is not done. You may go on with what was agreed before, or end the session."],
  charge_go_on: ["Weiter wie bisher", "Go on as before"],
  cancel: ["Abbrechen", "Cancel"],
  phone_hint: ["Oder: Lesen Sie die Worte am Telefon vor. Der Kunde sieht den Preis dann sofort auf seinem Bildschirm.", "Or: read the words out on the phone. The customer then sees the price on the screen at once."],
  phone_who: ["Wer hat am Telefon zugestimmt?", "Who agreed on the phone?"],
  phone_agreed: ["Am Telefon zugestimmt", "Agreed on the phone"],
  clock_free: ["{time} · ohne Kosten für den Kunden", "{time} · no cost for the customer"],
  clock_charged: ["{time} kostenpflichtig · {amount}", "{time} chargeable · {amount}"],
  clock_agreed: ["{time} kostenpflichtig, zum vereinbarten Preis", "{time} chargeable, at the agreed price"],
  clock_still: ["Uhr steht: {clock}", "Clock stopped: {clock}"],
  at_most: ["höchstens {money} {vat}", "at most {money} {vat}"],
  goodwill: ["Davon Kulanz (Minuten, nicht berechnet)", "Of it goodwill (minutes, not charged)"],
  goodwill_why: ["Warum Kulanz?", "Why goodwill?"],
  goodwill_no_reason: ["Kulanz braucht eine Begründung.", "Goodwill needs a reason."],
  save: ["Speichern", "Save"],
  skip: ["Ohne Notiz weiter", "Go on without a note"],
  duration: ["Dauer: {time}", "Duration: {time}"],
  ended_bye_1: ["Der Kunde hat mit dem Stoppschild beendet.", "The customer ended with the stop sign."],
  ended_bye_4: ["Der Kunde hat das Programm geschlossen.", "The customer closed the program."],
  ended_bye_5: ["Das Programm des Kunden hat aus Vorsicht beendet.", "The customer's program ended as a precaution."],
  ended_bye_3: ["Der Kunde hat abgelehnt.", "The customer declined."],
  ended_declined: ["Der Kunde hat abgelehnt. Sie haben nichts gesehen.", "The customer declined. You have seen nothing."],
  ended_technician: ["Sie haben die Sitzung beendet.", "You ended the session."],
  ended_ended: ["Die Sitzung ist beendet.", "The session has ended."],
  ended_expired: ["Die Nummer ist abgelaufen. Erzeugen Sie eine neue.", "The number has expired. Make a new one."],
  ended_guesses: ["Dreimal falsch getippt: die Nummer gilt nicht mehr. Erzeugen Sie eine neue.", "Typed wrongly three times: the number is no longer valid. Make a new one."],
  ended_peer_error: ["Die Verbindung wurde gestört und aus Vorsicht beendet. Beginnen Sie mit einer neuen Nummer.", "The link was disturbed and ended as a precaution. Begin with a new number."],
  ended_link_failed: ["Der Server ist nicht zu erreichen. Prüfen Sie Ihre Internetverbindung.", "The server cannot be reached. Check your internet connection."],
  ended_other: ["Die Sitzung ist beendet ({code}).", "The session has ended ({code})."],
  no_webcodecs: ["Dieser Browser kann das Bild nicht zeigen (WebCodecs fehlt). Nehmen Sie ein aktuelles Chrome, Edge oder Firefox.", "This browser cannot show the picture (WebCodecs is missing). Use a current Chrome, Edge or Firefox."],
  no_server: ["Der Server antwortet nicht. Versuchen Sie es gleich noch einmal.", "The server does not answer. Try again in a moment."],
  failed: ["Das ging nicht: {text}", "That did not work: {text}"],
  no_clipboard: ["Der Browser gibt die Zwischenablage nicht frei.", "The browser does not give access to the clipboard."],
  s_waiting: ["wartet", "waiting"],
  s_joined: ["Nummer getippt", "number typed"],
  s_confirmed: ["geprüft", "checked"],
  s_running: ["läuft", "running"],
  s_paused: ["Pause", "paused"],
  s_interrupted: ["unterbrochen", "interrupted"],
  s_ended: ["beendet", "ended"],
};

let column = (globalThis.navigator?.language ?? "de").startsWith("de") ? 0 : 1;

/** @param {"de" | "en"} language */
export function setLanguage(language) {
  column = language === "de" ? 0 : 1;
}

export const language = () => (column === 0 ? "de" : "en");

/** The sentence for a key. @param {string} key @param {Record<string, string | number>} [values] */
export function t(key, values = {}) {
  const text = TEXTS[key]?.[column] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** 9600 cents is "96,00 €" in German and "€96.00" in English. @param {number} cents @param {string} currency */
export const money = (cents, currency) =>
  new Intl.NumberFormat(column === 0 ? "de-DE" : "en-IE", { style: "currency", currency: /^[A-Z]{3}$/.test(currency) ? currency : "EUR" }).format(cents / 100);

/** "zzgl. 19 % USt.", "incl. 7.5 % VAT". @param {number} bp @param {boolean} isGross */
export function vatWords(bp, isGross) {
  const percent = new Intl.NumberFormat(column === 0 ? "de-DE" : "en-IE", { maximumFractionDigits: 2 }).format(bp / 100);
  return column === 0 ? `${isGross ? "inkl." : "zzgl."} ${percent} % USt.` : `${isGross ? "incl." : "plus"} ${percent} % VAT`;
}

/** Minutes and seconds. @param {number} seconds */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;
