"""What the customer's program does with the session's events: handle(event, now) -> effects. Pure.

It holds the session table's state, the price question and the summary. The shell (app.py) carries the effects
out, in order.
"""

from __future__ import annotations

import hashlib
from typing import Any

from beistand.host.charging import Charging, Reading
from beistand.host.cleaned import clean_copy, clean_name, clean_sentence
from beistand.host.dialogue import (
    WHY_ERROR,
    Acted,
    Answered,
    Ask,
    Begin,
    Broken,
    Effect,
    Elevate,
    Elevated,
    Event,
    Finish,
    Got,
    HandMoved,
    HelperGone,
    Inject,
    LinkChanged,
    Picture,
    Proven,
    Report,
    Rights,
    Send,
    SetClipboard,
    ShowChat,
    ShowClock,
    ShowRecording,
    ShowState,
    ShowWho,
    StepDown,
    Stopped,
    Ticked,
    Withdraw,
)
from beistand.host.recording import NOT_ASKED, CustomerRecording
from beistand.protocol import identity
from beistand.protocol.e2e import messages as m
from beistand.protocol.e2e.session import Session
from beistand.protocol.errors import PeerError

__all__ = [
    "ADMINISTER",
    "CONTROL",
    "VIEW",
    "Acted",
    "Answered",
    "Ask",
    "Begin",
    "Broken",
    "Conversation",
    "Effect",
    "Elevate",
    "Elevated",
    "Event",
    "Finish",
    "Got",
    "HandMoved",
    "HelperGone",
    "Inject",
    "LinkChanged",
    "Picture",
    "Proven",
    "Report",
    "Rights",
    "Send",
    "SetClipboard",
    "ShowChat",
    "ShowClock",
    "ShowRecording",
    "ShowState",
    "ShowWho",
    "StepDown",
    "Stopped",
    "Ticked",
    "Withdraw",
]

VIEW, CONTROL, ADMINISTER = 1, 2, 3
CLOCK_SECONDS = 10.0
# What a statement can be refused for, with a sentence of its own for the customer.
IDENT_CODES = frozenset(
    {"ident_missing", "ident_forged", "ident_other", "ident_expired", "ident_passkey", "ident_roster", "ident_person"}
)


class Conversation:
    """One session from proof to end."""

    def __init__(
        self,
        root: bytes | None = None,
        company: str = "",
        may_administer: bool = False,
        demand: identity.Demand = identity.NO_DEMAND,
    ) -> None:
        """`root`, `company`, `demand`: what was put into the program, never from the wire.

        `may_administer`: this system has a level of its own for it (elsewhere its questions are ordinary windows).
        """
        self._root, self._company, self._demand = root, company, demand
        self.session = Session("host")
        self.codecs: tuple[str, ...] = ()
        self._is_interrupted = False
        self._asked: Ask | None = None
        self._began_at: float | None = None
        self._charging = Charging()
        self._recording = CustomerRecording()
        self._told_clock: tuple[Reading, float] | None = None
        self._waiting_price: m.ChargeAsk | None = None
        self._facts: list[tuple[int, str]] = []
        self._may_administer = may_administer
        self._is_beginning = False  # the customer agreed to administer; the system is being asked

    def handle(self, event: Event, now: float) -> list[Effect]:
        """Takes one event. What the technician may not send now ends the session (PeerError becomes `Finish`)."""
        if self.session.is_ended:
            return []
        try:
            match event:
                case Proven():
                    return self._proven(event)
                case Got():
                    return self._got(event.message, now)
                case Answered():
                    return self._answered(event, now)
                case Acted():
                    return self._acted(event, now)
                case Stopped():
                    bye = m.Bye(event.why, "")
                    return [Send(bye), *self._end("stop", "sum_by_customer", "", now)]
                case HandMoved():
                    return [Send(m.CustomerActive(min(event.muted_ms, 65_535)))] if self.session.level else []
                case LinkChanged():
                    return self._link_changed(event.is_lost, now)
                case Elevated():
                    return self._elevated(event, now)
                case HelperGone():
                    return self._helper_gone(now)
                case Broken():
                    return self._end("stop", event.ending, event.text, now)
                case Ticked():
                    return self._clock(now) if self.session.level else []
        except PeerError as error:
            ending = f"sum_{error.code}" if error.code in IDENT_CODES else "sum_error"
            return [Send(m.Bye(WHY_ERROR, error.sentence)), *self._end("stop", ending, error.sentence, now)]

    def _link_changed(self, is_lost: bool, now: float) -> list[Effect]:
        """Told twice when both ends lost their links: the summary names each interruption once."""
        is_news = is_lost != self._is_interrupted
        self._is_interrupted = is_lost
        if not self.session.level:
            return []
        if is_news:
            self._note("fact_interrupted" if is_lost else "fact_back", now)
        (self._charging.hold if is_lost else self._charging.let_go)("link", now)
        return self._state()

    def _proven(self, event: Proven) -> list[Effect]:
        who = identity.verify(event.ident, event.bound, self._root, self._demand)
        names = [clean_name(name) for name in (who.company, who.technician, who.domain)]
        if not all(names[:2]):
            raise PeerError("ident", "The technician's statement holds no names.")
        # The name in the program is the firm's own word; the wire's is shown only where there is none.
        return [ShowWho(clean_name(self._company) or names[0], names[1], names[2], who.trust)]

    def _got(self, message: Any, now: float) -> list[Effect]:
        session = self.session
        match message:
            case m.ConsentAsk():
                if message.level not in (VIEW, CONTROL) or (message.is_chargeable and not message.notice.strip()):
                    raise PeerError("session", "The technician asked for consent without saying for what.")
                session.handle("ask")
                return [self._ask("consent", message.level, message.is_chargeable, message.notice, message.covered_by)]
            case m.LevelAsk():
                if message.level != CONTROL or not session.can("ask_level") or self._asked:
                    return []  # deliberately lax: a question that crossed with the customer's own step
                return [self._ask("level", CONTROL, False, "", "")]
            case m.LevelDrop():
                return self._lower(2, now) if session.level >= CONTROL and session.can("drop") else []
            case m.AdministerAsk():
                return self._ask_administer(message)
            case m.AdministerDrop():
                return self._step_down(2, now) if session.level == ADMINISTER else []
            case m.Price():
                self._charging.prepare(message)
                return []
            case m.PriceLater():
                self._charging.prepare_later(message, now)
                return []
            case m.ChargeAsk():
                return self._ask_price(message, now)
            case m.ChargeTold():
                return self._price_by_phone(message, now)
            case m.RecordAsk():
                return self._ask_recording(message)
            case m.RecordStop():
                return self._recording_off(self._recording.dropped(), now)
            case m.Bye():
                return self._end("leave", "sum_by_technician", message.text, now)
            case m.Ping():
                return [Send(m.Pong(message.t))]
            case m.Pong():
                return []
            case m.Chat():
                return [ShowChat("said_technician", message.text)]
            case m.DecoderCan():
                self.codecs = tuple(entry.codec for entry in message.codecs)[:16]
                return [Picture(message)] if session.level else []
            case m.SelectMonitor() | m.KeyframeWanted() | m.FrameShown():
                return [Picture(message)] if session.level else []
            case m.Clipboard():
                if not session.may_control:
                    return []  # deliberately lax, like input that was under way when the right ended
                self._note("fact_clipboard", now)
                text = clean_copy(message.text)
                return [SetClipboard(text), Report("clipboard", {"letters": len(text)})]
        return [Inject(message)] if session.may_control else []

    def _ask(self, kind: str, level: int, is_chargeable: bool, notice: str, covered_by: str) -> Ask:
        self._asked = Ask(kind, level, is_chargeable, notice, clean_name(covered_by))
        return self._asked

    def _ask_recording(self, message: m.RecordAsk) -> list[Effect]:
        session = self.session
        if not session.level:
            raise PeerError("session", "The technician asked to record before the customer had agreed to anything.")
        ask, out = self._recording.ask(message, session.mode == "open" and not self._asked)
        if ask is None:
            return out
        self._asked = ask
        return [ask]

    def _recording_off(self, effects: list[Effect], now: float) -> list[Effect]:
        """The customer's act, or the technician's, has ended a recording; nothing happens where there was none."""
        if effects:
            self._note("fact_record_off", now)
        return [*effects, *self._recording.follow(self.session.mode == "open")]

    def _ask_price(self, message: m.ChargeAsk, now: float) -> list[Effect]:
        if not message.notice.strip():
            raise PeerError("session", "The technician asked for an order without a price.")
        if self.session.mode in ("paused", "curtain"):
            self._waiting_price = message  # it crossed with the customer's pause: asked when that ends
            return []
        self.session.handle("ask_charge")
        self._charging.hold("price", now)
        before: list[Effect] = [Withdraw()] if self._asked else []
        if self._asked is not None and self._asked.kind == "administer":
            before.append(Send(m.AdministerState(m.ADMINISTER_DECLINED, 0, "")))
        if self._asked and self._asked.kind == "record":
            before += self._recording.refuse(NOT_ASKED)
        ask = self._ask("charge", self.session.level, True, message.notice, "")
        return [*self._state(), Report("charge_asked", {"notice_sha256": _sha256(message.notice)}), *before, ask]

    def _price_by_phone(self, message: m.ChargeTold, now: float) -> list[Effect]:
        """The firm permits this way and its server keeps it; here it is shown at once, and the stop sign stands."""
        if not self.session.level or self.session.mode == "resting" or not message.notice.strip():
            raise PeerError("session", "The technician named a price where none can be agreed to.")
        self._charging.turn(message.notice, now)
        self._note("fact_charge_phone", now)
        data = {"notice_sha256": _sha256(message.notice), "said_by": clean_name(message.said_by)}
        return [ShowChat("said_price", clean_sentence(message.notice)), Report("charge_told", data), *self._clock(now)]

    def _answered(self, answer: Answered, now: float) -> list[Effect]:
        asked, self._asked = self._asked, None
        if asked is None:
            return []
        digest = hashlib.sha256(asked.notice.encode()).digest() if asked.notice else b""
        if asked.kind == "level":
            refused = m.Notice("declined", "The customer does not allow control now.")
            return self._raise(1, now) if answer.level == CONTROL else [Send(refused)]
        if asked.kind == "administer":
            return self._administer_answered(answer, now)
        if asked.kind == "charge":
            return self._charged(asked, answer, digest, now)
        if asked.kind == "record":
            return self._record_answered(answer, now)
        level = min(answer.level, asked.level)
        if asked.is_chargeable and answer.charge != 1:
            level = 0
        data = {"level": level, "charge": answer.charge, "notice": asked.notice[:2_000], "way": answer.way}
        data |= {"notice_sha256": digest.hex()}
        sent = Send(m.ConsentAnswer(level, answer.charge, digest, answer.way))
        if level == 0:
            return [sent, Report("declined", data), *self._end("decline", "sum_declined", "", now)]
        self.session.handle("allow_control" if level == CONTROL else "allow_view")
        self._began_at = now
        self._charging.begin(asked.is_chargeable, asked.notice, now)
        self._note("fact_control" if level == CONTROL else "fact_view", now)
        if answer.charge == 1:
            self._note("fact_charge_yes", now)
        return [sent, Report("consent", data), Begin(self.codecs), *self._state()]

    def _record_answered(self, answer: Answered, now: float) -> list[Effect]:
        if not answer.level:
            self._note("fact_record_no", now)
            return self._recording.refuse(answer.way)
        self._note("fact_record_on", now)
        effects = self._recording.agree(answer.way)
        # The mark stands before the technician learns of the yes.
        return [*self._recording.follow(self.session.mode == "open"), *effects]

    def _charged(self, asked: Ask, answer: Answered, digest: bytes, now: float) -> list[Effect]:
        is_yes = answer.charge == 1
        data = {"notice": asked.notice[:2_000], "notice_sha256": digest.hex(), "is_yes": is_yes, "way": answer.way}
        out: list[Effect] = [Send(m.ChargeAnswer(is_yes, digest, answer.way)), Report("charge_answered", data)]
        self._note("fact_charge_yes" if is_yes else "fact_charge_no", now)
        self.session.handle("charge_yes" if is_yes else "charge_no")
        self._charging.let_go("price", now)
        if is_yes:
            self._charging.turn(asked.notice, now)
        return [*out, *self._state()]

    def _clock(self, now: float) -> list[Effect]:
        """Shows the reading; the other end counts by itself and is told when something else changes."""
        reading = self._charging.reading(now)
        out: list[Effect] = [ShowClock(reading)]
        if self._told_clock is not None:
            told, at = self._told_clock
            is_same = _flags(told) == _flags(reading) and now - at < CLOCK_SECONDS
            if is_same and (told.is_counting or told.seconds == reading.seconds):
                return out
        self._told_clock = (reading, now)
        return [*out, Send(reading.message())]

    def _acted(self, event: Acted, now: float) -> list[Effect]:
        act, session = event.act, self.session
        if act == "chat":
            text = event.text[:1_000]
            return [Send(m.Chat(text)), ShowChat("said_you", text)] if session.level else []
        if act == "stop_recording":
            return self._recording_off(self._recording.stop(), now)
        if act == "clipboard":
            return self._send_copied(event.text, now)
        if act == "take_back":
            return self._lower(1, now) if session.level >= CONTROL else []
        if act == "step_down":
            return self._step_down(1, now) if session.level == ADMINISTER else []
        if act == "give_control":
            return self._raise(1, now) if session.can("raise") and session.level == VIEW else []
        if not session.can(act):
            return []  # the button was pressed while the state changed under it
        session.handle(act)
        facts = {"pause": "fact_paused", "go_on": "fact_resumed"}
        facts |= {"curtain": "fact_curtain_on", "curtain_off": "fact_curtain_off"}
        self._note(facts[act], now)
        if act in ("pause", "go_on"):
            (self._charging.hold if act == "pause" else self._charging.let_go)("pause", now)
        is_on = act in ("pause", "curtain")
        message = m.Paused(is_on) if act in ("pause", "go_on") else m.Curtain(is_on)
        out = [*self._state(), Send(message), Report(act)]
        if self.session.mode == "open" and self._waiting_price is not None:
            price, self._waiting_price = self._waiting_price, None
            out += self._ask_price(price, now)
        return out

    def _send_copied(self, copied: str, now: float) -> list[Effect]:
        """What the customer copied, each time by their own button; nothing of it is kept but its length."""
        text = clean_copy(copied)
        if not self.session.level:
            return []
        self._note("fact_clipboard_sent", now)
        told = Report("clipboard_sent", {"letters": len(text)})
        return [Send(m.Clipboard(text)), told, ShowChat("said_copied", str(len(text)))]

    def _raise(self, by: int, now: float) -> list[Effect]:
        if not self.session.can("raise"):
            return []
        self.session.handle("raise")
        self._note("fact_control", now)
        return [Send(m.LevelChanged(CONTROL, by)), Report("level", {"level": CONTROL}), *self._state()]

    def _lower(self, by: int, now: float) -> list[Effect]:
        helper = self._helper_ends(now)
        self.session.handle("lower" if by == 1 else "drop")
        self._note("fact_view_back", now)
        return [*helper, *self._state(), Send(m.LevelChanged(VIEW, by)), Report("level", {"level": VIEW})]

    # the level administer: the customer's yes, then the system's own question, then the helper stands

    def _ask_administer(self, message: m.AdministerAsk) -> list[Effect]:
        if not self.session.can("ask_administer") or self._asked or self._is_beginning:
            return []  # deliberately lax: a question that crossed with the customer's own step
        if not self._may_administer:
            return [Send(m.AdministerState(m.ADMINISTER_NOT_NEEDED, 0, ""))]
        reason = clean_sentence(message.reason)
        return [Report("administer_asked", {"reason": reason}), self._ask("administer", ADMINISTER, False, reason, "")]

    def _administer_answered(self, answer: Answered, now: float) -> list[Effect]:
        if answer.level != ADMINISTER:
            self._note("fact_administer_no", now)
            return [Send(m.AdministerState(m.ADMINISTER_DECLINED, 1, "")), Report("administer_declined")]
        self._is_beginning = True
        self._note("fact_administer_yes", now)
        asks = Send(m.AdministerState(m.ADMINISTER_SYSTEM_ASKS, 1, ""))
        return [asks, Report("administer_allowed", {"way": answer.way}), Elevate()]

    def _elevated(self, event: Elevated, now: float) -> list[Effect]:
        if not self._is_beginning:  # the right was taken back while the system asked
            return [] if event.problem else [StepDown()]
        self._is_beginning = False
        if event.problem:
            self._note("fact_administer_failed", now)
            failed = Send(m.AdministerState(m.ADMINISTER_FAILED, 0, event.problem))
            return [failed, Report("administer_failed", {"why": event.problem})]
        self.session.handle("elevate")
        self._note("fact_administer_on", now)
        told: list[Effect] = [Send(m.AdministerState(m.ADMINISTER_ON, 1, ""))]
        return [*told, Report("administer_on", {"names": "\n".join(event.made)[:2_000]}), *self._state()]

    def _step_down(self, by: int, now: float) -> list[Effect]:
        helper = self._helper_ends(now)
        self.session.handle("lower_to_control" if by == 1 else "drop_to_control")
        return [*helper, *self._state(), Send(m.AdministerState(m.ADMINISTER_OFF, by, ""))]

    def _helper_ends(self, now: float) -> list[Effect]:
        """What the end of the level means, or of its beginning; nothing if there is none."""
        was_on, was_beginning, self._is_beginning = self.session.level == ADMINISTER, self._is_beginning, False
        if was_on:
            self._note("fact_administer_off", now)
            return [StepDown(), Report("administer_off")]
        return [StepDown(), Report("administer_failed", {"why": "cancelled"})] if was_beginning else []

    def _helper_gone(self, now: float) -> list[Effect]:
        """Somebody ended it in the task manager, which means: stop."""
        if self.session.level != ADMINISTER:
            return []
        return [Send(m.Bye(WHY_ERROR, "")), *self._end("stop", "sum_helper_gone", "", now)]

    def _state(self) -> list[Effect]:
        session = self.session
        shown = ShowState(session.mode, session.level, self._is_interrupted)
        return [Rights(session.level, session.mode), shown, *self._recording.follow(session.mode == "open")]

    def _end(self, event: str, ending: str, text: str, now: float) -> list[Effect]:
        by = "technician" if event == "leave" else "customer"
        helper = self._helper_ends(now)
        had_session = self._began_at is not None
        duration = int(now - self._began_at) if self._began_at is not None else 0
        self.session.handle(event)
        self._charging.end(now)
        recorded = self._recording.end()
        if recorded:
            self._note("fact_record_off", now)
        if had_session:
            self._note("fact_ended", now)
        self._asked = None
        reading = self._charging.reading(now)
        out: list[Effect] = [*helper, Rights(0, "ended"), Withdraw(), *recorded]
        if event != "leave":
            out.append(Report("ended", {"by": by, "why": ending}))
        return [*out, Finish(ending, clean_sentence(text), tuple(self._facts), duration, reading)]

    @property
    def facts(self) -> list[tuple[int, str]]:
        """What this program knows for sure to have happened: (seconds since the yes, text key), oldest first."""
        return list(self._facts)

    def _note(self, key: str, now: float) -> None:
        if self._began_at is not None:
            self._facts.append((int(now - self._began_at), key))


def _flags(reading: Reading) -> tuple[object, ...]:
    return reading.is_counting, reading.is_chargeable, reading.cents


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
