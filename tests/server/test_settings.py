"""Settings: file, environment, refusals, and that each is documented."""

from pathlib import Path

import pytest

from beistand.server import settings
from beistand.server.settings import SettingsError, load

DOCS = Path(__file__).parents[2] / "docs" / "operating.md"


def test_every_setting_is_documented_with_both_names() -> None:
    text = DOCS.read_text("utf-8")
    missing = [name for name in settings.names() if f"| `{name}` | `BEISTAND_{name.upper()}` |" not in text]
    assert missing == []
    assert settings.CONFIG_VARIABLE in text


def test_defaults_are_this_computer_alone() -> None:
    chosen = load({})
    assert (chosen.host, chosen.port) == ("127.0.0.1", 8800)
    assert chosen.origin == "http://localhost:8800"
    assert chosen.relay_url == "ws://localhost:8800/relay"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "beistand.toml"
    file.write_text('data = "/srv/b"\norigin = "https://Help.Example.com"\nnumber_seconds = 300\n')
    chosen = load({"BEISTAND_CONFIG": str(file), "BEISTAND_NUMBER_SECONDS": "120"})
    assert chosen.data == Path("/srv/b")
    assert chosen.origin == "https://help.example.com"
    assert chosen.number_seconds == 120
    assert chosen.relay_url == "wss://help.example.com/relay"


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"BEISTAND_COLOUR": "red"}, "unknown setting BEISTAND_COLOUR"),
        ({"BEISTAND_LISTEN": "8800"}, "must be address:port"),
        ({"BEISTAND_LISTEN": "127.0.0.1:eighty"}, "must be address:port"),
        ({"BEISTAND_LISTEN": "127.0.0.1:99999"}, "must be address:port"),
        ({"BEISTAND_ORIGIN": "help.example.com"}, "must be scheme://host"),
        ({"BEISTAND_ORIGIN": "https://help.example.com/path"}, "must be scheme://host"),
        ({"BEISTAND_ORIGIN": "https://a:b@example.com"}, "must be scheme://host"),
        ({"BEISTAND_ORIGIN": "https://example.com:port"}, "must be scheme://host"),
        ({"BEISTAND_NUMBER_SECONDS": "3600"}, "from 60 to 600"),
        ({"BEISTAND_NUMBER_SECONDS": "-60"}, "from 60 to 600"),
        ({"BEISTAND_CONFIG": "/nowhere/at.all"}, "cannot be read"),
        ({"BEISTAND_TLS_KEY": "key.pem"}, "belong together"),
    ],
)
def test_a_wrong_setting_is_refused_with_one_sentence(variables: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load(variables)


def test_records_lie_in_a_file_of_the_data_folder_unless_an_address_is_given() -> None:
    assert load({"BEISTAND_DATA": "/srv/b"}).database == "sqlite:////srv/b/beistand.sqlite"
    url = "postgresql://beistand:secret@db.example.com/beistand"
    chosen = load({"BEISTAND_DATABASE": url})
    assert chosen.database == url
    assert "secret" not in repr(chosen)


@pytest.mark.parametrize(
    "url",
    ["mysql://a:secret@b/c", "postgresql://a:secret@b", "sqlite://", "sqlite:///:memory:", "b.sqlite", "a:secret@b"],
)
def test_an_address_of_no_database_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="database must be sqlite:///folder/file or postgresql://") as refused:
        load({"BEISTAND_DATABASE": url})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["colour = 1", "listen = ", "\xff"])
def test_a_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "beistand.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match="The config file"):
        load({}, file)


@pytest.mark.parametrize(
    "variables",
    [
        {"BEISTAND_ORIGIN": "http://help.example.com"},
        {"BEISTAND_LISTEN": "0.0.0.0:8800"},
        {"BEISTAND_LISTEN": "192.168.1.5:8800"},
        {"BEISTAND_TLS_CERTIFICATE": "a.pem", "BEISTAND_TLS_KEY": "b.pem"},
    ],
)
def test_s43_plain_http_is_for_localhost_alone(variables: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="https://"):
        load(variables)
