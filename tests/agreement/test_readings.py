from __future__ import annotations

from truceline.agreement import agreement_from, read_library
from truceline.agreement.readings import variants

DRAFT = {"id": "x", "title": "x", "status": "fictional", "parties": [{"id": "A"}, {"id": "B"}]}
QUESTION = {
    "id": "who",
    "readings": [{"id": "R1", "default": True}, {"id": "R2", "changes": {"*": {"by": ["A"]}}}],
}
CLAUSE = {"id": "c", "kind": "prohibit_act", "says": "x", "acts": ["fire"]}


def labels(draft):
    return [v.label for v in variants(agreement_from(draft, where="draft"))]


def test_a_clause_without_questions_is_read_once():
    assert labels(DRAFT | {"clauses": [CLAUSE]}) == [""]


def test_one_question_gives_its_own_ids():
    assert labels(DRAFT | {"clauses": [CLAUSE], "questions": [QUESTION]}) == ["R1", "R2"]


def test_with_several_questions_each_alternative_is_named_by_its_question():
    other = {
        "id": "when",
        "readings": [{"id": "impact"}, {"id": "launch", "changes": {"c": {"timed_by": "launch_time"}}}],
    }
    assert labels(DRAFT | {"clauses": [CLAUSE], "questions": [QUESTION, other]}) == [
        "R1+impact",
        "who.R2",
        "when.launch",
    ]
    assert labels(DRAFT | {"clauses": [CLAUSE], "questions": [QUESTION, QUESTION | {"id": "what"}]}) == [
        "R1",
        "who.R2",
        "what.R2",
    ]


def test_a_reading_changes_only_what_it_says_and_only_where_it_says():
    clause = CLAUSE | {"readings": [{"id": "R1"}, {"id": "R2", "changes": {"by": ["A"]}}]}
    made = variants(agreement_from(DRAFT | {"clauses": [clause, CLAUSE | {"id": "d"}]}, where="draft"))
    assert [(v.clause.clause_id, v.label, v.clause.by) for v in made] == [
        ("c", "R1", ()),
        ("c", "R2", ("A",)),
        ("d", "", ()),
    ]


def test_clauses_that_lean_on_each_other_are_read_alike():
    # July 2020: what b exempts is what f permits, under the same reading
    for variant in variants(read_library("tcg_measures_july_2020")):
        if variant.clause.clause_id == "b":
            permit = next(c for c in variant.agreement.clauses if c.clause_id == "f")
            assert permit.all_of[0].event == {"R1": "offensive_action", "R2": "hostile_act"}[variant.label]


def test_the_steps_of_a_ladder_are_read_as_duties():
    made = [v for v in variants(read_library("ukraine_designs_2025_26")) if v.clause.clause_id == "step-1"]
    assert [v.label for v in made] == ["event", "report", "certified"]
