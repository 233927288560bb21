"""Small forces and scenarios the tests build on."""

from __future__ import annotations

from truceline.plan.force.parse import parse_force, parse_scenario

KINDS = """
id: sample
title: Sample
unit_types:
  - id: inf
    called: infantry battalion
    capability: land
    people: {mid: 750}
    tour_months: {mid: 6}
    interval_months: {mid: 24}
  - id: ad
    called: air-defence battery
    plural: air-defence batteries
    capability: air_defence
    people: {mid: 100}
    tour_months: {mid: 6}
    interval_months: {mid: 24}
  - id: log
    called: logistics battalion
    capability: logistics
    people: {mid: 500}
    tour_months: {mid: 6}
    interval_months: {mid: 24}
"""


def make_force(contributors: str, more: str = "", kinds: str = KINDS):
    return parse_force(kinds + "contributors:\n" + contributors + more, where="force.yaml")


def make_scenario(posts: str, force, more: str = ""):
    text = "id: s\ntitle: S\ndated: 2025-02-23\nstarts_on: 2025-03-01\nhorizon_months: 60\nposts:\n" + posts + more
    return parse_scenario(text, force, where="s.yaml")
