import dataclasses
import time
from datetime import timedelta
from xml.etree import ElementTree

import numpy as np
import pytest
import sample

from truceline.report.chart import PROBABILITY, mark_area, plot_box, strip_chart, strip_chart_figure, strip_chart_png
from truceline.report.sections import report_sections
from truceline.report.words import Words
from truceline.timespan import Timespan, find_zone


def texts(figure):
    """Every word drawn: titles, labels, legends, and the labels of ticks inside the axes."""
    figure.draw_without_rendering()
    found = [t for legend in figure.legends for t in legend.get_texts()]
    for axes in figure.axes:
        found += [*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            found += [tick.label1 for tick in ticks if low <= tick.get_loc() <= high]
    return [t for t in found if t.get_text().strip()]


@pytest.mark.parametrize("make", [sample.front, sample.one_day, sample.nothing])
def test_the_chart_is_a_picture_and_the_same_one_every_time(make):
    svg = strip_chart(make())
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert svg == strip_chart(make())
    assert strip_chart_png(make(), dpi=60) == strip_chart_png(make(), dpi=60)


def a_month():
    """The whole front for 30 days: the tallest chart in use."""
    front = sample.front()
    period = Timespan(start=front.period.start, end=front.period.start + timedelta(days=30))
    return dataclasses.replace(front, period=period)


@pytest.mark.parametrize("make", [sample.front, sample.one_day, sample.nothing, a_month])
@pytest.mark.parametrize("language", ["en", "uk", "fr"])
def test_no_two_words_of_the_chart_overlap_and_none_leaves_it(make, language):
    figure = strip_chart_figure(make(), language=language)
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts(figure)]
    page = figure.bbox
    for i, (text, box) in enumerate(boxes):
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1, text
        for other, its in boxes[:i]:
            width = min(box.x1, its.x1) - max(box.x0, its.x0)
            height = min(box.y1, its.y1) - max(box.y0, its.y0)
            assert width <= 1 or height <= 1, (text, other)


def test_days_run_down_and_kilometres_to_the_right(front):
    axes = strip_chart_figure(front).axes[0]
    assert axes.get_ylim() == (front.period.end.timestamp(), front.period.start.timestamp())
    assert axes.get_xlim() == (0, front.strip.length_km)
    assert axes.get_yticklabels()[0].get_text() == "2026-04-06"


def test_every_incident_is_drawn_where_and_when_it_was(front):
    axes = strip_chart_figure(front).axes[0]
    drawn = np.concatenate([c.get_offsets() for c in axes.collections if len(c.get_offsets()) > 1])
    drawn = drawn[np.lexsort(drawn.T)]
    asked = np.c_[front.incidents.chainage_km, front.incidents.time_start.astype("int64") / 1e9]
    np.testing.assert_allclose(drawn, asked[np.lexsort(asked.T)], rtol=1e-9)


def test_an_incident_without_a_place_is_not_drawn_and_the_page_says_so(front):
    lost = front.incidents.copy()
    lost.loc[[0, 1], ["chainage_km", "lon_deg", "lat_deg"]] = np.nan
    blurred = dataclasses.replace(front, incidents=lost)
    assert strip_chart(blurred)
    words = Words(language="en", zone=find_zone(front.timezone))
    chart = next(s for s in report_sections(blurred, words) if s.key == "chart")
    assert "not drawn: 2" in chart.small[0]


def test_the_colours_darken_evenly_with_probability():
    # relative luminance (WCAG 2) must fall all the way: readable in grey print and by colour-blind readers
    rgb = PROBABILITY(np.linspace(0, 1, 50))[:, :3]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    assert (np.diff(linear @ [0.2126, 0.7152, 0.0722]) < 0).all()


def test_a_stronger_incident_never_has_a_smaller_mark(front):
    strength = front.incidents.strength.sort_values()
    assert (np.diff(mark_area(strength)) >= 0).all()


def test_the_plot_lies_inside_the_picture(one_day):
    box = plot_box(strip_chart_figure(one_day))
    assert 0 < box["left"] < box["right"] < 1
    assert 0 < box["top"] < box["bottom"] < 1


def test_the_whole_front_is_drawn_in_two_seconds(front):
    strip_chart(front)
    start = time.process_time()
    strip_chart(front)
    assert time.process_time() - start < 2
