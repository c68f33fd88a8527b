"""Sentences about technicians' own passkeys and the roster with which the root key vouches for them."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
    "vouching": ("Sicherheits\u00adschlüssel der Techniker", "Technicians' security keys"),
    "vouching_intro": (
        "Mit dem eigenen Passkey bestätigt ein Techniker jede Sitzung selbst, und der Kunde liest das vor seiner "
        "Zustimmung. Wessen Passkey das ist, bezeugt der Hauptschlüssel Ihrer Firma, der nie auf diesem Server liegt: "
        "So kann auch ein gestohlener Server keinen Techniker vortäuschen.",
        "With their own passkey technicians confirm each session themselves, and the customer reads that before "
        "agreeing. Whose passkey it is, your firm's root key attests, which never lies on this server: so not even "
        "a stolen server can pretend to be a technician.",
    ),
    "vouching_firm": (
        "Jeder Techniker bestätigt Sitzungen mit dem eigenen Passkey; Ihr Hauptschlüssel bürgt dafür.",
        "Each technician confirms sessions with their own passkey; your root key vouches for it.",
    ),
    "vouching_nobody": (
        "Noch hat kein Techniker einen Passkey. Jeder legt ihn unter seinem Namen oben rechts an.",
        "No technician has a passkey yet. Each adds one under their name in the upper right.",
    ),
    "fingerprint": ("Fingerabdruck des Schlüssels", "Fingerprint of the key"),
    "key_vouched": ("verbürgt", "vouched for"),
    "key_not_vouched": ("noch nicht verbürgt", "not vouched for yet"),
    "roster_head": ("Wer verbürgt ist", "Who is vouched for"),
    "roster_no_root": (
        "Noch bürgt kein Hauptschlüssel für diesen Server. Die Betriebsanleitung zeigt, wie man ihn anlegt "
        "(„beistand keys“); danach geht es hier weiter.",
        "No root key vouches for this server yet. The operating manual shows how to make one (“beistand keys”); "
        "then this page goes on.",
    ),
    "roster_none": (
        "Noch keine Liste: Kunden lesen, dass der Server Ihrer Firma die Angaben bestätigt.",
        "No roster yet: customers read that your firm's server confirms the names.",
    ),
    "roster_good": ("Liste Nummer {number}, gültig bis {until}.", "Roster number {number}, valid until {until}."),
    "roster_soon": (
        "Liste Nummer {number} gilt nur noch bis {until}: Unterschreiben Sie bald eine neue.",
        "Roster number {number} is valid only until {until}: sign a new one soon.",
    ),
    "roster_over": (
        "Liste Nummer {number} galt bis {until}: Kunden lesen bis zur nächsten nur, dass der Server bestätigt.",
        "Roster number {number} was valid until {until}: until the next one customers read only that the server "
        "confirms.",
    ),
    "roster_gone": (
        "Die Liste verbürgt noch Passkeys, die es hier nicht mehr gibt: {names}. Unterschreiben Sie eine neue.",
        "The roster still vouches for passkeys that are gone here: {names}. Sign a new one.",
    ),
    "roster_new": ("Eine neue Liste unterschreiben", "Sign a new roster"),
    "roster_step_get": (
        "Laden Sie die Anfrage herunter und bringen Sie sie auf den Rechner mit dem Hauptschlüssel.",
        "Download the request and carry it to the computer that has the root key.",
    ),
    "roster_get": ("Anfrage herunterladen", "Download the request"),
    "roster_step_sign": (
        "Unterschreiben Sie dort. Lassen Sie sich jeden neuen Fingerabdruck am Telefon vorlesen; der Techniker sieht "
        "ihn unter seinem Namen.",
        "Sign it there. Have each new fingerprint read to you on the phone; the technician sees it under their name.",
    ),
    "roster_step_install": (
        "Bringen Sie die unterschriebene Liste hierher zurück.",
        "Bring the signed roster back here.",
    ),
    "roster_file": ("Unterschriebene Liste", "Signed roster"),
    "roster_install": ("Liste einsetzen", "Use this roster"),
    "roster_installed": ("Die Liste ist in Gebrauch.", "The roster is in use."),
    "roster_unreadable": (
        "Die Datei ist keine unterschriebene Liste: Machen Sie sie mit „beistand keys sign-roster“.",
        "The file is no signed roster: make it with “beistand keys sign-roster”.",
    ),
    "roster_other_root": (
        "Die Liste ist von einem anderen Hauptschlüssel unterschrieben als dem, der für diesen Server bürgt.",
        "The roster is signed by another root key than the one that vouches for this server.",
    ),
    "roster_forged": (
        "Die Liste ist nicht von dem Hauptschlüssel unterschrieben, den sie nennt, oder gilt jetzt nicht.",
        "The roster is not signed by the root key it names, or not valid now.",
    ),
    "roster_other_firm": (
        "Die Liste ist für einen anderen Server oder eine andere Firma: Unterschreiben Sie die Anfrage von hier.",
        "The roster is for another server or firm: sign the request of this one.",
    ),
    "roster_old": (
        "Eine neuere Liste ist schon in Gebrauch: Unterschreiben Sie eine neue Anfrage.",
        "A newer roster is in use already: sign a new request.",
    ),
    "demand_head": ("Ohne Passkey keine Sitzung", "No session without a passkey"),
    "demand_intro": (
        "Verlangt Ihre Firma es, endet jede Sitzung vor der Frage an den Kunden, wenn der Techniker sie nicht mit dem "
        "eigenen Passkey bestätigt. Beide lesen einen Satz, der das sagt.",
        "If your firm demands it, each session ends before the customer is asked unless the technician confirms it "
        "with their own passkey. Both read a sentence that says so.",
    ),
    "demand": (
        "Techniker müssen jede Sitzung mit dem eigenen Passkey bestätigen",
        "Technicians must confirm each session with their own passkey",
    ),
    "demand_programs": (
        "Programme, die Sie danach bauen, verlangen es selbst und nehmen keine ältere Liste als die jetzige an. "
        "Programme von früher verlangen es nicht.",
        "Programs that you build afterwards demand it themselves and take no roster older than the present one. "
        "Programs of before do not demand it.",
    ),
    "passkey_needed": (
        "Ihre Firma verlangt für jede Sitzung Ihren eigenen Passkey, und keiner von Ihren ist verbürgt: Legen Sie "
        "einen unter Ihrem Namen an, und bitten Sie den Inhaber um eine neue Liste.",
        "Your firm demands your own passkey in every session, and none of yours is vouched for: add one under your "
        "name, and ask the owner for a new roster.",
    ),
    "demand_no_roster": (
        "Das geht erst mit einer gültigen Liste: Sonst könnte niemand mehr helfen.",
        "That needs a valid roster first: otherwise nobody could help any more.",
    ),
}
