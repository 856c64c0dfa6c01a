"""Capacity: the rule by hand, its profiles, and what stays missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior import schema
from siteprior.appraisal.homes import capacity, capacity_profiles, default_profile, net_share
from siteprior.errors import InputError, SitePriorError
from siteprior.presets import load_presets, preset_rows


def table(**columns):
    length = len(next(iter(columns.values())))
    index = pd.Index([f"E1:{n}" for n in range(length)], name="site_id")
    return schema.conform(pd.DataFrame(columns, index=index), schema.SITES)


def rule(profile, **columns):
    done = capacity(table(**columns), profile=profile)
    return done["rule_dwellings"].tolist(), done["rule_density_dph"].tolist()


def test_draft_nppf_by_hand():
    # 0.25 ha × 100% × 40 = 10; 1.2 ha × 87.5% × 40 = 42; 0.4 × 35 = 14 beyond 800 m; 801 m is beyond
    homes, density = rule("nppf-draft-2025", hectares=[0.25, 1.2, 0.4, 0.4], walk_m=[800.0, 10.0, 2500.0, 800.1])
    assert homes == [10, 42, 14, 14]
    assert density == [40, 40, 35, 35]


def test_friar_park_by_hand():
    # 26.4 ha (METHODS 2c): half of it net; 13.2 ha × 40 = 528; the scheme of 750 homes is denser than the rule
    homes, _ = rule("nppf-draft-2025", hectares=[26.4], walk_m=[700.0])
    assert homes == [528]


def test_the_untestable_classes_fall_to_the_lower_density():
    # however close the stop: without a timetable "well-connected" cannot be told, nor TP30's "well served"
    assert rule("nppf-draft-2025", hectares=[0.4], walk_m=[1.0], bus_walk_m=[1.0])[1] == [40]
    assert rule("birmingham-tp30", hectares=[0.4], walk_m=[1.0], bus_walk_m=[1.0])[1] == [40]
    assert rule("black-country", hectares=[0.4], walk_m=[1.0], bus_walk_m=[1.0])[1] == [40]
    listed = capacity_profiles().set_index(["profile", "access_class"])["test"]
    assert listed["nppf-draft-2025", "well-connected"].startswith("not applied: needs at least 4 trains")
    assert listed["black-country", "moderate"] == (
        "walk to an open rail or metro stop at most 800 m or walk to an open bus stop at most 400 m; from 10 homes"
    )


def test_black_country_binds_from_ten_homes():
    # 0.25 ha × 40 = 10 homes: bound; 0.24 ha × 40 = 9.6: not bound, so 0.24 × 35 = 8.4
    homes, density = rule("black-country", hectares=[0.25, 0.24, 0.25], bus_walk_m=[400.0, 400.0, 400.1])
    assert homes == [10, 8, 8]
    assert density == [40, 35, 35]


def test_published_densities():
    # Dudley DLP11 and Sandwell SHO3: 100, 45, 40; draft NPPF L3: 50, 40; TP30 (unverified): 100, 50, 40
    listed = capacity_profiles()
    given = listed[listed["access_class"] != "elsewhere"].groupby("profile", sort=False)["density_dph"].apply(list)
    assert given.to_dict() == {
        "nppf-draft-2025": [50, 40],
        "black-country": [100, 45, 40],
        "birmingham-tp30": [100, 50],
    }
    assert set(listed.loc[listed["profile"] == "birmingham-tp30", "confidence"]) == {"unverified"}
    assert default_profile() in set(listed["profile"])


def test_net_share_stays_within_the_bands_of_practice():
    # METHODS 2d: to 0.4 ha 100%, the middles of 0.4–2 ha and 2–10 ha, over 10 ha 50%
    share = net_share(pd.Series([0.01, 0.4, 1.2, 6.0, 10.0, 86.0, np.nan]))
    assert share.iloc[:6].tolist() == [1.0, 1.0, 0.875, 0.6875, 0.5, 0.5]
    assert np.isnan(share.iloc[6])
    assert load_presets("capacity")["net_share"].confidence == "unverified"


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.lists(st.floats(0.01, 90), min_size=20, max_size=60))
def test_a_larger_site_never_holds_fewer_homes(hectares):
    for profile in ("nppf-draft-2025", "black-country"):
        homes, _ = rule(profile, hectares=sorted(hectares), walk_m=[500.0] * len(hectares))
        assert homes == sorted(homes)


def test_binary_fractions_lose_no_home():
    # 0.29 × 100 is 28.999999999999996 in binary; 0.29 ha × 100% × 100 homes/ha are 29 homes (40: 11.6)
    assert 0.29 * 100 < 29
    homes, _ = rule("nppf-draft-2025", hectares=[0.35, 0.175], walk_m=[1.0, 1.0])
    assert homes == [14, 7]


def test_what_is_missing_stays_missing():
    done = capacity(table(hectares=[None, 0.0, 1.2], minimum_net_dwellings=[7, None, None]), profile="nppf-draft-2025")
    assert done["rule_dwellings"].isna().tolist() == [True, True, False]
    assert done["rule_density_dph"].isna().tolist() == [True, True, False]
    assert done["capacity_dwellings"].tolist() == [7, pd.NA, pd.NA]
    assert done["capacity_basis"].isna().tolist() == [False, True, True]
    # an unknown walk is no reason for the higher density
    assert done["rule_density_dph"].iloc[2] == 35


def test_the_rule_is_scored_for_all_or_none():
    sites = table(hectares=[0.4, None], minimum_net_dwellings=[300, 300], walk_m=[100.0, 100.0])
    by_rule = capacity(sites, profile="nppf-draft-2025", basis="rule")
    assert by_rule["capacity_dwellings"].tolist() == [16, pd.NA]
    assert by_rule["capacity_basis"].iloc[0] == "rule"
    by_register = capacity(sites, profile="nppf-draft-2025")
    assert by_register["capacity_dwellings"].tolist() == [300, 300]
    assert by_register["rule_dwellings"].equals(by_rule["rule_dwellings"])


def test_the_range_runs_over_the_figures_there_are():
    sites = table(
        hectares=[0.4, 0.4, 0.4, 0.4, None, 0.4, 0.4], walk_m=[900.0] * 7,  # by rule 0.4 ha × 35 = 14 homes
        minimum_net_dwellings=[10, 10, 20, 10, 10, None, 10], maximum_net_dwellings=[30, 10, None, None, None, 30, 4],
    )  # fmt: skip
    done = capacity(sites, profile="nppf-draft-2025")
    ranges = done[["capacity_low_dwellings", "capacity_high_dwellings"]].astype(object).fillna("").to_numpy().tolist()
    # both stated, or the same; one stated, so the rule's beside it; no rule; none scored; a most below the least
    assert ranges == [[10, 30], [10, 10], [14, 20], [10, 14], [10, 10], ["", ""], [10, 14]]
    by_rule = capacity(sites, profile="nppf-draft-2025", basis="rule")
    assert by_rule["capacity_dwellings"].dropna().tolist() == [14] * 6
    low, high = by_rule["capacity_low_dwellings"], by_rule["capacity_high_dwellings"]
    assert low.astype(object).fillna("").tolist() == [10, 10, 14, 10, "", 14, 10]
    assert high.astype(object).fillna("").tolist() == [30, 14, 20, 14, "", 14, 14]


def test_kinds_and_index():
    sites = table(hectares=[0.4, 0.5], minimum_net_dwellings=[3, 4]).iloc[::-1]
    done = capacity(sites, profile="black-country")
    assert done.index.equals(sites.index)
    declared = {c.name: schema.DTYPES[c.kind] for c in schema.SITE_APPRAISAL_COLUMNS}
    assert {name: str(kind) for name, kind in done.dtypes.items()} == {name: declared[name] for name in done}


def test_bad_calls():
    sites = table(hectares=[0.4])
    with pytest.raises(
        SitePriorError, match=r"unknown capacity profile 'nppf'; .*Valid: birmingham-tp30, black-country"
    ):
        capacity(sites, profile="nppf")
    with pytest.raises(SitePriorError, match="unknown capacity basis 'Register'; did you mean 'register'"):
        capacity(sites, profile="black-country", basis="Register")
    with pytest.raises(InputError, match="sites: lacks the columns bus_walk_m"):
        capacity(sites.drop(columns="bus_walk_m"), profile="black-country")
    with pytest.raises(InputError, match="needs the index 'site_id'"):
        capacity(sites.reset_index(drop=True), profile="black-country")


@pytest.mark.parametrize("file", ["capacity", "failure", "gates", "criteria", "weights", "ranking"])
def test_every_preset_is_sourced(file):
    rows = preset_rows(file)
    assert rows
    assert all(preset.unit and preset.source and preset.date for preset in rows)
