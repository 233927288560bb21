"""The plan as papers: one that compares scenarios and rungs of the backstop, and one that tells each scenario."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from truceline.plan.answers.backstop import gap_matrix
from truceline.plan.answers.draws import compare_draws
from truceline.plan.answers.summary import spread_thin
from truceline.plan.answers.unknowns import list_claims, list_unknowns
from truceline.plan.force.contributors import Force
from truceline.plan.force.cost import total_cost
from truceline.plan.force.ladder import CALLED, ITEMS
from truceline.plan.rotation.whole import ForcePlan
from truceline.plan.watch.propose import WatchPlan
from truceline.plan.whole import ScenarioPlan
from truceline.report.chart import figure_svg
from truceline.report.page import Cell, Section, Table, row, table
from truceline.report.paper import Paper
from truceline.report.plan_figures import filled_figure, gantt_figure, ladder_figure
from truceline.report.plan_places import places_sections
from truceline.report.plan_watch import watch_sections
from truceline.report.words import NOT_KNOWN, number, percent

SHOWN, OPEN = 12, 40  # rows of a ranking, and of what is not known; the rest is in the CSV files
RUNGS = ("none", *(f"+ {CALLED[item]}" for item in ITEMS))
NOT_A_TARGET = (
    "Protection and planning only: no positions of either army, no targets; long-range strike is a yes or no."
)
MEASURES = {
    "months_sustained": "months sustained",
    "posts_unfilled": "post-months unfilled",
    "filled_share": "share of posts filled",
    "people_deployed": "people deployed at most",
    "people_tied_up": "people tied up at most",
    "cost_per_year": "cost a year, on the plan's own basis",
}


def comparison_paper(
    planned: Sequence[ScenarioPlan], force: Force, watch: WatchPlan | None, *, title: str, now: datetime
) -> Paper:
    """Return the paper that compares scenarios, with and without the backstop."""
    sections = [
        Section(key="bottom-line", title="Bottom line", text=_compared(planned)),
        _ladder(planned),
        *(Section(key=f"table-{p.scenario.scenario_id}", title=p.scenario.title, tables=_rungs(p)) for p in planned),
        _gaps(planned, force),
        *watch_sections(watch),
        _basis(force),
    ]
    about = (
        f"{force.title}: what can be kept up under {len(planned)} dated scenarios, with and without the backstop. "
        f"{NOT_A_TARGET}"
    )
    return Paper(kind="Plan", title=title, about=about, sections=tuple(sections), now=now)


def scenario_paper(planned: ScenarioPlan, force: Force, *, now: datetime) -> Paper:
    """Return the paper about one scenario."""
    scenario = planned.scenario
    sections = [
        Section(key="bottom-line", title="Bottom line", text=_bottom_line(planned)),
        Section(key="rungs", title="With and without the backstop", tables=_rungs(planned)),
        *_binding(planned),
        *_pictures(planned, force),
        _contributors(planned),
        _gaps([planned], force),
        _worth(planned),
        *places_sections(planned),
        _costs(planned),
        *_draws(planned),
        _claims(planned, force),
        _unknowns(planned, force),
    ]
    about = f"{scenario.says or scenario.title}, as of {scenario.dated}. {NOT_A_TARGET}"
    return Paper(kind="Plan", title=scenario.title, about=about, sections=tuple(sections), now=now)


def _compared(planned: Sequence[ScenarioPlan]) -> tuple[str, ...]:
    lines = []
    for p in planned:
        bare, full = p.plans[0], p.plans[-1]
        named = f"{p.scenario.title} ({p.scenario.dated})"
        lines.append(f"{named}: {_kept(bare)} without the backstop, {_kept(full)} with all of it.")
    return (
        *lines,
        "Numbers are the middle of stated ranges; each scenario's page has the spread and what is not known.",
    )


def _kept(plan: ForcePlan) -> str:
    if plan.first_shortfall is None:
        return f"every post filled for {plan.months_sustained} months"
    return f"{percent(plan.filled_share)} of posts filled, the first empty in month {plan.first_shortfall}"


def _bottom_line(planned: ScenarioPlan) -> tuple[str, ...]:
    bare, full = planned.plans[0], planned.plans[-1]
    lines = [f"Without the backstop: {_kept(bare)}. {_sentence(bare.binding)}"]
    lines.append(f"With all of it: {_kept(full)}. {_sentence(full.binding)}")
    places = planned.places
    if places[0] is not None and places[-1] is not None:
        few, many = (int(p.guard["guarded"].sum()) for p in (places[0], places[-1]))
        of = int((places[0].guard["held_by"] == "host").sum())
        lines.append(f"Sites guarded a year after the first post: {few} of {of} without, {many} with the backstop.")
    thin = spread_thin(planned.scenario, full.people_deployed)
    if thin["people_per_km"] is not None and thin["against_one"] is not None:
        lines.append(
            f"Nobody proposes to spread it along the line; if one did, {number(full.people_deployed, 0)} people would "
            f"be {thin['people_per_km']:.0f} to the kilometre, with {thin['against_one']:.0f} opposite for each."
        )
    return tuple(lines)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}." if words else "Nothing falls short."


def _ladder(planned: Sequence[ScenarioPlan]) -> Section:
    titles = [f"{p.scenario.title}\n{p.scenario.dated}" for p in planned]
    return Section(
        key="ladder",
        title="Every scenario at every rung of the backstop",
        text=("Share of post-months filled over the horizon, and months until the first post stands empty.",),
        picture=figure_svg(ladder_figure([p.plans for p in planned], titles)),
        alt="A grid of scenarios by rungs of the backstop with the share of posts filled in each.",
    )


def _rungs(planned: ScenarioPlan) -> tuple[Table, ...]:
    rows = []
    for word, plan, places in zip(RUNGS, planned.plans, planned.places, strict=True):
        guarded = NOT_KNOWN if places is None else number(float(places.guard["guarded"].sum()), 0)
        first = NOT_KNOWN if plan.first_shortfall is None else number(plan.first_shortfall, 0)
        numbers = (plan.months_sustained, plan.people_deployed, plan.people_tied_up, plan.posts_unfilled)
        cells = [number(float(value), 0) for value in numbers]
        proven = "yes" if plan.proven else "to a bound"
        rows.append(row(word, cells[0], first, percent(plan.filled_share), *cells[1:], proven, guarded))
    head = ["backstop", "months sustained", "first shortfall", "posts filled", "deployed at most", "tied up at most"]
    head += ["post-months unfilled", "proven least", "sites guarded"]
    return table("By rung of the backstop; each adds to the ones above", head, rows, numeric=range(1, 9))


def _binding(planned: ScenarioPlan) -> Iterable[Section]:
    rows = []
    for word, plan in ((RUNGS[0], planned.plans[0]), ("all of it", planned.plans[-1])):
        short = plan.types[plan.types["first_shortfall"].notna()].sort_values("first_shortfall", kind="stable")
        rows += [
            row(word, str(t.called), number(t.first_shortfall, 0), _sentence(t.binding)) for t in short.itertuples()
        ]
    yield Section(
        key="binding",
        title="What binds, in words",
        text=() if rows else ("Nothing falls short at any rung.",),
        tables=table(
            "The first shortfall of each unit type", ("backstop", "unit type", "month", "why"), rows, numeric=(2,)
        ),
    )


def _pictures(planned: ScenarioPlan, force: Force) -> Iterable[Section]:
    full = planned.plans[-1]
    called = {kind.unit_type: kind.called for kind in force.unit_types}
    yield Section(
        key="filled",
        title="What stays filled",
        text=("Share of posts filled in each month, with every rung of the backstop.",),
        picture=figure_svg(filled_figure(full, called)),
        alt="A grid of unit types by months, coloured by the share of posts filled.",
    )
    busiest = full.types.assign(size=full.types["posts"] * [force.kind(u).people.mid for u in full.types["unit_type"]])
    for unit_type in busiest.sort_values("size", ascending=False, kind="stable")["unit_type"].head(2):
        yield Section(
            key=f"tours-{unit_type}",
            title=f"Tours of {called[unit_type]}s",
            text=(
                "Who stands when in the first six years: a bar is one unit's tour, overlap for the handover included.",
            ),
            picture=figure_svg(gantt_figure(full, unit_type, called[unit_type])),
            alt=f"Bars of tours of {called[unit_type]}s by contributor over the first six years.",
        )


def _contributors(planned: ScenarioPlan) -> Section:
    full = planned.plans[-1]
    barred = full.barred.drop_duplicates(["called", "words"])
    barred_rows = [row(str(b.called), str(b.words), str(b.mark), str(b.source)) for b in barred.itertuples()]
    wish_rows = [
        row(str(w.contributor), str(w.posts_id), number(float(w.units), 0), "yes" if w.met else "no", str(w.stopped_by))
        for w in full.wishes.itertuples()
    ]
    return Section(
        key="contributors",
        title="Who takes part, and what stops the others",
        tables=table("Wishes", ("contributor", "posts", "units", "met", "stopped by"), wish_rows, numeric=(2,))
        + table(
            "Caveats that bind with every rung of the backstop",
            ("contributor", "caveat", "mark", "source"),
            barred_rows,
        ),
    )


def _gaps(planned: Sequence[ScenarioPlan], force: Force) -> Section:
    plans = [plan for p in planned for plan in (p.plans[0], p.plans[-1])]
    matrix = gap_matrix(plans, force)
    titles = {p.scenario.scenario_id: p.scenario.title for p in planned}
    rows = []
    for capability, part in matrix.groupby("capability", sort=False):
        cells = [Cell(text=str(said), tone=_tone(said)) for said in part["said"]]
        rows.append(row(str(capability).replace("_", " "), *cells))
    head = ["capability"] + [
        f"{titles[plan.scenario_id]}, {'none' if plan.backstop.level == 0 else 'all'}" for plan in plans
    ]
    if len(planned) > 1:  # one line a scenario and capability reads better than fifteen columns
        long = [
            row(titles[str(s)], str(c).replace("_", " "), *(Cell(text=str(t), tone=_tone(t)) for t in part["said"]))
            for (s, c), part in matrix.groupby(["scenario_id", "capability"], sort=False)
        ]
        head, rows = ["scenario", "capability", "no backstop", "all of it"], long
    return Section(
        key="gaps",
        title="Capability gaps",
        text=("What stays short with no backstop and with all of it.",),
        tables=table("Capability gap matrix", head, rows),
    )


def _tone(said: Any) -> str:
    if str(said).startswith("short"):
        return "indeterminate"
    return "compliant" if str(said) == "filled throughout" else ""


def _worth(planned: ScenarioPlan) -> Section:
    rows = [
        row(str(w.called), *(number(float(v), 0) for v in (w.first, w.last, w.shapley)))
        for w in planned.worth.itertuples()
    ]
    return Section(
        key="worth",
        title="What each item of the backstop is worth",
        text=("In post-months filled over the horizon: alone, as the last one added, and on average over all orders.",),
        tables=table("Worth of each item", ("item", "alone", "last", "average (Shapley)"), rows, numeric=(1, 2, 3)),
    )


def _costs(planned: ScenarioPlan) -> Section:
    rows = []
    for word, plan in ((RUNGS[0], planned.plans[0]), ("all of it", planned.plans[-1])):
        for c in total_cost(plan.costs).itertuples():
            each = [f"{getattr(c, f'{end}_per_year') / 1e6:,.0f}" for end in ("low", "mid", "high")]
            rows.append(row(word, str(c.called), str(c.basis), f"{c.currency} {c.price_year}", *each))
    head = ("backstop", "figure", "basis", "currency, prices of", "low", "mid", "high")
    return Section(
        key="costs",
        title="What it costs",
        text=(
            "Millions a year. Each figure stands on its own basis: they are beside each other and never to be added.",
        ),
        tables=table("Cost a year", head, rows, numeric=(4, 5, 6)),
    )


def _draws(planned: ScenarioPlan) -> Iterable[Section]:
    if not len(planned.draws):
        return
    compared = compare_draws(planned.draws).set_index("measure")
    rows = []
    for measure, word in MEASURES.items():
        found = compared.loc[measure]
        cells = []
        for label in ("without", "with", "difference"):
            low, mid, high = (_amount(measure, float(found[f"{label}_{q}"])) for q in (5, 50, 95))
            cells.append(f"{mid} ({low} to {high})")
        rows.append(row(word, *cells))
    count = planned.draws["draw"].nunique()
    yield Section(
        key="draws",
        title="How sure this is",
        text=(
            f"{count} draws of every number from its range and of every vote, the same with and without the backstop. "
            "Middle and 90 % interval. Draws are independent: what goes wrong together is understated.",
        ),
        tables=table("Draws", ("measure", "without", "with", "difference"), rows, numeric=(1, 2, 3)),
    )
    ranked = planned.tornado[planned.tornado["swing"] > 0].head(SHOWN)
    tornado = [
        row(
            str(t.name),
            f"{t.low:g}",
            f"{t.high:g}",
            percent(t.filled_at_low),
            percent(t.filled_at_high),
            str(t.mark),
            str(t.source),
        )
        for t in ranked.itertuples(index=False)
    ]
    head = ("number", "low", "high", "filled at low", "filled at high", "mark", "source")
    yield Section(
        key="tornado",
        title="What matters most",
        text=(
            "Share of posts filled without the backstop when one number alone is at the low or high end of its range.",
        ),
        tables=table("Ranking", head, tornado, numeric=(1, 2, 3, 4)),
    )


def _amount(measure: str, value: float) -> str:
    if measure == "filled_share":
        return percent(value)
    return f"{value / 1e6:,.0f} m" if measure == "cost_per_year" else number(value, 0)


def _claims(planned: ScenarioPlan, force: Force) -> Section:
    claims = list_claims(planned.scenario, force)
    rows = [
        row(str(c.about), str(c.words), str(c.source), str(c.date), str(c.mark), "yes" if c.differs else "")
        for c in claims.itertuples()
    ]
    head = ("about", "said", "by", "on", "mark", "others say otherwise")
    text = ("Claims that differ stand side by side.",)
    return Section(key="claims", title="What was said", text=text, tables=table("Claims", head, rows))


def _unknowns(planned: ScenarioPlan, force: Force) -> Section:
    unknown = list_unknowns(planned.scenario, force)
    rows = [
        row(str(u.kind), str(u.what), _bounds(u.low, u.high), str(u.mark), str(u.source), str(u.settle))
        for u in unknown.head(OPEN).itertuples()
    ]
    more = len(unknown) - len(rows)
    head = ("kind", "what", "range", "mark", "source", "would be settled by")
    return Section(
        key="unknowns",
        title="What we do not know",
        text=("What is stated as open, who has not decided, claims that differ, and numbers unchecked or wide.",),
        tables=table("Not known", head, rows, left_out=more),
    )


def _bounds(low: float, high: float) -> str:
    return "" if math.isnan(low) else f"{low:g} to {high:g}"


def _basis(force: Force) -> Section:
    kinds = pd.Series([c.mark for c in force.contributors]).value_counts()
    said = ", ".join(f"{count} {mark}" for mark, count in kinds.items())
    return Section(
        key="basis",
        title="What it rests on",
        text=(
            f"{len(force.contributors)} contributors and {len(force.unit_types)} unit types, each number with range, "
            f"source and mark. Positions of contributors: {said}. Lead times, brigades and special capabilities are "
            "mostly unchecked: refresh them first. Method: docs/background/plan-force.md and plan-places.md.",
        ),
    )
