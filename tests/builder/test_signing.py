"""Signing with a certificate of our own making: the signature covers the firm's data, and any later byte breaks it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from beistand.builder import parts, pe
from beistand.builder.errors import BuildError
from beistand.builder.signing import Signer, signed
from beistand.cli import main
from builder import reading


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out",
         folder / "certificate.pem", "-days", "30", "-subj", "/O=Muster IT/CN=Muster IT",
         "-addext", "extendedKeyUsage=codeSigning"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory: pytest.TempPathFactory, cache: parts.Cache) -> Path:
    """A small Windows program: the bootloader itself."""
    wheel = next(p for p in parts.pins(parts.LOCKS / "windows.lock") if p.project == "pyinstaller")
    path = tmp_path_factory.mktemp("program") / "p.exe"
    path.write_bytes(parts.Archive(wheel.file, cache.get(wheel))["PyInstaller/bootloader/Windows-64bit-intel/runw.exe"])
    return path


def test_the_command_builds_a_signed_program_whose_signature_covers_the_firm_s50(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    output = tmp_path / "Für Kunden" / "Fernhilfe.exe"
    arguments = ["build-program", "--target", "windows", "--output", str(output), "--server", "https://h.example.org"]
    arguments += ["--company", "Muster IT", "--certificate", str(certificate[0]), "--key", str(certificate[1])]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert [path.name for path in output.parent.iterdir()] == ["Fernhilfe.exe"]
    program = output.read_bytes()
    assert pe.carries_own_digest(program)
    assert reading.archive(program)["base_library.zip"][0] == b"x"
    verified = subprocess.run(
        ["osslsigncode", "verify", "-CAfile", certificate[0], "-in", output], capture_output=True, text=True, timeout=60
    )
    assert "Signature verification: ok" in verified.stdout, verified.stdout
    # One byte of the firm's part changed: the signature no longer speaks of this file.
    at = program.rindex(b"MEI\014\013\012\013\016") - 1000
    changed = program[:at] + bytes([program[at] ^ 1]) + program[at + 1 :]
    assert not pe.carries_own_digest(changed)
    # The signature is the file's end: nothing was put behind it.
    header = int.from_bytes(program[0x3C:0x40], "little")
    place, size = (int.from_bytes(program[header + 24 + 144 + n :][:4], "little") for n in (0, 4))
    assert place + size == len(program)


def test_a_wrong_key_or_password_is_one_sentence_and_leaves_no_file(
    certificate: tuple[Path, Path], unsigned: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no key")
    before = sorted(p.name for p in unsigned.parent.iterdir())
    for signer, sentence in (
        (Signer(certificate[0], wrong), "could not be signed"),
        (Signer(certificate[0]), "needs a key file"),
        (Signer(tmp_path / "none.p12"), "There is no file"),
    ):
        with pytest.raises(BuildError, match=sentence):
            signed(unsigned, signer, "Muster IT", "https://h.example.org")
    assert sorted(p.name for p in unsigned.parent.iterdir()) == before


def test_a_password_goes_through_a_file_and_never_through_the_command_line(
    certificate: tuple[Path, Path], unsigned: Path, tmp_path: Path
) -> None:
    bundle, password = tmp_path / "c.p12", tmp_path / "password"
    password.write_text("geheim 1\n")
    subprocess.run(
        ["openssl", "pkcs12", "-export", "-in", certificate[0], "-inkey", certificate[1], "-out", bundle, "-passout",
         f"file:{password}"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    assert pe.carries_own_digest(signed(unsigned, Signer(bundle, None, password), "Muster IT", "https://h.example.org"))
    password.write_text("falsch\n")
    with pytest.raises(BuildError, match="could not be signed"):
        signed(unsigned, Signer(bundle, None, password), "Muster IT", "https://h.example.org")


def test_without_the_signing_tool_the_sentence_names_the_package(
    certificate: tuple[Path, Path], unsigned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(BuildError, match="install the Debian package osslsigncode"):
        signed(unsigned, Signer(*certificate), "Muster IT", "https://h.example.org")
