"""The picture of one session: the worker that makes it, and its results as messages for the technician.

Everything that `PictureWorker` tells comes from its own thread; the callables of `Ways` bring it where it belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from beistand.host.cleaned import clean_name
from beistand.host.media.encoder import choose
from beistand.host.media.pipeline import EncodedFrame, Outputs, PictureWorker
from beistand.host.ports import CursorShape, Monitor, ScreenSource
from beistand.protocol.e2e import messages as m

CURSOR_BYTES = 60_000
PATCH = "patch"  # beside the codecs of DecoderCan: the page knows the message Patch


@dataclass(frozen=True)
class Ways:
    """Where results go; each may be called from any thread. `selected` gets the chosen monitor's upper-left corner."""

    send: Callable[[Any], None]
    send_frame: Callable[[m.Frame | m.Patch], None]
    notice: Callable[[str, str], None]
    selected: Callable[[tuple[int, int]], None]
    slow: Callable[[], None]


class Showing:
    """Opens screen and coder when made; nothing is grabbed before `set_active` (media/pipeline)."""

    def __init__(self, screen: ScreenSource, codecs: Sequence[str], ways: Ways) -> None:
        self._ways = ways
        outputs = Outputs(
            lambda text: ways.notice("picture", text),
            lambda codec, width, height, why: ways.send(m.PictureConfig(codec, width, height, why)),
            self._on_monitors,
            lambda x, y, serial: ways.send(m.CursorAt(x, y, True, serial & 0xFFFFFFFF)),
            self._on_shape,
            self._on_remark,
        )
        self._worker = PictureWorker(screen, self._on_picture, choose(codecs), outputs, may_patch=PATCH in codecs)
        self._worker.start()

    def set_active(self, is_active: bool) -> None:
        """Whether pictures are made; takes hold at once, from any thread."""
        self._worker.set_active(is_active)

    def hold(self, is_held: bool) -> None:
        """Whether the link is gone, so that nothing new is worth grabbing; see `PictureWorker.hold`."""
        self._worker.hold(is_held)

    def stop(self) -> None:
        """No picture from now on, from any thread; part of the stop's short path."""
        self._worker.stop()

    def got(self, message: Any, codecs: Sequence[str]) -> None:
        """A message of the technician about the picture; `codecs` are those that the browser can decode, best first."""
        match message:
            case m.FrameShown():
                self._worker.acknowledge(message.frame, message.decode_ms)
            case m.KeyframeWanted():
                self._worker.keyframe()
            case m.SelectMonitor():
                self._worker.select(message.id)
            case m.DecoderCan():
                self._worker.use(choose(codecs), PATCH in codecs)

    def _on_picture(self, made: EncodedFrame) -> None:
        if made.areas:
            areas = tuple(m.PatchArea(area.x, area.y, area.width, area.height) for area in made.areas)
            self._ways.send_frame(m.Patch(made.frame, made.is_sharp, made.monitor, made.t_ms, areas, made.data))
            return
        at = made.damage
        frame = m.Frame(
            made.frame, made.is_key, made.is_sharp, made.monitor, made.width, made.height,
            at.x, at.y, at.width, at.height, made.t_ms, made.data,
        )  # fmt: skip
        self._ways.send_frame(frame)

    def _on_monitors(self, monitors: Sequence[Monitor], selected: int) -> None:
        entries = [_entry(monitor) for monitor in monitors][:255]
        for monitor in monitors:
            if monitor.id == selected:
                self._ways.selected((monitor.area.x, monitor.area.y))
        self._ways.send(m.Monitors(selected, tuple(entries)))

    def _on_shape(self, shape: CursorShape) -> None:
        if len(shape.rgba) <= CURSOR_BYTES:
            serial = shape.serial & 0xFFFFFFFF
            self._ways.send(m.CursorShape(serial, shape.width, shape.height, shape.hot_x, shape.hot_y, shape.rgba))

    def _on_remark(self, sentence: str) -> None:
        self._ways.notice("capture", sentence)
        self._ways.slow()


def _entry(monitor: Monitor) -> m.MonitorInfo:
    area = monitor.area
    return m.MonitorInfo(
        monitor.id,
        area.x,
        area.y,
        area.width,
        area.height,
        monitor.scale_percent,
        monitor.is_primary,
        clean_name(monitor.name),
    )
