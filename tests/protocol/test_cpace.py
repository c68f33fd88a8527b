"""The published CPace vectors, both roles, and the points that must be refused (security.md S2)."""

import json
from pathlib import Path

import pytest

from beistand.protocol.e2e import pake
from beistand.protocol.errors import PeerError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/cpace.json").read_text())
V = {name: bytes.fromhex(value) for name, value in VECTORS["cpace"].items()}


def test_s2_both_shares_are_those_of_the_draft():
    assert pake.share(V["PRS"], V["CI"], V["sid"], V["ya"]) == V["Ya"]
    assert pake.share(V["PRS"], V["CI"], V["sid"], V["yb"]) == V["Yb"]


def test_s2_both_roles_reach_the_drafts_key():
    assert pake.shared_secret(V["ya"], V["Yb"]) == V["K"]
    assert pake.shared_secret(V["yb"], V["Ya"]) == V["K"]
    key = pake.session_key(V["sid"], V["K"], (V["Ya"], V["ADa"]), (V["Yb"], V["ADb"]))
    assert key == V["ISK_IR"]


@pytest.mark.parametrize("point", VECTORS["low_order"])
def test_s2_a_low_order_share_is_refused(point):
    with pytest.raises(PeerError, match="gives no secret"):
        pake.shared_secret(V["ya"], bytes.fromhex(point))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_s2_a_share_of_another_length_is_refused(length):
    with pytest.raises(PeerError, match="wrong length"):
        pake.shared_secret(V["ya"], bytes(length))


def test_s2_another_password_or_identifier_gives_another_share():
    mine = pake.share(V["PRS"], V["CI"], V["sid"], V["ya"])
    assert mine != pake.share(V["PRS"] + b"x", V["CI"], V["sid"], V["ya"])
    assert mine != pake.share(V["PRS"], V["CI"] + b"x", V["sid"], V["ya"])
    assert mine != pake.share(V["PRS"], V["CI"], V["sid"] + b"x", V["ya"])
