"""One command for the operator. Each subcommand explains itself with --help."""

from importlib import import_module
from importlib.metadata import version

import click

# Loaded when asked for: a command must not need what only another one needs, and --version needs none.
_COMMANDS = {
    "serve": ("beistand.cli.serve", "serve"),
    "user": ("beistand.cli.serve", "user"),
    "firm": ("beistand.cli.firms", "firm"),
    "keys": ("beistand.cli.keys", "keys"),
    "invoice-run": ("beistand.cli.invoices", "invoice_run"),
    "export": ("beistand.cli.invoices", "export"),
    "console": ("beistand.cli.console", "console"),
    "retention": ("beistand.cli.retention", "retention"),
    "backup": ("beistand.cli.backup", "backup"),
    "restore": ("beistand.cli.backup", "restore"),
    "verify-console": ("beistand.cli.verify_console", "verify_console"),
    "verify": ("beistand.cli.verify", "verify"),
    "demo": ("beistand.cli.demo", "demo"),
    "join": ("beistand.cli.join", "join"),
    "build-program": ("beistand.cli.build_program", "build_program"),
}


class _Commands(click.Group):
    """The subcommands, by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("beistand"), prog_name="beistand")
def main() -> None:
    """Beistand: remote support that your firm hosts itself.

    The operator starts with `beistand serve`.
    """
