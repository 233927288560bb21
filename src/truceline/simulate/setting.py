"""What is assumed of one arrangement: how far each condition is met, as low, mid and high."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from truceline.agreement import load_yaml
from truceline.agreement.plain import Reader, read_record
from truceline.errors import RequestError
from truceline.simulate.evidence import Effect, Shape, check_range

Range = tuple[float, ...]

# condition -> (range when nothing is said, what 0 and 1 mean)
CONDITIONS: dict[str, tuple[Range, str]] = {
    "presence": ((0.1, 0.4, 0.8), "0 no force, 1 a peacekeeping presence as in past missions"),
    "detection": ((0.1, 0.3, 0.7), "the chance that a serious violation is seen and reported"),
    "consequence": ((0.0, 0.3, 0.7), "0 breaches are only counted, 1 every breach has an agreed answer with a clock"),
    "consent": ((0.2, 0.6, 0.9), "consent of the less willing party: 0 refused, 1 full"),
    "credibility": ((0.2, 0.6, 0.9), "how far the backstop is believed by those it is meant to deter"),
}
FORCES = "force_left_thousands", "host_force_thousands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One arrangement. Conditions lie in 0-1; forces are in thousands."""

    presence: Range = CONDITIONS["presence"][0]
    detection: Range = CONDITIONS["detection"][0]
    consequence: Range = CONDITIONS["consequence"][0]
    consent: Range = CONDITIONS["consent"][0]
    credibility: Range = CONDITIONS["credibility"][0]
    force_left_thousands: Range = (500.0, 600.0, 700.0)
    host_force_thousands: Range = (600.0, 750.0, 850.0)
    effects: Mapping[str, Effect] = field(default_factory=dict)  # the user's own in place of the bundled ones
    shape: Mapping[str, Shape] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in CONDITIONS:
            values = getattr(self, name)
            check_range(values, f"'{name}'", above=-1e-12)
            if values[2] > 1:
                raise RequestError(f"'{name}' is {list(values)}.", todo="Give numbers from 0 to 1.")
        for name in FORCES:
            check_range(getattr(self, name), f"'{name}'", above=0.0)


def read_setting(text: str, *, where: str) -> Setting:
    """Return the setting that a mission's outlook.yaml states; unknown keys and wrong values raise with a hint."""
    value, lines = load_yaml(text, where=where)
    return read_record(Setting, value, Reader(file=where, lines=lines))  # type: ignore[no-any-return]
