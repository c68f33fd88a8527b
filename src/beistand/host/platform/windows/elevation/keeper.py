"""The keeper (administrator, after one yes to UAC): makes folder and task, waits for the end, removes both.

It is this program's own file, started by the customer's yes; what runs as SYSTEM is a copy that nobody else can write.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from beistand.host.platform.windows.elevation import keeping, native, plan

_TOOL_SECONDS = 20.0
_PAUSE_SECONDS = 0.25
_LATER = " & ".join(f'ping -n {n} 127.0.0.1 & rd /s /q "!BEISTAND_FOLDER!"' for n in (2, 4, 8, 16, 32))


class WindowsDeeds:
    """`Deeds` for one plan. `program` is the one file to copy; `windows` the system's own folder."""

    def __init__(self, own: plan.Plan, program: Path, windows: str, system: str) -> None:
        """Raises OSError if the program that asked is gone."""
        self._own, self._program = own, program
        self._folder = Path(own.folder(windows))
        self._words = plan.scheduler_words(f"{system}\\schtasks.exe", own, str(self._folder))
        self._system = system
        self._asker = native.open_process(own.program_pid)
        user = native.user_sid(self._asker)
        self._up = native.create_event(own.up_event, plan.event_access(user))
        self._end = native.open_event(own.end_event)
        self._helper: int | None = None

    def make_folder(self) -> None:
        native.make_folder(str(self._folder), plan.FOLDER_ACCESS)
        copy = self._folder / plan.PROGRAM_FILE
        shutil.copyfile(self._program, copy)
        text = plan.task_xml(self._own, str(copy), os.getpid())
        (self._folder / plan.TASK_FILE).write_bytes(text.encode("utf-16"))

    def register(self) -> None:
        self._tell("register")

    def run(self) -> None:
        self._tell("run")

    def forget(self) -> None:
        self._tell("forget")

    def wait_up(self, seconds: float) -> bool:
        return native.wait([self._up, self._end, self._asker], seconds) == 0

    def wait_end(self) -> None:
        watched = [self._end, self._asker]
        with contextlib.suppress(OSError, IndexError):
            self._helper = native.open_process(self._pids()[0])
            watched.append(self._helper)
        native.wait(watched, None)

    def end_helper(self, seconds: float) -> None:
        # The event is the helper's own word to go; it also hears that we or the program ended.
        with contextlib.suppress(OSError):
            native.set_event(native.open_event(self._own.end_event, to_set=True))
        if self._helper is None or native.wait([self._helper], seconds) is None:
            for pid in self._pids():
                native.terminate(pid)

    def remove_folder(self) -> bool:
        with contextlib.suppress(OSError):
            # First the program: as long as it runs nothing of the folder goes.
            (self._folder / plan.PROGRAM_FILE).unlink(missing_ok=True)
            shutil.rmtree(self._folder)
        return not self._folder.exists()

    def pause(self) -> None:
        time.sleep(_PAUSE_SECONDS)

    def remove_later(self) -> None:
        subprocess.Popen(
            f"{self._system}\\cmd.exe /d /v:on /c {_LATER}",
            env={**os.environ, "BEISTAND_FOLDER": str(self._folder)},
            cwd=self._system,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP,
        )  # fmt: skip

    def _pids(self) -> list[int]:
        try:
            return [int(word) for word in (self._folder / plan.HELPER_FILE).read_text().split()]
        except (OSError, ValueError):
            return []

    def _tell(self, what: str) -> None:
        try:
            done = subprocess.run(
                self._words[what],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                creationflags=subprocess.CREATE_NO_WINDOW, timeout=_TOOL_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise OSError(f"{what}: no answer") from None
        if done.returncode:
            raise OSError(f"{what}: {done.returncode}")


def main(arguments: list[str]) -> int:
    """`keeper <name> <hash of the token> <program's pid>`."""
    try:
        own, _ = plan.from_arguments(arguments)
        deeds = WindowsDeeds(own, Path(sys.executable), native.windows_folder(), native.system_folder())
    except (OSError, ValueError):
        return plan.MISUSED
    return keeping.keep(deeds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
