import dataclasses

import pytest
from scipy import stats

from truceline.report.chart_grid import coverage_grid, sector_exposure
from truceline.report.judged import judged_incidents
from truceline.report.watched import exposure_section, status_section, violations_section
from truceline.report.words import Words
from truceline.timespan import find_zone


def words(assessment):
    return Words(language="en", zone=find_zone(assessment.timezone))


def value(cell):
    return float(cell.text.replace("\u202f", ""))


def test_rates_are_counts_over_effective_kilometre_hours_with_an_exact_poisson_interval(front):
    judged, grid = judged_incidents(front), coverage_grid(front)
    section = violations_section(front, judged, grid, words(front))
    exposure = sector_exposure(front, grid)
    for row, effective in zip(section.tables[0].rows, exposure.km_h_effective, strict=True):
        found = value(row[1])
        assert value(row[5]) == pytest.approx(found / effective * 1000, rel=0.006)
        # Garwood 1936: the interval of a Poisson mean inverts the two tails of the test
        low, high = (float(v) * effective / 1000 for v in row[6].text.split("–"))
        assert stats.poisson.sf(found - 1, low) == pytest.approx(0.05, abs=0.003)
        assert stats.poisson.cdf(found, high) == pytest.approx(0.05, abs=0.003)


def test_with_none_found_the_bound_is_three_over_the_exposure(front):
    # rule of three: -ln(0.05) = 2.996 events cannot be ruled out
    none = judged_incidents(dataclasses.replace(front, findings=front.findings.head(0)))
    grid = coverage_grid(front)
    row = violations_section(front, none, grid, words(front)).tables[0].rows[0]
    effective = sector_exposure(front, grid).km_h_effective[0]
    assert value(row[7]) == pytest.approx(2.996 / effective * 1000, rel=0.006)


def test_a_sector_nobody_watched_has_no_rate_but_says_not_observed(front):
    blind = dataclasses.replace(front, coverage=front.coverage.assign(looked=0.0, seen=0.0))
    section = violations_section(blind, judged_incidents(blind), coverage_grid(blind), words(blind))
    assert {row[5].text for row in section.tables[0].rows} == {"not observed"}


def test_seen_partly_and_unseen_add_up_to_the_whole(front):
    for row in exposure_section(front, coverage_grid(front), words(front)).tables[0].rows:
        total, *parts = (float(c.text.split(" (")[0].replace("\u202f", "")) for c in row[1:])
        assert sum(parts) == pytest.approx(total)


def test_each_status_is_told_by_symbol_and_words_and_not_by_colour_alone(front):
    cells = [c for row in status_section(front, words(front)).tables[0].rows for c in row[1:]]
    assert all(c.text[0] in "▲?✓◐∅–" and c.said for c in cells)
    assert len({(c.text[0], c.said) for c in cells}) == len({c.said for c in cells})
