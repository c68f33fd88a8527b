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

    def __init__(
        self,
        summary: Summary,
        language: Language,
        on_close: Callable[[], None],
        remove_program: Callable[[], None] | None = None,
    ) -> None:
        """`remove_program` deletes the file that the customer started; None without such a file."""
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
        self._after = theme.label(panel, after, 15, wrap=WIDTH_PX)
        column.Add(self._after, 0, wx.BOTTOM, 12)
        buttons = wx.BoxSizer(wx.HORIZONTAL)
        self._language, self._remove_program = language, remove_program
        if remove_program is not None:
            self._remove = theme.button(panel, say("sum_remove", language), 15)
            self._remove.Bind(wx.EVT_BUTTON, self._removed)
            buttons.Add(self._remove, 0)
        buttons.AddStretchSpacer()
        close = theme.button(panel, say("close", language))
        close.Bind(wx.EVT_BUTTON, lambda _event: self.Close())
        close.SetDefault()
        buttons.Add(close, 0)
        column.Add(buttons, 0, wx.EXPAND)
        outer = wx.BoxSizer(wx.VERTICAL)
        outer.Add(column, 1, wx.EXPAND | wx.ALL, 24)
        panel.SetSizerAndFit(outer)
        self.SetClientSize(panel.GetBestSize())
        self.CentreOnScreen()
        self._on_close = on_close
        self._is_to_go = False
        self.Bind(wx.EVT_CLOSE, self._closed)
        close.SetFocus()

    def _removed(self, _event: wx.CommandEvent) -> None:
        """The file goes when the program has ended: it is in use until then."""
        self._remove.Disable()
        self._is_to_go = True
        theme.set_label(self._after, say("sum_removing", self._language), WIDTH_PX)

    def _closed(self, event: wx.CloseEvent) -> None:
        if self._is_to_go and self._remove_program is not None:
            try:
                self._remove_program()
            except OSError as error:
                self._is_to_go = False
                theme.set_label(self._after, say("sum_not_removed", self._language, file=error.filename), WIDTH_PX)
                self.Layout()
                if event.CanVeto():
                    event.Veto()
                    return
        self.Destroy()
        self._on_close()
