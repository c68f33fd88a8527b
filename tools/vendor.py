"""Third-party JavaScript at pinned versions: `python tools/vendor.py` fetches, `--check` compares hashes.

Only the modules that the console reaches are taken; their bare imports are rewritten to relative paths, nothing else.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "src/beistand/console/vendor"
PACKAGES = {"@noble/curves": "2.4.0", "@noble/hashes": "2.4.0", "@noble/post-quantum": "0.7.1"}
ENTRIES = [
    "@noble/curves/ed25519.js",
    "@noble/hashes/sha2.js",
    "@noble/hashes/hmac.js",
    "@noble/post-quantum/ml-kem.js",
]
IMPORT = re.compile(r"""^((?:import|export)\s(?:[\w*{][^'"`;()=]*?\sfrom\s*)?['"])([^'"\n]+\.js)(['"])""", re.MULTILINE)


def fetch(folder: Path) -> dict[str, Path]:
    """Unpacks each package with npm; npm checks their integrity."""
    places: dict[str, Path] = {}
    for name, version in PACKAGES.items():
        packed = subprocess.run(
            ["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, check=True, capture_output=True, text=True
        )
        place = folder / name.replace("/", "+")
        with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
            for member in archive.getmembers():
                source = archive.extractfile(member) if member.isfile() and ".." not in member.name else None
                if source is not None:
                    target = place / member.name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(source.read())
        places[name] = place / "package"
    return places


def split(path: str) -> tuple[str, str]:
    """ "@noble/curves/abstract/fft.js" -> ("@noble/curves", "abstract/fft.js")."""
    scope, package, rest = path.split("/", 2)
    return f"{scope}/{package}", rest


def local(path: str) -> str:
    """Where a module stands in the vendor folder."""
    package, rest = split(path)
    return f"{package[1:].replace('/', '-')}/{rest}"


def copy_all(places: dict[str, Path]) -> None:
    """Copies everything reachable from ENTRIES."""
    waiting, done = list(ENTRIES), set()
    while waiting:
        path = waiting.pop()
        if path in done:
            continue
        done.add(path)
        package, rest = split(path)
        text = (places[package] / rest).read_text(encoding="utf-8")

        def rewrite(match: re.Match[str], path: str = path) -> str:
            wanted = match[2]
            beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), wanted))
            full = wanted if wanted.startswith("@") else beside
            waiting.append(full)
            relative = posixpath.relpath(local(full), posixpath.dirname(local(path)))
            return match[1] + (relative if relative.startswith(".") else "./" + relative) + match[3]

        text = IMPORT.sub(rewrite, text)
        text = re.sub(r"^//# sourceMappingURL=.*\n?", "", text, flags=re.MULTILINE)
        target = VENDOR / local(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for package, place in places.items():
        (VENDOR / f"{package[1:].replace('/', '-')}/LICENSE").write_bytes((place / "LICENSE").read_bytes())


def hashes() -> dict[str, str]:
    """SHA-256 of each vendored file."""
    files = sorted(p for p in VENDOR.rglob("*") if p.is_file() and p.name != "manifest.json")
    return {p.relative_to(VENDOR).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def main() -> int:
    """0 if all is well."""
    manifest = VENDOR / "manifest.json"
    if "--check" in sys.argv:
        expected = json.loads(manifest.read_text())["files"]
        wrong = sorted(set(expected.items()) ^ set(hashes().items()))
        for name, _digest in wrong:
            print(f"vendored file differs from its manifest: {name}; run tools/vendor.py or restore it")
        return 1 if wrong else 0
    with tempfile.TemporaryDirectory() as folder:
        copy_all(fetch(Path(folder)))
    packages = {name: {"version": version, "licence": "MIT"} for name, version in PACKAGES.items()}
    manifest.write_text(json.dumps({"packages": packages, "files": hashes()}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
