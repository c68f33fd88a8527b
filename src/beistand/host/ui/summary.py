"""The last sheet: how long, with whom, what was allowed, what happened, what was made and removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import wx

from beistand.host.charging import Reading
from beistand.host.ui import theme
from beistand.host.ui.clock import line
from beistand.host.ui.texts import Language, say

WIDTH_PX = 620
RECEIPT_LINES_PX = 50


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
    reading: Reading


def lines(summary: Summary, language: Language) -> list[str]:
    """The report as plain lines, for the sheet and for "copy"."""
    minutes, seconds = divmod(summary.duration_seconds, 60)
    out = [
        say(summary.ending, language, text=summary.ending_text),
        say("sum_who", language, technician=summary.technician, company=summary.company),
        say("sum_duration", language, minutes=minutes, seconds=seconds),
    ]
    if summary.duration_seconds:
        out.append(say("sum_charge", language, clock=line(summary.reading, language)))
        out += [say("sum_charge_note", language)] if summary.reading.is_chargeable else []
    out += ["", say("sum_done", language) + ":"]
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
        self._language, self._remove_program = language, remove_program
        self._after = theme.label(panel, after, 15, wrap=WIDTH_PX)
        column.Add(self._after, 0, wx.BOTTOM, 12)
        self._add_receipt(panel, column, language)
        buttons = wx.BoxSizer(wx.HORIZONTAL)
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

    def _add_receipt(self, panel: wx.Panel, column: wx.BoxSizer, language: Language) -> None:
        row = wx.BoxSizer(wx.HORIZONTAL)
        self._receipt_state = theme.label(panel, say("receipt_coming", language), 15, wrap=WIDTH_PX)
        self._receipt_state.SetMinSize((WIDTH_PX, RECEIPT_LINES_PX))  # for the longer sentences that follow
        column.Add(self._receipt_state, 0, wx.EXPAND | wx.BOTTOM, 6)
        self._receipt, self._address = "", ""
        self._receipt_buttons: list[wx.Button] = []
        for key, act in (("receipt_save", self._save), ("receipt_show", self._show)):
            control = theme.button(panel, say(key, language), 15)
            control.Bind(wx.EVT_BUTTON, lambda _event, act=act: act())
            control.Disable()
            self._receipt_buttons.append(control)
            row.Add(control, 0, wx.RIGHT, 12)
        column.Add(row, 0, wx.BOTTOM, 14)

    def show_receipt(self, text: str | None, address: str) -> None:
        """The receipt is there and proves itself; None: it did not come."""
        key = "receipt_here" if text else "receipt_missing"
        theme.set_label(self._receipt_state, say(key, self._language), WIDTH_PX)
        self._receipt, self._address = text or "", address
        for control in self._receipt_buttons:
            control.Enable(bool(text))
        self.Layout()

    def _save(self) -> None:
        """Where the customer wants it; only the customer's hand opens this, because the session is over."""
        style = wx.FD_SAVE | wx.FD_OVERWRITE_PROMPT
        name = say("receipt_name", self._language)
        with wx.FileDialog(self, say("receipt_save", self._language), defaultFile=name, style=style) as dialog:
            if dialog.ShowModal() != wx.ID_OK:
                return
            path = dialog.GetPath()
        try:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(self._receipt)
            said = say("receipt_saved", self._language, file=path)
        except OSError:
            said = say("receipt_not_saved", self._language, file=path)
        theme.set_label(self._receipt_state, said, WIDTH_PX)
        self.Layout()

    def _show(self) -> None:
        if not wx.LaunchDefaultBrowser(self._address):
            theme.set_label(self._receipt_state, self._address, WIDTH_PX)
            self.Layout()

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
