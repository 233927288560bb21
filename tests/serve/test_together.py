"""Those who wait together are served in one pass, each with their own answer."""

import threading
from concurrent.futures import CancelledError, wait

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.serve.together import Together


class Slow:
    """Serves when told to, and remembers who came in which pass."""

    def __init__(self, answer=lambda one: one):
        self.passes, self.begun, self.go, self.answer = [], threading.Event(), threading.Event(), answer

    def __call__(self, asked):
        self.passes.append(list(asked))
        self.begun.set()
        assert self.go.wait(10)
        return [self.answer(one) for one in asked]


@given(st.lists(st.integers(), max_size=60))
def test_each_gets_the_answer_to_what_they_asked(asked):
    served = Together(lambda some: [2 * one for one in some], name="t")
    assert [future.result(10) for future in map(served.ask, asked)] == [2 * one for one in asked]


def test_all_who_come_during_a_pass_are_served_in_the_next_in_their_order():
    slow = Slow()
    served = Together(slow, name="t")
    first = served.ask("a")
    assert slow.begun.wait(10)
    later = [served.ask(one) for one in "bcdef"]
    slow.go.set()
    wait([first, *later], 10)
    assert slow.passes == [["a"], list("bcdef")]


def test_whoever_went_away_is_not_served_and_the_others_are():
    slow = Slow()
    served = Together(slow, name="t")
    first = served.ask("a")
    assert slow.begun.wait(10)
    gone, stayed = served.ask("gone"), served.ask("stayed")
    assert gone.cancel()
    slow.go.set()
    assert (first.result(10), stayed.result(10)) == ("a", "stayed")
    assert slow.passes == [["a"], ["stayed"]]
    with pytest.raises(CancelledError):
        gone.result(0)


def test_whoever_goes_away_while_they_are_served_harms_nobody():
    slow = Slow()
    served = Together(slow, name="t")
    first = served.ask("a")
    assert slow.begun.wait(10)
    assert not first.cancel()
    slow.go.set()
    assert first.result(10) == "a"
    assert served.ask("b").result(10) == "b"


def test_an_error_is_told_to_the_one_it_is_about():
    served = Together(lambda some: [ValueError(one) if one == "bad" else one for one in some], name="t")
    good, bad = served.ask("good"), served.ask("bad")
    assert good.result(10) == "good"
    with pytest.raises(ValueError, match="bad"):
        bad.result(10)


@pytest.mark.parametrize("serve", [lambda some: 1 / 0, lambda some: []])
def test_a_pass_that_fails_is_told_to_all_and_the_next_goes_on(serve):
    works = {"now": serve}
    served = Together(lambda some: works["now"](some), name="t")
    for future in [served.ask(n) for n in range(3)]:
        with pytest.raises((ZeroDivisionError, ValueError)):
            future.result(10)
    works["now"] = list
    assert served.ask("again").result(10) == "again"
