"""How results are shown: tables and progress for people, JSON for programs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show each step as it happens, on the error stream so that output stays clean."""
    if quiet:
        yield lambda step: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda step: bar.update(task, description=step)


@contextmanager
def download_bar(*, quiet: bool) -> Iterator[Callable[[int, int | None], None]]:
    """Show how much of a download has come."""
    if quiet:
        yield lambda done, total: None
        return
    with Progress(BarColumn(), DownloadColumn(), TimeElapsedColumn(), console=err, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def count_bar(what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show how many of a number of like things are done, and how long the rest may take."""
    if quiet:
        yield lambda done, total: None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def tell_set_aside(set_aside: Any, *, most: int = 5) -> None:
    """Say which rows could not be read, on the error stream, so that output stays clean."""
    for row in set_aside.head(most).itertuples():
        text = f"set aside: {row.file}, line {row.line:.0f}: {row.reason} {row.todo}"
        err.print(text, style="yellow", markup=False, soft_wrap=True)
    if len(set_aside) > most:
        err.print(f"... and {len(set_aside) - most} more; the report lists them.", style="yellow")


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def plain(value: Any) -> Any:
    """Return the value as JSON can hold it: nan and infinity become null."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item"):
        return plain(value.item())
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def print_table(table: pd.DataFrame) -> None:
    """Print a table whose last column may wrap."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in table.columns:
        last = name == table.columns[-1]
        shown.add_column(str(name), overflow="fold", no_wrap=not last, ratio=1 if last else None)
    for row in table.itertuples(index=False):
        shown.add_row(*[f"{v:.3g}" if isinstance(v, float) else str(v) for v in row])
    out.print(shown, markup=False)
