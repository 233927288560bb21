"""A verifier splits an incident on the page, and sees what its parts come to."""

import threading
from datetime import timedelta

import numpy as np
import pytest
import uvicorn
from front import PERIOD
from rooms import PASSWORD, Clock, make_house
from test_regrouping import ONE, TWO, named, standing, world

from truceline.serve.app import make_app
from truceline.serve.start import bound

pytestmark = pytest.mark.page


@pytest.fixture
def served(tmp_path):
    """Serve a room over the short front on loopback; return its address and house."""
    house = make_house(tmp_path / "room.sqlite", world(apart=False), clock=Clock(PERIOD.end + timedelta(days=3)))
    listening = bound("127.0.0.1", 0)
    running = uvicorn.Server(uvicorn.Config(make_app(house), log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/", house
    running.should_exit = True
    thread.join(30)
    listening.close()
    house.close()


@pytest.fixture
def page(browser, served):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    page, said = context.new_page(), []
    page.on("pageerror", lambda e: said.append(str(e)))
    page.goto(served[0])
    page.wait_for_selector("body[data-ready=yes]")
    page.fill("input[name=login]", "taras")
    page.fill("input[name=password]", PASSWORD)
    page.click("#sign-in button")
    page.wait_for_selector("#map[data-ready=yes]", timeout=60_000)
    yield page
    assert said == []
    context.close()


def take(page, state, **fields):
    page.wait_for_selector("#drawer form.step")
    page.select_option("#drawer [name=state]", state)
    for name, text in fields.items():
        page.fill(f"#drawer [name={name}]", text)
    before = page.locator("#drawer ol li").count()
    page.click("#drawer form.step button")
    page.locator("#drawer ol li").nth(before).wait_for()


def test_a_split_on_the_page_shows_the_ratios_and_findings_of_each_part(page, served):
    incident = named(ONE)
    page.locator(f"#list button[data-incident={incident}]").click()
    take(page, "logged", note="seen")
    take(page, "triaged", note="two shots?")
    take(page, "split", parts=f"{ONE}\n{TWO}", note="two shots")
    drawer = page.locator("#drawer")
    assert "rejected" in drawer.inner_text()
    apart = world(apart=True).incidents.set_index("incident_id")
    parts = standing(served[1].room.assessment())
    for one in (ONE, TWO):
        drawer.locator(f"button.link:text-is('{parts[frozenset([one])]}')").click()
        drawer.locator(f"dd:text-is('{parts[frozenset([one])]}')").wait_for()
        assert one in drawer.locator("section:has(h3:text-is('Observations'))").inner_text()
        odds = drawer.locator("section:has(h3:text-is('What made the probability')) tbody tr")
        steps = apart["ln_lr"][named(one)]
        assert odds.count() == 1 + len(steps), "the background, then each step"
        assert f"× {np.exp(steps[0][1]):.3g}" in odds.nth(1).inner_text()
        found = drawer.locator("section:has(h3:text-is('Clause by clause')) tbody tr")
        assert found.count() >= 1
        assert "Split and merged by people" in drawer.inner_text()
        drawer.locator(f"button.link:text-is('{incident}')").click()
        drawer.locator("text=Now told by").wait_for()
    page.select_option("#language", "fr")
    drawer.locator(f"button.link:text-is('{parts[frozenset([TWO])]}')").click()
    drawer.locator("text=une source d'une autre nature").wait_for()
