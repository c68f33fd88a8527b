"""True peer: the console's own decoder and renderer draw frames and patches in their order, and refuse broken ones."""

from __future__ import annotations

import asyncio
import base64
import shutil
import zlib
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Route, async_playwright

import beistand.console
from beistand.host.media import patch
from beistand.host.media.encoder import open_encoder
from beistand.host.media.encoding import Codec, Kind
from beistand.host.ports import Rect
from host.media.painting import BLUE, RED, Canvas

SCREEN = Path(beistand.console.__path__[0], "screen")
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in SCREEN.glob("*.js")}
PAGE = """<!doctype html><div id="place"><canvas id="canvas"></canvas><canvas id="cursor"></canvas></div>
<script type="module">
import { Decoder } from "./decoder.js";
import { Renderer } from "./renderer.js";
import { patchWord } from "./patch.js";
const of = (id) => document.getElementById(id);
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
window.word = patchWord();
window.play = async (codec, messages) => {
  const shown = [];
  let keys = 0;
  const renderer = new Renderer(of("place"), of("canvas"), of("cursor"));
  const decoder = new Decoder({
    show: (frame, damage) => renderer.draw(frame, damage),
    put: (pieces) => renderer.put(pieces),
    shown: (number) => shown.push(number),
    wantKey: () => (keys += 1),
  });
  decoder.configure(codec);
  for (const message of messages) {
    if (message.kind === "Frame") decoder.frame({ ...message, data: bytes(message.data) });
    else decoder.patch({ ...message, data: bytes(message.data) });
  }
  const patience = performance.now() + 5000;
  while (shown.length < messages.length && !keys && performance.now() < patience) {
    await new Promise((done) => setTimeout(done, 1));
  }
  const { width, height } = of("canvas");
  const pixels = of("canvas").getContext("2d").getImageData(0, 0, width, height).data;
  let text = "";
  for (let start = 0; start < pixels.length; start += 8192) {
    text += String.fromCharCode(...pixels.subarray(start, start + 8192));
  }
  decoder.close();
  renderer.close();
  return { shown, keys, pixels: btoa(text) };
};
</script>"""
FULL = Codec("vp09.01.40.08.03.01.01.01.01", Kind.VP9_444)
TINT = (30, 36, 80)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Debian's chromium"),
]


def _area(area: Rect) -> dict[str, int]:
    return {"x": area.x, "y": area.y, "width": area.width, "height": area.height}


def _patch(number: int, canvas: Canvas, *areas: Rect) -> dict[str, Any]:
    frame = canvas.grab()
    data = patch.packed([patch.pixels(frame, area) for area in areas], patch.QUICK)
    return {"kind": "Patch", "frame": number, "areas": list(map(_area, areas)), "data": base64.b64encode(data).decode()}


async def _serve(route: Route) -> None:
    name = route.request.url.rpartition("/")[2]
    if name in SCRIPTS:
        await route.fulfill(body=SCRIPTS[name], content_type="text/javascript")
    else:
        await route.fulfill(body=PAGE, content_type="text/html")


async def _played(*tapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = await browser.new_page()
        await page.route("https://beistand.test/**", _serve)
        answers = []
        for tape in tapes:
            await page.goto("https://beistand.test/")
            await page.wait_for_function("Boolean(window.play)")
            assert await page.evaluate("window.word") == ["patch"]
            answers.append(await page.evaluate("([codec, tape]) => play(codec, tape)", [FULL.name, tape]))
        await browser.close()
        return answers


class Host:
    """Makes messages from a canvas as the program does."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self.number = canvas, 0
        self.encoder = open_encoder(FULL, canvas.width, canvas.height)

    def coded(self, quantizer: int, is_key: bool = False) -> dict[str, Any]:
        self.number += 1
        blocks = self.encoder.take(self.canvas.grab(full=is_key))
        made = self.encoder.encode(blocks, quantizer, self.number * 10, is_key)
        area = self.encoder.grid.bounds(made.touched)
        damage = {f"damage{key[0].upper()}{key[1:]}": value for key, value in _area(area).items()}
        data = base64.b64encode(made.data).decode()
        return {"kind": "Frame", "frame": self.number, "isKey": made.is_key, "data": data, **damage}

    def patched(self, *areas: Rect) -> dict[str, Any]:
        self.number += 1
        self.encoder.take(self.canvas.grab())  # the coder's planes follow, its picture does not
        return _patch(self.number, self.canvas, *areas)


def _colours(answer: dict[str, Any], canvas: Canvas, area: Rect) -> set[bool]:
    """Whether the pixels of an area are the painted ones."""
    seen = base64.b64decode(answer["pixels"])
    found = set()
    for y in range(area.y, area.y + area.height):
        for at in range(y * canvas.width + area.x, y * canvas.width + area.x + area.width):
            blue, green, red = canvas.pixels[at * 4 : at * 4 + 3]
            found.add(tuple(seen[at * 4 : at * 4 + 3]) == (red, green, blue))
    return found


def test_frames_and_patches_are_drawn_in_their_order_and_patches_exactly() -> None:
    canvas = Canvas(640, 384)
    canvas.text(Rect(0, 0, 640, 384))
    host = Host(canvas)
    small, large, typed = Rect(70, 70, 8, 10), Rect(256, 64, 150, 128), Rect(300, 100, 16, 12)
    tape = [host.coded(36, is_key=True)]
    canvas.fill(small, TINT)
    tape.append(host.patched(small))
    canvas.fill(Rect(0, 320, 640, 64), BLUE)
    tape.append(host.coded(8))
    canvas.fill(large, RED)
    for x in range(256, 400, 8):
        canvas.glyph(x, 90, x // 8, TINT)
    tape.append(host.patched(large, small))
    canvas.fill(typed, TINT)
    tape.append(host.patched(typed))
    (answer,) = asyncio.run(_played(tape))
    host.encoder.close()
    assert (answer["shown"], answer["keys"]) == ([1, 2, 3, 4, 5], 0)
    for area in (small, large, typed):
        assert _colours(answer, canvas, area) == {True}, area


def _broken(key: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    data = base64.b64encode(changes.pop("data", b"")).decode()
    return [key, {"kind": "Patch", "frame": 2, "areas": [_area(Rect(0, 0, 10, 10))], "data": data, **changes}]


def test_a_patch_that_is_not_what_it_says_draws_nothing_and_asks_for_a_keyframe() -> None:
    canvas = Canvas(320, 192)
    host = Host(canvas)
    key = host.coded(0, is_key=True)
    host.encoder.close()
    black = bytes(300)
    whole = patch.packed([black], patch.QUICK)
    bomb = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb_bytes = bomb.compress(bytes(50_000_000)) + bomb.flush()
    tapes = [
        _broken(key, data=b""),
        _broken(key, data=b"\xff" * 90),
        _broken(key, data=whole[:-1]),
        _broken(key, data=patch.packed([black[1:]], patch.QUICK)),
        _broken(key, data=bomb_bytes),
        _broken(key, data=whole, areas=[]),
        _broken(key, data=whole, areas=[_area(Rect(0, 0, 0, 10))]),
        _broken(key, data=whole, areas=[_area(Rect(0, 0, 60_000, 60_000))]),
        _broken(key, data=whole, areas=[_area(Rect(0, 0, 1, 1))] * 65),
    ]
    answers = asyncio.run(_played(*tapes))
    for answer in answers:
        assert answer["keys"] == 1
        assert answer["shown"] in ([], [1])
        if answer["shown"]:
            assert _colours(answer, canvas, Rect(0, 0, 320, 192)) == {True}


def test_a_patch_beside_the_picture_is_cut_off() -> None:
    canvas = Canvas(320, 192)
    host = Host(canvas)
    key = host.coded(0, is_key=True)
    host.encoder.close()
    outside = {"areas": [_area(Rect(315, 187, 10, 10))], "data": patch.packed([bytes(300)], patch.QUICK)}
    (answer,) = asyncio.run(_played(_broken(key, **outside)))
    assert (answer["shown"], answer["keys"]) == ([1, 2], 0)
    assert _colours(answer, canvas, Rect(315, 187, 5, 5)) == {False}
    assert _colours(answer, canvas, Rect(0, 0, 315, 187)) == {True}
