"""Sentences about recorded time: the month, one session, approval, the service report."""

from __future__ import annotations

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {
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
}
