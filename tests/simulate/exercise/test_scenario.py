import pytest

from truceline.errors import AgreementError, RequestError, UnknownNameError
from truceline.simulate.truth_scenario import (
    Answers,
    Clutter,
    KindRule,
    Scenario,
    Stretch,
    Trouble,
    Voices,
    check_length,
    read_scenario,
)

GOOD = {"shelling": KindRule(per_day=1)}


def test_a_branching_ratio_of_one_is_refused_because_it_never_ends():
    with pytest.raises(RequestError, match=r"breeds 1 others .* never ends.*below 1"):
        Answers(own=0.6, other=0.4)


@pytest.mark.parametrize(
    "made",
    [
        lambda: Scenario(title="x", kinds={"shelling": KindRule(per_day=-1)}),
        lambda: Scenario(title="x", kinds=GOOD, deterrence=-0.1),
        lambda: Answers(own=-0.1),
        lambda: Answers(delay_h=0),
        lambda: Clutter(crop_per_day=-3),
        lambda: Voices(false_alarms_per_day={"report": -1}),
        lambda: Voices(late_share=1.5),
        lambda: Trouble(sensor="x", from_day=3, to_day=2, what="shot at"),
        lambda: Stretch(called="x", from_km=5, to_km=2, side="first", kind="strike", per_day=1),
        lambda: Scenario(title="x", kinds={"shelling": KindRule(per_day=1, by_hour=(1.0, 2.0))}),
        lambda: Scenario(title="x", kinds={}),
        lambda: Scenario(
            title="x",
            kinds=GOOD,
            stretches=(Stretch(called="x", from_km=0, to_km=2, side="first", kind="strike", per_day=1),),
        ),
        lambda: KindRule(per_day=1) and Scenario(title="x", kinds={"shelling": KindRule(per_day=float("inf"))}),
    ],
)
def test_rates_and_shares_that_cannot_be_are_refused(made):
    with pytest.raises(RequestError):
        made()


def test_an_unknown_kind_is_refused_with_its_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'shelling'"):
        Scenario(title="x", kinds={"sheling": KindRule(per_day=1)})


def test_false_alarms_by_an_unknown_sensor_are_refused_with_its_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'acoustic'"):
        Voices(false_alarms_per_day={"acustic": 1})


def test_an_unknown_key_names_its_line():
    with pytest.raises(AgreementError, match=r"line 2.*detterence.*Did you mean 'deterrence'"):
        read_scenario("title: x\ndetterence: 1\nkinds: {shelling: {per_day: 1}}\n", where="exercise.yaml")


def test_a_scenario_that_never_ends_is_refused():
    with pytest.raises(RequestError, match="lasts inf days"):
        check_length(float("inf"), 10)
    with pytest.raises(RequestError, match=r"expects 1e\+09"):
        check_length(30, 1e9)
