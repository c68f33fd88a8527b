"""The stop sign's process: a word stops, a death stops, a hanging program is killed."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from xcffib import xproto

from beistand.host.platform.x11.input import X11Input
from beistand.host.stop_link import StopLink
from beistand.host.ui.stop_sign import ANSWER_MS
from host.customer import Customer
from host.platform.painter import Painter
from host.xserver import XServer
from waiting import wait_until


def linked(script):
    stops, event = [], threading.Event()

    def on_stop(why):
        stops.append(why)
        event.set()

    link = StopLink(os.getpid(), "de", on_stop)
    link.start((sys.executable, "-c", script))
    return link, stops, event


def test_stop_runs_before_it_is_answered():
    link, stops, event = linked("import sys; print('stop', flush=True); sys.exit(sys.stdin.readline() != 'stopped\\n')")
    assert event.wait(30)
    assert stops[0] == "stop_sign"
    assert link._process is not None
    assert link._process.wait(30) == 0  # it was told "stopped"
    link.close()


def test_a_sign_that_dies_stops_the_session():
    link, stops, event = linked("pass")
    assert event.wait(30)
    assert stops == ["stop_sign_died"]
    link.close()


@pytest.mark.screen
def test_s23_a_sign_whose_program_died_before_it_stood_lifts_the_keys_and_leaves(x_server: XServer) -> None:
    """Its first word finds no listener: it must not fall over that, but do what it is there for."""
    holder = X11Input(x_server.name)
    holder.key("ControlLeft", True)
    command = ["env", f"DISPLAY={x_server.name}", sys.executable, "-m", "beistand.host.ui.stop_sign", "1", "de"]
    sign = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert sign.stdin is not None
    assert sign.stdout is not None
    sign.stdout.close()
    sign.stdin.close()
    sign.stdin = None
    _, words = sign.communicate(timeout=30)
    painter = Painter(x_server.name)
    is_held = any(bytes(painter.core.QueryKeymap().reply().keys.list))
    painter.close()
    holder.close()
    assert not is_held, words.decode()
    assert sign.returncode == 0, words.decode()


@pytest.mark.screen
def test_s23_the_real_sign_says_ready_no_sooner_than_it_stands_on_the_screen(x_server: XServer) -> None:
    """The technician's hand waits for this word (`HostApp._sign_stands`). We are the slow window manager here."""
    manager = Painter(x_server.name)
    manager.core.ChangeWindowAttributesChecked(
        manager.screen.root, xproto.CW.EventMask, [xproto.EventMask.SubstructureRedirect]
    ).check()
    command = ["env", f"DISPLAY={x_server.name}", sys.executable, "-m", "beistand.host.ui.stop_sign", "1", "de"]
    sign = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert sign.stdout is not None
    assert sign.stdin is not None
    try:
        asked: list[int] = []

        def is_asked() -> bool:
            asked.extend(e.window for e in manager.events() if isinstance(e, xproto.MapRequestEvent))
            return bool(asked)

        wait_until(is_asked, "the sign never asked for its place")
        has_spoken, _, _ = select.select([sign.stdout], [], [], 0.5)
        for window in asked:
            manager.core.MapWindow(window)
        manager.sync()
        word, window = sign.stdout.readline().split()
        assert (has_spoken, word) == ([], "ready")
        assert manager.core.GetWindowAttributes(int(window)).reply().map_state == xproto.MapState.Viewable
    finally:
        manager.close()
        sign.stdin.close()
        sign.wait(30)
        sign.stdout.close()


@pytest.mark.screen
def test_s23_the_real_sign_comes_back_above_a_window_that_covers_it(x_server: XServer) -> None:
    command = ["env", f"DISPLAY={x_server.name}", sys.executable, "-m", "beistand.host.ui.stop_sign", "1", "de"]
    sign = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert sign.stdout is not None
    assert sign.stdin is not None
    assert sign.stdout.readline().startswith("ready")
    cover = Painter(x_server.name)
    try:
        wait_until(
            lambda: list(cover.core.QueryTree(cover.screen.root).reply().children)[-1] != cover.window,
            "the sign stays covered",
        )
    finally:
        cover.close()
        sign.stdin.close()
        sign.wait(30)
        sign.stdout.close()


def test_a_sign_that_is_asked_to_leave_does_not_stop():
    script = "import sys; print('ready 1', flush=True); sys.exit(sys.stdin.readline() != 'quit\\n')"
    link, stops, _event = linked(script)
    assert link.ready.wait(30)
    link.close()
    assert link._process is not None
    assert link._process.returncode == 0
    assert stops == []


@contextmanager
def pressed(display: str, pid: int) -> Iterator[subprocess.Popen[str]]:
    """The real sign of a program, just clicked by the customer's own hand."""
    command = ["env", f"DISPLAY={display}", sys.executable, "-m", "beistand.host.ui.stop_sign", str(pid), "de"]
    sign = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    customer = Customer(display)
    try:
        assert sign.stdout is not None
        assert sign.stdout.readline().startswith("ready")
        customer.move(66, 60)
        customer.click()
        assert sign.stdout.readline() == "stop\n"
        yield sign
    finally:
        customer.close()
        sign.kill()
        sign.wait()
        for pipe in (sign.stdin, sign.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def hanging() -> Iterator[subprocess.Popen[bytes]]:
    program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield program
    program.kill()
    program.wait()


@pytest.mark.screen
def test_s23_a_program_that_hangs_is_killed_by_the_real_sign(
    x_server: XServer, hanging: subprocess.Popen[bytes]
) -> None:
    with pressed(x_server.name, hanging.pid) as sign:
        assert hanging.wait(30) == -signal.SIGKILL
        assert sign.wait(30) == 0


@pytest.mark.screen
def test_s23_a_program_that_is_harmless_may_take_its_time_for_the_rest_but_not_for_ever(
    x_server: XServer, hanging: subprocess.Popen[bytes]
) -> None:
    with pressed(x_server.name, hanging.pid) as sign:
        assert sign.stdin is not None
        sign.stdin.write("harmless\n")
        sign.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            hanging.wait(5 * ANSWER_MS / 1000)
        assert hanging.wait(30) == -signal.SIGKILL
    second = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        with pressed(x_server.name, second.pid) as sign:
            assert sign.stdin is not None
            sign.stdin.write("harmless\nstopped\nquit\n")
            sign.stdin.flush()
            assert sign.wait(30) == 0
            assert second.poll() is None
    finally:
        second.kill()
        second.wait()
