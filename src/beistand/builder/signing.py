"""Signs a Windows program with the firm's certificate by osslsigncode; nothing is put into it afterwards (S50)."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from beistand.builder import pe
from beistand.builder.errors import BuildError

SIGN_SECONDS = 120


@dataclass(frozen=True)
class Signer:
    """Where the certificate lies: a PKCS#12 file, or PEM files of the chain and the key; paths only, never secrets.

    `timestamp` is the address of an RFC 3161 service: with it the signature outlives the certificate.
    """

    certificate: Path
    key: Path | None = None
    password_file: Path | None = None
    timestamp: str = ""


def signed(program: Path, signer: Signer, company: str, url: str) -> bytes:
    """The program's bytes with a signature; the file itself stays as it is. Raises BuildError."""
    if shutil.which("osslsigncode") is None:
        raise BuildError("osslsigncode is not installed: install the Debian package osslsigncode to sign programs.")
    target = program.with_name(program.name + ".signed")
    target.unlink(missing_ok=True)
    command = ["osslsigncode", "sign", *_identity(signer), "-h", "sha256", "-n", company or "Beistand", "-i", url]
    if signer.timestamp:
        command += ["-ts", signer.timestamp]
    try:
        done = subprocess.run(
            [*command, "-in", str(program), "-out", str(target)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SIGN_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode or not target.is_file():
            raise BuildError(f"The program could not be signed ({_reason(done)}): check certificate, key and password.")
        data = target.read_bytes()
    except subprocess.TimeoutExpired:
        raise BuildError(f"Signing took longer than {SIGN_SECONDS} s: check the time stamp service.") from None
    finally:
        target.unlink(missing_ok=True)
    if not pe.carries_own_digest(data):
        raise BuildError("The signature does not speak of this program: osslsigncode is not usable here.")
    return data


def _identity(signer: Signer) -> list[str]:
    for path in (signer.certificate, signer.key, signer.password_file):
        if path is not None and not path.is_file():
            raise BuildError(f"There is no file {path}: correct its path.")
    if signer.certificate.suffix.lower() in (".p12", ".pfx"):
        identity = ["-pkcs12", str(signer.certificate)]
    elif signer.key is None:
        raise BuildError(f"The certificate {signer.certificate} needs a key file beside it, or use a .p12 file.")
    else:
        identity = ["-certs", str(signer.certificate), "-key", str(signer.key)]
    return identity + (["-readpass", str(signer.password_file)] if signer.password_file else [])


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in (done.stderr + "\n" + done.stdout).splitlines() if line.strip()]
    useful = [line for line in lines if "rror" in line or "ailed" in line] or lines
    return useful[0][:200] if useful else "no reason given"
