"""What the builder says when it cannot go on."""

from __future__ import annotations


class BuildError(Exception):
    """The program cannot be built; the text is one sentence that names the reason and what to do."""
