"""What is invented: how often each kind of violation happens, who begins, who answers, what else burns and who lies.

Every number is the exercise writer's choice, stated in exercise.yaml and printed with the exercise; none is a claim
about any real ceasefire.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from truceline.agreement import load_yaml
from truceline.agreement.plain import Reader, read_record
from truceline.errors import RequestError, UnknownNameError
from truceline.sensors.deployment_file import KIND_KEYS
from truceline.sensors.kinds import KINDS

Side = Literal["first", "second"]
SIDES: tuple[Side, Side] = ("first", "second")
MOST_DAYS = 3660.0
MOST_EVENTS = 3e6


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """How often one kind of violation begins unprovoked, by whom, when and how far from the line."""

    per_day: float  # both sides together, on 1,000 km of line, unwatched
    first_side_share: float = 0.5
    depth_km: float = 4.0  # mean distance from the line of where it is, exponential
    own_ground: bool = False  # it is on the ground of the side that does it: a gun that stands there, a trench
    answered: bool = True  # further violations follow from it
    by_hour: tuple[float, ...] = ()  # 24 relative rates by local hour; even when not said
    by_month: tuple[float, ...] = ()  # 12 relative rates, January first


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How violations breed: mean number of further ones by the same side (`own`) and by the other (`other`)."""

    own: float = 0.3
    other: float = 0.2
    delay_h: float = 2.0  # mean, exponential
    reach_km: float = 3.0  # one sigma along the line

    def __post_init__(self) -> None:
        _at_least(self.own, "answers.own")
        _at_least(self.other, "answers.other")
        _above(self.delay_h, "answers.delay_h")
        _at_least(self.reach_km, "answers.reach_km")
        if self.ratio >= 1:
            raise RequestError(
                f"each violation breeds {self.ratio:g} others (own {self.own:g}, other {self.other:g}): it never ends.",
                todo="The two together must stay below 1.",
            )

    @property
    def ratio(self) -> float:
        """Return the branching ratio: the largest eigenvalue of [[own, other], [other, own]]."""
        return self.own + self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch with a rate of its own: a spoiler, or, with `ramp`, a build-up from nought to the rate at its end."""

    called: str
    from_km: float
    to_km: float
    side: Side
    kind: str
    per_day: float  # on the whole stretch
    from_day: float = 0.0
    to_day: float = MOST_DAYS
    ramp: bool = False

    def __post_init__(self) -> None:
        _at_least(self.per_day, f"'{self.called}' per_day")
        if not 0 <= self.from_km < self.to_km:
            raise RequestError(
                f"'{self.called}' runs from km {self.from_km:g} to {self.to_km:g}.", todo="Rising, from 0."
            )
        if not 0 <= self.from_day < self.to_day:
            raise RequestError(f"'{self.called}' runs from day {self.from_day:g} to {self.to_day:g}.", todo="Rising.")
        if self.kind not in KINDS:
            raise UnknownNameError("kind of violation", self.kind, KINDS, where=f"'{self.called}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """From a day on, all rates times a factor."""

    day: float
    factor: float

    def __post_init__(self) -> None:
        _at_least(self.day, "breakdown.day")
        _at_least(self.factor, "breakdown.factor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clutter:
    """Fires that are no violation, within `out_to_km` of the line."""

    crop_per_day: float = 30.0  # on 1,000 km, in an average month
    crop_by_month: tuple[float, ...] = (0, 0.1, 1.5, 2, 0.6, 0.6, 2.5, 2.5, 1.2, 0.8, 0.2, 0)
    industry_sites: float = 8.0  # on 1,000 km; each burns day and night
    wildfires: float = 2.0  # on 1,000 km in 30 days; each burns for days over kilometres
    out_to_km: float = 60.0

    def __post_init__(self) -> None:
        for name in ("crop_per_day", "industry_sites", "wildfires"):
            _at_least(getattr(self, name), f"clutter.{name}")
        _relative(self.crop_by_month, 12, "clutter.crop_by_month")
        _above(self.out_to_km, "clutter.out_to_km")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """What people say that is not so, or not so plainly, and what the parties claim."""

    false_alarms_per_day: Mapping[str, float] = field(
        default_factory=lambda: {"report": 4.0, "camera": 0.5, "patrol": 0.2, "drone": 0.2}
    )  # on 1,000 km, by kind of sensor; arrays that are not named raise as many as they state of themselves
    fabricated_share: float = 0.3  # of false reports: several accounts that copy one origin
    doubled_share: float = 0.3  # of reports: copied by others, after the number of copies measured on news
    late_share: float = 0.1  # of reports: a day late, known by its date only
    wrong_side_share: float = 0.05  # of reports: they name the wrong party
    claimed_share: float = 0.9  # of the other side's fire a party claims
    claim_inflation: float = 1.6
    denial: float = 0.1  # of its own fire a party admits

    def __post_init__(self) -> None:
        for sensor, rate in self.false_alarms_per_day.items():
            if sensor not in KIND_KEYS:
                raise UnknownNameError("kind of sensor", sensor, KIND_KEYS, where="voices.false_alarms_per_day")
            _at_least(rate, f"voices.false_alarms_per_day.{sensor}")
        for name in ("fabricated_share", "doubled_share", "late_share", "wrong_side_share", "claimed_share", "denial"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise RequestError(f"voices.{name} is {value:g}.", todo="Give a share from 0 to 1.")
        _at_least(self.claim_inflation, "voices.claim_inflation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A sensor that fell out of the watch: shot at, stopped at a checkpoint, tampered with."""

    sensor: str
    from_day: float
    to_day: float
    what: Literal["shot at", "access denied", "tampered with"]

    def __post_init__(self) -> None:
        if not 0 <= self.from_day < self.to_day:
            raise RequestError(f"trouble of '{self.sensor}' runs from day {self.from_day:g} to {self.to_day:g}.")

    @property
    def known(self) -> bool:
        """Return whether the mission knows that the sensor saw nothing: tampering goes unnoticed."""
        return self.what != "tampered with"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One invented ceasefire."""

    title: str
    kinds: Mapping[str, KindRule]
    answers: Answers = field(default_factory=Answers)
    deterrence: float = 0.7  # rates fall as exp(-deterrence x chance of being seen)
    uneven: float = 0.6  # sigma of ln rate between stretches of 20 km
    stretches: tuple[Stretch, ...] = ()
    breakdown: Breakdown | None = None
    clutter: Clutter = field(default_factory=Clutter)
    voices: Voices = field(default_factory=Voices)
    troubles: tuple[Trouble, ...] = ()
    injects: tuple[str, ...] = ()  # texts handed out by the trainer, 'day: text'

    def __post_init__(self) -> None:
        if not self.kinds:
            raise RequestError("no kind of violation is named.", todo=f"Name some of: {', '.join(KINDS)}.")
        for name, rule in self.kinds.items():
            if name not in KINDS:
                raise UnknownNameError("kind of violation", name, KINDS)
            _at_least(rule.per_day, f"kinds.{name}.per_day")
            _above(rule.depth_km, f"kinds.{name}.depth_km")
            if not 0 <= rule.first_side_share <= 1:
                raise RequestError(f"kinds.{name}.first_side_share is {rule.first_side_share:g}.", todo="0 to 1.")
            _relative(rule.by_hour, 24, f"kinds.{name}.by_hour")
            _relative(rule.by_month, 12, f"kinds.{name}.by_month")
        for own in self.stretches:
            if own.kind not in self.kinds:
                raise RequestError(
                    f"'{own.called}' is of {own.kind}, which 'kinds' does not name.", todo="Name it there, with rate 0."
                )
        _at_least(self.deterrence, "deterrence")
        _at_least(self.uneven, "uneven")


def read_scenario(text: str, *, where: str) -> Scenario:
    """Return the scenario that an exercise.yaml states; unknown keys and wrong values raise with a hint."""
    value, lines = load_yaml(text, where=where)
    return read_record(Scenario, value, Reader(file=where, lines=lines))  # type: ignore[no-any-return]


def check_length(days: float, expected: float) -> None:
    """Raise RequestError for a scenario that never ends, or has more events than can be held."""
    if not 0 < days <= MOST_DAYS:
        raise RequestError(f"the exercise lasts {days:g} days.", todo=f"Give a period of up to {MOST_DAYS:.0f} days.")
    if expected > MOST_EVENTS:
        raise RequestError(
            f"the scenario expects {expected:.3g} violations.", todo=f"Lower the rates: at most {MOST_EVENTS:.0e}."
        )


def _at_least(value: float, name: str) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise RequestError(f"{name} is {value:g}.", todo="It must be 0 or more.")


def _above(value: float, name: str) -> None:
    if not (math.isfinite(value) and value > 0):
        raise RequestError(f"{name} is {value:g}.", todo="It must be above 0.")


def _relative(values: tuple[float, ...], number: int, name: str) -> None:
    if values and (len(values) != number or min(values) < 0 or sum(values) <= 0):
        raise RequestError(f"{name} holds {len(values)} numbers.", todo=f"Give {number}, none negative, not all 0.")
