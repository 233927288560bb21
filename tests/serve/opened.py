"""A room served on loopback, and people who open it in a browser."""

import threading
from contextlib import contextmanager

import uvicorn
from rooms import PASSWORD

from truceline.serve.app import make_app
from truceline.serve.start import bound


@contextmanager
def serving(house, port=0):
    """Serve a house and yield its address and its application."""
    listening, app = bound("127.0.0.1", port), make_app(house)
    settings = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    running = uvicorn.Server(settings)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", app
    finally:
        running.should_exit = True
        thread.join(30)
        listening.close()


@contextmanager
def opening(browser, address):
    """Yield a function that opens the page as somebody, signed in by hand."""
    contexts = []

    def open_as(login, *, width=1280, height=900, locale="en", **options):
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, **options)
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda m: page.said.append(m.text) if m.type == "error" and "401" not in m.text else None)
        page.on("pageerror", lambda e: page.said.append(str(e)))
        page.on("request", lambda r: page.asked.append(r.url))
        page.goto(address)
        page.wait_for_selector("body[data-ready=yes]")
        if login:
            sign_in(page, login)
        return page

    try:
        yield open_as
    finally:
        for context in contexts:
            context.close()


def sign_in(page, login):
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.click("#sign-in button")
    page.wait_for_selector("#map[data-ready=yes]", timeout=60_000)


def shown(page):
    """Return how many incidents the page says it shows."""
    return int(page.locator("#shown").inner_text().split()[0])


def wait_until(page, statement):
    """Wait until a statement holds, asking from outside: the page's own policy forbids evaluating text in it."""
    for _ in range(300):
        if page.evaluate(statement):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never held: {statement}")
