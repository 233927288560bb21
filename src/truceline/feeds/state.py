"""What all messages of a feed say so far, kept up batch by batch: the same whatever the batches were."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from truceline.feeds.rows import Said, stacked
from truceline.feeds.settings import Feed
from truceline.observations import LOOKS, OBSERVATIONS, SET_ASIDE, Readings, empty, gather
from truceline.sources.firms_passes import infer_passes, read_cloud

AHEAD = timedelta(days=1)  # clocks differ; a time further ahead than this has not come yet
MOST_ASIDE = 10_000  # rows set aside that are told of; any more are counted


class FeedState:
    """What is known of one feed beside the assessment that takes what it says.

    `changes` gives what is new since it was asked last. All of it together, gathered, is what the messages say; which
    of two versions of an observation stands is decided there, by what they say.
    """

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.last_observed: datetime | None = None  # when what was observed last ended
        self.lost_looks = False  # whether a look that was given is known not to be one: rows before it came later
        self._ids: set[str] = set()
        self._fresh: list[Said] = []
        self._early = empty(OBSERVATIONS)  # whose time has not come yet
        self._put_aside = 0
        self._pixels = pd.DataFrame()
        self._looks = empty(LOOKS)  # inferred from the pixels, as given last
        self._cloud = read_cloud(feed.options.get("cloud"), feed.options.get("cloud_column"))

    @property
    def taken(self) -> int:
        """How many observations there are."""
        return len(self._ids)

    @property
    def set_aside(self) -> int:
        """How many rows, and messages without any, are set aside."""
        return self._put_aside + len(self._early)

    def add(self, said: Said, *, now: datetime | None = None) -> None:
        """Add what messages say that were not added before.

        What lies more than a day ahead of `now` waits, and is set aside until its time has come; None: nothing waits.
        """
        aside = said.set_aside.head(max(0, MOST_ASIDE - self._put_aside))
        self._put_aside += len(said.set_aside)
        if len(said.pixels):
            pixels = [table for table in (self._pixels, said.pixels) if len(table)]
            self._pixels = pd.concat(pixels, ignore_index=True).drop_duplicates(ignore_index=True)
        due, self._early = parted(stacked([self._early, said.observations], OBSERVATIONS), now)
        self._ids.update(due["observation_id"])
        if len(due):
            ends = due["time_end"].max().to_pydatetime()
            self.last_observed = max(self.last_observed or ends, ends)
        self._fresh.append(Said(observations=due, set_aside=aside, looks=said.looks, pixels=said.pixels))

    def has_due(self, now: datetime) -> bool:
        """Return whether the time of something has come that `ripen` did not see yet."""
        return bool((self._early["time_start"] <= pd.Timestamp(now + AHEAD)).any())

    def ripen(self, now: datetime) -> None:
        """Let what waited for its time be among the changes when that has come."""
        if self.has_due(now):
            self.add(Said(observations=empty(OBSERVATIONS), set_aside=empty(SET_ASIDE)), now=now)

    def changes(self) -> Readings:
        """Return what is new since this was asked last."""
        fresh, self._fresh = self._fresh, []
        looks = [said.looks for said in fresh]
        if any(len(said.pixels) for said in fresh):
            before = set(self._looks["look_id"])
            self._looks = infer_passes([self._pixels], source=self.feed.source, cloud=self._cloud)
            self.lost_looks |= not before <= set(self._looks["look_id"])
            looks.append(self._looks)
        told = Readings(
            observations=stacked([said.observations for said in fresh], OBSERVATIONS),
            looks=stacked(looks, LOOKS),
            set_aside=stacked([said.set_aside for said in fresh], SET_ASIDE),
            recognised={},
            digests={},
        )
        return gather([told])


def parted(table: pd.DataFrame, now: datetime | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (rows whose time has come, the others)."""
    if now is None:
        return table, table.head(0)
    early = (table["time_start"] > pd.Timestamp(now + AHEAD)).to_numpy(bool)
    if not early.any():
        return table, table.head(0)
    return table[~early].reset_index(drop=True), table[early].reset_index(drop=True)
