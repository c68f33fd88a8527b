"""The operator's command explains itself."""

from click.testing import CliRunner

from beistand.cli import main


def test_help_says_what_the_product_is() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert "remote support that your firm hosts itself" in result.output


def test_an_unknown_command_is_refused_with_a_sentence() -> None:
    result = CliRunner().invoke(main, ["fly"])
    assert result.exit_code == 2
    assert "No such command 'fly'" in result.output
