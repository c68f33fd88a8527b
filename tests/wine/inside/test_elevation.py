"""The level administer on a Windows desktop (Wine's): pipe, token, access lists, helper, keeper, removal.

Not Windows' own here: the yes to UAC (the keeper's part is started without it) and the task's run, which Wine's
scheduler cannot do; it registers and forgets the task, and the test starts what the task would start.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from ctypes import wintypes
from pathlib import Path

import pytest

from beistand.host.platform.windows.adapter import WindowsPlatform
from beistand.host.platform.windows.api import kernel32
from beistand.host.platform.windows.elevation import keeping, native, pipes, plan, wire
from beistand.host.platform.windows.elevation.asking import WindowsElevation
from beistand.host.platform.windows.elevation.far import Line
from beistand.host.platform.windows.elevation.keeper import WindowsDeeds
from beistand.host.platform.windows.gdi import GdiCapture
from beistand.host.platform.windows.situations import Situation
from beistand.host.ports import PlatformError, Rect
from wine.inside.test_adapter import PATIENCE_SECONDS, OwnWindow, becomes_free, is_down, platform, until, window

__all__ = ["platform", "window"]
_SHIFT = 0x10
_TASKS = Path("C:/windows/system32/tasks")


class Deeds(WindowsDeeds):
    """The keeper's real deeds, but the task's run: what it would start is started here."""

    helper: subprocess.Popen[bytes]

    def run(self) -> None:
        assert self._task_is_there(), "the task was not registered"
        words = self._own.arguments(plan.HELPER, os.getpid())
        self.helper = subprocess.Popen([sys.executable, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        (self._folder / plan.HELPER_FILE).write_text(str(self.helper.pid))

    def _task_is_there(self) -> bool:
        return (_TASKS / self._own.task).is_file()


class Round:
    """One elevation from yes to end."""

    def __init__(self) -> None:
        self.elevation = WindowsElevation(self._start)
        self.done: list[tuple[tuple[str, ...], str]] = []
        self.gone = threading.Event()
        self.code: list[int] = []
        self.deeds: Deeds | None = None
        self.plan: plan.Plan | None = None
        self._has_answer = threading.Event()

    def _start(self, _program: Path, words: list[str]) -> int:
        self.plan, _ = plan.from_arguments(words[2:])
        small = Path(tempfile.gettempdir()) / "program.exe"
        small.write_bytes(b"the program")
        self.deeds = Deeds(self.plan, small, native.windows_folder(), native.system_folder())
        threading.Thread(target=lambda: self.code.append(keeping.keep(self.deeds)), daemon=True).start()
        return native.open_process(os.getpid())

    def begin(self) -> None:
        def done(made: tuple[str, ...], problem: str) -> None:
            self.done.append((made, problem))
            self._has_answer.set()

        self.elevation.begin(Path(sys.executable), done, self.gone.set)
        assert self._has_answer.wait(60)
        assert self.done[0][1] == ""

    def is_removed(self) -> bool:
        return bool(self.code)


def one_round() -> Iterator[Round]:
    made = Round()
    made.begin()
    yield made
    made.elevation.end()
    until(made.is_removed, "the keeper did not end")
    assert made.deeds is not None
    made.deeds.helper.wait(PATIENCE_SECONDS)


begun = pytest.fixture(one_round, name="begun")
running = pytest.fixture(one_round, scope="module", name="running")  # for tests that leave it as it is


def test_the_helper_moves_types_and_sees(running: Round, platform: WindowsPlatform, window: OwnWindow) -> None:
    sink = running.elevation.input()
    sink.move(640, 401)
    until(lambda: platform.screen().cursor_position() == (640, 401), "the pointer did not move")
    sink.text("Grüße Ä €")
    until(lambda: window.text == "Grüße Ä €", f"another text arrived: {window.text!r}")
    area = Rect(300, 200, 400, 150)
    far, near = running.elevation.capture(area), GdiCapture(area)
    assert far is not None
    far.take()

    def is_the_same() -> bool:
        far.take()
        near.take()
        return bytes(far.pixels) == bytes(near.pixels)

    until(is_the_same, "the helper sees something else")
    with pytest.raises(PlatformError, match="no key"):
        sink.key("Hyper", True)
    sink.wheel(0, 120)


def test_s27_folder_and_task_stand_for_the_session_alone(begun: Round) -> None:
    folder, task = begun.done[0][0]
    assert (Path(folder) / plan.PROGRAM_FILE).read_bytes() == b"the program"
    until(lambda: not (_TASKS / task).exists(), "the task stays registered while the helper runs")
    begun.elevation.end()
    until(begun.is_removed, "the keeper did not end")
    assert begun.code == [plan.DONE]
    assert not Path(folder).exists()


def test_s23_the_end_lifts_what_the_helper_holds_and_the_helper_is_gone(begun: Round) -> None:
    sink = begun.elevation.input()
    sink.key("ShiftLeft", True)
    until(lambda: is_down(_SHIFT), "the key was not pressed")
    before = time.monotonic()
    begun.elevation.end()
    took = time.monotonic() - before
    becomes_free(_SHIFT)
    assert begun.deeds is not None
    assert begun.deeds.helper.wait(PATIENCE_SECONDS) == 0
    print(f"end() took {took * 1000:.1f} ms")
    with pytest.raises(PlatformError):
        sink.move(1, 1)
    sink.release_all()
    assert not begun.gone.is_set()  # it was told to go


def test_a_text_in_flight_ends_with_the_release(running: Round, window: OwnWindow) -> None:
    sink = running.elevation.input()
    typist = threading.Thread(target=sink.text, args=("y" * 1_500,))
    typist.start()
    until(lambda: window.text, "nothing is typed")
    sink.release_all()
    typist.join(PATIENCE_SECONDS)
    assert not typist.is_alive()
    assert len(window.text) < 1_500


def test_a_helper_that_somebody_ends_is_noticed_and_cleaned_up(begun: Round) -> None:
    assert begun.deeds is not None
    begun.deeds.helper.kill()
    assert begun.gone.wait(PATIENCE_SECONDS)
    until(begun.is_removed, "the keeper did not end")
    assert begun.done[0][0][0]
    assert not Path(begun.done[0][0][0]).exists()


def test_only_the_system_and_this_user_may_open_the_pipe(running: Round) -> None:
    assert running.plan is not None
    sid = native.user_sid(native.open_process(os.getpid()))
    # Wine gives a pipe's list back only from its server's end; a list of the same words on a pipe of our own tells.
    name = running.plan.pipe + "-list"
    (pipe,) = pipes.serve(name, plan.pipe_access(sid), 1)
    text = _access_of(pipe._handle)
    assert "WD" not in text  # everyone
    assert "BU" not in text  # users
    assert "SY" in text
    assert sid in text or ";LA)" in text
    pipe.close()
    with pytest.raises(OSError, match=r"."):
        pipes.serve(running.plan.pipe, plan.pipe_access(sid), 1)  # nobody can stand between


def _access_of(handle: int) -> str:
    descriptor, text = ctypes.c_void_p(), ctypes.c_void_p()
    get = native.advapi32.GetSecurityInfo
    get.argtypes = [wintypes.HANDLE, ctypes.c_int, wintypes.DWORD, *[ctypes.c_void_p] * 4, ctypes.c_void_p]
    assert get(handle, 6, 4, None, None, None, None, ctypes.byref(descriptor)) == 0
    convert = native.advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW
    convert.argtypes = [ctypes.c_void_p, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p]
    assert convert(descriptor, 1, 4, ctypes.byref(text), None)
    return ctypes.wstring_at(text.value or 0)


class Server:
    """A helper without keeper and program: this process asks it, with a token of its own."""

    def __init__(self) -> None:
        self.plan = plan.make(os.urandom(48), os.getpid())
        sid = native.user_sid(native.open_process(os.getpid()))
        self.end = native.create_event(self.plan.end_event, plan.event_access(sid))
        self.up = native.create_event(self.plan.up_event, plan.event_access(sid))
        words = [sys.executable, *self.plan.arguments(plan.HELPER, os.getpid())]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        assert native.wait([self.up], PATIENCE_SECONDS) == 0


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    native.set_event(made.end)
    assert made.process.wait(PATIENCE_SECONDS) == 0
    native.close(made.end)
    native.close(made.up)


def test_a_wrong_token_gets_no_answer_and_ends_the_helper(server: Server) -> None:
    with pytest.raises(OSError, match="gone"):
        Line(pipes.connect(server.plan.pipe, 5.0), bytes(32), wire.HANDS)
    assert server.process.wait(PATIENCE_SECONDS) == 0


def test_a_deed_before_the_greeting_ends_the_helper(server: Server) -> None:
    pipe = pipes.connect(server.plan.pipe, 5.0)
    pipe.write(wire.encode(wire.Text("x")))
    assert pipe.read() == b""
    assert server.process.wait(PATIENCE_SECONDS) == 0


def test_another_process_of_this_user_is_refused_even_with_the_token(server: Server) -> None:
    script = (
        "import sys\n"
        "from beistand.host.platform.windows.elevation import pipes, wire\n"
        "from beistand.host.platform.windows.elevation.far import Line\n"
        "try:\n"
        "    Line(pipes.connect(sys.argv[1], 5.0), bytes.fromhex(sys.argv[2]), wire.HANDS)\n"
        "except OSError:\n"
        "    print('refused')\n"
    )
    words = [sys.executable, "-c", script, server.plan.pipe, server.plan.token.hex()]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.stdout.strip() == b"refused", done.stderr


def test_the_stop_ends_the_helper_by_the_pipe_too(server: Server) -> None:
    line = Line(pipes.connect(server.plan.pipe, 5.0), server.plan.token, wire.HANDS)
    line.ask(wire.Key(True, "ShiftLeft"))
    line.tell(wire.Stop())
    assert server.process.wait(PATIENCE_SECONDS) == 0
    becomes_free(_SHIFT)


def test_a_helper_that_nobody_asks_is_over_with_its_program() -> None:
    """The program (here a process that only waits) is killed: its helper hears it and ends."""
    script = "import time; time.sleep(600)"
    program = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.DEVNULL)
    own = plan.make(os.urandom(48), program.pid)
    sid = native.user_sid(native.open_process(program.pid))
    events = [native.create_event(name, plan.event_access(sid)) for name in (own.end_event, own.up_event)]
    words = [sys.executable, *own.arguments(plan.HELPER, os.getpid())]
    helper = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    assert native.wait([events[1]], PATIENCE_SECONDS) == 0
    program.kill()
    program.wait(PATIENCE_SECONDS)
    assert helper.wait(PATIENCE_SECONDS) == 0


def test_no_at_uac_and_a_program_from_source_say_so() -> None:
    def no(_program: Path, _words: list[str]) -> int:
        raise OSError(0, "no", None, 1223)

    for start, program, code in ((no, Path(sys.executable), "windows_no"), (no, None, "no_program")):
        said: list[tuple[tuple[str, ...], str]] = []
        answered = threading.Event()

        def done(made: tuple[str, ...], problem: str, said=said, answered=answered) -> None:
            said.append((made, problem))
            answered.set()

        WindowsElevation(start).begin(program, done, lambda: None)
        assert answered.wait(PATIENCE_SECONDS)
        assert said == [((), code)]


def test_the_question_of_uac_is_shown_by_the_helper_and_the_lock_screen_by_nobody(
    running: Round, monkeypatch: pytest.MonkeyPatch, platform: WindowsPlatform
) -> None:
    """The situation is told to the program alone: Wine has no second desktop to switch to."""
    from beistand.host.platform.windows import desktop
    from beistand.host.platform.windows.screen import WindowsScreen

    screen = WindowsScreen(far=running.elevation.capture)
    situation = [Situation.ASKING]
    monkeypatch.setattr(desktop, "now", lambda: situation[0])
    frame = screen.grab(full=True)
    assert (frame.width, frame.height, len(frame.damage)) == (1280, 800, 1)
    assert running.elevation.input().window_owner_at(10, 10) is None
    situation[0] = Situation.LOCKED
    with pytest.raises(PlatformError, match="locked"):
        screen.grab(full=True)
    screen.close()
    assert kernel32.GetTickCount()
