"""The other side for tests: decodes packets with PyAV and compares what it sees with what was painted."""

from __future__ import annotations

import math

import av
from av.video.frame import VideoFrame


class Viewer:
    """A decoder that shows each packet at once, as the browser does."""

    def __init__(self, codec: str = "vp9") -> None:
        self._decoder = av.CodecContext.create(codec, "r")
        self._decoder.thread_count = 1
        if codec == "h264":
            self._decoder.flags |= av.codec.context.Flags.low_delay

    def show(self, data: bytes) -> VideoFrame:
        """The one frame in this packet."""
        frames = self._decoder.decode(av.Packet(data))
        assert len(frames) == 1, "a packet must show exactly one frame, at once"
        return frames[0]


def plane(frame: VideoFrame, index: int) -> bytes:
    """A plane's samples without padding."""
    part = frame.planes[index]
    data = memoryview(part)
    return b"".join(data[row * part.line_size : row * part.line_size + part.width] for row in range(part.height))


def psnr(one: bytes, other: bytes, step: int = 1) -> float:
    """Peak signal to noise ratio in dB of 8 bit samples (every `step`-th); infinite if they are equal."""
    assert len(one) == len(other)
    if one == other:
        return math.inf
    pairs = zip(one[::step], other[::step], strict=True)
    error = sum((a - b) ** 2 for a, b in pairs) / len(one[::step])
    return 10 * math.log10(255**2 / error) if error else math.inf
