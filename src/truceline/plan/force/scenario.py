"""A plan scenario: which posts are to be filled, from when, and what is agreed; dated, with its sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from truceline.plan.force.contributors import Claim, Estimate, Mark, Unknown, Where

MOST_MONTHS = 600  # fifty years: past that no tour rule, force or agreement has held

Role = Literal["guard", "reserve", "support", "watch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """A group of posts that are alike: one unit of the type stands in each."""

    posts_id: str = field(metadata={"key": "id"})
    called: str
    unit_type: str
    posts: Estimate
    priority: float = 1.0  # 1 is filled first
    role: Role = "support"
    where: Where = "ukraine"
    least_km_from_line: float | None = None
    from_month: float = 1.0
    to_month: float | None = None  # last month; without it to the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody's wish: this contributor's units in these posts. Met, or not and by what it is stopped."""

    contributor: str
    posts: str
    units: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One plan to test: dated, with its sources, its claims kept apart, and what it leaves open."""

    scenario_id: str = field(metadata={"key": "id"})
    title: str
    dated: str  # when the plan was published
    starts_on: str  # first day of month 1
    posts: tuple[Posts, ...]
    claims: tuple[Claim, ...] = ()
    horizon_months: float = 360.0
    agreement_signed: bool = False
    un_mandate: bool = False
    line_km: Estimate | None = None
    opposing: Estimate | None = None  # people of the stronger army near the line
    wishes: tuple[Wish, ...] = ()
    sources: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    says: str = ""
    mark: Mark = "unchecked"
