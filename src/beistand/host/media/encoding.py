"""What an encoder of pictures is and which codecs we speak. The encoders are in encoder.py and pyav.py.

Codec strings are those of WebCodecs (RFC 6381); docs/protocol.md, DecoderCan and PictureConfig.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from beistand.host.media.damage import Grid
from beistand.host.ports import CapturedFrame, Rect


class EncoderError(Exception):
    """No picture can be made; the text is one sentence that names the reason and what to do."""


class Kind(enum.Enum):
    """What is inside the stream."""

    VP9_444 = "vp09.01"
    VP9_420 = "vp09.00"
    H264 = "avc1."


@dataclass(frozen=True)
class Codec:
    """A codec string as the browser named it, and what it means for us."""

    name: str
    kind: Kind

    @property
    def is_full(self) -> bool:
        """Full range, as a VP9 string's last field may say; Chromium believes the string, not the stream."""
        return self.kind is not Kind.H264 and self.name.split(".")[4:] == ["03", "01", "01", "01", "01"]


@dataclass(frozen=True)
class Encoded:
    """One packet; `blocks` are those it renewed (all of them in a keyframe), outside of `touched` no pixel differs."""

    data: bytes
    is_key: bool
    quantizer: int
    blocks: frozenset[int]
    touched: frozenset[int]


class Encoder(Protocol):
    """Codes pictures of one size; used by one thread alone."""

    grid: Grid
    finest: int  # the least quantizer it can give

    def take(self, frame: CapturedFrame) -> frozenset[int]:
        """Converts the damaged rows into the kept planes and says which blocks have changed (or may have)."""
        ...

    def changed(self, blocks: Iterable[int]) -> list[Rect]:
        """The pixels of these blocks that the last `take` changed, as far as it looked: the whole block otherwise."""
        ...

    def is_exact(self, block: int) -> bool:
        """Whether the block's pixels come out on the other side as they are, once it was sent losslessly."""
        ...

    def encode(self, blocks: Iterable[int], quantizer: int, milliseconds: int, is_key: bool) -> Encoded:
        """Codes the kept planes, only these blocks unless it becomes a keyframe; `milliseconds` must rise.

        The answer says which quantizer it truly is. Raises EncoderError.
        """
        ...

    def hurry(self, is_hurried: bool) -> None:
        """Spends less time and more bytes on each frame from now on, or no longer."""
        ...

    def rest(self) -> None:
        """Nothing is to be coded for a while: gives back memory that costs little to get again."""
        ...

    def close(self) -> None: ...
