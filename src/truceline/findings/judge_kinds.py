"""The five kinds of rule: presence, caps, acts, duties and permissions."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from truceline.agreement.terms import Condition, Zone
from truceline.findings.judge_opposing import OPPOSING
from truceline.findings.judge_place import Ground, Place, in_unit, place
from truceline.findings.judge_rows import NO, OPEN, YES, Bools, Floats, Rows
from truceline.findings.judge_ruling import COMPLIANT, INDETERMINATE, NOT_APPLICABLE, VIOLATION, Ruling
from truceline.findings.judge_time import Clock
from truceline.uncertainty import probability_beyond

# a withdrawal rule's item complies beyond these; round any other zone it is simply outside
KEEP_AWAY = ("offset", "total_width", "moving", "route", "settlements")


def judge_kind(ruling: Ruling, rows: Rows, clock: Clock, ground: Ground, zone: Zone | str | None) -> None:
    """Settle every row still open by the rule of its kind."""
    kind = clock.clause.kind
    if not ruling.open.any():
        return
    if isinstance(zone, str):
        ruling.decide(ruling.open.copy(), INDETERMINATE, zone)
        return
    spot = place(ground, zone, clock.clause, clock.agreement) if zone else None
    if kind == "require_act":
        _duty(ruling, clock)
    elif kind == "permit_if":
        _permission(ruling, clock)
    elif kind == "cap":
        _cap(ruling, rows, clock, spot)
    else:
        _not_yet_due(ruling, clock)
        _forbidden(ruling, clock, ground, spot, zone)


def _not_yet_due(ruling: Ruling, clock: Clock) -> None:
    """Set aside what was not due yet; on the due instant itself it complies."""
    if not clock.clause.due:
        return
    first, last, _ = clock.due()
    unstarted = ruling.decide(np.isnan(first), NOT_APPLICABLE, "not_yet_due: its clock has not started", 0.0)
    early = ruling.decide(first > 0, NOT_APPLICABLE, "not_yet_due", 0.0)
    ruling.measure(early, first, "h")
    ruling.say(early, first, lambda h: f"not_yet_due: {h:g} h remain")
    exact = ruling.decide(
        ~unstarted & (first == 0) & (last == 0), COMPLIANT, "on the deadline itself, which still complies", 0.0
    )
    ruling.measure(exact, first, "h")
    ruling.decide(last > 0, INDETERMINATE, "whether it was due yet depends on an instant that is not known exactly")


def _forbidden(ruling: Ruling, clock: Clock, ground: Ground, spot: Place | None, zone: Zone | None) -> None:
    """Judge an act or a presence that is barred, everywhere or in a zone."""
    mine = ruling.open.copy()
    if spot is None or zone is None:
        _, margin = clock.window()
        ruling.decide(mine, VIOLATION, "the clause bars it, and it was in force", 1.0)
        ruling.measure(mine, margin, "h")
    else:
        _by_place(ruling, clock, ground, spot, zone)
    _lateness(ruling, clock, mine)


def _by_place(ruling: Ruling, clock: Clock, ground: Ground, spot: Place, zone: Zone) -> None:
    keep_away = (clock.clause.kind == "prohibit_presence" and zone.kind in KEEP_AWAY) or zone.kind == "moving"
    beyond = COMPLIANT if keep_away else NOT_APPLICABLE
    mine = ruling.open.copy()
    margin = in_unit(spot.outside, spot.unit)
    with np.errstate(invalid="ignore"):
        close = (np.abs(spot.outside) < spot.sigma_km) & np.isfinite(spot.outside) & (spot.inside != OPEN)
    excluded = (spot.inside == NO) & np.isnan(spot.outside)
    ruling.decide(excluded, NOT_APPLICABLE, "outside the zone, or in an area that is left out of it", 0.0)
    ruling.decide(spot.inside == OPEN, INDETERMINATE, spot.why_open, spot.probability)
    near = ruling.decide(close, INDETERMINATE, "", spot.probability)
    sigma = in_unit(spot.sigma_km, spot.unit)
    ruling.say(near, sigma, lambda s: f"the distance to the limit is smaller than its error of {s:g} {spot.unit}")
    bad = ruling.decide(spot.inside == YES, VIOLATION, "inside the zone", spot.probability)
    ruling.say(bad & np.isfinite(margin), -margin, lambda d: f"inside the limit by {d + 0.0:g} {spot.unit}")
    good = ruling.decide(spot.inside == NO, beyond, "outside the zone", spot.probability)
    ruling.say(good & np.isfinite(margin), margin, lambda d: f"beyond the limit by {d:g} {spot.unit}")
    ruling.measure(mine, margin, spot.unit)
    exact = np.isnan(spot.sigma_said_m) & (spot.sigma_km == 0) & np.isfinite(margin)
    ruling.add(mine & exact, "no location error is stated")
    if zone.of == OPPOSING:
        stated = np.isfinite(ground.distance_to(zone))
        ruling.add(mine & ~stated & np.isfinite(margin), "measured to the opposing pieces seen in this run")


def _lateness(ruling: Ruling, clock: Clock, mine: Bools) -> None:
    """Say how long after the deadline a breach was; where no distance measures it, that is its margin."""
    if not clock.clause.due:
        return
    _, last, _ = clock.due()
    late = mine & (ruling.verdict == VIOLATION) & (last < 0)
    unmeasured = late & ~np.isfinite(ruling.margin)
    ruling.measure(unmeasured, last, "h")
    ruling.say(late, -last, lambda h: f"; {h:g} h past the deadline", more=True)


def _cap(ruling: Ruling, rows: Rows, clock: Clock, spot: Place | None) -> None:
    """Judge a count in a zone against the most that may be there."""
    clause = clock.clause
    inside = np.full(rows.length, YES) if spot is None else spot.inside
    ruling.decide(inside == NO, NOT_APPLICABLE, "outside the zone", 0.0)
    if spot is not None:
        ruling.decide(inside == OPEN, INDETERMINATE, spot.why_open)
    count = rows.number("count")
    count = _together(rows, count, ruling.open) if clause.counted == "together" else count
    one = np.isnan(count) & (clause.at_most == 0)  # one sighting is one at least
    count = np.where(one, 1.0, count)
    margin = float(clause.at_most or 0.0) - count
    sigma = rows.number("count_sigma", missing=0.0)
    p = probability_beyond(-margin, sigma) * (1.0 if spot is None else np.nan_to_num(spot.probability, nan=1.0))
    mine = ruling.open.copy()
    ruling.decide(np.isnan(count), INDETERMINATE, "no count is given")
    unsure = np.abs(margin) < sigma
    if spot is not None:
        with np.errstate(invalid="ignore"):
            unsure |= (np.abs(spot.outside) < spot.sigma_km) & (margin < 0)
    ruling.decide(unsure, INDETERMINATE, "the count or the place is not known well enough", p)
    bad = ruling.decide(margin < 0, VIOLATION, "", p)
    ruling.say(bad, -margin, lambda n: f"{n:g} more than may be there")
    good = ruling.decide(margin >= 0, COMPLIANT, "", p)
    ruling.say(good, margin, lambda n: f"{n:g} fewer than the most that may be there")
    ruling.measure(mine, margin, "count")


def _together(rows: Rows, count: Floats, counted: Bools) -> Floats:
    """Return, for each row, the sum over the parties of what was counted at the same time in the same place."""
    table = pd.DataFrame({"time": rows.time_ns, "zone": rows.text("zone"), "party": rows.parties(), "count": count})
    table = table[counted]
    most = table.groupby(["time", "zone", "party"])["count"].max()
    total = most.groupby(level=["time", "zone"]).sum()
    summed = np.full(rows.length, np.nan)
    keys = pd.MultiIndex.from_frame(table[["time", "zone"]])
    summed[counted] = total.reindex(keys).to_numpy()
    return summed


def _duty(ruling: Ruling, clock: Clock) -> None:
    """Judge an act that was required: in time, late, or with no clock to judge it by."""
    if clock.clause.unless:
        ruling.decide(clock.ended(), NOT_APPLICABLE, "what called for it had ended", 0.0)
    if not clock.clause.due:
        ruling.decide(ruling.open.copy(), COMPLIANT, "done; the text sets no time", 0.0)
        return
    first, last, opens = clock.due()
    mine = ruling.open.copy()
    none = ruling.decide(np.isnan(first), NOT_APPLICABLE, "not_yet_due: its clock has not started", 0.0)
    begun = clock.started()
    early = ruling.decide(~begun, NOT_APPLICABLE, "done before its clock started", 0.0)
    ahead = ruling.decide(opens > 0, NOT_APPLICABLE, "not_yet_due", 0.0)
    ruling.say(ahead, opens, lambda h: f"not_yet_due: due in {h:g} h, and not before")
    good = ruling.decide(first >= 0, COMPLIANT, "", 0.0)
    ruling.say(good, first, lambda h: f"done {h:g} h before the deadline")
    bad = ruling.decide(last < 0, VIOLATION, "", 1.0)
    ruling.say(bad, -last, lambda h: f"done {h:g} h after the deadline")
    ruling.decide(ruling.open.copy(), INDETERMINATE, "the deadline is not known exactly")
    ruling.measure(mine & ~none & (good | early | ahead), first, "h")
    ruling.measure(bad, last, "h")


def _permission(ruling: Ruling, clock: Clock) -> None:
    """Judge an act that is allowed only when every condition holds."""
    clause = clock.clause
    for condition in clause.all_of:
        if condition.held is not None:
            _held(ruling, clock, condition, condition.held / timedelta(days=1))
            continue
        met = clock.met(condition)
        wanted = f"{condition.outcome} {condition.event}".strip().replace("_", " ")
        ruling.decide(met == NO, VIOLATION, f"a condition is not met: no {wanted} on record", 1.0)
        ruling.decide(met == OPEN, INDETERMINATE, f"whether {wanted} came first is open")
    if clause.due:
        first, last, _ = clock.due()
        mine = ruling.open.copy()
        ruling.decide(np.isnan(first), NOT_APPLICABLE, "its clock has not started", 0.0)
        lapsed = ruling.decide(last < 0, NOT_APPLICABLE, "the right had lapsed", 0.0)
        ruling.measure(mine, first, "h")
        ruling.say(lapsed, -last, lambda h: f"the right had lapsed {h:g} h before")
    loose = [c.event for c in clause.all_of if c.order == "unspecified"]
    said = "permitted: every condition is on record" if clause.all_of else "permitted"
    ruling.decide(
        ruling.open.copy(),
        COMPLIANT,
        said + (f"; the text does not say whether {loose[0]} comes before" if loose else ""),
        0.0,
    )


def _held(ruling: Ruling, clock: Clock, condition: Condition, days: float) -> None:
    """Judge a state that must have held, verified, on each of the days before."""
    met, margin = clock.held_days(condition)
    ruling.measure(ruling.open & (met != YES), margin, "d")
    broken = ruling.decide(met == NO, VIOLATION, "", 1.0)

    def restarted(held: float) -> str:
        return f"the count of {days:g} days restarted: {held:g} whole days held"

    ruling.say(broken, days + margin, restarted)
    ruling.decide(met == OPEN, INDETERMINATE, f"not every one of the {days:g} days is verified")
