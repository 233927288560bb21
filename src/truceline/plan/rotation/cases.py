"""From a scenario and a force to one rotation problem for each unit type; types never share units, so they part."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from truceline.plan.force.caveats import Setting, months_until_gone, months_until_ready, stopped_by
from truceline.plan.force.contributors import Caveat, Contributor, Estimate, UnitType
from truceline.plan.force.scenario import Posts
from truceline.plan.rotation.problem import Ints, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A contributor's units of one type, with its own rules, in steps."""

    contributor: Contributor
    units: int
    tour: int
    rest: int
    floor: int
    overlap: int
    first: int
    last: int
    cost: float  # of one tour, in the currency of the cost that orders plans
    fits: tuple[bool, ...]  # by group of posts
    stopped: tuple[Caveat | None, ...]  # what keeps it out of each group

    @property
    def rules(self) -> tuple[object, ...]:
        """All that matters to a schedule except the number of units: pools alike in it are one pool."""
        return (self.fits, self.first, self.last, self.tour, self.rest, self.floor, self.overlap, self.cost)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One unit type of one scenario: its pools by contributor, its groups of posts, and the problem they make."""

    kind: UnitType
    groups: tuple[Posts, ...]  # in order of priority
    pools: tuple[Pool, ...]  # in the force's order
    members: tuple[tuple[int, ...], ...]  # which pools make each pool of the problem
    problem: Problem
    asked: Ints  # (group, step) posts before those a backstop fills
    given: Ints  # (group,) posts the backstop fills
    steps_per_month: int
    people: float

    @property
    def key(self) -> tuple[object, ...]:
        """All that a schedule depends on: equal keys have equal answers."""
        p = self.problem
        parts = (p.units, p.tour, p.rest, p.floor, p.overlap, p.first, p.last, p.cost, p.fits, p.wanted, p.rank)
        return tuple((part.shape, part.tobytes()) for part in parts)


def make_cases(setting: Setting, horizon_months: int) -> tuple[Case, ...]:
    """Return one case for each unit type that has posts, in the force's order of types."""
    types = {posts.unit_type for posts in setting.scenario.posts}
    return tuple(_case(setting, kind, horizon_months) for kind in setting.force.unit_types if kind.unit_type in types)


def _case(setting: Setting, kind: UnitType, months: int) -> Case:
    groups = tuple(
        sorted((p for p in setting.scenario.posts if p.unit_type == kind.unit_type), key=lambda p: p.priority)
    )
    rows = list(_pools(setting, kind, groups))
    per_month = 2 if any(v % 2 for row in rows for v in row[1:5]) else 1
    pools = tuple(_in_steps(setting, row, groups, months, per_month) for row in rows)
    asked = np.stack([_asked(setting, p, months, per_month) for p in groups])
    given = np.array([_given(setting, p) for p in groups], np.int64)
    ranks = {priority: i for i, priority in enumerate(sorted({p.priority for p in groups}))}
    members, problem = _pooled(
        pools,
        np.maximum(asked - given[:, None], 0),
        np.array([ranks[p.priority] for p in groups], np.int64),
    )
    return Case(
        kind=kind,
        groups=groups,
        pools=pools,
        members=members,
        problem=problem,
        asked=asked,
        given=given,
        steps_per_month=per_month,
        people=setting.numbers(f"{kind.unit_type}: people", kind.people),
    )


def _pools(
    setting: Setting, kind: UnitType, groups: tuple[Posts, ...]
) -> Iterator[tuple[Contributor, int, int, int, int]]:
    """Yield (contributor, tour, rest, floor, overlap) in half months."""
    for contributor in setting.force.contributors:
        if kind.unit_type not in contributor.units:
            continue
        own = contributor.tours.get(kind.unit_type)
        halves = []
        for rule in ("tour_months", "interval_months", "least_interval_months", "overlap_months"):
            mine: Estimate | None = getattr(own, rule) if own is not None else None
            name = f"{contributor.contributor_id}: {kind.unit_type} {rule}" if mine else f"{kind.unit_type}: {rule}"
            estimate = mine or getattr(kind, rule)
            halves.append(-1 if estimate is None else _halves(setting.numbers(name, estimate), estimate))
        tour, rest, floor, overlap = halves
        tour = max(tour, 1)
        yield contributor, tour, rest, rest if floor < 0 else min(floor, rest), min(overlap, tour - 1)


def _halves(value: float, estimate: Estimate) -> int:
    """Return a time in half months; whole months where the rule itself is stated in whole months."""
    return 2 * math.floor(value + 0.5) if estimate.mid == int(estimate.mid) else math.floor(2 * value + 0.5)


def _in_steps(
    setting: Setting,
    row: tuple[Contributor, int, int, int, int],
    groups: tuple[Posts, ...],
    months: int,
    per_month: int,
) -> Pool:
    contributor, kind = row[0], setting.force.kind(groups[0].unit_type)
    tour, rest, floor, overlap = (v * per_month // 2 for v in row[1:])
    stopped = tuple(stopped_by(contributor, p, setting) for p in groups)
    gone = months_until_gone(contributor, setting.scenario)
    name = contributor.contributor_id
    units = setting.numbers(f"{name}: {kind.unit_type} units", contributor.units[kind.unit_type])
    share = setting.numbers(f"{kind.unit_type}: share_abroad", kind.share_abroad)
    return Pool(
        contributor=contributor,
        units=math.floor(units * share + 0.5),
        tour=tour,
        rest=rest,
        floor=floor,
        overlap=overlap,
        first=min(months_until_ready(contributor, setting), months) * per_month,
        last=months * per_month if gone is None else min(gone, months) * per_month,
        cost=_cost_of_tour(setting, contributor, kind, tour / per_month),
        fits=tuple(caveat is None for caveat in stopped),
        stopped=stopped,
    )


def _cost_of_tour(setting: Setting, contributor: Contributor, kind: UnitType, months: float) -> float:
    """Return what one tour costs by the figure that orders plans; person-years where there is none."""
    people = setting.numbers(f"{kind.unit_type}: people", kind.people)
    figure = next((c for c in setting.force.costs if c.cost_id == setting.force.plan_with_cost), None)
    name = contributor.contributor_id
    if contributor.cost_per_person_year is not None:
        price = setting.numbers(f"{name}: cost_per_person_year", contributor.cost_per_person_year)
    elif figure is not None:
        price = setting.numbers(f"cost: {figure.cost_id}", figure.value)
    else:
        price = 1.0
    return people * price * months / 12


def _asked(setting: Setting, posts: Posts, months: int, per_month: int) -> Ints:
    count = round(setting.numbers(f"{posts.posts_id}: posts", posts.posts))
    month = np.arange(months * per_month) // per_month + 1
    inside = (month >= posts.from_month) & (month <= (posts.to_month or months))
    return np.where(inside, count, 0).astype(np.int64)


def _given(setting: Setting, posts: Posts) -> int:
    """Return how many of a group's posts the backstop fills; a supply goes to the first groups it may serve."""
    total = 0
    for supply in setting.force.backstop:
        if supply.unit_type != posts.unit_type or supply.item not in setting.backstop.items:
            continue
        if posts.where not in supply.where:
            continue
        before = 0
        for other in sorted(setting.scenario.posts, key=lambda p: p.priority):
            if other.posts_id == posts.posts_id:
                break
            if other.unit_type == posts.unit_type and other.where in supply.where:
                before += round(setting.numbers(f"{other.posts_id}: posts", other.posts))
        has = round(setting.numbers(f"backstop {supply.item}: {supply.unit_type}", supply.posts))
        total += max(has - before, 0)
    return min(total, round(setting.numbers(f"{posts.posts_id}: posts", posts.posts)))


def _pooled(pools: tuple[Pool, ...], wanted: Ints, rank: Ints) -> tuple[tuple[tuple[int, ...], ...], Problem]:
    """Put pools with the same rules together.

    Exact: a schedule of starts is a set of intervals, and intervals of which at most P overlap can be shared out
    among P units whoever owns them (interval graphs are perfect). The order is by the rules, never by names.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    for i, pool in enumerate(pools):
        if pool.units and any(pool.fits):
            alike.setdefault(pool.rules, []).append(i)
    keys = sorted(alike)
    first = [pools[alike[key][0]] for key in keys]

    def column(name: str) -> Ints:
        return np.array([getattr(pool, name) for pool in first], np.int64)

    problem = Problem(
        units=np.array([sum(pools[i].units for i in alike[key]) for key in keys], np.int64),
        tour=column("tour"),
        rest=column("rest"),
        floor=column("floor"),
        overlap=column("overlap"),
        first=column("first"),
        last=column("last"),
        cost=np.array([pool.cost for pool in first], float),
        fits=np.array([pool.fits for pool in first], bool).reshape(len(first), len(rank)),
        wanted=wanted,
        rank=rank,
    )
    return tuple(tuple(alike[key]) for key in keys), problem
