"""One command for the operator. Each subcommand explains itself with --help."""

from importlib.metadata import version

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("beistand"), prog_name="beistand")
def main() -> None:
    """Beistand: remote support that your firm hosts itself."""
