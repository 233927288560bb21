"""What kind of act each incident was, as probabilities over the agreement's words."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from truceline.incidents.members import Members
from truceline.incidents.settings import IncidentSettings
from truceline.vocabulary import ACTS

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def weigh_acts(
    members: Members, group_ln_lr: Floats, heat_only: Flags, settings: IncidentSettings
) -> tuple[npt.NDArray[np.object_], list[tuple[tuple[str, float], ...]]]:
    """Return (the most probable act, ((act, probability), ...) most probable first) of each incident.

    Each witness group votes for the act it names by its likelihood ratio; `act_confusion` of each vote goes to
    the broader act. Heat alone stays "heat", with the share of it that hostile acts may cause as "fire".
    """
    votes = _votes(members, group_ln_lr, heat_only, settings)
    total = votes.groupby("incident")["weight"].transform("sum")
    votes["weight"] /= total
    votes = votes.sort_values(["incident", "weight", "act"], ascending=[True, False, True], ignore_index=True)
    pairs = list(zip(votes["act"].tolist(), votes["weight"].tolist(), strict=True))
    edges = np.searchsorted(votes["incident"].to_numpy(), np.arange(members.number + 1)).tolist()
    # incidents with the same acts share one tuple: most are heat alone, and there may be a million
    known: dict[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]] = {}
    lists = [known.setdefault(several, several) for several in (tuple(pairs[a:b]) for a, b in pairwise(edges))]
    del pairs
    return votes["act"].to_numpy(object)[edges[:-1]], lists


def _votes(members: Members, group_ln_lr: Floats, heat_only: Flags, settings: IncidentSettings) -> pd.DataFrame:
    """Return (incident, act, weight), each pair once."""
    names = members.rows["act"].cat.categories
    acts = members.rows["act"].cat.codes.to_numpy()
    words = sorted(set(names) | {ACTS.get(n, "") or n for n in names} | {"heat", "fire"})
    place = {word: k for k, word in enumerate(words)}
    own = np.array([place[n] for n in names], dtype=np.int64)[acts]
    broader = np.array([place[ACTS.get(n, "") or n] for n in names], dtype=np.int64)[acts]
    named = ~(members.rows["act"] == "heat").to_numpy()
    weight = np.exp(group_ln_lr[members.group])
    once = ~pd.Series(members.group * len(words) + own).duplicated().to_numpy()
    say = named & once
    alone = np.flatnonzero(heat_only)
    share, slip = settings.hostile_share_of_heat, settings.act_confusion
    votes = pd.DataFrame(
        {
            "incident": np.r_[members.incident[say], members.incident[say], alone, alone],
            "act": np.r_[
                own[say], broader[say], np.full(len(alone), place["heat"]), np.full(len(alone), place["fire"])
            ],
            "weight": np.r_[
                weight[say] * (1 - slip),
                weight[say] * slip,
                np.full(len(alone), 1 - share),
                np.full(len(alone), share),
            ],
        }
    )
    votes = votes.groupby(["incident", "act"], as_index=False, sort=True)["weight"].sum()
    votes = votes[votes["weight"] > 0]
    return votes.assign(act=np.asarray(words, dtype=object)[votes["act"].to_numpy(np.int64)])
