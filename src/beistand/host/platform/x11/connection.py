"""One connection to an X server, with the extensions it is asked for.

`xcffib` is untyped: everything that comes from it is `Any` from here on, and this file is the place that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import xcffib as _xcffib
import xcffib.damage as _damage
import xcffib.randr as _randr
import xcffib.res as _res
import xcffib.shm as _shm
import xcffib.xfixes as _xfixes
import xcffib.xinerama as _xinerama
import xcffib.xinput as _xinput
import xcffib.xkb as _xkb
import xcffib.xproto as _xproto
import xcffib.xtest as _xtest

from beistand.host.ports import PlatformError

xcffib: Any = _xcffib
damage: Any = _damage
randr: Any = _randr
res: Any = _res
shm: Any = _shm
xfixes: Any = _xfixes
xinerama: Any = _xinerama
xinput: Any = _xinput
xkb: Any = _xkb
xproto: Any = _xproto
xtest: Any = _xtest

#: Extension module -> the version to announce, which the protocol demands before anything else.
_ANNOUNCE: dict[Any, tuple[str, tuple[int, ...]]] = {
    damage: ("QueryVersion", (1, 1)),
    randr: ("QueryVersion", (1, 5)),
    res: ("QueryVersion", (1, 2)),
    shm: ("QueryVersion", ()),
    xfixes: ("QueryVersion", (4, 0)),
    xinerama: ("QueryVersion", (1, 1)),
    xinput: ("XIQueryVersion", (2, 2)),
    xkb: ("UseExtension", (1, 0)),
    xtest: ("GetVersion", (2, 2)),
}


P = ParamSpec("P")
T = TypeVar("T")


class XError(Exception):
    """The X server refused one request, e.g. because a window is gone; the caller knows whether that matters."""


def reported(method: Callable[P, T]) -> Callable[P, T]:
    """Lets whatever goes wrong with the X server leave a method as a PlatformError."""

    @wraps(method)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except xcffib.ConnectionException as error:
            raise PlatformError("The X server is gone: start the program again once the desktop is back.") from error
        except (xcffib.XcffibException, XError) as error:
            raise PlatformError(
                f"The X server refused what was asked of it ({type(error).__name__} {error}): try again."
            ) from error

    return guarded


class RawReply:
    """A reply as its bytes, for those that xcffib cannot take apart."""

    def __init__(self, unpacker: Any) -> None:
        self.data = bytes(unpacker.buf[: unpacker.known_max])


class Display:
    """A connection to the X server called `name` (None: the one this program was started on).

    Raises PlatformError if it cannot be reached. Not for two threads at once, unless the user brings a lock.
    """

    def __init__(self, name: str | None = None) -> None:
        try:
            self.connection: Any = xcffib.Connection(display=name)
        except xcffib.XcffibException as error:
            raise PlatformError(
                "The screen cannot be reached (no X server answers): start the program from within the desktop."
            ) from error
        setup = self.connection.get_setup()
        self.screen: Any = setup.roots[self.connection.pref_screen]
        self.root: int = self.screen.root
        self.core: Any = self.connection.core
        self.min_keycode: int = setup.min_keycode
        self.max_keycode: int = setup.max_keycode
        self._atoms: dict[str, int] = {}

    def extension(self, module: Any, needed_for: str) -> Any:
        """The extension, ready for use. Raises PlatformError, saying what it is `needed_for`, if it is missing."""
        if not self.has(module):
            raise PlatformError(
                f"The X server lacks the extension {module.key.name}, which is needed for {needed_for}: enable it."
            )
        extension = self.connection(module.key)
        request, version = _ANNOUNCE[module]
        getattr(extension, request)(*version).reply()
        return extension

    def has(self, module: Any) -> bool:
        name = module.key.name
        return bool(self.core.QueryExtension(len(name), name).reply().present)

    def atom(self, name: str) -> int:
        if name not in self._atoms:
            self._atoms[name] = self.core.InternAtom(False, len(name), name).reply().atom
        return self._atoms[name]

    def atom_name(self, atom: int) -> str:
        return str(self.core.GetAtomName(atom).reply().name.to_string())

    def property_words(self, window: int, name: str) -> list[int]:
        """A property of 32-bit numbers; empty if the window has none. Raises XError if the window is gone."""
        reply = self.ask(self.core.GetProperty(False, window, self.atom(name), 0, 0, 64))
        return list(reply.value.to_atoms()) if reply.format == 32 else []

    def ask(self, cookie: Any) -> Any:
        """The reply to a request that may fail by itself, e.g. because its window just went away: raises XError."""
        try:
            return cookie.reply()
        except xcffib.Error as error:
            raise XError(type(error).__name__) from error

    def poll_event_head(self) -> bytes | None:
        """The first 32 bytes of the next event, None if none is waiting.

        For events that xcffib misreads: it counts the values of XI2's raw motion wrongly and reads past their end.
        """
        library, ffi = xcffib.lib, xcffib.ffi
        self.connection.invalid()
        event = library.xcb_poll_for_event(self.connection._conn)
        if event == ffi.NULL:
            self.connection.invalid()
            return None
        head = bytes(ffi.buffer(event, 32))
        xcffib.c_lib.free(event)
        return head

    def poll_reply(self, cookie: Any) -> bool:
        """Whether the reply to a request has come; it is thrown away then. Never waits."""
        library, ffi = xcffib.lib, xcffib.ffi
        reply, error = ffi.new("void **"), ffi.new("xcb_generic_error_t **")
        if not library.xcb_poll_for_reply(self.connection._conn, cookie.sequence, reply, error):
            return False
        for memory in (reply[0], error[0]):
            if memory != ffi.NULL:
                xcffib.c_lib.free(memory)
        return True

    def sync(self) -> None:
        """Returns once the server has done all that was asked of it on this connection."""
        self.core.GetInputFocus().reply()

    def flush(self) -> None:
        self.connection.flush()

    def fileno(self) -> int:
        return int(self.connection.get_file_descriptor())

    def close(self) -> None:
        self.connection.disconnect()

    def __enter__(self) -> Display:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
