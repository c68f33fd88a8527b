"""The driver of the customer's program: link events and the customer's acts go into `Conversation`, effects come out.

Threads: wx (windows), "session" (asyncio: link, peer and conversation), "picture" (media), "input" (acting), the
watcher of the customer's hand, and the listener of the stop sign; stop passes through the listener's alone, see
`_stop_now`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from beistand.billing.price_card import money
from beistand.host import conversation as c
from beistand.host import receipt
from beistand.host.acting import Actor
from beistand.host.administering import Administering
from beistand.host.charging import Reading
from beistand.host.control.arbiter import Arbiter, Hindrance, Verdict
from beistand.host.control.gate import Gate
from beistand.host.firm import Firm
from beistand.host.ports import LocalActivity, Platform, PlatformError, Unpacked
from beistand.host.showing import Showing, Ways
from beistand.host.stop_link import StopLink
from beistand.host.ui.consent import Answer, Asking, Question
from beistand.host.ui.summary import Summary
from beistand.host.ui.texts import Language, say
from beistand.host.windows import Told, Windows
from beistand.protocol import rendezvous as r
from beistand.protocol.e2e import messages as m
from beistand.protocol.e2e.keys import channel_identifier
from beistand.protocol.e2e.number import SessionNumber
from beistand.protocol.e2e.peer import Confirmed, CustomerPeer, Got, Outgoing
from beistand.protocol.errors import PeerError
from beistand.protocol.identity import Bound
from beistand.transport.link import LinkFailed
from beistand.transport.network import Network
from beistand.transport.proxy import Credentials
from beistand.transport.relay_link import RelayLink

MUTE_REPORT_SECONDS = 0.5
FLUSH_SECONDS = 0.03
BYE_SECONDS = 1.0
ABANDON_SECONDS = 0.4
HINDRANCES = {"paused": Hindrance.PAUSE, "curtain": Hindrance.CURTAIN, "resting": Hindrance.RESTING}


class App:
    """One run of the program: one window, at most one session."""

    def __init__(
        self, firm: Firm, language: Language, platform: Platform, quit_: Callable[[], None], own: Unpacked | None = None
    ) -> None:
        """`own` are the one-file program's traces, if this is one. Raises PlatformError."""
        self._server = firm.server.rstrip("/")
        self._platform, self._quit, self._own = platform, quit_, own
        self._activity: LocalActivity = platform.activity()
        self._loop = asyncio.new_event_loop()
        told = Told(self._on_number, self._on_answer, self._on_act, self._on_leave)
        self._windows = Windows(firm, language, self._activity.last_press_was_real, told, platform.hide_from_capture)
        self._network = Network(platform.network())
        self._firm, self._organisation = firm, ""
        self._administering = Administering(platform.elevation(), self._post)
        self._conversation = self._new_conversation()
        self._number: SessionNumber | None = None
        self._link: RelayLink | None = None
        self._peer: CustomerPeer | None = None
        self._asking = Asking("", "", "", platform.host_name())
        self._gate: Gate | None = None
        self._actor: Actor | None = None
        self._showing: Showing | None = None
        self._stop = StopLink(os.getpid(), language, self._stop_now, self._sign_stands)
        self._shown = c.ShowState("open", 0, False)
        self._told_hand_at = 0.0
        self._told_facts = 0
        self._receipt: receipt.Wish | None = None
        self._is_over = False
        self._activity.start(self._on_hand)
        threading.Thread(target=self._run_loop, name="session", daemon=True).start()

    def _new_conversation(self) -> c.Conversation:
        may_administer = self._administering.is_possible
        firm = self._firm
        return c.Conversation(firm.pinned_root(), firm.company, may_administer, firm.demand())

    # the session thread ------------------------------------------------------------------------------------------

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _post(self, event: c.Event) -> None:
        """Hands an event to the session thread; from any thread."""
        self._loop.call_soon_threadsafe(self._handle, event)

    def _handle(self, event: c.Event) -> None:
        for effect in self._conversation.handle(event, time.monotonic()):
            self._do(effect)
        known = self._conversation.facts
        if len(known) > self._told_facts:
            self._told_facts = len(known)
            self._windows.show_doings(known)

    # windows and stop sign ---------------------------------------------------------------------------------------

    def _on_number(self, number: SessionNumber, _language: Language) -> None:
        if self._platform.claim_session():
            self._loop.call_soon_threadsafe(self._begin_link, number)
        else:
            self._windows.show_status("second_copy", False)

    def _on_answer(self, answer: Answer) -> None:
        self._post(c.Answered(answer.level, answer.charge, answer.way))

    def _on_act(self, act: str, text: str) -> None:
        if act in ("pause", "curtain") and self._showing is not None:
            self._showing.set_active(False)  # before the window has even changed its words
        self._post(c.Acted(act, text))

    def _on_leave(self) -> None:
        """The customer closed the number window or the last sheet: the program ends."""
        self._stop_now("closed")
        self._loop.call_soon_threadsafe(self._end_program)

    def _stop_now(self, _why: str) -> None:
        """Helper and injection dead and every held key lifted, then capture, then the rest: synchronous, no network."""
        self._administering.end()
        if self._gate is not None:
            self._gate.stop(lambda: self._stop.tell("harmless"))
        if self._showing is not None:
            self._showing.stop()
        self._post(c.Stopped())

    def abandon(self) -> None:
        """The outer process of the one-file program is gone: the session ends as by the stop sign, then the program.

        From any thread. The bye has `ABANDON_SECONDS` to leave; nothing waits for windows or network beyond that.
        """
        self._stop_now("outer process ended")
        if self._peer is not None:
            time.sleep(ABANDON_SECONDS)
        # As the task manager does it: an orderly exit lets each library say goodbye, which took longer than a second.
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)

    def _on_hand(self, when: float) -> None:
        """The customer's own hand, for each of its movements; runs in the watcher's thread."""
        gate = self._gate
        if gate is None:
            return
        gate.customer_acted(when)
        if when - self._told_hand_at >= MUTE_REPORT_SECONDS:
            self._told_hand_at = when
            self._post(c.HandMoved(int(gate.muted_seconds() * 1000)))
            self._loop.call_soon_threadsafe(self._show)

    # link ----------------------------------------------------------------------------------------------------------

    def _begin_link(self, number: SessionNumber) -> None:
        self._number = number
        self._conversation = self._new_conversation()
        self._told_facts = 0
        self._link = RelayLink(
            self._server, self._on_frame, self._on_stream, self._on_lost, self._on_failed, self._network
        )
        self._link.start(self._loop, r.Join(r.VERSION, number.nameplate, self._windows.language))

    def _on_frame(self, frame: r.RendezvousFrame) -> None:
        match frame:
            case r.Joined() if self._peer is None:
                self._joined(frame)
            case r.Joined():
                self._back()
            case r.Peer(state="joined"):
                self._prove()
            case r.Peer(state="left"):
                self._peer_left()
            case r.Peer():
                self._back()
            case r.Refused() | r.Closed():
                self._room_gone(frame.code)
            case _:
                pass  # a frame for the technician's end means nothing here

    def _joined(self, frame: r.Joined) -> None:
        if self._number is None:
            return
        self._organisation = frame.organisation
        # The server's origin comes from this program, never from the wire (security.md S8).
        ci = channel_identifier(self._server, frame.organisation, self._number.nameplate)
        info = f'{{"version":"{r.VERSION}","system":"{self._platform.name}"}}'.encode()
        self._peer = CustomerPeer(self._number.secret, ci, info, os.urandom)
        self._windows.show_status("proving", True)

    def _prove(self) -> None:
        if self._peer is not None and not self._peer.is_confirmed and self._link is not None:
            self._link.send_stream(self._peer.start())

    def _on_stream(self, data: bytes) -> None:
        if self._peer is None or self._link is None:
            return
        try:
            events = self._peer.receive(data)
        except PeerError as error:
            self._broken(error)
            return
        if self._peer.is_confirmed and not self._peer.is_waiting:
            self._rest(False)
        for event in events:
            match event:
                case Outgoing():
                    self._link.send_stream(event.data)
                case Confirmed():
                    self._confirmed(event)
                case Got():
                    self._handle(c.Got(event.message))
        self._loop.call_later(FLUSH_SECONDS, self._flush)

    def _flush(self) -> None:
        if self._peer is not None and self._link is not None and self._peer.is_confirmed:
            data = self._peer.flush()
            if data:
                self._link.send_stream(data)

    def _confirmed(self, confirmed: Confirmed) -> None:
        if self._link is not None:
            self._link.may_rejoin = True
        self._windows.show_status("waiting_consent", True)
        route = self._number.nameplate if self._number else ""
        now = int(datetime.now(UTC).timestamp())
        bound = Bound(confirmed.share, self._organisation, route, now, self._server)
        self._handle(c.Proven(confirmed.peer_info, bound))

    def _broken(self, error: PeerError) -> None:
        if self._peer is not None and self._peer.is_confirmed:
            self._handle(c.Broken("sum_error", error.sentence))
        else:
            self._forget_link("wrong_number" if error.code == "wrong_number" else "peer_error")

    def _peer_left(self) -> None:
        if self._peer is not None and self._peer.is_confirmed:
            self._handle(c.LinkChanged(True))
            self._rest(True)

    def _on_lost(self) -> None:
        if self._peer is not None and self._peer.is_confirmed:
            self._peer.link_lost()
            self._handle(c.LinkChanged(True))
            self._rest(True)

    def _back(self) -> None:
        """One of the two ends has a new link: both say what they have, the rest is sent again."""
        if self._peer is not None and self._peer.is_confirmed and self._link is not None:
            self._link.send_stream(self._peer.resume())
            self._handle(c.LinkChanged(False))

    def _rest(self, is_lost: bool) -> None:
        """Without a link no picture is made; after it the other side has every frame, and the picture goes on."""
        if self._showing is not None:
            self._showing.hold(is_lost)
        if is_lost and self._gate is not None:
            self._gate.release_all()

    def _on_failed(self, failure: LinkFailed) -> None:
        """The link is gone for good."""
        if self._peer is not None and self._peer.is_confirmed:
            self._handle(c.Broken("sum_interrupted", ""))
        else:
            number = self._number
            self._forget_link(failure.code, server=self._server, today=time.strftime("%d.%m.%Y, %H:%M"))
            if failure.code == "proxy_password" and number is not None:
                self._windows.ask_proxy(lambda typed: self._post_typed(number, typed))

    def _post_typed(self, number: SessionNumber, credentials: Credentials) -> None:
        self._loop.call_soon_threadsafe(self._try_again, number, credentials)

    def _try_again(self, number: SessionNumber, credentials: Credentials) -> None:
        """The number was not used up: the proxy kept it from the server."""
        self._network.credentials = credentials
        self._windows.show_status("connecting", True)
        self._begin_link(number)

    def _room_gone(self, code: str) -> None:
        if self._peer is not None and self._peer.is_confirmed:
            ending = "sum_by_technician" if code == "ended" else "sum_interrupted"
            self._handle(c.Broken(ending, ""))
            return
        known = {"unknown_number", "expired", "used", "busy", "guesses", "rate", "version"}
        if code in known:
            self._forget_link(code)
        elif code in ("ended", "idle"):
            self._forget_link("technician_left")
        else:
            self._forget_link("refused", code=code)

    def _forget_link(self, key: str, **values: object) -> None:
        """Back to the first window with a sentence; a typing error may be mended and tried again."""
        if self._link is not None:
            self._link.close()
        self._link = self._peer = self._number = None
        self._windows.show_status(key, False, **values)

    # effects ---------------------------------------------------------------------------------------------------------

    def _do(self, effect: c.Effect) -> None:
        match effect:
            case c.Send():
                self._send(effect.message)
            case c.Report():
                if self._link is not None:
                    self._link.send_frame(r.Fact(effect.name, effect.data))
            case c.ShowWho():
                self._asking = Asking(
                    effect.company, effect.technician, effect.domain, self._platform.host_name(), effect.trust
                )
            case c.Ask():
                if effect.kind == "consent":
                    self._want_receipt()
                    self._prepare_picture()
                self._windows.ask(self._asking, Question(**vars(effect)))
            case c.Withdraw():
                self._windows.withdraw()
            case c.Begin():
                self._begin_session()
            case c.Rights():
                self._set_rights(effect)
            case c.ShowState():
                self._shown = effect
                self._show()
            case c.ShowClock():
                self._show_clock(effect.reading)
            case c.ShowRecording():
                self._windows.show_recording(effect.state)
                self._stop.tell(f"recording {effect.state}")
            case c.ShowChat():
                self._windows.show_chat(effect.key, effect.text)
            case c.Inject():
                if self._actor is not None:
                    self._actor.put(effect.message)
            case c.Picture():
                if self._showing is not None:
                    self._showing.got(effect.message, self._conversation.codecs)
            case c.SetClipboard():
                self._windows.set_clipboard(effect.text)
            case c.Elevate():
                self._administering.begin(self._own.program if self._own else None, self._gate)
            case c.StepDown():
                self._step_down()
            case c.Finish():
                self._finish(effect)

    def _send(self, message: Any) -> None:
        if self._peer is not None and self._link is not None and self._peer.is_confirmed:
            self._link.send_stream(self._peer.send(message))

    def _want_receipt(self) -> None:
        """Told when the technician asks: from then on the relay takes facts from this end."""
        self._receipt = receipt.make(self._server)
        if self._link is not None:
            self._link.send_frame(r.Fact("receipt", {"token_sha256": self._receipt.token_sha256}))

    def _prepare_picture(self) -> None:
        """Opens screen and coder while the customer reads; nothing is grabbed before `set_active` (media/pipeline)."""
        try:
            screen = self._platform.screen()
        except PlatformError as error:
            self._handle(c.Broken("sum_error", str(error)))
            return
        ways = Ways(
            self._in_session,
            self._frame_made,
            self._notice,
            self._selected,
            lambda: self._windows.show_chat("slow_capture", ""),
        )
        self._showing = Showing(screen, self._conversation.codecs, ways)

    def _begin_session(self) -> None:
        try:
            sink = self._platform.input()
        except PlatformError as error:
            self._handle(c.Broken("sum_error", str(error)))
            return
        self._gate = Gate(sink, Arbiter(), time.monotonic, self._own_pids)
        self._actor = Actor(self._gate, self._refused, lambda text: self._notice("input", text))
        self._actor.start()
        self._stop.start()
        self._stop.tell(f"who {self._asking.technician}")
        self._windows.show_panel(self._asking.technician)
        if self._link is not None:
            self._link.send_frame(r.Fact("made", {"names": "\n".join(self._made())[:2_000]}))
        self._loop.call_later(1.0, self._clock)

    def _sign_stands(self) -> None:
        """The stop sign is on the screen, and lifts the keys if this program dies; runs in its listener's thread."""

        def allow() -> None:
            if self._gate is not None:
                self._gate.set_level(self._conversation.session.level)

        self._loop.call_soon_threadsafe(allow)

    def _own_pids(self) -> set[int]:
        return {os.getpid(), self._stop.pid or os.getpid()}

    def _refused(self, verdict: Verdict) -> None:
        if verdict is Verdict.OWN_WINDOW:
            self._notice("own_window", "The customer's own Beistand windows cannot be operated from here.")

    def _notice(self, code: str, text: str) -> None:
        """One sentence for the technician; from any thread."""
        self._loop.call_soon_threadsafe(self._send, m.Notice(code, text[:900]))

    def _set_rights(self, rights: c.Rights) -> None:
        if self._gate is not None:
            for mode, hindrance in HINDRANCES.items():
                if rights.mode == mode:
                    self._gate.hinder(hindrance)
                else:
                    self._gate.clear(hindrance)
            # No hand on this computer before the stop sign stands: see `_sign_stands`.
            self._gate.set_level(rights.level if self._stop.ready.is_set() else min(rights.level, c.VIEW))
        if self._actor is not None and (rights.level < 2 or rights.mode != "open"):
            self._actor.drop()
        if self._showing is not None:
            self._showing.set_active(rights.level > 0 and rights.mode == "open")

    def _show(self) -> None:
        is_muted = self._gate is not None and self._gate.muted_seconds() > 0
        shown = self._shown
        self._windows.show_state(shown.mode, shown.level, is_muted, shown.is_interrupted)

    def _step_down(self) -> None:
        try:
            self._administering.step_down(self._gate, self._platform.input)
        except PlatformError as error:  # the screen went away: the session's own end says so
            self._notice("input", str(error))

    def _clock(self) -> None:
        """Once a second while the session lasts."""
        if self._conversation.session.is_ended:
            return
        self._handle(c.Ticked())
        if self._gate is not None and self._gate.tick():
            self._show()
        self._loop.call_later(1.0, self._clock)

    def _show_clock(self, reading: Reading) -> None:
        self._windows.show_clock(reading)
        self._stop.tell(f"{'since' if reading.is_counting else 'still'} {reading.seconds}")
        if reading.cents is not None:
            self._stop.tell(f"amount {money(reading.cents, self._windows.language)}")

    # picture ---------------------------------------------------------------------------------------------------------

    def _in_session(self, message: Any) -> None:
        self._loop.call_soon_threadsafe(self._send, message)

    def _frame_made(self, frame: m.Frame | m.Patch) -> None:
        self._loop.call_soon_threadsafe(self._send_frame, frame)

    def _send_frame(self, frame: m.Frame | m.Patch) -> None:
        if self._conversation.session.may_show:  # the gate is state: nothing leaves after a pause or the end
            self._send(frame)

    def _selected(self, corner: tuple[int, int]) -> None:
        if self._actor is not None:
            self._actor.origin = corner

    # the end ----------------------------------------------------------------------------------------------------

    def _finish(self, end: c.Finish) -> None:
        if self._gate is not None:
            self._gate.stop()
        if self._showing is not None:
            self._showing.stop()
        if self._actor is not None:
            self._actor.stop()
        self._stop.tell("stopped")
        if self._link is not None:
            by = "technician" if end.ending == "sum_by_technician" else "customer"
            self._link.send_frame(r.Ended(by, end.ending))
            self._link.close()
        threading.Thread(target=self._stop.close, name="stop sign close", daemon=True).start()
        asking, own, made = self._asking, self._own, self._made()
        who = (asking.company, asking.technician)
        self._windows.show_summary(
            Summary(end.ending, end.text, *who, end.duration_seconds, end.facts, made, end.reading),
            own.remove_program if own else None,
        )
        receipt.fetch_beside(self._receipt, self._network, self._windows.show_receipt)

    def _made(self) -> list[str]:
        """What the program has put on the computer and takes away again."""
        own, language = self._own, self._windows.language
        folder = [say("sum_own_folder", language, folder=own.folder)] if own and own.folder else []
        return folder + [say("sum_helper", language, name=name) for name in self._administering.made]

    def _end_program(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        if self._link is not None:
            self._link.close()
        self._activity.stop()
        self._loop.call_later(BYE_SECONDS if self._peer is not None else 0.0, self._quit)
