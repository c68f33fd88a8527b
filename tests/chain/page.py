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


def new_number(browser: Browser, house: House, customer: str = "Frau Muster", work: str = "") -> str:
    """Makes a session in the page and reads its number there; `work` is the name of its kind."""
    browser.sign_in(house)
    wait_until(lambda: browser.run("return Boolean(document.querySelector('[data-test=customer]'))"), "no start page")
    browser.run(f"""
      const field = document.querySelector("[data-test=customer]");
      field.value = {customer!r};
      field.dispatchEvent(new Event("input", {{ bubbles: true }}));
    """)
    if work:
        choose(browser, "work", work)
        wait_until(lambda: browser.run("return document.querySelector('[data-test=coverage]').dataset.pays"))
    browser.run("document.querySelector('[data-test=create]').click();")
    number = wait_until(
        lambda: browser.run("return document.querySelector('[data-test=number]')?.textContent ?? ''"),
        "no number was made",
    )
    until_shown(browser, "step", "waiting")
    return str(number).replace(" ", "")


def choose(browser: Browser, list_name: str, words: str) -> None:
    """Chooses an entry of a list by its words."""
    browser.run(f"""
      const list = document.querySelector("[data-test={list_name}]");
      list.value = [...list.options].find((one) => one.textContent === {words!r}).value;
      list.dispatchEvent(new Event("change"));
    """)


def pixel(browser: Browser, x: int, y: int) -> list[int]:
    return list(
        browser.run(f"""
          const canvas = document.querySelector("[data-test=screen]");
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
          copy.drawImage(canvas, 0, 0);
          return [...copy.getImageData({x}, {y}, 1, 1).data.slice(0, 3)];
        """)
    )


def begun(browser: Browser, house: House, desktop: Desktop, new_program: NewProgram, **wish: str) -> int:
    """A whole way from the number to the first picture; the process id of the customer's program."""
    number = new_number(browser, house, **wish)
    program = new_program(house.origin)
    typed(desktop, number)
    desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
    desktop.click("Erlauben")
    until_shown(browser, "session", "open_control")
    wait_until(lambda: int(shown(browser, "frames") or 0) > 0, "no frame was shown")
    return program.pid
