"""What is watched by: strip and map linked, every filter, the days, and a drawer that tells all of an incident."""

import math
import re
from dataclasses import replace

import pandas as pd
import pytest
from front import PERIOD, readings, row, whole
from front import front as short_front
from opened import opening, serving, shown, wait_until
from rooms import Clock, make_house

from truceline.observations import LOOKS, new_table
from truceline.report.words import catalogue

pytestmark = pytest.mark.page
BOX = {"west_deg": 29.0, "east_deg": 32.0, "south_deg": 47.0, "north_deg": 49.0}
STRIP = "document.querySelector('#strip').toDataURL()"


def passes():
    """A satellite every six hours, most of which saw nothing."""
    at = [pd.Timestamp(PERIOD.start) + pd.Timedelta(hours=hours) for hours in range(1, 48, 6)]
    told = {"look_id": [f"l{i}" for i in range(len(at))], "sensor": "thermal", "source": "viirs", "cloud": 0.2}
    return new_table(LOOKS, {**told, "time_start": at, "time_end": at, **BOX}, length=len(at))


def told_by_many():
    """A shelling that a post, a patrol and a satellite tell of; a howitzer within the zone; others here and there."""
    same = {"hour": 31.0, "lon": 30.5, "lat": 48.01, "party": "A"}
    return [
        row("a", sensor="report", **same),
        row("b", sensor="patrol", **same),
        row("c", act="heat", sensor="thermal", strength=30.0, **same),
        row("d", act="presence", sensor="patrol", hour=30.0, lon=30.2, lat=48.02, item="howitzer", party="A"),
        *(row(f"e{k}", hour=8 + 5 * k, lon=30.1 + k / 10, party="B", lat=47.99) for k in range(7)),
    ]


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    assessed = whole(short_front(), [replace(readings(told_by_many()), looks=passes())])
    house = make_house(tmp_path_factory.mktemp("watch") / "room.sqlite", assessed, clock=Clock(PERIOD.end))
    with serving(house) as (address, _):
        yield address, house, assessed
    house.close()


@pytest.fixture
def people(browser, room):
    with opening(browser, room[0]) as open_as:
        yield open_as


def test_the_drawer_tells_every_likelihood_ratio_and_they_make_the_probability(people, room):
    page, assessed = people("olena"), room[2]
    richest = assessed.incidents.assign(n=assessed.incidents["ln_lr"].map(len)).sort_values("n").iloc[-1]
    page.locator(f"#list button[data-incident='{richest['incident_id']}']").click()
    page.wait_for_selector("#drawer form.step")
    cells = page.locator("#drawer section:has(h3:text('What made the probability')) tbody tr")
    steps = [[cell.strip() for cell in line.split("\t")] for line in cells.all_inner_texts()]
    assert len(steps) == 1 + len(richest["ln_lr"]) > 2
    said = [catalogue("en").get(f"sensor.{group}", str(group)) for group, _ in richest["ln_lr"]]
    assert [name for name, *_ in steps[1:]] == said
    # Bayes: the odds after are the odds before times each ratio
    odds = math.exp(richest["ln_odds_prior"])
    for (_, ratio, after), (_, ln_lr) in zip(steps[1:], richest["ln_lr"], strict=True):
        assert float(ratio.removeprefix("×")) == pytest.approx(math.exp(ln_lr), rel=6e-3)
        odds *= math.exp(ln_lr)
        p = odds / (1 + odds)
        assert after == ("<1 %" if p < 0.01 else ">99 %" if p > 0.99 else f"{round(100 * p)} %")
    assert odds / (1 + odds) == pytest.approx(richest["p_exists"], abs=1e-3)


def test_the_drawer_tells_observations_looks_clauses_margins_history_and_proof(people, room):
    page, house, assessed = people("olena"), room[1], room[2]
    found = assessed.findings[assessed.findings["margin"].notna()].iloc[0]
    incident = assessed.incidents.set_index("incident_id").loc[found["incident_id"]]
    page.locator(f"#list button[data-incident='{found['incident_id']}']").click()
    page.wait_for_selector("#drawer form.step")
    said = page.locator("#drawer").inner_text()
    clauses = {clause.clause_id: clause for clause in assessed.agreement.clauses}
    assert clauses[found["clause"]].says in said
    margin = float(f"{found['margin']:.3g}")
    assert f"{margin:g} {found['margin_unit']}" in said
    for observation in incident["observations"]:
        assert observation in said
    assert "thermal" in page.locator("#drawer section:has(h3:text('Looks at the place'))").inner_text()
    assert "The path leads from this entry to the signed root." in said
    entry = page.locator("#drawer section:has(h3:text('Proof'))").inner_text()
    assert re.search(r"\b[0-9a-f]{64}\b", entry), "the root"
    assert re.search(rf"\d+ / {house.room.record.size}\b", entry), "its place among all that is written"
    page.fill("#drawer [name=note]", "a first look")
    page.click("#drawer form.step button")
    page.wait_for_selector("#drawer ol li")
    assert "a first look" in page.locator("#drawer ol").inner_text()


@pytest.mark.parametrize("name", ["clause", "act", "sector", "party", "verdict", "watched"])
def test_every_filter_leaves_the_same_incidents_on_list_map_and_strip(people, name):
    page = people("olena")
    everything, picture = shown(page), page.evaluate(STRIP)
    values = [o.get_attribute("value") for o in page.locator(f"#filters [name={name}] option").all()][1:]
    assert values
    left = []
    for value in values:
        page.select_option(f"#filters [name={name}]", value)
        left.append(shown(page))
        assert page.locator("#list tbody tr").count() == left[-1]
        wait_until(page, f"window.trucelineMap.dotsInside === {left[-1]}")
        assert (page.evaluate(STRIP) == picture) == (left[-1] == everything)
    assert any(n < everything for n in left)
    if name in ("act", "sector", "watched"):  # each incident has exactly one
        assert sum(left) == everything
    page.click("#filters button")
    assert shown(page) == everything


def test_days_are_played_one_after_another_and_stop_when_told(people):
    page = people("olena")
    page.locator("#play").focus()
    page.keyboard.press("Enter")
    assert page.locator("#play").get_attribute("aria-pressed") == "true"
    days = []
    while len(days) < 2:
        day = page.locator("#dayname").inner_text()
        if day.startswith("2026") and day not in days:
            days.append(day)
        page.wait_for_timeout(50)
    assert days == ["2026-01-10", "2026-01-11"]
    page.keyboard.press("Enter")
    assert page.locator("#play").get_attribute("aria-pressed") == "false"
    page.locator("#day").fill("0")


def test_pointing_at_the_map_marks_the_strip_and_pointing_at_the_list_marks_both(people):
    page = people("olena")
    plain, lit = page.evaluate(STRIP), "window.trucelineMap.querySourceFeatures('lit').length"
    page.locator("#map").scroll_into_view_if_needed()
    at = page.evaluate(
        """(() => { const m = window.trucelineMap, p = m.project([30.75, 48.0]);
        const b = m.getCanvas().getBoundingClientRect(); return [b.left + p.x, b.top + p.y]; })()"""
    )
    page.mouse.move(at[0] - 4, at[1])
    page.mouse.move(*at)
    wait_until(page, f"{STRIP} !== {plain!r}")
    # 0.75 degrees of a line from 30 to 31 E that is 74.5 km long
    said = page.locator("#pointer").inner_text()
    assert 54 <= int(said.split()[0]) <= 58, said
    page.mouse.move(2, 2)
    wait_until(page, f"{STRIP} === {plain!r}")
    page.locator("#list button.link").first.hover()
    wait_until(page, f"{STRIP} !== {plain!r}")
    wait_until(page, f"{lit} > 0")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800), (3840, 2160)])
def test_the_way_out_of_the_drawer_lies_over_no_text_and_a_reason_has_the_whole_width(people, width, height):
    page = people("olena", width=width, height=height)
    page.locator("#list button.link").first.click()
    page.wait_for_selector("#drawer form.step")
    inside = page.evaluate("document.querySelector('#drawer').clientWidth")
    assert page.locator("#drawer .below").first.bounding_box()["width"] > 0.85 * inside
    below = "document.querySelector('#drawer').scrollHeight - document.querySelector('#drawer').clientHeight"
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        page.evaluate(f"document.querySelector('#drawer').scrollTop = {share} * ({below})")
        head, close = page.locator("#drawer .top").bounding_box(), page.locator("#drawer .close").bounding_box()
        assert abs(head["y"]) < 1, "it stays"
        assert head["width"] > inside - 1, "nothing shows beside the button"
        assert head["y"] + head["height"] > close["y"] + close["height"]
    assert page.locator("#drawer .top").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
