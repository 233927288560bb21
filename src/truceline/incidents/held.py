"""Incidents held so that observations can be added: only those whose members changed are made again.

The association itself runs over all rows, in a tenth of a second for a hundred thousand, so that it is the same as if
all had come together; what follows it, weighing and placing, is done for the incidents it changed. What heat and looks
tell enters every incident, so with new heat near the line, or other looks, everything is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.incidents.associate import associate, order_keys
from truceline.incidents.evidence import take_evidence
from truceline.incidents.make import Learnt, in_band, incidents_of, may_join, table_of, take_rows
from truceline.incidents.members import lay_out
from truceline.incidents.settings import IncidentSettings
from truceline.incidents.tables import Incidents
from truceline.observations.order import places_in_order, with_rows
from truceline.strip import Strip
from truceline.timespan import Timespan

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# what the association asks of a row, and its fixed heat source
COLUMNS = (
    "observation_id", "source", "act", "item", "system", "time_start", "time_end", "lon_deg", "lat_deg", "sigma_m",
    "strength", "site_of",
)  # fmt: skip
NEW = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """Evidence in order, with the number of the incident each row is of."""

    strip: Strip
    period: Timespan
    places: pd.DataFrame | None
    settings: IncidentSettings
    learnt: Learnt
    rows: pd.DataFrame  # COLUMNS
    incident: Ints

    def tells_of_heat(self, observations: pd.DataFrame) -> bool:
        """Return whether any of the observations is heat near enough to the line to change every incident."""
        return bool(in_band(take_evidence(observations, self.strip), self.settings).any())

    def changed(self, added: pd.DataFrame, gone: frozenset[str]) -> tuple[Held, Ints]:
        """Return this with observations added and others taken away; and what has become of the incidents.

        That is, for each incident, the number it had, or NEW where its members are not just what they were. None of
        the observations may be of heat near the line: see `tells_of_heat`.
        """
        rows, was = self.rows, self.incident
        if gone:
            kept = ~rows["observation_id"].isin(gone).to_numpy()
            rows, was = rows[kept], was[kept]
        more = take_evidence(added, self.strip)
        more["site_of"] = np.full(len(more), -1, np.int64)
        more = more.loc[may_join(more, self.period, self.settings), list(COLUMNS)]
        keys, ids = order_keys(more), more["observation_id"].to_numpy(object)
        order = np.lexsort([ids.astype("U"), *keys.T[::-1]])
        more, keys, ids = more.iloc[order], keys[order], ids[order]
        at = places_in_order((order_keys(rows), rows["observation_id"].to_numpy(object)), (keys, ids))
        rows, was = with_rows(rows, more, at), np.insert(was, at, NEW)
        incident = associate(rows, self.settings)
        return replace(self, rows=rows, incident=incident), _same(was, incident, np.bincount(self.incident))

    def ids_of(self, chosen: Ints) -> npt.NDArray[np.object_]:
        """Return the observations of the incidents of the numbers chosen, in order."""
        return np.asarray(self.rows["observation_id"].to_numpy(object)[self._rows_of(chosen)])

    def made_of(self, chosen: Ints, observations: pd.DataFrame) -> pd.DataFrame:
        """Return the INCIDENTS of the numbers chosen, in rising order. `observations` are those of `ids_of`."""
        rows = self._rows_of(chosen)
        evidence = take_evidence(observations, self.strip)
        evidence["site_of"] = self.rows["site_of"].to_numpy()[rows]
        number = np.searchsorted(chosen, self.incident[rows])
        return table_of(lay_out(evidence, number), self.learnt, self.strip, self.places, self.settings)

    def _rows_of(self, chosen: Ints) -> Ints:
        wanted = np.zeros(int(self.incident.max(initial=-1)) + 1, bool)
        wanted[chosen] = True
        return np.flatnonzero(wanted[self.incident])


def hold_incidents(
    observations: pd.DataFrame,
    looks: pd.DataFrame,
    *,
    strip: Strip,
    period: Timespan,
    history: pd.DataFrame | None = None,
    places: pd.DataFrame | None = None,
    settings: IncidentSettings,
) -> tuple[Incidents, Held]:
    """Return what `make_incidents` returns, held so that observations can be added."""
    rows, learnt = take_rows(observations, looks, strip=strip, period=period, history=history, settings=settings)
    incident = associate(rows, settings)
    made = incidents_of(lay_out(rows, incident), learnt, strip, places, settings)
    rows = rows[list(COLUMNS)].reset_index(drop=True)
    held = Held(
        strip=strip, period=period, places=places, settings=settings, learnt=learnt, rows=rows, incident=incident
    )
    return made, held


def _same(was: Ints, now: Ints, size: Ints) -> Ints:
    """Return, for each incident, the number it had if it has the same members still, else NEW."""
    number = int(now.max(initial=-1)) + 1
    low, high = np.full(number, np.iinfo(np.int64).max), np.full(number, np.iinfo(np.int64).min)
    np.minimum.at(low, now, was)
    np.maximum.at(high, now, was)
    whole = (low == high) & (low >= 0)
    whole[whole] = np.bincount(now, minlength=number)[whole] == size[low[whole]]
    return np.where(whole, low, NEW)
