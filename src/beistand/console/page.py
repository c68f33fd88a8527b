"""The console's page with the hash of every file that it loads (S36): a browser runs no other bytes.

The file index.html names the style sheet and the first module; each further module is named here as well, because an
import statement itself can carry no hash. A module that was fetched by its `modulepreload` is the one that is run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).parent
PAGE = FOLDER / "index.html"
_IMPORT = re.compile(r"^(?:import|export)\s(?:[\w*{][^'\"`;()=]*?\sfrom\s*)?['\"](\.[^'\"\n]+)['\"]", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LOADED = re.compile(r'(href="(?P<sheet>[^"]+\.css)"|src="(?P<script>[^"]+\.js)")')
FIRST = "main.js"


def page() -> bytes:
    """index.html as browsers get it. OSError if a file of the console is missing."""
    text = PAGE.read_text("utf-8")
    text = _LOADED.sub(lambda found: f'{found[1]} integrity="{_hash(found["sheet"] or found["script"])}"', text)
    links = "".join(
        f'    <link rel="modulepreload" href="{name}" integrity="{_hash(name)}">\n'
        for name in modules()
        if name != FIRST
    )
    return text.replace("  </head>", f"{links}  </head>").encode()


def modules() -> list[str]:
    """Every module that the first one reaches, by its name below the folder, sorted."""
    found, waiting = {FIRST}, [FIRST]
    while waiting:
        name = waiting.pop()
        text = _COMMENT.sub("", (FOLDER / name).read_text("utf-8"))
        for wanted in _IMPORT.findall(text):
            path = (FOLDER / name).parent.joinpath(wanted).resolve().relative_to(FOLDER.resolve()).as_posix()
            if path not in found:
                found.add(path)
                waiting.append(path)
    return sorted(found)


def _hash(name: str) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384((FOLDER / name).read_bytes()).digest()).decode()
