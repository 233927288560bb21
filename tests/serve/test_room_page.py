"""The page in a real browser: people sign in, look, filter, decide and publish; it asks nobody but its own server."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from opened import opening, serving, shown, wait_until
from rooms import Clock, make_house
from sample import front

from truceline.serve.paper_making import Page
from truceline.serve.shelf import Shelf

pytestmark = pytest.mark.page


def two_pages(kind, folder, now, tell):
    script = "<script>document.body.dataset.ran = 'yes'</script>"
    return [
        Page(name=name, title=name, html=f"<!doctype html><body><h1>{text}</h1>{script}".encode())
        for name, text in (("index", "The plan"), ("second", "The second page"))
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Serve the invented front on loopback and return its address and house."""
    clock = Clock(datetime(2026, 4, 19, 6, tzinfo=UTC))
    house = make_house(tmp_path_factory.mktemp("page") / "room.sqlite", front(), clock=clock)
    folder = tmp_path_factory.mktemp("mission")
    (folder / "force.yaml").write_text("")
    house.door.hold(Shelf(folder, clock, two_pages))
    with serving(house) as (address, app):
        yield address, house, app
    house.close()


@pytest.fixture
def people(browser, server):
    """Return a function that opens the page as somebody, signed in by hand."""
    with opening(browser, server[0]) as open_as:
        yield open_as


def test_a_morning_in_the_room(people, server):
    page = people("olena")
    assert page.locator("#title").inner_text() == "Sample truce, April 2026"
    everything = shown(page)
    assert everything == 300
    # a filter narrows chart, map and list alike
    page.select_option("#filters [name=verdict]", "violation")
    few = shown(page)
    assert 0 < few < everything
    wait_until(page, f"window.trucelineMap.dotsInside === {few}")
    assert set(page.locator("#list tbody .tone").all_inner_texts()) == {"violation"}
    # the day slider, by keyboard
    page.locator("#day").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#dayname").inner_text() == "2026-04-06"
    assert shown(page) < few
    page.keyboard.press("ArrowLeft")
    page.click("#filters button")
    assert shown(page) == everything
    # an incident, opened from the list
    page.locator("#list button.link").first.click()
    page.wait_for_selector("#drawer:not([hidden])")
    said = page.locator("#drawer").inner_text()
    assert "inc-" in said
    assert "viirs-noaa20" in said
    assert "The path leads from this entry to the signed root." in said
    page.keyboard.press("Escape")
    assert page.locator("#drawer").is_hidden()
    assert page.said == []
    assert all(url.startswith((server[0], "blob:", "data:")) for url in page.asked), "nobody else is asked"


def test_pointing_at_the_strip_lights_the_line_and_pointing_at_the_map_marks_the_strip(people):
    page = people("olena")
    lit = "window.trucelineMap.querySourceFeatures('lit').length"
    box = page.locator("#stripbox").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    wait_until(page, f"{lit} > 0")
    assert "km" in page.locator("#pointer").inner_text() or "inc" in page.locator("#pointer").inner_text()
    page.mouse.move(5, 5)
    wait_until(page, f"{lit} === 0")
    # back: a place on the line says where along it that is
    page.locator("#map").scroll_into_view_if_needed()
    at = page.evaluate(
        """(() => { const m = window.trucelineMap, s = m.getSource('lines')._data.geojson || m.getSource('lines')._data;
        const path = s.features[0].geometry.coordinates, mid = path[Math.floor(path.length / 2)];
        const p = m.project(mid), b = m.getCanvas().getBoundingClientRect(); return [b.left + p.x, b.top + p.y]; })()"""
    )
    page.mouse.move(at[0] - 4, at[1])
    page.mouse.move(*at)
    wait_until(page, f"{lit} > 0")
    assert page.locator("#pointer").inner_text() != ""


def test_the_strip_is_walked_by_keyboard_and_read_out(people):
    page = people("olena")
    page.locator("#stripbox").focus()
    page.keyboard.press("ArrowRight")
    first = page.locator("#pointer").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator("#pointer").inner_text() != first != ""
    page.keyboard.press("Enter")
    page.wait_for_selector("#drawer:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "drawer"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "stripbox"


def test_two_people_review_an_incident_and_publish_a_day(people, server):
    house = server[1]
    olena, helen = people("olena"), people("helen")
    incident = olena.locator("#list button.link").first.get_attribute("data-incident")
    for page, state in ((olena, "logged"), (helen, "triaged")):
        page.locator(f"#list button[data-incident={incident}]").click()
        page.wait_for_selector("#drawer form.step")
        page.select_option("#drawer [name=state]", state)
        page.fill("#drawer [name=note]", f"seen to be {state}")
        page.click("#drawer form.step button")
        page.wait_for_selector(f"#drawer ol >> text=seen to be {state}")
    wait_until(olena, "document.querySelectorAll('#drawer ol li').length === 2")  # told by the server
    assert [s.state for s in house.room.reviews.steps() if s.incident_id == incident] == ["logged", "triaged"]
    for page in (olena, helen):
        page.keyboard.press("Escape")
        page.click("#views button[data-view=reports]")
        page.wait_for_selector("#view-reports form.step")
    olena.select_option("#view-reports [name=day]", "2026-04-10")
    olena.click("#view-reports form.step button")
    olena.wait_for_selector("#view-reports >> text=waits for approval")
    assert olena.locator("#view-reports button:text('Approve')").count() == 0, "not one's own"
    helen.click("#views button[data-view=watch]")
    helen.click("#views button[data-view=reports]")
    helen.wait_for_selector("#view-reports >> text=Approve these bytes")
    assert helen.locator("text=Approve these bytes").is_disabled(), "not before it was opened"
    with helen.context.expect_page() as opened:
        helen.click("#view-reports a:text('Read it')")
    opened.value.wait_for_selector("#bottom-line")
    opened.value.close()
    helen.click("text=Approve these bytes")
    helen.wait_for_selector("#view-reports .tone.done")
    vera = people("vera")
    vera.click("#views button[data-view=reports]")
    vera.wait_for_selector("#view-reports .tone.done")
    assert olena.said == helen.said == vera.said == []


def test_a_silence_window_is_proposed_and_both_parties_consent(people):
    helen = people("helen")
    helen.click("#views button[data-view=windows]")
    helen.fill("#view-windows [name=purpose]", "Repair of a pumping station")
    helen.fill("#view-windows [name=path]", "47.60, 36.50")
    helen.fill("#view-windows [name=start]", "2026-04-20T08:00")
    helen.fill("#view-windows [name=end]", "2026-04-20T14:00")
    helen.click("#view-windows form.step button")
    helen.wait_for_selector("#view-windows .tone.running")
    for login in ("ann", "bob"):
        party = people(login)
        party.click("#views button[data-view=windows]")
        party.click("#view-windows button:text('Consent')")
        party.wait_for_selector("#view-windows button:text('Consent')", state="detached")
        assert party.said == []
    helen.click("#views button[data-view=watch]")
    helen.click("#views button[data-view=windows]")
    helen.wait_for_selector("#view-windows .tone.done")


def test_a_reader_outside_is_told_what_is_withheld(people):
    page = people("vera")
    assert page.locator("#withheld").is_visible()
    page.locator("#list button.link").first.click()
    page.wait_for_selector("#drawer:not([hidden])")
    said = page.locator("#drawer").inner_text()
    assert "withheld" in said
    assert "viirs" not in said
    assert page.locator("#drawer form").count() == 0


@pytest.mark.parametrize(("locale", "title"), [("uk", "Оперативна кімната"), ("fr", "Salle des opérations")])
def test_the_page_speaks_three_languages_and_keeps_its_numbers(people, locale, title):
    page = people("olena", locale=locale)
    assert page.locator(".kind").inner_text().casefold() == title.casefold()
    assert shown(page) == 300
    said = page.locator("#live")
    wait_until(page, "document.querySelector('#live').textContent !== ''")
    assert said.inner_text() in ("наживо", "en direct")
    page.select_option("#language", "en")
    wait_until(page, "document.documentElement.lang === 'en'")
    wait_until(page, "document.querySelector('.kind').textContent === 'Operations room'")
    wait_until(page, "document.querySelector('#live').textContent === 'live'")
    assert shown(page) == 300


def test_without_a_connection_what_was_read_stays_and_says_so(people):
    page = people("olena")
    page.wait_for_selector("#live:text('live')")
    page.context.set_offline(True)
    wait_until(page, "document.body.classList.contains('offline')")
    assert "No connection" in page.locator("#live").inner_text()
    page.select_option("#filters [name=verdict]", "violation")
    assert 0 < shown(page) < 300
    page.context.set_offline(False)
    wait_until(page, "!document.body.classList.contains('offline')")


def feed(name, state, **said):
    row = dict.fromkeys(("since", "last_message", "last_observed"), "2026-04-18T05:00:00Z")
    counts = dict.fromkeys(("messages", "taken", "doubled", "set_aside"), 3)
    return {
        "feed": name,
        "called": name,
        "kind": "http",
        "state": state,
        "silent_after_min": 60,
        "says": "",
        **row,
        **counts,
    } | said


class Feeds:
    """What the server says of its feeds, in place of the feeds themselves."""

    def __init__(self, rows):
        self.rows = rows

    def health(self):
        return self.rows


@pytest.fixture
def feeds(server):
    """Let the house have five feeds, one in each state."""
    said = Feeds(
        [
            feed("calm", "listening"),
            feed("masts", "silent"),
            feed("gone", "stopped"),
            feed("broken", "failed", says="<script>refused</script>"),
            feed("new", "never", since=None, last_message=None, last_observed=None),
        ]
    )
    house = server[1]
    app = server[2]
    app.state.house = replace(house, feeder=said)
    yield said
    app.state.house = house


def test_silent_and_failed_feeds_come_first_in_words_and_the_watch_says_that_they_do_not_count(people, feeds):
    page = people("olena")
    notices = page.locator("#view-watch .notices li").all_inner_texts()
    assert len(notices) == 2
    assert notices[0].startswith("failed Feed broken since")
    assert "its sensors do not count" in notices[1]
    page.click("#views button[data-view=feeds]")
    page.wait_for_selector("#view-feeds table")
    assert page.locator("#view-feeds .tone").all_inner_texts() == [
        "failed",
        "silent",
        "nothing yet",
        "listening",
        "stopped",
    ]
    assert page.locator("#view-feeds script").count() == 0
    page.click("#views button[data-view=coverage]")
    page.wait_for_selector("#view-coverage .notices li")
    assert page.said == []


def test_a_reader_outside_has_no_view_of_feeds_or_papers(people, feeds):
    page = people("vera")
    for view in ("feeds", "plan", "exercise", "outlook"):
        assert page.locator(f"#views button[data-view={view}]").count() == 0
    assert page.locator(".notices li").count() == 0
    assert page.said == []


def test_a_paper_is_shown_inside_the_page_boxed_in_and_the_rest_says_how_to_make_one(people):
    page = people("helen")
    page.click("#views button[data-view=plan]")
    page.wait_for_selector("#view-plan iframe")
    assert page.locator("#view-plan iframe").get_attribute("sandbox") == ""
    inside = page.frame_locator("#view-plan iframe")
    assert inside.locator("h1").inner_text() == "The plan"
    page.select_option("#view-plan select", "second")
    inside.locator("h1:text('The second page')").wait_for()
    # the frame is its own, without scripts: what a paper holds cannot reach the page
    assert inside.locator("body").evaluate("document.body.dataset.ran || ''") == ""
    page.click("#views button[data-view=exercise]")
    page.wait_for_selector("#view-exercise p.small")
    assert "exercise.yaml" in page.locator("#view-exercise").inner_text()
    assert page.locator("#views button[data-view=outlook]").count() == 0
    assert [text for text in page.said if "script" not in text] == []


def test_no_width_scrolls_sideways_from_a_phone_to_a_wall(people, feeds):
    page = people("helen", locale="uk")  # the longest words
    for view in (
        "reports",
        "agreement",
        "claims",
        "windows",
        "coverage",
        "clocks",
        "feeds",
        "plan",
        "exercise",
        "watch",
    ):
        page.click(f"#views button[data-view={view}]")
        page.wait_for_selector(f"#view-{view} p")
        for width in (360, 768, 1280, 2560):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    page.set_viewport_size({"width": 360, "height": 700})
    page.locator("#list button.link").first.click()
    page.wait_for_selector("#drawer:not([hidden])")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_clocks_come_overdue_first(people):
    page = people("olena")
    page.click("#views button[data-view=clocks]")
    page.wait_for_selector("#view-clocks table")
    states = page.locator("#view-clocks .tone").all_inner_texts()
    assert "overdue" in states
    assert states == sorted(states, key=lambda s: s != "overdue")


def test_a_screen_reader_finds_its_way(people):
    page = people("olena")
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].filter((h) => h.offsetParent || h.className === 'unseen-text')"
        ".map((h) => Number(h.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert page.locator("main").count() == 1
    assert page.locator("table").count() == page.locator("table > caption").count()
    assert page.locator("[role=img]:not([aria-label]), [role=application]:not([aria-label])").count() == 0
    unnamed = page.evaluate(
        """[...document.querySelectorAll('input, select, textarea')].filter((e) => !e.labels.length).map((e) => e.id)"""
    )
    assert unnamed == []
    page.locator("#title").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")


def test_texts_of_others_are_never_html(people):
    # the fixture's clauses and clocks hold a script in their text
    page = people("olena")
    for view in ("clocks", "agreement", "coverage"):
        page.click(f"#views button[data-view={view}]")
        page.wait_for_selector(f"#view-{view} table")
    assert page.locator("main script").count() == 0
    assert "<script>" in page.locator("#view-agreement").inner_text()
