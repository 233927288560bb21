import dataclasses

import pytest

from truceline.report.chart_grid import coverage_grid
from truceline.report.judged import judged_incidents
from truceline.report.summary import LIMIT, bottom_line, gravest
from truceline.report.words import LANGUAGES, Words
from truceline.timespan import find_zone


def lines(assessment, language="en"):
    words = Words(language=language, zone=find_zone(assessment.timezone))
    return bottom_line(assessment, judged_incidents(assessment), coverage_grid(assessment), words)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["front", "one_day", "nothing"])
def test_the_bottom_line_has_at_most_120_words(request, name, language):
    assert sum(len(line.split()) for line in lines(request.getfixturevalue(name), language)) <= LIMIT == 120


def test_the_bottom_line_has_the_gravest_three_what_changed_what_is_overdue_and_how_well_it_was_watched(front):
    text = lines(front)
    assert sum(line.startswith("Violation, severity") for line in text) == 3
    assert any(line.startswith("Overdue: ") for line in text)
    assert any("went from" in line for line in text)
    assert "not observed is not the same as did not occur" in text[0]


def test_a_violation_is_named_before_what_is_not_settled_and_graver_before_more_probable(front):
    order = gravest(judged_incidents(front), 1000)
    assert order.verdict.tolist() == sorted(order.verdict, key=["violation", "indeterminate"].index)
    found = order[order.verdict == "violation"]
    assert found.severity.is_monotonic_decreasing


def test_without_any_look_nothing_is_said_about_compliance(front):
    blind = dataclasses.replace(front, looks=front.looks.head(0), exposure={}, coverage=front.coverage.head(0))
    assert "nothing can be said about compliance" in lines(blind)[0]


def test_days_out_of_force_are_not_compared(front):
    last = front.status[front.status.status != "not in force"].day.max()
    assert any(last in line for line in lines(front))


def test_a_release_without_its_looks_does_not_say_that_nobody_looked(front):
    shown = dataclasses.replace(front, looks=front.looks.head(0), exposure={"km_h_total": float("nan")})
    assert "were well watched" in lines(shown)[0]
