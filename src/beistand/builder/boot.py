"""The first lines that run in the one-file program. Not a module of the builder: it is compiled into the program.

What the bootloader need not have at once came tightly packed in one file: it is unpacked here, once a folder.
Extension modules lie flat in the program's folder, their packages in the zip: the finder joins the two.
`-m MODULE ARGUMENTS` runs another door of the program (the stop sign is a process of its own), as `python -m` does.
"""

import os
import sys

FOLDER: str = getattr(sys, "_MEIPASS", "")
EXTENSIONS: dict[str, str] = {}  # the builder fills it in
DOORS = "beistand.host."
PACKED, LIBRARY = "rest.xz", "library.zip"
GERMAN, ERROR = 7, 0x10  # LANG_GERMAN, MB_ICONERROR
FULL = (
    "The program needs about 70 MB in the folder {folder}, and Windows says: {why}. Please make room there, or ask "
    "your technician.",
    "Das Programm braucht etwa 70 MB im Ordner {folder}, und Windows meldet: {why}. Bitte schaffen Sie dort Platz, "
    "oder fragen Sie Ihren Techniker.",
)


class FlatFinder:
    """Finds extension modules by their full name."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> object:
        """The spec of an extension module of ours, or None."""
        file = EXTENSIONS.get(name)
        if file is None:
            return None
        from importlib.machinery import ExtensionFileLoader, ModuleSpec  # not before the rest is unpacked

        place = os.path.join(FOLDER, file)
        return ModuleSpec(name, ExtensionFileLoader(name, place), origin=place)


def unpack() -> None:
    """Writes what `rest.xz` holds beside it. The last file comes last, under its own name only when it is whole."""
    packed, library = os.path.join(FOLDER, PACKED), os.path.join(FOLDER, LIBRARY)
    if not os.path.exists(packed):
        return
    if not os.path.exists(library):
        from _lzma import LZMADecompressor  # type: ignore[import-not-found,unused-ignore]

        with open(packed, "rb") as file:
            rest = memoryview(LZMADecompressor().decompress(file.read()))
        at = 4 + int.from_bytes(rest[:4], "little")
        for line in bytes(rest[4:at]).decode().splitlines():
            size, name = line.split(" ", 1)
            place = os.path.join(FOLDER, name)
            with open(place + ".new", "wb") as out:
                out.write(rest[at : at + int(size)])
            os.replace(place + ".new", place)
            at += int(size)
    sys.path.insert(0, library)  # before the folder, where `picows.pyd` would be taken for the package `picows`


def refuse(why: OSError) -> None:
    """One sentence in the customer's language, before anything of the program can run; then the end."""
    import ctypes

    windows = ctypes.__dict__["windll"]
    is_german = windows.kernel32.GetUserDefaultUILanguage() & 0x3FF == GERMAN
    text = FULL[is_german].format(folder=os.path.dirname(FOLDER), why=why.strerror or str(why))
    windows.user32.MessageBoxW(None, text, "Beistand", ERROR)
    os._exit(1)  # the outer process removes what was unpacked so far


def start() -> None:
    """Runs the door that the command line asks for."""
    try:
        unpack()
    except OSError as error:
        refuse(error)
    sys.meta_path.insert(0, FlatFinder)  # type: ignore[arg-type]
    sys.__dict__["frozen"] = True
    door = "beistand.host.one_file"
    if len(sys.argv) > 2 and sys.argv[1] == "-m" and sys.argv[2].startswith(DOORS):
        door = sys.argv[2]
        del sys.argv[1:3]
    import runpy

    runpy.run_module(door, run_name="__main__", alter_sys=True)


start()
