"""Sentences of the customer's receipt, on its page and on paper."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    "receipt": ("Beleg über Ihre Fernhilfe", "Receipt for your remote help"),
    "receipt_intro": (
        "Das ist in Ihrer Sitzung geschehen. {company} hat es so aufgezeichnet und unterschrieben.",
        "This is what happened in your session. {company} has recorded and signed it like this.",
    ),
    "receipt_company": ("Firma", "Company"),
    "receipt_technician": ("Techniker", "Technician"),
    "receipt_customer": ("Geholfen wurde", "Help was given to"),
    "receipt_began": ("Beginn", "Began"),
    "receipt_ended": ("Ende", "Ended"),
    "receipt_duration": ("Dauer", "Duration"),
    "receipt_minutes": ("{minutes} Minuten {seconds} Sekunden", "{minutes} minutes {seconds} seconds"),
    "receipt_not_begun": ("nicht begonnen", "did not begin"),
    "receipt_price": ("Preis", "Price"),
    "receipt_free": ("Für Sie kostenlos.", "Free of charge for you."),
    "receipt_covered": (
        "Für Sie kostenlos: {covered_by} zahlt.",
        "Free of charge for you: {covered_by} pays.",
    ),
    "receipt_events": ("Was geschehen ist", "What happened"),
    "receipt_time": ("Uhrzeit", "Time"),
    "receipt_zone": ("Uhrzeiten in Deutschland (Europe/Berlin).", "Times in Germany (Europe/Berlin)."),
    "receipt_proof": ("Der Nachweis", "The proof"),
    "receipt_proof_text": (
        "Dieser Beleg ist Eintrag {index} im Protokoll der Firma. Das Protokoll ist so unterschrieben, dass danach "
        "niemand mehr etwas daran ändern kann, ohne dass es auffällt, auch die Firma nicht. Prüfen kann das jeder, "
        "ohne Internet: „beistand verify beleg.json“.",
        "This receipt is entry {index} of the firm's log. The log is signed in such a way that afterwards nobody can "
        "change anything in it unnoticed, not even the firm. Anybody can check it, without the internet: "
        "“beistand verify receipt.json”.",
    ),
    "receipt_key": ("Schlüssel des Protokolls", "Key of the log"),
    "receipt_save": ("Beleg speichern (JSON)", "Save the receipt (JSON)"),
    "receipt_pdf": ("Zum Drucken (PDF)", "For printing (PDF)"),
    "receipt_keep": (
        "Diese Seite kennt nur, wer ihre Adresse kennt. Heben Sie die Datei auf, wenn Sie den Beleg behalten möchten: "
        "die Firma löscht ihn nach ihrer Frist.",
        "Only who knows its address can see this page. Keep the file if you want to keep the receipt: the firm deletes "
        "it after its term.",
    ),
    "receipt_none": (
        "Diesen Beleg gibt es nicht, noch nicht oder nicht mehr.",
        "This receipt does not exist, not yet, or no longer.",
    ),
    "receipt_mail_head": ("Per E-Mail", "By mail"),
    "receipt_mail_hint": (
        "Wir schicken den Beleg einmal an diese Adresse und bewahren sie nicht auf.",
        "We send the receipt once to this address and do not keep it.",
    ),
    "receipt_mail_to": ("E-Mail-Adresse", "Mail address"),
    "receipt_mail_send": ("Beleg zuschicken", "Send the receipt"),
    "receipt_mail_sent": ("Der Beleg ist unterwegs.", "The receipt is on its way."),
    "receipt_mail": (
        "Guten Tag,\n\nanbei erhalten Sie den Beleg über Ihre Fernhilfe mit {company}: die PDF-Datei zum Lesen und "
        "Drucken, die JSON-Datei als Nachweis. Prüfen kann ihn jeder, ohne Internet: "
        "„beistand verify beleg.json“.\n\nHaben Sie diese Hilfe nicht gehabt, löschen Sie diese Nachricht bitte.\n",
        "Hello,\n\nplease find attached the receipt for your remote help with {company}: the PDF file to read and "
        "print, the JSON file as the proof. Anybody can check it, without the internet: "
        "“beistand verify receipt.json”.\n\nIf you did not get this help, please delete this message.\n",
    ),
    "receipt_no_mail": ("Dieser Server verschickt keine E-Mails.", "This server sends no mails."),
    "receipt_bad_address": (
        "Das ist keine E-Mail-Adresse, an die wir schreiben können.",
        "That is no mail address that we can write to.",
    ),
    "receipt_refused": (
        "Diese Adresse nimmt keine Nachrichten an. Bitte prüfen Sie, ob sie richtig geschrieben ist.",
        "This address takes no messages. Please check whether it is written correctly.",
    ),
    "receipt_later": (
        "Der Beleg konnte gerade nicht verschickt werden. Bitte versuchen Sie es in ein paar Minuten noch einmal.",
        "The receipt could not be sent just now. Please try again in a few minutes.",
    ),
    "receipt_office": ("Beleg des Kunden", "The customer's receipt"),
    "receipt_office_hint": (
        "Das hat der Kunde bekommen, oder kann es noch bekommen.",
        "This is what the customer got, or can still get.",
    ),
    "receipt_office_none": (
        "Zu dieser Sitzung gibt es keinen Beleg, noch nicht oder nicht mehr.",
        "There is no receipt of this session, not yet, or no longer.",
    ),
    "receipt_office_show": ("Ansehen", "View"),
    "receipt_file": ("beleg", "receipt"),
    "receipt_page": ("Seite", "Page"),
    # who did it
    "by_customer": ("Sie", "You"),
    "by_technician": ("Techniker", "Technician"),
    "by_program": ("Programm", "Program"),
    "by_server": ("Verbindung", "Connection"),
    # what happened, as the customer's program and the relay name it
    "ev_joined": ("Programm verbunden", "Program connected"),
    "ev_confirmed": ("Sitzungsnummer stimmt, Verschlüsselung steht", "Session number matches, encryption stands"),
    "ev_consent_1": ("Zusehen erlaubt", "Viewing allowed"),
    "ev_consent_2": ("Sehen und Bedienen erlaubt", "Seeing and control allowed"),
    "ev_consent_charge": ("Kostenpflichtig beauftragt", "Ordered with obligation to pay"),
    "ev_declined": ("Abgelehnt", "Declined"),
    "ev_level_1": ("Bedienen zurückgenommen, nur noch Zusehen", "Control taken back, viewing only"),
    "ev_level_2": ("Bedienen erlaubt", "Control allowed"),
    "ev_administer_asked": ("Um Administratorrechte gebeten: {reason}", "Asked for administrator's rights: {reason}"),
    "ev_administer_allowed": (
        "Verwalten erlaubt, Windows wird gefragt",
        "Administering allowed, Windows is asked",
    ),
    "ev_administer_declined": ("Verwalten abgelehnt", "Administering declined"),
    "ev_administer_failed": ("Keine Administratorrechte bekommen", "No administrator's rights obtained"),
    "ev_administer_on": (
        "Administratorrechte begonnen; dafür angelegt: {names}",
        "Administrator's rights began; made for them: {names}",
    ),
    "ev_administer_off": (
        "Administratorrechte beendet, das dafür Angelegte entfernt",
        "Administrator's rights ended, what was made for them removed",
    ),
    "ev_pause": ("Pause", "Paused"),
    "ev_go_on": ("Weiter", "Went on"),
    "ev_curtain": ("Vorhang zu", "Curtain closed"),
    "ev_curtain_off": ("Vorhang auf", "Curtain opened"),
    "ev_colleague_joined": ("Ein weiterer Techniker hilft mit", "Another technician helps too"),
    "ev_colleague_left": ("Der weitere Techniker ist gegangen", "The other technician has left"),
    "ev_handed_over": ("{name} hat die Sitzung übernommen", "{name} has taken over the session"),
    "ev_charge_asked": ("Nach kostenpflichtiger Arbeit gefragt", "Asked about chargeable work"),
    "ev_charge_yes": ("Kostenpflichtig beauftragt", "Ordered with obligation to pay"),
    "ev_charge_no": ("Kostenpflichtige Arbeit abgelehnt", "Chargeable work declined"),
    "ev_record_on": (
        "Aufzeichnung erlaubt, gelöscht nach {days} Tagen",
        "Recording allowed, deleted after {days} days",
    ),
    "ev_record_off": ("Aufzeichnung beendet", "Recording ended"),
    "ev_record_refused": ("Aufzeichnung abgelehnt", "Recording declined"),
    "ev_clipboard": (
        "Text in Ihre Zwischenablage gelegt ({letters} Zeichen)",
        "Text put into your clipboard ({letters} letters)",
    ),
    "ev_clipboard_sent": (
        "Kopierten Text an den Techniker gesendet ({letters} Zeichen)",
        "Copied text sent to the technician ({letters} letters)",
    ),
    "ev_made": ("Nur für die Sitzung angelegt: {names}", "Made for the session only: {names}"),
    "ev_nothing_made": ("Nichts auf Ihrem Rechner angelegt", "Nothing made on your computer"),
    "ev_interrupted": ("Unterbrochen", "Interrupted"),
    "ev_back": ("Wieder da", "Back again"),
    "ev_ended": ("Sitzung beendet", "Session ended"),
    "ev_closed": ("Verbindung geschlossen", "Connection closed"),
}
