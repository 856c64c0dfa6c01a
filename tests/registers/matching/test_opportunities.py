"""Which sites are plots of one site: each reason by itself, what is only listed, and what the caller states."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import siteprior as sp
from factories.registers import register
from siteprior.core.errors import InputError
from siteprior.core.schema import OPPORTUNITY_LINKS, SITE_OPPORTUNITY_COLUMNS, check
from siteprior.registers.matching.opportunities import LINK_COLUMNS, _applications, find_opportunities

MILL = {"site_name": "Gas Works, Station Approach", "hectares": 0.5, "minimum_net_dwellings": 20}
OTHER = {"site_name": "Canal Wharf", "hectares": 0.4, "minimum_net_dwellings": 9}


def together(table, **options):
    """Return the opportunities as sets of the last letters of the site ids."""
    members = find_opportunities(table, **options).members
    return sorted(
        "".join(sorted(site[-1] for site in group)) for group in members.groupby("opportunity_id").groups.values()
    )


def reasons(table, **options):
    links = find_opportunities(table, **options).links
    return {(a[-1], b[-1]): (why, sure, one) for a, b, why, sure, one in
            links[["site_a", "site_b", "reasons", "confidence", "joined"]].values}  # fmt: skip


@pytest.mark.parametrize(
    ("one", "two", "why"),
    [
        ({"site_name": "Old Works, Plot 1, Mill Lane"}, {"site_name": "Old Works, Plot 2, Mill Lane"},
         "names of parts of one site"),
        ({"site_name": "Old Works, Mill Lane"}, {"site_name": "Old Works Phase 2, Mill Lane"},
         "names of parts of one site"),
        ({"site_name": "Old Works, Mill Lane"}, {"site_name": "Old Works, Mill Lane"}, "the same name"),
        ({"notes": "Permission 19/00123/FUL"}, {"planning_permission_history": "renews 2019/00123"},
         "one planning application"),
        ({"id": "E1:N594A"}, {"id": "E1:N594B"}, "references of two parts"),
    ],
)  # fmt: skip
def test_each_reason_joins_near_sites_and_no_far_ones(one, two, why):
    near = register({**MILL, **one}, {**OTHER, **two, "at": (200, 0)})
    assert [(link[1], link[2]) for link in reasons(near).values()] == [("likely", "yes")]
    assert [link[0] for link in reasons(near).values()] == [why]
    # discs of 0.5 and 0.4 ha have radii of 39.9 m and 35.7 m; the reach is 250 m between their edges
    far = register({**MILL, **one}, {**OTHER, **two, "at": (330, 0)})
    assert reasons(far) == {}
    assert len(find_opportunities(far).members["opportunity_id"].unique()) == 2


def test_what_was_part_of_one_site_is_joined_by_its_history():
    table = register(MILL, {**OTHER, "at": (100, 0)}, {**OTHER, "site_name": "Depot", "at": (0, 120)})
    a, b, c = table.index
    of_a_third = table.assign(previously_part_of=["E1:old; E1:older", "E1:old", None])
    assert together(of_a_third) == ["AB", "C"]
    one_of_the_other = table.assign(previously_part_of=[None, None, a])
    assert together(one_of_the_other) == ["AC", "B"]
    assert b in find_opportunities(one_of_the_other).members.index
    assert c in find_opportunities(one_of_the_other).members.index


def test_nearness_alone_joins_nothing():
    table = register(MILL, {**OTHER, "at": (1, 0)})
    assert together(table) == ["A", "B"]
    assert reasons(table) == {}


def test_a_possible_pair_is_listed_and_not_joined():
    table = register(
        {**MILL, "site_name": "Land at Station Approach Gas Works"},
        {**OTHER, "site_name": "Gas Works Station Road", "at": (70, 0)},
    )
    assert reasons(table) == {("A", "B"): ("shapes touch; names resemble each other", "possible", "no")}
    assert together(table) == ["A", "B"]
    apart = table.set_geometry(gpd.points_from_xy([0, 100], [0, 0], crs=27700))
    assert reasons(apart) == {}


def test_chains_are_one_opportunity_and_the_largest_names_it():
    plots = [{**MILL, "site_name": f"Old Works, Plot {n}, Mill Lane", "at": (200 * n, 0), "hectares": 0.5 + n % 2}
             for n in range(3)]  # fmt: skip
    found = find_opportunities(register(*plots))
    assert found.members["opportunity_id"].unique().tolist() == [register(*plots).index[1]]
    assert found.members["opportunity_sites"].tolist() == [3, 3, 3]
    assert ("A", "C") not in reasons(register(*plots))  # they lie beyond the reach: joined through the middle one


def test_of_equal_hectares_homes_decide_then_the_id():
    plots = [{**MILL, "site_name": f"Old Works, Plot {n}, Mill Lane"} for n in range(3)]
    table = register(*plots).assign(minimum_net_dwellings=[20, 30, 30])
    assert find_opportunities(table).members["opportunity_id"].unique().tolist() == [table.index[1]]


def test_a_site_without_a_place_joins_only_as_stated():
    table = register(MILL, {**MILL, "at": None}, {**MILL, "at": (10, 0)})
    assert together(table) == ["AC", "B"]
    a, b, _ = table.index
    assert together(table, join=[[a, b]]) == ["ABC"]
    links = find_opportunities(table, join=[[a, b]]).links.set_index("site_b")
    assert pd.isna(links.loc[b, "gap_m"])
    assert links.loc[b, "confidence"] == "stated"


def test_the_caller_joins_at_any_distance_and_splits_whatever_the_reason():
    table = register(MILL, {**OTHER, "at": (9_000, 0)}, {**MILL, "at": (5, 0)})
    a, b, c = table.index
    assert together(table) == ["AC", "B"]
    assert together(table, join=[[a, b]]) == ["ABC"]
    assert together(table, split=[[a, c]]) == ["A", "B", "C"]
    assert reasons(table, split=[[a, c]])["A", "C"][1:] == ("likely", "no")
    assert together(table, join=[[a, b]], split=[[b, c]]) == ["AB", "C"]


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"join": [["E1:A"]]}, "join: list 1 needs two or more different site_ids"),
        ({"split": [["E1:A", "E1:A"]]}, "split: list 1 needs two or more different site_ids"),
        ({"join": [["E1:A", "E1:Z"]]}, "join: list 1: unknown site 'E1:Z'"),
        ({"join": [["E1:A", "E1:B"]], "split": [["E1:B", "E1:A"]]},
         "E1:A, E1:B: are joined by join and kept apart by split; keep one"),
        ({"join": [["E1:A", "E1:B"], ["E1:B", "E1:C"]],
          "split": [["E1:A", "E1:C"]]},
         "E1:A, E1:C: are joined by join and kept apart by split; keep one"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(stated, words):
    table = register(MILL, OTHER, {**OTHER, "at": (5, 5)})
    with pytest.raises(InputError) as refused:
        find_opportunities(table, **stated)
    assert any(words in fault for fault in refused.value.faults), refused.value.faults


def test_all_faults_come_at_once():
    table = register(MILL, OTHER)
    with pytest.raises(InputError) as refused:
        find_opportunities(table, join=[["x", "y"], "ab"], split=[["z"]])
    assert len(refused.value.faults) == 4


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2019/04567/PA", ["19/4567"]),
        ("DC/19/63201 and P18/0345", ["19/63201", "18/345"]),
        ("S16/00012/OUT; 16/12/RM", ["16/12"]),
        ("FUL/2019/1234", ["19/1234"]),
        ("12/2019/FUL", ["12/2019"]),  # the 2019th application of 2012
        ("completed 12/2019", []),  # a month
        ("on 01/12/2019, 1/12/2019 and 31.12/2019", []),
        ("plan period 2019/2031 of 2018", []),
        ("2019/20 and 19/20", []),
        ("0121/4567890", []),  # a telephone number
        ("£100/2000, 7/123", []),
    ],
)
def test_an_application_number_is_not_taken_from_a_date(text, found):
    assert _applications(text) == found


def test_sites_that_share_a_month_alone_stay_apart():
    table = register({**MILL, "notes": "Completed 12/2019"}, {**OTHER, "notes": "Cleared 12/2019", "at": (50, 0)})
    assert together(table) == ["A", "B"]


def test_one_application_number_of_two_councils_is_two():
    table = register({**MILL, "notes": "19/00123/FUL"}, {**OTHER, "notes": "19/00123/FUL", "at": (50, 0)})
    assert together(table) == ["AB"]
    assert together(table.assign(organisation=["E1", "E2"])) == ["A", "B"]


def test_given_shapes_take_the_place_of_discs():
    name = "Old Works, Mill Lane"
    table = register({**MILL, "site_name": f"{name}, Plot 1"}, {**MILL, "site_name": f"{name}, Plot 2", "at": (900, 0)})
    assert together(table) == ["A", "B"]
    point = table.geometry.iloc[0]
    long = shapely.box(point.x, point.y - 5, point.x + 700, point.y + 5)
    shapes = gpd.GeoDataFrame({"shape_basis": "polygon"}, index=table.index[:1], geometry=[long], crs=27700)
    assert together(table, shapes=sp.schema.conform(shapes, sp.schema.SITE_SHAPES)) == ["AB"]


def test_the_tables_are_as_declared():
    table = register(MILL, {**MILL, "at": (5, 0)}, OTHER)
    members, links = sp.registers.find_opportunities(table)
    assert list(members) == [column.name for column in SITE_OPPORTUNITY_COLUMNS]
    assert members.index.equals(table.index)
    assert tuple(links) == LINK_COLUMNS == tuple(OPPORTUNITY_LINKS.names)
    check(links, OPPORTUNITY_LINKS, name="links")
    alone = members.iloc[2]
    assert alone["opportunity_id"] == table.index[2]
    assert alone[["opportunity_reason", "opportunity_confidence"]].isna().all()


def test_of_no_site_there_is_no_opportunity():
    members, links = find_opportunities(register(MILL).iloc[:0])
    assert members.empty
    assert links.empty


WORDS = st.sampled_from(
    ["Old Works, Plot 1", "Old Works, Plot 2", "Old Works", "Canal Wharf", "Depot Phase 2", "Depot"]
)
PLACES = st.none() | st.tuples(st.integers(0, 600), st.integers(0, 600))
ROWS = st.lists(st.fixed_dictionaries({
    "site_name": WORDS, "at": PLACES, "hectares": st.none() | st.sampled_from([0.1, 0.5, 2.0]),
    "notes": st.sampled_from(["", "19/00123/FUL", "Cleared 12/2019"]),
}), min_size=2, max_size=8)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows, random):
    table = register(*rows)
    shuffled = list(table.index)
    random.shuffle(shuffled)
    one, other = find_opportunities(table), find_opportunities(table.loc[shuffled])
    pd.testing.assert_frame_equal(one.members, other.members.loc[table.index])
    pd.testing.assert_frame_equal(one.links, other.links)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.data())
def test_the_opportunities_are_the_connected_joined_pairs_and_splits_hold(rows, data):
    table = register(*rows)
    pair = data.draw(st.lists(st.sampled_from(list(table.index)), min_size=2, max_size=2, unique=True))
    members, links = find_opportunities(table, split=[pair])
    assert members.loc[pair, "opportunity_id"].nunique() == 2
    joined = links[(links["joined"] == "yes") & (links["confidence"] == "likely")]
    group = {site: {site} for site in table.index}
    for a, b in zip(joined["site_a"], joined["site_b"], strict=True):
        both = group[a] | group[b]
        group |= dict.fromkeys(both, both)
    for site, sites in group.items():
        assert set(members.index[members["opportunity_id"] == members.loc[site, "opportunity_id"]]) == sites
        assert members.loc[site, "opportunity_id"] in sites
        assert members.loc[site, "opportunity_sites"] == len(sites)
    likely = links[links["confidence"] == "likely"]
    apart = set(members.loc[pair, "opportunity_id"])  # what is not joined would bring the two together
    ends = zip(*(members.loc[likely[end], "opportunity_id"] for end in ("site_a", "site_b")), strict=True)
    assert all(joined == "yes" or set(both) == apart for joined, both in zip(likely["joined"], ends, strict=True))
