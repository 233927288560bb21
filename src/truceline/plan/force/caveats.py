"""Whether a contributor's units may stand in a group of posts, from which day, and if not, what stops them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from truceline.plan.force.contributors import Caveat, Contributor, Force, Numbers, middle
from truceline.plan.force.ladder import CALLED, ITEMS, Backstop
from truceline.plan.force.scenario import Posts, Scenario

LOGISTICS = {"logistics", "airlift", "medical"}  # capabilities that count as support without guarding or fighting

WORDS: dict[str, str] = {
    "constitutional": "constitution",
    "parliamentary_vote": "vote in parliament",
    "logistics_only": "logistics only",
    "never_guards": "never guards",
    "keeps_from_line": "distance from the line",
    "needs_backstop": "needs the backstop",
    "needs_signed_agreement": "needs a signed agreement",
    "needs_un_mandate": "needs a mandate of the United Nations",
    "outside_only": "only outside the country",
    "no_troops": "sends no troops",
    "undecided": "has not decided",
    "only_if": "only if others take part",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What caveats are held against: the scenario, the backstop, and the numbers planned with."""

    force: Force
    scenario: Scenario
    backstop: Backstop
    numbers: Numbers = middle
    votes: Mapping[str, bool] | None = None  # contributor -> whether its consent comes; None: where likelier than not


def stopped_by(contributor: Contributor, posts: Posts, setting: Setting) -> Caveat | None:
    """Return the first caveat that keeps a contributor's units out of a group of posts; None where nothing does."""
    return next((c for c in contributor.caveats if _stops(contributor, c, posts, setting)), None)


def _stops(contributor: Contributor, caveat: Caveat, posts: Posts, setting: Setting) -> bool:
    kind, scenario = caveat.kind, setting.scenario
    if kind in {"parliamentary_vote", "undecided"}:
        return not _consents(contributor, caveat, setting)
    if kind == "only_if":
        return not all(_takes_part(other, setting) for other in caveat.contributors)
    if kind in {"logistics_only", "never_guards", "keeps_from_line", "outside_only", "no_troops", "constitutional"}:
        return _stops_here(caveat, posts, setting.force)
    if kind == "needs_backstop":
        return bool(unmet_backstop(caveat, setting.backstop))
    if kind == "needs_signed_agreement":
        return not scenario.agreement_signed
    return not scenario.un_mandate


def _stops_here(caveat: Caveat, posts: Posts, force: Force) -> bool:
    """Return whether a caveat about place and task keeps units out of these posts."""
    return {
        "logistics_only": posts.role == "guard" or force.kind(posts.unit_type).capability not in LOGISTICS,
        "never_guards": posts.role == "guard",
        "keeps_from_line": posts.where == "ukraine"
        and (posts.least_km_from_line is None or posts.least_km_from_line < (caveat.km or 0.0)),
        "outside_only": posts.where == "ukraine",
        "no_troops": posts.where == "ukraine",
        "constitutional": not caveat.bars or posts.where in caveat.bars,
    }[caveat.kind]


def unmet_backstop(caveat: Caveat, backstop: Backstop) -> tuple[str, ...]:
    """Return the items a caveat asks for that the backstop lacks."""
    wanted = caveat.items or ITEMS[: int(caveat.level or 0)]
    return tuple(CALLED[item] for item in wanted if item not in backstop.items)


def _consents(contributor: Contributor, caveat: Caveat, setting: Setting) -> bool:
    name = contributor.contributor_id
    if setting.votes is not None and name in setting.votes:
        return setting.votes[name]
    if caveat.probability is None:
        return caveat.kind == "parliamentary_vote"  # a vote without odds is taken as won; no decision is no consent
    return setting.numbers(f"{name}: chance of consent", caveat.probability) >= 0.5


def _takes_part(contributor_id: str, setting: Setting) -> bool:
    """Return whether a contributor stands in any post of the scenario at all."""
    other = next(c for c in setting.force.contributors if c.contributor_id == contributor_id)
    return any(
        other.units.get(posts.unit_type) is not None and stopped_by(other, posts, setting) is None
        for posts in setting.scenario.posts
    )


def months_until_ready(contributor: Contributor, setting: Setting) -> int:
    """Return how many whole months after the scenario's first day a contributor's units may first stand.

    A parliament's consent, the contributor's own date, and then readiness: one after the other.
    """
    start = date.fromisoformat(setting.scenario.starts_on)
    day = max(start, date.fromisoformat(contributor.available_from)) if contributor.available_from else start
    for caveat in contributor.caveats:
        if caveat.kind == "parliamentary_vote" and caveat.lead_days is not None:
            asked = start if caveat.asked_on == "start" else date.fromisoformat(caveat.asked_on)
            lead = setting.numbers(f"{contributor.contributor_id}: days to consent", caveat.lead_days)
            day = max(day, asked + timedelta(days=math.ceil(lead)))
    ready = setting.numbers(f"{contributor.contributor_id}: days of readiness", contributor.readiness_days)
    day += timedelta(days=math.ceil(ready))
    return _months(start, day) + (day.day > start.day)


def months_until_gone(contributor: Contributor, scenario: Scenario) -> int | None:
    """Return the whole months after which nothing of a contributor stands; None where it stays."""
    if not contributor.leaves_on:
        return None
    start, day = date.fromisoformat(scenario.starts_on), date.fromisoformat(contributor.leaves_on)
    return max(_months(start, day) - (day.day < start.day), 0)


def _months(start: date, day: date) -> int:
    """Return the months from one calendar month to another."""
    return 12 * (day.year - start.year) + day.month - start.month


def in_words(contributor: Contributor, caveat: Caveat) -> str:
    """Return a caveat as one phrase: whose, what, its own words and source."""
    more = f" ({caveat.says})" if caveat.says else ""
    km = f" of {caveat.km:g} km" if caveat.kind == "keeps_from_line" else ""
    return f"{contributor.called}: {WORDS[caveat.kind]}{km}{more}"
