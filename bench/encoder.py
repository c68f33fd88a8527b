"""Prints what each encoder costs on three kinds of work: typing, scrolling text and a moving picture in a window.

`python bench/encoder.py [width height frames]`; figures are means over the frames after the keyframe, at quantizer 36
(H.264: crf 23). PSNR is that of the luma of the last frame as a decoder shows it against the pixels that went in. Times
are of conversion and coding on this machine with two threads; the other side's decoding is not in them.
"""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import typst

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from beistand.host.media.convert import Converter
from beistand.host.media.encoder import Vp9Encoder, choose
from beistand.host.media.pipeline import EncodedFrame, Outputs, PictureWorker
from beistand.host.ports import CapturedFrame, Rect
from host.media.painting import Canvas, PaintedScreen
from host.media.viewing import Viewer, plane, psnr

QUANTIZER = 36


PAGE = """
#set page(width: WIDTHpt, height: HEIGHTpt, margin: 0pt, fill: rgb("#dfe3ea"))
#set text(size: 14pt)
#place(top, rect(width: 100%, height: 42pt, fill: rgb("#243447"))[#text(fill: white)[Datei Bearbeiten Ansicht Hilfe]])
#place(dy: 42pt, rect(width: 14%, height: 100%, fill: rgb("#f4f5f7"))[
  #for i in range(30) [Ordner #calc.rem(i * 7919, 97) \\ ]])
#place(dx: 15%, dy: 60pt, block(width: 37%, height: 92%, fill: white, inset: 16pt, clip: true)[#lorem(900)])
#place(dx: 53%, dy: 60pt, block(width: 46%, height: 52%, fill: white, inset: 12pt, clip: true)[
  #for i in range(26) [#lorem(9) #calc.rem(i * 7919, 1013) #text(fill: rgb("#b03030"))[#calc.rem(i * 331, 101)] \\ ]])
#place(dx: 53%, dy: 60%, rect(width: 46%, height: 38%, fill: gradient.linear(rgb("#1b6ca8"), rgb("#f2c14e"))))
"""


def desktop(width: int, height: int) -> Canvas:
    """A menu, a list, a page of text, a table and a gradient, set with smooth letters as a desktop shows them."""
    source = PAGE.replace("WIDTH", str(width)).replace("HEIGHT", str(height))
    picture: Any = typst.compile(source.encode(), format="png", ppi=72.0)
    with av.open(io.BytesIO(picture[0] if isinstance(picture, list) else picture)) as container:
        frame = next(container.decode(video=0)).reformat(format="bgr0")
    canvas, part = Canvas(width, height), frame.planes[0]
    data = memoryview(part)
    for row in range(height):
        start = row * part.line_size
        canvas.pixels[row * canvas.stride : (row + 1) * canvas.stride] = data[start : start + canvas.stride]
    return canvas


def typing(canvas: Canvas, frames: int) -> Iterator[None]:
    for index in range(frames):
        canvas.glyph(300 + index % 90 * 8, 400 + index // 90 * 18, index * 7)
        yield


def scrolling(canvas: Canvas, frames: int) -> Iterator[None]:
    for _ in range(frames):
        canvas.scroll(Rect(canvas.width * 15 // 100, 60, canvas.width * 37 // 100, canvas.height - 120), 40)
        yield


def moving(canvas: Canvas, frames: int) -> Iterator[None]:
    for index in range(frames):
        canvas.noise(Rect(640, 320, 480, 270), index)
        yield


@dataclass
class Way:
    """One way to code; `code` takes a frame and gives a packet."""

    name: str
    code: Callable[[CapturedFrame], bytes]
    codec: str
    luma: Callable[[], bytes]


def by_libvpx(width: int, height: int, is_444: bool, has_map: bool) -> Way:
    encoder, times = Vp9Encoder(width, height, is_444), iter(range(1, 1 << 30))

    def code(frame: CapturedFrame) -> bytes:
        blocks = encoder.take(frame)
        chosen = blocks if has_map else encoder.grid.all()
        return encoder.encode(chosen, QUANTIZER, next(times) * 33, is_key=False).data

    name = f"libvpx {'4:4:4' if is_444 else '4:2:0'}{', active map' if has_map else ''}"
    return Way(name, code, "vp9", lambda: encoder._converter.planes.rows(0))


def by_pyav(width: int, height: int, name: str, is_444: bool, options: dict[str, str]) -> Way:
    converter, times = Converter(width, height, is_444), iter(range(1 << 30))
    context: Any = av.CodecContext.create(name, "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv444p" if is_444 else "yuv420p"
    context.thread_count, context.time_base, context.options = 2, Fraction(1, 1000), options

    def code(frame: CapturedFrame) -> bytes:
        converter.convert(frame.pixels, frame.stride, [(0, frame.height)])
        picture = av.VideoFrame(width, height, context.pix_fmt)
        for index, part in enumerate(picture.planes):
            part.update(converter.planes.padded(index, part.line_size))
        picture.pts = next(times) * 33
        return b"".join(bytes(packet) for packet in context.encode(picture))

    sampling = "4:4:4" if is_444 else "4:2:0"
    return Way(f"PyAV {name} {sampling}", code, "vp9" if "vp" in name else "h264", lambda: converter.planes.rows(0))


def measure(way: Way, work: Callable[[Canvas, int], Iterator[None]], canvas: Canvas, frames: int) -> str:
    viewer = Viewer(way.codec)
    began = time.perf_counter()
    first = way.code(canvas.grab(full=True))
    first_ms = (time.perf_counter() - began) * 1000
    shown = viewer.show(first)
    size, spent = 0, 0.0
    for _ in work(canvas, frames):
        frame = canvas.grab()
        began = time.perf_counter()
        data = way.code(frame)
        spent += time.perf_counter() - began
        size += len(data)
        shown = viewer.show(data)
    quality = psnr(plane(shown, 0), way.luma(), step=7)
    return (
        f"| {way.name} | {work.__name__} | {len(first) / 1000:.0f} | {first_ms:.0f} "
        f"| {size / frames / 1000:.2f} | {spent / frames * 1000:.1f} | {quality:.1f} |"
    )


def main() -> None:
    width, height, frames = (int(text) for text in sys.argv[1:4]) if len(sys.argv) > 3 else (1920, 1080, 30)
    vp9 = {"deadline": "realtime", "cpu-used": "5", "tune-content": "screen", "lag-in-frames": "0", "row-mt": "1",
           "tile-columns": "1", "qmin": str(QUANTIZER), "qmax": str(QUANTIZER), "b": "100M", "g": "99999"}  # fmt: skip
    h264 = {"preset": "superfast", "tune": "zerolatency", "crf": "23", "g": "99999"}
    ways: list[Callable[[], Way]] = [
        lambda: by_libvpx(width, height, True, True),
        lambda: by_libvpx(width, height, True, False),
        lambda: by_libvpx(width, height, False, True),
        lambda: by_libvpx(width, height, False, False),
        lambda: by_pyav(width, height, "libvpx-vp9", True, vp9),
        lambda: by_pyav(width, height, "libvpx-vp9", False, vp9),
        lambda: by_pyav(width, height, "libx264", False, h264),
    ]
    print("| way | work | first kB | first ms | kB a frame | ms a frame | PSNR dB |\n|---|---|---|---|---|---|---|")
    for make in ways:
        for work in (typing, scrolling, moving):
            print(measure(make(), work, desktop(width, height), frames), flush=True)
    print("\n| still desktop | frame | quantizer | kB | left after ms |\n|---|---|---|---|---|")
    for name in ("vp09.01.40.08.03", "vp09.00.40.08", "avc1.42E028"):
        first_picture(width, height, name)


def first_picture(width: int, height: int, name: str) -> None:
    """Prints when the pictures of a still desktop leave, over a line of 20 Mbit/s and 40 ms round trip."""
    screen, done = PaintedScreen(desktop(width, height)), threading.Event()

    def on_frame(frame: EncodedFrame) -> None:
        after = (time.perf_counter() - began) * 1000
        print(
            f"| {name} | {frame.frame} | {frame.quantizer} | {len(frame.data) / 1000:.0f} | {after:.0f} |",
            flush=True,
        )
        threading.Timer(0.04 + len(frame.data) / 2.5e6, worker.acknowledge, (frame.frame, 8)).start()
        if frame.quantizer == 0 or (frame.is_sharp and not name.startswith("vp")):
            done.set()

    worker = PictureWorker(screen, on_frame, choose([name]), Outputs(error=print))
    worker.start()
    time.sleep(0.5)  # the customer reads; the worker opens its coder
    began = time.perf_counter()
    worker.set_active(True)
    done.wait(10)
    worker.stop()
    worker.join(5)


if __name__ == "__main__":
    main()
