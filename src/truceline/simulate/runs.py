"""Many runs of one scenario, on this machine's processes or on a cluster, with the same numbers whoever runs them.

Run i draws from `default_rng([seed, i])` and from nothing else. A worker that dies costs only the runs it was at: they
are given to another. What is finished is handed to `keep` at once, so that a stopped job goes on where it was.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from truceline.errors import RequestError
from truceline.simulate.exercise import play
from truceline.simulate.judged import judge_readings
from truceline.simulate.scores import score
from truceline.simulate.stage import Stage

Row = dict[str, float]
Task = Callable[[Any, int, int], Row]  # (what all share, seed, run) -> its figures

MOST_RUNS = 1_000_000
MOST_TRIES = 3  # a run at which so many workers died is not tried again
AHEAD = 4  # runs handed out ahead of each worker
CONNECT_S = 5


def one_run(stage: Stage, seed: int, run: int) -> Row:
    """Return the figures of one run, and `n_...` how many cases each rests on; `said_...` is the share come true."""
    rng = np.random.default_rng([seed, run])
    exercise = play(stage, rng=rng)
    scores = score(exercise, judge_readings(exercise.readings(), stage), rng=rng, draws=0)
    table = scores.figures
    row = {str(name): float(value) for name, value in zip(table["name"], table["value"], strict=True)}
    row |= {f"n_{name}": float(n) for name, n in zip(table["name"], table["n"], strict=True)}
    for word, observed, n in scores.calibration.words[["word", "observed", "n"]].itertuples(index=False):
        row |= {f"said_{word}": float(observed), f"n_said_{word}": float(n)}
    return row | {"violations": float(len(exercise.truth)), "sightings": float(len(exercise.rows))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Which runs are wanted, by whom, and what is done already."""

    number: int
    seed: int = 1
    workers: int = 2
    cluster: str = ""  # address of a Dask scheduler, tcp://host:port; "" uses processes here
    done: Mapping[int, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= self.number <= MOST_RUNS:
            raise RequestError(f"{self.number} runs were asked for.", todo=f"Ask for 1 to {MOST_RUNS:,}.")
        if self.workers < 1:
            raise RequestError(f"{self.workers} workers were asked for.", todo="Ask for 1 or more.")

    @property
    def left(self) -> list[int]:
        """Return the runs still to do."""
        return [run for run in range(self.number) if run not in self.done]


def run_many(
    shared: Any,
    runs: Runs,
    *,
    task: Task = one_run,
    keep: Callable[[int, Row], None] = lambda run, row: None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> pd.DataFrame:
    """Return one row of figures per run, indexed by run, in order.

    `keep` is handed each run as it finishes; `tell` how many are done of how many.

    Raises
    ------
    RequestError
        When the cluster does not answer, or one run kills every worker it is given to.
    """
    rows = {run: row for run, row in runs.done.items() if run < runs.number}
    tell(len(rows), runs.number)
    by = _on_cluster(shared, runs, task) if runs.cluster else _on_pool(shared, runs, task)
    for run, row in by:
        rows[run] = row
        keep(run, row)
        tell(len(rows), runs.number)
    return pd.DataFrame([rows[run] for run in sorted(rows)], index=pd.Index(sorted(rows), name="run"))


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Return name, value, low, high, error, runs: the mean over runs, their 5th and 95th percentile, error of the mean.

    A share that rests on few cases in one run weighs by its cases: the mean is that of all cases together.
    """
    rows = []
    for name in [column for column in table if not column.startswith("n_")]:
        values = table[name].replace([np.inf, -np.inf], np.nan)
        weight = table.get(f"n_{name}", pd.Series(1.0, index=table.index)).where(values.notna(), 0.0)
        if weight.sum() == 0:
            weight = values.notna().astype(float)
        known = values.notna() & (weight > 0)
        mean = float(np.average(values[known], weights=weight[known])) if known.any() else float("nan")
        low, high = values[known].quantile([0.05, 0.95]) if known.any() else (np.nan, np.nan)
        error = float(values[known].std(ddof=1) / np.sqrt(known.sum())) if known.sum() > 1 else float("nan")
        rows.append((name, mean, float(low), float(high), error, int(known.sum())))
    return pd.DataFrame(rows, columns=["name", "value", "low", "high", "error", "runs"])


_shared: Any = None  # of a worker process: what all runs share, sent once


def _receive(shared: Any) -> None:
    global _shared
    _shared = shared


def _do(task: Task, seed: int, run: int) -> Row:
    return task(_shared, seed, run)


def _on_pool(shared: Any, runs: Runs, task: Task) -> Iterator[tuple[int, Row]]:
    """Yield runs as processes finish them; a pool whose worker died is replaced."""
    tries = dict.fromkeys(runs.left, 0)
    while tries:
        alone = any(tries.values())  # after a death one at a time, so that the run to blame is known
        size = 1 if alone else min(runs.workers, len(tries))
        context = _context()
        with ProcessPoolExecutor(size, mp_context=context, initializer=_receive, initargs=(shared,)) as pool:
            yield from _drain(pool, runs, task, tries, ahead=1 if alone else AHEAD * size)


def _context() -> multiprocessing.context.BaseContext:
    """Return how workers are begun: from a server that has the code loaded, else afresh; never as a copy of this one.

    A copy of a process with running threads may hang.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["truceline.simulate.runs"])
    return context


def _drain(
    pool: ProcessPoolExecutor, runs: Runs, task: Task, tries: dict[int, int], *, ahead: int
) -> Iterator[tuple[int, Row]]:
    """Yield what a pool finishes and take it off `tries`; return when all is done or a worker died."""
    waiting = sorted(tries, key=lambda run: (-tries[run], run))
    flying: dict[Future[Row], int] = {}
    try:
        while waiting or flying:
            while waiting and len(flying) < ahead:
                run = waiting.pop(0)
                flying[pool.submit(_do, task, runs.seed, run)] = run
            finished, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in sorted(finished, key=lambda one: flying[one]):
                row = future.result()
                run = flying.pop(future)
                suspect = tries.pop(run)
                yield run, row
                if suspect and not any(tries.values()):
                    return  # nobody is under suspicion any more: back to all workers
    except BrokenProcessPool:
        for run in flying.values():
            tries[run] = tries.get(run, 0) + 1
            if tries[run] > MOST_TRIES:
                raise RequestError(
                    f"run {run} ended {tries[run]} workers: it cannot be done here.",
                    todo="Look for want of memory; what was finished is kept.",
                ) from None


def _on_cluster(shared: Any, runs: Runs, task: Task) -> Iterator[tuple[int, Row]]:
    """Yield runs as a Dask cluster finishes them; the scheduler gives a dead worker's runs to another."""
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise RequestError("a cluster needs the extra 'cluster'.", todo="pip install 'truceline[cluster]'.") from error
    try:
        client: Any = Client(runs.cluster, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise RequestError(
            f"no cluster answers at '{runs.cluster}'.", todo="Start 'dask scheduler' there, or leave --cluster out."
        ) from error
    with client:
        sent = client.scatter(shared, broadcast=True, hash=False)
        left = runs.left
        futures = [client.submit(task, sent, runs.seed, run, pure=False, retries=MOST_TRIES) for run in left]
        number = {future.key: run for future, run in zip(futures, left, strict=True)}
        with client.as_current():
            finished: Any = as_completed(futures)  # type: ignore[no-untyped-call]
        for future in finished:
            yield number[future.key], future.result()
            future.release()
