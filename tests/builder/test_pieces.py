"""The builder's pieces by themselves: signatures' digests, the firm's fields, the cache, the bytecode."""

from __future__ import annotations

import hashlib
import lzma
import marshal
from pathlib import Path

import pytest

from beistand.builder import bytecode, icon, kept, parts, pe, solid
from beistand.builder.errors import BuildError
from beistand.builder.firm import checked
from beistand.builder.own import own_modules
from beistand.builder.steps import Step


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"server": "http://hilfe.example.org"}, "must begin with https://"),
        ({"server": "https://hilfe.example.org/path"}, "must begin with https://"),
        ({"server": "https://a:b@hilfe.example.org"}, "must begin with https://"),
        ({"server": "https://[::1"}, "is not an address"),
        ({"server": ""}, "must begin with https://"),
        ({"company": "x" * 61}, "at most 60 printable"),
        ({"company": "a\u202eb"}, "at most 60 printable"),
        ({"phones": ("1",) * 6}, "At most five phone numbers"),
        ({"colour": "red"}, "six hexadecimal digits"),
        ({"logo": b"GIF89a"}, "must be a PNG"),
        ({"root_key": "short"}, "Ed25519"),
        ({"language": "fr"}, "must be de or en"),
        ({"must_be_person": True}, "needs the firm's root key"),
    ],
)
def test_a_wrong_field_of_the_firm_is_one_sentence(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(BuildError, match=sentence) as caught:
        checked(**{"server": "https://hilfe.example.org", **fields})  # type: ignore[arg-type]
    assert str(caught.value).count("\n") == 0


def test_plain_http_is_for_this_computer_alone() -> None:
    assert checked("http://localhost:8800/").server == "http://localhost:8800"


def test_a_fetched_file_that_is_not_the_pinned_one_never_reaches_the_cache(tmp_path: Path) -> None:
    pin = parts.Pin("python-socks", "3.2.1", "python_socks-3.2.1-py3-none-any.whl", "0" * 64)
    with pytest.raises(BuildError, match="is not the file this release was made with"):
        parts.Cache(tmp_path, print).get(pin)
    assert not (tmp_path / pin.file).exists()


def test_a_damaged_file_in_the_cache_is_fetched_anew(tmp_path: Path) -> None:
    pin = next(p for p in parts.pins(parts.LOCKS / "windows.lock") if p.project == "python-socks")
    (tmp_path / pin.file).write_bytes(b"half a download")
    told: list[Step] = []
    data = parts.Cache(tmp_path, told.append).get(pin)
    assert hashlib.sha256(data).hexdigest() == pin.sha256
    assert told == [Step("fetch", 1, 1, pin.file)]
    assert sorted(p.name for p in tmp_path.iterdir()) == [pin.file]


def test_a_file_that_the_index_lacks_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"has no file python_socks-0\.whl"):
        parts.Cache(tmp_path, print).get(parts.Pin("python-socks", "0", "python_socks-0.whl", "0" * 64))


def test_a_damaged_archive_is_one_sentence() -> None:
    for name in ("a.whl", "a.tar.gz"):
        with pytest.raises(BuildError, match=f"{name} is damaged"):
            parts.Archive(name, b"\x1f\x8bnothing")


def test_bytecode_says_nothing_of_the_day_or_the_folder() -> None:
    source = b'"""Doc."""\nX = {"b", "a", "c"}\ndef f(x):\n    "Doc."\n    return x in {"p", "q", "r"}\n'
    first = bytecode.pyc(source, "beistand/x.py")
    assert first == bytecode.pyc(source, "beistand/x.py")
    assert first[4:8] == b"\1\0\0\0"  # PEP 552: by hash, not checked
    code = marshal.loads(first[16:])
    assert code.co_filename == "beistand/x.py"
    assert b"Doc." not in first


def test_what_is_no_windows_program_is_refused_with_a_sentence() -> None:
    for data in (b"", b"MZ", b"MZ" + bytes(62), b"\x7fELF" + bytes(200)):
        with pytest.raises(pe.ExecutableError, match=r"executable"):
            pe.next_address(data)


def test_our_files_are_the_host_of_one_system_and_what_it_imports() -> None:
    windows, linux = own_modules("windows"), own_modules("linux")
    assert "beistand/host/platform/windows/screen.py" in windows
    assert not [name for name in windows if "/x11/" in name or "/macos/" in name]
    assert not [name for name in linux if "/platform/windows/" in name or "/macos/" in name]
    for found in (windows, linux):
        assert {"beistand/__init__.py", "beistand/host/one_file.py", "beistand/protocol/e2e/pake.py"} <= set(found)
        assert {name.split("/")[1] for name in found}.isdisjoint({"server", "cli", "builder", "console"})


def test_the_icon_is_drawn_in_the_firms_colour_with_clear_corners() -> None:
    picture = icon.pixels(32, (16, 112, 64))
    assert picture[0][0][3] == 0
    assert picture[4][16] == (16, 112, 64, 255)
    assert picture[16][10] == (255, 255, 255, 255)


@pytest.mark.parametrize("spoiled", [b"", b"no xz", lzma.compress(b"another content")])
def test_a_kept_packing_is_believed_only_if_it_unpacks_to_what_is_asked_for(tmp_path: Path, spoiled: bytes) -> None:
    content = b"a part of the program" * 1000
    packer = kept.KeptPacker(tmp_path)
    right = packer(content)
    assert right == solid.packed(content)
    (path,) = tmp_path.iterdir()
    path.write_bytes(spoiled)
    assert packer(content) == right
    assert path.read_bytes() == right


def test_a_folder_that_cannot_be_written_costs_time_and_no_program(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert kept.KeptPacker(tmp_path / "file")(b"content") == solid.packed(b"content")
