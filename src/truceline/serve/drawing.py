"""What the page draws: the map and the strip chart from the same numbers, so that each can point into the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.report.chart import chart_alt, mark_area
from truceline.report.chart_grid import PARTLY, WELL, coverage_grid
from truceline.report.judged import judged_incidents
from truceline.report.map_data import page_data
from truceline.report.words import Words, error_of, shorten
from truceline.serve.door import View
from truceline.serve.packing import coded, of_list, packed

MOST = 250_000  # incidents drawn; those that count most are kept, and the page says so
_OF_INCIDENTS = (  # what is drawn of them; the rest of a million is not taken up for it
    "incident_id",
    "act",
    "state",
    "time_start",
    "lon_deg",
    "lat_deg",
    "sigma_m",
    "chainage_km",
    "place",
    "p_exists",
    "strength",
    "sensors",
)
_DECIMALS = 4  # of a degree: eleven metres, finer than any location error here
_WORLD = 512 / 40075016.686  # pixels a metre at zoom 0, at the equator


def drawn(view: View, languages: Sequence[Words]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the incidents by column, and in each language the rest: land, lines, sectors, places, who was looking.

    What is told of incidents in a language has its own columns among the rest, also under "incidents".
    """
    incidents = view.assessment.incidents
    judged = judged_incidents(replace(view.assessment, incidents=incidents[list(_OF_INCIDENTS)]))
    alike = {"grid": _grid(view), **_line(view)}
    kept, left_out = _kept(judged)
    none = judged_incidents(replace(view.assessment, incidents=incidents.head(0)))  # they are told otherwise here
    told = [
        page_data(view.assessment, none, words)
        | alike
        | {"alt": chart_alt(view.assessment, words), "incidents": _named(kept, words)}
        for words in languages
    ]
    return {"left_out": left_out, **_columns(view, kept)}, told


def _line(view: View) -> dict[str, Any]:
    strip, sectors = view.assessment.strip, view.assessment.sectors
    return {
        "strip": {
            "lon": np.round(strip.lon_deg, _DECIMALS).tolist(),
            "lat": np.round(strip.lat_deg, _DECIMALS).tolist(),
            "km": np.round(strip.chainage_km, 3).tolist(),
        },
        "in_force": [[span.start.timestamp(), span.end.timestamp()] for span in view.assessment.in_force],
        "sector_km": sectors[["sector", "called", "from_km", "to_km"]].to_numpy().tolist(),
    }


def _kept(judged: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the incidents with a place and a time in the order they are listed, and how many are left out.

    What a clause covers and nobody rejected comes first, then by probability, then by time. The map and the chart
    draw them the other way round, so that what counts most lies on top.
    """
    known = judged.dropna(subset=["lon_deg", "lat_deg", "time_start"])
    shade = known["p_violation"].fillna(known["p_exists"]).fillna(0.0)
    standing = known["applies"] & (known["state"] != "rejected")
    seconds = known["time_start"].astype("datetime64[ns, UTC]").astype("int64").to_numpy() / 1e9
    order = np.lexsort((known["incident_id"], seconds, -shade.round(3), ~standing))[:MOST]
    kept = known.assign(_shade=shade, _area=mark_area(known["strength"]), _seconds=seconds).iloc[order]
    return kept, len(known) - len(kept)


def _columns(view: View, kept: pd.DataFrame) -> dict[str, Any]:
    """Return what is told of the incidents in every language, by packed column."""
    cos = np.cos(np.radians(kept["lat_deg"].to_numpy()))
    return {
        "id": "\n".join(kept["incident_id"]),
        "lon": packed(kept["lon_deg"], "i4", per=10**_DECIMALS),
        "lat": packed(kept["lat_deg"], "i4", per=10**_DECIMALS),
        "km": packed(kept["chainage_km"], "i4", per=100),
        "t": packed(np.floor(kept["_seconds"]), "u4"),
        "p": packed(kept["_shade"], "u2", per=1000),
        "rejected": packed(kept["state"].eq("rejected"), "u1"),
        "applies": packed(kept["applies"], "u1"),
        "radius": packed(np.sqrt(kept["_area"] / np.pi) * 1.35, "u2", per=100),
        # pixels of one sigma at zoom 0, where the world is 512 pixels round
        "ring": packed(kept["sigma_m"].fillna(0.0).to_numpy() * _WORLD / cos, "u4", per=10**8),
        "error": _said(kept["sigma_m"].round(0), error_of),
        "place": _said(kept["place"], lambda name: shorten(name, 120)),
        **{f"{name}_id": coded(kept[name].astype(str)) for name in ("verdict", "sector", "act", "clause_party")},
        "clauses": _clauses(view, kept),
        "watched": packed(_watched(view, kept), "u2", per=1000),
    }


def _named(kept: pd.DataFrame, words: Words) -> dict[str, Any]:
    act = {a: words.term("act", a) for a in kept["act"].unique()}
    verdict = {v: words.term("verdict", v) if v else words("verdict.none") for v in kept["verdict"].unique()}
    return {"act": coded(kept["act"].map(act)), "verdict": coded(kept["verdict"].map(verdict))}


def _said(column: pd.Series, say: Any) -> dict[str, Any]:
    """Return a coded column of what is said of each different value."""
    numbers, different = pd.factorize(column, use_na_sentinel=False)
    again, said = pd.factorize(pd.Series([say(value) for value in different], dtype=object), sort=True)
    return of_list(said.tolist(), np.asarray(again)[numbers])


def _clauses(view: View, shown: pd.DataFrame) -> dict[str, Any]:
    """Return the clauses that cover each incident: their names, the different sets of them, and each row's set."""
    findings = view.assessment.findings
    asked = findings.loc[findings["verdict"] != "not_applicable", ["incident_id", "clause"]].drop_duplicates()
    names = sorted(asked["clause"].unique())
    bit = asked["clause"].map({name: 1 << i for i, name in enumerate(names)})
    of = bit.groupby(asked["incident_id"]).sum()
    numbers, different = pd.factorize(shown["incident_id"].map(of).fillna(0).astype("object"))
    sets = [[i for i in range(len(names)) if int(bits) >> i & 1] for bits in different]
    return {"names": names} | of_list(sets, np.asarray(numbers))


def _watched(view: View, shown: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return how well each incident's sector was watched on its day; nan where that is not known."""
    status = view.assessment.status
    watched = dict(zip(status["sector"] + "|" + status["day"], status["watched"], strict=True))
    return np.asarray((shown["sector"] + "|" + shown["day"]).map(watched).astype(float))


def _grid(view: View) -> dict[str, Any]:
    """Return who was looking: edges of cells and steps; for each step a digit a cell, 0 watched, 1 partly, 2 not."""
    grid = coverage_grid(view.assessment)
    level = (grid.looked < WELL).astype(int) + (grid.looked < PARTLY)
    return {
        "cell_km": grid.cell_km.tolist(),
        "time_s": grid.time_s.tolist(),
        "level": ["".join(map(str, row)) for row in level.tolist()],
    }
