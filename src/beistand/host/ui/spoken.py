"""Tells GTK's screen reader side the program's name and those of text fields: wx tells them on Windows alone.

Labels and buttons speak by their own words; a field would be heard as "text" and the program as "__main__.py". Where
there is no GTK the fields' names are left to wx.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator

import wx

PROGRAM = "Beistand"
_TEXT_WIDGETS = (b"GtkEntry", b"GtkTextView")


class _Node(ctypes.Structure):
    """GList."""


_Pointer = ctypes.POINTER(_Node)
_Node._fields_ = (("data", ctypes.c_void_p), ("next", _Pointer), ("previous", _Pointer))


def application() -> wx.App:
    """The toolkit, begun under the name that a screen reader, a task bar and a list of windows show."""
    sys.argv[0] = PROGRAM  # GTK takes its name from there, once, when it begins
    return wx.App()


def name_fields(window: wx.TopLevelWindow) -> None:
    """Gives each text field of a shown window its wx name. Fields of both trees stand in the same order."""
    if "gtk3" not in wx.PlatformInfo:
        return
    gtk, atk = ctypes.CDLL("libgtk-3.so.0"), ctypes.CDLL("libatk-1.0.so.0")
    for function in (gtk.gtk_window_list_toplevels, gtk.gtk_container_get_children, gtk.gtk_widget_get_accessible):
        function.restype = ctypes.c_void_p
    gtk.gtk_window_get_title.restype = ctypes.c_char_p
    names = [field.GetName() for field in _fields(window)]
    for top in _listed(gtk, gtk.gtk_window_list_toplevels()):
        if gtk.gtk_window_get_title(ctypes.c_void_p(top)) != window.GetTitle().encode():
            continue
        widgets = list(_texts(gtk, top))
        if len(widgets) == len(names):
            for widget, name in zip(widgets, names, strict=True):
                accessible = gtk.gtk_widget_get_accessible(ctypes.c_void_p(widget))
                atk.atk_object_set_name(ctypes.c_void_p(accessible), name.encode())


def _fields(window: wx.Window) -> Iterator[wx.TextCtrl]:
    for child in window.GetChildren():
        if isinstance(child, wx.TextCtrl):
            yield child
        else:
            yield from _fields(child)


def _texts(gtk: ctypes.CDLL, widget: int) -> Iterator[int]:
    kinds = ctypes.CDLL("libgobject-2.0.so.0").g_type_name_from_instance
    kinds.restype = ctypes.c_char_p
    kind = kinds(ctypes.c_void_p(widget))
    if kind in _TEXT_WIDGETS:
        yield widget
    elif gtk.g_type_check_instance_is_a(ctypes.c_void_p(widget), ctypes.c_size_t(_container(gtk))):
        for child in _listed(gtk, gtk.gtk_container_get_children(ctypes.c_void_p(widget))):
            yield from _texts(gtk, child)


def _container(gtk: ctypes.CDLL) -> int:
    gtk.gtk_container_get_type.restype = ctypes.c_size_t
    return int(gtk.gtk_container_get_type())


def _listed(gtk: ctypes.CDLL, first: int | None) -> Iterator[int]:
    node = ctypes.cast(first or 0, _Pointer)
    while node:
        yield int(node.contents.data)
        node = node.contents.next
    gtk.g_list_free(ctypes.c_void_p(first or 0))
