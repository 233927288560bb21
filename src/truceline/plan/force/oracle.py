"""Closed forms that stand beside the optimiser: what a force ties up, how long it lasts, how thin it is on a line."""

from __future__ import annotations

import math

from truceline.errors import RequestError
from truceline.geodesy import KM_PER_MILE


def units_per_post(tour: float, interval: float, overlap: float = 0.0) -> float:
    """Return how many units keep one post filled for good: cycle / (tour - overlap), all in one unit of time.

    During the overlap two units stand in one post (relief in place). Source: the steady state of the policies of
    MARATHON 4 (Center for Army Analysis), cycle / (BOG - overlap).

    Raises
    ------
    RequestError
        For a tour of no length, a negative interval or overlap, or an overlap as long as the tour.

    Examples
    --------
    >>> units_per_post(365, 730), round(units_per_post(365, 730, 45), 2)
    (3.0, 3.42)
    """
    if not (tour > 0 and interval >= 0 and 0 <= overlap < tour):
        raise RequestError(
            f"a tour of {tour:g}, an interval of {interval:g} and an overlap of {overlap:g} keep no post filled.",
            todo="Tour above 0, interval 0 or more, overlap shorter than the tour.",
        )
    return (tour + interval) / (tour - overlap)


def posts_sustained(units: int, tour: int, interval: int, overlap: int = 0) -> int:
    """Return how many posts a pool keeps filled for good once its tours are spread evenly, in whole posts.

    floor(P (b - o) / (b + r)): starts floor((t + 1) k / (b - o)) - floor(t k / (b - o)) in step t fill k posts in
    every step and put at most ceil(k (b + r) / (b - o)) units into any cycle; over a long time nothing can do more.
    Posts that all begin in one step need more, see `posts_at_once`.
    """
    units_per_post(tour, interval, overlap)
    return units * (tour - overlap) // (tour + interval)


def posts_at_once(units: int, tour: int, interval: int, overlap: int = 0) -> int:
    """Return how many posts a fresh pool keeps filled for good if all are to be filled from one step on.

    floor(P / ceil((b + r) / (b - o))). Filled in step 0 and in every (b - o)-th after, the posts need as many starts
    in each of the windows {0}, (0, b - o], (b - o, 2 (b - o)] ..., and ceil((b + r) / (b - o)) of these windows end
    within the first cycle.
    """
    units_per_post(tour, interval, overlap)
    return units // -(-(tour + interval) // (tour - overlap))


def months_until_short(units: int, posts: int, tour: int, interval: int, overlap: int = 0) -> float:
    """Return for how many steps a fresh pool keeps all of some posts filled from step 0 on; infinity for good.

    (b - o) floor(P / k), by the windows of `posts_at_once`: no schedule lasts longer, and reliefs all in step do.
    """
    if posts_at_once(units, tour, interval, overlap) >= posts:
        return math.inf
    return (tour - overlap) * (units // posts)


def people_tied_up(people: float, tour: float, interval: float, overlap: float = 0.0) -> float:
    """Return the people in the whole cycle behind a number deployed.

    Examples
    --------
    >>> people_tied_up(7500, 6, 24)
    37500.0
    """
    return people * units_per_post(tour, interval, overlap)


def rotations(years: float, tour_months: float) -> float:
    """Return how many tours follow one another in a span of years."""
    return years * 12 / tour_months


def people_per_km(people: float, line_km: float) -> float:
    """Return people per kilometre if a force were (wrongly) spread along a line.

    Examples
    --------
    >>> round(people_per_km(30_000, miles_to_km(600)), 2)
    31.07
    """
    return people / line_km


def miles_to_km(miles: float) -> float:
    """Return kilometres of statute miles."""
    return miles * KM_PER_MILE


def share_of_armies(people: float, ratio: float, armies: float) -> float:
    """Return the share of armies' personnel that a deployed force takes, with `ratio` people per one deployed.

    Examples
    --------
    >>> round(100 * share_of_armies(30_000, 3, 350_000), 1)
    25.7
    """
    return people * ratio / armies
