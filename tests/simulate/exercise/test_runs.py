import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from truceline.errors import RequestError
from truceline.simulate.runs import Runs, one_run, run_many, summarise


def dice(shared, seed, run):
    """A run that is quick: mean of draws, offset by what all share."""
    return {"mean": float(np.random.default_rng([seed, run]).normal(shared, 1, 50).mean())}


def dies_once(shared, seed, run):
    """Kill the worker the first time run 3 is tried."""
    marker = Path(shared)
    if run == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"mean": float(np.random.default_rng([seed, run]).random())}


def always_dies(shared, seed, run):
    if run == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"mean": float(run)}


@pytest.fixture(scope="module")
def cluster():
    """A Dask scheduler and two workers on loopback."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0",
        silence_logs=50,
    ) as made:  # fmt: skip
        yield made.scheduler_address


def test_the_same_seeds_give_the_same_numbers_whatever_the_workers(cluster):
    alone = run_many(10.0, Runs(number=12, seed=5, workers=1), task=dice)
    pd.testing.assert_frame_equal(alone, run_many(10.0, Runs(number=12, seed=5, workers=2), task=dice))
    pd.testing.assert_frame_equal(alone, run_many(10.0, Runs(number=12, seed=5, cluster=cluster), task=dice))
    assert alone.index.tolist() == list(range(12))
    assert not alone.equals(run_many(10.0, Runs(number=12, seed=6, workers=1), task=dice))


def test_a_cluster_whose_worker_dies_finishes_with_the_same_numbers(tmp_path, cluster):
    shared = str(tmp_path / "killed")
    table = run_many(shared, Runs(number=8, cluster=cluster), task=dies_once)
    assert (tmp_path / "killed").exists()
    assert table["mean"].tolist() == [float(np.random.default_rng([1, i]).random()) for i in range(8)]


def test_a_run_does_not_depend_on_how_many_are_asked_for():
    few, more = (run_many(0.0, Runs(number=n, seed=5, workers=1), task=dice) for n in (3, 6))
    pd.testing.assert_frame_equal(few, more.iloc[:3])


def test_a_killed_worker_costs_nothing_but_time(tmp_path):
    told = []
    shared = str(tmp_path / "killed")
    table = run_many(shared, Runs(number=8, workers=2), task=dies_once, tell=lambda done, total: told.append(done))
    assert (tmp_path / "killed").exists()
    assert table["mean"].tolist() == [float(np.random.default_rng([1, i]).random()) for i in range(8)]
    assert told == list(range(9))


def test_a_run_that_kills_every_worker_is_named_and_what_was_finished_is_kept():
    kept = {}
    with pytest.raises(RequestError, match="run 2 ended"):
        run_many(None, Runs(number=4, workers=1), task=always_dies, keep=lambda run, row: kept.update({run: row}))
    assert set(kept) >= {0, 1}


def test_a_stopped_job_goes_on_where_it_was():
    asked = []

    def counting(run, row):
        asked.append(run)

    whole = run_many(0.0, Runs(number=6, seed=5, workers=1), task=dice)
    done = {i: dict(whole.loc[i]) for i in (0, 1, 4)}
    again = run_many(0.0, Runs(number=6, seed=5, workers=1, done=done), task=dice, keep=counting)
    pd.testing.assert_frame_equal(again, whole)
    assert asked == [2, 3, 5]


def test_a_cluster_that_is_not_there_is_said(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("truceline.simulate.runs.CONNECT_S", 1)
    with pytest.raises(RequestError, match=r"no cluster answers at 'tcp://127\.0\.0\.1:9'"):
        run_many(0.0, Runs(number=2, cluster="tcp://127.0.0.1:9"), task=dice)
    with pytest.raises(RequestError, match="no cluster answers"):
        run_many(0.0, Runs(number=2, cluster="nonsense://x"), task=dice)


@pytest.mark.parametrize("wrong", [{"number": 0}, {"number": 3, "workers": 0}])
def test_a_wrong_request_is_refused(wrong):
    with pytest.raises(RequestError, match="asked for"):
        Runs(**wrong)


def test_real_runs_are_the_same_in_another_process_and_on_a_cluster(stage, cluster):
    here = pd.DataFrame([one_run(stage, 3, i) for i in range(2)], index=pd.Index([0, 1], name="run"))
    pd.testing.assert_frame_equal(run_many(stage, Runs(number=2, seed=3, workers=1)), here)
    pd.testing.assert_frame_equal(run_many(stage, Runs(number=2, seed=3, cluster=cluster)), here)


def test_a_mean_over_runs_weighs_by_cases():
    table = pd.DataFrame({"recall": [0.5, 1.0, np.nan], "n_recall": [30.0, 10.0, 0.0], "violations": [3.0, 5.0, 7.0]})
    made = summarise(table).set_index("name")
    assert made.loc["recall", "value"] == pytest.approx(0.625)
    assert made.loc["recall", "runs"] == 2
    assert made.loc["violations", "value"] == 5
    assert made.loc["violations", "error"] == pytest.approx(2 / np.sqrt(3))
