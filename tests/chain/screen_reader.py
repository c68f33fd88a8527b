"""A screen reader for tests: tells what AT-SPI knows of the windows on a display, as a process of its own.

Run inside the display's session bus. Each line on stdin is a process id (0 for all programs); the answer is one JSON
line: a list of controls in their order, each {pid, role, name, text, states, x, y, width, height, depth}.
"""

import json
import sys
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

TEXT_ROLES = {"text", "entry", "password text", "terminal", "paragraph"}


def controls(node: Any, pid: int, depth: int, found: list[dict[str, Any]]) -> None:
    states = [state.value_nick for state in node.get_state_set().get_states()]
    role = node.get_role_name()
    place = node.get_component_iface()
    box = place.get_extents(Atspi.CoordType.SCREEN) if place else None
    text = ""
    if role in TEXT_ROLES and node.get_text_iface():
        text = Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))
    entry = {"pid": pid, "role": role, "name": node.get_name() or "", "text": text, "states": states, "depth": depth}
    if box:
        entry.update(x=box.x, y=box.y, width=box.width, height=box.height)
    found.append(entry)
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child is not None:
            controls(child, pid, depth + 1, found)


def look(wanted: int) -> list[dict[str, Any]]:
    """All controls of the program; a program that ends while it is read tells nothing."""
    desktop = Atspi.get_desktop(0)
    found: list[dict[str, Any]] = []
    for index in range(desktop.get_child_count()):
        try:
            program = desktop.get_child_at_index(index)
            if program is None:
                continue
            program.clear_cache()
            pid = program.get_process_id()
            if wanted in (0, pid):
                controls(program, pid, 0, found)
        except GLib.Error:
            continue
    return found


def main() -> None:
    Atspi.init()
    Atspi.set_timeout(5_000, 10_000)
    print("ready", flush=True)
    for line in sys.stdin:
        context = GLib.MainContext.default()
        while context.pending():
            context.iteration(False)
        print(json.dumps(look(int(line))), flush=True)


if __name__ == "__main__":
    main()
