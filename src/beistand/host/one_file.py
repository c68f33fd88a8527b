"""The door of the one-file program: like `__main__`, with what the firm put inside instead of arguments.

`firm.json` is made by the builder and lies inside the signed file (security.md S50, S51).
"""

from __future__ import annotations

import json
import pkgutil
import sys

from beistand.host.__main__ import main


def firm_arguments(text: bytes) -> list[str]:
    """The arguments of `__main__` that the builder's file stands for."""
    firm = json.loads(text)
    arguments = ["--server", firm["server"]]
    if firm["company"]:
        arguments += ["--company", firm["company"]]
    if firm["language"]:
        arguments += ["--language", firm["language"]]
    return arguments


if __name__ == "__main__":
    sys.exit(main(firm_arguments(pkgutil.get_data("beistand.host", "firm.json") or b"{}") + sys.argv[1:]))
