"""Fetches one file of a project by pip's own index, proxy and certificate settings: `fetch.py PROJECT FILE TARGET`.

Run as a process of its own by `parts.py`. `pip download` would run a source archive's setup script; this takes it as a
plain file. It leans on pip's inner parts (`Command.get_default_session`, `_build_package_finder`), which have stood
since pip 19; `tests/builder` notices when they do not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from pip._internal.commands.download import DownloadCommand
from pip._internal.index.collector import parse_links


def fetch(project: str, file: str, target: str) -> None:
    """Writes the file; raises SystemExit with one sentence if the index has no such file."""
    command: Any = DownloadCommand("download", "")
    options, _ = command.parse_args(["--quiet", "--no-deps", project])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options=options, session=session)
        found = next((link for link in _links(finder, project) if link.filename == file), None)
        if found is None:
            raise SystemExit(f"the package index has no file {file}")
        answer = session.get(found.url_without_fragment, stream=True, headers={"Accept-Encoding": "identity"})
        answer.raise_for_status()
        with open(target, "wb") as out:
            for chunk in answer.iter_content(65_536):
                out.write(chunk)


def _links(finder: Any, project: str) -> Iterator[Any]:
    """Every file of the project, whatever system it is for: the finder's own choice would leave out other systems'."""
    collector = finder._link_collector
    sources = collector.collect_sources(project, lambda link: None)
    for source in (*sources.find_links, *sources.index_urls):
        if source is None:
            continue
        yield from source.file_links()
        page = source.link and collector.fetch_response(source.link)
        yield from parse_links(page) if page else ()


if __name__ == "__main__":
    fetch(*sys.argv[1:4])
