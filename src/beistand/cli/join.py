"""`beistand join`: starts the customer's program as a process of its own (import contract 2: cli cannot decrypt)."""

from __future__ import annotations

import subprocess
import sys

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def join(arguments: tuple[str, ...]) -> None:
    """Get help: open the customer's program (`--server URL`; more with --help)."""
    sys.exit(subprocess.run([sys.executable, "-m", "beistand.host", *arguments], check=False).returncode)
