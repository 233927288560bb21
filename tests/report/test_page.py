"""The page in a real browser: it opens from disk, asks nobody for anything, and shows what it says."""

import io
import itertools

import numpy as np
import pytest
from matplotlib.image import imread

pytestmark = pytest.mark.page


def picture(png):
    return imread(io.BytesIO(png))[..., :3]


def settled(page):
    """Wait until the map has drawn everything it has."""
    page.evaluate(
        """new Promise((done) => { const m = window.trucelineMap;
        m.loaded() && !m.isMoving() ? done() : m.once('idle', done) })"""
    )


def wait_until(page, statement):
    """Wait until a statement holds, asking from outside: the page's own policy forbids evaluating text in it."""
    for _ in range(300):
        if page.evaluate(statement):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never held: {statement}")


@pytest.mark.parametrize("name", ["front", "one_day", "nothing"])
def test_a_page_opens_from_disk_without_an_error_or_a_request(pages, open_page, name):
    page = open_page(pages(name))
    settled(page)
    assert page.said == []
    assert [url for url in page.asked if not url.startswith(("file:", "blob:", "data:"))] == []
    assert len([url for url in page.asked if url.startswith("file:")]) == 1


def test_the_browser_refuses_a_script_that_is_not_the_pages_own(pages, open_page):
    page = open_page(pages("front"))
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.intruder = 1'; document.body.append(s)"
    )
    assert page.evaluate("window.intruder") is None


def test_the_map_paints_sea_land_line_and_incidents(pages, open_page):
    page = open_page(pages("front"))
    settled(page)
    colours = picture(page.locator("#mapcanvas canvas").screenshot()).reshape(-1, 3)
    kinds = {tuple(c) for c in np.round(colours * 255).astype(int)}
    assert (0xCF, 0xE0, 0xEA) in kinds, "sea"
    assert (0xF3, 0xF1, 0xEA) in kinds, "land"
    assert len(kinds) > 200, "a blank map has one colour"
    assert page.evaluate("window.trucelineMap.queryRenderedFeatures({ layers: ['lines'] }).length") > 0


def test_the_day_slider_changes_what_is_shown(pages, open_page):
    page = open_page(pages("front"))
    drawn = (
        "new Set(window.trucelineMap.queryRenderedFeatures({ layers: ['incidents'] }).map((f) => f.properties.i)).size"
    )
    settled(page)
    everything = page.evaluate(drawn)
    page.locator("#day").focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, f"{drawn} < {everything}")
    settled(page)
    assert page.locator("#dayname").inner_text() == "2026-04-06"
    said = int(page.locator("#shown").inner_text().split()[0])
    assert 0 < page.evaluate(drawn) <= said < everything


def test_play_walks_through_the_days(pages, open_page):
    page = open_page(pages("one_day"))
    page.locator("#play").click()
    wait_until(page, "document.getElementById('day').value !== '0'")
    assert page.locator("#play").get_attribute("aria-pressed") == "true"


def test_pointing_at_an_incident_shows_its_details(pages, open_page):
    page = open_page(pages("front"))
    page.locator("#mapbox").scroll_into_view_if_needed()
    settled(page)
    at = page.evaluate(
        """(() => { const m = window.trucelineMap, f = m.queryRenderedFeatures({ layers: ['incidents'] })[0];
        const p = m.project(f.geometry.coordinates), b = m.getCanvas().getBoundingClientRect();
        return [b.left + p.x, b.top + p.y]; })()"""
    )
    page.mouse.move(at[0] - 3, at[1])
    page.mouse.move(*at)
    page.wait_for_selector("#tip:not([hidden])", timeout=30_000)
    assert "inc-" in page.locator("#tip").inner_text()
    assert "%" in page.locator("#tip").inner_text()


def test_choosing_a_mark_on_the_chart_moves_the_map(pages, open_page):
    page = open_page(pages("front"))
    settled(page)
    before = page.evaluate("window.trucelineMap.getZoom()")
    at = page.evaluate(
        """(() => { const d = JSON.parse(document.getElementById('data').textContent), k = d.incidents.id.length - 1;
        const b = document.getElementById('stripchart').getBoundingClientRect(), p = d.plot;
        return [(p.left + (p.right - p.left) * d.incidents.km[k] / d.km) * b.width,
          (p.top + (p.bottom - p.top) * (d.incidents.t[k] - d.span[0]) / (d.span[1] - d.span[0])) * b.height]; })()"""
    )
    page.locator("#stripchart").hover(position={"x": at[0], "y": at[1]})
    assert page.locator("#tip").is_visible()
    page.locator("#stripchart").click(position={"x": at[0], "y": at[1]})
    wait_until(page, f"window.trucelineMap.getZoom() > {before} + 0.5")
    assert page.locator("#detail").is_visible()
    assert page.locator("#chartmark").is_visible()


def test_an_incident_named_in_a_table_leads_to_the_map(pages, open_page):
    page = open_page(pages("front"))
    page.locator("#incidents a.to-incident").first.click()
    assert page.locator("#detail").is_visible()


@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
@pytest.mark.parametrize("language", ["en", "uk"])
def test_no_width_scrolls_sideways(pages, open_page, width, language):
    page = open_page(pages("front", language), width=width, ready=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_printed_page_leaves_the_controls_out_and_keeps_the_pictures(pages, open_page):
    page = open_page(pages("front"))
    page.emulate_media(media="print")
    assert not page.locator("#mapcontrols").is_visible()
    assert page.locator("#stripchart svg").is_visible()
    assert page.pdf()[:5] == b"%PDF-"


def test_place_names_on_the_map_do_not_cover_each_other(pages, open_page):
    page = open_page(pages("front"))
    settled(page)
    boxes = page.evaluate(
        """[...document.querySelectorAll('.place, .sectorname')].filter((e) => e.style.visibility !== 'hidden')
        .map((e) => e.getBoundingClientRect()).map((r) => [r.left, r.top, r.right, r.bottom])"""
    )
    assert len(boxes) >= 8
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (a, b)


# WCAG 2.2, success criterion 1.4.3: text needs a contrast of 4.5 to 1.
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_light_and_dark(pages, open_page, scheme):
    page = open_page(pages("front"), color_scheme=scheme, ready=False)
    pairs = page.evaluate(
        """[...document.querySelectorAll('p, li, td, th, h2, a, caption, .tone')].slice(0, 900).map((e) => {
          const clear = (x) => getComputedStyle(x).backgroundColor === 'rgba(0, 0, 0, 0)';
          let ground = e;
          while (ground && clear(ground)) ground = ground.parentElement;
          ground = getComputedStyle(ground || document.body).backgroundColor;
          return [getComputedStyle(e).color, ground, e.className + e.tagName]; })"""
    )

    def luminance(text):
        rgb = np.array([float(v) for v in text[text.index("(") + 1 : -1].split(",")[:3]]) / 255
        return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    for ink, ground, what in {tuple(pair) for pair in pairs}:
        high, low = sorted([luminance(ink), luminance(ground)], reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground, what)


def test_headings_and_landmarks_lead_through_the_page(pages, open_page):
    page = open_page(pages("front"), ready=False)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((h) => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert page.locator("main").count() == 1
    assert page.locator("table").count() == page.locator("table > caption").count()
    assert page.locator("[role=img]:not([aria-label])").count() == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_the_zones_in_force_are_on_the_map_and_tell_what_they_are(pages, open_page):
    page = open_page(pages("zoned"))
    page.locator("#mapbox").scroll_into_view_if_needed()
    settled(page)
    drawn = "new Set(window.trucelineMap.queryRenderedFeatures({ layers: ['zones'] }).map((f) => f.properties.id)).size"
    assert page.evaluate(drawn) >= 5
    at = page.evaluate(
        """(() => { const d = JSON.parse(document.getElementById('data').textContent), m = window.trucelineMap;
        const z = d.zones.find((z) => z.id.endsWith('sz140')), b = m.getCanvas().getBoundingClientRect();
        const p = m.project(z.at); return [b.left + p.x, b.top + p.y]; })()"""
    )
    box = page.locator("#mapcanvas").bounding_box()
    centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    toward = [a + 0.2 * (c - a) for a, c in zip(at, centre, strict=True)]
    page.mouse.move(toward[0] - 3, toward[1])
    page.mouse.move(*toward)
    page.wait_for_selector("#tip:not([hidden])", timeout=30_000)
    assert "km" in page.locator("#tip").inner_text()
    page.locator("#zone").select_option("")
    wait_until(page, f"{drawn} === 0")
    page.locator("#zone").select_option(label="security zone at least 50 km wide, by equal distances")
    wait_until(page, f"{drawn} === 1")
    assert page.said == []
