"""Incidents worked out again from other groups: what the watch makes of a world in which association gives them."""

from dataclasses import replace

import pandas as pd
from front import HEAT, ROWS, check_same, front, readings, whole
from hypothesis import given, settings
from hypothesis import strategies as st

# two rows of a source whose rows are events already never join: a setting of the association, and of nothing else. Heat
# is not among them: the rate of extra fires is learnt from fires as association has them, and it is not learnt again
# because somebody split one
APART = ("report", "patrol", "acoustic", "camera", "events")


def world(rows, apart=(), terms="alone", watched=True):
    brief = front(terms, watched=watched)
    return whole(replace(brief, settings=replace(brief.settings, event_sources=tuple(apart))), [readings(rows)])


def groups_of(assessment):
    return dict(zip(assessment.incidents["incident_id"], assessment.incidents["observations"], strict=True))


def regrouped(one, other):
    """Return an assessment with its incidents grouped as in another, and without those that are gone."""
    before, after = groups_of(one), groups_of(other)
    groups = {name: several for name, several in after.items() if before.get(name) != several}
    gone = frozenset(before) - frozenset(after)
    made = one.workbench.regroup(one, groups, gone=gone).over(one) if groups else one
    tables = {}
    for name in ("incidents", "findings", "attributions"):
        table = getattr(made, name)
        tables[name] = table[~table["incident_id"].isin(gone)]
    order = pd.Index(other.incidents["incident_id"])
    for name in ("incidents", "attributions"):
        tables[name] = tables[name].iloc[order.get_indexer(tables[name]["incident_id"]).argsort()]
    tables["findings"] = tables["findings"].sort_values(["incident_id", "clause", "interpretation", "party"])
    return replace(made, **{name: table.reset_index(drop=True) for name, table in tables.items()})


def check_alike(mine, other):
    """Fail unless two assessments are the same, but for sums over a day, which may be added up in another order."""
    pd.testing.assert_frame_equal(mine.status, other.status, rtol=1e-12, atol=1e-12)
    # the table of assumptions is not worked out again
    check_same(replace(mine, status=other.status, assumptions=other.assumptions), other)


@settings(deadline=None, max_examples=40)
@given(
    rows=ROWS,
    heat=st.one_of(st.just([]), HEAT),
    several=st.sets(st.sampled_from(APART)),
    others=st.sets(st.sampled_from(APART)),
    terms=st.sampled_from(["alone", "alone", "across", "alike"]),
    watched=st.booleans(),
)
def test_other_groups_come_to_what_the_watch_makes_of_a_world_that_associates_so(
    rows, heat, several, others, terms, watched
):
    one, other = (world([*rows, *heat], apart, terms, watched) for apart in (several, others))
    check_alike(regrouped(one, other), other)
