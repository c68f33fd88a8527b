"""The coder's scratch memory is given back, and what it codes afterwards is as right as before."""

import subprocess
import sys
from pathlib import Path

import pytest

from beistand.host.media.encoder import Vp9Encoder
from beistand.host.media.unused_memory import give_back_tokens, give_back_zeros, picture_bytes, token_bytes
from beistand.host.ports import Rect
from host.media.painting import RED, Canvas
from host.media.viewing import Viewer, plane


def resident_bytes() -> int:
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="Linux alone can be told so")
def test_an_encoder_that_rests_gives_its_scratch_memory_back_and_goes_on_coding() -> None:
    """In a process of its own, as the program is: what other tests freed would serve as the coder's memory here."""
    tests = str(Path(__file__).parents[2])
    script = (
        f"import sys; sys.path.insert(0, {tests!r}); import host.media.test_unused_memory as own; own.rest_and_go_on()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def rest_and_go_on() -> None:
    width, height = 1920, 1080
    canvas, viewer, encoder = Canvas(width, height), Viewer(), Vp9Encoder(width, height, is_444=True)
    canvas.text(Rect(0, 0, width, height))
    encoder.take(canvas.grab(full=True))
    viewer.show(encoder.encode((), 0, 0, is_key=True).data)
    full = resident_bytes()
    encoder.rest()
    assert full - resident_bytes() > 3 * picture_bytes(width, height, is_444=True)
    canvas.fill(Rect(400, 300, 200, 100), RED)
    shown = viewer.show(encoder.encode(encoder.take(canvas.grab()), 0, 33, is_key=False).data)
    assert all(plane(shown, index) == encoder._converter.planes.rows(index) for index in range(3))
    assert give_back_tokens(width, height) >= token_bytes(width, height) * 0.99
    encoder.close()


def test_a_small_picture_needs_no_giving_back() -> None:
    assert give_back_tokens(320, 200) == give_back_zeros(320, 200, True) == 0
