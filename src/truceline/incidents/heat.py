"""What the heat of each incident says: alone, against the fires expected anyway; beside a sighting, next to nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truceline.incidents.associate import GATE
from truceline.incidents.background import Background, chance_of_at_least
from truceline.incidents.exposure import DAY_NS
from truceline.incidents.fuse import ln_lr_of_heat
from truceline.incidents.members import Members
from truceline.incidents.persistent import FixedSources
from truceline.incidents.rates import Rates
from truceline.incidents.settings import IncidentSettings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
SITE_KM = 1.0  # a fixed source is known to within this
USUAL = 0.05  # a fixed source burns as usual unless it burns so strongly in fewer cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of heat near the line; `sources` is aligned with the members' rows."""

    background: Background
    rates: Rates
    sources: FixedSources


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """What heat says of each incident; every array is (incident,)."""

    rate: Floats  # happenings per cell and day to expect: of extra fires for heat alone, else as assumed
    ln_odds: Floats  # heat alone: ln of extra fires expected there and then over background fires
    ln_lr: Floats  # heat beside a sighting
    burns: Flags  # there is heat in it
    fixed: Flags  # on a fixed heat source and no stronger than it usually burns


def weigh_heat(members: Members, known: Known, heat_only: Flags, settings: IncidentSettings) -> Heat:
    """Return what heat says of each incident.

    Heat alone: of the fires to expect in its strip cell on its day, at its distance from the line, how many are
    extra for each of the background (the odds of two groups). Both volumes cancel. Heat beside a sighting is
    asked for any detection within the sighting's gate, as presence is all that has been measured there.
    """
    heat = (members.rows["sensor"] == "thermal").to_numpy()
    chainage, offset = (members.rows[c].to_numpy(float)[members.starts] for c in ("chainage_km", "offset_km"))
    start = members.rows["time_start"].to_numpy("datetime64[ns]").astype("int64")[members.starts]
    rate, shows, expected = known.rates.at(chainage, offset, start // DAY_NS)
    burns = np.asarray(members.reduce(np.logical_or, heat), dtype=bool)
    chance = _chance_beside(members, known.background, chainage, start, settings)
    lit, rarest = _on_sites(members, known.sources, heat)
    expected, chance = (np.where(lit > 0, np.maximum(v, lit) * rarest, v) for v in (expected, chance))
    # on a fixed source both kinds of fire are counted on the source alone: few of the cell's extra fires fall there
    cell = known.background.exposure.cell_of(np.nan_to_num(chainage))
    share = np.pi * SITE_KM**2 / np.maximum(known.background.exposure.near_area_km2[cell], np.pi * SITE_KM**2)
    shows = np.where(lit > 0, shows * share, shows)
    return Heat(
        rate=np.where(heat_only & burns, rate, settings.base_rate_per_cell_day),
        ln_odds=np.log(rate * shows / np.maximum(expected, 1e-12)),
        ln_lr=ln_lr_of_heat(settings.fire_yield, chance),
        burns=burns,
        fixed=(lit > 0) & (rarest > USUAL),
    )


def _chance_beside(
    members: Members, background: Background, chainage: Floats, start: Ints, settings: IncidentSettings
) -> Floats:
    """Return the chance that background shows any detection within each incident's gate on its day."""
    exposure = background.exposure
    day = np.clip(start // DAY_NS - exposure.days[0], 0, len(exposure.days) - 1)
    widest = members.reduce(np.maximum, np.nan_to_num(members.rows["sigma_m"].to_numpy(float) / 1000))
    reach = np.minimum(settings.max_extent_km, np.sqrt(GATE) * np.hypot(widest, 0.3))
    cell = exposure.cell_of(np.nan_to_num(chainage))
    mean, size = background.predict(cell=cell, day=day, area_km2=np.pi * reach**2)
    return chance_of_at_least(1, mean, size)


def _on_sites(members: Members, sources: FixedSources, heat: Flags) -> tuple[Floats, Floats]:
    """Return (share of days the incident's fixed source is lit, 0 off them; chance that it burns so strongly)."""
    site = np.asarray(members.reduce(np.maximum, np.where(heat, sources.site_of, -1)), dtype=np.int64)
    if not (site >= 0).any():
        return np.zeros(members.number), np.ones(members.number)
    strength = np.nan_to_num(members.rows["strength"].to_numpy(float))
    stronger = np.where(heat & (sources.site_of >= 0), sources.chance_of_strength(strength), 1.0)
    lit = (sources.sites["days"] / sources.sites["of_days"]).to_numpy(float)
    return np.where(site >= 0, lit[site], 0.0), np.asarray(members.reduce(np.minimum, stronger), dtype=float)
