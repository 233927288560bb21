"""What all messages of a feed say so far, kept up batch by batch: the same whatever the batches were."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from truceline.feeds.rows import Said, settled, stacked
from truceline.feeds.settings import Feed
from truceline.observations import LOOKS, OBSERVATIONS, SET_ASIDE, Readings, empty, new_table
from truceline.sources.firms_passes import infer_passes, read_cloud

AHEAD = timedelta(days=1)  # clocks differ; a time further ahead than this has not come yet
MOST_ASIDE = 2_000  # rows set aside that are kept to be looked at; the others are counted
_ORDER = ["file", "line", "reason"]
Stamp = tuple[int, str]  # of an observation: its source's time stamp, its reference
_BEFORE: Stamp = (-(2**63) - 1, "")


class FeedState:
    """The observations, looks and rows set aside of one feed, as of the `now` it was told last.

    `changes` gives what is new since it was asked last, for the assessment to be kept up; `readings` gives everything.
    """

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self._stamps: dict[str, Stamp] = {}
        self._parts: list[pd.DataFrame] = []  # of the observations that stand, and of some that no longer do
        self._fresh: list[pd.DataFrame] = []  # added since `changes` was asked last
        self._early = empty(OBSERVATIONS)  # whose time has not come yet
        self._aside = empty(SET_ASIDE)
        self._put_aside = 0
        self.last_observed: datetime | None = None  # when what was observed last ended
        self._looks = empty(LOOKS)
        self._pixels = pd.DataFrame()
        self._told: set[str] = set()  # looks that `changes` gave
        self._cloud = read_cloud(feed.options.get("cloud"), feed.options.get("cloud_column"))

    @property
    def taken(self) -> int:
        """How many observations stand."""
        return len(self._stamps)

    @property
    def set_aside(self) -> int:
        """How many rows, and messages without any, are set aside."""
        return self._put_aside + len(self._early)

    def add(self, said: Said, *, now: datetime | None = None) -> None:
        """Add what messages say that were not added before.

        What lies more than a day ahead of `now` waits, and is set aside until its time has come; None: nothing waits.
        """
        self._put_aside += len(said.set_aside)
        aside = stacked([self._aside, said.set_aside], SET_ASIDE)
        self._aside = aside.sort_values(_ORDER, ignore_index=True).head(MOST_ASIDE)
        self._looks = _once(stacked([self._looks, said.looks], LOOKS))
        if len(said.pixels):
            pixels = [table for table in (self._pixels, said.pixels) if len(table)]
            self._pixels = pd.concat(pixels, ignore_index=True).drop_duplicates(ignore_index=True)
        due, self._early = _parted(stacked([self._early, said.observations], OBSERVATIONS), now)
        self._stand(settled(due))

    def readings(self) -> Readings:
        """Return everything the feed says."""
        table = settled(stacked(self._parts, OBSERVATIONS))
        self._parts = [table] if len(table) else []
        aside = stacked([self._aside, _not_yet(self._early, self.feed)], SET_ASIDE)
        return _readings(table, self._all_looks(), aside.sort_values(_ORDER, ignore_index=True))

    def changes(self) -> Readings:
        """Return the observations and looks that are new or different since this was asked last."""
        fresh, self._fresh = settled(stacked(self._fresh, OBSERVATIONS)), []
        looks = self._all_looks()
        names = looks["look_id"] + "|" + looks["time_end"].astype(str) + "|" + looks["detections"].astype(str)
        new = ~names.isin(self._told).to_numpy(bool)
        self._told = set(names)
        return _readings(fresh, looks[new].reset_index(drop=True), empty(SET_ASIDE))

    def _stand(self, rows: pd.DataFrame) -> None:
        """Let rows stand that are new, or stamped later than those of their name that stand."""
        names, stamps = rows["observation_id"].tolist(), _stamps(rows)
        newer = [stamp > self._stamps.get(name, _BEFORE) for name, stamp in zip(names, stamps, strict=True)]
        if any(newer):
            part = rows[newer].reset_index(drop=True)
            kept = zip(names, stamps, newer, strict=True)
            self._stamps.update((name, stamp) for name, stamp, new in kept if new)
            self._fresh.append(part)
            self._parts.append(part)
            while len(self._parts) > 1 and len(self._parts[-1]) >= len(self._parts[-2]):
                self._parts[-2:] = [stacked(self._parts[-2:], OBSERVATIONS)]  # few tables, each row moved seldom
            ends = part["time_end"].max().to_pydatetime()
            self.last_observed = max(self.last_observed or ends, ends)

    def _all_looks(self) -> pd.DataFrame:
        passes = infer_passes([self._pixels], source=self.feed.source, cloud=self._cloud)
        return _once(stacked([self._looks, passes], LOOKS))


def _stamps(table: pd.DataFrame) -> list[Stamp]:
    # NaT, for a source that does not stamp, is the least of all integers
    return list(zip(table["reported_at"].astype("int64").tolist(), table["ref"].tolist(), strict=True))


def _once(looks: pd.DataFrame) -> pd.DataFrame:
    """Return each look once, whatever order they came in."""
    if not len(looks):
        return looks
    order = looks.sort_values(["time_start", "look_id", "time_end", "detections", "basis"], ignore_index=True)
    return order.drop_duplicates("look_id", keep="last", ignore_index=True)


def _parted(table: pd.DataFrame, now: datetime | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (rows whose time has come, the others)."""
    if now is None:
        return table, table.head(0)
    early = (table["time_start"] > pd.Timestamp(now + AHEAD)).to_numpy(bool)
    if not early.any():
        return table, table.head(0)
    return table[~early].reset_index(drop=True), table[early].reset_index(drop=True)


def _not_yet(early: pd.DataFrame, feed: Feed) -> pd.DataFrame:
    if not len(early):
        return empty(SET_ASIDE)
    place = early["ref"].str.rpartition(":")
    reason = "its time, " + early["time_start"].dt.strftime("%Y-%m-%dT%H:%M:%SZ") + ", has not come yet."
    told = {"file": place[0], "line": place[2], "reason": reason, "todo": "Set the sender's clock right."}
    columns = {"source": feed.source, **told}
    return new_table(SET_ASIDE, columns, length=len(early))


def _readings(observations: pd.DataFrame, looks: pd.DataFrame, set_aside: pd.DataFrame) -> Readings:
    return Readings(observations=observations, looks=looks, set_aside=set_aside, recognised={}, digests={})
