"""Whom and what a clause is about: acts, items and parties, in three truth values (yes, open, no)."""

from __future__ import annotations

import numpy as np

from truceline.agreement.terms import Agreement, Bounds, Clause, Items
from truceline.findings.judge_rows import NO, OPEN, YES, Bools, Floats, Rows, party_of
from truceline.vocabulary import ACTS, ITEMS, is_kind_of, names_system

# an act is taken as said when its chance is at least this, and as not said below the complement (assumption)
SURE = 0.9


def act_chance(rows: Rows, acts: tuple[str, ...]) -> Floats:
    """Return the chance that each act is one of the clause's: 0 or 1 from a word, between from `p_acts`.

    A word broader than the clause's, and 'heat', may be it or not: nan.
    """
    return rows.known(("acts", acts), lambda whole: _act_chance(whole, acts))


def _act_chance(rows: Rows, acts: tuple[str, ...]) -> Floats:
    said: Floats = rows.each("act", lambda word: _is_one_of(word, acts)).astype(float)
    said[said == OPEN] = np.nan
    if "p_acts" not in rows.table:
        return said
    row, codes, chances, words = rows.spread_acts()
    counts = np.array([_is_one_of(word, acts) == YES for word in words] or [False])[codes]
    given = np.bincount(row, chances * counts, minlength=rows.length)
    return np.where(np.bincount(row, minlength=rows.length) > 0, np.clip(given, 0, 1), said)


def _is_one_of(word: str, acts: tuple[str, ...]) -> float:
    word = word or "presence"
    if any(is_kind_of(word, act, ACTS) for act in acts):
        return YES
    return OPEN if word == "heat" or any(is_kind_of(act, word, ACTS) for act in acts) else NO


def act_truth(chance: Floats) -> Floats:
    """Return yes, open or no from the chance that an act is the clause's."""
    return np.where(np.isnan(chance), OPEN, np.where(chance >= SURE, YES, np.where(chance <= 1 - SURE, NO, OPEN)))


def items_truth(rows: Rows, items: tuple[Items, ...]) -> Floats:
    """Return whether each row is any of several descriptions; no description means anything at all."""
    if not items:
        return np.full(rows.length, YES)
    return np.asarray(np.max([_item_truth(rows, described) for described in items], axis=0), float)


def _item_truth(rows: Rows, described: Items) -> Floats:
    return rows.known(described, lambda whole: _one(whole, described))


def _one(rows: Rows, described: Items) -> Floats:
    truth = np.full(rows.length, YES)
    if described.classes:
        truth = np.minimum(truth, rows.each_item(lambda word: _class_of(word, described.classes)))
    if described.systems:
        # a row that names no system is not one of the named ones
        named = rows.each("system", lambda w: YES if any(names_system(w, s) for s in described.systems) else NO)
        truth = np.minimum(truth, named.astype(float))
    for bounds, values in (
        (described.calibre_mm, rows.calibre_mm),
        (described.range_km, lambda: rows.number("range_km")),
    ):
        if bounds is not None:
            truth = np.minimum(truth, np.minimum(_bounds_truth(values(), bounds), _may_have_calibre(rows)))
    if described.operator:
        own = rows.each("operator", lambda w: YES if not w or w in rows.party_ids else NO).astype(float)
        truth = np.minimum(truth, own if described.operator == "party" else 1 - own)
    if described.armed:
        words = {described.armed: YES, "": OPEN}
        truth = np.minimum(truth, rows.each("armed", lambda w: words.get(w, NO)).astype(float))
    return truth


def _class_of(word: str, classes: tuple[str, ...]) -> float:
    if any(is_kind_of(word, c, ITEMS) for c in classes):
        return YES
    return OPEN if not word or any(is_kind_of(c, word, ITEMS) for c in classes) else NO


def _may_have_calibre(rows: Rows) -> Floats:
    """Return no for what has neither calibre nor range (people, drones), yes otherwise."""
    return rows.known("weapon", lambda whole: whole.each_item(_is_a_weapon))


def _is_a_weapon(word: str) -> float:
    known = word in ITEMS and word != "military"
    return float(not known or is_kind_of(word, "heavy_weapons", ITEMS) or "gun" in word or "missile" in word)


def _bounds_truth(values: Floats, bounds: Bounds) -> Floats:
    with np.errstate(invalid="ignore"):
        inside = np.ones(len(values), bool)
        if bounds.gt is not None:
            inside &= values > bounds.gt
        if bounds.ge is not None:
            inside &= values >= bounds.ge
        if bounds.lt is not None:
            inside &= values < bounds.lt
        if bounds.le is not None:
            inside &= values <= bounds.le
    return np.where(np.isnan(values), OPEN, inside.astype(float))


def clause_items_truth(rows: Rows, clause: Clause, agreement: Agreement) -> Floats:
    """Return whether each row is what the clause is about, less its exceptions and what other clauses name."""
    truth = items_truth(rows, clause.items)
    if clause.except_items:
        truth = np.minimum(truth, 1 - items_truth(rows, clause.except_items))
    for other in agreement.clauses:
        if other.clause_id in clause.yields_to and other.applies:
            truth = np.minimum(truth, 1 - items_truth(rows, other.items))
    return truth


def party_truth(rows: Rows, clause: Clause) -> Floats:
    """Return whether the clause binds each row's party; open where the party is not known and not all are bound."""
    bound = set(clause.by) or set(rows.party_ids)
    everybody = set(rows.party_ids) <= bound or "anyone" in bound

    def binds(party: str) -> float:
        if not party:
            return YES if everybody or clause.obligated or clause.kind == "require_act" else OPEN
        if party in bound or "anyone" in bound:
            return YES
        return YES if "others" in bound and party not in rows.party_ids else NO

    return np.asarray(rows.each("party", lambda word: binds(party_of(word))), float)


def zones_named(rows: Rows, zones: tuple[str, ...]) -> Bools:
    """Return whether each row says it lies in any of the areas named."""
    wanted = set(zones)
    return rows.each("zone", lambda w: bool(wanted & {part.strip() for part in w.split(";")}), kind=bool).astype(bool)
