"""force.yaml and scenario files to records. Opening files is the caller's business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from truceline.agreement import load_yaml
from truceline.agreement.plain import Reader, read_record
from truceline.errors import AgreementError, PlanError
from truceline.plan.force.checks import check_force, check_scenario
from truceline.plan.force.contributors import Force
from truceline.plan.force.scenario import Scenario


def parse_force(text: str, *, where: str) -> Force:
    """Return the force that YAML text states; `where` names the file in messages.

    Raises
    ------
    PlanError
        For text that cannot be read, unknown keys, numbers that are missing, negative or out of order, a
        contributor given twice, a vote with no date, conditions that go round in a circle, and an empty force;
        it says the file, line and key, and what to do. Nothing is guessed.
    """
    force: Force = _as_plan_error(lambda: _force(text, where))
    return force


def parse_scenario(text: str, force: Force, *, where: str) -> Scenario:
    """Return the plan scenario that YAML text states, checked against the force it is for.

    Raises PlanError as `parse_force` does, also for a horizon that is no whole number of months from 1 to 600.
    """
    scenario: Scenario = _as_plan_error(lambda: _scenario(text, force, where))
    return scenario


def _force(text: str, where: str) -> Force:
    value, lines = load_yaml(text, where=where)
    reader = Reader(file=where, lines=lines)
    force: Force = read_record(Force, value, reader)
    check_force(force, reader)
    return force


def _scenario(text: str, force: Force, where: str) -> Scenario:
    value, lines = load_yaml(text, where=where)
    reader = Reader(file=where, lines=lines)
    scenario: Scenario = read_record(Scenario, value, reader)
    check_scenario(scenario, force, reader)
    return scenario


def _as_plan_error(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except AgreementError as error:  # the shared reader's own error: a plan is no agreement
        raise PlanError(error.what, where=error.where, todo=error.todo) from None
