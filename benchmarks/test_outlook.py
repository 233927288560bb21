"""A million draws of the outlook at six levels of the backstop, and a tenth of it: linear."""

from __future__ import annotations

import numpy as np

from truceline.simulate import Setting, outlook


def test_a_million_draws_at_six_levels(benchmark):
    benchmark.pedantic(
        lambda: outlook(Setting(), draws=1_000_000, rng=np.random.default_rng(1)), rounds=2, warmup_rounds=1
    )


def test_a_tenth_of_it(benchmark):
    benchmark.pedantic(
        lambda: outlook(Setting(), draws=100_000, rng=np.random.default_rng(1)), rounds=3, warmup_rounds=1
    )
