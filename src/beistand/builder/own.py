"""Which of our files go into a program: all of the host for its system, and what that imports. Files are data here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import beistand
from beistand.builder.errors import BuildError

ROOT = Path(beistand.__file__).parent
ELSEWHERE = {
    "windows": ("host/platform/x11", "host/platform/macos", "host/media/pyav.py"),
    "linux": ("host/platform/windows", "host/platform/macos", "host/media/pyav.py"),
}
NEVER = ("server", "cli", "builder", "console")  # rooms of the operator's machine


def own_modules(target: str) -> dict[str, bytes]:
    """Path inside the program to source. Raises BuildError if the host reaches a room of the operator's machine."""
    waiting = [path for path in sorted((ROOT / "host").rglob("*.py")) if not _is_elsewhere(path, target)]
    found: dict[str, bytes] = {}
    while waiting:
        path = waiting.pop()
        inside = path.relative_to(ROOT)
        if f"beistand/{inside.as_posix()}" in found:
            continue
        if inside.parts[0] in NEVER:
            raise BuildError(f"The customer's program would carry {inside}: the host must not import it.")
        source = path.read_bytes()
        found[f"beistand/{inside.as_posix()}"] = source
        waiting += [each for each in _imported(source) if not _is_elsewhere(each, target)]
    return {name: found[name] for name in sorted(found)}


def _is_elsewhere(path: Path, target: str) -> bool:
    return path.relative_to(ROOT).as_posix().startswith(ELSEWHERE[target])


def _imported(source: bytes) -> Iterator[Path]:
    """The files of every module of ours that an import statement names, and of the packages around it."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            if parts[0] == "beistand":
                yield from _files(parts[1:])


def _files(parts: list[str]) -> Iterator[Path]:
    for end in range(len(parts) + 1):
        base = ROOT.joinpath(*parts[:end])
        for path in (base / "__init__.py", base.with_suffix(".py")):
            if path.is_file():
                yield path
