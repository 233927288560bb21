"""The backstop as a ladder of five items, not a switch; any single item can be had alone too."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from truceline.errors import PlanError, UnknownNameError
from truceline.plan.force.contributors import Item

ITEMS: tuple[Item, ...] = get_args(Item)
CALLED: dict[str, str] = {
    "logistics_airlift": "logistics and airlift",
    "intelligence": "intelligence",
    "air_missile_defence": "air and missile defence from neighbours",
    "air_power": "air power on call",
    "guarantee": "explicit guarantee",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backstop:
    """Which items the backstop has. Rung n of the ladder has the first n."""

    items: frozenset[Item] = frozenset()

    @property
    def level(self) -> int:
        """The highest rung that is whole: items above a missing one do not count."""
        return next((n for n, item in enumerate(ITEMS) if item not in self.items), len(ITEMS))

    @property
    def called(self) -> str:
        """Return the items in words."""
        return ", ".join(CALLED[item] for item in ITEMS if item in self.items) or "none"


def rung(level: int) -> Backstop:
    """Return a rung of the ladder, 0 (none) to 5 (explicit guarantee). Raises PlanError for any other."""
    if not 0 <= level <= len(ITEMS) or level != int(level):
        raise PlanError(f"there is no backstop level {level}.", todo=f"Levels run from 0 to {len(ITEMS)}.")
    return Backstop(items=frozenset(ITEMS[: int(level)]))


def only(*names: str) -> Backstop:
    """Return a backstop of single items. Raises UnknownNameError for a name that is none."""
    known = {item: item for item in ITEMS}
    for name in names:
        if name not in known:
            raise UnknownNameError("backstop item", name, ITEMS)
    return Backstop(items=frozenset(known[name] for name in names))  # type: ignore[index]


def rungs() -> tuple[Backstop, ...]:
    """Return the whole ladder, from none upwards."""
    return tuple(rung(level) for level in range(len(ITEMS) + 1))


def all_subsets() -> Iterator[Backstop]:
    """Yield every set of items: 32 of them, none first."""
    for size in range(len(ITEMS) + 1):
        for chosen in itertools.combinations(ITEMS, size):
            yield Backstop(items=frozenset(chosen))
