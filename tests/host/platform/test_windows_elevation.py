"""The level administer on Windows, without one: names and access lists, the pipe's language, the keeper's order."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from beistand.host.platform.windows.elevation import keeping, plan, wire

RANDOM = bytes(range(48))
PLAN = plan.make(RANDOM, 4711)
SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def test_the_token_stands_in_no_name_no_command_line_and_no_task() -> None:
    token = RANDOM[:32]
    said = [PLAN.pipe, PLAN.end_event, PLAN.up_event, PLAN.task, PLAN.folder("C:\\Windows"), repr(PLAN)]
    said += [*PLAN.arguments(plan.KEEPER), plan.task_xml(PLAN, "C:\\x.exe", 5), repr(wire.Hello(token, wire.HANDS))]
    for text in said:
        assert token.hex() not in text
        assert repr(token)[2:-1] not in text
        assert "".join(map(chr, token)) not in text


def test_the_doors_understand_what_they_are_started_with() -> None:
    for numbers in ([], [99]):
        words = PLAN.arguments(plan.LAUNCH, *numbers)
        own, found = plan.from_arguments(words[2:], len(numbers))
        assert (own.name, own.token_sha256, own.program_pid, found) == (PLAN.name, PLAN.token_sha256, 4711, numbers)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda words: words[:-1],
        lambda words: [*words, "1"],
        lambda words: ["..\\..\\" + words[0][6:], *words[1:]],
        lambda words: [words[0].upper().replace("0", "A"), *words[1:]],
        lambda words: [words[0], "zz" + words[1][2:], *words[2:]],
        lambda words: [*words[:2], "0"],
        lambda words: [*words[:2], "-5"],
        lambda words: [*words[:2], "٣"],
        lambda words: [*words[:2], "99999999999"],
    ],
)
def test_a_door_refuses_words_that_are_not_ours(spoil: Callable[[list[str]], list[str]]) -> None:
    with pytest.raises(ValueError, match=r"malformed|arguments|hex"):
        plan.from_arguments(spoil(PLAN.arguments(plan.KEEPER)[2:]))


def test_nobody_but_system_and_administrators_may_write_where_the_helper_runs_from() -> None:
    owner, dacl = plan.FOLDER_ACCESS.split("D:")
    assert owner == "O:BAG:BA"
    assert dacl == "P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"  # P: nothing is inherited from the folder above


def test_the_pipe_is_the_systems_and_this_users() -> None:
    access = plan.pipe_access("S-1-5-21-1-2-3-1001")
    assert access == "D:P(A;;GA;;;SY)(A;;GRGW;;;S-1-5-21-1-2-3-1001)S:(ML;;NW;;;ME)"


def test_the_task_runs_once_as_the_system_and_starts_nothing_by_itself() -> None:
    program = "C:\\Windows\\Temp\\beistand-x & <y>\\beistand.exe"
    task = ElementTree.fromstring(plan.task_xml(PLAN, program, 815).partition("?>")[2])
    assert task.findtext(f".//{SPACE}UserId") == "S-1-5-18"
    assert list(task.find(f"{SPACE}Triggers") or []) == []
    assert task.findtext(f".//{SPACE}Command") == program
    words = (task.findtext(f".//{SPACE}Arguments") or "").split()
    assert words == PLAN.arguments(plan.LAUNCH, 815)
    assert task.findtext(f".//{SPACE}ExecutionTimeLimit") == "PT12H"
    assert task.findtext(f".//{SPACE}Hidden") == "true"


def test_the_scheduler_is_called_by_its_full_path() -> None:
    words = plan.scheduler_words("C:\\Windows\\system32\\schtasks.exe", PLAN, "C:\\F")
    assert all(line[0] == "C:\\Windows\\system32\\schtasks.exe" for line in words.values())
    assert [line[1] for line in words.values()] == ["/create", "/run", "/delete"]
    assert all(PLAN.task in line for line in words.values())


# the pipe's language -------------------------------------------------------------------------------------------------

i32 = st.integers(-(2**31), 2**31 - 1)
i16 = st.integers(-(2**15), 2**15 - 1)
u8 = st.integers(0, 255)
side = st.integers(1, wire.MOST_SIDE)
short_text = st.text(max_size=200)
requests = st.one_of(
    st.builds(wire.Hello, st.binary(min_size=32, max_size=32), st.sampled_from([wire.HANDS, wire.EYES, wire.WATCH])),
    st.builds(wire.Move, i32, i32),
    st.builds(wire.Button, u8, st.booleans()),
    st.builds(wire.Wheel, i16, i16),
    st.builds(wire.Key, st.booleans(), short_text),
    st.builds(wire.Text, short_text),
    st.builds(wire.Capture, i32, i32, side, side),
    st.just(wire.Release()),
    st.just(wire.Stop()),
)


@st.composite
def pictures(draw: st.DrawFn) -> wire.Picture:
    small = st.integers(0, 5)
    rects = tuple(draw(st.lists(st.tuples(small, small, small, small), max_size=4)))
    return wire.Picture(rects, bytes(sum(width * height * 4 for _x, _y, width, height in rects)))


replies = st.one_of(st.just(wire.Done()), st.builds(wire.Refused, short_text), pictures())


@given(st.lists(requests, max_size=8), st.lists(replies, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_any_cut_of_the_stream_gives_the_same_messages(
    asked: list[wire.Request], answered: list[wire.Reply], random: object
) -> None:
    for messages, kinds in ((asked, wire.REQUEST_KINDS), (answered, wire.REPLY_KINDS)):
        data, reader = b"".join(map(wire.encode, messages)), wire.Reader(kinds)
        found, at = [], 0
        while at < len(data):
            end = at + random.randint(1, 40)  # type: ignore[attr-defined]
            found += reader.feed(data[at:end])
            at = end
        assert found == messages


@given(st.lists(requests, min_size=1, max_size=4), st.binary(max_size=12), st.integers(0, 400), st.booleans())
@example([wire.Stop()], b"\xff\xff\xff\xff\x02", 0, False)
@settings(max_examples=400, deadline=None)
def test_noise_in_the_stream_is_refused_or_is_still_one_of_the_nine_deeds(
    asked: list[wire.Request], noise: bytes, at: int, is_replaced: bool
) -> None:
    data = b"".join(map(wire.encode, asked))
    at = min(at, len(data))
    spoiled = data[:at] + noise + data[at + (len(noise) if is_replaced else 0) :]
    reader = wire.Reader(wire.REQUEST_KINDS)
    try:
        found = reader.feed(spoiled)
    except wire.WireError:
        return
    assert all(isinstance(one, wire.Request) for one in found)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_bytes_of_anybody_never_bring_the_reader_down(data: bytes) -> None:
    for kinds in (wire.REQUEST_KINDS, wire.REPLY_KINDS):
        try:
            wire.Reader(kinds).feed(data)
        except wire.WireError:
            continue


def framed(kind: int, body: bytes, length: int | None = None) -> bytes:
    return (len(body) + 1 if length is None else length).to_bytes(4, "big") + bytes((kind,)) + body


@pytest.mark.parametrize(
    "data",
    [
        framed(0, b""),
        framed(10, b""),
        framed(129, b""),  # an answer instead of a question
        framed(2, bytes(7)),
        framed(2, bytes(9)),
        framed(3, b"\x01\x02"),
        framed(1, bytes(32) + b"\x04"),
        framed(1, bytes(31) + b"\x01"),
        framed(5, b""),
        framed(5, b"\x02A"),
        framed(6, b"\xff"),
        framed(7, bytes(12)),
        framed(7, bytes(8) + b"\xff\xff\x00\x01"),
        framed(9, b"x"),
        framed(6, b"", 0),
        framed(6, b"", wire.MOST_REQUEST + 1),  # judged by its head: nothing of it is waited for
    ],
    ids=lambda data: data.hex()[:24],
)
def test_what_stands_not_in_the_table_closes_the_pipe(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.Reader(wire.REQUEST_KINDS).feed(data)


def test_a_picture_whose_pixels_do_not_fit_its_parts_is_refused() -> None:
    good = wire.encode(wire.Picture(((0, 0, 2, 1),), bytes(8)))
    assert wire.Reader(wire.REPLY_KINDS).feed(good)
    for bad in (framed(131, b"\x00\x01" + bytes(8) + b"x"), framed(131, b"\xff\xff"), framed(131, b"\x00")):
        with pytest.raises(wire.WireError):
            wire.Reader(wire.REPLY_KINDS).feed(bad)


# the keeper ----------------------------------------------------------------------------------------------------------


class Deeds:
    """Says what was done; fails where told."""

    def __init__(self, fails: str = "", comes_up: bool = True, holds: int = 0) -> None:
        self.said: list[str] = []
        self._fails, self._comes_up, self._holds = fails, comes_up, holds

    def _do(self, what: str) -> None:
        self.said.append(what)
        if what == self._fails:
            raise OSError(what)

    def make_folder(self) -> None:
        self._do("make")

    def register(self) -> None:
        self._do("register")

    def run(self) -> None:
        self._do("run")

    def forget(self) -> None:
        self._do("forget")

    def wait_up(self, seconds: float) -> bool:
        self._do("up")
        return self._comes_up

    def wait_end(self) -> None:
        self._do("end")

    def end_helper(self, seconds: float) -> None:
        self._do("kill")

    def remove_folder(self) -> bool:
        self._do("remove")
        self._holds -= 1
        return self._holds < 0

    def pause(self) -> None:
        self._do("pause")

    def remove_later(self) -> None:
        self._do("later")


@pytest.mark.parametrize(
    ("deeds", "code", "said"),
    [
        (Deeds(), plan.DONE, "make register run up forget end kill remove"),
        (Deeds("make"), plan.NO_FOLDER, "make kill remove"),
        (Deeds("register"), plan.NO_TASK, "make register kill remove"),
        (Deeds("run"), plan.NO_TASK, "make register run forget kill remove"),
        (Deeds(comes_up=False), plan.NO_HELPER, "make register run up forget kill remove"),
        (Deeds("forget"), plan.DONE, "make register run up forget end forget kill remove"),
        (Deeds("end"), plan.NO_HELPER, "make register run up forget end kill remove"),
        (Deeds(holds=2), plan.DONE, "make register run up forget end kill remove pause remove pause remove"),
    ],
    ids=lambda value: str(value) if isinstance(value, (str, int)) else "",
)
def test_s27_whatever_was_made_for_the_helper_goes_again_however_far_it_came(
    deeds: Deeds, code: int, said: str
) -> None:
    assert keeping.keep(deeds) == code
    assert " ".join(deeds.said) == said


def test_a_folder_that_is_held_for_long_is_left_to_a_process_of_its_own() -> None:
    deeds = Deeds(holds=10_000)
    assert keeping.keep(deeds) == plan.DONE
    assert deeds.said[-1] == "later"
    assert set(plan.CODES) == {plan.NO_FOLDER, plan.NO_TASK, plan.NO_HELPER, plan.MISUSED}
