"""The main thread's side of the program: opens and closes the windows as the session tells. Holds no rule.

Every method that begins with `show` or `ask` may be called from any thread; the work happens in wx's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import wx

from beistand.host.charging import Reading
from beistand.host.firm import Firm
from beistand.host.ui.clipboard import LentClipboard
from beistand.host.ui.clock import panel_line
from beistand.host.ui.consent import Answer, Asking, ConsentSheet, Question
from beistand.host.ui.number import NumberWindow
from beistand.host.ui.panel import SessionPanel
from beistand.host.ui.proxy import ProxyWindow
from beistand.host.ui.spoken import name_fields
from beistand.host.ui.summary import Summary, SummarySheet
from beistand.host.ui.texts import Language
from beistand.protocol.e2e.number import SessionNumber
from beistand.transport.proxy import Credentials


@dataclass(frozen=True)
class Told:
    """What the windows report back; all called in wx's thread and must return at once."""

    number: Callable[[SessionNumber, Language], None]
    answer: Callable[[Answer], None]
    act: Callable[[str, str], None]
    leave: Callable[[], None]


class Windows:
    """Owns every window but the stop sign."""

    def __init__(
        self, firm: Firm, language: Language, was_real: Callable[[], bool], told: Told, hide: Callable[[int], None]
    ) -> None:
        """`hide(native window)` keeps a window out of the picture: the customer decides unwatched."""
        self._was_real, self._told, self._hide = was_real, told, hide
        self._number: NumberWindow | None = NumberWindow(firm, language, self._typed)
        self._number.Bind(wx.EVT_CLOSE, self._leaving)
        self._number.CentreOnScreen()
        self._number.Show()
        name_fields(self._number)
        self._sheet: ConsentSheet | None = None
        self._panel: SessionPanel | None = None
        self._last: SummarySheet | None = None
        self._clipboard = LentClipboard()
        self.language = language

    def _typed(self, number: SessionNumber) -> None:
        if self._number is not None:
            self.language = self._number.language
        self._told.number(number, self.language)

    def _leaving(self, event: wx.CloseEvent) -> None:
        self._told.leave()
        event.Skip()

    def show_status(self, key: str, is_busy: bool, **values: object) -> None:
        """One sentence in the number window."""

        def show() -> None:
            if self._number is not None:
                self._number.set_busy(is_busy)
                self._number.set_status(key, **values)

        wx.CallAfter(show)

    def ask_proxy(self, on_answer: Callable[[Credentials], None]) -> None:
        """Asks for the proxy's password; `on_answer` is called in wx's thread, or never."""
        wx.CallAfter(lambda: ProxyWindow(self.language, on_answer).Show())

    def ask(self, asking: Asking, question: Question) -> None:
        """Opens the consent sheet."""

        def show() -> None:
            if self._number is not None:
                self._number.Hide()
            self._sheet = ConsentSheet(asking, question, self.language, self._was_real, self._answered)
            self._sheet.Show()
            self._sheet.Raise()
            self._hide(self._sheet.GetHandle())

        wx.CallAfter(show)

    def _answered(self, answer: Answer) -> None:
        self._sheet = None
        self._told.answer(answer)

    def withdraw(self) -> None:
        """Closes an open question without an answer."""

        def close() -> None:
            if self._sheet is not None:
                self._sheet.withdraw()
                self._sheet = None

        wx.CallAfter(close)

    def show_panel(self, technician: str) -> None:
        """Opens the session panel."""

        def show() -> None:
            self._panel = SessionPanel(self.language, technician, self._was_real, self._act)
            self._panel.ShowWithoutActivating()
            name_fields(self._panel)

        wx.CallAfter(show)

    def _act(self, act: str, text: str) -> None:
        """The panel's buttons; what the customer copied is read at the very moment it is to be sent."""
        if act == "clipboard":
            text = self._clipboard.text()
            if not text.strip():
                self.show_chat("nothing_copied", "")
                return
        self._told.act(act, text)

    def show_state(self, mode: str, level: int, is_muted: bool, is_interrupted: bool) -> None:
        """Words and buttons of the panel."""
        self._on_panel(lambda panel: panel.show_state(mode, level, is_muted, is_interrupted))

    def show_clock(self, reading: Reading) -> None:
        """The panel's clock."""
        text = panel_line(reading, self.language)
        self._on_panel(lambda panel: panel.show_clock(text, reading.is_chargeable))

    def show_recording(self, state: str) -> None:
        """The panel's mark of a recording: "off", "on" or "resting"."""
        self._on_panel(lambda panel: panel.show_recording(state))

    def show_chat(self, key: str, text: str) -> None:
        """A chat line in the panel."""
        self._on_panel(lambda panel: panel.said(key, text))

    def show_doings(self, facts: Sequence[tuple[int, str]]) -> None:
        """What has happened so far, in the panel: (seconds, text key)."""
        self._on_panel(lambda panel: panel.show_doings(facts))

    def show_receipt(self, text: str | None, address: str) -> None:
        """The receipt's file (None: it did not come) on the last sheet."""

        def show() -> None:
            if self._last:
                self._last.show_receipt(text, address)

        wx.CallAfter(show)

    def _on_panel(self, change: Callable[[SessionPanel], None]) -> None:
        def do() -> None:
            if self._panel is not None:
                change(self._panel)

        wx.CallAfter(do)

    def set_clipboard(self, text: str) -> None:
        """Puts text into the customer's clipboard; their own content comes back at the end."""
        wx.CallAfter(self._clipboard.put, text)

    def show_summary(self, summary: Summary, remove_program: Callable[[], None] | None = None) -> None:
        """Closes everything else and shows the last sheet; `remove_program` deletes the program's own file."""

        def show() -> None:
            if self._panel is not None:
                self._panel.Destroy()
                self._panel = None
            self._clipboard.give_back()
            self._last = SummarySheet(summary, self.language, self._told.leave, remove_program)
            self._last.Show()
            name_fields(self._last)
            if self._number is not None:
                self._number.Destroy()
                self._number = None

        wx.CallAfter(show)
