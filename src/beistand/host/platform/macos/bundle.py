"""Where the app's own files lie. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath

_INSIDE = ("Contents", "MacOS")


def bundle_of(program: PurePosixPath) -> PurePosixPath:
    """`X.app`, the folder that Finder shows as one file, for `X.app/Contents/MacOS/x`; else the file itself."""
    parts = program.parts
    is_inside = len(parts) > 3 and parts[-3:-1] == _INSIDE and program.parents[2].suffix == ".app"
    return program.parents[2] if is_inside else program
