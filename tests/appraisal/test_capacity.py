"""Capacity: the rule by hand, its profiles, and what stays missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.appraisal.capacity import capacity_profiles, default_profile, homes_capacity, net_share
from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.parameters import load_parameters, parameter_rows


def table(**columns):
    length = len(next(iter(columns.values())))
    index = pd.Index([f"E1:{n}" for n in range(length)], name="site_id")
    return schema.conform(pd.DataFrame(columns, index=index), schema.SITES)


def rule(profile, **columns):
    done = homes_capacity(table(**columns), profile=profile)
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
    assert rule("black-country", hectares=[0.4], walk_m=[1.0], bus_walk_m=[1.0], access_band=["6b"])[1] == [40]
    listed = capacity_profiles().set_index(["profile", "access_class"])["test"]
    assert listed["nppf-draft-2025", "well-connected"] == "walk to a well-connected station at most 800 m"
    assert listed["black-country", "high"] == (
        "not applied: needs the plan's accessibility table, which is not available"
    )
    assert listed["black-country", "moderate"] == (
        "walk to an open rail or metro stop at most 800 m or walk to an open bus stop at most 400 m; from 10 homes"
    )
    assert listed["black-country-by-access-band", "centre"] == (
        "in a centre of the user's layer; access band 5, 6a, 6b; from 10 homes"
    )


def test_a_well_connected_station_is_found_from_timetables():
    # draft NPPF L3: 50 homes/ha round well-connected stations; 1.2 ha × 87.5% × 50 = 52.5; 801 m is beyond
    sites = table(
        hectares=[1.2] * 4, walk_m=[100.0] * 4, well_connected_walk_m=[800.0, 800.1, None, None],
        service_date=["2026-09-15", "2026-09-15", "2026-09-15", None],
    )  # fmt: skip
    done = homes_capacity(sites, profile="nppf-draft-2025")
    assert done["rule_dwellings"].tolist() == [52, 42, 42, 42]
    assert done["rule_class"].tolist() == ["well-connected", "station", "station", "station"]
    assert done["rule_class_reason"].tolist() == [
        "no class of the profile is denser",
        "not well-connected: its walk to a well-connected station is over 800 m",
        "not well-connected: no station is known to meet the test of well-connected",
        "not well-connected: cannot tell, no timetable is read",
    ]
    # without the columns nothing is known of them
    bare = sites.drop(columns=["well_connected_walk_m", "service_date", "access_band"])
    assert homes_capacity(bare, profile="nppf-draft-2025")["rule_dwellings"].tolist() == [42] * 4


def test_the_access_band_stands_in_only_where_the_profile_says_so():
    sites = table(hectares=[0.4, 0.4, 0.4, 0.4, 0.1], access_band=["5", "4", "3", None, "5"])
    inside = pd.Series("yes", index=sites.index)
    done = homes_capacity(sites, profile="black-country-by-access-band", centres=inside)
    # 0.4 ha × 100, 45, 40, 35; 0.1 ha × 100 = 10 homes, just bound
    assert done["rule_dwellings"].tolist() == [40, 18, 16, 14, 10]
    assert done["rule_class"].tolist() == ["centre", "high", "moderate", "elsewhere", "centre"]
    outside = homes_capacity(sites, profile="black-country-by-access-band", centres=inside.replace("yes", "no"))
    assert outside["rule_dwellings"].tolist() == [18, 18, 16, 14, 3]
    unknown = homes_capacity(sites, profile="black-country-by-access-band")
    assert unknown["rule_dwellings"].equals(outside["rule_dwellings"])
    assert outside["rule_class_reason"].iloc[4] == (
        "not centre: it lies in no centre; not high: fewer than 10 homes at its density; "
        "not moderate: fewer than 10 homes at its density"
    )
    assert unknown["rule_class_reason"].iloc[3] == (
        "not centre: cannot tell, no layer of centres says whether it lies in one; "
        "not high: cannot tell, its access band is not known; not moderate: cannot tell, its access band is not known"
    )
    listed = capacity_profiles()
    bands = listed[listed["profile"] == "black-country-by-access-band"]
    assert bands["title"].str.contains("a proposal, not the policy's test").all()


def test_a_city_centre_needs_the_users_layer():
    sites = table(hectares=[0.4, 0.4, 0.4])
    centres = pd.Series(["yes", "no", None], index=sites.index, dtype="str")
    assert homes_capacity(sites, profile="birmingham-tp30", centres=centres)["rule_dwellings"].tolist() == [40, 16, 16]
    with pytest.raises(InputError, match=r"centres: needs a column .* on the index of the sites"):
        homes_capacity(sites, profile="birmingham-tp30", centres=centres.iloc[::-1])
    with pytest.raises(InputError, match="centres: holds True; use yes, no, or missing"):
        homes_capacity(sites, profile="birmingham-tp30", centres=pd.Series([True] * 3, index=sites.index))


def test_a_policy_without_a_number_gives_none():
    done = homes_capacity(table(hectares=[0.4], minimum_net_dwellings=[9], walk_m=[1.0]), profile="nppf-2024")
    assert done[["rule_dwellings", "rule_density_dph", "rule_class"]].isna().all(axis=None)
    assert done["rule_class_reason"].iloc[0].startswith("no figure: the framework asks for minimum densities")
    assert done["capacity_dwellings"].tolist() == [9]
    assert done[["capacity_low_dwellings", "capacity_high_dwellings"]].to_numpy().tolist() == [[9, 9]]


def test_black_country_binds_from_ten_homes():
    # 0.25 ha × 40 = 10 homes: bound; 0.24 ha × 40 = 9.6: not bound, so 0.24 × 35 = 8.4
    homes, density = rule("black-country", hectares=[0.25, 0.24, 0.25], bus_walk_m=[400.0, 400.0, 400.1])
    assert homes == [10, 8, 8]
    assert density == [40, 35, 35]


def test_published_densities():
    # Dudley DLP11 and Sandwell SHO3: 100, 45, 40; draft NPPF L3: 50, 40; TP30 (unverified): 100, 50, 40
    listed = capacity_profiles()
    given = (
        listed[listed["density_dph"].notna() & (listed["access_class"] != "elsewhere")]
        .groupby("profile", sort=False)["density_dph"]
        .apply(list)
    )
    assert given.to_dict() == {
        "nppf-draft-2025": [50, 40],
        "black-country": [100, 45, 40],
        "black-country-by-access-band": [100, 45, 40],
        "birmingham-tp30": [100, 50],
    }
    assert set(listed.loc[listed["profile"] == "birmingham-tp30", "confidence"]) == {"unverified"}
    # the framework of December 2024 sets no number, and says so
    assert listed.loc[listed["profile"] == "nppf-2024", "density_dph"].isna().tolist() == [True]
    assert default_profile() in set(listed["profile"])


def test_net_share_stays_within_the_bands_of_practice():
    # METHODS 2d: to 0.4 ha 100%, the middles of 0.4–2 ha and 2–10 ha, over 10 ha 50%
    share = net_share(pd.Series([0.01, 0.4, 1.2, 6.0, 10.0, 86.0, np.nan]))
    assert share.iloc[:6].tolist() == [1.0, 1.0, 0.875, 0.6875, 0.5, 0.5]
    assert np.isnan(share.iloc[6])
    assert load_parameters("capacity")["net_share"].confidence == "unverified"


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.lists(st.floats(0.01, 90), min_size=20, max_size=60))
def test_a_larger_site_never_holds_fewer_homes(hectares):
    index = pd.RangeIndex(len(hectares), name="site_id")
    sites = pd.DataFrame({"hectares": sorted(hectares), "walk_m": 500.0, "bus_walk_m": 90.0}, index=index)
    sites = sites.assign(minimum_net_dwellings=None, access_band="5")
    centres = pd.Series("yes", index=index)
    for profile in ("nppf-draft-2025", "black-country", "black-country-by-access-band"):
        assert homes_capacity(sites, profile=profile, centres=centres)["rule_dwellings"].is_monotonic_increasing


def test_binary_fractions_lose_no_home():
    # 0.29 × 100 is 28.999999999999996 in binary; 0.29 ha × 100% × 100 homes/ha are 29 homes (40: 11.6)
    assert 0.29 * 100 < 29
    homes, _ = rule("nppf-draft-2025", hectares=[0.35, 0.175], walk_m=[1.0, 1.0])
    assert homes == [14, 7]


def test_what_is_missing_stays_missing():
    done = homes_capacity(
        table(hectares=[None, 0.0, 1.2], minimum_net_dwellings=[7, None, None]), profile="nppf-draft-2025"
    )
    assert done["rule_dwellings"].isna().tolist() == [True, True, False]
    assert done["rule_density_dph"].isna().tolist() == [True, True, False]
    assert done["rule_class_reason"].iloc[0] == "no figure: the hectares are not known"
    assert done["capacity_dwellings"].tolist() == [7, pd.NA, pd.NA]
    assert done["capacity_basis"].isna().tolist() == [False, True, True]
    # an unknown walk is no reason for the higher density
    assert done["rule_density_dph"].iloc[2] == 35


def test_the_rule_is_scored_for_all_or_none():
    sites = table(hectares=[0.4, None], minimum_net_dwellings=[300, 300], walk_m=[100.0, 100.0])
    by_rule = homes_capacity(sites, profile="nppf-draft-2025", basis="rule")
    assert by_rule["capacity_dwellings"].tolist() == [16, pd.NA]
    assert by_rule["capacity_basis"].iloc[0] == "rule"
    by_register = homes_capacity(sites, profile="nppf-draft-2025")
    assert by_register["capacity_dwellings"].tolist() == [300, 300]
    assert by_register["rule_dwellings"].equals(by_rule["rule_dwellings"])


def test_the_range_runs_over_the_figures_there_are():
    sites = table(
        hectares=[0.4, 0.4, 0.4, 0.4, None, 0.4, 0.4], walk_m=[900.0] * 7,  # by rule 0.4 ha × 35 = 14 homes
        minimum_net_dwellings=[10, 10, 20, 10, 10, None, 10], maximum_net_dwellings=[30, 10, None, None, None, 30, 4],
    )  # fmt: skip
    done = homes_capacity(sites, profile="nppf-draft-2025")
    ranges = done[["capacity_low_dwellings", "capacity_high_dwellings"]].astype(object).fillna("").to_numpy().tolist()
    # both stated, or the same; one stated, so the rule's beside it; no rule; none scored; a most below the least
    assert ranges == [[10, 30], [10, 10], [14, 20], [10, 14], [10, 10], ["", ""], [10, 14]]
    by_rule = homes_capacity(sites, profile="nppf-draft-2025", basis="rule")
    assert by_rule["capacity_dwellings"].dropna().tolist() == [14] * 6
    low, high = by_rule["capacity_low_dwellings"], by_rule["capacity_high_dwellings"]
    assert low.astype(object).fillna("").tolist() == [10, 10, 14, 10, "", 14, 10]
    assert high.astype(object).fillna("").tolist() == [30, 14, 20, 14, "", 14, 14]


def test_kinds_and_index():
    sites = table(hectares=[0.4, 0.5], minimum_net_dwellings=[3, 4]).iloc[::-1]
    done = homes_capacity(sites, profile="black-country")
    assert done.index.equals(sites.index)
    declared = {c.name: schema.DTYPES[c.kind] for c in schema.SITE_APPRAISAL_COLUMNS}
    assert {name: str(kind) for name, kind in done.dtypes.items()} == {name: declared[name] for name in done}


def test_bad_calls():
    sites = table(hectares=[0.4])
    with pytest.raises(
        SitePriorError, match=r"unknown capacity profile 'nppf'; .*Valid: birmingham-tp30, black-country"
    ):
        homes_capacity(sites, profile="nppf")
    with pytest.raises(SitePriorError, match="unknown capacity basis 'Register'; did you mean 'register'"):
        homes_capacity(sites, profile="black-country", basis="Register")
    with pytest.raises(InputError, match="sites: lacks the columns bus_walk_m"):
        homes_capacity(sites.drop(columns="bus_walk_m"), profile="black-country")
    with pytest.raises(InputError, match="needs the index 'site_id'"):
        homes_capacity(sites.reset_index(drop=True), profile="black-country")


@pytest.mark.parametrize(
    "file", ["capacity", "jobs", "deadweight", "failure", "gates", "criteria", "weights", "ranking"]
)
def test_every_parameter_is_sourced(file):
    rows = parameter_rows(file)
    assert rows
    assert all(preset.unit and preset.source and preset.date for preset in rows)
