"""Hostile bytes meet every reader; `make nightly` plays many more of them, with new seeds (S58)."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beistand.protocol import rendezvous
from beistand.protocol.e2e import messages
from fuzz.targets import TARGETS

EXAMPLES = 150
WORDS = [
    *("kind", "entry", "content", "proof", "key", "endorsement", "beistand_receipt", "organisation", "utc_us", "salt"),
    *("statement", "online", "passkey", "number", "technician", "algorithm", "rp_id", "issued", "expires", "challenge"),
    *("beistand_roster", "root", "entries", "text", "signature"),
    *rendezvous.KINDS,
]
LINES = ["beistand/firm", "c2sp.org/tlog-proof@v1", "index 1", "extra ", "", "Name;PLZ", "A" * 43 + "=", "— x y", "1"]
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(WORDS)
objects = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=8),
    max_leaves=12,
)
kinds = st.sampled_from(sorted(messages.TABLE))
hostile = st.one_of(
    st.binary(max_size=400),
    st.builds(lambda kind, rest: bytes((kind,)) + rest, kinds, st.binary(max_size=200)),
    st.builds(
        lambda kind, body: (len(body) + 1).to_bytes(4, "big") + bytes((kind,)) + body,
        st.sampled_from([*range(1, 10), 129, 130, 131]),
        st.binary(max_size=80),
    ),
    objects.map(lambda value: json.dumps(value).encode()),
    st.lists(st.sampled_from(LINES) | st.text(max_size=30), max_size=8).map(
        lambda lines: "\n".join(lines).encode("utf-8", "replace")
    ),
)


@pytest.mark.parametrize("name", TARGETS)
def test_s58_hostile_bytes_bring_out_nothing_but_the_readers_own_errors(name: str, pytestconfig: pytest.Config) -> None:
    asked: int = pytestconfig.getoption("--fuzz-examples", 0)

    @settings(
        max_examples=asked or EXAMPLES,
        derandomize=not asked,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(hostile)
    def play(data: bytes) -> None:
        TARGETS[name](data)

    play()
