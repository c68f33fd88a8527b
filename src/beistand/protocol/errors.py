"""Two kinds of wrong: ours and theirs (docs/protocol.md)."""

from __future__ import annotations


class LocalError(Exception):
    """We called this wrongly: a fault in our own code, to be found by tests. Never caught to go on."""


class PeerError(Exception):
    """The other end (or the relay) sent nonsense: the session ends in an orderly way.

    `code` is a word for programs, `sentence` says in English what happened; neither ever holds a secret.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
