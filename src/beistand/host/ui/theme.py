"""Fonts, colours and small helpers shared by the windows. 18 pt is the base size: many customers read badly."""

from __future__ import annotations

import wx

BASE_PT = 18
SMALL_PT = 13
INK = wx.Colour(24, 32, 44)
PAPER = wx.Colour(250, 250, 247)
QUIET = wx.Colour(84, 96, 112)
STOP_RED = wx.Colour(196, 22, 28)
BLUE = wx.Colour(20, 82, 148)
WARNING = wx.Colour(150, 60, 0)


def font(points: int = BASE_PT, is_bold: bool = False) -> wx.Font:
    """The system's own sans-serif font at a size in points."""
    weight = wx.FONTWEIGHT_BOLD if is_bold else wx.FONTWEIGHT_NORMAL
    return wx.Font(points, wx.FONTFAMILY_SWISS, wx.FONTSTYLE_NORMAL, weight)


def label(
    parent: wx.Window, text: str, points: int = BASE_PT, is_bold: bool = False, colour: wx.Colour = INK, wrap: int = 0
) -> wx.StaticText:
    """A line of text; `wrap` pixels break it, 0 leaves it on one line. Its text is its screen-reader name."""
    control = wx.StaticText(parent, label=text.replace("&", "&&"))
    control.SetFont(font(points, is_bold))
    control.SetForegroundColour(colour)
    control.SetName(text)
    if wrap:
        control.Wrap(wrap)
    return control


def button(parent: wx.Window, text: str, points: int = BASE_PT) -> wx.Button:
    """A native button whose text is its screen-reader name."""
    control = wx.Button(parent, label=text.replace("&", "&&"))
    control.SetFont(font(points))
    control.SetName(text)
    return control
