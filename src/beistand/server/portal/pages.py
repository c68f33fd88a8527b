"""Turns templates into answers. Every value is escaped by Jinja; undefined names are errors."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from beistand.server.portal import words

STATIC = Path(__file__).parent / "static"
# What pages load from /assets/, by name.
ASSETS = {
    "style.css": STATIC / "style.css",
    "office.js": STATIC / "office.js",
    "passkey.js": STATIC / "passkey.js",
    "htmx.js": STATIC / "vendor" / "htmx" / "htmx.min.js",
}


def _integrity(path: Path) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


class Pages:
    """The templates, with the integrity hash of everything they load (S36)."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("beistand.server.portal"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._integrity = {name: _integrity(path) for name, path in ASSETS.items()}

    def word(self, key: str, language: str) -> str:
        """A sentence of `words`."""
        return words.word(key, language)

    def page(self, name: str, language: str, status: int = 200, **values: object) -> HTMLResponse:
        """The template `name`.html in a language; in it `t(key, ...)` gives a sentence."""

        def t(key: str, **filled: str) -> str:
            sentence = words.word(key, language)
            return sentence.format(**filled) if filled else sentence

        template = self._environment.get_template(f"{name}.html")
        text = template.render(t=t, language=language, integrity=self._integrity, **values)
        return HTMLResponse(text, status, headers={"content-language": language})

    def refusal(self, language: str, status: int, sentence: str) -> HTMLResponse:
        """One sentence on a page of its own."""
        return self.page("refusal", language, status, sentence=sentence)
