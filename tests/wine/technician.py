"""A technician: headless Chromium on the real console of a real server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyotp

from waiting import wait_until
from wine.prefix import WIDTH

_KEEP_NOTICES = """document.addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
    const text = document.querySelector("[data-test=notice]:not([hidden])")?.textContent;
    if (text) keepNotice(text);
}).observe(document.documentElement, {subtree: true, childList: true, attributes: true}));"""


class Technician:
    """Signs up by the setup link, makes sessions, sees and acts. `page` is Playwright's."""

    def __init__(self, page: Any, pictures: Path) -> None:
        self.page, self._pictures = page, pictures
        self.problems: list[str] = []
        self.notices: list[str] = []  # every sentence that was shown in passing
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.expose_function("keepNotice", lambda text: self.notices.append(text))
        page.add_init_script(_KEEP_NOTICES)

    def sign_up(self, setup_link: str) -> None:
        page = self.page
        page.goto(setup_link)
        values = {"company": "Muster IT-Service GmbH", "domain": "fernhilfe.example", "name": "Sabine Krüger"}
        for name, value in (values | {"email": "sabine@example.org"}).items():
            page.fill(f"#{name}", value)
        page.click("form button")
        page.click("details.choice summary")
        page.fill("#password", "ein langes Kennwort 7")
        page.click("form:has(#password) button")
        code = pyotp.TOTP(re.sub(r"\s", "", page.text_content(".secret code")))
        page.fill("#code", code.now())
        page.click("form:has(#code) button")
        page.click("p.good a")
        page.wait_for_selector("[data-test=customer]")

    def new_session(self, customer: str) -> str:
        """Returns the number as it is spoken."""
        self.page.fill("[data-test=customer]", customer)
        self.page.click("[data-test=create]")
        number = str(self.page.text_content("[data-test=number]"))
        self.page.wait_for_selector("html[data-step=waiting]")
        return number

    def waits_for(self, selector: str) -> None:
        self.page.wait_for_selector(selector, state="attached")

    def point(self, x: int, y: int) -> tuple[float, float]:
        """A pixel of the customer's desktop as a point of the page."""
        box = self.page.locator("[data-test=screen]").bounding_box()
        scale = box["width"] / WIDTH
        return box["x"] + (x + 0.5) * scale, box["y"] + (y + 0.5) * scale

    def click(self, x: int, y: int) -> None:
        self.page.mouse.click(*self.point(x, y))

    def colour_becomes(self, x: int, y: int, expected: tuple[int, int, int], tolerance: int = 6) -> None:
        """Waits until the canvas shows this colour at a pixel of the customer's desktop."""
        script = """([x, y, width]) => {
            const canvas = document.querySelector("[data-test=screen]");
            const copy = new OffscreenCanvas(1, 1), scale = canvas.width / width;
            copy.getContext("2d").drawImage(canvas, x * scale, y * scale, scale, scale, 0, 0, 1, 1);
            return [...copy.getContext("2d").getImageData(0, 0, 1, 1).data].slice(0, 3);
        }"""
        seen: list[int] = []

        def look() -> bool:
            nonlocal seen
            seen = self.page.evaluate(script, [x, y, WIDTH])
            return all(abs(a - b) <= tolerance for a, b in zip(seen, expected, strict=True))

        wait_until(look, f"the technician does not see {expected} at {x},{y}")

    def picture(self, name: str) -> None:
        self.page.screenshot(path=str(self._pictures / f"{name}.png"))
