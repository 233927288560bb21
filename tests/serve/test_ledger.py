"""The ledger, on both databases: everybody's entry is written, together, or everybody hears that it was not."""

import threading
import time
from datetime import UTC, datetime

import pytest
from rooms import KEY

from truceline.errors import RecordError
from truceline.serve.ledger import Ledger
from truceline.serve.refusals import ConflictError
from truceline.store import Record, verify

NOW = datetime(2026, 4, 13, 6, tzinfo=UTC)


@pytest.fixture
def ledger(new_place):
    return Ledger(Record.open(new_place(), key=KEY), lambda: NOW)


def together(works):
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_entries_of_many_at_once_are_all_written_in_fewer_batches(ledger):
    together([lambda n=n: ledger.append("access", {"id": f"a{n}"}, id_column="id") for n in range(40)])
    assert set(ledger.record.entries("access")["id"]) == {f"a{n}" for n in range(40)}
    assert len(ledger.record.heads()) <= 40
    assert verify(ledger.record.where) == []


def test_of_many_new_entries_with_one_name_one_is_written(ledger):
    results = []

    def work(n):
        try:
            ledger.append("review", {"id": "same", "n": n}, id_column="id", new=True)
            results.append(n)
        except ConflictError:
            pass

    together([lambda n=n: work(n) for n in range(20)])
    assert len(results) == 1
    assert ledger.record.entries("review")["n"].tolist() == results


def test_a_refused_entry_does_not_take_others_down_with_it(ledger):
    ledger.append("review", {"id": "held"}, id_column="id", new=True)
    refused = []

    def again():
        try:
            ledger.append("review", {"id": "held", "n": 2}, id_column="id", new=True)
        except ConflictError as error:
            refused.append(error)

    together([again, *(lambda n=n: ledger.append("access", {"id": f"b{n}"}, id_column="id") for n in range(10))])
    assert len(refused) == 1
    assert len(ledger.record.entries("access")) == 10


def test_when_nothing_can_be_written_everybody_hears_of_it(ledger, monkeypatch):
    heard = []

    def gone(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(ledger.record, "batch", gone)

    def work():
        try:
            ledger.append("access", {"id": "x"}, id_column="id")
        except RecordError as error:
            heard.append(str(error))

    together([work] * 5)
    assert len(heard) == 5
    assert all("no space left" in text for text in heard)
    monkeypatch.undo()
    ledger.append("access", {"id": "x"}, id_column="id")
    assert len(ledger.record.entries("access")) == 1


def test_whoever_waited_for_a_batch_is_written_before_whoever_wrote_it_writes_again(ledger):
    for n in range(3):
        one = threading.Thread(target=lambda n=n: ledger.append("access", {"id": f"c{n}"}, id_column="id"))
        with ledger.batch() as batch:
            batch.append("look", [{"id": f"l{n}"}], id_column="id")
            one.start()
            while not ledger._waiting:
                time.sleep(0.001)
        assert ledger.record.entries("access")["id"].iloc[-1] == f"c{n}"
        one.join()
