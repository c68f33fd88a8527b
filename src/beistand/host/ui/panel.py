"""The session panel: what the technician may do now, and the customer's buttons for less, for pause and curtain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import wx

from beistand.host.ui import theme
from beistand.host.ui.texts import Language, say

WIDTH_PX = 430
# The room of the stop sign with its mark (ui/stop_sign.py), and some air.
SIGN_WIDTH_PX, SIGN_PX = 140, 250
# Level -> what the panel says of it, and what its button offers.
LEVELS = {
    1: ("state_view", "give_control"),
    2: ("state_control", "take_back"),
    3: ("state_administer", "step_down"),
}
# Events the panel reports: "pause" "go_on" "curtain" "curtain_off" "take_back" "step_down" "give_control"
# "stop_recording" "clipboard" and ("chat", text).
OnAct = Callable[[str, str], None]


class SessionPanel(wx.Frame):
    """Stands in the lower-left corner; `show_state` sets its words and buttons from the session's state."""

    def __init__(self, language: Language, technician: str, was_real: Callable[[], bool], on_act: OnAct) -> None:
        style = (wx.CAPTION | wx.STAY_ON_TOP | wx.MINIMIZE_BOX | wx.FRAME_NO_TASKBAR) & ~wx.RESIZE_BORDER
        super().__init__(None, title=say("title", language), style=style)
        self._language = language
        self._technician = technician
        self._was_real = was_real
        self._on_act = on_act
        self._pause_act, self._curtain_act, self._level_act = "pause", "curtain", "take_back"
        panel = wx.Panel(self)
        panel.SetBackgroundColour(theme.PAPER)
        column = wx.BoxSizer(wx.VERTICAL)
        self.state = theme.label(panel, "", 14, True)
        self.state.SetMinSize((WIDTH_PX, 66))
        column.Add(self.state, 0, wx.EXPAND | wx.BOTTOM, 6)
        self.clock = theme.label(panel, "", 13, colour=theme.QUIET)
        self.clock.SetMinSize((WIDTH_PX, 48))
        column.Add(self.clock, 0, wx.EXPAND | wx.BOTTOM, 8)
        self._add_recording(panel, column)
        row = wx.BoxSizer(wx.HORIZONTAL)
        self.pause = self._button(panel, "pause", lambda: self._pause_act)
        self.curtain = self._button(panel, "curtain", lambda: self._curtain_act)
        row.Add(self.pause, 1, wx.RIGHT, 8)
        row.Add(self.curtain, 2)
        column.Add(row, 0, wx.EXPAND | wx.BOTTOM, 8)
        self.level = self._button(panel, "take_back", lambda: self._level_act)
        column.Add(self.level, 0, wx.EXPAND | wx.BOTTOM, 10)
        column.Add(theme.label(panel, say("doings", language), theme.SMALL_PT, colour=theme.QUIET), 0, wx.BOTTOM, 2)
        self.doings = wx.TextCtrl(panel, style=wx.TE_MULTILINE | wx.TE_READONLY | wx.TE_NO_VSCROLL, size=(WIDTH_PX, 70))
        self.doings.SetFont(theme.font(11))
        self.doings.SetName(say("doings", language))
        column.Add(self.doings, 0, wx.EXPAND | wx.BOTTOM, 8)
        self.talk = wx.TextCtrl(panel, style=wx.TE_MULTILINE | wx.TE_READONLY | wx.TE_NO_VSCROLL, size=(WIDTH_PX, 70))
        self.talk.SetFont(theme.font(11))
        self.talk.SetName(say("message", language))
        column.Add(self.talk, 1, wx.EXPAND | wx.BOTTOM, 6)
        chat = wx.BoxSizer(wx.HORIZONTAL)
        self.line = wx.TextCtrl(panel, style=wx.TE_PROCESS_ENTER)
        self.line.SetFont(theme.font(13))
        self.line.SetName(say("message", language))
        self.line.SetHint(say("message", language))
        self.line.SetMaxLength(1000)
        self.line.Bind(wx.EVT_TEXT_ENTER, lambda _event: self._send())
        send = theme.button(panel, say("send", language), 13)
        send.Bind(wx.EVT_BUTTON, lambda _event: self._send())
        chat.Add(self.line, 1, wx.RIGHT, 8)
        chat.Add(send)
        column.Add(chat, 0, wx.EXPAND | wx.BOTTOM, 8)
        column.Add(self._button(panel, "send_copied", lambda: "clipboard"), 0, wx.EXPAND)
        outer = wx.BoxSizer(wx.VERTICAL)
        outer.Add(column, 1, wx.EXPAND | wx.ALL, 14)
        panel.SetSizer(outer)
        self._panel = panel
        self._settle()
        self.Bind(wx.EVT_CLOSE, lambda event: event.Veto() if event.CanVeto() else event.Skip())

    def _settle(self) -> None:
        """As large as its content, in the lower-left corner; beside the stop sign where it would reach under it."""
        self._panel.Layout()
        self.SetClientSize(self._panel.GetBestSize())
        area = wx.Display(0).GetClientArea()
        top = area.y + area.height - self.GetSize().height - 8
        self.Move(area.x + (8 if top > SIGN_PX else SIGN_WIDTH_PX), top)

    def _add_recording(self, panel: wx.Panel, column: wx.BoxSizer) -> None:
        """The mark of a recording and the customer's way out of it; to be seen only while there is one."""
        self._record_row = wx.BoxSizer(wx.HORIZONTAL)
        self.record = theme.label(panel, say("record_on", self._language), 13, True, theme.STOP_RED)
        stop = self._button(panel, "record_stop", lambda: "stop_recording")
        self._record_row.Add(self.record, 1, wx.ALIGN_CENTRE_VERTICAL | wx.RIGHT, 8)
        self._record_row.Add(stop)
        self._column = column
        column.Add(self._record_row, 0, wx.EXPAND | wx.BOTTOM, 8)
        column.Show(self._record_row, False, True)

    def show_recording(self, state: str) -> None:
        """`state` is "off", "on" or "resting"."""
        if state != "off":
            theme.set_label(self.record, say(f"record_{state}", self._language))
        self._column.Show(self._record_row, state != "off", True)
        self._settle()

    def _button(self, panel: wx.Panel, key: str, act: Callable[[], str]) -> wx.Button:
        control = theme.button(panel, say(key, self._language), 13)
        control.Bind(wx.EVT_BUTTON, lambda _event: self._press(act()))
        return control

    def _press(self, act: str) -> None:
        # Less is free for everybody; more must come from the customer's own hand (security.md S25).
        widens = act in ("go_on", "curtain_off", "give_control", "clipboard")
        if not widens or self._was_real():
            self._on_act(act, "")

    def _send(self) -> None:
        text = self.line.GetValue().strip()
        if text:
            self.line.Clear()
            self._on_act("chat", text)

    def show_state(self, mode: str, level: int, is_muted: bool, is_interrupted: bool) -> None:
        """`mode` is "open", "paused", "curtain" or "resting"; `level` 1 view, 2 control, 3 administer."""
        if is_interrupted:
            key = "state_interrupted"
        elif mode != "open":
            key = f"state_{mode}"
        elif is_muted and level > 1:
            key = "state_muted"
        else:
            key = LEVELS.get(level, LEVELS[1])[0]
        text = say(key, self._language, technician=self._technician)
        theme.set_label(self.state, text, WIDTH_PX)
        self._pause_act = "go_on" if mode == "paused" else "pause"
        self._curtain_act = "curtain_off" if mode == "curtain" else "curtain"
        self._level_act = LEVELS.get(level, LEVELS[1])[1]
        for control, act in ((self.pause, self._pause_act), (self.curtain, self._curtain_act)):
            self._set(control, say(act, self._language))
        self._set(self.level, say(self._level_act, self._language))
        self.pause.Enable(mode in ("open", "paused"))
        self.curtain.Enable(mode in ("open", "curtain"))
        self.level.Enable(mode == "open")
        self.Layout()

    def show_clock(self, text: str, is_chargeable: bool) -> None:
        """The running time, and the amount if chargeable; it may take two lines. Draws only if the words are new."""
        if self.clock.GetName() != text:
            self.clock.SetForegroundColour(theme.WARNING if is_chargeable else theme.QUIET)
            theme.set_label(self.clock, text, WIDTH_PX)

    def show_doings(self, facts: Sequence[tuple[int, str]]) -> None:
        """Only what the program knows for sure; the newest line is seen."""
        lines = [f"{at // 60}:{at % 60:02d}  {say(key, self._language)}" for at, key in facts]
        self.doings.SetValue("\n".join(lines))
        self.doings.ShowPosition(self.doings.GetLastPosition())

    def said(self, key: str, text: str) -> None:
        """A chat line; control characters become spaces, because the text comes from the other end."""
        clean = "".join(c if c.isprintable() else " " for c in text)
        self.talk.AppendText(say(key, self._language, text=clean) + "\n")

    def _set(self, control: wx.Window, text: str) -> None:
        if control.GetName() != text or control.GetLabel() != text:
            control.SetLabel(text.replace("&", "&&"))
            control.SetName(text)
