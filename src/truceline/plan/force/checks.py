"""What a force and a scenario must say before anything is planned with them; nothing is guessed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from truceline.agreement.plain import Reader
from truceline.errors import AgreementError, did_you_mean
from truceline.plan.force.contributors import Caveat, Estimate, Force
from truceline.plan.force.scenario import MOST_MONTHS, Scenario

DATES = {"available_from", "leaves_on", "asked_on", "starts_on", "dated"}
SHARES = {"probability", "share_abroad"}
# more than this is a slip of the pen: a hundred years of days, fifty years of months, ten thousand units or posts
MOST_DAYS, MOST_UNITS = 36_525.0, 10_000.0
FIRST_YEAR, LAST_YEAR = 1900, 2200
STEP_MONTHS = 0.5


def check_force(force: Force, reader: Reader) -> None:
    """Raise the reader's error for the first thing in a force that cannot be planned with."""
    if not force.contributors:
        raise reader.wrong("contributors", "the force is empty.", "Name at least one contributor.")
    if not force.unit_types:
        raise reader.wrong("unit_types", "no unit type is named.", "Name at least one, with people and tours.")
    _check_twice([c.contributor_id for c in force.contributors], "contributor", "contributors", reader)
    _check_twice([k.unit_type for k in force.unit_types], "unit type", "unit_types", reader)
    _check_twice([c.cost_id for c in force.costs], "cost", "costs", reader)
    _check_numbers(force, "", reader)
    for i, kind in enumerate(force.unit_types):
        _check_tours(kind, f"unit_types[{i}]", reader)
    for i in range(len(force.contributors)):
        _check_contributor(force, i, reader)
    known = {kind.unit_type for kind in force.unit_types}
    for i, supply in enumerate(force.backstop):
        _check_known(supply.unit_type, known, "unit type", f"backstop[{i}].unit_type", reader)
    if force.plan_with_cost:
        priced = {c.cost_id for c in force.costs if c.per == "person_year"}
        _check_known(force.plan_with_cost, priced, "cost per person and year", "plan_with_cost", reader)
    _check_circles(force, reader)


def _check_contributor(force: Force, at: int, reader: Reader) -> None:
    contributor, path = force.contributors[at], f"contributors[{at}]"
    known = {kind.unit_type for kind in force.unit_types}
    for part in ("units", "tours"):
        for name in getattr(contributor, part):
            _check_known(name, known, "unit type", f"{path}.{part}.{name}", reader)
    for name, tours in contributor.tours.items():
        own = {f.name: v for f in dataclasses.fields(tours) if (v := getattr(tours, f.name)) is not None}
        _check_tours(dataclasses.replace(force.kind(name), **own), f"{path}.tours.{name}", reader)
    names = {c.contributor_id for c in force.contributors}
    for j, caveat in enumerate(contributor.caveats):
        _check_caveat(caveat, f"{path}.caveats[{j}]", names, reader)


def check_scenario(scenario: Scenario, force: Force, reader: Reader) -> None:
    """Raise the reader's error for the first thing in a scenario that cannot be planned with."""
    months = scenario.horizon_months
    if months != int(months) or not 1 <= months <= MOST_MONTHS:
        raise reader.wrong(
            "horizon_months", f"the horizon is {months:g} months.", f"Give whole months from 1 to {MOST_MONTHS}."
        )
    if not scenario.posts:
        raise reader.wrong("posts", "the scenario has no posts.", "Name at least one group of posts.")
    _check_twice([p.posts_id for p in scenario.posts], "group of posts", "posts", reader)
    _check_numbers(scenario, "", reader)
    kinds, names = {k.unit_type for k in force.unit_types}, {c.contributor_id for c in force.contributors}
    for i, posts in enumerate(scenario.posts):
        _check_known(posts.unit_type, kinds, "unit type", f"posts[{i}].unit_type", reader)
        for key in ("from_month", "to_month", "priority"):
            value = getattr(posts, key)
            if value is not None and (value != int(value) or value < 1):
                raise reader.wrong(f"posts[{i}].{key}", f"{key} is {value:g}.", "Give a whole number from 1.")
    for i, wish in enumerate(scenario.wishes):
        _check_known(wish.contributor, names, "contributor", f"wishes[{i}].contributor", reader)
        _check_known(wish.posts, {p.posts_id for p in scenario.posts}, "group of posts", f"wishes[{i}].posts", reader)


def _check_twice(names: list[str], what: str, path: str, reader: Reader) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise reader.wrong(f"{path}[{i}].id", f"the {what} '{name}' is given twice.", "Keep one of them.")


def _check_known(name: str, known: set[str], what: str, path: str, reader: Reader) -> None:
    if name not in known:
        guess = did_you_mean(name, known)
        hint = f"Did you mean '{guess}'?" if guess else f"Known: {', '.join(sorted(known)) or 'none'}."
        raise reader.wrong(path, f"the {what} '{name}' is not defined.", hint)


def _check_numbers(record: Any, path: str, reader: Reader) -> None:
    """Every number is finite and not negative, every range in order, every share at most 1, every date a date."""
    for at, key, value in _leaves(record, path):
        if isinstance(value, Estimate):
            _check_range(value, at, reader, most=_most(key, at))
        elif isinstance(value, float) and value < 0:
            raise reader.wrong(at, f"{key} is {value:g}.", "Give a number that is not negative.")
        elif key in DATES and value and value != "start":
            _check_date(value, at, reader)


def _most(key: str, path: str) -> float:
    """Return the largest value that can be meant."""
    if key in SHARES:
        return 1.0
    if key.endswith("_days"):
        return MOST_DAYS
    if key.endswith("_months"):
        return float(MOST_MONTHS)
    return MOST_UNITS if key == "posts" or ".units." in path else math.inf


def _check_date(value: str, path: str, reader: Reader) -> None:
    try:
        year = date.fromisoformat(value).year
    except ValueError:
        raise reader.wrong(path, f"'{value}' is not a date.", "Write YYYY-MM-DD.") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise reader.wrong(path, f"the year {year} is out of bounds.", f"Give one from {FIRST_YEAR} to {LAST_YEAR}.")


def _check_range(value: Estimate, path: str, reader: Reader, *, most: float) -> None:
    for name, part in (("low", value.least), ("mid", value.mid), ("high", value.most)):
        if part < 0:
            raise reader.wrong(f"{path}.{name}", f"{name} is {part:g}.", "Give a number that is not negative.")
        if part > most:
            raise reader.wrong(f"{path}.{name}", f"{name} is {part:g}.", f"Give a number from 0 to {most:g}.")
    if not value.least <= value.mid <= value.most:
        raise reader.wrong(
            path,
            f"low {value.least:g}, mid {value.mid:g} and high {value.most:g} are out of order.",
            "Write low <= mid <= high.",
        )


def _leaves(value: Any, path: str, key: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield (path, key, value) of every estimate, number and text below a record."""
    if isinstance(value, Estimate) or not (dataclasses.is_dataclass(value) or isinstance(value, Mapping | tuple)):
        yield path, key, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(part, f"{path}.{name}", str(name))
    elif isinstance(value, tuple):
        for i, part in enumerate(value):
            yield from _leaves(part, f"{path}[{i}]", key)
    else:
        for f in dataclasses.fields(value):
            name = f.metadata.get("key", f.name)
            yield from _leaves(getattr(value, f.name), f"{path}.{name}" if path else name, f.name)


def _check_tours(kind: Any, path: str, reader: Reader) -> None:
    tour, interval, overlap = kind.tour_months, kind.interval_months, kind.overlap_months
    floor = kind.least_interval_months
    if tour.least <= 0:
        raise reader.wrong(f"{path}.tour_months", "a tour has no length.", "Give months above 0.")
    if overlap.most >= tour.least:
        raise reader.wrong(
            f"{path}.overlap_months",
            f"an overlap of {overlap.most:g} months fills a tour of {tour.least:g}.",
            "Make the overlap shorter than the tour.",
        )
    if floor is not None and floor.mid > interval.mid:
        raise reader.wrong(
            f"{path}.least_interval_months",
            f"{floor.mid:g} months is longer than the interval of {interval.mid:g}.",
            "Make it at most the interval.",
        )
    for name in ("tour_months", "interval_months", "overlap_months", "least_interval_months"):
        value = getattr(kind, name)
        if value is not None and value.mid % STEP_MONTHS:
            raise reader.wrong(f"{path}.{name}", f"{value.mid:g} months is no half month.", "Give half months.")


def _check_caveat(caveat: Caveat, path: str, names: set[str], reader: Reader) -> None:
    needed = {
        "parliamentary_vote": ("asked_on", caveat.asked_on, "Add asked_on: YYYY-MM-DD, or 'start'."),
        "keeps_from_line": ("km", caveat.km, "Add km: a number."),
        "needs_backstop": ("level", caveat.level or caveat.items, "Add level: 1 to 5, or items: [...]."),
        "only_if": ("contributors", caveat.contributors, "Add contributors: [...]."),
    }
    if caveat.kind in needed and not needed[caveat.kind][1]:
        key, _, todo = needed[caveat.kind]
        raise reader.wrong(path, f"the caveat '{caveat.kind}' does not say '{key}'.", todo)
    if caveat.kind == "parliamentary_vote" and caveat.lead_days is None:
        raise reader.wrong(path, "the vote does not say how long it takes.", "Add lead_days: {low, mid, high}.")
    if caveat.level is not None and caveat.level not in {1, 2, 3, 4, 5}:
        raise reader.wrong(f"{path}.level", f"there is no backstop level {caveat.level:g}.", "Give 1 to 5.")
    for name in caveat.contributors:
        _check_known(name, names, "contributor", f"{path}.contributors", reader)


def _check_circles(force: Force, reader: Reader) -> None:
    """Raise for 'A only if B, B only if A', of any length."""
    needs = {
        c.contributor_id: tuple(other for caveat in c.caveats for other in caveat.contributors)
        for c in force.contributors
    }
    place = {c.contributor_id: i for i, c in enumerate(force.contributors)}
    done: set[str] = set()

    def follow(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            circle = " only if ".join((*trail[trail.index(name) :], name))
            raise _circle(circle, place[name], reader)
        if name not in done:
            for other in needs[name]:
                follow(other, (*trail, name))
            done.add(name)

    for name in needs:
        follow(name, ())


def _circle(circle: str, at: int, reader: Reader) -> AgreementError:
    return reader.wrong(
        f"contributors[{at}].caveats",
        f"conditions go round in a circle: {circle}.",
        "Break the circle: somebody must go first.",
    )
