"""Servers, desktops and technicians that end with their test."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chain import acting
from chain.browsers import Browser, Chromium, NewBrowser
from chain.desktop import Desktop
from chain.house import House
from chain.technician import Technician


@pytest.fixture
def new_desktop() -> Iterator[Callable[[], Desktop]]:
    made: list[Desktop] = []

    def start() -> Desktop:
        made.append(Desktop())
        return made[-1]

    yield start
    for desktop in made:
        desktop.close()


@pytest.fixture
def desktop(new_desktop: Callable[[], Desktop]) -> Desktop:
    """The customer's desktop."""
    return new_desktop()


@pytest.fixture
def new_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def start(**settings: Any) -> House:
        house = House(tmp_path, **settings)
        made.append(house)
        house.start()
        house.make_firm()
        return house

    yield start
    for house in made:
        house.close()


@pytest.fixture
def house(new_house: Callable[..., House]) -> House:
    return new_house()


@pytest.fixture
def new_technician() -> Iterator[Callable[..., Technician]]:
    made: list[Technician] = []

    def start(*arguments: Any, **more: Any) -> Technician:
        made.append(Technician(*arguments, **more))
        return made[-1]

    yield start
    for technician in made:
        technician.close()


@pytest.fixture
def new_program(desktop: Desktop) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the customer's program on the desktop and waits for its first window."""
    made: list[subprocess.Popen[str]] = []

    def start(server: str, language: str = "de", at: Desktop | None = None, *more: str) -> subprocess.Popen[str]:
        made.append(acting.program(at or desktop, server, language, *more))
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.wait(30)


@pytest.fixture
def new_browser() -> Iterator[NewBrowser]:
    made: list[Browser] = []

    def start(kind: Callable[..., Browser] = Chromium, *arguments: str) -> Browser:
        made.append(kind(*arguments))
        return made[-1]

    yield start
    for browser in made:
        browser.close()
