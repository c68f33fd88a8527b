"""The door of the customer's program: `python -m beistand.host --server URL`, or `beistand join`."""

from __future__ import annotations

import argparse
import signal
import sys
from urllib.parse import urlsplit

import wx

from beistand.host.app import App
from beistand.host.firm import Firm
from beistand.host.platform import current
from beistand.host.ports import PlatformError, Unpacked
from beistand.host.ui.spoken import application
from beistand.host.ui.texts import Language
from beistand.protocol.identity import KEY_BYTES


def _server(text: str) -> str:
    parts = urlsplit(text)
    is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme == "https" or (parts.scheme == "http" and is_local):
        return f"{parts.scheme}://{parts.netloc}"
    raise argparse.ArgumentTypeError(
        "the server's address must begin with https:// (http:// is for this computer alone)"
    )


def _root_key(text: str) -> str:
    try:
        key = Firm("", root_key=text).pinned_root() or b""
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise argparse.ArgumentTypeError("the pinned key must be the 44 letters that `beistand keys public` prints")
    return text


def main(arguments: list[str] | None = None, firm: Firm | None = None, own: Unpacked | None = None) -> int:
    """Runs the program until the customer closes it. Returns the exit status.

    The one-file program passes the `firm` that the builder put inside, and its `own` traces; it takes no arguments.
    """
    chosen = firm or _from_arguments(arguments)
    try:
        platform, problem = current(), ""  # before the first window: Windows fixes the scale of pixels with it
    except PlatformError as error:
        platform, problem = None, str(error)
    sys.setswitchinterval(SWITCH_SECONDS)
    toolkit = application()
    language = _language(chosen.language)
    if platform is not None:
        try:
            app = App(chosen, language, platform, lambda: wx.CallAfter(toolkit.ExitMainLoop), own)
            if own is not None:
                own.watch_outer(app.abandon)
        except PlatformError as error:
            problem = str(error)
    if problem:
        print(problem, file=sys.stderr)
        wx.MessageBox(problem, "Beistand", wx.ICON_ERROR)
        return 1
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    toolkit.MainLoop()
    return 0


def _language(wanted: str) -> Language:
    if wanted in ("de", "en"):
        return "de" if wanted == "de" else "en"
    return "de" if wx.Locale.GetSystemLanguage() in _GERMAN else "en"


def _from_arguments(arguments: list[str] | None) -> Firm:
    parser = argparse.ArgumentParser(prog="beistand join", description="Get remote help: type the session number.")
    parser.add_argument("--server", required=True, type=_server, help="address of the firm's server")
    parser.add_argument("--company", default="", help="name of the firm, shown in the first window")
    parser.add_argument("--language", choices=("de", "en"), help="language of the windows (default: the system's)")
    parser.add_argument("--pin", type=_root_key, help="the firm's public root key (beistand keys public)")
    parser.add_argument("--person", action="store_true", help="demand the technician's own passkey (needs --pin)")
    parser.add_argument("--roster", type=int, default=0, help="smallest number of the roster that is believed")
    parser.add_argument("--phone", action="append", default=[], help="phone number shown in the first window")
    options = parser.parse_args(arguments)
    if options.person and not options.pin:
        parser.error("--person needs --pin: without the firm's root key nothing says whose passkey it is")
    return Firm(
        options.server,
        options.company,
        tuple(options.phone),
        root_key=options.pin or "",
        language=options.language or "",
        least_roster=options.roster,
        must_be_person=options.person,
    )


SWITCH_SECONDS = 0.0005  # a key must not wait 5 ms, Python's own interval, for a thread that computes
_GERMAN = {wx.LANGUAGE_GERMAN, wx.LANGUAGE_GERMAN_AUSTRIAN, wx.LANGUAGE_GERMAN_SWISS}

if __name__ == "__main__":
    sys.exit(main())
