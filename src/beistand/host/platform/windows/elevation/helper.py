"""The helper (SYSTEM, in the customer's session): injects, captures, lifts, ends. It opens no file and no network.

It follows the desktop that has the input, but only to the customer's own and to the question of UAC: a lock screen
stays the customer's. It ends with the program, with its keeper, at the word, at the event, and when nobody comes.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import contextlib
import hashlib
import hmac
import os
import queue
import threading
from collections.abc import Callable

from beistand.host.platform.windows import desktop
from beistand.host.platform.windows.elevation import native, pipes, plan, wire
from beistand.host.platform.windows.gdi import GdiCapture
from beistand.host.platform.windows.input import WindowsInput
from beistand.host.platform.windows.monitors import be_aware_of_scales
from beistand.host.platform.windows.situations import Situation
from beistand.host.ports import PlatformError, Rect

COME_SECONDS = 15.0
OPEN_TO_IT = (Situation.OPEN, Situation.ASKING)
Send = Callable[[wire.Reply], None]


class Helper:
    """Serves one program. `end` is called once, from any thread, when it is over."""

    def __init__(self, own: plan.Plan, end: Callable[[], None]) -> None:
        """Raises OSError if the pipe cannot be made."""
        self._own, self._end = own, end
        self._sink = WindowsInput()
        self._come = threading.Semaphore(0)
        program = native.open_process(own.program_pid)
        try:
            access = plan.pipe_access(native.user_sid(program))
        finally:
            native.close(program)
        self._pipes = pipes.serve(own.pipe, access, 3)

    def start(self) -> None:
        """One thread for each end of the pipe."""
        for pipe in self._pipes:
            threading.Thread(target=self._serve, args=(pipe,), daemon=True).start()

    def wait_for_program(self, seconds: float) -> bool:
        """Whether the program has come and shown its token within this time."""
        return self._come.acquire(timeout=seconds)

    def release(self) -> None:
        """Lifts everything held."""
        _follow()
        self._sink.release_all()

    def _serve(self, pipe: pipes.Pipe) -> None:
        try:
            pipe.accept()
            if pipe.client_pid() != self._own.program_pid:
                return
            self._talk(pipe)
        except (OSError, wire.WireError):
            return
        finally:
            pipe.close()
            self._end()

    def _talk(self, pipe: pipes.Pipe) -> None:
        reader = wire.Reader(wire.REQUEST_KINDS)
        act: Callable[[wire.Message], None] | None = None
        while data := pipe.read():
            for message in reader.feed(data):
                if act is None:
                    act = self._greeted(message, lambda reply: pipe.write(wire.encode(reply)))
                else:
                    act(message)

    def _greeted(self, hello: wire.Message, send: Send) -> Callable[[wire.Message], None]:
        if not isinstance(hello, wire.Hello):
            raise wire.WireError("no greeting")
        told = hashlib.sha256(hello.token).hexdigest()
        if not hmac.compare_digest(told, self._own.token_sha256):
            raise wire.WireError("a wrong token")
        self._come.release()
        send(wire.Done())
        if hello.purpose == wire.HANDS:
            return self._hands(send)
        return self._eyes(send) if hello.purpose == wire.EYES else _nothing

    def _hands(self, send: Send) -> Callable[[wire.Message], None]:
        """Deeds run in a thread of their own, so that a release finds a text in flight."""
        deeds: queue.Queue[wire.Message] = queue.Queue()

        def work() -> None:
            while True:
                send(self._do(deeds.get()))

        threading.Thread(target=_quietly, args=(work,), daemon=True).start()

        def got(message: wire.Message) -> None:
            if isinstance(message, wire.Release):
                self.release()
            elif isinstance(message, wire.Stop):
                self._end()
            else:
                deeds.put(message)

        return got

    def _do(self, deed: wire.Message) -> wire.Reply:
        try:
            _require_open()
            sink = self._sink
            match deed:
                case wire.Move():
                    sink.move(deed.x, deed.y)
                case wire.Button():
                    sink.button(deed.button, deed.is_pressed)
                case wire.Wheel():
                    sink.wheel(deed.dx, deed.dy)
                case wire.Key():
                    sink.key(deed.code, deed.is_pressed)
                case wire.Text():
                    sink.text(deed.text)
                case _:
                    return wire.Refused("The helper does not know this deed.")
        except PlatformError as error:
            return wire.Refused(str(error))
        return wire.Done()

    def _eyes(self, send: Send) -> Callable[[wire.Message], None]:
        eye = _Eye()

        def got(message: wire.Message) -> None:
            try:
                if not isinstance(message, wire.Capture):
                    raise wire.WireError("the eyes only look")
                send(eye.look(Rect(message.x, message.y, message.width, message.height)))
            except PlatformError as error:
                eye.close()
                send(wire.Refused(str(error)))

        return got


class _Eye:
    """Captures one area after another, and keeps the last picture to tell what changed."""

    def __init__(self) -> None:
        self._capture: GdiCapture | None = None
        self._seen: tuple[Rect, Situation] | None = None

    def look(self, area: Rect) -> wire.Picture:
        """Raises PlatformError if there is no picture now."""
        situation = _require_open()
        if self._capture is None or self._seen != (area, situation):
            self.close()
            self._capture, self._seen = GdiCapture(area), (area, situation)
        rects = self._capture.take()
        pixels, stride = self._capture.pixels, self._capture.stride
        starts = (
            (row * stride + one.x * 4, one.width * 4) for one in rects for row in range(one.y, one.y + one.height)
        )
        rows = b"".join(pixels[start : start + count] for start, count in starts)
        return wire.Picture(tuple((one.x, one.y, one.width, one.height) for one in rects), rows)

    def close(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.close()


def _require_open() -> Situation:
    """Raises PlatformError with the sentence for what holds the screen, unless we may be there."""
    situation = desktop.now()
    if situation not in OPEN_TO_IT:
        raise PlatformError(situation.value)
    _follow()
    return situation


def _follow() -> None:
    if desktop.now() in OPEN_TO_IT:
        native.follow_input_desktop()


def _nothing(_message: wire.Message) -> None:
    """The watch is only listened to: that it breaks tells the program that we are gone."""


def _quietly(work: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):  # the program is gone; whoever reads its pipe notices
        work()


def main(arguments: list[str]) -> int:
    """`helper <name> <hash of the token> <program's pid> <keeper's pid>`."""
    own, (keeper_pid,) = plan.from_arguments(arguments, 1)
    be_aware_of_scales()
    over = threading.Event()
    helper = Helper(own, over.set)
    watched = [native.open_event(own.end_event), *map(native.open_process, (own.program_pid, keeper_pid))]

    def watch() -> None:
        native.wait(watched, None)
        over.set()

    threading.Thread(target=watch, daemon=True).start()
    helper.start()
    native.set_event(native.open_event(own.up_event, to_set=True))
    if helper.wait_for_program(COME_SECONDS):
        over.wait()
    helper.release()
    os._exit(0)  # nothing is left to do, and threads may hang in a call of Windows


if __name__ == "__main__":
    main(sys.argv[1:])
