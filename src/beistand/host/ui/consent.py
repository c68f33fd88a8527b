"""The consent sheet: who asks, for what, at which price. Its default is "no"; injected input cannot press it.

One sheet serves the questions of a session: the first consent, a step up to control, another to administering, work
that turns chargeable, and a recording.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import wx

from beistand.host.ui import theme
from beistand.host.ui.texts import Language, say
from beistand.protocol.identity import BY_FIRM, BY_PERSON, NOT_VERIFIED

WRAP_PX = 640
VALUE_WRAP_PX = 460
# What is proven about who asks, in plain words.
PROVEN = {
    NOT_VERIFIED: ("not_verified", theme.WARNING),
    BY_FIRM: ("verified_by_firm", theme.GOOD),
    BY_PERSON: ("verified_by_person", theme.GOOD),
}
# The buttons wake after a moment, so that a click meant for another window cannot agree (security.md section 3).
WAKE_MS = 700


@dataclass(frozen=True)
class Asking:
    """Who asks. Names are printable and at most 60 characters; `trust`: how far the pinned key covers them."""

    company: str
    technician: str
    domain: str
    host_name: str
    trust: str = NOT_VERIFIED


@dataclass(frozen=True)
class Question:
    """`kind` is "consent", "level", "administer", "charge" or "record"; `level` 1 view, 2 control, 3 administer.

    `notice` is the exact price text; for "administer" the technician's reason. `days`: how long a recording is kept.
    """

    kind: str
    level: int
    is_chargeable: bool
    notice: str
    covered_by: str
    days: int = 0


@dataclass(frozen=True)
class Answer:
    """`level` 0 means declined; `charge` 0 not asked, 1 yes, 2 no; `way` 1 pointer, 2 keyboard."""

    level: int
    charge: int
    way: int


class ConsentSheet(wx.Frame):
    """Shows a question until it is answered or withdrawn. `was_real()`: the last press came from a real device."""

    def __init__(
        self,
        asking: Asking,
        question: Question,
        language: Language,
        was_real: Callable[[], bool],
        on_answer: Callable[[Answer], None],
    ) -> None:
        style = (wx.CAPTION | wx.STAY_ON_TOP | wx.CLOSE_BOX) & ~wx.RESIZE_BORDER
        super().__init__(None, title=say("title", language), style=style)
        self._question = question
        self._was_real = was_real
        self._on_answer = on_answer
        self._by_key = False
        self._is_answered = False
        panel = wx.Panel(self)
        panel.SetBackgroundColour(theme.PAPER)
        column = wx.BoxSizer(wx.VERTICAL)
        self._add_words(panel, column, asking, question, language)
        self._add_buttons(panel, column, question, language)
        outer = wx.BoxSizer(wx.VERTICAL)
        outer.Add(column, 1, wx.EXPAND | wx.ALL, 24)
        panel.SetSizerAndFit(outer)
        self.SetClientSize(panel.GetBestSize())
        self.CentreOnScreen()
        self.Bind(wx.EVT_CHAR_HOOK, self._on_key)
        self.Bind(wx.EVT_CLOSE, lambda _event: self._answer(Answer(0, self._charge(False), self._way())))
        self._no.SetFocus()
        wx.CallLater(WAKE_MS, self._wake)

    def _add_words(
        self, panel: wx.Panel, column: wx.BoxSizer, asking: Asking, question: Question, language: Language
    ) -> None:
        if question.kind == "consent":
            text = say("consent_phone", language, company=asking.company)
            column.Add(theme.label(panel, text, 22, True, theme.WARNING, WRAP_PX), 0, wx.BOTTOM, 14)
            key = "consent_ask_control" if question.level == 2 else "consent_ask_view"
        elif question.kind == "administer":
            head = say("administer_head", language)
            column.Add(theme.label(panel, head, 22, True, theme.WARNING, WRAP_PX), 0, wx.BOTTOM, 14)
            key = "administer_ask"
        else:
            key = {"level": "level_ask", "record": "record_ask"}.get(question.kind, "charge_ask")
        text = say(key, language, technician=asking.technician, company=asking.company)
        column.Add(theme.label(panel, text, wrap=WRAP_PX), 0, wx.BOTTOM, 14)
        grid = wx.FlexGridSizer(2, 8, 18)
        rows = [("company", asking.company), ("technician", asking.technician)]
        rows += [("domain", asking.domain), ("host", asking.host_name)]
        if question.kind == "administer" and question.notice:
            rows.append(("administer_reason", question.notice))
        for name, value in rows:
            grid.Add(theme.label(panel, say(name, language), 15, colour=theme.QUIET))
            grid.Add(theme.label(panel, value, 15, True, wrap=VALUE_WRAP_PX))
        column.Add(grid, 0, wx.BOTTOM, 8)
        key, colour = PROVEN[asking.trust]
        proven = say(key, language, technician=asking.technician)
        column.Add(theme.label(panel, proven, 14, colour=colour, wrap=WRAP_PX), 0, wx.BOTTOM, 14)
        if question.kind == "administer":
            column.Add(theme.label(panel, say("administer_end", language), 15, wrap=WRAP_PX), 0, wx.BOTTOM, 14)
        elif question.kind == "record":
            kept = say("record_kept", language, company=asking.company, days=question.days)
            column.Add(theme.label(panel, kept, 15, True, wrap=WRAP_PX), 0, wx.BOTTOM, 14)
        elif question.kind != "level":
            column.Add(self._price(panel, question, language), 0, wx.EXPAND | wx.BOTTOM, 14)
        if question.kind in ("charge", "record"):
            choice = say(f"{question.kind}_choice", language)
            column.Add(theme.label(panel, choice, 15, wrap=WRAP_PX), 0, wx.BOTTOM, 14)
        hint = say("stop_hint", language)
        column.Add(theme.label(panel, hint, theme.SMALL_PT, colour=theme.QUIET, wrap=WRAP_PX), 0, wx.BOTTOM, 16)

    def _price(self, panel: wx.Panel, question: Question, language: Language) -> wx.Sizer:
        row = wx.BoxSizer(wx.HORIZONTAL)
        if question.is_chargeable:
            return self._price_card(panel, question.notice)
        if question.covered_by:
            text, colour = say("covered", language, covered_by=question.covered_by), theme.INK
        else:
            text, colour = say("free", language), theme.INK
        row.Add(theme.label(panel, text, 16, False, colour, WRAP_PX), 1)
        return row

    def _price_card(self, panel: wx.Panel, notice: str) -> wx.Sizer:
        """The exact words of the price in a frame of their own, so that nobody reads past them."""
        edge = wx.Panel(panel)
        edge.SetBackgroundColour(theme.WARNING)
        sheet = wx.Panel(edge)
        sheet.SetBackgroundColour(theme.PRICE_GROUND)
        words = wx.BoxSizer(wx.VERTICAL)
        words.Add(theme.label(sheet, notice, 16, True, theme.INK, WRAP_PX - 44), 1, wx.EXPAND | wx.ALL, 14)
        sheet.SetSizer(words)
        frame = wx.BoxSizer(wx.VERTICAL)
        frame.Add(sheet, 1, wx.EXPAND | wx.LEFT, 6)
        edge.SetSizer(frame)
        row = wx.BoxSizer(wx.HORIZONTAL)
        row.Add(edge, 1, wx.EXPAND)
        return row

    def _add_buttons(self, panel: wx.Panel, column: wx.BoxSizer, question: Question, language: Language) -> None:
        self._sleeping: list[wx.Button] = []
        is_record = question.kind == "record"
        yes = "record_yes" if is_record else "order" if question.is_chargeable else "allow"
        yes = "administer_allow" if question.kind == "administer" else yes
        choices = [(yes, question.level or 1)]
        if question.kind == "consent" and question.level == 2 and not question.is_chargeable:
            choices.append(("view_only", 1))
        row = wx.BoxSizer(wx.HORIZONTAL)
        for key, level in choices:
            control = theme.button(panel, say(key, language))
            control.Bind(wx.EVT_BUTTON, lambda _event, chosen=level: self._agree(chosen))
            control.Disable()
            self._sleeping.append(control)
            row.Add(control, 0, wx.RIGHT, 12)
        row.AddStretchSpacer()
        self._no = theme.button(panel, say("record_no" if is_record else "decline", language))
        self._no.Bind(wx.EVT_BUTTON, lambda _event: self._answer(Answer(0, self._charge(False), self._way())))
        self._no.SetDefault()
        row.Add(self._no, 0)
        column.Add(row, 0, wx.EXPAND)

    def _wake(self) -> None:
        if self:
            for control in self._sleeping:
                control.Enable()

    def _way(self) -> int:
        return 2 if self._by_key else 1

    def _charge(self, is_yes: bool) -> int:
        if not self._question.is_chargeable:
            return 0
        return 1 if is_yes else 2

    def _agree(self, level: int) -> None:
        # The customer's yes must come from the customer's hand (security.md S25).
        if self._was_real():
            self._answer(Answer(level, self._charge(True), self._way()))

    def _answer(self, answer: Answer) -> None:
        if not self._is_answered:
            self._is_answered = True
            self.Destroy()
            self._on_answer(answer)

    def withdraw(self) -> None:
        """Closes the sheet without an answer, because the session ended meanwhile."""
        if not self._is_answered:
            self._is_answered = True
            self.Destroy()

    def _on_key(self, event: wx.KeyEvent) -> None:
        self._by_key = event.GetKeyCode() in (wx.WXK_RETURN, wx.WXK_SPACE, wx.WXK_NUMPAD_ENTER, wx.WXK_ESCAPE)
        if event.GetKeyCode() == wx.WXK_ESCAPE:
            self._answer(Answer(0, self._charge(False), 2))
            return
        event.Skip()
