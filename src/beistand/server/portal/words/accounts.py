"""Sentences of passkeys, recovery codes, one's own account, the firm's people and their invitations."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    # signing in
    "sign_in_passkey": ("Mit Passkey anmelden", "Sign in with a passkey"),
    "sign_in_password": ("Mit Passwort und App", "With password and app"),
    "sign_in_again": (
        "Für diese Änderung melden Sie sich bitte noch einmal an.",
        "Please sign in once more for this change.",
    ),
    "wrong_passkey": (
        "Dieser Passkey passt nicht. Versuchen Sie es noch einmal, oder nehmen Sie Passwort und App.",
        "This passkey does not fit. Try again, or use password and app.",
    ),
    "recover_link": ("Passkey oder Telefon verloren?", "Lost your passkey or phone?"),
    # recovery
    "recover_title": ("Wieder hineinkommen", "Getting back in"),
    "recover_intro": (
        "Mit einem Ihrer Wiederherstellungscodes richten Sie einen neuen Passkey ein. "
        "Haben Sie keinen Code, hilft der Inhaber Ihrer Firma: „Personen“, „Anmeldung zurücksetzen“.",
        "With one of your recovery codes you set up a new passkey. "
        "Without a code the owner of your firm can help: “People”, “Reset sign-in”.",
    ),
    "recover_password": ("Passwort (falls Sie eines haben)", "Password (if you have one)"),
    "recover_code": ("Wiederherstellungscode", "Recovery code"),
    "recover_back": ("Zurück zur Anmeldung", "Back to signing in"),
    "wrong_recovery": (
        "Das passt nicht zusammen. Jeder Code gilt nur einmal.",
        "That does not fit together. Each code works only once.",
    ),
    # choosing a factor
    "choose_title": ("Wie wollen Sie sich anmelden?", "How do you want to sign in?"),
    "choose_password": ("Ohne Passkey: Passwort und App", "Without a passkey: password and app"),
    "choose_password_hint": (
        "Sie brauchen dazu eine Authenticator-App auf dem Telefon.",
        "You need an authenticator app on your phone for this.",
    ),
    "choose_back": ("Doch lieber einen Passkey", "A passkey after all"),
    "recommended": ("empfohlen", "recommended"),
    "passkey": ("Passkey", "Passkey"),
    "passkeys": ("Passkeys", "Passkeys"),
    "passkey_intro": (
        "Sie melden sich mit Fingerabdruck, Gesicht, PIN oder Sicherheitsschlüssel an. "
        "Es gibt kein Passwort, das man stehlen oder erfragen kann.",
        "You sign in with fingerprint, face, PIN or security key. There is no password to steal or to ask you for.",
    ),
    "passkey_make": ("Passkey einrichten", "Set up a passkey"),
    "passkey_add": ("Passkey hinzufügen", "Add a passkey"),
    "passkey_none": ("Sie haben noch keinen Passkey.", "You have no passkey yet."),
    "passkey_name_default": ("Passkey", "Passkey"),
    "passkey_made": ("angelegt {at}", "made {at}"),
    "passkey_used": ("zuletzt benutzt {at}", "last used {at}"),
    "passkey_failed": (
        "Der Passkey wurde nicht angenommen oder die Abfrage geschlossen. Versuchen Sie es noch einmal.",
        "The passkey was not accepted, or the question was closed. Try again.",
    ),
    # the own account
    "own_account": ("Mein Zugang", "My account"),
    "account_new": ("Ihr Zugang ist eingerichtet.", "Your account is set up."),
    "account_start": ("Weiter zur Arbeit", "On to work"),
    "account_back": ("Zurück", "Back"),
    "rename": ("Umbenennen", "Rename"),
    "last_factor": (
        "Das ist Ihre letzte Möglichkeit, sich anzumelden: richten Sie zuerst eine andere ein.",
        "This is your last way to sign in: set up another one first.",
    ),
    "factor_passkey": ("Passkey", "Passkey"),
    "factor_password": ("Passwort und App", "Password and app"),
    "factor_none": ("noch nichts eingerichtet", "nothing set up yet"),
    "password_set": (
        "Sie können sich auch mit Passwort und Authenticator-App anmelden.",
        "You can also sign in with a password and an authenticator app.",
    ),
    "password_unset": (
        "Nicht eingerichtet. Mit einem zweiten Passkey brauchen Sie es nicht.",
        "Not set up. With a second passkey you do not need it.",
    ),
    "password_change": ("Passwort und App neu einrichten", "Set up password and app anew"),
    "password_make": ("Passwort und App einrichten", "Set up password and app"),
    "password_remove": ("Passwort und App entfernen", "Remove password and app"),
    "codes": ("Wiederherstellungscodes", "Recovery codes"),
    "codes_intro": (
        "Zehn Codes für den Tag, an dem Passkey oder Telefon verloren ist. Drucken Sie sie aus.",
        "Ten codes for the day on which passkey or phone is lost. Print them.",
    ),
    "codes_left": ("Noch {count} gültige Codes.", "{count} codes still work."),
    "codes_none": ("Sie haben noch keine Codes.", "You have no codes yet."),
    "codes_make": ("Codes erzeugen", "Make codes"),
    "codes_again": ("Neue Codes erzeugen (die alten enden)", "Make new codes (the old ones end)"),
    "codes_shown": (
        "Diese Codes sehen Sie nur jetzt. Drucken Sie die Seite oder schreiben Sie sie ab.",
        "You see these codes only now. Print the page or write them down.",
    ),
    "codes_use": (
        "Jeder Code gilt einmal: auf der Anmeldeseite unter „Passkey oder Telefon verloren?“.",
        "Each code works once: on the sign-in page under “Lost your passkey or phone?”.",
    ),
    "codes_kept": ("Ich habe sie aufbewahrt", "I have kept them"),
    "others": ("Andere Browser", "Other browsers"),
    "others_intro": (
        "Beendet Ihre Anmeldung überall, nur nicht hier.",
        "Ends your sign-in everywhere except here.",
    ),
    "others_end": ("Überall sonst abmelden", "Sign out everywhere else"),
    # people
    "users": ("Personen", "People"),
    "you": ("Sie", "you"),
    "role_label": ("Rolle", "Role"),
    "role_of": ("Rolle von {name}", "Role of {name}"),
    "role_change": ("Rolle ändern", "Change role"),
    "kept_out": ("gesperrt", "kept out"),
    "keep_out": ("Sperren", "Keep out"),
    "let_in": ("Wieder zulassen", "Let in again"),
    "factors_reset": ("Anmeldung zurücksetzen", "Reset sign-in"),
    "people_last_owner": (
        "Das ist der letzte Inhaber: geben Sie zuerst jemand anderem diese Rolle.",
        "This is the last owner: give somebody else this role first.",
    ),
    "people_too_many": (
        "Es sind schon 100 Einladungen offen: ziehen Sie zuerst einige zurück.",
        "There are 100 open invitations already: withdraw some first.",
    ),
    "people_self": (
        "Ihre eigene Anmeldung ändern Sie unter „Mein Zugang“.",
        "Change your own sign-in under “My account”.",
    ),
    "may_owner": (
        "Alles: Personen, Firma, Preise, Rechnungen, Sitzungen, Protokoll.",
        "Everything: people, firm, prices, invoices, sessions, log.",
    ),
    "may_technician": (
        "Sitzungen führen, Kunden und Verträge lesen, Zeiten sehen.",
        "Hold sessions, read customers and contracts, see times.",
    ),
    "may_billing": (
        "Kunden, Verträge, Preise, Zeiten und Rechnungen; keine Sitzungen.",
        "Customers, contracts, prices, times and invoices; no sessions.",
    ),
    "may_auditor": (
        "Nur lesen: Zeiten, Sitzungen, Rechnungen, Protokoll.",
        "Reading only: times, sessions, invoices, log.",
    ),
    "invite_head": ("Jemanden einladen", "Invite somebody"),
    "invite_intro": (
        "Es entsteht ein Link, der einmal gilt. Schicken Sie ihn der Person auf einem Weg, den nur sie liest.",
        "This makes a link that works once. Send it to the person in a way that only they read.",
    ),
    "email_optional": ("E-Mail (freiwillig)", "Email (optional)"),
    "invite_days": ("Gültig", "Valid for"),
    "invite_day": ("{count} Tag", "{count} day"),
    "invite_days_count": ("{count} Tage", "{count} days"),
    "invite_make": ("Link erzeugen", "Make the link"),
    "invitations": ("Offene Einladungen", "Open invitations"),
    "invite_nobody": ("Ohne Namen", "Without a name"),
    "invite_until": ("gilt bis {at}", "works until {at}"),
    "invite_revoke": ("Zurückziehen", "Withdraw"),
    "link": ("Link", "Link"),
    "link_invite": ("Einladung für {name}", "Invitation for {name}"),
    "link_reset": ("Neue Anmeldung für {name}", "New sign-in for {name}"),
    "link_open": ("Einladung", "Invitation"),
    "link_once": (
        "Diesen Link sehen Sie nur jetzt; er gilt einmal.",
        "You see this link only now; it works once.",
    ),
}
