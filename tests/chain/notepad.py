"""A customer's text editor for tests: one GTK text field, and a clipboard as any program has one.

Each line on stdin is a question, the answer one JSON line: `text` all of the field's text; `clear`; `focused`;
`copy WORDS` puts words into the clipboard; `paste` what is in it; `copied picture` puts a picture of 3x2 pixels there;
`picture` its size.
"""

import json
import sys
import threading
from typing import Any

import wx


class Editor(wx.Frame):
    def __init__(self) -> None:
        super().__init__(None, title="Editor", size=wx.Size(500, 260), style=wx.DEFAULT_FRAME_STYLE | wx.STAY_ON_TOP)
        self.field = wx.TextCtrl(self, style=wx.TE_MULTILINE)
        self.Move(wx.Point(740, 300))
        self.Show()
        self.field.SetFocus()

    def answer(self, line: str) -> Any:
        what, _, words = line.partition(" ")
        match what:
            case "text":
                return self.field.GetValue()
            case "clear":
                self.field.Clear()
            case "focused":
                return self.field.HasFocus()
            case "copy":
                return keep(wx.TextDataObject(json.loads(words)))
            case "copied":
                return keep(wx.BitmapDataObject(wx.Bitmap(3, 2)))
            case "paste":
                return found(wx.TextDataObject(), "GetText")
            case "picture":
                bitmap = found(wx.BitmapDataObject(), "GetBitmap")
                return bitmap and [bitmap.GetWidth(), bitmap.GetHeight()]
        return None


def keep(data: wx.DataObjectSimple) -> bool:
    if not wx.TheClipboard.Open():
        return False
    is_kept = bool(wx.TheClipboard.SetData(data))
    wx.TheClipboard.Close()
    return is_kept


def found(data: wx.DataObjectSimple, getter: str) -> Any:
    if not wx.TheClipboard.Open():
        return None
    is_there = wx.TheClipboard.GetData(data)
    wx.TheClipboard.Close()
    return getattr(data, getter)() if is_there else None


def main() -> None:
    app = wx.App()
    editor = Editor()

    def say(line: str) -> None:
        print(json.dumps(editor.answer(line)), flush=True)

    def listen() -> None:
        for line in sys.stdin:
            wx.CallAfter(say, line.rstrip("\n"))
        wx.CallAfter(app.ExitMainLoop)

    threading.Thread(target=listen, daemon=True).start()
    app.MainLoop()


if __name__ == "__main__":
    main()
