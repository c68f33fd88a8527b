"""The first window: one field and one button. The customer types the session number that was spoken."""

from __future__ import annotations

from collections.abc import Callable

import wx

from beistand.host.firm import Firm
from beistand.host.ui import theme
from beistand.host.ui.spoken import name_fields
from beistand.host.ui.texts import Language, say
from beistand.protocol.e2e.number import NumberError, SessionNumber, parse

WRAP_PX = 560
LOGO_PX = 56


def grouped(text: str) -> str:
    """Digits in the groups in which they are spoken: "123 456 7890"; the last group takes what is left."""
    digits = "".join(c for c in text if c.isdigit())
    head, tail = digits[:6], digits[6:]
    groups = [head[i : i + 3] for i in range(0, len(head), 3)]
    return " ".join([*groups, tail] if tail else groups)


def caret_in(wanted: str, digits_before: int) -> int:
    """Where the caret stands in a grouped text so that the same digits are left of it."""
    seen = 0
    for place, character in enumerate(wanted):
        if seen == digits_before:
            return place
        seen += character.isdigit()
    return len(wanted)


class NumberWindow(wx.Frame):
    """Asks for the number; `on_number` gets it parsed, with its check digit already verified."""

    def __init__(self, firm: Firm, language: Language, on_number: Callable[[SessionNumber], None]) -> None:
        super().__init__(None, title="Beistand", style=wx.DEFAULT_FRAME_STYLE & ~(wx.RESIZE_BORDER | wx.MAXIMIZE_BOX))
        self._firm = firm
        self._on_number = on_number
        self.language = language
        self._status_key: tuple[str, dict[str, object]] | None = None
        # After a number that did not fit: the next digit begins a new one, wherever the customer has clicked.
        self._is_refused = False
        if firm.icon:
            self.SetIcon(wx.Icon(theme.picture(firm.icon, 0)))
        self._build()
        self.Bind(wx.EVT_CHAR_HOOK, self._on_key)

    def _build(self) -> None:
        self.DestroyChildren()
        panel = wx.Panel(self)
        panel.SetBackgroundColour(theme.PAPER)
        column = wx.BoxSizer(wx.VERTICAL)
        top = wx.BoxSizer(wx.HORIZONTAL)
        title = self._firm.company or say("title", self.language)
        if self._firm.logo:
            top.Add(wx.StaticBitmap(panel, bitmap=theme.picture(self._firm.logo, LOGO_PX)), 0, wx.RIGHT, 14)
        colour = wx.Colour(*self._firm.colour)
        top.Add(theme.label(panel, title, 20, True, colour), 1, wx.ALIGN_CENTER_VERTICAL)
        self._other = theme.button(panel, say("other_language", self.language), theme.SMALL_PT)
        self._other.Bind(wx.EVT_BUTTON, self._on_other_language)
        question = say("number_question", self.language)
        column.Add(top, 0, wx.EXPAND | wx.BOTTOM, 12)
        column.Add(theme.label(panel, question, wrap=WRAP_PX), 0, wx.BOTTOM, 12)
        self.field = wx.TextCtrl(panel, style=wx.TE_CENTRE | wx.TE_PROCESS_ENTER)
        self.field.SetFont(theme.font(30, True))
        self.field.SetName(say("number_label", self.language))
        self.field.SetMaxLength(24)
        self.field.SetMinSize((WRAP_PX, 72))
        self.field.Bind(wx.EVT_TEXT_ENTER, self._on_submit)
        self.field.Bind(wx.EVT_TEXT, lambda _event: wx.CallAfter(self._regroup))
        self.field.Bind(wx.EVT_CHAR, self._on_char)
        column.Add(self.field, 0, wx.EXPAND | wx.BOTTOM, 12)
        self.connect = theme.button(panel, say("connect", self.language))
        self.connect.Bind(wx.EVT_BUTTON, self._on_submit)
        self.connect.SetDefault()
        column.Add(self.connect, 0, wx.EXPAND | wx.BOTTOM, 12)
        self.status = theme.label(panel, "", 15, colour=theme.WARNING)
        self.status.SetMinSize((WRAP_PX, 76))
        column.Add(self.status, 0, wx.EXPAND | wx.BOTTOM, 6)
        bottom = wx.BoxSizer(wx.HORIZONTAL)
        bottom.Add(theme.label(panel, self._warning(), theme.SMALL_PT, colour=theme.QUIET, wrap=430), 1)
        bottom.Add(self._other, 0, wx.ALIGN_BOTTOM)
        column.Add(bottom, 0, wx.EXPAND)
        outer = wx.BoxSizer(wx.VERTICAL)
        outer.Add(column, 1, wx.EXPAND | wx.ALL, 24)
        panel.SetSizerAndFit(outer)
        self.SetClientSize(panel.GetBestSize())
        self.field.SetFocus()

    def _warning(self) -> str:
        """Who phoned whom, and the numbers under which the firm is truly reached."""
        warning = say("scam", self.language)
        phones = ", ".join(phone.replace(" ", "\u00a0") for phone in self._firm.phones)
        return f"{warning}\n{say('our_phone', self.language, phones=phones)}" if phones else warning

    def set_status(self, key: str, **values: object) -> None:
        """Shows one sentence under the button; the field stays as it is, so that a typing error can be mended."""
        self._status_key = (key, values)
        text = say(key, self.language, **values)
        theme.set_label(self.status, text, WRAP_PX)
        self.Layout()

    def set_busy(self, is_busy: bool) -> None:
        """While a number is being tried, field and button rest."""
        self.field.Enable(not is_busy)
        self.connect.Enable(not is_busy)
        if not is_busy:
            self._is_refused = True
            self.field.SetFocus()
            self.field.SelectAll()

    def _on_char(self, event: wx.KeyEvent) -> None:
        key = event.GetUnicodeKey()
        if self._is_refused and key != wx.WXK_NONE and chr(key).isdigit():
            self.field.ChangeValue("")
        if event.GetKeyCode() not in (wx.WXK_TAB, wx.WXK_RETURN) and not event.HasAnyModifiers():
            self._is_refused = False  # any other key mends the old number
        event.Skip()

    def _regroup(self) -> None:
        """Runs after the key has been dealt with: GTK tells of a change before it moves its caret."""
        if not self.field:
            return  # the window was rebuilt in the other language meanwhile
        typed = self.field.GetValue()
        wanted = grouped(typed)
        if typed != wanted and typed.strip() and all(c.isdigit() or c.isspace() for c in typed):
            before = sum(c.isdigit() for c in typed[: self.field.GetInsertionPoint()])
            self.field.ChangeValue(wanted)
            self.field.SetInsertionPoint(caret_in(wanted, before))

    def _on_submit(self, _event: wx.CommandEvent) -> None:
        try:
            number = parse(self.field.GetValue())
        except NumberError as error:
            self.set_status(f"bad_{error.code}")
            self.field.SetFocus()
            return
        self.set_status("connecting")
        self.set_busy(True)
        self._on_number(number)

    def _on_other_language(self, _event: wx.CommandEvent) -> None:
        self.language = "en" if self.language == "de" else "de"
        typed = self.field.GetValue()
        self._build()
        self.field.ChangeValue(typed)
        if self._status_key:
            self.set_status(self._status_key[0], **self._status_key[1])
        name_fields(self)  # they are new ones

    def _on_key(self, event: wx.KeyEvent) -> None:
        if event.GetKeyCode() == wx.WXK_ESCAPE:
            self.Close()
        else:
            event.Skip()
