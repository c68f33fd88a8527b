"""Asks for the user name and password of a company's proxy, which nothing can reach the internet without."""

from __future__ import annotations

from collections.abc import Callable

import wx

from beistand.host.ui import theme
from beistand.host.ui.texts import Language, say
from beistand.transport.proxy import Credentials

WIDTH_PX = 520


class ProxyWindow(wx.Frame):
    """`on_answer` gets what was typed; closing the window answers nothing. What is typed is kept in memory alone."""

    def __init__(self, language: Language, on_answer: Callable[[Credentials], None]) -> None:
        style = (wx.CAPTION | wx.CLOSE_BOX | wx.STAY_ON_TOP) & ~wx.RESIZE_BORDER
        super().__init__(None, title=say("proxy_title", language), style=style)
        self._on_answer = on_answer
        panel = wx.Panel(self)
        panel.SetBackgroundColour(theme.PAPER)
        column = wx.BoxSizer(wx.VERTICAL)
        column.Add(theme.label(panel, say("proxy_ask", language), 15, wrap=WIDTH_PX), 0, wx.BOTTOM, 14)
        self._user = self._field(panel, column, say("proxy_user", language), 0)
        self._password = self._field(panel, column, say("proxy_secret", language), wx.TE_PASSWORD)
        go = theme.button(panel, say("connect", language))
        go.Bind(wx.EVT_BUTTON, lambda _event: self._answer())
        go.SetDefault()
        column.Add(go, 0, wx.EXPAND | wx.TOP, 8)
        outer = wx.BoxSizer(wx.VERTICAL)
        outer.Add(column, 1, wx.EXPAND | wx.ALL, 24)
        panel.SetSizerAndFit(outer)
        self.SetClientSize(panel.GetBestSize())
        self.CentreOnScreen()
        self._user.SetFocus()

    def _field(self, panel: wx.Panel, column: wx.BoxSizer, name: str, style: int) -> wx.TextCtrl:
        column.Add(theme.label(panel, name, 14), 0, wx.BOTTOM, 4)
        field = wx.TextCtrl(panel, style=style | wx.TE_PROCESS_ENTER, size=(WIDTH_PX, -1))
        field.SetFont(theme.font())
        field.SetName(name)
        field.SetMaxLength(200)
        field.Bind(wx.EVT_TEXT_ENTER, lambda _event: self._answer())
        column.Add(field, 0, wx.EXPAND | wx.BOTTOM, 10)
        return field

    def _answer(self) -> None:
        typed = Credentials(self._user.GetValue(), self._password.GetValue())
        if typed.user:
            self.Destroy()
            self._on_answer(typed)
