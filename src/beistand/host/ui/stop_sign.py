"""The stop sign: a process of its own in the upper-left corner, always on top.

It shows the running time (in minutes: see `clock.running`) and who is connected, and draws only what has changed.
A click, or Ctrl+Alt+Esc, writes "stop" to the program.
If the program does not say within `ANSWER_MS` that injection is dead and every key lifted, it hangs: the sign then
kills it and lifts every held key itself. For the rest (the picture's end) a busy computer has `FINISH_MS`.

Lines in (stdin): `who <text>`, `since <seconds>` (the clock runs), `still <seconds>` (it stands), `amount <text>`,
`recording on|resting|off`, `stopped`, `raise`, `quit`.
Lines out (stdout): `ready <native window>` once it stands on the screen, `stop`.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import signal
import sys
import threading

import wx

from beistand.host.platform import current
from beistand.host.ports import LocalActivity, Platform, PlatformError
from beistand.host.ui import theme
from beistand.host.ui.clock import minutes, running
from beistand.host.ui.spoken import application
from beistand.host.ui.texts import Language, say

ANSWER_MS = 80
LATE_SECONDS = 0.02  # an answer that came while this process itself had no turn
FINISH_MS = 3_000
RAISE_MS = 500
LOOK_MS = 20
SIZE_PX = 132
FOOT_PX = 78
MARK_PX = 30
LEAST_PT = 8


class StopSign(wx.Frame):
    """The red octagon with the running time under it."""

    def __init__(self, program_pid: int, language: Language, platform: Platform) -> None:
        style = wx.FRAME_NO_TASKBAR | wx.STAY_ON_TOP | wx.BORDER_NONE
        super().__init__(None, title="Beistand Stop", style=style, pos=(0, 0), size=(SIZE_PX, SIZE_PX + FOOT_PX))
        self._pid = program_pid
        self._language = language
        self._platform = platform
        self._activity: LocalActivity | None = None
        self._who = ""
        self._seconds = 0
        self._is_still = False
        self._amount = ""
        self._recording = "off"
        self._is_stopped = False
        self._is_pressed = False
        self._is_harmless = threading.Event()
        self._looks: tuple[object, ...] = ()  # what was drawn last
        self.SetName(say("stop_name", language))
        self.SetBackgroundStyle(wx.BG_STYLE_PAINT)
        self.SetToolTip(say("stop_name", language))
        self.Bind(wx.EVT_PAINT, self._on_paint)
        self.Bind(wx.EVT_LEFT_DOWN, self._on_press)
        self.Bind(wx.EVT_CHAR_HOOK, self._on_key)
        self.Bind(wx.EVT_CLOSE, lambda event: event.Veto() if event.CanVeto() else event.Skip())
        self._clock = wx.Timer(self)
        self.Bind(wx.EVT_TIMER, self._on_clock, self._clock)
        self._raiser = wx.Timer(self)
        self.Bind(wx.EVT_TIMER, lambda _event: self._raise(), self._raiser)
        try:
            self._activity = platform.activity()
            self._activity.start(lambda _when: None, lambda: wx.CallAfter(self.stop))
        except PlatformError:
            self._activity = None  # no way to tell real from injected here: the gate alone protects the sign
        self.ShowWithoutActivating()
        self.Move(0, 0)
        self._clock.Start(1000)
        self._raiser.Start(RAISE_MS)
        wx.CallAfter(self._stands)

    def _stands(self) -> None:
        """Tells the program once the sign is really on the screen: the technician's hand waits for this line."""
        if not self:
            return  # sent away before it stood
        if not self._platform.is_on_screen(self.GetHandle()):
            wx.CallLater(LOOK_MS, self._stands)
            return
        with contextlib.suppress(OSError):  # a program that died meanwhile: `listen` has heard it, and lifts its keys
            sys.stdout.write(f"ready {self.GetHandle()}\n")
            sys.stdout.flush()

    def _raise(self) -> None:
        self._platform.raise_window(self.GetHandle())
        if self.GetPosition() != (0, 0):
            self.Move(0, 0)

    def _on_clock(self, _event: wx.TimerEvent) -> None:
        self._seconds += 0 if self._is_still else 1
        self._show()

    def _time(self) -> str:
        return minutes(self._seconds) if self._is_still else running(self._seconds, self._language)

    def _show(self) -> None:
        """Draws the sign again if anything on it is new."""
        looks = (self._time(), self._is_still, self._amount, self._who, self._is_stopped)
        if looks != self._looks:
            self._looks = looks
            self.Refresh()

    def _on_paint(self, _event: wx.PaintEvent) -> None:
        device = wx.AutoBufferedPaintDC(self)
        device.SetBackground(wx.Brush(theme.PAPER))
        device.Clear()
        gc = wx.GraphicsContext.Create(device)
        centre, radius = SIZE_PX / 2, SIZE_PX / 2 - 5
        corners = [math.pi / 8 + i * math.pi / 4 for i in range(8)]
        path = gc.CreatePath()
        path.MoveToPoint(centre + radius * math.cos(corners[0]), centre + radius * math.sin(corners[0]))
        for angle in corners[1:]:
            path.AddLineToPoint(centre + radius * math.cos(angle), centre + radius * math.sin(angle))
        path.CloseSubpath()
        gc.SetBrush(wx.Brush(theme.QUIET if self._is_stopped else theme.STOP_RED))
        gc.SetPen(wx.Pen(wx.Colour(255, 255, 255), 5))
        gc.DrawPath(path)
        self._centred(gc, say("stop", self._language), theme.font(20, True), wx.Colour(255, 255, 255), centre - 15)
        colour = theme.QUIET if self._is_still else theme.INK
        self._centred(gc, self._time(), theme.font(15, True), colour, SIZE_PX + 2)
        self._centred(gc, self._amount, theme.font(11, True), theme.WARNING, SIZE_PX + 30)
        self._centred(gc, self._who, theme.font(10), theme.INK, SIZE_PX + (54 if self._amount else 32))

        if self._recording != "off":
            self._paint_mark(gc)

    def _paint_mark(self, gc: wx.GraphicsContext) -> None:
        """The picture is being recorded: a red bar under everything else, grey while it rests."""
        is_on = self._recording == "on"
        top = SIZE_PX + FOOT_PX
        gc.SetBrush(wx.Brush(theme.STOP_RED if is_on else theme.QUIET))
        gc.SetPen(wx.TRANSPARENT_PEN)
        gc.DrawRectangle(0, top, SIZE_PX, MARK_PX)
        key = "record_mark" if is_on else "record_mark_resting"
        self._centred(gc, say(key, self._language), theme.font(11, True), wx.Colour(255, 255, 255), top + 5)

    def _centred(self, gc: wx.GraphicsContext, text: str, font: wx.Font, colour: wx.Colour, y: float) -> None:
        """In the middle, and as small as it must be to stand there whole: names are long, languages differ."""
        for points in range(font.GetPointSize(), LEAST_PT - 1, -1):
            font.SetPointSize(points)
            gc.SetFont(font, colour)
            width, _height = gc.GetTextExtent(text)
            if width <= SIZE_PX - 6:
                break
        gc.DrawText(text, max(2.0, (SIZE_PX - width) / 2), y)

    def _on_press(self, _event: wx.MouseEvent) -> None:
        # Injected input cannot press the sign (security.md S25); the gate refuses it as well.
        if self._activity is None or self._activity.last_press_was_real():
            self.stop()

    def _on_key(self, event: wx.KeyEvent) -> None:
        if event.GetKeyCode() in (wx.WXK_RETURN, wx.WXK_SPACE, wx.WXK_NUMPAD_ENTER):
            if self._activity is None or self._activity.last_press_was_real():
                self.stop()
        else:
            event.Skip()

    def stop(self) -> None:
        """Tells the program; a program that does not answer is killed and its keys are lifted from here."""
        if self._is_pressed:
            return
        self._is_pressed = True
        try:
            sys.stdout.write("stop\n")
            sys.stdout.flush()
        except OSError:
            pass  # the program is gone already; the guard below lifts what it left behind
        wx.CallLater(ANSWER_MS, self._guard)

    def _guard(self) -> None:
        if self._is_stopped:
            return
        if self._is_harmless.wait(LATE_SECONDS):
            wx.CallLater(FINISH_MS, self._kill)
        else:
            self._kill()

    def _kill(self) -> None:
        if not self or self._is_stopped:
            return
        with contextlib.suppress(OSError):  # it may have ended in the meantime
            os.kill(self._pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        lift_all(self._platform)
        wx.CallAfter(self.Destroy)

    def listened(self, line: str) -> None:
        """One line from the program, in the thread that reads: an answer to the click counts at once."""
        if line in ("harmless", "stopped"):
            self._is_harmless.set()

    def heard(self, line: str) -> None:
        """One line from the program."""
        word, _, rest = line.partition(" ")
        if word == "who":
            self._who = rest[:60]
            self.SetToolTip(f"{say('stop_name', self._language)} - {self._who}")
        elif word in ("since", "still") and rest.isdigit():
            self._seconds, self._is_still = int(rest), word == "still"
        elif word == "amount":
            self._amount = rest[:20]
        elif word == "recording" and rest in ("on", "resting", "off"):
            self._recording = rest
            self.SetSize(SIZE_PX, SIZE_PX + FOOT_PX + (MARK_PX if rest != "off" else 0))
        elif word == "stopped":
            self._is_stopped = True
            self._clock.Stop()
        elif word == "raise":
            self._raise()
        elif word in ("quit", ""):
            if not self._is_stopped and word == "":
                lift_all(self._platform)  # the program died without a word
            self._close()
            return
        self._show()

    def _close(self) -> None:
        self._clock.Stop()
        self._raiser.Stop()
        if self._activity is not None:
            self._activity.stop()
        self.Destroy()


def lift_all(platform: Platform) -> None:
    """Lifts every key and button that injection may have left held. Needs no network and no program."""
    with contextlib.suppress(PlatformError):  # no display left: nothing is held either
        platform.lift_everything()


def main(arguments: list[str]) -> int:
    """`stop_sign <program pid> <language>`; ends with its program."""
    platform = current()
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8")  # names come in it, whatever code page this system writes with
    app = application()
    sign = StopSign(int(arguments[0]), "de" if arguments[1] == "de" else "en", platform)

    def listen() -> None:
        for line in sys.stdin:
            sign.listened(line.rstrip("\n"))
            wx.CallAfter(sign.heard, line.rstrip("\n"))
        wx.CallAfter(lambda: sign.heard("") if sign else None)

    threading.Thread(target=listen, daemon=True).start()
    app.MainLoop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
