"""The first lines that run in the one-file program. Not a module of the builder: it is compiled into the program.

Extension modules lie flat in the program's folder, their packages in the zip: the finder joins the two.
`-m MODULE ARGUMENTS` runs another door of the program (the stop sign is a process of its own), as `python -m` does.
"""

import os
import sys
from importlib.machinery import ExtensionFileLoader, ModuleSpec

FOLDER: str = getattr(sys, "_MEIPASS", "")
EXTENSIONS: dict[str, str] = {}  # the builder fills it in
DOORS = "beistand.host."


class FlatFinder:
    """Finds extension modules by their full name."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The spec of an extension module of ours."""
        file = EXTENSIONS.get(name)
        if file is None:
            return None
        place = os.path.join(FOLDER, file)
        return ModuleSpec(name, ExtensionFileLoader(name, place), origin=place)


def start() -> None:
    """Runs the door that the command line asks for."""
    sys.meta_path.insert(0, FlatFinder)
    sys.__dict__["frozen"] = True
    door = "beistand.host.one_file"
    if len(sys.argv) > 2 and sys.argv[1] == "-m" and sys.argv[2].startswith(DOORS):
        door = sys.argv[2]
        del sys.argv[1:3]
    import runpy

    runpy.run_module(door, run_name="__main__", alter_sys=True)


start()
