"""Release profiles: what each reader may have, and when. Every profile but `mission` protects people and sensors.

What leaves the mission is late, coarse and the same for both parties: a place fine and fresh enough to fire at is
never in it. A profile is data; `release` applies it to every table of an assessment.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from truceline.errors import RequestError, UnknownNameError
from truceline.findings.early_warning import early_warnings, far_from_line
from truceline.findings.tables import Assessment
from truceline.report.chart_grid import coverage_grid, exposure_of
from truceline.report.coarsen import snap_km, snap_line, snap_places, snap_strip
from truceline.timespan import Timespan, iso

# Columns a reader outside the mission does not get: who and what was watching, free text (it may name people or
# places), references, and values so exact that they single out one reading of a sensor.
_SENSORS = {
    "incidents": ("observations", "ln_lr", "ln_odds_prior", "operator", "strength", "place", "system"),
    "observations": ("source", "operator", "origin", "strength", "place", "system", "confidence", "reported_at"),
}
_OF_ONE_SENSOR = ("Source ", "Sensor ", "Feed ")
_TEXT = {
    "incidents": ("settle",),
    "findings": ("reason",),
    "attributions": ("basis", "party_response"),
    "claims": ("note",),
    "observations": ("text", "ref", "count_said"),
}
_BLAME = {
    "incidents": ("party",),
    "findings": ("party", "intent"),
    "attributions": ("attributed_to", "probability", "word", "confidence"),
    "observations": ("party",),
}
# Of these tables a reader may get the number of rows alone, with the columns named here: an emptied table would read as
# if nobody had looked.
_EVIDENCE = {"observations": ("sensor", "act"), "looks": ("sensor", "detections"), "set_aside": ()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one kind of reader gets. The defaults withhold nothing."""

    name: str
    delay_h: float = 0.0  # nothing that ended later than this before the release
    grid_km: float = 0.0  # places, offsets and chainages are the middle of a square this wide; 0: as they are
    counted: tuple[str, ...] = ()  # tables of evidence of which only the number of rows is told
    columns: tuple[dict[str, tuple[str, ...]], ...] = ()  # emptied, by table
    fewest: int = 0  # counts from 1 up to one less than this are not given


# Delay and grid: 24 h and 1 km for all outside the mission's own chain (scope statement). The parties' own copy is no
# fresher than the public's: they are the ones who could fire at what it shows.
PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            name="public",
            delay_h=24,
            grid_km=1,
            counted=tuple(_EVIDENCE),
            columns=(_SENSORS, _TEXT),
            fewest=3,
        ),
        Profile(name="parties", delay_h=24, grid_km=1, counted=tuple(_EVIDENCE), columns=(_SENSORS, _TEXT), fewest=3),
        Profile(name="commission", delay_h=6, grid_km=1, counted=("looks", "set_aside"), columns=(_SENSORS, _TEXT)),
        Profile(
            name="humanitarian",
            delay_h=6,
            grid_km=1,
            counted=tuple(_EVIDENCE),
            columns=(_SENSORS, _TEXT, _BLAME),
            fewest=3,
        ),
        Profile(name="mission"),
    )
}


def release(assessment: Assessment, profile: str | Profile, *, now: datetime) -> tuple[Assessment, tuple[str, ...]]:
    """Return the assessment as a reader of the profile may have it, and notes on what was withheld.

    The notes give categories and numbers only. The result depends on the profile and nothing else of the reader, so
    both parties get the same bytes. Where the period reaches into the delay it is cut, and exposure and warnings are
    worked out again over what remains: hidden hours are in no figure, so they cannot read as quiet ones.

    Raises
    ------
    UnknownNameError
        If no profile has that name.
    RequestError
        If the line is shorter than the profile's grid, or the whole period lies inside its delay.
    """
    if isinstance(profile, str):
        if profile not in PROFILES:
            raise UnknownNameError("release profile", profile, PROFILES)
        profile = PROFILES[profile]
    withheld: Counter[str] = Counter()
    shown = replace(assessment, now=now)
    if profile.delay_h:
        shown = _older(shown, now - timedelta(hours=profile.delay_h), profile.delay_h, withheld)
    shown = _dropped(shown, profile, withheld)
    if profile.fewest:
        shown = _without_small_counts(shown, profile.fewest, withheld)
    if profile.grid_km:
        shown = _coarse(shown, profile.grid_km)
        withheld[f"places given to {profile.grid_km:g} km only, incidents"] = len(shown.incidents)
    notes = tuple(f"{what}: {number}" for what, number in withheld.items() if number)
    return shown, (f"release profile: {profile.name}", *notes)


def _older(shown: Assessment, cutoff: datetime, delay_h: float, withheld: Counter[str]) -> Assessment:
    """Leave out everything that had not ended at the cutoff, and everything that hangs on it."""
    kept: dict[str, pd.DataFrame] = {}
    for name in ("incidents", "observations", "looks", "claims"):
        table = getattr(shown, name)
        # an undated row cannot be shown to be old enough
        kept[name] = table[table["time_end"].fillna(table["time_start"]) <= cutoff]
    for name in ("findings", "attributions", "clocks"):
        table = getattr(shown, name)
        kept[name] = table[table["incident_id"].isin(kept["incidents"]["incident_id"])]
    kept["clocks"] = kept["clocks"][~(kept["clocks"]["started"] > cutoff)]
    kept["coverage"] = shown.coverage[shown.coverage["time_start"] + _step(shown.coverage) <= cutoff]
    ended = {day for day, span in shown.period.days(shown.timezone) if span.end <= cutoff}
    kept["status"] = shown.status[shown.status["day"].isin(ended)]
    for name, table in kept.items():
        withheld[f"younger than {delay_h:g} h, {name}"] = len(getattr(shown, name)) - len(table)
    kept = {name: table.reset_index(drop=True) for name, table in kept.items()}
    return _shortened(replace(shown, **kept), cutoff, withheld)


def _step(coverage: pd.DataFrame) -> pd.Timedelta:
    """Return how long a step of coverage lasts; a day when the table does not tell."""
    gaps = np.diff(np.sort(coverage["time_start"].unique()))
    return pd.Timedelta(gaps.min()) if len(gaps) else pd.Timedelta(days=1)


def _shortened(shown: Assessment, cutoff: datetime, withheld: Counter[str]) -> Assessment:
    """Cut the period at the cutoff, and work out again over what remains what was worked out over the whole."""
    if shown.period.end <= cutoff:
        return shown
    if shown.period.start >= cutoff:
        late = shown.period.end + (shown.now - cutoff)
        raise RequestError(
            f"the whole period lies inside the delay of {(shown.now - cutoff) / timedelta(hours=1):g} h.",
            todo=f"It can be released from {iso(late)} on; or monitor an earlier period.",
        )
    period = _cut(shown.period, cutoff)
    withheld["hours of the period inside the delay"] = round(shown.period.hours - period.hours)
    in_force = tuple(_cut(span, cutoff) for span in shown.in_force if span.start < cutoff)
    cut = replace(shown, period=period, in_force=in_force, exposure={})
    warnings = (
        *far_from_line(cut.observations, cut.strip),
        *early_warnings(cut.status, cut.incidents, cut.looks, period),
    )
    unknown = {name: float("nan") for name in shown.exposure}
    return replace(cut, warnings=warnings, exposure={**unknown, **exposure_of(cut, coverage_grid(cut))})


def _cut(span: Timespan, cutoff: datetime) -> Timespan:
    return Timespan(start=min(span.start, cutoff), end=min(span.end, cutoff))


def _dropped(shown: Assessment, profile: Profile, withheld: Counter[str]) -> Assessment:
    """Empty the withheld columns, and of tables that are only counted all but a few."""
    changed: dict[str, pd.DataFrame] = {}
    for name in profile.counted:
        table = getattr(shown, name)
        withheld[f"not for this reader, {name}"] = len(table)
        changed[name] = _emptied(table, [column for column in table.columns if column not in _EVIDENCE[name]])
    for columns in profile.columns:
        for name, dropped in columns.items():
            changed[name] = _emptied(changed.get(name, getattr(shown, name)), dropped)
    withheld["not for this reader, columns"] = sum(len(d) for columns in profile.columns for d in columns.values())
    for name, id_column in (("observations", "observation_id"), ("looks", "look_id")):
        if name in changed:
            # a source's own ids may be places or times written out
            numbers = [f"{id_column[:-3]} {n + 1}" for n in range(len(changed[name]))]
            changed[name] = changed[name].assign(**{id_column: numbers})
    if profile.columns:
        changed["coverage"] = _by_sector(shown.coverage, shown.sectors)
        withheld["coverage told by whole sectors, cells"] = shown.coverage["cell_km"].nunique()
        withheld["not for this reader, fixed heat sources"] = len(shown.fixed_sources)
        changed["fixed_sources"] = shown.fixed_sources.head(0)  # their ids and places are exact
        # names of files may tell sensors and people
        digests = {f"input {n}": sha for n, sha in enumerate(sorted(shown.digests.values()), start=1)}
        # when one source last looked, or that one sensor is out, tells where nobody looks now
        told = [text for text in shown.warnings if not text.startswith(_OF_ONE_SENSOR)]
        withheld["not for this reader, warnings"] = len(shown.warnings) - len(told)
        shown = replace(shown, digests=digests, warnings=tuple(map(_without_decimals, told)), workbench=None)
    return replace(shown, **changed)


def _by_sector(coverage: pd.DataFrame, sectors: pd.DataFrame) -> pd.DataFrame:
    """Return coverage with every cell at its sector's mean, hour by hour: a cell alone tells where a sensor stands.

    Cells in no sector share one mean of their own.
    """
    starts = np.sort(coverage["cell_km"].unique())
    middle = starts + np.r_[np.diff(starts), 0.0] / 2
    sector = np.full(len(starts), -1)
    for i, one in enumerate(sectors.itertuples()):
        sector[(middle >= one.from_km) & (middle < one.to_km)] = i
    group = sector[np.searchsorted(starts, coverage["cell_km"].to_numpy(float))]
    told = [name for name in ("looked", "seen", "seen_low", "seen_high") if name in coverage]
    means = coverage.groupby([group, coverage["time_start"], coverage["kind"]], sort=False)[told].transform("mean")
    return coverage.assign(**{name: means[name].astype(coverage[name].dtype) for name in told})


def _emptied(table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    return table.assign(**{column: _blank(table[column]) for column in columns if column in table.columns})


def _blank(column: pd.Series) -> pd.Series:
    """Return a column of the same dtype that says "not known"."""
    if column.dtype.kind == "f":
        return pd.Series(np.nan, index=column.index, dtype=column.dtype)
    if column.dtype.kind == "M":
        return pd.Series(pd.NaT, index=column.index, dtype=column.dtype)
    return pd.Series("", index=column.index, dtype="object")


def _without_decimals(text: str) -> str:
    """Return a sentence with its numbers cut to whole ones: no coordinate survives it."""
    return re.sub(r"(\d+)[.,]\d+", r"\1", text)


def _without_small_counts(shown: Assessment, fewest: int, withheld: Counter[str]) -> Assessment:
    changed = {}
    for name in ("incidents", "observations"):
        table = getattr(shown, name)
        small = (table["count_min"].between(1, fewest - 1)) | (table["count_max"].between(1, fewest - 1))
        withheld[f"counts below {fewest}, {name}"] = int(small.sum())
        changed[name] = table.assign(count_min=table["count_min"].mask(small), count_max=table["count_max"].mask(small))
    return replace(shown, **changed)


def _coarse(shown: Assessment, grid_km: float) -> Assessment:
    """Put every place on the grid, in every table and line."""
    margin, in_km = shown.findings["margin"], shown.findings["margin_unit"] == "km"
    return replace(
        shown,
        grid_km=grid_km,
        strip=snap_strip(shown.strip, grid_km),
        lines=tuple(snap_line(line, grid_km) for line in shown.lines),
        incidents=snap_places(shown.incidents, grid_km),
        observations=snap_places(shown.observations, grid_km),
        places=snap_places(shown.places, grid_km),
        sectors=shown.sectors.assign(
            from_km=(shown.sectors["from_km"] / grid_km).round() * grid_km,
            to_km=(shown.sectors["to_km"] / grid_km).round() * grid_km,
        ),
        findings=shown.findings.assign(margin=margin.where(~in_km, snap_km(margin, grid_km))),
    )
