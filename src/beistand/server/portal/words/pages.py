"""Sentences of the public pages, of signing in and of the firm's page."""

from __future__ import annotations

# key: (Deutsch, English). The customer's words are those of the billing rules and change only with them.
WORDS: dict[str, tuple[str, str]] = {
    # the public page
    "title": ("Fernhilfe in drei Schritten", "Remote help in three steps"),
    "step1": (
        "Rufen Sie uns an. Der Techniker nennt Ihnen eine Sitzungsnummer.",
        "Phone us. The technician tells you a session number.",
    ),
    "step2": ("Laden Sie das Programm. Es wird nichts installiert.", "Download the program. Nothing gets installed."),
    "step3": (
        "Öffnen Sie die Datei, bestätigen Sie die Windows-Abfrage (als Herausgeber muss {company} stehen) "
        "und tippen Sie die Sitzungsnummer ein.",
        "Open the file, confirm the Windows prompt (the publisher must read {company}) and type the session number.",
    ),
    "stop": (
        "Das Stoppschild links oben beendet die Sitzung sofort.",
        "The stop sign in the upper-left corner ends the session at once.",
    ),
    "after": (
        "Danach: Datei löschen, fertig. Auf Ihrem Rechner bleibt nichts zurück.",
        "Afterwards: delete the file, done. Nothing stays on your computer.",
    ),
    "cost": (
        "Mit Servicevertrag zahlt Ihr Vertragspartner. Ist eine Leistung kostenpflichtig, sagen wir es vorher, "
        "und Sie entscheiden.",
        "Under a service contract your contract partner pays. If a service is chargeable we tell you first, "
        "and you decide.",
    ),
    "scam": (
        "Geben Sie die Nummer nur ein, wenn Sie uns selbst angerufen haben.",
        "Only type the number if you called us yourself.",
    ),
    "data": (
        "Verschlüsselt von Ende zu Ende. Wir speichern Zeitpunkt, Dauer, Techniker und Ihre Zustimmungen. "
        "Keine Aufzeichnung ohne Ihre Zustimmung.",
        "Encrypted end to end. We store time, duration, technician and your consents. "
        "No recording without your consent.",
    ),
    "cost_head": ("Was kostet das?", "What does it cost?"),
    "data_head": ("Was geschieht mit meinen Daten?", "What happens to my data?"),
    "stop_head": ("Sie behalten die Kontrolle", "You stay in control"),
    "download_for": ("Für {system} laden", "Download for {system}"),
    "linux_start": (
        "Damit es startet: Klicken Sie die geladene Datei im Dateimanager mit der rechten Maustaste an, wählen Sie "
        "„Eigenschaften“ und dort „Ausführbar“ oder „Als Programm ausführen“. Dann doppelt anklicken. "
        "Oder im Terminal:",
        "To start it: right-click the downloaded file in the file manager, choose “Properties” and there "
        "“Executable” or “Run as a program”. Then double-click it. Or in a terminal:",
    ),
    "other_systems": ("Für andere Systeme", "For other systems"),
    "checksum": ("Prüfsumme (SHA-256)", "Checksum (SHA-256)"),
    "no_programs": (
        "Es steht noch kein Programm bereit. Betreiber: Legen Sie die Programme für Ihre Kunden in den Ordner "
        "„programs“ des Datenordners; diese Seite bietet sie dann an.",
        "There is no program yet. Operator: put the programs for your customers into the folder “programs” of the "
        "data folder; this page then offers them.",
    ),
    "no_phones": (
        "Unsere Telefonnummer finden Sie auf {domain}.",
        "You find our phone number on {domain}.",
    ),
    "not_set_up": (
        "Dieser Server ist noch nicht eingerichtet. Betreiber: Der einmalige Link steht dort, wo Sie „beistand serve“ "
        "gestartet haben.",
        "This server has not been set up yet. Operator: the one-time link stands where you started “beistand serve”.",
    ),
    "for_staff": ("Für Techniker: anmelden", "For technicians: sign in"),
    "other_language": ("English", "Deutsch"),
    # signing in
    "sign_in": ("Anmelden", "Sign in"),
    "sign_out": ("Abmelden", "Sign out"),
    "email": ("E-Mail-Adresse", "Email address"),
    "password": ("Passwort", "Password"),
    "code": ("Sechs Ziffern aus Ihrer Authenticator-App", "Six digits from your authenticator app"),
    "wrong_sign_in": (
        "Das passt nicht zusammen. Prüfen Sie Adresse und Passwort und nehmen Sie eine neue Zahl aus der App.",
        "That does not fit together. Check address and password, and take a new code from the app.",
    ),
    "signed_out": ("Bitte melden Sie sich an.", "Please sign in."),
    "welcome": ("Eingerichtet. Melden Sie sich jetzt an.", "All set. Sign in now."),
    # setting up
    "setup_title": ("Ihren Server einrichten", "Set up your server"),
    "welcome_title": ("Willkommen bei {company}", "Welcome to {company}"),
    "setup_hint": (
        "Dieser Link gilt einmal. Danach gibt es keine Einrichtungsseite mehr.",
        "This link works once. Afterwards there is no setup page any more.",
    ),
    "welcome_hint": ("Dieser Link gilt einmal, für Sie.", "This link works once, for you."),
    "company": ("Name der Firma", "Name of the firm"),
    "company_hint": (
        "So lesen ihn Ihre Kunden, bevor sie zustimmen.",
        "This is how your customers read it before they agree.",
    ),
    "domain": ("Ihre Internet-Adresse", "Your web address"),
    "domain_hint": ("Zum Beispiel hilfe.example.de", "For example help.example.com"),
    "your_name": ("Ihr Name", "Your name"),
    "password_hint": ("Mindestens zwölf Zeichen; ein Satz ist gut.", "At least twelve characters; a sentence is good."),
    "next": ("Weiter", "Continue"),
    "second_factor": ("Zweiter Schlüssel", "Second key"),
    "scan": (
        "Lesen Sie das Quadrat mit Ihrer Authenticator-App ein und tippen Sie die sechs Ziffern, die sie zeigt.",
        "Scan the square with your authenticator app and type the six digits that it shows.",
    ),
    "by_hand": ("Ohne Kamera: diesen Schlüssel eintippen", "Without a camera: type this key"),
    "finish": ("Fertigstellen", "Finish"),
    "start_over": ("Angaben ändern", "Change what I entered"),
    "wrong_code": (
        "Diese Ziffern passen nicht. Warten Sie auf neue; geht die Uhr des Telefons richtig?",
        "These digits do not fit. Wait for new ones; is the clock of the phone right?",
    ),
    "weak_password": (
        "Dieses Passwort ist zu einfach: nehmen Sie zwölf bis 256 Zeichen und nicht Ihren Namen.",
        "This password is too simple: take 12 to 256 characters, and not your name.",
    ),
    "bad_email": (
        "Diese E-Mail-Adresse ist unvollständig oder schon vergeben.",
        "This email address is incomplete or taken already.",
    ),
    "bad_domain": (
        "Die Internet-Adresse ist ein Name wie hilfe.example.de.",
        "The web address is a name like help.example.com.",
    ),
    "missing": ("Bitte füllen Sie alle Felder aus.", "Please fill in every field."),
    # the office
    "customers": ("Kunden", "Customers"),
    "new_session": ("Neue Sitzung", "New session"),
    "firm": ("Firma", "Firm"),
    "people": ("Personen", "People"),
    "search": ("Suchen", "Search"),
    "search_hint": ("Name, E-Mail oder Telefon", "Name, email or phone"),
    "no_customers": (
        "Noch keine Kunden. Der erste ist unten schnell angelegt.",
        "No customers yet. The first one is quickly added below.",
    ),
    "none_found": ("Kein Kunde passt auf „{text}“.", "No customer fits “{text}”."),
    "add_customer": ("Kunden anlegen", "Add a customer"),
    "name": ("Name", "Name"),
    "phone": ("Telefon", "Phone"),
    "kind": ("Art", "Kind"),
    "kind_company": ("Firma", "Company"),
    "kind_person": ("Privatperson", "Private person"),
    "kind_public": ("Öffentliche Stelle", "Public body"),
    "language": ("Sprache", "Language"),
    "contract": ("Servicevertrag", "Service contract"),
    "no_contract": ("ohne Vertrag", "no contract"),
    "save": ("Speichern", "Save"),
    "saved": ("Gespeichert.", "Saved."),
    "help_now": ("Helfen", "Help"),
    "no_price": (
        "Es ist kein Preis festgelegt: Hilfe ohne Vertrag gilt als Kulanz und wird nie berechnet. "
        "Der Inhaber legt ihn unter „Firma“ fest.",
        "No price is set: help without a contract is goodwill and never billed. The owner sets it under “Firm”.",
    ),
    "terms_head": ("Hilfe ohne Vertrag", "Help without a contract"),
    "price_per_hour": ("Nettopreis je Stunde (€)", "Net price per hour (€)"),
    "step_minutes": ("Takt (Minuten)", "Step (minutes)"),
    "minimum_minutes": ("Mindestens (Minuten)", "Minimum (minutes)"),
    "vat": ("Umsatzsteuer (%)", "VAT (%)"),
    "preview": ("So liest es ein Kunde ohne Vertrag", "This is what a customer without a contract reads"),
    "phones": ("Telefonnummern der öffentlichen Seite", "Phone lines of the public page"),
    "phones_hint": (
        "Eine Zeile je Nummer, nach einem senkrechten Strich der Preis: 0180 5 123456 | 14 ct/min",
        "One line a number, the price after a vertical bar: 0180 5 123456 | 14 ct/min",
    ),
    "bad_number": ("„{number}“ ist keine Telefonnummer.", "“{number}” is no phone number."),
    "phone_price": (
        "Neben „{number}“ muss der Preis des Anrufs stehen: ergänzen Sie ihn nach einem senkrechten Strich.",
        "The price of the call must stand beside “{number}”: add it after a vertical bar.",
    ),
    "bad_terms": (
        "Bitte prüfen Sie die Zahlen: Preis wie 96,00; Takt 1 bis 240; mindestens 0 bis 480; Steuer 0 bis 100.",
        "Please check the figures: a price like 96.00; step 1 to 240; minimum 0 to 480; tax 0 to 100.",
    ),
    "role_owner": ("Inhaber", "Owner"),
    "role_technician": ("Techniker", "Technician"),
    "role_billing": ("Abrechnung", "Billing"),
    "role_auditor": ("Prüfer", "Auditor"),
    # refusals
    "not_found": ("Diese Seite gibt es nicht.", "There is no such page."),
    "method": ("So lässt sich diese Seite nicht aufrufen.", "This page cannot be called in this way."),
    "role": ("Ihre Rolle darf das nicht. Fragen Sie den Inhaber.", "Your role may not do this. Ask the owner."),
    "foreign": (
        "Diese Anfrage kam nicht von einer Seite dieses Servers. Laden Sie die Seite neu.",
        "This request did not come from a page of this server. Reload the page.",
    ),
    "too_often": (
        "Zu viele Versuche. Warten Sie eine Minute.",
        "Too many attempts. Wait a minute.",
    ),
    "too_large": ("Das ist zu viel auf einmal.", "That is too much at once."),
    "bad_request": ("Die Anfrage ist unvollständig. Laden Sie die Seite neu.", "Incomplete request. Reload the page."),
    "store": (
        "Der Server kann gerade nichts speichern. Der Betreiber findet den Grund in seinem Protokoll.",
        "The server cannot store anything now. The operator finds the reason in its log.",
    ),
    "fault": (
        "Auf dem Server ist ein Fehler passiert. Der Betreiber findet ihn in seinem Protokoll.",
        "A fault happened on the server. The operator finds it in its log.",
    ),
    "to_start": ("Zur Startseite", "To the start page"),
}
