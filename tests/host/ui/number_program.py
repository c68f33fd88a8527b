"""Shows the number window alone: prints each change of its field, and takes every number as a wrong one."""

import sys

import wx

from beistand.host.firm import Firm
from beistand.host.ui.number import NumberWindow
from beistand.protocol.e2e.number import SessionNumber, spoken


def main() -> None:
    application = wx.App()

    def refuse(number: SessionNumber) -> None:
        print("number", spoken(number), flush=True)

        def again() -> None:
            window.set_status("wrong_number")
            window.set_busy(False)
            print("again", flush=True)

        wx.CallLater(50, again)

    window = NumberWindow(Firm("https://help.example.org"), "de", refuse)
    window.SetPosition((100, 100))
    window.Show()
    known = [""]

    def tell() -> None:
        value = window.field.GetValue()
        if value != known[0]:
            known[0] = value
            print("field", value, flush=True)

    timer = wx.Timer(window)
    window.Bind(wx.EVT_TIMER, lambda _event: tell())
    timer.Start(20)
    wx.CallAfter(
        lambda: print("ready", window.field.GetScreenPosition()[0], window.field.GetScreenPosition()[1], flush=True)
    )
    application.MainLoop()


if __name__ == "__main__":
    sys.exit(main())
