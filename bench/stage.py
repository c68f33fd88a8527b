"""A window to measure with: `python bench/stage.py` at 100,60 with 1500x900 pixels, driven by words on stdin.

`scroll N` scrolls a page of text N steps at 30 steps a second, `drag N` moves a picture, `film N` plays a film of
640x360 (a flight into the Mandelbrot set with some grain, made by FFmpeg's filters). Each step also changes the grey of
the counter square at the window's upper-left corner, every fourth that of the third square; each key press toggles the
key square between them. The answer to a mode is a line of JSON: each step with the wall clock of its painting.
"""

import json
import random
import sys
import threading
import time
from typing import Any

import av
import av.filter
import wx

PLACE, SIZE, SQUARE = (100, 60), (1500, 900), 80
STEP_MS = 33
GREYS = (20, 90, 160, 230)
FILM_FRAMES = 150


def page_of_text(width: int, height: int) -> wx.Bitmap:
    bitmap = wx.Bitmap(width, height)
    device = wx.MemoryDC(bitmap)
    device.SetBackground(wx.WHITE_BRUSH)
    device.Clear()
    device.SetFont(wx.Font(10, wx.FONTFAMILY_TELETYPE, wx.FONTSTYLE_NORMAL, wx.FONTWEIGHT_NORMAL))
    source = random.Random(7)
    words = ["".join(source.choices("etaoinshrdlucmfwygpbvkxqjz", k=source.randint(2, 9))) for _ in range(400)]
    for y in range(0, height, 17):
        device.DrawText(" ".join(source.choices(words, k=24)), 6, y)
    device.SelectObject(wx.NullBitmap)
    return bitmap


def film(count: int) -> list[wx.Bitmap]:
    """The first frames of a film, 640x360; grain keeps it from being easier than a camera's."""
    graph = av.filter.Graph()
    source = graph.add("mandelbrot", "size=640x360:rate=30:start_scale=0.3:end_pts=900")
    grain = graph.add("noise", "alls=5:allf=t")
    form, sink = graph.add("format", "rgb24"), graph.add("buffersink")
    for one, other in ((source, grain), (grain, form), (form, sink)):
        one.link_to(other)
    graph.configure()
    frames: list[Any] = [graph.pull() for _ in range(count)]
    return [wx.Bitmap.FromBuffer(640, 360, bytes(frame.planes[0])) for frame in frames]


class Stage(wx.Frame):
    def __init__(self) -> None:
        super().__init__(None, title="stage", pos=PLACE, size=SIZE, style=wx.BORDER_NONE)
        self.area = wx.Panel(self, style=wx.WANTS_CHARS)
        self.area.SetBackgroundStyle(wx.BG_STYLE_PAINT)
        self.text = page_of_text(SIZE[0], 4_000)
        self.step, self.left, self.mode, self.is_on = 0, 0, "scroll", False
        self.film = film(FILM_FRAMES)
        self.painted: list[tuple[int, float]] = []  # step and wall clock of each since the last answer
        self.timer = wx.Timer(self)
        self.Bind(wx.EVT_TIMER, self.on_step, self.timer)
        self.area.Bind(wx.EVT_PAINT, self.on_paint)
        self.area.Bind(wx.EVT_KEY_DOWN, self.on_key)
        self.area.Bind(wx.EVT_LEFT_DOWN, lambda _event: self.area.SetFocus())
        self.Show()
        self.Move(*PLACE)
        self.area.SetFocus()

    def on_key(self, _event: wx.KeyEvent) -> None:
        self.is_on = not self.is_on
        self.area.RefreshRect(wx.Rect(SQUARE, 0, SQUARE, SQUARE), False)
        self.area.Update()

    def on_paint(self, _event: wx.PaintEvent) -> None:
        device = wx.BufferedPaintDC(self.area)
        source = wx.MemoryDC(self.text)
        at = (self.step * 6) % 3_000 if self.mode == "scroll" else 0
        device.Blit(0, 0, SIZE[0], SIZE[1], source, 0, at)
        if self.mode == "drag":
            device.SetBrush(wx.Brush(wx.Colour(40, 90, 160)))
            x = 100 + (self.step * 11) % 1_000
            device.DrawRectangle(x, 250, 380, 300)
            device.Blit(x + 20, 270, 340, 260, source, 0, 2_000)
        if self.mode == "film":
            device.DrawBitmap(self.film[self.step % FILM_FRAMES], 400, 200)
        greys = (GREYS[self.step % 4], 230 if self.is_on else 20, GREYS[self.step // 4 % 4])
        for i, grey in enumerate(greys):
            device.SetPen(wx.TRANSPARENT_PEN)
            device.SetBrush(wx.Brush(wx.Colour(grey, grey, grey)))
            device.DrawRectangle(i * SQUARE, 0, SQUARE, SQUARE)

    def on_step(self, _event: wx.TimerEvent) -> None:
        self.step += 1
        self.left -= 1
        if self.left <= 0:
            self.timer.Stop()
        self.area.Refresh(False)
        self.area.Update()
        self.painted.append((self.step, time.clock_gettime(time.CLOCK_REALTIME)))
        if self.left <= 0:
            print(json.dumps(self.painted), flush=True)
            self.painted = []

    def obey(self, line: str) -> None:
        mode, _, count = line.partition(" ")
        if mode in ("scroll", "drag", "film"):
            self.mode, self.left = mode, int(count)
            self.timer.Start(STEP_MS)
        elif mode == "quit":
            self.Close(force=True)


def main() -> None:
    app = wx.App()
    stage = Stage()

    def listen() -> None:
        for line in sys.stdin:
            wx.CallAfter(stage.obey, line.strip())
        wx.CallAfter(stage.obey, "quit")

    threading.Thread(target=listen, daemon=True).start()
    print("ready", flush=True)
    app.MainLoop()


if __name__ == "__main__":
    main()
