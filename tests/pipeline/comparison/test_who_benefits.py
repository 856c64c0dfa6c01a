from __future__ import annotations

import pandas as pd
import pytest

from factories.two_runs import later_run
from siteprior import who_benefits
from siteprior.core.errors import InputError


def test_sites_and_homes_are_those_of_the_lists_and_shares_sum_to_one(run):
    table = who_benefits(run, later_run(run, places=10))
    for _, part in table.groupby("by"):
        assert part["shortlist_sites_a"].sum() == 25
        assert part["shortlist_sites_b"].sum() == 10
        assert part["shortlist_homes_a"].sum() == run.shortlist["opportunity_dwellings"].sum()
        assert part["programme_homes_a"].sum() == run.programme["opportunity_dwellings"].sum()
        assert part["areas_a"].sum() == len(run.areas)
        shares = ["areas_share_a", "areas_share_b", "shortlist_homes_share_a", "programme_homes_share_b"]
        assert part[shares].sum().to_numpy() == pytest.approx(1)
    deciles = table[table["by"] == "deprivation decile"].set_index("group")
    assert deciles.index.tolist()[:2] == ["1", "2"]
    assert deciles.index.is_unique
    first = run.shortlist.index[run.sites.loc[run.shortlist.index, "imd_decile"] == 1]
    assert deciles.loc["1", "shortlist_sites_a"] == len(first)
    assert deciles.loc["1", "areas_a"] == (run.areas["imd_decile"] == 1).sum()


def test_residents_count_where_they_are_given(run):
    codes, deciles = run.areas["lsoa_code"], run.areas["imd_decile"]
    residents = pd.Series(1000.0, index=codes).where((deciles != 1).to_numpy(), 3000.0)
    share = who_benefits(run, population=residents).set_index("group").loc["1", "areas_share_a"]
    ones = (deciles == 1).sum()
    assert share == pytest.approx(3 * ones / (len(codes) + 2 * ones))


def test_an_area_without_residents_is_refused(run):
    with pytest.raises(InputError, match=r"population: lacks 1 of \d+ areas, such as E"):
        who_benefits(run, population=pd.Series(1.0, index=run.areas["lsoa_code"].iloc[1:]))


def test_a_site_without_homes_is_counted_as_such(run):
    site = run.shortlist.index[0]
    later = later_run(run)
    later.shortlist.loc[site, "opportunity_dwellings"] = None
    table = who_benefits(later)
    unknown = table[table["by"] == "council"]["shortlist_homes_unknown_a"].sum()
    assert unknown == later.shortlist["opportunity_dwellings"].isna().sum() > 0


def test_one_run_has_no_columns_of_another(run):
    assert not [name for name in who_benefits(run) if name.endswith("_b")]
