"""What changes with other costs and budgets."""

from __future__ import annotations

import pytest

import siteprior as sp
from siteprior.core.errors import InputError


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_the_same_costs_change_nothing(run):
    words = sp.notebook.build_costs(run, 0.0).data
    before, after = words.split("**")[1::2]
    assert before == after
    with pytest.raises(InputError, match=r"change: needs a share above -1, such as 0\.10, got -1"):
        sp.notebook.build_costs(run, -1)


def test_a_programme_of_ones_own_is_that_of_the_optimiser(run):
    limits = [sp.programme.DeprivedShare(0.5), sp.programme.AffordableShare()]
    own = sp.choose_programme(run, budget=10_000_000, constraints=limits)
    shown = sp.notebook.programme(run, budget_gbp=10_000_000, deprived_share=0.5)
    assert shown.caption.startswith(f"{len(own.chosen):,} opportunities for £{own.cost / 1e6:,.1f}m")
    with pytest.raises(InputError, match="run: needs a run"):
        sp.notebook.programme("x", budget_gbp=1, deprived_share=0.5)


def test_what_cannot_be_chosen_is_stated(run):
    assert sp.notebook.programme(run, budget_gbp=-1, deprived_share=0.5).data
