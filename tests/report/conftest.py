"""The sample assessments, made once, and a real browser for the page tests."""

import dataclasses
import shutil

import pytest
import sample

from truceline.agreement import read_library
from truceline.report import render_html

# A headless browser that calls nobody; SwiftShader draws WebGL without a graphics card.
CHROMIUM_ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
)


@pytest.fixture(scope="session")
def front():
    return sample.front()


@pytest.fixture(scope="session")
def one_day():
    return sample.one_day()


@pytest.fixture(scope="session")
def nothing():
    return sample.nothing()


@pytest.fixture(scope="session")
def pages(front, one_day, nothing, tmp_path_factory):
    """HTML files on disk, one per sample and language: (name, language) -> path, rendered when first asked for."""
    folder = tmp_path_factory.mktemp("pages")
    zoned = dataclasses.replace(front, agreement=read_library("minsk_2014_2015"))
    samples = {"front": front, "one_day": one_day, "nothing": nothing, "zoned": zoned}

    def page(name, language="en"):
        path = folder / f"{name}.{language}.html"
        if not path.exists():
            path.write_text(render_html(samples[name], language=language), encoding="utf-8")
        return path

    return page


@pytest.fixture(scope="session")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no 'chromium' on the path: the page tests need Debian's chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGS))
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser):
    """Open a file as a user would, from disk; gather what the console said and what was asked of the network."""
    contexts = []

    def open_it(path, *, width=1280, height=900, ready=True, **context_options):
        context = browser.new_context(viewport={"width": width, "height": height}, **context_options)
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.said.append(str(e)))
        page.on("request", lambda r: page.asked.append(r.url))
        page.goto(path.as_uri())
        if ready:
            page.wait_for_selector("#mapcanvas[data-ready=yes]", timeout=60_000)
        return page

    yield open_it
    for context in contexts:
        context.close()
