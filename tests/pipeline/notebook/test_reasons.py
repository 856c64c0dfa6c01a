"""Why a site stands where it does, and what changed, as the functions beneath say it."""

from __future__ import annotations

import pytest

import siteprior as sp
from siteprior.core.errors import InputError


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_the_first_is_explained_unless_another_is_named(run):
    first = sp.notebook.why(run).data
    assert len(first.split("\n- ")) == 1 + len(sp.explain(run, run.opportunities.index[0]).sentences)
    assert sp.notebook.why(run, run.opportunities.index[1]).data != first
    with pytest.raises(InputError, match="unknown site 'x'"):
        sp.notebook.why(run, "x")


def test_a_site_without_a_rank_has_its_gates(run):
    out = run.sites.index[run.sites["gate_reasons"].notna() & run.sites["rank"].isna()][0]
    assert "has no rank of its own" in sp.notebook.why(run, out).data


def test_who_enters_and_leaves_balances(run):
    table = sp.notebook.moved(sp.ranking.reweight(run, run.stated_weights | {"deprivation": 500})).data
    counts = table["change"].value_counts()
    assert counts["enters"] == counts["leaves"]
    with pytest.raises(InputError, match=r"needs what sp\.ranking\.reweight returns, got Run"):
        sp.notebook.moved(run)


def test_a_run_against_itself_has_no_change(run):
    assert "Nothing changed" in sp.notebook.changes(run.folder, run).data
    assert "nothing to compare" in sp.notebook.changes(None, run).data
