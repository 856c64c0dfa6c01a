"""Even, steady draws: a stream of its own for every label, seed and thing drawn."""

from __future__ import annotations

import numpy as np
import pytest

from siteprior.core.errors import InputError
from siteprior.core.random_streams import LARGEST_SEED, check_seed, seed_keys, uniform


def test_the_generator_is_the_published_one():
    # the first numbers of SplitMix64 from the state 1234567, as its reference implementation prints them
    state = np.array([1234567], dtype=np.uint64)
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert [uniform(state, n)[0] for n in range(4)] == [(number >> 11) * 2.0**-53 for number in expected]


def test_draws_are_even_and_unrelated():
    keys = seed_keys(range(400), seed=7, of="capacity")
    drawn = np.array([uniform(keys, n) for n in range(400)])
    assert ((drawn >= 0) & (drawn < 1)).all()
    counts, _ = np.histogram(drawn, bins=20, range=(0, 1))
    assert np.abs(counts / 8000 - 1).max() < 0.05
    for pair in (drawn[:-1].ravel(), drawn[1:].ravel()), (drawn[:, :-1].ravel(), drawn[:, 1:].ravel()):
        assert abs(np.corrcoef(*pair)[0, 1]) < 0.01


def test_every_site_seed_and_criterion_has_a_stream_of_its_own():
    streams = np.concatenate([seed_keys(["a", "b"], seed=seed, of=of) for of in ("x", "y") for seed in (1, 2)])
    assert len(set(streams.tolist())) == 8


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, True, "1", None, float("nan"), pytest.param(10**5000, id="long")])
def test_a_seed_no_generator_takes_is_refused(seed):
    with pytest.raises(InputError, match=r"^seed: needs a whole number from 0 to 4294967295, not "):
        check_seed(seed)


@pytest.mark.parametrize("seed", [0, np.int64(7), LARGEST_SEED])
def test_any_other_seed_is_taken(seed):
    check_seed(seed)
    assert len(seed_keys(["a"], seed=int(seed), of="x")) == 1
