"""What the keeper does, in order, and what it undoes: everything that was made goes again, however far it came. Pure.

`Deeds` is the shell on Windows (keeper.py). Each step of it raises OSError if it fails.
"""

from __future__ import annotations

from typing import Protocol

from beistand.host.platform.windows.elevation import plan

UP_SECONDS = 25.0  # a cold start of a one-file program, twice: the task's process and the helper's
LEAVE_SECONDS = 1.0  # for the helper to go by itself, before it is ended
SWEEP_TRIES = 40


class Deeds(Protocol):
    def make_folder(self) -> None:
        """The protected folder, with a copy of the program and the task's description in it."""
        ...

    def register(self) -> None: ...
    def run(self) -> None: ...
    def forget(self) -> None: ...
    def wait_up(self, seconds: float) -> bool:
        """Whether the helper said within this time that it can be reached; False also if the session ended."""
        ...

    def wait_end(self) -> None:
        """Until the program says so, or is gone, or the helper is gone."""
        ...

    def end_helper(self, seconds: float) -> None:
        """Tells the helper to go, and ends it if it has not gone within this time."""
        ...

    def remove_folder(self) -> bool:
        """One try: it fails while a process of it is still ending."""
        ...

    def pause(self) -> None: ...
    def remove_later(self) -> None:
        """Leaves the removal to a process of its own, because something holds the folder for long."""
        ...


def keep(deeds: Deeds) -> int:
    """Runs one session's helper from beginning to removal; the exit code (plan.CODES)."""
    code = plan.NO_FOLDER
    has_task = False
    try:
        deeds.make_folder()
        code = plan.NO_TASK
        deeds.register()
        has_task = True
        deeds.run()
        code = plan.NO_HELPER
        if deeds.wait_up(UP_SECONDS):
            has_task = not _forgotten(deeds)
            deeds.wait_end()
            code = plan.DONE
    except OSError:
        pass  # the code says which step it was; what was made until then is undone below
    finally:
        if has_task:
            _forgotten(deeds)
        deeds.end_helper(LEAVE_SECONDS)
        _remove(deeds)
    return code


def _forgotten(deeds: Deeds) -> bool:
    try:
        deeds.forget()
    except OSError:
        return False
    return True


def _remove(deeds: Deeds) -> None:
    for _ in range(SWEEP_TRIES):
        if deeds.remove_folder():
            return
        deeds.pause()
    deeds.remove_later()
