"""Every sentence of the pages, German and English, one module an area. {braces} are filled by the page."""

from __future__ import annotations

from beistand.server.portal.words import (
    accounts,
    agreements,
    contracts,
    invoices,
    log,
    pages,
    parties,
    programs,
    receipt,
    recordings,
    retention,
    taxes,
    times,
    vouching,
)

LANGUAGES = ("de", "en")
_AREAS = (
    pages.WORDS,
    accounts.WORDS,
    agreements.WORDS,
    contracts.WORDS,
    invoices.WORDS,
    log.WORDS,
    parties.WORDS,
    programs.WORDS,
    receipt.WORDS,
    recordings.WORDS,
    retention.WORDS,
    taxes.WORDS,
    times.WORDS,
    vouching.WORDS,
)

# key: (Deutsch, English)
WORDS: dict[str, tuple[str, str]] = {key: sentence for area in _AREAS for key, sentence in area.items()}


def word(key: str, language: str) -> str:
    """The sentence in "de" or "en". Raises KeyError for an unknown key."""
    return WORDS[key][LANGUAGES.index(language)]
