"""What one session's helper is called, who may reach it, and how it is started. Pure: randomness comes in.

Everything is named after 16 random bytes, so that two programs never meet and nobody can make a name beforehand.
Access lists are SDDL (Microsoft, "Security Descriptor String Format"): SY is the system, BA the administrators.
"""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass, field

TOKEN_BYTES, NAME_BYTES = 32, 16
PACKAGE = "beistand.host.platform.windows.elevation"
KEEPER, LAUNCH, HELPER = (f"{PACKAGE}.{door}" for door in ("keeper", "launch", "helper"))
PROGRAM_FILE, TASK_FILE, HELPER_FILE = "beistand.exe", "task.xml", "helper.txt"

#: The folder of the copy that runs as SYSTEM: nobody else may write there, so nobody can exchange what runs.
FOLDER_ACCESS = "O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
#: Longest life of a helper, should everything else fail.
LONGEST = "PT12H"

# Exit codes of the keeper, and the words that the session tells for them.
DONE, NO_FOLDER, NO_TASK, NO_HELPER, MISUSED = 0, 10, 11, 12, 13
CODES = {NO_FOLDER: "no_folder", NO_TASK: "no_task", NO_HELPER: "no_helper", MISUSED: "no_helper"}


@dataclass(frozen=True)
class Plan:
    """One session's names. `token` is known to the program alone; command lines carry its hash."""

    name: str
    token_sha256: str
    program_pid: int
    token: bytes = field(default=b"", repr=False)

    @property
    def pipe(self) -> str:
        return f"\\\\.\\pipe\\beistand-{self.name}"

    @property
    def end_event(self) -> str:
        """Set by the program: the helper lets go of everything and ends, the keeper sees to it and cleans up."""
        return f"Local\\beistand-{self.name}-end"

    @property
    def up_event(self) -> str:
        """Set by the helper: it can be reached."""
        return f"Local\\beistand-{self.name}-up"

    @property
    def task(self) -> str:
        return f"Beistand {self.name[:12]}"

    def folder(self, windows: str) -> str:
        """`windows` is the system's own folder, asked of the system and not of the environment."""
        return f"{windows}\\Temp\\beistand-{self.name}"

    def arguments(self, door: str, *more: int) -> list[str]:
        """What a door of ours is started with."""
        return ["-m", door, self.name, self.token_sha256, str(self.program_pid), *map(str, more)]


def make(random: bytes, program_pid: int) -> Plan:
    """A plan from TOKEN_BYTES + NAME_BYTES random bytes."""
    token, name = random[:TOKEN_BYTES], random[TOKEN_BYTES : TOKEN_BYTES + NAME_BYTES]
    if len(name) != NAME_BYTES:
        raise ValueError("a plan needs 48 random bytes")
    return Plan(name.hex(), hashlib.sha256(token).hexdigest(), program_pid, token)


def from_arguments(arguments: list[str], more: int = 0) -> tuple[Plan, list[int]]:
    """What `Plan.arguments` said behind the door's name, with `more` numbers behind. Raises ValueError."""
    if len(arguments) != 3 + more:
        raise ValueError("wrong number of arguments")
    name, token_sha256 = arguments[:2]
    for text, size in ((name, NAME_BYTES), (token_sha256, 32)):
        if len(text) != 2 * size or text != text.lower() or len(bytes.fromhex(text)) != size:
            raise ValueError("a name or hash is malformed")
    numbers = [int(text) for text in arguments[2:] if text.isascii() and text.isdecimal() and len(text) < 11]
    if len(numbers) != 1 + more or 0 in numbers:
        raise ValueError("a process number is malformed")
    return Plan(name, token_sha256, numbers[0]), numbers[1:]


def pipe_access(user_sid: str) -> str:
    """Only the system and this user; the label lets the user's ordinary programs write, remote users never come in."""
    return f"D:P(A;;GA;;;SY)(A;;GRGW;;;{user_sid})S:(ML;;NW;;;ME)"


def event_access(user_sid: str) -> str:
    """The program may set it; the system's and the administrators' parts wait for it."""
    return f"D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;{user_sid})S:(ML;;NW;;;ME)"


def command_line(words: list[str]) -> str:
    """Words as one command line, by Windows' own rules of quoting."""
    return subprocess.list2cmdline(words)


def task_xml(plan: Plan, program: str, keeper_pid: int) -> str:
    """The one-shot task: no trigger, run once by hand as SYSTEM, hidden from the list, gone with the session."""
    arguments = command_line(plan.arguments(LAUNCH, keeper_pid))
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>Beistand</Author>
    <Description>Beistand: helper of a running support session; removed at once.</Description>
  </RegistrationInfo>
  <Triggers />
  <Principals>
    <Principal id="Author">
      <UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>false</StartWhenAvailable>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>true</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>{LONGEST}</ExecutionTimeLimit>
    <Priority>4</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(arguments)}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def escape(text: str) -> str:
    """Text as XML; the program carries no library for it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def scheduler_words(scheduler: str, plan: Plan, folder: str) -> dict[str, list[str]]:
    """How `schtasks.exe` (by its full path) is told to register, run and forget the task."""
    name = ["/tn", plan.task]
    return {
        "register": [scheduler, "/create", *name, "/xml", f"{folder}\\{TASK_FILE}", "/f"],
        "run": [scheduler, "/run", *name],
        "forget": [scheduler, "/delete", *name, "/f"],
    }


def made(plan: Plan, windows: str) -> tuple[str, str]:
    """What stands on the list of things made and removed."""
    return plan.folder(windows), plan.task
