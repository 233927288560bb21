"""The places of a plan in a paper: sites guarded, how soon help comes, the air reserve, what is defended, the sea."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from truceline.plan.places.whole import PlacesPlan
from truceline.plan.whole import ScenarioPlan
from truceline.report.chart import figure_svg
from truceline.report.page import Section, Table, row, table
from truceline.report.plan_figures import places_figure
from truceline.report.words import NOT_KNOWN, number, percent

WITHIN_MIN = (30.0, 60.0, 90.0)
OF = {"line": "the line", "sites": "sites", "people": "people at sites", "area": "area", "population": "population"}


def places_sections(planned: ScenarioPlan) -> Iterable[Section]:
    """Yield the sections about places, with the whole backstop; what differs without it is in the same tables."""
    bare, full = planned.places[0], planned.places[-1]
    if bare is None or full is None or planned.given is None:
        return
    yield Section(
        key="map",
        title="Map",
        text=(
            "With every rung of the backstop, a year after the first post. Coordinates are public and at site level.",
        ),
        picture=figure_svg(places_figure(planned.given, full)),
        alt="A map of the line, sites guarded and not, reaction force, air bases, and what batteries cover.",
    )
    yield _guarded(full)
    yield _reinforcement(full)
    yield _reserve(full)
    yield _defended(bare, full)
    yield _reopening(full)
    yield _sea(full)
    yield _assumed(full)


def _guarded(plan: PlacesPlan) -> Section:
    guard = plan.guard.sort_values(["guarded", "priority"], ascending=[False, True], kind="stable")
    rows = [
        row(
            str(s.name),
            str(s.kind).replace("_", " "),
            number(s.depth_km, 0),
            "yes" if s.guarded else "no",
            number(s.people, 0) if s.guarded else NOT_KNOWN,
            str(s.why),
        )
        for s in guard.itertuples(index=False)
    ]
    sizes = [
        row(
            number(s.people, 0),
            *(number(float(v), 0) for v in (s.sites_guarded_low, s.sites_guarded, s.sites_guarded_high)),
        )
        for s in plan.by_size.itertuples()
    ]
    size_head = ("people on guard", "sites, few", "sites", "sites, many")
    head = ("site", "kind", "km behind the line", "guarded", "people", "why not")
    return Section(
        key="sites",
        title="Sites",
        text=("Who holds a site follows from the line alone. A refusal says which constraint stops it.",),
        tables=table("What a force of another size would guard", size_head, sizes, numeric=range(4))
        + table("Sites", head, rows, numeric=(2, 4)),
    )


def _reinforcement(plan: PlacesPlan) -> Section:
    rows = []
    for called, times in (("road", plan.by_road), ("helicopter", plan.by_air)):
        for word, q in (("half of the sites", 0.5), ("nine in ten", 0.9), ("all", 1.0)):
            cells = [_minutes(times[f"{end}_min"], q) for end in ("fast", "mid", "slow")]
            rows.append(row(called, word, *cells))
    return Section(
        key="reinforcement",
        title="How soon help comes",
        text=(
            f"From {len(plan.hubs)} reaction units at {', '.join(plan.hubs['name'])}; gap to the best siting "
            f"{percent(plan.hubs_gap)}.",
        ),
        tables=table("Hours from the call", ("by", "reaches", "fast", "middle", "slow"), rows, numeric=(2, 3, 4)),
    )


def _minutes(minutes: pd.Series, share: float) -> str:
    return f"{minutes.quantile(share) / 60:.1f}" if len(minutes) else NOT_KNOWN


def _reserve(plan: PlacesPlan) -> Section:
    rows = []
    for (of, tanker), part in plan.reach.groupby(["of", "tanker"], sort=False):
        shares = part.set_index("within_min")[["share_low", "share_mid", "share_high"]]
        cells = [_spread(shares.loc[minutes]) for minutes in WITHIN_MIN]
        rows.append(row(OF.get(str(of), str(of)), "with" if tanker else "without", *cells))
    head = ("of", "tankers", *(f"within {minutes:.0f} min" for minutes in WITHIN_MIN))
    stances = ", ".join(
        f"{b['base_id']} ({b['host']}: {str(b['stance']).replace('_', ' ')})" for b in plan.air["bases"]
    )
    return Section(
        key="reserve",
        title="The air reserve",
        text=(
            "Share reached from bases outside within 30, 60 and 90 minutes of the order, by fast to slow assumptions. "
            "An hour away deters by what may follow; it intercepts nothing unless patrols fly.",
        ),
        tables=table("Reached: middle (low to high)", head, rows, numeric=(2, 3, 4)),
        small=(f"Bases, and what their hosts have said of a force: {stances}. No state has named a base for it.",),
    )


def _spread(found: Any) -> str:
    return f"{percent(found.share_mid)} ({percent(found.share_low)} to {percent(found.share_high)})"


def _defended(bare: PlacesPlan, full: PlacesPlan) -> Section:
    rows = []
    for word, plan in (("none", bare), ("all of it", full)):
        held = plan.defended[plan.defended["batteries"] > 0]
        for (place, altitude, count), part in held.groupby(["from_where", "altitude_m", "batteries"], sort=False):
            by_of = part.set_index("of")
            cells = [_spread(by_of.loc[of]) for of in by_of.index]
            rows.append(row(word, str(place), number(float(count), 0), number(float(altitude), 0), *cells))
    kinds = [OF.get(str(of), str(of)) for of in dict.fromkeys(full.defended["of"])]
    head = ("backstop", "from", "batteries", "against, m", *kinds)
    return Section(
        key="defended",
        title="What air defence covers",
        text=(
            "By altitude of what flies: against low fliers the radar horizon binds, not the missile. Generic public "
            "parameters; coverage of ground, never a promise that anything is stopped.",
        ),
        tables=table("Share covered: middle (low to high)", head, rows, numeric=range(2, 4 + len(kinds))),
    )


def _reopening(plan: PlacesPlan) -> Section:
    names = dict(zip(plan.guard["site_id"], plan.guard["name"], strict=True))
    airports = [
        row(str(names.get(a.site_id, a.site_id)), number(float(a.met), 0), _list(a.lacking), _list(a.not_known))
        for a in plan.airports_lack.itertuples()
    ]
    ways = [
        row(
            str(c.name),
            number(c.length_km, 0),
            *(percent(v) for v in (c.covered_low, c.covered_mid, c.covered_high)),
            number(c.least_depth_km, 0),
        )
        for c in plan.corridors.itertuples(index=False)
    ]
    way_head = ("corridor", "km", "covered, low", "middle", "high", "nearest to the line, km")
    return Section(
        key="reopening",
        title="Airports and corridors that could reopen",
        text=("A checklist with what each still lacks. A full list is no clearance: state and regulator give that.",),
        tables=table("Airports", ("airport", "met", "lacking", "to be asked"), airports, numeric=(1,))
        + table("Corridors at 10,000 m", way_head, ways, numeric=range(1, 6)),
    )


def _assumed(plan: PlacesPlan) -> Section:
    rows = [
        row(str(a.name).replace("_", " "), f"{a.value:g}", f"{a.low:g}", f"{a.high:g}", str(a.unit), str(a.source))
        for a in plan.assumptions.itertuples(index=False)
    ]
    return Section(
        key="places-assumptions",
        title="What the places rest on",
        text=(
            "People a site takes, performance and legal limits stand with range, source and mark in the mission's CSV.",
        ),
        tables=table("Assumptions", ("assumption", "value", "low", "high", "unit", "source"), rows, numeric=(1, 2, 3)),
    )


def _list(words: Any) -> str:
    return ", ".join(str(word).replace("_", " ") for word in words)


def _sea(plan: PlacesPlan) -> Section:
    sea = plan.sea
    most = "; ".join(f"{count} at once if the limit is {name}" for name, count in sea["most_at_once"].items())
    days = sea["mine_clearance_days"]
    text = (
        f"{number(float(sea['stations']), 0)} station kept at all times by ships from outside the Black Sea takes "
        f"{sea['ships_needed']:.1f} ships and {number(float(sea['entries_per_year']), 0)} passages of the Straits a "
        f"year (21 days' stay; {number(sea['notice_days'], 0)} days' notice). {most}.",
        f"Clearing the corridor of mines takes {days['low']:.0f} to {days['high']:.0f} days, {days['mid']:.0f} in the "
        "middle.",
    )
    stopped: tuple[Table, ...] = table(
        "What stops it under the Montreux Convention",
        ("reading", "rule", "stops", "why"),
        [row(str(s.reading), str(s.rule), str(s.stops), str(s.why)) for s in plan.sea_stopped.itertuples()],
    )
    return Section(key="sea", title="The sea", text=text, tables=stopped)
