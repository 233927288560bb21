"""The page for everybody: contrast, names, keyboard and room, on every view, in light and dark, from phone to wall."""

from datetime import UTC, datetime

import pytest
from audit import AUDIT, HELD, REACHABLE
from opened import opening, serving, sign_in, wait_until
from rooms import Clock, make_house
from sample import front

from truceline.serve.paper_making import Page
from truceline.serve.shelf import Shelf

pytestmark = pytest.mark.page
VIEWS = (
    "watch",
    "clocks",
    "coverage",
    "feeds",
    "windows",
    "claims",
    "agreement",
    "plan",
    "exercise",
    "outlook",
    "reports",
)
SIZES = {"phone": (375, 812), "laptop": (1366, 768), "wall": (2560, 1440)}


def one_page(kind, folder, now, tell):
    title = f"{kind}: a title as long as those of the plans that missions have, and longer than a phone is wide"
    html = b"<!doctype html><html lang=en><title>x</title><h1>A paper</h1>"
    return [Page(name=name, title=title, html=html) for name in ("index", "second")]


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """Serve the invented front with a plan and an outlook, and an exercise that is not there."""
    clock = Clock(datetime(2026, 4, 19, 6, tzinfo=UTC))
    house = make_house(tmp_path_factory.mktemp("access") / "room.sqlite", front(), clock=clock)
    folder = tmp_path_factory.mktemp("mission")
    for name in ("force.yaml", "outlook.yaml"):
        (folder / name).write_text("")
    house.door.hold(Shelf(folder, clock, one_page))
    with serving(house) as (address, _):
        yield address
    house.close()


@pytest.fixture
def people(browser, room):
    with opening(browser, room) as open_as:
        yield open_as


def go(page, view):
    page.click(f"#views button[data-view={view}]")
    page.wait_for_selector(f"#view-{view}:not([hidden])")
    if view != "watch":
        page.wait_for_selector(f"#view-{view} > div > *")
    if view in ("plan", "outlook"):
        page.wait_for_selector(f"#view-{view} iframe")


# the contrasts of these greys on white are known: #767676 is the lightest that passes (WebAIM, 4.54 and 4.48)
def test_the_checker_sees_a_grey_that_is_too_light_and_a_control_without_a_name(people):
    page = people(None)
    assert page.evaluate(AUDIT) == []
    for colour, found in (("#767676", 0), ("#777777", 1)):
        page.evaluate(f"document.querySelector('#sign-in h2').style.cssText = 'color: {colour}; font-size: 16px'")
        assert len(page.evaluate(AUDIT)) == found
    page.evaluate("document.querySelector('#sign-in button').textContent = ''")
    assert any(text.startswith("no name") for text in page.evaluate(AUDIT))


# WCAG 2.2: 1.4.3 and 1.4.11 contrast, 1.4.10 reflow, 2.5.8 target size, 4.1.2 name and role, 1.3.1 landmarks
@pytest.mark.parametrize(("size", "locale"), [("phone", "uk"), ("laptop", "en"), ("wall", "fr")])
def test_every_view_can_be_read_and_named_in_light_and_dark_from_phone_to_wall(people, size, locale):
    width, height = SIZES[size]
    page = people(None, width=width, height=height, locale=locale)
    broken = {}

    def audit(view):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            broken[f"{view} {scheme}"] = page.evaluate(AUDIT)

    audit("sign in")
    sign_in(page, "helen")
    for view in VIEWS:
        go(page, view)
        audit(view)
    go(page, "watch")
    page.locator("#list button.link").first.click()
    page.wait_for_selector("#drawer:not([hidden])")
    audit("drawer")
    assert {view: found for view, found in broken.items() if found} == {}
    assert page.evaluate("document.documentElement.lang") == locale


def tab_through(page):
    """Press Tab until everything was reached or the page was left; return the order in which it went."""
    turns = page.evaluate(REACHABLE)
    page.evaluate("window.scrollTo(0, 0), document.body.tabIndex = -1, document.body.focus()")
    order = []
    for _ in range(len(turns) + 40):
        page.keyboard.press("Tab")
        held = page.evaluate(HELD)
        if held["turn"] in order[-1:]:  # a date has a stop for each of its parts
            continue
        if held["turn"] < 0 or held["turn"] in order:
            break
        assert held["ring"], f"nothing shows that the keyboard is at {held['what']}"
        assert held["free"], f"something lies over {held['what']}"
        order.append(held["turn"])
    return turns, order


def test_every_control_is_reached_by_keyboard_in_the_order_in_which_it_is_read(people):
    page = people("helen", width=1000)
    page.select_option("#filters [name=sector]", index=2)
    page.select_option("#filters [name=verdict]", "violation")
    for view in VIEWS:
        if view in ("plan", "outlook"):  # the paper in its frame has an order of its own
            continue
        go(page, view)
        turns, order = tab_through(page)
        assert order == turns, view


def test_a_drawer_over_the_page_keeps_the_keyboard_and_gives_it_back(people):
    page = people("helen", width=1000)
    link = page.locator("#list button.link").nth(2)
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#drawer:not([hidden])")
    assert page.locator("#drawer").get_attribute("role") == "dialog"
    assert page.locator("main").get_attribute("inert") is not None
    turns, order = tab_through(page)
    assert order == turns
    page.locator("#drawer .close").focus()
    page.keyboard.press("Escape")
    assert page.locator("main").get_attribute("inert") is None
    assert link.evaluate("e => e === document.activeElement")
    page.set_viewport_size({"width": 2560, "height": 1440})  # there the two stand side by side
    link.click()
    page.wait_for_selector("#drawer:not([hidden])")
    assert page.locator("main").get_attribute("inert") is None
    edge = page.locator("#drawer").bounding_box()["x"]
    assert page.locator("#list").bounding_box()["x"] + page.locator("#list").bounding_box()["width"] <= edge


def test_nothing_is_told_by_colour_alone(people):
    page = people("olena")
    go(page, "coverage")
    # what a sector's day came to is a mark in its cell, explained below
    kinds = {"violation": "✕", "indeterminate": "?", "blind": "○"}
    for kind, mark in kinds.items():
        cells = page.locator(f"#view-coverage td .tone.{kind}").all_inner_texts()
        assert cells, kind
        assert all(text.startswith(mark) for text in cells)
        assert mark in page.locator("#view-coverage .legend").inner_text()
    assert not any(text[0] in "✕?○" for text in page.locator("#view-coverage td .tone.watched").all_inner_texts())


def test_names_of_the_map_and_the_page_follow_the_language(people):
    page = people("olena", locale="en")
    english = [e.get_attribute("aria-label") for e in page.locator("#map button, #map canvas[aria-label]").all()]
    assert len(english) == 3
    page.select_option("#language", "uk")
    wait_until(page, "document.documentElement.lang === 'uk'")
    wait_until(page, "document.querySelector('#live').textContent === 'наживо'")
    ukrainian = [e.get_attribute("aria-label") for e in page.locator("#map button, #map canvas[aria-label]").all()]
    assert set(english).isdisjoint(ukrainian)
    assert page.locator("#map").get_attribute("role") == "group"


def test_what_changes_by_itself_is_read_out(people):
    page = people("olena")
    for selector in ("#live", "#shown", "#pointer", ".notices", "#away"):
        assert page.locator(selector).first.get_attribute("aria-live") in ("polite", "assertive"), selector
