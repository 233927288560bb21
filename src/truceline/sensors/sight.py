"""How much of a look reaches the ground, and how likely each kind of violation is to be seen by it."""

from __future__ import annotations

import pandas as pd

from truceline.sensors.thermal import FIRES, VIIRS_DAY, VIIRS_NIGHT

Range = tuple[float, float, float]

# Chance that people who are looking and listening over a whole sector for a whole day notice one violation there.
# Judgement: monitors heard explosions at 1-10 km by day and did not patrol at night (OSCE reports, 2015-21).
PRESENT: dict[str, Range] = {"shelling": (0.05, 0.2, 0.5), "strike": (0.1, 0.4, 0.8)}

KINDS = tuple(FIRES)


def assumptions() -> pd.DataFrame:
    """Return the parameters of every sensor used, with range, unit and source, for the report."""
    rows: list[tuple[str, float, float, float, str, str]] = []
    for fire in FIRES.values():
        judgement = "judgement, unchecked"
        rows.append((f"chance that a {fire.kind} leaves a fire", *_mid_first(fire.p_fire), "probability", judgement))
        rows.append((f"power of the fire a {fire.kind} leaves", *_mid_first(fire.power_mw), "MW", judgement))
        rows.append((f"mean life of the fire a {fire.kind} leaves", *_mid_first(fire.life_h), "h", judgement))
    for name, curve in (("day", VIIRS_DAY), ("night", VIIRS_NIGHT)):
        fit = "fit to VIIRS detections of April 2026, widened by 1.5"
        rows.append((f"VIIRS power detected half the time at nadir, {name}", *_mid_first(curve.f0_mw), "MW", fit))
        rows.append(
            (f"VIIRS greatest detection probability, {name}", *_mid_first(curve.p_max), "probability", "judgement")
        )
    for kind, chance in PRESENT.items():
        text = f"chance that monitors present for a day notice one {kind} in their area"
        rows.append((text, *_mid_first(chance), "probability", "judgement, unchecked"))
    rows.append(("cloud exponent b in (1 - cloud)^b", 1.5, 1.0, 2.0, "", "measured on fires of 2018-21"))
    return pd.DataFrame(rows, columns=["name", "value", "low", "high", "unit", "source"])


def _mid_first(values: Range) -> Range:
    low, mid, high = values
    return mid, low, high
