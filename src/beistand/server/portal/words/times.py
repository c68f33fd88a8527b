"""Sentences about recorded time: the month, one session, approval, the service report."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    # cases
    "cases": ("Vorgänge", "Cases"),
    "cases_closed": ("Abgeschlossene Vorgänge", "Closed cases"),
    "cases_choose": ("Vorgänge wählen", "Choose cases"),
    "cases_show_open": ("Offene Vorgänge", "Open cases"),
    "cases_show_closed": ("Abgeschlossene", "Closed ones"),
    "cases_intro": (
        "Ein Vorgang fasst die Sitzungen eines Anliegens zusammen. Der Techniker nennt oder wählt ihn, bevor er eine "
        "Sitzung beginnt. Ob je Vorgang gerundet oder abgerechnet wird, steht im Vertrag.",
        "A case holds the sessions of one concern. The technician names or chooses it before a session begins. Whether "
        "rounding or invoices go by case is said in the contract.",
    ),
    "case_since": ("seit {day}", "since {day}"),
    "case_closed_on": ("abgeschlossen am {day}", "closed on {day}"),
    "case_empty": ("Noch keine Sitzung", "No session yet"),
    "case_close": ("Abschließen", "Close"),
    "case_reopen": ("Wieder öffnen", "Open again"),
    "cases_none": (
        "Kein offener Vorgang. Ein neuer beginnt im Fenster „Neue Sitzung“ mit einem Titel.",
        "No open case. A new one begins with a title in the window “New session”.",
    ),
    "cases_none_closed": ("Noch kein abgeschlossener Vorgang.", "No closed case yet."),
    # asking for a price in mid-session
    "phone_who": (
        "Tragen Sie ein, wer am Telefon zugestimmt hat.",
        "Enter who agreed on the phone.",
    ),
    "phone_forbidden": (
        "Ihre Firma erlaubt keine Zustimmung am Telefon: Legen Sie dem Kunden den Preis auf dem Bildschirm vor.",
        "Your firm does not permit consent on the phone: put the price on the customer's screen.",
    ),
    "price_open": (
        "Der Kunde liest den Preis gerade auf dem Bildschirm: Warten Sie seine Antwort ab.",
        "The customer is reading the price on the screen: wait for the answer.",
    ),
    "not_ended": (
        "Die Zeit dieser Sitzung ist noch nicht erfasst: Versuchen Sie es gleich noch einmal.",
        "The time of this session is not recorded yet: try again in a moment.",
    ),
    "bad_seconds": (
        "So viel Zeit hat die Sitzung nicht.",
        "The session does not have that much time.",
    ),
    "reason": ("Es fehlt die Begründung.", "The reason is missing."),
    "decided": ("Darüber ist schon entschieden.", "This has been decided already."),
    "not_running": (
        "Diese Sitzung läuft nicht: Ein Preis kann nur in einer laufenden Sitzung vereinbart werden.",
        "This session is not running: a price can be agreed to in a running session only.",
    ),
    "no_price_card": (
        "Für Arbeit ohne Vertrag ist kein Preis hinterlegt: Der Inhaber trägt ihn auf der Seite „Firma“ ein.",
        "There is no price for work without a contract: the owner enters it on the page “Firm”.",
    ),
    # the month
    "times": ("Zeiten", "Times"),
    "month_choose": ("Monat wählen", "Choose a month"),
    "recorded": ("Erfasst", "Recorded"),
    "kind_charged": ("kostenpflichtig", "chargeable"),
    "kind_covered": ("vom Vertrag gedeckt", "covered by contract"),
    "kind_free": ("ohne Berechnung", "not charged"),
    "kind_open": ("ohne Zustimmung", "nobody agreed"),
    "kind_goodwill": ("Kulanz", "goodwill"),
    "sum_customer": ("Zeit je Kunde", "Time per customer"),
    "sum_technician": ("Zeit je Techniker", "Time per technician"),
    "sum_day": ("Zeit je Tag", "Time per day"),
    "sum_day_alt": (
        "Säulen: erfasste Zeit je Tag des Monats, zusammen {total} Stunden",
        "Columns: time recorded on each day of the month, {total} hours in all",
    ),
    "entries": ("Einträge", "Entries"),
    "approve_this": ("{name}, {time} freigeben", "Approve {name}, {time}"),
    "look_at": ("{name}, {time} ansehen", "Look at {name}, {time}"),
    "look": ("Ansehen", "Look"),
    "undecided": ("noch nicht entschieden", "not decided yet"),
    "refused_word": ("abgelehnt", "refused"),
    "approved": ("freigegeben", "approved"),
    "waiting_count": (
        "{count} Einträge warten auf eine Entscheidung.",
        "{count} entries wait for a decision.",
    ),
    "approve": ("Markierte für die Rechnung freigeben", "Approve the marked ones for the invoice"),
    "all_approved": ("Alles ist freigegeben.", "Everything is approved."),
    "no_times": (
        "In diesem Monat wurde keine Zeit erfasst. Zeiten entstehen von selbst, wenn eine Sitzung endet.",
        "No time was recorded in this month. Times come by themselves when a session ends.",
    ),
    "policy_head": ("Was Ihre Firma erlaubt", "What your firm permits"),
    "policy_phone": (
        "Kunden dürfen einem Preis auch am Telefon zustimmen",
        "Customers may also agree to a price on the phone",
    ),
    "policy_phone_hint": (
        "Der Techniker liest den genauen Text vor und trägt ein, wer zugestimmt hat. Der Kunde sieht den Preis sofort "
        "auf seinem Bildschirm. Beweisen können Sie die Zustimmung am Bildschirm besser.",
        "The technician reads out the exact words and enters who agreed. The customer sees the price on the screen at "
        "once. Consent on the screen is easier to prove.",
    ),
    # one session
    "report": ("Leistungsnachweis", "Service report"),
    "report_hint": (
        "Mit Zeiten, Zustimmungen und Notiz; ohne Preise, die erst die Rechnung festlegt.",
        "With times, consents and note; without amounts, which only the invoice settles.",
    ),
    "report_to": ("Per E-Mail an", "By mail to"),
    "report_language": ("Sprache", "Language"),
    "report_send": ("Leistungsnachweis senden", "Send the service report"),
    "report_mails": ("Versand", "Mails"),
    "report_waits": (
        "Dieser Leistungsnachweis wartet schon auf den Versand: Er geht hinaus, sobald der Mailserver ihn annimmt.",
        "This service report is waiting to be sent already: it leaves as soon as the mail server takes it.",
    ),
    "policy_reports": (
        "Leistungsnachweis nach der Freigabe von selbst an den Kunden senden",
        "Mail the service report to the customer by itself after release",
    ),
    "policy_reports_hint": (
        "Sobald alle Zeiten einer Sitzung freigegeben sind, an die E-Mail-Adresse des Kunden. Ohne Adresse oder ohne "
        "Mailserver geschieht nichts.",
        "As soon as all time of a session is released, to the customer's mail address. Without an address or a mail "
        "server nothing happens.",
    ),
    "no_entry": (
        "Für diese Sitzung gibt es keine Zeit: Der Kunde hat nicht zugestimmt, oder sie läuft noch.",
        "There is no time for this session: the customer did not agree, or it is still running.",
    ),
    "part": ("Abschnitt {number}", "Part {number}"),
    "from_to": ("Von – bis", "From – to"),
    "stop_pause": ("davon Pause des Kunden", "of it the customer's pause"),
    "stop_price": ("davon Preis gelesen", "of it reading the price"),
    "stop_server": ("davon Server nicht erreichbar", "of it server not reachable"),
    "stop_customer": ("davon Verbindung des Kunden unterbrochen", "of it the customer's link interrupted"),
    "stop_technician": ("davon Verbindung des Technikers unterbrochen", "of it the technician's link interrupted"),
    "from_second": ("ab {at}", "from {at} on"),
    "clock_jump": ("Uhr des Servers sprang um", "The server's clock jumped by"),
    "agreed_words": ("Zugestimmt wurde diesem Text", "These words were agreed to"),
    "agreed_screen": ("am Bildschirm am {when} durch {who}", "on the screen on {when} by {who}"),
    "agreed_phone": ("am Telefon am {when} durch {who}", "on the phone on {when} by {who}"),
    "the_customer": ("den Kunden", "the customer"),
    "released": ("Trotzdem berechnet", "Charged all the same"),
    "open_hint": (
        "Diese Arbeit war kostenpflichtig, aber niemand hat dem Preis vor ihrem Beginn zugestimmt. Sie wird nicht "
        "berechnet, solange sie hier niemand mit Begründung freigibt; sonst buchen Sie sie als Kulanz.",
        "This work was chargeable, but nobody agreed to its price before it began. It is not charged unless somebody "
        "releases it here with a reason; else book it as goodwill.",
    ),
    "history": ("Was geändert wurde", "What was changed"),
    "corrected": ("Zeit {old} → {new}", "Time {old} → {new}"),
    "goodwill_yes": ("Kulanz genehmigen", "Approve the goodwill"),
    "goodwill_no": ("Kulanz ablehnen", "Refuse the goodwill"),
    "change_entry": ("Berichtigen oder Kulanz geben", "Correct, or give goodwill"),
    "right_time": ("Richtige Zeit (Stunden:Minuten:Sekunden)", "Right time (hours:minutes:seconds)"),
    "why": ("Begründung", "Reason"),
    "correct": ("Berichtigen", "Correct"),
    "gift_time": ("Davon schenken (Stunden:Minuten:Sekunden)", "Give away of it (hours:minutes:seconds)"),
    "give_away": ("Kulanz vorschlagen", "Propose goodwill"),
    "release_why": ("Warum trotzdem berechnen?", "Why charge it all the same?"),
    "release": ("Trotzdem berechnen", "Charge all the same"),
    "bad_time": (
        "Schreiben Sie die Zeit als Stunden:Minuten:Sekunden, zum Beispiel 1:07:00.",
        "Write the time as hours:minutes:seconds, for example 1:07:00.",
    ),
    "open_first": (
        "Ein Eintrag ohne Zustimmung kann erst freigegeben werden, wenn über ihn entschieden ist.",
        "An entry that nobody agreed to can be approved only once it has been decided on.",
    ),
    "facts": ("Was geschah", "What happened"),
    "by_role_customer": ("Kunde", "Customer"),
    "by_role_technician": ("Techniker", "Technician"),
    "by_role_server": ("Server", "Server"),
    "fact_created": ("Sitzung angelegt", "Session made"),
    "fact_attached": ("Techniker verbunden", "Technician connected"),
    "fact_note": ("Notiz geschrieben", "Note written"),
    "fact_ring": ("Eine fremde Stelle wurde abgewiesen", "Somebody else was refused"),
    "fact_left": ("Verlassen", "Left"),
    "fact_colleague_joined": ("{name} hilft mit", "{name} helps too"),
    "fact_colleague_left": ("{name} ist gegangen", "{name} has left"),
    "fact_handed_over": ("{name} hat die Sitzung übernommen", "{name} has taken over the session"),
    "fact_coverage_changed": ("Kostenübernahme neu geprüft: {sentence}", "Who pays was asked again: {sentence}"),
    "fact_charge_by_phone": ("Preis am Telefon vereinbart", "Price agreed on the phone"),
    "fact_charge_told": ("Preis im Programm des Kunden gezeigt", "Price shown in the customer's program"),
    # the table for the bookkeeper
    "csv_date": ("Datum", "Date"),
    "csv_from": ("Von", "From"),
    "csv_to": ("Bis", "To"),
    "csv_customer": ("Kunde", "Customer"),
    "csv_technician": ("Techniker", "Technician"),
    "csv_net": ("Zeit", "Time"),
    "csv_seconds": ("Sekunden", "Seconds"),
    "csv_goodwill": ("Kulanz Sekunden", "Goodwill seconds"),
    "csv_kind": ("Art", "Kind"),
    "csv_payer": ("Zahlt", "Pays"),
    "csv_note": ("Notiz", "Note"),
    "csv_approved": ("Freigegeben", "Approved"),
    "yes": ("ja", "yes"),
    "no": ("nein", "no"),
}
