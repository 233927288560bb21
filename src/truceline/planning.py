"""What planning a mission gives back: every scenario at every rung of the backstop, as tables and papers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from truceline.agreement import Agreement, LineOfContact
from truceline.errors import MissionError, PlanError, UnknownNameError
from truceline.plan.air.reserve import read_bases
from truceline.plan.answers.backstop import worth_of_items
from truceline.plan.answers.draws import draw_plans
from truceline.plan.answers.summary import summarise_plan
from truceline.plan.answers.tornado import rank_parameters
from truceline.plan.answers.unknowns import list_unknowns
from truceline.plan.force.contributors import Force
from truceline.plan.force.ladder import rungs
from truceline.plan.force.parse import parse_force, parse_scenario
from truceline.plan.force.scenario import Scenario
from truceline.plan.places.facts import read_facts
from truceline.plan.places.guard import read_postures
from truceline.plan.places.settings import PlacesSettings, read_places_file
from truceline.plan.places.sites import Front, read_sites
from truceline.plan.places.whole import PlacesGiven, PlacesPlan, plan_places
from truceline.plan.rotation.whole import ForcePlan, Memory, plan_force
from truceline.plan.watch.offers import Offers, read_offers
from truceline.plan.watch.propose import WatchPlan, propose_watch
from truceline.plan.whole import ScenarioPlan
from truceline.report.folder import write_files
from truceline.report.land import land_in
from truceline.report.paper import paper_html, paper_pdf
from truceline.report.plan_page import comparison_paper, scenario_paper
from truceline.sources.places import towns_about
from truceline.strip import Strip
from truceline.timespan import Timespan

Tell = Callable[[str], None]

AROUND_DEG = 2.0  # how far about sites, bases and the line land and towns are read
WATCHED = timedelta(days=7)  # of the mission's period: what a laydown is judged by
STANDS_IN_MONTH = 12  # places are planned with what stands this many months after the first post


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanGiven:
    """What a mission's folder says of its plan."""

    title: str
    force: Force
    scenarios: tuple[Scenario, ...]  # in order of their dates
    places: PlacesGiven | None  # None where the folder has no places.yaml
    settings: PlacesSettings
    offers: Offers | None  # None where it has no laydown.yaml
    strip: Strip
    period: Timespan
    timezone: str

    def named(self, names: Sequence[str]) -> tuple[Scenario, ...]:
        """Return the scenarios of those names, or all. Raises UnknownNameError for a name that is none."""
        known = {scenario.scenario_id: scenario for scenario in self.scenarios}
        for name in names:
            if name not in known:
                raise UnknownNameError("scenario", name, known)
        return tuple(known[name] for name in names) if names else self.scenarios


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Planning:
    """One mission's plan. In a notebook it shows its summary table."""

    title: str
    force: Force
    scenarios: tuple[ScenarioPlan, ...]
    watch: WatchPlan | None = None

    @property
    def table(self) -> pd.DataFrame:
        """One row for each scenario and rung of the backstop."""
        rows = [
            {key: value for key, value in row.items() if not isinstance(value, list | dict)}
            for row in self.as_json()["plans"]
        ]
        return pd.DataFrame(rows)

    def as_json(self) -> dict[str, Any]:
        """Return what `plan --json` prints: for each scenario and rung the answers of the force and of its places."""
        plans = [
            summarise_plan(plan) | (_places_json(places) if places is not None else {})
            for planned in self.scenarios
            for plan, places in zip(planned.plans, planned.places, strict=True)
        ]
        watch = None if self.watch is None else self.watch.as_json()
        return {"title": self.title, "plans": plans, "watch": watch}

    def write(self, out: str | Path, *, now: datetime) -> Path:
        """Write the report into a folder: index.html and plan.pdf compare, one page and PDF tell each scenario."""
        papers = {"index": comparison_paper(self.scenarios, self.force, self.watch, title=self.title, now=now)}
        for planned in self.scenarios:
            papers[planned.scenario.scenario_id] = scenario_paper(planned, self.force, now=now)
        files = {f"{name}.html": paper_html(paper).encode() for name, paper in papers.items()}
        files |= {f"{'plan' if name == 'index' else name}.pdf": paper_pdf(paper) for name, paper in papers.items()}
        files |= {f"{name}.csv": sheet.to_csv(index=False).encode() for name, sheet in self._sheets().items()}
        return write_files(Path(out), files)

    def _sheets(self) -> dict[str, pd.DataFrame]:
        """Return the tables behind the papers, with every rung of the backstop, for spreadsheets."""
        sheets = {"plans": self.table}
        if self.watch is not None:
            sheets["laydown"] = self.watch.chosen
        for planned in self.scenarios:
            name, full, places = planned.scenario.scenario_id, planned.plans[-1], planned.places[-1]
            tables = {"tours": full.tours, "posts": full.posts, "caveats": full.barred}
            tables["not_known"] = list_unknowns(planned.scenario, self.force)
            if places is not None:
                tables["sites"] = places.guard.drop(columns=["line"])
            sheets |= {f"{name}_{what}": table for what, table in tables.items()}
        return sheets

    def _repr_html_(self) -> str:
        return str(self.table._repr_html_())


def read_plan(
    folder: Path, *, title: str, agreement: Agreement, line: LineOfContact, period: Timespan, timezone: str
) -> PlanGiven:
    """Return what a mission's folder says of its plan.

    force.yaml and scenarios/*.yaml are needed; with places.yaml also sites.csv, bases.csv, posture.csv, assets.csv
    and sea.csv; laydown.yaml says which sensors are on offer.

    Raises
    ------
    MissionError, PlanError
        Naming the file that is missing or the line that cannot be used.
    """
    force = parse_force(_text(folder / "force.yaml"), where=str(folder / "force.yaml"))
    files = sorted((folder / "scenarios").glob("*.yaml"))
    scenarios = [parse_scenario(_text(file), force, where=str(file)) for file in files]
    if not scenarios:
        raise MissionError("there is no scenario.", where=str(folder / "scenarios"), todo="Add scenarios/<name>.yaml.")
    scenarios.sort(key=lambda s: (s.dated, s.scenario_id))
    places, settings = None, PlacesSettings()
    if (folder / "places.yaml").exists():
        places, settings = _read_places(folder, agreement, line)
    offers, file = None, folder / "laydown.yaml"
    if file.exists():
        offers = read_offers(_text(file), where=str(file))
    return PlanGiven(
        title=title,
        force=force,
        scenarios=tuple(scenarios),
        places=places,
        settings=settings,
        offers=offers,
        strip=line.strip,
        period=period,
        timezone=timezone,
    )


def make_plan(
    given: PlanGiven,
    *,
    scenarios: Sequence[str] = (),
    draws: int = 0,
    horizon_months: int | None = None,
    seed: int = 1,
    tell: Tell = lambda step: None,
) -> Planning:
    """Plan some of a mission's scenarios, or all, at every rung of the backstop.

    Parameters
    ----------
    given
        What the mission's folder says.
    scenarios
        Their names; all where empty.
    draws
        Plans drawn from every number's range, on the same draws with and without the backstop; none where 0.
    horizon_months
        Instead of each scenario's own.
    seed
        Of the draws.
    tell
        Called with each step.
    """
    memory: Memory = {}
    planned = tuple(
        _plan_scenario(given, scenario, memory, draws, horizon_months, np.random.default_rng(seed), tell)
        for scenario in given.named(scenarios)
    )
    watch = None
    if given.offers is not None:
        tell("sensors for the budget")
        span = Timespan(start=given.period.start, end=min(given.period.end, given.period.start + WATCHED))
        watch = propose_watch(given.offers, given.strip, period=span, timezone=given.timezone)
    return Planning(title=given.title, force=given.force, scenarios=planned, watch=watch)


def _plan_scenario(
    given: PlanGiven,
    scenario: Scenario,
    memory: Memory,
    draws: int,
    horizon: int | None,
    rng: np.random.Generator,
    tell: Tell,
) -> ScenarioPlan:
    name, force = scenario.scenario_id, given.force
    plans = []
    for backstop in rungs():
        tell(f"{name}: rotation, backstop {backstop.level} of 5")
        plans.append(plan_force(scenario, force, backstop=backstop, horizon_months=horizon, memory=memory))
    tell(f"{name}: places")
    places = _plan_places_of(given, scenario, plans)
    tell(f"{name}: what each item of the backstop is worth")
    worth = worth_of_items(scenario, force, horizon_months=horizon, memory=memory)
    if not draws:
        return ScenarioPlan(scenario=scenario, plans=tuple(plans), places=places, worth=worth, given=given.places)
    tell(f"{name}: {draws} draws")
    drawn = draw_plans(scenario, force, rng=rng, draws=draws, horizon_months=horizon)
    tell(f"{name}: what matters")
    tornado = rank_parameters(scenario, force, horizon_months=horizon)
    return ScenarioPlan(
        scenario=scenario,
        plans=tuple(plans),
        places=places,
        worth=worth,
        given=given.places,
        draws=drawn,
        tornado=tornado,
    )


def _plan_places_of(given: PlanGiven, scenario: Scenario, plans: Sequence[ForcePlan]) -> tuple[PlacesPlan | None, ...]:
    """Return the plan of places at each rung, with the guards and batteries that stand a year after the first post."""
    if given.places is None:
        return tuple(None for _ in plans)
    made: dict[tuple[float, int, int], PlacesPlan] = {}
    found = []
    for plan in plans:
        key = stands(plan, scenario, given.force)
        if key not in made:
            people, inside, outside = key
            settings = dataclasses.replace(given.settings, batteries_inside=inside, batteries_outside=outside)
            on = date.fromisoformat(scenario.starts_on)
            made[key] = plan_places(given.places, settings, people=people, on=on)
        found.append(made[key])
    return tuple(found)


def stands(plan: ForcePlan, scenario: Scenario, force: Force) -> tuple[float, int, int]:
    """Return (people on guard, batteries inside, batteries next door) twelve months after the first post.

    Guards are land units in posts of the role guard in the country; batteries are air-defence units in posts there,
    or with neighbours, the backstop's own among them.
    """
    wanted = plan.posts[plan.posts["wanted"] > 0]
    if not len(wanted):
        return 0.0, 0, 0
    month = min(int(wanted["month"].min()) + STANDS_IN_MONTH - 1, int(plan.posts["month"].max()))
    now = plan.posts[plan.posts["month"] == month].set_index("posts_id")
    people, inside, outside = 0.0, 0, 0
    for posts in scenario.posts:
        if posts.posts_id not in now.index:
            continue
        kind = force.kind(posts.unit_type)
        there = int(now.loc[posts.posts_id, "filled"] + now.loc[posts.posts_id, "by_backstop"])
        if kind.capability == "air_defence":
            inside += there if posts.where == "ukraine" else 0
            outside += there if posts.where == "neighbours" else 0
        elif posts.role == "guard" and posts.where == "ukraine":
            people += there * kind.people.mid
    return people, inside, outside


def _places_json(places: PlacesPlan) -> dict[str, Any]:
    said = places.summary()
    return {name: said[name] for name in ("sites_guarded", "people_on_guard", "unguarded", "reach", "defended")} | {
        name: said[name] for name in ("airports", "corridors", "sea")
    }


def _read_places(folder: Path, agreement: Agreement, line: LineOfContact) -> tuple[PlacesGiven, PlacesSettings]:
    said = read_places_file(_text(folder / "places.yaml"), where=str(folder / "places.yaml"))
    parties = [party.party_id for party in agreement.parties[:2]]
    if said.host not in parties:
        raise PlanError(
            f"host is '{said.host}', which is no party of '{agreement.agreement_id}'.",
            where=str(folder / "places.yaml"),
            todo=f"Give one of {', '.join(parties)}.",
        )
    strip = line.strip
    front = Front(
        strip=strip,
        side=1 if said.host == parties[0] else -1,  # the strip's positive side is the first party's
        sigma_km=line.sigma_km,
        beyond_start=said.beyond_start,
        beyond_end=said.beyond_end,
    )

    def table(name: str) -> dict[str, str]:
        return {"text": _text(folder / name), "where": str(folder / name)}

    sites, bases = read_sites(**table("sites.csv")), read_bases(**table("bases.csv"))
    lon, lat = (np.r_[sites[axis], bases[axis], getattr(strip, axis)] for axis in ("lon_deg", "lat_deg"))
    box = (lon.min() - AROUND_DEG, lat.min() - AROUND_DEG, lon.max() + AROUND_DEG, lat.max() + AROUND_DEG)
    given = PlacesGiven(
        front=front,
        host=said.host,
        sites=sites,
        bases=bases,
        postures=read_postures(**table("posture.csv")),
        assets=read_facts(**table("assets.csv")),
        sea=read_facts(**table("sea.csv")),
        towns=towns_about(box),
        land=shapely.MultiPolygon([(part[0], part[1:]) for part in land_in(box)]),
        corridors=said.corridors,
    )
    return given, said.settings


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise MissionError(
            f"'{file.name}' cannot be read: {error.strerror}.",
            where=str(file.parent),
            todo="See missions/reassurance-2025.",
        ) from error
    except UnicodeDecodeError as error:
        raise MissionError("it is not UTF-8 text.", where=str(file), todo="Save it as UTF-8.") from error
