"""The OSCE SMM's own sentences: a region's counts, and single lines such as '46 projectiles flying W to E'."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from truceline.observations.counts import read_count
from truceline.observations.sectors import Sector, read_sector

# the mission's kinds of observation -> vocabulary.ACTS
KINDS: dict[str, str] = {
    "explosion": "explosion",
    "airburst": "explosion",
    "burst": "small_arms_fire",
    "shot": "small_arms_fire",
    "projectile": "fire",
    "tracer round": "fire",
    "muzzle flash": "fire",
    "illumination flare": "illumination_flare",
}
_KIND = re.compile("|".join(rf"{re.escape(kind)}(?:s|es)?\b" for kind in KINDS), re.IGNORECASE)
_FLIGHT = re.compile(r"(?:flying|in flight)\s+(?:from\s+)?([NSEW]{1,3})\s+to\s+([NSEW]{1,3})")
_REGION = re.compile(r"\b[Ii]n ([A-Z]\w+) region\b")
_COUNTED = re.compile(r"(?:recorded|registered|counted)\s+(no|[^.;]*?)\s*ceasefire violations?", re.IGNORECASE)
_OF_WHICH = re.compile(r"includ\w*\s+([^.;()]*?)\s*explosions?", re.IGNORECASE)
_PREVIOUS = re.compile(r"previous reporting period", re.IGNORECASE)
_COMPARED = re.compile(r"\(?\bcompared (?:with|to)\b", re.IGNORECASE)
_BY_KIND = re.compile(
    r"((?:at least|about|approximately|some|over|more than|nearly|≥|~)?\s*\d[\d,\u00a0\u202f]*)\s+(?:undetermined\s+)?"
    rf"({'|'.join(KINDS)})s?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """One line of a report: bounds of the count, kinds seen (in the order named), direction of flight, where."""

    count_min: float
    count_max: float
    kinds: tuple[str, ...]
    flight: str  # such as "W to E"
    sector: Sector | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """How many of one kind: the least and the most the words can mean."""

    kind: str
    count_min: float
    count_max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionCount:
    """A region's violations in a report period; nan where the sentence does not state the number."""

    region: str
    violations: float
    explosions: float
    previous: float
    kinds: tuple[KindCount, ...] = ()  # where a sentence counts by kind and states no total
    previous_kinds: tuple[KindCount, ...] = ()


def read_narrative(text: str) -> Narrative:
    """Return what one line counts; bounds are nan and kinds empty where it says neither.

    Examples
    --------
    >>> read_narrative("46 projectiles flying W to E, 2-5km E").flight
    'W to E'
    """
    flight = _FLIGHT.search(text)
    rest = text if flight is None else text[: flight.start()] + text[flight.end() :]
    # distances are no counts
    counted = re.sub(r"\d+(?:[.,]\d+)?(?:\s*[-–]\s*\d+(?:[.,]\d+)?)?\s*(?:km|mm|m)\b", " ", rest)
    low, high = read_count(counted)
    kinds = tuple(dict.fromkeys(_singular(found.group()) for found in _KIND.finditer(text)))
    return Narrative(
        count_min=low,
        count_max=high,
        kinds=kinds,
        flight=f"{flight[1]} to {flight[2]}" if flight else "",
        sector=read_sector(rest.split(",")[-1].strip()) or read_sector(rest),
        text=text,
    )


def _singular(word: str) -> str:
    plain = word.lower()
    return plain if plain in KINDS else next(kind for kind in KINDS if plain.startswith(kind))


def read_summary(text: str) -> tuple[RegionCount, ...]:
    """Return each region's counts from a report's summary, in its order.

    Reads sentences of the form "In <name> region, the SMM recorded <n> ceasefire violations, including <m>
    explosions. In the previous reporting period, it recorded <p> ceasefire violations in the region." and the older
    form "In <name> region the SMM recorded at least <n> explosions and about <m> projectiles, compared with <p>
    explosions in the previous reporting period." A region with "fewer" has no numbers.
    """
    starts = list(_REGION.finditer(text))
    out = []
    for i, start in enumerate(starts):
        part = text[start.end() : starts[i + 1].start() if i + 1 < len(starts) else len(text)]
        before = _COMPARED.search(part) or _PREVIOUS.search(part)
        now, then = (part[: before.start()], part[before.end() :]) if before else (part, "")
        explosions = _OF_WHICH.search(now)
        out.append(
            RegionCount(
                region=start[1].capitalize(),
                violations=_violations(now),
                explosions=read_count(explosions[1])[0] if explosions else math.nan,
                previous=_violations(then),
                kinds=_by_kind(now),
                previous_kinds=_by_kind(then),
            )
        )
    return tuple(out)


def _by_kind(part: str) -> tuple[KindCount, ...]:
    """Return the counts by kind; a part of a count, in brackets or after 'including', is not counted again."""
    plain = re.sub(r"\([^)]*\)|\bincluding\b[^,.;]*", " ", part)
    counted = ((_singular(found[2]), *read_count(found[1])) for found in _BY_KIND.finditer(plain))
    return tuple(KindCount(kind=kind, count_min=low, count_max=high) for kind, low, high in counted)


def _violations(sentence: str) -> float:
    found = _COUNTED.search(sentence)
    if found is None:
        return math.nan
    return 0.0 if found[1].lower() == "no" else read_count(found[1])[0]
