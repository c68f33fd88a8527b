"""True peer: Chromium's WebCodecs decodes what our encoder makes, each frame at once, and shows the painted colours.

Each frame is drawn twice: whole, and only where it says that it differs, as the console does.
"""

from __future__ import annotations

import asyncio
import base64
import shutil
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

import beistand.console
from beistand.host.media.encoder import open_encoder
from beistand.host.media.encoding import Codec, Kind
from beistand.host.ports import Rect
from host.media.painting import BLUE, RED, Canvas

PAGE = """<!doctype html><script type="module">
import { drawPart } from "./part.js";
window.show = async (codec, width, height, packets) => {
  const shown = [];
  let failure = "";
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const parts = new OffscreenCanvas(width, height).getContext("2d", {willReadFrequently: true});
  const decoder = new VideoDecoder({
    output(frame) {
      context.drawImage(frame, 0, 0);
      const [x, y, width, height] = packets[frame.timestamp][2];
      if (!drawPart(parts, frame, {x, y, width, height})) failure = "a part was not drawn";
      shown.push([frame.timestamp, frame.codedWidth, frame.displayWidth, frame.format]);
      frame.close();
    },
    error(error) { failure = String(error); },
  });
  decoder.configure({codec, optimizeForLatency: true});
  for (const [index, [isKey, text, _area]] of packets.entries()) {
    const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    decoder.decode(new EncodedVideoChunk({type: isKey ? "key" : "delta", timestamp: index, data}));
    const patience = performance.now() + 5000;
    while (shown.length <= index && !failure && performance.now() < patience) {
      await new Promise((done) => setTimeout(done, 1));
    }
  }
  const pixels = context.getImageData(0, 0, width, height).data;
  const other = parts.getImageData(0, 0, width, height).data;
  const apart = pixels.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at])), 0);
  let text = "";
  for (let start = 0; start < pixels.length; start += 8192) {
    text += String.fromCharCode(...pixels.subarray(start, start + 8192));
  }
  return {shown, failure, apart, pixels: btoa(text)};
};
</script>"""

PART = Path(beistand.console.__path__[0], "screen", "part.js").read_text(encoding="utf-8")

# Without a GPU Chromium converts by libyuv, whose 8 bit table holds 2.0 where BT.709 says 2.112 for blue: 200 becomes
# 194. Our planes themselves are exact to one step (test_vp9.py), and greys and text are not touched by it.
BLUE_OFF_BY = 6

FULL = Codec("vp09.01.40.08.03.01.01.01.01", Kind.VP9_444)
CODECS = [
    Codec("vp09.01.40.08.03", Kind.VP9_444),
    Codec("vp09.00.40.08", Kind.VP9_420),
    Codec("avc1.42E028", Kind.H264),
]


def _packets(codec: Codec, canvas: Canvas) -> list[tuple[bool, str, tuple[int, int, int, int]]]:
    """A coarse keyframe, a small change, and the sharpening of the still screen."""
    encoder = open_encoder(codec, canvas.width, canvas.height)
    encoder.take(canvas.grab(full=True))
    made = [encoder.encode((), 36, 1, is_key=True)]
    canvas.fill(Rect(320, 128, 128, 64), BLUE)
    made.append(encoder.encode(encoder.take(canvas.grab()), 20, 2, is_key=False))
    made.extend(encoder.encode(encoder.grid.all(), quantizer, 3 + quantizer, is_key=False) for quantizer in (8, 4, 0))
    encoder.close()
    areas = [encoder.grid.bounds(one.touched) for one in made]
    return [
        (one.is_key, base64.b64encode(one.data).decode(), (area.x, area.y, area.width, area.height))
        for one, area in zip(made, areas, strict=True)
    ]


async def _shown(codec: Codec, canvas: Canvas) -> dict[str, object]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = await browser.new_page()
        await page.route("https://beistand.test/", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        await page.route(
            "https://beistand.test/part.js", lambda route: route.fulfill(body=PART, content_type="text/javascript")
        )
        await page.goto("https://beistand.test/")
        arguments = [codec.name, canvas.width, canvas.height, _packets(codec, canvas)]
        result = await page.evaluate("(arguments) => show(...arguments)", arguments)
        await browser.close()
        return result


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Debian's chromium")
@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.kind.name)
def test_chromium_shows_every_frame_at_once_in_the_painted_colours(codec: Codec) -> None:
    canvas = Canvas(640, 384)
    canvas.text(Rect(0, 192, 640, 192))
    canvas.fill(Rect(64, 64, 128, 64), RED)
    canvas.fill(Rect(512, 0, 128, 128), (40, 160, 60))
    result = asyncio.run(_shown(codec, canvas))
    assert result["failure"] == ""
    assert [shown[0] for shown in result["shown"]] == [0, 1, 2, 3, 4]
    assert result["apart"] <= (0 if codec.kind is Kind.VP9_444 else 2)  # 4:2:0 spreads colours over a part's edge
    seen = base64.b64decode(result["pixels"])
    worst = 0
    for index in range(0, canvas.width * canvas.height):
        blue, green, red = canvas.pixels[index * 4 : index * 4 + 3]
        for painted, decoded in zip((red, green, blue), seen[index * 4 : index * 4 + 3], strict=True):
            worst = max(worst, abs(painted - decoded))
    assert worst <= (BLUE_OFF_BY if codec.kind is Kind.VP9_444 else 40), worst


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Debian's chromium")
def test_every_grey_is_exact_to_the_pixel_in_chromium() -> None:
    canvas = Canvas(640, 384)
    for grey in range(256):
        canvas.fill(Rect(grey % 32 * 16, grey // 32 * 16, 16, 16), (grey, grey, grey))
    canvas.fill(Rect(320, 256, 128, 64), RED)
    canvas.fill(Rect(512, 256, 128, 128), (40, 160, 60))
    result = asyncio.run(_shown(FULL, canvas))
    assert result["failure"] == ""
    seen = base64.b64decode(result["pixels"])
    for index in range(canvas.width * canvas.height):
        blue, green, red = canvas.pixels[index * 4 : index * 4 + 3]
        shown = tuple(seen[index * 4 : index * 4 + 3])
        if blue == green == red:
            assert shown == (red, green, blue), index
        else:
            assert max(map(abs, (shown[0] - red, shown[1] - green, shown[2] - blue))) <= 2, (index, shown)
