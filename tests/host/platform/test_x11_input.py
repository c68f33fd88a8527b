"""What the technician types and clicks arrives at a real program on a real X server, whatever its layout."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xcffib.xproto as xproto

from beistand.host.platform.x11.input import X11Input
from beistand.host.platform.x11.keycodes import KEYCODES
from beistand.host.platform.x11.spare_keys import Pace
from beistand.host.ports import PlatformError
from host.platform.painter import Painter
from host.xserver import XServer
from waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.screen

READER = Path(__file__).with_name("reader.py")
ESCAPE = "\x1b"
EMOJI = range(0x0101F600, 0x0101F700)

Keypress = tuple[int, int, str]


class Field:
    """The text field of another program; `read` ends at Escape."""

    def __init__(self, display: str, delay_ms: int = 0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(READER), display, str(delay_ms)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self._lines = self._process.stdout
        assert self._lines.readline() == "ready\n"

    def keypresses(self, sink: X11Input) -> list[Keypress]:
        """All key presses so far."""
        sink.key("Escape", True)
        sink.key("Escape", False)
        found = []
        while True:
            keycode, state, text = json.loads(self._lines.readline())
            if text == ESCAPE:
                return found
            found.append((keycode, state, text))

    def text(self, sink: X11Input) -> str:
        return "".join(text for _, _, text in self.keypresses(sink))

    def close(self) -> None:
        self._process.kill()
        self._process.wait(30)
        self._lines.close()


@pytest.fixture
def server(new_x_server: Callable[..., XServer]) -> XServer:
    return new_x_server("640x480")


@pytest.fixture
def sink(server: XServer) -> Iterator[X11Input]:
    sink = patient_sink(server)
    yield sink
    sink.close()


@pytest.fixture
def field(server: XServer) -> Iterator[Field]:
    field = Field(server.name)
    yield field
    field.close()


def patient_sink(server: XServer) -> X11Input:
    """A sink that gives programs more time than usual: the machine that runs the tests may be busy."""
    return X11Input(server.name, Pace(heard=0.03, settle=0.3, give_back=0.4))


def down_keys(server: XServer) -> set[int]:
    painter = Painter(server.name)
    keys = bytes(painter.core.QueryKeymap().reply().keys.list)
    painter.close()
    return {byte * 8 + bit for byte, value in enumerate(keys) for bit in range(8) if value >> bit & 1}


def mapping(server: XServer) -> list[int]:
    painter = Painter(server.name)
    keysyms = list(painter.core.GetKeyboardMapping(8, 248).reply().keysyms)
    painter.close()
    return keysyms


@pytest.mark.parametrize("layout", ["us", "de", "ru", "fr"])
@pytest.mark.parametrize(
    "text",
    [
        "Hello 0123456789 [{(<'\"#`^~|\\>)}]",
        "Grüße aus Köln: ÄÖÜ ß € user@example.com",
        "Привет, Мир! 😀 Łódź – „ñ“",
    ],
)
def test_text_arrives_as_written_under_any_layout(server: XServer, layout: str, text: str) -> None:
    server.run("setxkbmap", layout)
    sink, field = patient_sink(server), Field(server.name)
    sink.text(text)
    assert field.text(sink) == text
    field.close()
    sink.close()


def test_the_layout_may_change_between_two_texts(server: XServer, sink: X11Input, field: Field) -> None:
    for layout in ["us", "de", "us"]:
        server.run("setxkbmap", layout)
        sink.text("yz ß @ Ж")
        assert field.text(sink) == "yz ß @ Ж"


def test_the_second_group_of_two_layouts_is_used_when_it_is_on(server: XServer, sink: X11Input, field: Field) -> None:
    server.run("setxkbmap", "us,de", "-option", "grp:caps_toggle")
    sink.key("CapsLock", True)
    sink.key("CapsLock", False)
    sink.text("yzß@")
    presses = field.keypresses(sink)
    assert "".join(text for _, _, text in presses) == "yzß@"
    typed = [keycode for keycode, _, text in presses if text]
    assert typed[0] == KEYCODES["KeyZ"], "German y is where US keyboards have z"


def test_keys_of_the_layout_are_used_where_they_have_the_character(
    server: XServer, sink: X11Input, field: Field
) -> None:
    server.run("setxkbmap", "de")
    before = mapping(server)
    sink.text("aß@€Ä")
    typed = [keycode for keycode, _, text in field.keypresses(sink) if text]
    assert typed == [KEYCODES[code] for code in ["KeyA", "Minus", "KeyQ", "KeyE", "Quote"]]
    assert mapping(server) == before


def test_return_and_tab_are_typed_and_other_controls_left_out(sink: X11Input, field: Field) -> None:
    sink.text("a\nb\r\nc\td\x00\x07\x7f\x9b\ud800e")
    assert field.text(sink) == "a\rb\rc\tde"


def test_caps_lock_turns_nothing_round_and_stays_on(server: XServer, sink: X11Input, field: Field) -> None:
    sink.key("CapsLock", True)
    sink.key("CapsLock", False)
    sink.text("aBцЖ")
    assert field.text(sink) == "aBцЖ"
    painter = Painter(server.name)
    assert painter.core.QueryPointer(painter.screen.root).reply().mask & xproto.ModMask.Lock
    painter.close()


def test_held_modifiers_are_lifted_while_typing_and_held_again(server: XServer, sink: X11Input, field: Field) -> None:
    sink.key("ShiftLeft", True)
    sink.key("ControlLeft", True)
    sink.text("abж")
    assert down_keys(server) == {KEYCODES["ShiftLeft"], KEYCODES["ControlLeft"]}
    sink.release_all()
    assert field.text(sink) == "abж"


def test_a_slow_program_still_reads_what_was_meant(server: XServer) -> None:
    sink, field = patient_sink(server), Field(server.name, delay_ms=1)
    text = "".join(chr(0x1F600 + number) for number in range(20))
    sink.text(text)
    assert field.text(sink) == text
    field.close()
    sink.close()


def test_the_layout_is_given_back_after_a_text(server: XServer) -> None:
    before = mapping(server)
    sink = X11Input(server.name)
    sink.text("Ж😀")
    assert mapping(server) != before
    sink.close()
    assert mapping(server) == before


def test_the_layout_is_given_back_though_the_sink_stays_open(server: XServer, sink: X11Input) -> None:
    before = mapping(server)
    sink.text("Ж")
    wait_until(lambda: mapping(server) == before, "the layout was not given back")
    sink.text("Ж")
    assert mapping(server) != before


def test_keys_left_over_by_a_killed_program_are_used_again(server: XServer) -> None:
    program = (
        "import os, sys; from beistand.host.platform.x11.input import X11Input; "
        "sink = X11Input(sys.argv[1]); sink.text(''.join(chr(0x1F600 + n) for n in range(40))); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program, server.name], timeout=20, check=False)
    left_over = mapping(server)
    sink = X11Input(server.name)
    keymap, _ = sink._typist._keyboard.keymap(())
    spare = keymap.spare_keycodes(8, 255, set(KEYCODES.values()))
    assert len([keysym for keysym in left_over if keysym in EMOJI]) >= 40
    assert not [keycode for keycode in range(8, 256) if keycode not in spare and _has_emoji(left_over, keycode)]
    sink.close()


def _has_emoji(keysyms: list[int], keycode: int) -> bool:
    width = len(keysyms) // 248
    return any(keysym in EMOJI for keysym in keysyms[(keycode - 8) * width : (keycode - 7) * width])


def test_shortcuts_are_physical_keys(sink: X11Input, field: Field) -> None:
    sink.key("ControlLeft", True)
    sink.key("KeyC", True)
    sink.key("KeyC", False)
    sink.key("ControlLeft", False)
    assert field.keypresses(sink) == [
        (KEYCODES["ControlLeft"], 0, ""),
        (KEYCODES["KeyC"], int(xproto.ModMask.Control), "\x03"),
    ]


@pytest.mark.parametrize("code", ["", "KeyÄ", "keya", "Fn", "KeyA ", "\x00" * 100])
def test_an_unknown_key_is_refused_in_one_sentence(sink: X11Input, code: str) -> None:
    with pytest.raises(PlatformError, match="is not known here: use a key of a standard keyboard"):
        sink.key(code, True)


@pytest.mark.parametrize("button", [0, 4, 5, 6, 7, 10, 255])
def test_the_wheels_buttons_and_unknown_ones_are_refused(sink: X11Input, button: int) -> None:
    with pytest.raises(PlatformError, match="There is no pointer button"):
        sink.button(button, True)


def test_moves_buttons_and_drags_arrive_in_order(server: XServer, sink: X11Input) -> None:
    painter = Painter(server.name)
    for button in (1, 2, 3, 8, 9):
        sink.move(20 + button, 30)
        sink.button(button, True)
        sink.move(50 + button, 60)
        sink.button(button, False)
    seen = [
        (type(event).__name__, event.detail if "Button" in type(event).__name__ else 0, event.root_x, event.root_y)
        for event in painter.events()
        if "Button" in type(event).__name__ or "Motion" in type(event).__name__
    ]
    painter.close()
    expected = []
    for button in (1, 2, 3, 8, 9):
        expected += [
            ("MotionNotifyEvent", 0, 20 + button, 30),
            ("ButtonPressEvent", button, 20 + button, 30),
            ("MotionNotifyEvent", 0, 50 + button, 60),
            ("ButtonReleaseEvent", button, 50 + button, 60),
        ]
    assert seen == expected


def test_the_wheel_turns_all_four_ways_by_whole_notches(server: XServer, sink: X11Input) -> None:
    painter = Painter(server.name)
    sink.move(30, 30)
    for dx, dy in [(0, 120), (0, -240), (120, 0), (-120, 0), (0, 60), (0, 59), (0, 1)]:
        sink.wheel(dx, dy)
    pressed = [event.detail for event in painter.events() if isinstance(event, xproto.ButtonPressEvent)]
    painter.close()
    assert pressed == [5, 4, 4, 7, 6, 5]


def test_release_all_lifts_every_key_and_button_at_once(server: XServer, sink: X11Input) -> None:
    for code in ["ControlLeft", "AltLeft", "ShiftRight", "KeyA", "F5"]:
        sink.key(code, True)
    sink.button(1, True)
    assert len(down_keys(server)) == 5
    sink.release_all()
    assert down_keys(server) == set()
    painter = Painter(server.name)
    assert not painter.core.QueryPointer(painter.screen.root).reply().mask & xproto.KeyButMask.Button1
    painter.close()


def test_release_all_cuts_a_text_in_flight_short(server: XServer, sink: X11Input, field: Field) -> None:
    typing = threading.Thread(target=sink.text, args=("a" * 200_000,))
    typing.start()
    wait_until(lambda: sink._hands.held_keys)
    sink.release_all()
    typing.join(PATIENCE_SECONDS)
    assert not typing.is_alive()
    assert down_keys(server) == set()
    assert 0 < len(field.text(sink)) < 200_000


def test_a_text_cut_short_while_keys_are_lent_harms_no_later_text(
    server: XServer, sink: X11Input, field: Field
) -> None:
    typing = threading.Thread(target=sink.text, args=("ЖЙ😀Ъ",))
    typing.start()
    while not sink._typist._labels._before:
        time.sleep(0)  # not `wait_until`: its pauses would miss the moment
    sink.release_all()
    typing.join(PATIENCE_SECONDS)
    assert not typing.is_alive()
    assert field.text(sink) == ""
    sink.text("ЖЙ😀Ъ")
    assert field.text(sink) == "ЖЙ😀Ъ"


def test_release_all_does_not_wait_for_a_server_that_another_program_holds(server: XServer, sink: X11Input) -> None:
    sink.key("ControlLeft", True)
    painter = Painter(server.name)
    painter.core.GrabServer()
    painter.sync()
    pressing = threading.Thread(target=sink.key, args=("KeyA", True))
    pressing.start()
    wait_until(lambda: len(sink._hands.held_keys) == 2)
    lifting = threading.Thread(target=sink.release_all)
    lifting.start()
    lifting.join(PATIENCE_SECONDS)
    has_waited = lifting.is_alive()  # the server is held until the line below
    painter.core.UngrabServer()
    painter.sync()
    painter.close()
    pressing.join(PATIENCE_SECONDS)
    assert not has_waited
    wait_until(lambda: not down_keys(server), "a key is stuck")


def test_the_owner_of_a_window_is_the_process_behind_it(server: XServer, sink: X11Input, field: Field) -> None:
    painter = Painter(server.name, x=300, y=100, width=50, height=50)
    assert sink.window_owner_at(310, 110) == os.getpid()
    assert sink.window_owner_at(10, 10) == field._process.pid
    assert sink.window_owner_at(600, 400) is None
    assert sink.focused_owner() == field._process.pid
    painter.take_focus()
    assert sink.focused_owner() == os.getpid()
    painter.close()
    wait_until(lambda: sink.window_owner_at(310, 110) is None, "the server removes the window a moment later")


def test_no_written_property_hides_our_window(server: XServer, sink: X11Input) -> None:
    painter = Painter(server.name)
    name = painter.core.InternAtom(False, len("_NET_WM_PID"), "_NET_WM_PID").reply().atom
    painter.core.ChangeProperty(xproto.PropMode.Replace, painter.window, name, xproto.Atom.CARDINAL, 32, 1, [1])
    painter.sync()
    assert sink.window_owner_at(10, 10) == os.getpid()
    painter.close()


def test_a_window_managers_frame_counts_as_the_program_inside(server: XServer, sink: X11Input, field: Field) -> None:
    manager = Painter(server.name, x=300, y=200, width=220, height=140)
    program = next(
        window for window in manager.core.QueryTree(manager.screen.root).reply().children if window != manager.window
    )
    state = manager.core.InternAtom(False, len("WM_STATE"), "WM_STATE").reply().atom
    manager.core.ChangeProperty(xproto.PropMode.Replace, program, state, state, 32, 2, [1, 0])
    manager.core.ReparentWindow(program, manager.window, 10, 30)
    manager.sync()
    title_bar, inside = (305, 205), (320, 240)
    assert sink.window_owner_at(*title_bar) == field._process.pid
    assert sink.window_owner_at(*inside) == field._process.pid
    manager.core.ReparentWindow(program, manager.screen.root, 0, 0)
    manager.sync()
    manager.close()
