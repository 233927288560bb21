"""From a sensor plan to the outlook: what one more drone orbit buys, in one function and a table.

Plan -> chance that a violation is seen (coverage) -> violations deterred and seen -> the condition `detection` of the
outlook -> how long it might hold. Every plan on the same draws: differences are of like with like. Each arrow is an
assumption that is stated: deterrence is the scenario's, the effect of detection on the hazard is the outlook's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.errors import RequestError
from truceline.sensors.coverage import Coverage
from truceline.simulate.outlook import outlook
from truceline.simulate.setting import Setting
from truceline.simulate.truth_scenario import Scenario

Floats = npt.NDArray[np.float64]

LINK = {
    "plan": "text",
    "seen": "number",  # chance that a violation of the scenario's mix, begun anywhere and any time, is seen
    "seen_low": "number",
    "seen_high": "number",
    "violations": "number",  # expected in the period, deterrence counted
    "seen_number": "number",  # of them seen
    "p_break_24m": "number",  # and low, high; then p_hold_20y likewise
}
MEASURES = ("p_break_24m", "p_hold_20y")
ENDS = {"": "value", "_low": "low", "_high": "high"}  # end of a column -> key of the outlook


def link(
    plans: Mapping[str, Coverage],
    scenario: Scenario,
    *,
    setting: Setting,
    draws: int = 20_000,
    seed: int = 1,
    level: str = "none",
) -> pd.DataFrame:
    """Return one row per plan (LINK, with low and high of each measure), and what each gains over the first.

    `level` is the step of the backstop the outlook is read at. Kinds the coverage does not hold count as unseen.

    Raises
    ------
    RequestError
        When no plan is given.
    """
    if not plans:
        raise RequestError("no sensor plan was given.", todo="Give at least one coverage by its name.")
    rows = []
    for name, coverage in plans.items():
        low, mid, high = (
            _seen(table, coverage, scenario) for table in (coverage.seen_low, coverage.seen, coverage.seen_high)
        )
        number, found = expected(coverage, scenario)
        assumed = replace(setting, detection=tuple(sorted((low, mid, high))))
        told = outlook(assumed, draws=draws, rng=np.random.default_rng(seed)).as_json()[level]
        rows.append(
            {
                "plan": name, "seen": mid, "seen_low": low, "seen_high": high, "violations": number,
                "seen_number": found,
                **{f"{measure}{end}": told[measure][key] for measure in MEASURES for end, key in ENDS.items()},
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    for name in ("seen", "violations", *MEASURES):
        table[f"gain_{name}"] = table[name] - table[name].iloc[0]
    return table


def _seen(seen: Mapping[str, npt.NDArray[np.floating]], coverage: Coverage, scenario: Scenario) -> float:
    """Return the chance that a violation of the scenario's mix is seen."""
    place = coverage.width_km[:, None] * coverage.step_h[None, :]
    total, found = 0.0, 0.0
    for kind, rule in scenario.kinds.items():
        total += rule.per_day
        if kind in seen:
            found += rule.per_day * float((seen[kind] * place).sum() / place.sum())
    return found / total if total > 0 else 0.0


def expected(coverage: Coverage, scenario: Scenario) -> tuple[float, float]:
    """Return the expected violations of the coverage's period, deterrence counted, and how many of them are seen.

    Mean field: where a share p = exp(-deterrence x Q) comes about, each unprovoked one stands for p / (1 - ratio p) in
    all, its answers being at places watched alike. Stretches with rates of their own and a breakdown are left out.
    """
    place = coverage.width_km[:, None] * coverage.step_h[None, :]
    ratio, total, found = scenario.answers.ratio, 0.0, 0.0
    for kind, rule in scenario.kinds.items():
        q = np.asarray(coverage.seen[kind], float) if kind in coverage.seen else np.zeros(place.shape)
        p = np.exp(-scenario.deterrence * q)
        number = rule.per_day / 24 / 1000 * place * p / (1 - (ratio * p if rule.answered else 0.0))
        total += float(number.sum())
        found += float((number * q).sum())
    return total, found
