"""Ranks that count opportunities, and what their members carry."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.ranking.opportunity_ranks import carried, is_ranked_as, rank_opportunities
from siteprior.ranking.scoring import order, rank


def test_ranks_count_opportunities_and_members_carry_them():
    sites = pd.DataFrame({"eligible": ["yes"] * 4 + ["no"], "ranked_as": ["b", "b", "c", "d", None]},
                         index=pd.Index(list("abcde"), name="site_id"))  # fmt: skip
    scored = pd.Series([0.9, 0.9, 0.4, 0.9, 0.99], index=sites.index)
    ranks = rank_opportunities(scored, sites)
    assert ranks.tolist() == [1, 1, 3, 1, pd.NA]
    assert is_ranked_as(sites).tolist() == [False, True, True, True, False]
    ordered = order(sites.assign(rank=ranks))
    assert ordered.index.tolist() == ["b", "a", "d", "c", "e"]  # members stand beneath what they are ranked as
    assert carried(pd.Series({"b": 7, "c": 8, "d": 9}, dtype="Int64"), sites).tolist() == [7, 7, 8, 9, pd.NA]


def test_of_a_run_before_opportunities_every_eligible_site_stands_for_itself():
    sites = pd.DataFrame({"eligible": ["yes", "no", "yes"]}, index=pd.Index(list("abc"), name="site_id"))
    scored = pd.Series([0.1, 0.9, 0.5], index=sites.index)
    assert rank_opportunities(scored, sites).equals(rank(scored, sites["eligible"]))


def test_scores_of_other_sites_are_refused():
    sites = pd.DataFrame({"eligible": ["yes"]}, index=["a"])
    with pytest.raises(InputError, match="sites: lacks row 'b'"):
        rank_opportunities(pd.Series([0.1, 0.2], index=["a", "b"]), sites)
    with pytest.raises(InputError, match="scores: needs a Series, got list"):
        rank_opportunities([0.1], sites)
