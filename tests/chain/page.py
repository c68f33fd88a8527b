"""What the technician's page shows, in whatever browser: its state, the number, a pixel of the customer's screen."""

from __future__ import annotations

from chain.acting import NewProgram, typed
from chain.browsers import Browser
from chain.desktop import Desktop
from chain.house import House
from waiting import wait_until


def shown(browser: Browser, name: str) -> str:
    """What the page says of itself, for tests."""
    return str(browser.run(f"return document.documentElement.dataset[{name!r}] ?? ''"))


def until_shown(browser: Browser, name: str, value: str) -> None:
    def is_so() -> bool:
        return shown(browser, name) == value

    try:
        wait_until(is_so)
    except AssertionError:
        words = browser.run("return document.body.innerText")
        raise AssertionError(f"{name} is {shown(browser, name)!r} and not {value!r}; the page says:\n{words}") from None


def new_number(browser: Browser, house: House) -> str:
    """Makes a session in the page and reads its number there."""
    browser.sign_in(house)
    wait_until(lambda: browser.run("return Boolean(document.querySelector('[data-test=customer]'))"), "no start page")
    browser.run("""
      const field = document.querySelector("[data-test=customer]");
      field.value = "Frau Muster";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      document.querySelector("[data-test=create]").click();
    """)
    number = wait_until(
        lambda: browser.run("return document.querySelector('[data-test=number]')?.textContent ?? ''"),
        "no number was made",
    )
    until_shown(browser, "step", "waiting")
    return str(number).replace(" ", "")


def pixel(browser: Browser, x: int, y: int) -> list[int]:
    return list(
        browser.run(f"""
          const canvas = document.querySelector("[data-test=screen]");
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
          copy.drawImage(canvas, 0, 0);
          return [...copy.getImageData({x}, {y}, 1, 1).data.slice(0, 3)];
        """)
    )


def begun(browser: Browser, house: House, desktop: Desktop, new_program: NewProgram) -> int:
    """A whole way from the number to the first picture; the process id of the customer's program."""
    number = new_number(browser, house)
    program = new_program(house.origin)
    typed(desktop, number)
    desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
    desktop.click("Erlauben")
    until_shown(browser, "session", "open_control")
    wait_until(lambda: int(shown(browser, "frames") or 0) > 0, "no frame was shown")
    return program.pid
