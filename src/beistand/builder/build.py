"""Builds a program for one system: fetches, assembles, signs, writes. The thin shell around the recipe."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from beistand.builder import linux, linux_system, parts, windows
from beistand.builder.errors import BuildError
from beistand.builder.firm import Firm
from beistand.builder.kept import KeptPacker
from beistand.builder.own import own_modules
from beistand.builder.signing import Signer, signed
from beistand.builder.steps import Step, Tell

BOOT = Path(__file__).parent / "boot.py"


@dataclass(frozen=True)
class Built:
    """What was written; size in bytes."""

    path: Path
    size: int
    sha256: str


def build_windows(
    firm: Firm, output: Path, cache: Path, version: str, tell: Tell, signer: Signer | None = None
) -> Built:
    """Writes the Windows program. Raises BuildError; a failed build leaves an older file as it was."""
    _refuse_other_python()
    packages = parts.gathered(parts.Cache(cache, tell), parts.LOCKS / "windows.lock")
    total = len(packages) + parts.LATER_STEPS
    tell(Step("assemble", total - 1, total))
    own, boot = own_modules("windows"), BOOT.read_bytes()
    program = windows.build(packages, own, boot, firm, version, output.name, KeptPacker(cache))
    return _write(output, program, lambda path: _sign(path, signer, firm, tell, total))


def build_linux(firm: Firm, output: Path, cache: Path, tell: Tell) -> Built:
    """Writes the Linux program, ready to be run. Raises BuildError; a failed build leaves an older file as it was."""
    _refuse_other_python()
    packages = parts.gathered(parts.Cache(cache, tell), parts.LOCKS / "linux.lock")
    total = len(packages) + parts.LATER_STEPS
    tell(Step("assemble", total - 1, total))
    built = _write(
        output,
        linux.build(packages, linux_system.collect(), own_modules("linux"), BOOT.read_bytes(), firm),
        no_signature,
    )
    output.chmod(0o755)
    return built


def no_signature(_path: Path) -> None:
    """Linux programs carry none: the public page shows their SHA-256."""


def _refuse_other_python() -> None:
    if sys.version_info[:2] != windows.PYTHON:
        raise BuildError(
            f"The program carries Python 3.11 and must be built by it; this is {sys.version.split()[0]}: use Debian 12."
        )


def _sign(path: Path, signer: Signer | None, firm: Firm, tell: Tell, total: int) -> bytes | None:
    if signer is None:
        return None
    tell(Step("sign", total, total))
    return signed(path, signer, firm.company, firm.server)


def _write(output: Path, data: bytes, sign: Callable[[Path], bytes | None]) -> Built:
    """The finished file appears under its name at once, or not at all."""
    partial = output.with_name(output.name + ".partial")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        better = sign(partial)
        if better is not None:
            data = better
            partial.write_bytes(data)
        partial.replace(output)
    except OSError as error:
        raise BuildError(f"{output} cannot be written ({error.strerror}): choose another place.") from None
    finally:
        partial.unlink(missing_ok=True)
    return Built(output, len(data), hashlib.sha256(data).hexdigest())
