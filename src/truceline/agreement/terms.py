"""The agreement as records: parties, lines, zones, clauses, clocks, and every way the text can be read.

Field names are the keys of an agreement file, so this file is also its reference; `docs/reference/agreement.md`
explains each with an example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from truceline.agreement.quantities import Distance, Moment

Tag = Literal["checked", "secondary", "unchecked"]  # in the source itself | in a report of it | from memory
ZoneKind = Literal[
    "offset",  # at least this far behind the own line: the item's duty, so beyond it complies
    "total_width",  # both sides together; half of it on each side
    "band",  # from-to, behind the own line
    "forward",  # ahead of the own line
    "side",  # one side of a line
    "between",  # between the two parties' lines
    "circle",  # round a point
    "polygon",  # a ring of longitude, latitude
    "settlements",  # this far round a populated place
    "moving",  # this far round a moving object
    "route",  # this far round a route
    "named",  # an area of a map that the sighting names
    "everywhere",
]
Status = Literal[
    "in_force", "in_force_in_part", "recurring", "historical", "disputed", "overtaken", "ended", "proposal", "fictional"
]
ClauseKind = Literal["prohibit_presence", "cap", "prohibit_act", "require_act", "permit_if"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a term was read, and how well that was checked."""

    ref: str
    tag: Tag = "unchecked"
    note: str = ""  # of translation or reprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One party; `called` is the name the agreement uses."""

    party_id: str = field(metadata={"key": "id"})
    called: str = ""
    forces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdParty:
    """A body that watches, receives, supports or guarantees, and is not bound as a party."""

    third_party_id: str = field(metadata={"key": "id"})
    called: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A line the text measures from, by name; geometry is bound later by the same id."""

    baseline_id: str = field(metadata={"key": "id"})
    called: str = ""
    as_of: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A range of numbers with each bound open (gt, lt) or closed (ge, le)."""

    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """What a clause is about. Every stated field must hold; a list of Items is any of them."""

    classes: tuple[str, ...] = ()  # words of vocabulary.ITEMS or the agreement's own
    systems: tuple[str, ...] = ()  # named systems
    calibre_mm: Bounds | None = None
    range_km: Bounds | None = None
    operator: Literal["", "party", "third"] = ""  # operated by a party itself, or by somebody else
    armed: Literal["", "yes", "no"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that must have happened, by the log of acts, for a clause to bind, permit or exempt."""

    event: str
    by: str = "anyone"  # anyone | other_party | same_party | all_parties | an id
    outcome: str = ""
    order: Literal["before", "unspecified"] = "before"
    within: timedelta | None = None  # no longer ago than this
    at_least: timedelta | None = None  # no less long ago: the lead time of a notice
    channel: str = ""  # the way it must take, for people to check
    refused_by: str = ""  # an event that undoes it when it follows; where none is named, silence is no answer
    covers: Literal["", "zone"] = ""  # the log row must name the clause's zone
    disputed: Literal["open", "accepted", "refused"] = "open"  # how a row whose outcome is 'disputed' counts
    held: timedelta | None = None  # the event must be on record for each whole day of this span
    reset_by: str = ""  # an act that sets the count of `held` back to nothing
    reset_within: Distance | None = None  # ... no farther than this outside the area
    unknown_when: str = ""  # an event that leaves `held` open (no access)
    otherwise: Literal["no", "open"] = "no"  # what its absence means


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When terms are in force: half-open, so the start is inside and the end is not."""

    start: Moment | None = field(metadata={"key": "from"}, default=None)
    end: Moment | None = field(metadata={"key": "to"}, default=None)
    lasts: timedelta | None = None
    counting: Literal["elapsed", "calendar_days"] = "elapsed"
    until: str = ""  # an end in words, such as full settlement
    needs: tuple[Condition, ...] = ()  # consent without which it does not begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a duty falls due: a span after an anchor. The due instant itself still complies."""

    anchor: str = ""  # a name in `instants`, 'effective', or an event of the log
    anchor_by: str = "anyone"
    within: timedelta | None = None
    at: timedelta | None = None  # at that instant and not before
    before: timedelta | None = None  # so long before the anchor
    daily_by: str = ""  # HH:MM local, every day
    sector: str = ""  # for this sector only


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Who or what a clause does not reach. Every stated field must hold."""

    operators: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    items: tuple[Items, ...] = ()
    permitted_by: str = ""  # a permit_if clause
    when: tuple[Condition, ...] = ()
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A stretch of time in which a clause does not bind a party (all parties when none is named)."""

    party: str = ""
    start: Moment | None = field(metadata={"key": "from"}, default=None)
    end: Moment | None = field(metadata={"key": "to"}, default=None)
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A right to consider oneself free: it needs a dated act, and frees only the party that declares it."""

    event: str
    after: str = ""  # what must have happened first, by the other party
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read the text: what it changes in the clauses it concerns."""

    reading_id: str = field(metadata={"key": "id"})
    says: str = ""
    author: str = ""
    default: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question the text leaves open, and its competing readings."""

    question_id: str = field(metadata={"key": "id"})
    about: str = ""
    on: tuple[str, ...] = ()  # clauses; empty means all
    kind: Literal["wording", "time", "force", "exception"] = "wording"
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A place in the agreement's own words. `edge` says whether the limit itself lies outside the zone."""

    zone_id: str = field(metadata={"key": "id"})
    kind: ZoneKind
    called: str = ""
    distance: Distance | None = None  # offset, half of total_width, or radius; missing means the text gives none
    start: Distance | None = field(metadata={"key": "from"}, default=None)
    end: Distance | None = field(metadata={"key": "to"}, default=None)
    of: str = ""  # the object a distance is measured to
    centre: tuple[float, ...] = ()  # longitude, latitude
    ring: tuple[tuple[float, ...], ...] = ()
    baseline: str = ""  # one line for every party
    side: Literal["", "positive", "negative"] = ""
    holder: str = ""
    below_m: float | None = None  # altitude limits
    above_m: float | None = None
    excluded: tuple[str, ...] = ()  # areas that do not count
    edge: Literal["outside", "inside", "undefined"] = "outside"
    as_a_rule: Distance | None = None  # a default size, not a floor
    tag: Tag = "checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One rule. `says` restates it in our own words; `called` is its number in the text."""

    clause_id: str = field(metadata={"key": "id"})
    kind: ClauseKind
    says: str
    called: str = ""
    source: str = ""
    tag: Tag = "checked"
    document: str = ""
    by: tuple[str, ...] = ()  # parties bound; empty: all. 'others' is anyone who is not a party
    obligated: str = ""  # who answers for it, when that is not the actor
    acts: tuple[str, ...] = ()
    items: tuple[Items, ...] = ()
    except_items: tuple[Items, ...] = ()
    yields_to: tuple[str, ...] = ()  # what these clauses name is theirs alone
    targets: tuple[str, ...] = ()  # classes of target
    purposes: tuple[str, ...] = ()  # only entries made for these
    zone: str = ""
    baseline_for: Mapping[str, str] = field(default_factory=dict)
    at_most: float | None = None  # for a cap
    counted: Literal["each", "together"] = "each"
    timed_by: Literal["time", "launch_time"] = "time"
    window: Window | None = None
    due: tuple[Due, ...] = ()
    needs: tuple[Condition, ...] = ()  # without which it does not bind yet
    unless: str = ""  # an event after the anchor that ends the duty
    all_of: tuple[Condition, ...] = ()  # for permit_if
    exempt: tuple[Exemption, ...] = ()
    suspended: tuple[Suspension, ...] = ()
    release: Release | None = None
    verifier: tuple[str, ...] = ()
    consequence: str = ""
    applies: bool = True
    note: str = ""
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung of the ladder of consequences."""

    step_id: str = field(metadata={"key": "id"})
    says: str = ""
    action: str = ""
    owner: str = ""
    start: str = ""  # the event that starts its clock
    within: timedelta | None = None
    at: timedelta | None = None
    stop: str = ""  # the event that ends it
    scope: str = ""  # which breaches share one clock
    against: tuple[str, ...] = ()  # whose breaches; empty: any party's
    certifier: str = ""
    tag: Tag = "checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One paper of several that make up the agreement, with its own force and lines."""

    document_id: str = field(metadata={"key": "id"})
    called: str = ""
    window: Window | None = None
    baseline_for: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusClaim:
    """Who says the agreement, or part of it, is in force, void, suspended or ended, and from when."""

    author: str
    says: str
    on: str = ""
    start: str = field(metadata={"key": "from"}, default="")
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A dated act on record: consent given, a confirmation, a declaration."""

    event: str
    time: Moment
    by: str = ""
    zone: str = ""
    until: Moment | None = None
    outcome: str = ""
    says: str = ""
    tag: Tag = "secondary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number in the text that no rule judges, such as the strength of a mission."""

    figure_id: str = field(metadata={"key": "id"})
    value: float
    unit: str = ""
    says: str = ""
    tag: Tag = "secondary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """An agreement's terms. The first party is the one on the positive side of the line."""

    agreement_id: str = field(metadata={"key": "id"})
    title: str
    status: Status
    time_zone: str = ""
    summary: str = ""
    sources: tuple[Source, ...] = ()
    parties: tuple[Party, ...]
    third_parties: tuple[ThirdParty, ...] = ()
    documents: tuple[Document, ...] = ()
    effective: Window | None = None
    instants: Mapping[str, Moment] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    baselines: tuple[Baseline, ...] = ()
    baseline_for: Mapping[str, str] = field(default_factory=dict)
    zones: tuple[Zone, ...] = ()
    clauses: tuple[Clause, ...] = ()
    questions: tuple[Question, ...] = ()
    verifier: tuple[str, ...] = ()  # of every rule that names none
    ladder: tuple[Step, ...] = ()
    status_claims: tuple[StatusClaim, ...] = ()
    records: tuple[Act, ...] = ()
    figures: tuple[Figure, ...] = ()
    unchecked: tuple[str, ...] = ()  # what still has to be compared with the text

    @property
    def interpretations(self) -> tuple[tuple[str, Reading], ...]:
        """Every competing reading with the question or clause it belongs to."""
        of_clauses = [(c.clause_id, r) for c in self.clauses for r in c.readings]
        return tuple([(q.question_id, r) for q in self.questions for r in q.readings] + of_clauses)

    @property
    def party_ids(self) -> tuple[str, ...]:
        """Ids of the parties; the first is on the positive side."""
        return tuple(party.party_id for party in self.parties)

    @property
    def duties(self) -> tuple[Clause, ...]:
        """Return the ladder's steps as duties to act, named 'step-<id>', so that they are judged like any other."""
        return tuple(
            Clause(
                clause_id=f"step-{step.step_id}",
                kind="require_act",
                says=step.says,
                tag=step.tag,
                by=(step.owner,) if step.owner else ("anyone",),
                acts=(step.action,),
                due=tuple(
                    Due(anchor=step.start, anchor_by=by, within=step.within, at=step.at)
                    for by in (step.against or ("anyone",))
                    if step.start and (step.within is not None or step.at is not None)
                ),
                unless=step.stop,
            )
            for step in self.ladder
        )
