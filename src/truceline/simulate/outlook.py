"""How long a ceasefire might hold under stated assumptions: two kinds of truce, the same draws for every backstop.

Each condition adds to one index, eta = sum of (how far it is met) x ln(hazard ratio). The index lowers the log-odds
that a truce is of the lasting kind by eta, and scales the hazard of the failing kind by exp(early x eta). The lasting
kind breaks after all at a low rate, scaled by what is left of eta once presence and backstop have decayed. Nothing here
is a forecast: it says what follows from the assumptions, and which of them matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.simulate.evidence import Evidence, fit_past, read_evidence, triangular
from truceline.simulate.ranking import MOST_ROWS, rank_inputs
from truceline.simulate.setting import CONDITIONS, FORCES, Setting

Floats = npt.NDArray[np.float64]

# the ladder: each step adds to the ones before it
LEVELS = ("none", "logistics", "intelligence", "air_defence", "air_power", "guarantee")
MEASURES = ("p_break_24m", "p_hold_20y", "p_hold_30y")
YEARS = 30
LN2 = float(np.log(2.0))
NODES, WEIGHTS = (np.polynomial.legendre.leggauss(5) + np.array([[1.0], [0.0]])) / 2  # on 0..1
INTERVAL = (0.05, 0.95)
MOST_DRAWS = 5_000_000
CURVE_DRAWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What follows from the assumptions, with 90 % intervals; conditional on them, never a forecast."""

    table: pd.DataFrame  # level, measure, value (mean), low, high
    differences: pd.DataFrame  # level, measure, value, low, high: against no backstop, draw by draw
    curves: pd.DataFrame  # level, year, value, low, high: share of draws still holding
    ranking: pd.DataFrame  # input, kind, measure, share (of the variance, first order), low, high (mean at its ends)
    spread_by_kind: pd.DataFrame  # kind, share: how much of the spread is evidence, judgement, or the setting
    assumptions: pd.DataFrame
    draws: int

    def as_json(self) -> dict[str, dict[str, dict[str, float]]]:
        """Return level -> measure -> value, low and high."""
        return {
            str(level): {
                str(row.measure): {"value": float(row.value), "low": float(row.low), "high": float(row.high)}
                for row in rows.itertuples()
            }
            for level, rows in self.table.groupby("level", sort=False)
        }

    def _repr_html_(self) -> str:
        return str(self.table.pivot(index="level", columns="measure", values="value").reindex(LEVELS).to_html())


def outlook(
    setting: Setting,
    *,
    draws: int = 100_000,
    rng: np.random.Generator,
    evidence: Evidence | None = None,
    tell: Callable[[str], None] = lambda step: None,
) -> Outlook:
    """Return how long the arrangement might hold, for every level of the backstop on the same draws.

    Raises
    ------
    RequestError
        For fewer than 100 or more than 5,000,000 draws.
    """
    if not 100 <= draws <= MOST_DRAWS:
        raise RequestError(f"{draws} draws were asked for.", todo=f"Ask for 100 to {MOST_DRAWS:,}.")
    rests_on = (evidence or read_evidence()).replaced(effects=setting.effects, shape=setting.shape)
    tell("drawing")
    inputs, kinds = draw_inputs(setting, rests_on, draws, rng)
    tell("outlook")
    fixed, support = _indices(inputs)
    chances = np.empty((len(LEVELS), len(MEASURES), draws))
    _chances(_model(inputs), fixed, support, chances)
    tell("what matters")
    ranking, by_kind = rank_inputs(*_for_ranking(inputs, kinds), dict(zip(MEASURES, chances[-1], strict=True)))
    few = {name: column[:CURVE_DRAWS] for name, column in inputs.items()}
    return Outlook(
        table=_summary(chances),
        differences=_summary(chances - chances[:1]),
        curves=_curves(few, fixed[:CURVE_DRAWS], support[:CURVE_DRAWS]),
        ranking=ranking,
        spread_by_kind=by_kind,
        assumptions=rests_on.assumptions(),
        draws=draws,
    )


def _for_ranking(inputs: dict[str, Floats], kinds: dict[str, str]) -> tuple[dict[str, Floats], dict[str, str]]:
    """Return the inputs with the fit to past truces as one: its numbers are not independent of each other.

    It is stood for by what it alone says of each measure, (measures, n).
    """
    fitted = [name for name in inputs if name.startswith("past_")]
    few = {name: column[:MOST_ROWS] for name, column in inputs.items()}
    alone = _model({**few, **{name: np.full_like(few[name], few[name].mean()) for name in few if name not in fitted}})
    base = np.empty((1, len(MEASURES), len(alone)))
    _chances(alone, np.zeros(len(alone)), np.zeros((len(alone), 1)), base)
    ranked = {"past_truces": base[0], **{name: column for name, column in few.items() if name not in fitted}}
    return ranked, {"past_truces": "evidence", **kinds}


def draw_inputs(
    setting: Setting, evidence: Evidence, draws: int, rng: np.random.Generator
) -> tuple[dict[str, Floats], dict[str, str]]:
    """Return name -> (draws,) of every uncertain number, and name -> kind (evidence, judgement or setting)."""
    inputs: dict[str, Floats] = {}
    kinds: dict[str, str] = {}
    past = fit_past(evidence.life_table).draw(draws, rng)
    for name, i in (("past_lasting", 0), ("past_shape", 2), ("past_scale", 3)):  # the group without peacekeepers
        inputs[name], kinds[name] = past[:, i], "evidence"
    for name, effect in evidence.effects.items():
        inputs[f"effect_{name}"], kinds[f"effect_{name}"] = effect.draw(draws, rng), effect.kind
    for name, shape in evidence.shape.items():
        inputs[name], kinds[name] = triangular(list(shape.value), draws, rng), shape.kind
    for name in (*CONDITIONS, *FORCES):
        inputs[name], kinds[name] = triangular(list(getattr(setting, name)), draws, rng), "setting"
    return inputs, kinds


def _indices(inputs: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Return what lasting conditions add to eta, (n,), and what decaying support adds at each level, (n, levels)."""
    fixed = (
        inputs["detection"] * inputs["effect_detection"]
        + inputs["consequence"] * inputs["effect_consequence"]
        + (1 - inputs["consent"]) * inputs["effect_refusal"]
        + np.log2(inputs["force_left_thousands"] / inputs["host_force_thousands"]) * inputs["effect_balance"]
    )
    presence = inputs["presence"] * inputs["transfer"] * inputs["effect_presence"]
    steps = np.stack([inputs["credibility"] * inputs[f"effect_backstop_{level}"] for level in LEVELS[1:]], axis=1)
    return fixed, presence[:, None] + np.c_[np.zeros(len(presence)), np.cumsum(steps, axis=1)]


def _model(inputs: dict[str, Floats]) -> Floats:
    """Return (n, 6): logit of the lasting share, shape, scale, early, lasting hazard, half-life of support."""
    return np.stack(
        [
            inputs["past_lasting"],
            np.exp(inputs["past_shape"]),
            np.exp(inputs["past_scale"]),
            inputs["early"],
            inputs["lasting_hazard_per_year"],
            inputs["support_half_life_years"],
        ],
        axis=1,
    )


@numba.njit(cache=True)
def _held(model, fixed, support, years):  # type: ignore[no-untyped-def]
    """Return the chance that a truce with those numbers still holds after some years.

    The lasting kind's rate is integrated over time by Gauss and Legendre's five points, good to 1e-3 of it.
    """
    logit, shape, scale, early, hazard, half_life = model
    eta = fixed + support
    lasting = 1.0 / (1.0 + np.exp(eta - logit))
    mean = 0.0
    for k in range(len(NODES)):
        mean += WEIGHTS[k] * np.exp(fixed + support * np.exp(-LN2 * years * NODES[k] / half_life))
    failing = np.exp(-np.exp(early * eta) * (years / scale) ** shape)
    return lasting * np.exp(-hazard * mean * years) + (1.0 - lasting) * failing


@numba.njit(cache=True, parallel=True)
def _chances(model, fixed, support, out):  # type: ignore[no-untyped-def]
    """Fill (levels, measures, draws): broken at 2 years, holding at 20, holding at 30."""
    for i in numba.prange(len(fixed)):
        for level in range(support.shape[1]):
            out[level, 0, i] = 1.0 - _held(model[i], fixed[i], support[i, level], 2.0)
            out[level, 1, i] = _held(model[i], fixed[i], support[i, level], 20.0)
            out[level, 2, i] = _held(model[i], fixed[i], support[i, level], 30.0)


@numba.njit(cache=True)
def _by_year(model, fixed, support, years):  # type: ignore[no-untyped-def]
    """Return (draws, years + 1): the chance of holding after each whole year."""
    made = np.empty((len(fixed), years + 1))
    for i in range(len(fixed)):
        for year in range(years + 1):
            made[i, year] = _held(model[i], fixed[i], support[i], float(year))
    return made


def _curves(inputs: dict[str, Floats], fixed: Floats, support: Floats) -> pd.DataFrame:
    model = _model(inputs)
    parts = []
    year = np.arange(YEARS + 1)
    for k, level in enumerate(LEVELS):
        held = _by_year(model, fixed, support[:, k], YEARS)
        low, high = np.quantile(held, INTERVAL, axis=0)
        parts.append(pd.DataFrame({"level": level, "year": year, "value": held.mean(axis=0), "low": low, "high": high}))
    return pd.concat(parts, ignore_index=True)


def _summary(chances: Floats) -> pd.DataFrame:
    low, high = np.quantile(chances, INTERVAL, axis=2)
    levels, measures = np.repeat(LEVELS, len(MEASURES)), np.tile(MEASURES, len(LEVELS))
    columns = {"value": chances.mean(axis=2).ravel(), "low": low.ravel(), "high": high.ravel()}
    return pd.DataFrame({"level": levels, "measure": measures, **columns})
