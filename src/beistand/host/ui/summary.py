"""The last sheet: how long, with whom, what was allowed, what happened, what was made and removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import wx

from beistand.host.ui import theme
from beistand.host.ui.texts import Language, say

WIDTH_PX = 620


@dataclass(frozen=True)
class Summary:
    """`ending` is a text key (`sum_by_customer` ...); `facts` are (seconds since the start, text key) in order."""

    ending: str
    ending_text: str
    company: str
    technician: str
    duration_seconds: int
    facts: Sequence[tuple[int, str]]
    made_and_removed: Sequence[str]


def lines(summary: Summary, language: Language) -> list[str]:
    """The report as plain lines, for the sheet and for "copy"."""
    minutes, seconds = divmod(summary.duration_seconds, 60)
    out = [
        say(summary.ending, language, text=summary.ending_text),
        say("sum_who", language, technician=summary.technician, company=summary.company),
        say("sum_duration", language, minutes=minutes, seconds=seconds),
        "",
        say("sum_done", language) + ":",
    ]
    out += [f"   {at // 60}:{at % 60:02d}   {say(key, language)}" for at, key in summary.facts]
    out += ["", say("sum_made", language) + ":"]
    out += [f"   {name}" for name in summary.made_and_removed] or ["   " + say("sum_nothing_made", language)]
    return out


class SummarySheet(wx.Frame):
    """Shown after the end; closing it ends the program."""

    def __init__(self, summary: Summary, language: Language, on_close: Callable[[], None]) -> None:
        super().__init__(None, title=say("sum_title", language))
        panel = wx.Panel(self)
        panel.SetBackgroundColour(theme.PAPER)
        column = wx.BoxSizer(wx.VERTICAL)
        column.Add(theme.label(panel, say("sum_title", language), 22, True, theme.BLUE), 0, wx.BOTTOM, 12)
        text = wx.TextCtrl(panel, style=wx.TE_MULTILINE | wx.TE_READONLY, size=(WIDTH_PX, 330))
        text.SetFont(theme.font(14))
        text.SetName(say("sum_title", language))
        text.SetValue("\n".join(lines(summary, language)))
        text.SetInsertionPoint(0)
        column.Add(text, 1, wx.EXPAND | wx.BOTTOM, 12)
        after = say("sum_after", language)
        column.Add(theme.label(panel, after, 15, wrap=WIDTH_PX), 0, wx.BOTTOM, 12)
        close = theme.button(panel, say("close", language))
        close.Bind(wx.EVT_BUTTON, lambda _event: self.Close())
        close.SetDefault()
        column.Add(close, 0, wx.ALIGN_RIGHT)
        outer = wx.BoxSizer(wx.VERTICAL)
        outer.Add(column, 1, wx.EXPAND | wx.ALL, 24)
        panel.SetSizerAndFit(outer)
        self.SetClientSize(panel.GetBestSize())
        self.CentreOnScreen()
        self._on_close = on_close
        self.Bind(wx.EVT_CLOSE, self._closed)
        close.SetFocus()

    def _closed(self, _event: wx.CloseEvent) -> None:
        self.Destroy()
        self._on_close()
