"""One rung of the capture ladder: DXGI desktop duplication. Fast where it works, and tells what changed.

Sources: Microsoft "Desktop Duplication API", dxgi1_2.h and d3d11.h for the order of methods. Does not work in a Remote
Desktop session, on some machines with two graphics cards, and under Wine: the ladder then takes GDI.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
from collections.abc import Sequence
from contextlib import suppress
from ctypes import Structure, c_int, c_uint, c_void_p, wintypes

from beistand.host.platform.windows.com import Com, ComError, guid
from beistand.host.ports import PlatformError, Rect

FACTORY1 = "770aae78-f26f-4dba-a829-253c83d1b387"
OUTPUT1 = "00cddea8-939b-4b83-a340-a685226666cc"
TEXTURE2D = "6f15aaf2-d208-4e89-9ab4-489535d34f9c"
# Numbers of the methods in their interfaces.
_ENUM_OUTPUTS, _ENUM_ADAPTERS1, _GET_DESC, _DUPLICATE_OUTPUT = 7, 12, 7, 22
_ACQUIRE, _DIRTY, _MOVES, _RELEASE_FRAME = 8, 9, 10, 14
_CREATE_TEXTURE2D, _MAP, _UNMAP, _COPY_REGION = 5, 14, 15, 46
NOT_FOUND, WAIT_TIMEOUT, ACCESS_LOST = 0x887A0002, 0x887A0027, 0x887A0026
_BGRA, _STAGING, _CPU_READ, _SDK, _UNROTATED = 87, 3, 0x20000, 7, (0, 1)
_DRIVER_OF_ADAPTER = 0


class _OutputDescription(Structure):
    _fields_ = (
        ("DeviceName", wintypes.WCHAR * 32),
        ("DesktopCoordinates", wintypes.RECT),
        ("AttachedToDesktop", wintypes.BOOL),
        ("Rotation", c_uint),
        ("Monitor", wintypes.HANDLE),
    )


class FrameInfo(Structure):
    _fields_ = (
        ("LastPresentTime", ctypes.c_longlong),
        ("LastMouseUpdateTime", ctypes.c_longlong),
        ("AccumulatedFrames", c_uint),
        ("RectsCoalesced", wintypes.BOOL),
        ("ProtectedContentMaskedOut", wintypes.BOOL),
        ("PointerX", wintypes.LONG),
        ("PointerY", wintypes.LONG),
        ("PointerVisible", wintypes.BOOL),
        ("TotalMetadataBufferSize", c_uint),
        ("PointerShapeBufferSize", c_uint),
    )


class MoveRect(Structure):
    _fields_ = (("SourcePoint", wintypes.POINT), ("DestinationRect", wintypes.RECT))


class _TextureDescription(Structure):
    _fields_ = tuple(
        (name, c_uint)
        for name in ("Width", "Height", "MipLevels", "ArraySize", "Format", "SampleCount", "SampleQuality", "Usage",
                     "BindFlags", "CPUAccessFlags", "MiscFlags")
    )  # fmt: skip


class Mapped(Structure):
    _fields_ = (("pData", c_void_p), ("RowPitch", c_uint), ("DepthPitch", c_uint))


class _Box(Structure):
    _fields_ = tuple((name, c_uint) for name in ("left", "top", "front", "right", "bottom", "back"))


class DuplicationCapture:
    """Captures one monitor, named by its area in Windows' own coordinates. Used by one thread alone."""

    name = "DXGI"
    waits_for_changes = True

    def __init__(self, duplication: Com, device: Com, context: Com, area: Rect) -> None:
        """Owns the three objects from now on; `open_duplication` makes them."""
        self._duplication, self._device, self._context, self._area = duplication, device, context, area
        text = _TextureDescription(area.width, area.height, 1, 1, _BGRA, 1, 0, _STAGING, 0, _CPU_READ, 0)
        self._staging = device.get(_CREATE_TEXTURE2D, "CreateTexture2D", ctypes.pointer(text), c_void_p(None))
        self._frame: Com | None = None  # a frame that is acquired and not taken yet
        self._info = FrameInfo()
        self._is_mapped = False
        self._has_picture = False
        self.pixels = memoryview(b"")
        self.stride = area.width * 4

    def wait(self, timeout_seconds: float) -> bool:
        """Whether something on the monitor changed within the time. Raises PlatformError if duplication was lost."""
        if self._frame is not None:
            return True
        resource = c_void_p()
        result = self._duplication.try_call(
            _ACQUIRE, c_uint(int(timeout_seconds * 1000)), ctypes.pointer(self._info), ctypes.pointer(resource)
        )
        if result == WAIT_TIMEOUT:
            return False
        if result & 0x80000000:
            raise PlatformError(f"Windows took the fast picture away (0x{result:08X}).")
        self._frame = Com(resource)
        if self._info.LastPresentTime == 0 and self._has_picture:
            self._give_back()  # only the pointer moved: the technician's side draws it itself
            return False
        return True

    def take(self) -> Sequence[Rect]:
        """Takes the picture; tells what changed since the last. Raises PlatformError."""
        try:
            if self._frame is None and not self.wait(0.0):
                return []
            return self._copy()
        except ComError as error:
            raise PlatformError(f"Windows gives no fast picture ({error}).") from error

    def _copy(self) -> Sequence[Rect]:
        assert self._frame is not None
        area = self._area
        everything = [Rect(0, 0, area.width, area.height)]
        rects = self._changes() if self._has_picture else everything
        texture = self._frame.query(TEXTURE2D, "ID3D11Texture2D")
        try:
            self._unmap()
            for rect in rects:
                box = _Box(rect.x, rect.y, 0, rect.x + rect.width, rect.y + rect.height, 1)
                self._context.try_call(
                    _COPY_REGION, self._staging.pointer, c_uint(0), c_uint(rect.x), c_uint(rect.y), c_uint(0),
                    texture.pointer, c_uint(0), ctypes.pointer(box),
                )  # fmt: skip
        finally:
            texture.release()
            self._give_back()
        self._map()
        self._has_picture = True
        return rects

    def _map(self) -> None:
        mapped = Mapped()
        arguments = (self._staging.pointer, c_uint(0), c_int(1), c_uint(0), ctypes.pointer(mapped))
        self._context.call(_MAP, "Map", *arguments)
        self._is_mapped = True
        self.stride = mapped.RowPitch
        size = mapped.RowPitch * (self._area.height - 1) + self._area.width * 4
        self.pixels = memoryview((ctypes.c_ubyte * size).from_address(mapped.pData)).cast("B")

    def _changes(self) -> list[Rect]:
        """Dirty and moved rectangles of the acquired frame, clipped to the monitor."""
        size = self._info.TotalMetadataBufferSize
        if not size:
            return []
        found: list[wintypes.RECT] = []
        for index, kind in ((_MOVES, MoveRect), (_DIRTY, wintypes.RECT)):
            row = (kind * (size // ctypes.sizeof(kind) + 1))()
            used = c_uint()
            self._duplication.call(
                index, "changed rectangles", c_uint(ctypes.sizeof(row)),
                ctypes.cast(row, ctypes.POINTER(kind)), ctypes.pointer(used),
            )  # fmt: skip
            entries = row[: used.value // ctypes.sizeof(kind)]
            found += [one.DestinationRect if isinstance(one, MoveRect) else one for one in entries]
        return [rect for rect in map(self._clip, found) if rect is not None]

    def _clip(self, rect: wintypes.RECT) -> Rect | None:
        left, top = max(rect.left, 0), max(rect.top, 0)
        right, bottom = min(rect.right, self._area.width), min(rect.bottom, self._area.height)
        return Rect(left, top, right - left, bottom - top) if right > left and bottom > top else None

    def _give_back(self) -> None:
        if self._frame is not None:
            self._frame.release()
            self._frame = None
            self._duplication.try_call(_RELEASE_FRAME)

    def _unmap(self) -> None:
        if self._is_mapped:
            self.pixels = memoryview(b"")
            self._context.try_call(_UNMAP, self._staging.pointer, c_uint(0))
            self._is_mapped = False

    def close(self) -> None:
        self._give_back()
        self._unmap()
        for one in (self._staging, self._duplication, self._context, self._device):
            one.release()


def open_duplication(area: Rect) -> DuplicationCapture:
    """For the monitor at `area` (Windows' own coordinates). Raises PlatformError with the reason."""
    try:
        return _open(area)
    except (ComError, OSError, AttributeError) as error:
        raise PlatformError(f"desktop duplication: {error}") from error


def _open(area: Rect) -> DuplicationCapture:
    make = ctypes.WinDLL("dxgi").CreateDXGIFactory1
    make.argtypes, make.restype = [c_void_p, c_void_p], ctypes.c_ulong
    pointer = c_void_p()
    if result := make(guid(FACTORY1), ctypes.byref(pointer)):
        raise ComError("CreateDXGIFactory1", result)
    factory = Com(pointer)
    try:
        for adapter in _each(factory, _ENUM_ADAPTERS1):
            with _released(adapter):
                for output in _each(adapter, _ENUM_OUTPUTS):
                    with _released(output):
                        if _is_at(output, area):
                            return _duplicate(adapter, output, area)
    finally:
        factory.release()
    raise PlatformError("desktop duplication: no graphics card shows this monitor")


def _each(parent: Com, method: int) -> list[Com]:
    found: list[Com] = []
    while True:
        pointer = c_void_p()
        if parent.try_call(method, c_uint(len(found)), ctypes.pointer(pointer)) & 0x80000000:
            return found  # DXGI_ERROR_NOT_FOUND after the last one
        found.append(Com(pointer))


class _released:
    def __init__(self, one: Com) -> None:
        self._one = one

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_error: object) -> None:
        with suppress(ComError):
            self._one.release()


def _is_at(output: Com, area: Rect) -> bool:
    about = _OutputDescription()
    output.call(_GET_DESC, "IDXGIOutput.GetDesc", ctypes.pointer(about))
    rect = about.DesktopCoordinates
    if (rect.left, rect.top, rect.right, rect.bottom) != (area.x, area.y, area.x + area.width, area.y + area.height):
        return False
    if about.Rotation not in _UNROTATED:
        raise PlatformError("desktop duplication: the monitor is turned")
    return True


def _duplicate(adapter: Com, output: Com, area: Rect) -> DuplicationCapture:
    create = ctypes.WinDLL("d3d11").D3D11CreateDevice
    create.restype = ctypes.c_ulong
    create.argtypes = [c_void_p, c_int, c_void_p, c_uint, c_void_p, c_uint, c_uint, c_void_p, c_void_p, c_void_p]
    device, context = c_void_p(), c_void_p()
    result = create(
        adapter.pointer, _DRIVER_OF_ADAPTER, None, 0, None, 0, _SDK, ctypes.byref(device), None, ctypes.byref(context)
    )
    if result:
        raise ComError("D3D11CreateDevice", result)
    made = [Com(device), Com(context)]
    try:
        output1 = output.query(OUTPUT1, "IDXGIOutput1")
        with _released(output1):
            duplication = output1.get(_DUPLICATE_OUTPUT, "DuplicateOutput", Com(device).pointer)
        made.append(duplication)
        return DuplicationCapture(duplication, made[0], made[1], area)
    except ComError:
        for one in reversed(made):
            one.release()
        raise
