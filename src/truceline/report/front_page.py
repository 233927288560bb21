"""The page that leads to several reports in folders beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from truceline.report.page import Cell, Section, row, table
from truceline.report.paper import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One report: where its page lies, what it is called, and the sentence a reader should see before opening it."""

    page: str  # a path relative to the front page
    called: str
    says: str


def front_paper(doors: Sequence[Door], *, title: str, now: datetime) -> Paper:
    """Return the paper that leads to several reports."""
    rows = [row(Cell(text=door.called, link=door.page), door.says) for door in doors]
    section = Section(
        key="bottom-line",
        title="What is here",
        text=("Everything opens from disk, with no network.",),
        tables=table("Reports", ("report", "what it says first"), rows),
    )
    about = "Is it being observed, can watch and force be kept up, and will it last: each with its uncertainty."
    return Paper(kind="Truceline", title=title, about=about, sections=(section,), now=now)
