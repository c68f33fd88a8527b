"""The secrets file: made once, for its owner alone (S32)."""

import stat
from pathlib import Path

import pytest

from beistand.server.keys import FILE_NAME, KeyFileError, load_or_make


def test_s32_secrets_are_made_at_first_start_with_mode_0600_and_kept(tmp_path: Path) -> None:
    first = load_or_make(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert load_or_make(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    assert len({first.relay, first.at_rest, first.forms}) == 3


def test_s32_two_servers_never_share_secrets(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert load_or_make(tmp_path / "a") != load_or_make(tmp_path / "b")


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_or_make(tmp_path)
    (tmp_path / FILE_NAME).chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_or_make(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"relay":"00","at_rest":"00","forms":"00"}', '{"relay":1}'])
def test_a_damaged_file_is_named_and_not_overwritten(tmp_path: Path, text: str) -> None:
    file = tmp_path / FILE_NAME
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(KeyFileError, match="damaged"):
        load_or_make(tmp_path)
    assert file.read_text() == text


def test_s13_keys_are_not_in_the_repr(tmp_path: Path) -> None:
    keys = load_or_make(tmp_path)
    assert keys.relay.hex() not in repr(keys)
    assert repr(keys.relay) not in repr(keys)


def test_a_sealed_second_factor_opens_for_its_owner_alone(tmp_path: Path) -> None:
    keys = load_or_make(tmp_path)
    sealed = keys.seal("JBSWY3DP", "anna")
    assert "JBSWY3DP" not in bytes.fromhex(sealed).decode("latin-1")
    assert keys.open(sealed, "anna") == "JBSWY3DP"
    with pytest.raises(KeyFileError, match="does not fit"):
        keys.open(sealed, "bert")
