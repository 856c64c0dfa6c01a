"""A run under other weights: entrants, leavers and new ranks, worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.results import at_points
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.other_weights import reweight
from siteprior.ranking.scoring import rank, score

NAMES = ["a", "b", "c", "d"]


def ranked(weights, *, walks, deciles, eligible, shortlist):
    """Return a run of sites on a line, ranked by weights: 400 m scores 1 and 960 m 0; percentile 0 scores 1."""
    count = len(walks)
    sites = at_points(
        *((400_000 + 100 * place, 290_000) for place in range(count)),
        corridor_walk_m=walks, imd_percentile=deciles, eligible=eligible, site_name=[f"Site {n}" for n in range(count)],
    )  # fmt: skip
    sites["rank_p05"], sites["rank_p95"] = 1, 2
    run = SimpleNamespace(sites=sites, weights=weights, criteria_known=CRITERIA)
    scored = score(run, weights)
    sites = sites.drop(columns=["score", "coverage"]).join(scored).assign(rank=rank(scored["score"], sites["eligible"]))
    run.sites = sites.sort_values("rank", kind="stable")
    run.shortlist = run.sites.head(shortlist)
    return run


@pytest.fixture
def run():
    """Four sites: the nearer the stop the less deprived; the last did not pass the gates."""
    return ranked(
        {"corridor_access": 1.0}, walks=[400.0, 500.0, 600.0, 300.0], deciles=[90.0, 50.0, 10.0, 1.0],
        eligible=["yes", "yes", "yes", "no"], shortlist=2,
    )  # fmt: skip


def test_the_criterion_that_turns_the_order_turns_the_shortlist(run):
    need = next(name for name, each in CRITERIA.items() if each.needs == ("imd_percentile",))
    new = reweight(run, {"corridor_access": 0, need: 4})
    ids = list(run.sites.index)
    assert new.weights == {"corridor_access": 0.0, need: 1.0}
    assert new.changes.index.tolist() == [ids[2], ids[1], ids[0]]
    assert new.changes["change"].tolist() == ["enters", "same", "leaves"]
    assert new.changes["rank_before"].tolist() == [3, 2, 1]
    assert new.changes["rank_after"].tolist() == [1, 2, 3]
    assert new.shortlist.index.tolist() == [ids[2], ids[1]]
    assert new.sites.index.tolist() == [ids[2], ids[1], ids[0], ids[3]]
    assert new.sites["rank"].isna().tolist() == [False, False, False, True]


def test_scores_are_those_of_score_and_what_is_not_redrawn_is_blank(run):
    new = reweight(run, {"corridor_access": 7})
    assert new.changes["change"].tolist() == ["same"] * 3
    pd.testing.assert_series_equal(new.changes["score_after"], new.changes["score_before"], check_names=False)
    assert new.sites[["rank_p05", "rank_p95"]].isna().all(axis=None)
    assert [name for name in new.sites if name.startswith("c_")] == ["c_corridor_access"]
    assert new.sites.crs == run.sites.crs
    assert new.sites["score_band"].notna().tolist() == [True, True, True, False]
    assert "score_band" not in run.sites.columns or run.sites["score_band"].isna().all()  # the run is as it was


def test_a_longer_shortlist_takes_more_in(run):
    assert reweight(run, {"corridor_access": 1}, shortlist=3).changes["change"].tolist() == ["same"] * 3
    assert len(reweight(run, {"corridor_access": 1}, shortlist=3).shortlist) == 3
    assert reweight(run, {"corridor_access": 1}, shortlist=0).shortlist.empty


@pytest.mark.parametrize("shortlist", [-1, 2.5, True, "10"])
def test_a_shortlist_of_no_number_is_refused(run, shortlist):
    with pytest.raises(InputError, match="shortlist: needs a whole number"):
        reweight(run, {"corridor_access": 1}, shortlist=shortlist)


def test_an_unknown_criterion_is_refused_with_the_nearest(run):
    with pytest.raises(InputError, match="did you mean 'corridor_access'"):
        reweight(run, {"corridor_acces": 1})


def test_no_site_that_passed_gives_no_change():
    none = ranked({"corridor_access": 1.0}, walks=[400.0], deciles=[5.0], eligible=["no"], shortlist=2)
    new = reweight(none, {"corridor_access": 2})
    assert new.changes.empty
    assert new.shortlist.empty
    assert len(new.sites) == 1


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 1200), st.integers(1, 99), st.booleans()), min_size=1, max_size=8),
    st.integers(0, 5), st.integers(0, 8),
)  # fmt: skip
def test_as_many_enter_as_leave_and_the_ranks_are_those_of_a_new_run(sites, weight, places):
    walks, deciles, passed = zip(*sites, strict=True)
    need = next(name for name, each in CRITERIA.items() if each.needs == ("imd_percentile",))
    facts = {
        "walks": [float(walk) for walk in walks], "deciles": [float(decile) for decile in deciles],
        "eligible": ["yes" if each else "no" for each in passed], "shortlist": places,
    }  # fmt: skip
    weights = {"corridor_access": 1.0, need: float(weight)}
    new = reweight(ranked({"corridor_access": 1.0}, **facts), weights, shortlist=places)
    again = ranked(weights, **facts)
    assert new.sites["rank"].sort_index().tolist() == again.sites["rank"].sort_index().tolist()
    counts = new.changes["change"].value_counts()
    assert counts.get("enters", 0) == counts.get("leaves", 0)
    assert schema.SITES.index == new.sites.index.name
