"""What the page draws: the map and the strip chart from the same numbers, so that each can point into the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from truceline.report.chart import chart_alt
from truceline.report.chart_grid import PARTLY, WELL, coverage_grid
from truceline.report.judged import judged_incidents
from truceline.report.map_data import page_data
from truceline.report.words import Words
from truceline.serve.door import View

_DECIMALS = 4  # of a degree: eleven metres, finer than any location error here
_CODED = ("verdict", "sector", "state", "act", "clause_party")


def drawn(view: View, words: Words) -> dict[str, Any]:
    """Return land, lines, sectors, places, days, incidents by column, the line's chainage and who was looking."""
    judged = judged_incidents(view.assessment)
    data = page_data(view.assessment, judged, words)
    shown = judged.set_index("incident_id", drop=False).loc[data["incidents"]["id"]]
    for name in _CODED:
        data["incidents"][f"{name}_id"] = _coded(shown[name])
    data["incidents"]["clauses"] = _clauses(view, shown)
    data["incidents"]["watched"] = _watched(view, shown)
    data["alt"] = chart_alt(view.assessment, words)
    strip = view.assessment.strip
    data["strip"] = {
        "lon": np.round(strip.lon_deg, _DECIMALS).tolist(),
        "lat": np.round(strip.lat_deg, _DECIMALS).tolist(),
        "km": np.round(strip.chainage_km, 3).tolist(),
    }
    data["grid"] = _grid(view)
    data["in_force"] = [[span.start.timestamp(), span.end.timestamp()] for span in view.assessment.in_force]
    data["sector_km"] = view.assessment.sectors[["sector", "called", "from_km", "to_km"]].to_numpy().tolist()
    return data


def _coded(column: pd.Series) -> dict[str, list[Any]]:
    numbers, different = pd.factorize(column.astype(str), sort=True)
    return {"of": different.tolist(), "at": numbers.tolist()}


def _clauses(view: View, shown: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the clauses that cover each incident, as lists of numbers into the list of clauses."""
    findings = view.assessment.findings
    names = sorted(findings["clause"].unique())
    asked = findings[findings["verdict"] != "not_applicable"]
    numbers = asked["clause"].map({name: i for i, name in enumerate(names)})
    lists = numbers.groupby(asked["incident_id"]).agg(lambda found: sorted(set(found)))
    return {"of": names, "at": [lists[i] if i in lists.index else [] for i in shown["incident_id"]]}


def _watched(view: View, shown: pd.DataFrame) -> list[float | None]:
    """Return how well each incident's sector was watched on its day; None where that is not known."""
    status = view.assessment.status
    watched = dict(zip(status["sector"] + "|" + status["day"], status["watched"], strict=True))
    found = (shown["sector"] + "|" + shown["day"]).map(watched).astype(float)
    return [None if pd.isna(value) else round(value, 3) for value in found]


def _grid(view: View) -> dict[str, Any]:
    """Return who was looking: edges of cells and steps; for each step a digit a cell, 0 watched, 1 partly, 2 not."""
    grid = coverage_grid(view.assessment)
    level = (grid.looked < WELL).astype(int) + (grid.looked < PARTLY)
    return {
        "cell_km": grid.cell_km.tolist(),
        "time_s": grid.time_s.tolist(),
        "level": ["".join(map(str, row)) for row in level.tolist()],
    }
