"""Looks at pages as people do: each wide or narrow, pictured, without a sideways scroll, and with nothing for axe."""

from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


async def look_at(
    chromium: Browser, origin: str, cookie: str, pages: dict[str, str], language: str, width: int, folder: Path
) -> None:
    """Opens every page and all it folds away; what the browser complains of fails. Pictures lie in `folder`."""
    context = await chromium.new_context(locale=language, viewport={"width": width, "height": 900})
    await context.add_cookies([{"name": "beistand", "value": cookie, "url": origin}])
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: wrong.append(str(e)))
    for name, path in pages.items():
        await page.goto(origin + path)
        for summary in await page.query_selector_all("details:not([open]) > summary"):
            await summary.click()
        await page.screenshot(path=folder / f"{name}-{language}-{width}.png", full_page=True)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        found = await Axe().run(page, options=AXE)
        assert found.response["violations"] == [], (name, found.generate_report())
    assert wrong == [], wrong[:3]
    await context.close()
