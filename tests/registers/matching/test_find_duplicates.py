"""Which rows are one site, which are only neighbours, and what merging keeps."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.registers import register
from siteprior.appraisal.market_failure.evidence_register import area_blight
from siteprior.core.errors import InputError
from siteprior.registers.matching.find_duplicates import PAIR_COLUMNS, find_duplicates
from siteprior.registers.matching.merge import ATTRIBUTES, merge_duplicates
from siteprior.registers.matching.similarity import disc_radius_m, read_name, reference_key, same_marks, similarity
from siteprior.registers.reader import read_registers

CURRENT = (
    "birmingham_2020.csv.gz", "coventry_2019.xlsx", "dudley_2020.csv.gz", "sandwell_2019.csv.gz",
    "solihull_2020.csv.gz", "walsall_2019.csv.gz", "wolverhampton_2017.csv.gz",
)  # fmt: skip


def verdicts(table, **options):
    pairs = find_duplicates(table, **options)
    return {(one[-1], two[-1]): word for one, two, word in pairs[["site_a", "site_b", "confidence"]].values}


MILL = {"site_name": "Old Mill, Mill Road, Dudley", "hectares": 0.5, "minimum_net_dwellings": 20}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, "certain"),
        ({"at": (6, 8)}, "certain"),  # 10 m
        ({"site_name": "The Old Mill, Mill Rd., Dudley DY1 4AB"}, "certain"),
        ({"minimum_net_dwellings": None}, "likely"),  # a blank does not say the same
        ({"hectares": 0.49}, "certain"),
        ({"at": (0, 39)}, "likely"),  # the disc of 0.5 ha has a radius of 39.9 m
        ({"at": (0, 41)}, "likely"),  # outside it, but under the same long name with the same area and homes
        ({"hectares": 0.4}, "likely"),
        ({"minimum_net_dwellings": 21}, "likely"),
        ({"end_date": "2020-01-01"}, "likely"),  # one has left the register
        ({"development_status": "under construction"}, "likely"),
        ({"hectares": None}, "likely"),
        ({"at": None}, "likely"),
        ({"site_name": "Plot 6, Old Mill, Mill Road, Dudley"}, "possible"),
        ({"site_name": "Old Mill Phase 2, Mill Road, Dudley"}, "possible"),
        ({"site_name": "Old Mill Block A, Mill Road, Dudley"}, "possible"),
        ({"site_name": "Rear of Old Mill, Mill Road, Dudley"}, "possible"),
        ({"site_name": "Gas Works, Station Approach, Bilston"}, "possible"),  # the same place and area
        ({"site_name": "Gas Works, Station Approach, Bilston", "hectares": 1.2}, None),
        ({"at": (500, 500), "hectares": 0.8}, None),
    ],
)
def test_one_difference_at_a_time(change, word):
    found = verdicts(register(MILL, {**MILL, **change}))
    assert found == ({("A", "B"): word} if word else {})


def test_plots_at_one_point_never_merge():
    plots = [{**MILL, "site_name": f"Plot {n}, Mill Road, Dudley"} for n in (6, 7)]
    assert verdicts(register(*plots)) == {("A", "B"): "possible"}
    numbered = [{**MILL, "site_name": f"{n} Mill Road, Dudley"} for n in (12, 14)]
    assert verdicts(register(*numbered)) == {("A", "B"): "possible"}
    # the same words, but the references are those of two parts
    parts = register({**MILL, "id": "E1:S913A"}, {**MILL, "id": "E1:S913B"})
    assert verdicts(parts) == {("A", "B"): "possible"}
    # two conversions in one house
    floors = [{**MILL, "notes": f"Change of use of {floor} floor offices to 20 flats"} for floor in ("ground", "first")]
    assert verdicts(register(*floors)) == {("A", "B"): "likely"}


def test_one_reference_in_two_files():
    first = {**MILL, "id": "E1:7"}
    again = {**MILL, "id": "E1:7~2", "file": "b.csv"}
    homes = {**again, "minimum_net_dwellings": 35}
    assert verdicts(register(first, homes)) == {("7", "2"): "certain"}  # the homes changed between vintages
    assert verdicts(register(first, {**homes, "file": "a.csv"})) == {("7", "2"): "likely"}  # in one file they differ
    assert verdicts(register(first, {**again, "at": (50, 0)})) == {("7", "2"): "certain"}
    assert verdicts(register(first, {**again, "at": (51, 0)})) == {("7", "2"): "likely"}
    assert verdicts(register(first, {**again, "site_name": "Plot 9, Mill Road"})) == {("7", "2"): "possible"}


def test_a_reference_of_a_register_in_a_list_of_ones_own():
    first = {**MILL, "id": "E1:7", "register": "brownfield register"}
    own = {**MILL, "id": "E1:7~2", "file": "mine.csv", "register": "mine"}
    bare = {**own, "minimum_net_dwellings": None}
    assert verdicts(register(first, own)) == {("7", "2"): "certain"}
    assert verdicts(register(first, bare)) == {("7", "2"): "certain"}  # one reference: homes need not be stated
    for differs in ({"minimum_net_dwellings": 35}, {"hectares": 0.4}, {"at": (50, 0)}):  # no vintage of the register
        assert verdicts(register(first, {**own, **differs})) == {("7", "2"): "likely"}
    numbering = {"site_name": "Gas Works, Station Approach, Bilston", "hectares": 1.2}
    assert verdicts(register(first, {**own, **numbering, "at": (500, 0)})) == {}
    assert verdicts(register(first, {**own, **numbering, "at": (45, 0)})) == {("7", "2"): "possible"}


DEPOT = {"id": "E1:2", "site_name": "Depot, Mill Road"}
YARD = {"id": "E1:2~2", "site_name": "Yard, High Street"}


@pytest.mark.parametrize(
    ("depot", "yard", "word"),
    [
        ({}, {"at": (50, 0)}, "likely"),  # as near as one site may move
        ({}, {"at": (60, 0)}, "possible"),
        ({}, {"at": (9000, 0)}, "possible"),
        ({}, {"at": None}, "possible"),
        ({"hectares": 1.2}, {"at": (60, 0), "hectares": 0.1}, "likely"),  # inside the disc: √(12,000 / π) = 61.8 m
        ({"site_name": None}, {"at": (60, 0), "site_name": None}, "possible"),
        # in two files: her own numbering, unless they lie together
        ({}, {"at": (50, 0), "file": "b.csv"}, "possible"),
        ({}, {"at": (51, 0), "file": "b.csv"}, None),
        ({}, {"at": None, "file": "b.csv"}, None),
    ],
)
def test_one_reference_under_two_names(depot, yard, word):
    found = verdicts(register({**DEPOT, **depot}, {**YARD, **yard}))
    assert found == ({("2", "2"): word} if word else {})


def test_one_list_has_one_numbering_wherever_its_sites_lie():
    table = register({**DEPOT, "id": "E47000007:2"}, {**YARD, "id": "E47000007:2~2", "at": (60, 0)})
    # a council that is not known is no other one
    for councils, other in ((["E2", "E3"], "other council; "), ([None, "E3"], ""), ([None, None], "")):
        pairs = find_duplicates(table.assign(organisation=pd.Series(councils, index=table.index, dtype="str")))
        assert pairs[["confidence", "reasons"]].values.tolist() == [
            ["possible", f"apart (60 m); same reference; {other}names differ"]
        ]
    # two lists' references are of two numberings
    assert find_duplicates(register(DEPOT, {**YARD, "id": "E2:2", "at": (60, 0)})).empty


def test_references_of_parts_are_parts_in_a_list_of_no_known_council_too():
    """Two phases under one name at one place are not merged, in a council's register and in another body's."""
    table = register({**MILL, "id": "E1:PE 12a"}, {**MILL, "id": "E1:PE 12b"})
    blank = table.assign(organisation=pd.Series([None, None], index=table.index, dtype="str"))
    for each in (table, blank):
        assert find_duplicates(each)["confidence"].tolist() == ["possible"]


def test_a_reference_that_every_row_bears_is_none():
    names = ["Mill", "Gas Works", "Depot", "School", "Library", "Brewery"]
    rows = [{"id": f"E1:x~{n}", "site_name": name, "at": (60 * n, 0)} for n, name in enumerate(names)]
    assert len(find_duplicates(register(*rows[:5]))) == 10
    assert find_duplicates(register(*rows)).empty
    near = [{**row, "at": (0, 0), "hectares": n + 1} for n, row in enumerate(rows)]
    assert find_duplicates(register(*near)).empty


def test_rows_of_one_reference_are_flagged_never_merged_and_no_blight_of_each_other():
    table = register({**DEPOT, "hectares": 3.0}, {**YARD, "at": (200, 0), "hectares": 2.0}, MILL | {"at": (300, 0)})
    merged, issues = merge_duplicates(table, find_duplicates(table))
    assert merged["possible_duplicates"].fillna("").to_dict() == {"E1:2": "E1:2~2", "E1:2~2": "E1:2", "E1:C": ""}
    assert issues.empty
    blight = area_blight(merged, merged, pd.Timestamp("2026-01-31"))
    assert blight["reason"].str.partition(" within")[0].to_dict() == {
        "E1:2": "0.5 ha of 1 other listed site", "E1:2~2": "0.5 ha of 1 other listed site",
        "E1:C": "5.0 ha of 2 other listed sites",
    }  # fmt: skip


def test_in_two_councils_files():
    done = find_duplicates(register(MILL, {**MILL, "id": "E2:B"}))
    assert done["confidence"].tolist() == ["certain"]
    assert done["reasons"].tolist() == ["the same place (0 m); same name; same area; same homes; other council"]
    far = find_duplicates(register(MILL, {**MILL, "id": "E2:B", "at": (90000, 0)}))
    assert far["confidence"].tolist() == ["likely"]


def test_shapes_count_before_points():
    table = register(MILL, {**MILL, "at": (80, 0)}, {**MILL, "at": (3, 0)})
    squares = [shapely.box(0, 0, 70, 70), shapely.box(1, 0, 71, 70), shapely.box(70, 0, 140, 70)]
    shapes = gpd.GeoSeries(squares, index=table.index, crs=27700)
    # A and B share 69/71 = 97% of their joint area; C touches A along an edge, whatever the points say
    assert verdicts(table, shapes=shapes) == {("A", "B"): "certain", ("A", "C"): "likely", ("B", "C"): "likely"}
    reasons = find_duplicates(table, shapes=shapes)["reasons"]
    assert reasons[0].startswith("shapes share 97% of their joint and 99% of the smaller area")
    with pytest.raises(InputError, match="shapes: is in EPSG:4326, needs metres in EPSG:27700"):
        find_duplicates(table, shapes=shapes.to_crs(4326))


def test_a_crowded_point_says_nothing_by_itself():
    names = ["Mill", "Gas Works", "Depot", "School", "Library", "Brewery"]
    five = [{"site_name": name, "hectares": 0.5} for name in names[:5]]
    assert len(find_duplicates(register(*five))) == 10
    assert find_duplicates(register(*five, {"site_name": names[5], "hectares": 0.5})).empty


def test_the_newest_wins_and_is_filled():
    table = register(
        {**MILL, "entry_date": "2018-01-01", "ownership_status": "mixed ownership", "notes": "Derelict"},
        {**MILL, "entry_date": "2020-01-01", "notes": "Vacant", "planning_permission_status": "not permissioned"},
        {
            **MILL,
            "planning_permission_status": "permissioned",
            "planning_permission_type": "other",
            "deliverable": "no",
        },
    )
    merged, issues = merge_duplicates(table, find_duplicates(table))
    assert merged.index.tolist() == ["E1:B"]
    site = merged.loc["E1:B"]
    assert site["also_known_as"] == "E1:A; E1:C"
    assert site["ownership_status"] == "mixed ownership"
    assert site["deliverable"] == "no"
    assert site["notes"] == "Vacant"
    assert pd.isna(site["planning_permission_type"])  # of a permission this record does not have
    assert issues[["row", "field", "issue_type", "value", "action"]].values.tolist() == [
        [2, "reference", "reference values are not unique", "E1:A", "the same site as E1:B; merged with it"],
        [2, "ownership_status", "combined-value", "mixed ownership", "taken from E1:A, merged with this site"],
        [2, "notes", "combined-value", "Derelict", "E1:A differs; kept Vacant"],
        [2, "entry_date", "combined-value", "2018-01-01", "E1:A differs; kept 2020-01-01"],
        [4, "reference", "reference values are not unique", "E1:C", "the same site as E1:B; merged with it"],
        [4, "deliverable", "combined-value", "no", "taken from E1:C, merged with this site"],
        [4, "planning_permission_status", "combined-value", "permissioned", "E1:C differs; kept not permissioned"],
        [
            4, "planning_permission_type", "combined-value", "other",
            "left blank, though E1:C states it: the two differ on planning_permission_status",
        ],
    ]  # fmt: skip
    assert set(issues["site_id"]) == {"E1:B"}


def test_a_record_is_merged_only_into_one_it_agrees_with():
    # the first and third state different homes; the second states none and agrees with both: it goes to the winner
    table = register(
        {**MILL, "id": "E1:7", "entry_date": "2020-01-01"},
        {**MILL, "id": "E1:7~2", "minimum_net_dwellings": None},
        {**MILL, "id": "E1:7~3", "minimum_net_dwellings": 30},
    )
    merged, _ = merge_duplicates(table, find_duplicates(table))
    assert merged["also_known_as"].fillna("").to_dict() == {"E1:7": "E1:7~2", "E1:7~3": ""}
    assert merged["possible_duplicates"].to_dict() == {"E1:7": "E1:7~3", "E1:7~3": "E1:7"}


def test_pairs_that_are_no_pairs_are_refused():
    table = register(MILL)
    with pytest.raises(InputError, match="pairs: lacks the columns"):
        merge_duplicates(table, pd.DataFrame({"site_a": []}))
    wrong = pd.DataFrame([["E1:A", "E1:B", 0.0, 1.0, 1.0, 1.0, "", "sure"]], columns=list(PAIR_COLUMNS))
    with pytest.raises(InputError, match="pairs: unknown value of confidence 'sure'"):
        merge_duplicates(table, wrong)
    with pytest.raises(InputError, match="sites: lacks the columns"):
        find_duplicates(table.drop(columns="site_name"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("HO 0014a", "ho14A~2", True),
        ("BR-036", "BR036", True),
        ("A1/2", "A12", False),
        ("CC415", "C415", False),
    ],
)
def test_references_in_another_spelling(one, other, same):
    assert (reference_key(one) == reference_key(other)) is same


def test_names_by_hand():
    assert similarity(read_name("Mill Street"), read_name("MILL ST.")) == 1
    assert pd.isna(similarity(read_name("Mill Street"), read_name(None)))
    assert same_marks(read_name("Phase One, Mill"), read_name("Mill (phase 1)"))
    assert not same_marks(read_name("Block A, Mill"), read_name("Block B, Mill"))
    assert not same_marks(read_name("Mill Lane DY1 4AB"), read_name("Mill Lane DY1 4AC"))
    assert disc_radius_m([0.5, None]).round(1).tolist() == [39.9, 0.0]


rows = st.fixed_dictionaries(
    {
        "at": st.one_of(st.none(), st.tuples(st.sampled_from([0, 5, 30, 60]), st.sampled_from([0, 9]))),
        "site_name": st.sampled_from([None, "Old Mill, Mill Road", "The Old Mill, Mill Rd", "Plot 2, Mill Road"]),
        "hectares": st.sampled_from([None, 0.5, 0.51, 2.0]),
        "minimum_net_dwellings": st.sampled_from([None, 20, 30]),
        "development_status": st.sampled_from([None, "completed"]),
        "notes": st.sampled_from([None, "Derelict", "first floor"]),
        "entry_date": st.sampled_from([None, "2019-01-01", "2020-01-01"]),
        "file": st.sampled_from(["a.csv", "b.csv"]),
    }
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(rows, min_size=1, max_size=7), st.integers(0, 9))
def test_order_does_not_matter_merging_twice_is_once_and_no_fact_is_lost(drawn, seed):
    names = ["E1:1", "E1:1~2", "E1:01", "E1:2A", "E1:2B", "E2:1", "E1:3"]
    drawn = [{**row, "id": name} for row, name in zip(drawn, names, strict=False)]
    table, shuffled = register(*drawn), register(*drawn, shuffle=seed)
    pairs = find_duplicates(table)
    pd.testing.assert_frame_equal(find_duplicates(shuffled), pairs)
    merged, issues = merge_duplicates(table, pairs)
    other, _ = merge_duplicates(shuffled, pairs)
    pd.testing.assert_frame_equal(pd.DataFrame(other.sort_index()), pd.DataFrame(merged.sort_index()))
    twice, nothing = merge_duplicates(merged, pairs)
    pd.testing.assert_frame_equal(pd.DataFrame(twice), pd.DataFrame(merged))
    assert nothing.empty
    facts = list(ATTRIBUTES)
    assert (merged[facts].notna() >= table.loc[merged.index, facts].notna()).all(axis=None)
    held = set(merged.index) | set(merged["also_known_as"].dropna().str.split("; ").explode())
    assert held == set(table.index)
    assert (issues["issue_type"] == "reference values are not unique").sum() == len(table) - len(merged)


def test_the_seven_registers_hold_no_certain_pair(real, west_midlands):
    folder = real / "real/brownfield/registers_wmca"
    sites, _, _ = read_registers([folder / name for name in CURRENT], boundaries=west_midlands)
    pairs = find_duplicates(sites).set_index(["site_a", "site_b"])
    assert (pairs["confidence"] != "certain").all()
    likely = set(pairs.index[pairs["confidence"] == "likely"])
    assert {
        ("E08000025:E483", "E08000025:E567A"),  # "Denso Site" 3.54 ha and "Former Lucas and Denso Works" 3.3 ha
        ("E08000028:1440", "E08000028:1440~2"),  # John Street North twice, 18 homes on 0.5 ha and 31 on 1.4
        ("E08000029:BLR/020", "E08000029:PR68"),  # Whitehouse Kennels, ended as one and listed as the other
        ("E08000029:PR64", "E08000029:PR65"),  # The Green, Shirley: the whole 19.84 ha stated for both phases
    } <= likely
    assert pairs.loc[("E08000025:S899A", "E08000025:S899B"), "confidence"] == "possible"


def test_the_national_file(real, england):
    path = real / "real/brownfield/brownfield_land_national_2020-11-21.csv.gz"
    sites, _, _ = read_registers([path], boundaries=england)
    pairs = find_duplicates(sites)
    words = {(one, two): word for one, two, word in pairs[["site_a", "site_b", "confidence"]].values}
    assert words["E06000021:0137", "E06000021:137"] == "certain"  # Broadway House, Meir, with and without a zero
    assert words["E06000013:RM14C", "E06000013:RMI4C"] == "certain"  # a typing error in the reference
    assert words["E06000014:BR-036a", "E06000014:BR-036b"] == "possible"  # two applications on Lowfield School
    # offices on the ground and on the first floor of Victoria House, five homes each
    assert words["E07000089:17/02008/PRIOR", "E07000089:17/02010/PRIOR"] == "likely"
    # no Oldham stray became one with a site of the West Midlands
    councils = pairs[["site_a", "site_b"]].apply(lambda ids: ids.str.partition(":")[0])
    crossed = pairs[councils["site_a"] != councils["site_b"]]
    assert not crossed["site_a"].str.startswith("E080000").any()
    assert 500 <= (pairs["confidence"] == "certain").sum() <= 700
    stoke = sites[sites["organisation"] == "E06000021"]
    merged, _ = merge_duplicates(stoke, pairs)
    assert "certain" not in set(find_duplicates(merged)["confidence"])


def test_londons_collated_file_beside_a_boroughs_own(real, england):
    archive = real / "real/brownfield/registers_corpus_raw_2017-2020.zip"
    own, collated = "WND_c906cff32aaa.csv", "Q20648596_86dee119f806.csv"
    sites, _, _ = read_registers(
        [f"{archive}!{name}" for name in (own, collated)], files=[own, collated], boundaries=england
    )
    wandsworth = sites[sites["organisation"] == "E09000032"]
    counts = wandsworth["file"].value_counts()
    pairs = find_duplicates(wandsworth)
    across = (
        wandsworth["file"].reindex(pairs["site_a"]).to_numpy() != wandsworth["file"].reindex(pairs["site_b"]).to_numpy()
    )
    certain = pairs[across & (pairs["confidence"] == "certain")]
    # "Former Prices Candles Factory[,] 110 York Road", a comma and 2 m apart
    assert "E09000032:WBR/17/0039" in set(certain["site_a"])
    merged, _ = merge_duplicates(wandsworth, pairs)
    assert len(wandsworth) - len(merged) >= len(set(certain["site_a"])) > 0.5 * counts.min()
