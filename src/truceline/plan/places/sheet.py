"""CSV text to checked rows, with the line each came from. The plan's own tables: a fault is an error, never a guess."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass

from truceline.errors import PlanError, UnknownNameError, did_you_mean

Words = tuple[str, ...]
MARKS = ("checked", "secondary", "measured", "unchecked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a sheet, and where it stands; the readers below name that place in every error."""

    file: str
    line: int
    cells: Mapping[str, str]

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.file}, line {self.line}"

    def wrong(self, what: str, todo: str = "") -> PlanError:
        """Return the error that something is wrong with this row."""
        return PlanError(what, where=self.where, todo=todo)

    def text(self, column: str) -> str:
        """Return a cell that must not be empty."""
        value = self.cells[column]
        if not value:
            raise self.wrong(f"'{column}' is empty.", "Fill it in.")
        return value

    def choice(self, column: str, known: Words) -> str:
        """Return a cell that must hold one of a few words."""
        value = self.text(column)
        if value not in known:
            raise UnknownNameError(column.replace("_", " "), value, known, where=self.where)
        return value

    def number(self, column: str, *, low: float = 0.0, high: float = math.inf) -> float:
        """Return a cell that must hold a number from low to high."""
        text = self.text(column)
        try:
            value = float(text)
        except ValueError:
            raise self.wrong(f"{column} '{text}' is not a number.", "Write digits.") from None
        if not math.isfinite(value) or not low <= value <= high:
            bounds = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of {low:g} or more"
            raise self.wrong(f"{column} is {text}.", f"Give a number {bounds}.")
        return value

    def maybe(self, column: str) -> float:
        """Return a cell that holds a number of 0 or more, or nan where it is empty: not known is not zero."""
        return self.number(column) if self.cells[column] else math.nan

    def ranged(self, stem: str = "") -> tuple[float, float, float]:
        """Return low, mid and high, of which each may be empty, in that order of size."""
        low, mid, high = (self.maybe(f"{stem}{end}") for end in ("low", "mid", "high"))
        known = [value for value in (low, mid, high) if not math.isnan(value)]
        if known != sorted(known):
            raise self.wrong(
                f"low {low:g}, mid {mid:g} and high {high:g} are out of order.", "Write low <= mid <= high."
            )
        return low, mid, high


def read_rows(text: str, columns: Words, *, where: str, name: str = "") -> list[Row]:
    """Return the rows of CSV text with exactly these columns; `name` is the column that tells rows apart, if one does.

    Raises
    ------
    PlanError
        For a missing or unknown column, a row of another length, a name given twice, or no rows at all.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, columns, where)
        rows: list[Row] = []
        first = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_row(cells, header, where, first))
            first = reader.line_num + 1
    except csv.Error as error:
        raise PlanError(
            f"{error}.", where=f"{where}, line {reader.line_num}", todo="Write comma-separated text."
        ) from None
    if not rows:
        raise PlanError("it has no rows.", where=where, todo="Give at least one row.")
    seen: dict[str, int] = {}
    for row in rows if name else ():
        key = row.text(name)
        if key in seen:
            raise row.wrong(f"{name} '{key}' is given twice, first in line {seen[key]}.", "Keep one of them.")
        seen[key] = row.line
    return rows


def _check_header(header: list[str], columns: Words, where: str) -> None:
    for column in header:
        if column not in columns:
            raise UnknownNameError("column", column, columns, where=f"{where}, line 1")
    for column in columns:
        if column not in header:
            near = did_you_mean(column, header)
            todo = f"Is it '{near}'?" if near else f"The columns are {', '.join(columns)}."
            raise PlanError(f"the column '{column}' is missing.", where=f"{where}, line 1", todo=todo)
    if len(set(header)) < len(header):
        raise PlanError("a column is given twice.", where=f"{where}, line 1", todo="Keep one of them.")


def _row(cells: list[str], header: list[str], where: str, line: int) -> Row:
    if len(cells) != len(header):
        raise PlanError(
            f"it has {len(cells)} cells for {len(header)} columns.",
            where=f"{where}, line {line}",
            todo="Put text that holds a comma in quotes.",
        )
    return Row(file=where, line=line, cells=dict(zip(header, (cell.strip() for cell in cells), strict=True)))
