"""Fetches one file of a project by pip's own index, proxy and certificate settings: `fetch.py PROJECT FILE TARGET`.

Run as a process of its own by `parts.py`. `pip download` would run a source archive's setup script; this takes it as a
plain file. It leans on pip's inner parts (`Command.get_default_session`, `_build_package_finder`), which have stood
since pip 19; `tests/builder` notices when they do not.
"""

from __future__ import annotations

import sys

from pip._internal.commands.download import DownloadCommand


def fetch(project: str, file: str, target: str) -> None:
    """Writes the file; raises SystemExit with one sentence if the index has no such file."""
    command = DownloadCommand("download", "")
    options, _ = command.parse_args(["--quiet", "--no-deps", "--pre", project])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options=options, session=session, ignore_requires_python=True)
        finder._target_python = None
        link = _link(finder, project, file)
        answer = session.get(link, stream=True, headers={"Accept-Encoding": "identity"})
        answer.raise_for_status()
        with open(target, "wb") as out:
            for chunk in answer.iter_content(65_536):
                out.write(chunk)


def _link(finder: object, project: str, file: str) -> str:
    """The file's address, whatever system it is for: candidates that do not fit this system are looked through too."""
    collected = finder._link_collector.collect_sources(project, lambda link: None)  # type: ignore[attr-defined]
    for sources in (*collected.index_urls, *collected.find_links):
        if sources is None:
            continue
        for link in _links(finder, sources):
            if link.filename == file:
                return str(link.url_without_fragment)
    raise SystemExit(f"the package index has no file {file}")


def _links(finder: object, source: object) -> list:  # type: ignore[type-arg]
    from pip._internal.index.collector import parse_links

    page = source.link and finder._link_collector.fetch_response(source.link)  # type: ignore[attr-defined]
    return [*source.file_links(), *(parse_links(page) if page else [])]  # type: ignore[attr-defined]


if __name__ == "__main__":
    fetch(*sys.argv[1:4])
