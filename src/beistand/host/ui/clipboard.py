"""The customer's clipboard, lent to the technician: what was in it is kept and comes back at the end.

Used in wx's thread alone. What the customer copied before or meanwhile never leaves the computer by itself:
only `text`, asked for by the customer's own button, is sent.
"""

from __future__ import annotations

import wx


class LentClipboard:
    """`put` for the technician's text, `give_back` when the session is over."""

    def __init__(self) -> None:
        self._kept: wx.DataObjectSimple | None = None
        self._put: str | None = None

    def put(self, text: str) -> None:
        """The technician's text; before the first one the customer's own content is kept."""
        if self._put is None:
            self._kept = _content()
        if _write(wx.TextDataObject(text)):
            self._put = text

    def text(self) -> str:
        """What the customer copied, as text; empty if it is no text."""
        found = _read(wx.TextDataObject(), wx.DF_UNICODETEXT)
        return found.GetText() if isinstance(found, wx.TextDataObject) else ""

    def give_back(self) -> None:
        """Puts back what was there, unless the customer has copied something else meanwhile."""
        put, kept, self._put, self._kept = self._put, self._kept, None, None
        if put is None or self.text() != put:
            return
        if kept is None:
            if wx.TheClipboard.Open():
                wx.TheClipboard.Clear()
                wx.TheClipboard.Close()
        else:
            _write(kept)
            wx.TheClipboard.Flush()  # for the time after this program, where the desktop has a keeper for it


def _content() -> wx.DataObjectSimple | None:
    """The customer's content in the first form that carries it whole: text, files, a picture."""
    forms = (
        (wx.TextDataObject(), wx.DF_UNICODETEXT),
        (wx.FileDataObject(), wx.DF_FILENAME),
        (wx.BitmapDataObject(), wx.DF_BITMAP),
    )
    return next((found for data, form in forms if (found := _read(data, form)) is not None), None)


def _read(data: wx.DataObjectSimple, form: int) -> wx.DataObjectSimple | None:
    if not wx.TheClipboard.Open():
        return None
    try:
        is_there = wx.TheClipboard.IsSupported(wx.DataFormat(form)) and wx.TheClipboard.GetData(data)
        return data if is_there else None
    finally:
        wx.TheClipboard.Close()


def _write(data: wx.DataObjectSimple) -> bool:
    if not wx.TheClipboard.Open():
        return False
    try:
        return bool(wx.TheClipboard.SetData(data))
    finally:
        wx.TheClipboard.Close()
