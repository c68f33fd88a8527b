"""The vendored JavaScript is what its manifest says, and the check notices when it is not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
IMPORT = r"^(?:import|export)\s(?:[\w*{][^'\"`;()=]*?\sfrom\s*)?['\"]([^'\"\n]+)['\"]"
VENDOR = ROOT / "src/beistand/console/vendor"


def check(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "tools/vendor.py"), "--check"], capture_output=True, text=True, timeout=30
    )


def copy(to: Path) -> Path:
    (to / "tools").mkdir()
    shutil.copy(ROOT / "tools/vendor.py", to / "tools/vendor.py")
    return Path(shutil.copytree(VENDOR, to / "src/beistand/console/vendor"))


def test_vendored_files_are_those_of_the_manifest() -> None:
    result = check(ROOT)
    assert (result.returncode, result.stdout) == (0, "")


def test_a_changed_an_added_and_a_missing_file_are_named(tmp_path: Path) -> None:
    vendor = copy(tmp_path)
    changed = vendor / "noble-hashes/sha2.js"
    changed.write_bytes(changed.read_bytes() + b"\n")
    (vendor / "noble-curves/extra.js").write_text("export {};\n")
    (vendor / "noble-post-quantum/ml-kem.js").unlink()
    result = check(tmp_path)
    assert result.returncode == 1
    for name in ("noble-hashes/sha2.js", "noble-curves/extra.js", "noble-post-quantum/ml-kem.js"):
        assert name in result.stdout


def test_each_package_has_a_pinned_version_and_its_licence() -> None:
    packages = json.loads((VENDOR / "manifest.json").read_text())["packages"]
    assert set(packages) == {"@noble/curves", "@noble/hashes", "@noble/post-quantum"}
    for name, entry in packages.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])
        text = (VENDOR / name[1:].replace("/", "-") / "LICENSE").read_text()
        assert entry["licence"] in text


def test_every_import_of_the_console_is_relative_and_stands_in_the_tree() -> None:
    found = 0
    for path in VENDOR.parent.rglob("*.js"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for wanted in re.findall(IMPORT, text, flags=re.MULTILINE):
            assert wanted.startswith("."), f"{path.name} imports {wanted}"
            assert (path.parent / wanted).is_file(), f"{path.name} imports {wanted}, which is not there"
            found += 1
    assert found > 30
