"""The door of the customer's program: what its arguments make of the firm."""

from __future__ import annotations

import base64

import pytest

pytest.importorskip("wx")
from beistand.host.__main__ import _from_arguments

KEY = bytes(range(224, 256))


def test_without_a_pinned_key_nobody_must_be_vouched_for() -> None:
    assert _from_arguments(["--server", "https://help.example.com"]).pinned_root() is None


@pytest.mark.parametrize(
    "text",
    [base64.b64encode(KEY).decode(), base64.urlsafe_b64encode(KEY).decode(), base64.b64encode(KEY).decode()[:-1]],
)
def test_s51_the_pinned_key_is_read_in_each_of_its_spellings(text: str) -> None:
    assert _from_arguments(["--server", "https://help.example.com", "--pin", text]).pinned_root() == KEY


@pytest.mark.parametrize("text", ["", "AAAA", base64.b64encode(bytes(31)).decode(), "?"])
def test_a_pinned_key_that_is_none_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _from_arguments(["--server", "https://help.example.com", "--pin", text])
    assert "the 44 letters that `beistand keys public` prints" in capsys.readouterr().err
