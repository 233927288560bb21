"""What a page of the report is made of, before it becomes HTML or PDF: sections, tables and cells of plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its text, a tone for its colour ("" or a word such as 'violation'), and where it leads."""

    text: str
    tone: str = ""
    said: str = ""  # the same in words, where the text is a symbol
    incident: str = ""  # an incident the chart and the map can show
    link: str = ""  # only http and https


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A captioned table. `numeric` holds the columns set flush right; `left_out` counts the rows not shown."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = frozenset()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section: an anchor, a title, sentences, bullet points, a picture, then tables and, last, small print."""

    key: str
    title: str
    text: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    picture: str = ""  # an SVG made here, never somebody's file
    alt: str = ""  # the picture in words
    tables: tuple[Table, ...] = ()
    small: tuple[str, ...] = ()


def row(*cells: str | Cell) -> tuple[Cell, ...]:
    """Return the cells of one row; plain text becomes a cell."""
    return tuple(cell if isinstance(cell, Cell) else Cell(text=cell) for cell in cells)


def table(
    caption: str,
    head: Iterable[str],
    rows: Sequence[tuple[Cell, ...]],
    *,
    numeric: Iterable[int] = (),
    left_out: int = 0,
) -> tuple[Table, ...]:
    """Return a table as the one item of a tuple, or nothing when it has no rows: a section then says so in words."""
    if not rows:
        return ()
    made = Table(
        caption=caption, head=tuple(head), rows=tuple(rows), numeric=frozenset(numeric), left_out=max(0, left_out)
    )
    return (made,)


def web_link(url: str) -> str:
    """Return the address when it is a web address, else "": a link in a report must not be able to run anything."""
    return url if url.startswith(("https://", "http://")) else ""
