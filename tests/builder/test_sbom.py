"""S53: the list of parts that `make sbom` writes is complete and says what a part's bytes must be."""

import json
import re
import subprocess
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements/dev.lock").read_text(encoding="utf-8").splitlines()
    pins = [re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)", line) for line in lines]
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


def runtime() -> set[str]:
    """All that the product needs here when it runs, found from what is installed, not from the lock."""
    found: set[str] = set()
    waiting = [("beistand", frozenset({"host"}))]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue
        for text in needed:
            need = Requirement(text)
            if need.marker and not any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                continue
            found.add(canonicalize_name(need.name))
            waiting.append((canonicalize_name(need.name), frozenset(need.extras)))
    return found - {"beistand"}


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """By the very command of the Makefile; a proxy that does not exist cuts off the network."""
    out = tmp_path_factory.mktemp("sbom") / "sbom.json"
    recipe = re.search(r"^sbom:\n\t@\$\(PY\) (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe
    command = [str(ROOT / ".venv/bin/python"), *recipe[1].replace("-o sbom.json", f"-o {out}").split()]
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "PATH": "/usr/bin:/bin"}
    subprocess.run(command, cwd=ROOT, env=nowhere, check=True, timeout=240)
    parts = json.loads(out.read_text(encoding="utf-8"))["components"]
    return {canonicalize_name(part["name"]): part for part in parts}


def test_s53_the_list_of_parts_names_every_locked_runtime_dependency(sbom: dict[str, dict]) -> None:
    pins, needed = locked(), runtime()
    assert {"cryptography", "pynacl", "starlette", "av", "cffi", "markupsafe"} <= needed
    assert needed <= set(pins)
    assert {name: sbom[name]["version"] for name in needed} == {name: pins[name] for name in needed}
    assert set(sbom) == set(pins)


def test_s53_each_part_of_the_list_says_its_hashes(sbom: dict[str, dict]) -> None:
    for name, part in sbom.items():
        assert "--hash=sha256:" in part["description"] or any(
            reference.get("hashes") for reference in part.get("externalReferences", [])
        ), name
