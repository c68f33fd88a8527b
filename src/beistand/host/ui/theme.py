"""Fonts, colours and small helpers shared by the windows. 18 pt is the base size: many customers read badly."""

from __future__ import annotations

import io

import wx
from wx.lib.wordwrap import wordwrap

BASE_PT = 18
SMALL_PT = 13
INK = wx.Colour(24, 32, 44)
PAPER = wx.Colour(250, 250, 247)
QUIET = wx.Colour(84, 96, 112)
STOP_RED = wx.Colour(196, 22, 28)
BLUE = wx.Colour(20, 82, 148)
GOOD = wx.Colour(20, 104, 56)
WARNING = wx.Colour(150, 60, 0)
PRICE_GROUND = wx.Colour(255, 243, 220)


def font(points: int = BASE_PT, is_bold: bool = False) -> wx.Font:
    """The system's own sans-serif font at a size in points."""
    weight = wx.FONTWEIGHT_BOLD if is_bold else wx.FONTWEIGHT_NORMAL
    return wx.Font(points, wx.FONTFAMILY_SWISS, wx.FONTSTYLE_NORMAL, weight)


def picture(png: bytes, height_px: int) -> wx.Bitmap:
    """A PNG as a bitmap, scaled down to this height (0: as it is); an unreadable one becomes a blank of one pixel."""
    image = wx.Image(io.BytesIO(png), wx.BITMAP_TYPE_PNG)
    if not image.IsOk():
        return wx.Bitmap(1, 1)
    if height_px and image.GetHeight() > height_px:
        width = max(1, min(4 * height_px, image.GetWidth() * height_px // image.GetHeight()))
        image = image.Scale(width, height_px, wx.IMAGE_QUALITY_HIGH)
    return wx.Bitmap(image)


def wrapped(text: str, face: wx.Font, width_px: int) -> tuple[str, wx.Size]:
    """The text broken into lines of at most `width_px` (0: not broken) and the size it needs.

    Measured here, because GTK tells sizes of fresh controls as if they had the default font.
    """
    device = wx.ScreenDC()
    device.SetFont(face)
    if width_px:
        text = wordwrap(text, width_px, device)
    size = device.GetMultiLineTextExtent(text)
    return text, wx.Size(size.width + 4, size.height + 4)


def set_label(control: wx.StaticText, text: str, width_px: int = 0) -> None:
    """Changes a label's words, its screen-reader name, and its size if it grows."""
    if control.GetName() == text:
        return
    broken, size = wrapped(text, control.GetFont(), width_px)
    control.SetLabel(broken.replace("&", "&&"))
    control.SetName(text)
    least = control.GetMinSize()
    control.SetMinSize((max(least.width, size.width), max(least.height, size.height)))


def label(
    parent: wx.Window, text: str, points: int = BASE_PT, is_bold: bool = False, colour: wx.Colour = INK, wrap: int = 0
) -> wx.StaticText:
    """A line of text; `wrap` pixels break it, 0 leaves it on one line. Its text is its screen-reader name."""
    control = wx.StaticText(parent)
    control.SetFont(font(points, is_bold))
    control.SetForegroundColour(colour)
    set_label(control, text, wrap)
    return control


def button(parent: wx.Window, text: str, points: int = BASE_PT) -> wx.Button:
    """A native button whose text is its screen-reader name."""
    control = wx.Button(parent, label=text.replace("&", "&&"))
    control.SetFont(font(points))
    control.SetName(text)
    _text, size = wrapped(text, control.GetFont(), 0)
    control.SetMinSize((size.width + 32, size.height + 18))
    return control
