"""Every sentence the customer reads, in German and English. `{...}` are filled by the caller.

Not here: texts of the public page (server/portal) and the price notice, which arrives word for word from the console.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["de", "en"]

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Fernhilfe", "Remote help"),
    "number_question": (
        "Welche Sitzungsnummer hat Ihnen der Techniker am Telefon genannt?",
        "Which session number did the technician tell you on the phone?",
    ),
    "number_label": ("Sitzungsnummer", "Session number"),
    "scam": (
        "Geben Sie die Nummer nur ein, wenn Sie uns selbst angerufen haben.",
        "Only type the number if you called us yourself.",
    ),
    "our_phone": ("Sie erreichen uns unter {phones}.", "You reach us at {phones}."),
    "connect": ("Verbinden", "Connect"),
    "other_language": ("English", "Deutsch"),
    "connecting": ("Verbindung wird aufgebaut …", "Connecting …"),
    "proving": ("Die Nummer wird geprüft …", "Checking the number …"),
    "waiting_consent": ("Der Techniker bereitet die Anfrage vor …", "The technician is preparing the request …"),
    "bad_length": (
        "Die Nummer ist nicht vollständig: Sie hat zehn Ziffern, zum Beispiel 123 456 7890.",
        "The number is not complete: it has ten digits, for example 123 456 7890.",
    ),
    "bad_digits": ("Bitte tippen Sie nur Ziffern.", "Please type digits only."),
    "bad_check": (
        "In der Nummer steckt ein Tippfehler. Bitte vergleichen Sie Ziffer für Ziffer.",
        "There is a typing mistake in the number. Please compare it digit by digit.",
    ),
    "wrong_number": (
        "Diese Nummer passt nicht. Bitte fragen Sie den Techniker noch einmal und tippen Sie neu.",
        "This number does not match. Please ask the technician again and type it anew.",
    ),
    "unknown_number": (
        "Diese Nummer gibt es nicht oder nicht mehr. Bitte fragen Sie den Techniker nach einer neuen.",
        "This number does not exist, or no longer. Please ask the technician for a new one.",
    ),
    "expired": (
        "Diese Nummer ist abgelaufen. Bitte fragen Sie den Techniker nach einer neuen.",
        "This number has expired. Please ask the technician for a new one.",
    ),
    "used": (
        "Diese Nummer wurde schon benutzt. Bitte fragen Sie den Techniker nach einer neuen.",
        "This number was already used. Please ask the technician for a new one.",
    ),
    "busy": (
        "Mit dieser Nummer ist schon jemand verbunden. Bitte sagen Sie das dem Techniker.",
        "Somebody is already connected with this number. Please tell the technician.",
    ),
    "guesses": (
        "Die Nummer wurde dreimal falsch eingegeben und gilt nicht mehr. Bitte fragen Sie nach einer neuen.",
        "The number was typed wrongly three times and is no longer valid. Please ask for a new one.",
    ),
    "version": (
        "Dieses Programm ist veraltet. Bitte laden Sie es von unserer Seite neu herunter.",
        "This program is outdated. Please download it again from our page.",
    ),
    "rate": (
        "Zu viele Versuche in kurzer Zeit. Bitte warten Sie eine Minute.",
        "Too many attempts in a short time. Please wait a minute.",
    ),
    "no_server": (
        "Der Server {server} ist nicht zu erreichen. Bitte prüfen Sie Ihre Internetverbindung.",
        "The server {server} cannot be reached. Please check your internet connection.",
    ),
    "second_copy": (
        "Dieses Programm läuft schon in einem anderen Fenster. Bitte benutzen oder schließen Sie zuerst jenes.",
        "This program already runs in another window. Please use or close that one first.",
    ),
    "no_network": (
        "Dieser Rechner findet {server} nicht. Bitte prüfen Sie, ob er mit dem Internet verbunden ist.",
        "This computer does not find {server}. Please check that it is connected to the internet.",
    ),
    "intercepted": (
        "Zwischen Ihrem Rechner und {server} liest etwas mit, zum Beispiel ein Virenscanner oder ein Firmennetz. "
        "Bitte sagen Sie das dem Techniker.",
        "Something between your computer and {server} reads along, for example a virus scanner or a company network. "
        "Please tell the technician.",
    ),
    "clock": (
        "Ihr Rechner meint, es sei {today}. Stimmt das nicht, stellen Sie bitte Datum und Uhrzeit richtig. "
        "Stimmt es, sagen Sie dem Techniker: Das Zertifikat von {server} gilt nicht.",
        "Your computer believes it is {today}. If that is wrong, please set date and time. "
        "If it is right, tell the technician: the certificate of {server} is not valid.",
    ),
    "proxy_password": (
        "Ihr Firmennetz verlangt einen Benutzernamen und ein Kennwort, bevor es Sie ins Internet lässt.",
        "Your company's network asks for a user name and a password before it lets you into the internet.",
    ),
    "proxy_refused": (
        "Der Proxy Ihres Firmennetzes lässt dieses Programm nicht ins Internet. Bitte fragen Sie Ihre IT-Abteilung.",
        "The proxy of your company's network does not let this program into the internet. "
        "Please ask your IT department.",
    ),
    "proxy_title": ("Anmeldung am Firmennetz", "Company network sign-in"),
    "proxy_ask": (
        "Der Proxy Ihres Firmennetzes fragt nach Ihrer Anmeldung. "
        "Sie bleibt auf diesem Rechner und wird nicht gespeichert.",
        "The proxy of your company's network asks who you are. What you type stays on this computer and is not stored.",
    ),
    "proxy_user": ("Benutzername", "User name"),
    "proxy_secret": ("Kennwort", "Password"),
    "refused": (
        "Der Server hat die Verbindung abgelehnt ({code}). Bitte sagen Sie das dem Techniker.",
        "The server refused the connection ({code}). Please tell the technician.",
    ),
    "technician_left": (
        "Der Techniker hat die Sitzung verlassen. Bitte fragen Sie ihn am Telefon.",
        "The technician has left the session. Please ask on the phone.",
    ),
    "peer_error": (
        "Die Verbindung wurde gestört und aus Vorsicht beendet. Bitte fragen Sie nach einer neuen Nummer.",
        "The connection was disturbed and ended as a precaution. Please ask for a new number.",
    ),
    "consent_phone": ("Haben SIE bei {company} angerufen?", "Did YOU phone {company}?"),
    "consent_ask_view": (
        "{technician} von {company} möchte Ihren Bildschirm sehen. Schließen Sie bitte, was privat ist.",
        "{technician} of {company} asks to see your screen. Please close anything private.",
    ),
    "consent_ask_control": (
        "{technician} von {company} möchte Ihren Bildschirm sehen und Maus und Tastatur bedienen. "
        "Schließen Sie bitte, was privat ist.",
        "{technician} of {company} asks to see your screen and to use mouse and keyboard. "
        "Please close anything private.",
    ),
    "company": ("Firma", "Company"),
    "technician": ("Techniker", "Technician"),
    "domain": ("Adresse", "Address"),
    "host": ("Dieser Rechner", "This computer"),
    "verified_by_person": (
        "✓ Persönlich bestätigt: {technician} hat diese Sitzung soeben mit dem eigenen Sicherheitsschlüssel bestätigt. "
        "Für den Schlüssel bürgt die Firma.",
        "✓ Confirmed in person: {technician} has just confirmed this session with their own security key. "
        "The firm vouches for that key.",
    ),
    "verified_by_firm": (
        "✓ Geprüft: Der Server der Firma bestätigt diese Angaben, und die Firma bürgt für ihren Server.",
        "✓ Verified: the firm's server confirms these names, and the firm vouches for its server.",
    ),
    "not_verified": (
        "Nicht geprüft: Diese Angaben macht der Server der Firma, ein Schlüssel bestätigt sie nicht.",
        "Not verified: these names are what the firm's server says, no key confirms them.",
    ),
    "sum_ident_missing": (
        "Aus Vorsicht beendet: Der Techniker konnte nicht nachweisen, für wen er arbeitet. "
        "Bitte legen Sie auf und rufen Sie die Firma selbst an.",
        "Ended as a precaution: the technician could not prove for whom they work. "
        "Please hang up and phone the firm yourself.",
    ),
    "sum_ident_forged": (
        "Aus Vorsicht beendet: Der Ausweis des Technikers ist nicht von der Firma unterschrieben. "
        "Bitte legen Sie auf und rufen Sie die Firma selbst an.",
        "Ended as a precaution: the technician's statement is not signed by the firm. "
        "Please hang up and phone the firm yourself.",
    ),
    "sum_ident_other": (
        "Aus Vorsicht beendet: Der Ausweis des Technikers gehört zu einer anderen Sitzung. "
        "Bitte fragen Sie nach einer neuen Nummer.",
        "Ended as a precaution: the technician's statement belongs to another session. Please ask for a new number.",
    ),
    "sum_ident_expired": (
        "Aus Vorsicht beendet: Der Ausweis des Technikers gilt nicht mehr oder noch nicht. Bitte prüfen Sie, ob Datum "
        "und Uhrzeit Ihres Rechners stimmen, und fragen Sie nach einer neuen Nummer.",
        "Ended as a precaution: the technician's statement is not valid any more, or not yet. Please check date and "
        "time of your computer, and ask for a new number.",
    ),
    "sum_ident_passkey": (
        "Aus Vorsicht beendet: Der Sicherheitsschlüssel des Technikers bestätigt diese Sitzung nicht. "
        "Bitte legen Sie auf und rufen Sie die Firma selbst an.",
        "Ended as a precaution: the technician's security key does not confirm this session. "
        "Please hang up and phone the firm yourself.",
    ),
    "sum_ident_roster": (
        "Aus Vorsicht beendet: Die Liste, nach der die Firma für ihre Techniker bürgt, ist veraltet. Bitte prüfen Sie, "
        "ob Datum und Uhrzeit Ihres Rechners stimmen, und rufen Sie die Firma selbst an.",
        "Ended as a precaution: the list by which the firm vouches for its technicians is out of date. Please check "
        "date and time of your computer, and phone the firm yourself.",
    ),
    "sum_ident_person": (
        "Aus Vorsicht beendet: Der Techniker hat diese Sitzung nicht mit dem eigenen Sicherheitsschlüssel bestätigt, "
        "und Ihre Firma verlangt das. Bitte fragen Sie nach einer neuen Nummer.",
        "Ended as a precaution: the technician has not confirmed this session with their own security key, "
        "which the firm demands. Please ask for a new number.",
    ),
    "price": ("Preis", "Price"),
    "covered": (
        "Für Sie kostenlos: Ihr Vertragspartner zahlt ({covered_by}).",
        "Free for you: your contract partner pays ({covered_by}).",
    ),
    "free": ("Für Sie kostenlos.", "Free of charge for you."),
    "allow": ("Erlauben", "Allow"),
    "view_only": ("Nur zusehen", "View only"),
    "decline": ("Ablehnen", "Decline"),
    "order": ("Kostenpflichtig beauftragen", "Order, with obligation to pay"),
    "stop_hint": (
        "Das Stoppschild links oben beendet die Sitzung sofort. Tasten: Strg+Alt+Esc.",
        "The stop sign in the upper-left corner ends the session at once. Keys: Ctrl+Alt+Esc.",
    ),
    "level_ask": (
        "{technician} möchte jetzt auch Maus und Tastatur bedienen.",
        "{technician} now asks to use mouse and keyboard as well.",
    ),
    "administer_head": (
        "Dürfen sie diesen Computer verwalten?",
        "May they administer this computer?",
    ),
    "administer_ask": (
        "{technician} möchte Administratorrechte: damit kann man Programme installieren und alles an diesem Computer "
        "ändern. Danach fragt Windows Sie noch selbst.",
        "{technician} asks for an administrator's rights: with them one can install programs and change anything on "
        "this computer. Windows will then ask you itself.",
    ),
    "administer_reason": ("Begründung", "Reason given"),
    "administer_end": (
        "Die Rechte enden mit der Sitzung oder sobald Sie sie zurücknehmen; nichts bleibt zurück.",
        "The rights end with the session, or as soon as you take them back; nothing stays behind.",
    ),
    "administer_allow": ("Verwalten erlauben", "Allow administering"),
    "charge_ask": (
        "{technician} bietet Ihnen Arbeit an, die Sie bezahlen müssten. Bis zu Ihrer Antwort ruht die Sitzung, "
        "und es entstehen keine Kosten.",
        "{technician} offers you work that you would have to pay for. The session rests until you answer, "
        "and costs nothing meanwhile.",
    ),
    "record_ask": (
        "{technician} möchte das Bild dieser Sitzung aufzeichnen.",
        "{technician} asks to record the picture of this session.",
    ),
    "record_kept": (
        "{company} bewahrt die Aufzeichnung verschlüsselt auf und löscht sie nach {days} Tagen. "
        "Pause und Vorhang werden nicht aufgezeichnet. Sie können die Aufzeichnung jederzeit beenden.",
        "{company} keeps the recording encrypted and deletes it after {days} days. "
        "Pause and curtain are not recorded. You can end the recording at any time.",
    ),
    "record_choice": (
        "Wenn Sie ablehnen, geht die Hilfe ohne Aufzeichnung weiter.",
        "If you decline, the help goes on without a recording.",
    ),
    "record_yes": ("Aufzeichnung erlauben", "Allow recording"),
    "record_no": ("Nicht aufzeichnen", "Do not record"),
    "record_on": ("● Aufnahme läuft", "● Being recorded"),
    "record_resting": ("● Aufnahme ruht", "● Recording rests"),
    "record_stop": ("Aufzeichnung beenden", "End the recording"),
    "record_mark": ("● AUFNAHME", "● REC"),
    "record_mark_resting": ("AUFNAHME RUHT", "REC RESTS"),
    "charge_choice": (
        "Wenn Sie ablehnen, wird diese Arbeit nicht gemacht. Die Sitzung geht dann weiter wie bisher, "
        "oder Sie beenden sie.",
        "If you decline, this work is not done. The session then goes on as before, or you end it.",
    ),
    "under_a_minute": ("unter 1 Min.", "under 1 min"),
    "minutes": ("{count} Min.", "{count} min"),
    "hours": ("{time} Std.", "{time} h"),
    "clock_free": ("Zeit {time} – für Sie ohne Kosten", "Time {time} – no cost for you"),
    "clock_charged": ("Kostenpflichtig {time} – {amount}", "Chargeable {time} – {amount}"),
    "clock_agreed": (
        "Kostenpflichtig {time} – zum vereinbarten Preis",
        "Chargeable {time} – at the agreed price",
    ),
    "clock_still": ("Uhr steht: {clock}", "Clock stopped: {clock}"),
    "at_most": ("höchstens {money} {vat}", "at most {money} {vat}"),
    "said_price": (
        "Am Telefon vereinbart, ab jetzt kostenpflichtig: {text}",
        "Agreed on the phone, chargeable from now on: {text}",
    ),
    "sum_charge": ("Kosten: {clock}", "Cost: {clock}"),
    "sum_charge_note": (
        "Gerundet und berechnet wird wie vereinbart; es gilt die Rechnung.",
        "Rounded and charged as agreed; the invoice is what counts.",
    ),
    "state_waiting": ("{technician} wartet auf Ihre Antwort.", "{technician} waits for your answer."),
    "state_view": ("{technician} sieht Ihren Bildschirm.", "{technician} sees your screen."),
    "state_control": (
        "{technician} sieht Ihren Bildschirm und bedient Maus und Tastatur.",
        "{technician} sees your screen and uses mouse and keyboard.",
    ),
    "state_administer": (
        "{technician} verwaltet diesen Computer mit Administratorrechten.",
        "{technician} administers this computer with full rights.",
    ),
    "state_paused": ("Pause: {technician} sieht nichts Neues.", "Paused: {technician} sees nothing new."),
    "state_curtain": (
        "Vorhang: {technician} sieht nichts. Tippen Sie in Ruhe Ihr Kennwort.",
        "Curtain: {technician} sees nothing. Type your password in peace.",
    ),
    "state_resting": ("Die Sitzung ruht bis zu Ihrer Antwort.", "The session rests until you answer."),
    "state_muted": ("Sie haben die Maus: der Techniker wartet.", "You have the mouse: the technician waits."),
    "state_interrupted": (
        "Die Verbindung ist unterbrochen. Sie kommt von selbst wieder, sonst endet die Sitzung.",
        "The connection is interrupted. It returns by itself, or the session ends.",
    ),
    "pause": ("Pause", "Pause"),
    "go_on": ("Weiter", "Go on"),
    "curtain": ("Vorhang für Kennwort", "Curtain for password"),
    "curtain_off": ("Vorhang auf", "Open curtain"),
    "take_back": ("Nur noch zusehen lassen", "Let them only view"),
    "step_down": ("Administratorrechte zurücknehmen", "Take back administrator's rights"),
    "give_control": ("Bedienen erlauben", "Allow control"),
    "message": ("Nachricht", "Message"),
    "send": ("Senden", "Send"),
    "send_copied": ("Kopierten Text an den Techniker senden", "Send copied text to the technician"),
    "nothing_copied": (
        "Es ist kein Text kopiert. Markieren Sie den Text und drücken Sie Strg+C.",
        "No text is copied. Select the text and press Ctrl+C.",
    ),
    "said_copied": ("Gesendet: kopierter Text, {text} Zeichen", "Sent: copied text, {text} characters"),
    "said_technician": ("Techniker: {text}", "Technician: {text}"),
    "said_you": ("Sie: {text}", "You: {text}"),
    "slow_capture": (
        "Das Bild wird auf dem langsameren Weg aufgenommen.",
        "The picture is taken the slower way.",
    ),
    "stop": ("STOPP", "STOP"),
    "stop_name": ("Sitzung sofort beenden", "End the session at once"),
    "sum_title": ("Die Sitzung ist beendet", "The session has ended"),
    "sum_by_customer": ("Sie haben die Sitzung beendet.", "You ended the session."),
    "sum_by_technician": ("Der Techniker hat die Sitzung beendet.", "The technician ended the session."),
    "sum_declined": ("Sie haben abgelehnt. Niemand hat etwas gesehen.", "You declined. Nobody has seen anything."),
    "sum_interrupted": (
        "Die Verbindung war zu lange unterbrochen. Die Sitzung ist deshalb beendet.",
        "The connection was interrupted for too long. That is why the session ended.",
    ),
    "sum_helper_gone": (
        "Der Helfer mit Administratorrechten wurde beendet. Die Sitzung ist deshalb aus Vorsicht beendet.",
        "The helper with administrator's rights was ended. That is why the session ended, as a precaution.",
    ),
    "sum_error": (
        "Die Sitzung wurde aus Vorsicht beendet: {text}",
        "The session was ended as a precaution: {text}",
    ),
    "sum_duration": ("Dauer: {minutes} Minuten {seconds} Sekunden", "Duration: {minutes} minutes {seconds} seconds"),
    "sum_who": ("Mit: {technician}, {company}", "With: {technician}, {company}"),
    "sum_allowed": ("Erlaubt haben Sie", "You allowed"),
    "sum_done": ("Das ist geschehen", "What happened"),
    "sum_made": ("Angelegt und wieder entfernt", "Made and removed again"),
    "sum_nothing_made": (
        "Das Programm hat keine Datei auf Ihrem Rechner angelegt.",
        "The program made no file on your computer.",
    ),
    "sum_after": (
        "Sie können die Programmdatei jetzt löschen. Auf Ihrem Rechner bleibt nichts zurück.",
        "You can delete the program file now. Nothing stays on your computer.",
    ),
    "sum_own_folder": (
        "{folder} (der Ordner des laufenden Programms; er verschwindet, wenn Sie dieses Fenster schließen)",
        "{folder} (the running program's own folder; it goes away when you close this window)",
    ),
    "sum_helper": (
        "{name} (für die Administratorrechte; mit ihnen entfernt)",
        "{name} (for the administrator's rights; removed with them)",
    ),
    "sum_remove": ("Programm löschen", "Delete the program"),
    "sum_removing": (
        "Die Programmdatei verschwindet, sobald Sie dieses Fenster schließen.",
        "The program file goes away as soon as you close this window.",
    ),
    "sum_not_removed": (
        "Die Programmdatei lässt sich hier nicht löschen. Bitte löschen Sie sie selbst: {file}",
        "The program file cannot be deleted from here. Please delete it yourself: {file}",
    ),
    "doings": ("Was der Techniker tut (was das Programm sicher weiß)", "What the technician does (what is certain)"),
    "receipt_coming": ("Ihr Beleg wird geholt …", "Your receipt is being fetched …"),
    "receipt_here": (
        "Ihr Beleg ist da: was geschehen ist, von der Firma unterschrieben.",
        "Your receipt is here: what happened, signed by the firm.",
    ),
    "receipt_missing": (
        "Der Beleg ist nicht gekommen. Bitte fragen Sie die Firma danach.",
        "The receipt did not come. Please ask the firm for it.",
    ),
    "receipt_save": ("Beleg speichern", "Save receipt"),
    "receipt_show": ("Ansehen und drucken", "View and print"),
    "receipt_name": ("Fernhilfe-Beleg.json", "remote-help-receipt.json"),
    "receipt_saved": ("Gespeichert: {file}", "Saved: {file}"),
    "receipt_not_saved": (
        "In {file} kann nicht geschrieben werden. Bitte wählen Sie einen anderen Ort.",
        "{file} cannot be written. Please choose another place.",
    ),
    "close": ("Schließen", "Close"),
    "fact_view": ("Zusehen erlaubt", "Viewing allowed"),
    "fact_control": ("Bedienen erlaubt", "Control allowed"),
    "fact_view_back": ("Bedienen zurückgenommen", "Control taken back"),
    "fact_administer_yes": ("Verwalten erlaubt, Windows wird gefragt", "Administering allowed, Windows is asked"),
    "fact_administer_no": ("Verwalten abgelehnt", "Administering declined"),
    "fact_administer_on": ("Administratorrechte begonnen", "Administrator's rights began"),
    "fact_administer_off": ("Administratorrechte beendet", "Administrator's rights ended"),
    "fact_administer_failed": ("Keine Administratorrechte bekommen", "No administrator's rights obtained"),
    "fact_paused": ("Pause", "Paused"),
    "fact_resumed": ("Weiter", "Went on"),
    "fact_curtain_on": ("Vorhang zu", "Curtain closed"),
    "fact_curtain_off": ("Vorhang auf", "Curtain opened"),
    "fact_charge_yes": ("Kostenpflichtig beauftragt", "Ordered with obligation to pay"),
    "fact_charge_no": ("Kostenpflichtige Arbeit abgelehnt", "Chargeable work declined"),
    "fact_charge_phone": ("Preis am Telefon vereinbart", "Price agreed on the phone"),
    "fact_interrupted": ("Verbindung unterbrochen", "Connection interrupted"),
    "fact_back": ("Verbindung wieder da", "Connection is back"),
    "fact_clipboard": ("Text in Ihre Zwischenablage gelegt", "Text put into your clipboard"),
    "fact_record_on": ("Aufzeichnung erlaubt", "Recording allowed"),
    "fact_record_no": ("Aufzeichnung abgelehnt", "Recording declined"),
    "fact_record_off": ("Aufzeichnung beendet", "Recording ended"),
    "fact_clipboard_sent": ("Kopierten Text gesendet", "Copied text sent"),
    "fact_ended": ("Ende", "End"),
}


def say(key: str, language: Language, **values: object) -> str:
    """The sentence for `key`, filled with `values`. Raises KeyError for an unknown key or a missing value."""
    return TEXTS[key][0 if language == "de" else 1].format(**values)
