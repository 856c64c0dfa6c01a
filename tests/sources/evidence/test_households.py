"""Private households in the forms of ONS and NOMIS, and in the file of the seven councils where it is."""

from __future__ import annotations

import re

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from factories.real import DATA_ROOT
from siteprior.core.errors import InputError
from siteprior.core.schema import AREAS, conform
from siteprior.sources.evidence.households import Households, join_households, read_households

ENTRY = Households(path="h.csv")
WIDE = (
    "date,geography,geography code,Tenure of household: Total: All households,Tenure of household: Owned,"
    "Tenure of household: Social rented,"
    "Tenure of household: Social rented: Rents from council or Local Authority,"
    "Tenure of household: Social rented: Other social rented,Tenure of household: Private rented\n"
    "2021,A,E01000001,600,300,200,150,50,100\n2021,B,E01000002,500,400,20,20,0,80\n"
)
"""As NOMIS gives a table of the census in bulk: a column of all social tenants, and its parts."""

PARTS = (
    "lsoa21_code,lad,households_2021,tenure: Owned: Owns outright,tenure: Social rented: Other social rented,"
    "tenure: Social rented: Rents from council or Local Authority,type: Detached\n"
    "E01000001,E08000025,600.0,300,50,150,9\nE01000002,E08000025,500.0,480,0,20,8\n"
)
QUERY = (
    '"TS054 - Tenure"\n"ONS Crown Copyright Reserved"\n\n"2021 super output area - lower layer","mnemonic",'
    '"Total: All households","Owned","Social rented","Private rented or lives rent free"\n'
    '"A 001A","E01000001","600","300","200","100"\n"A 001B","E01000002","500","400","20","80"\n'
)
LONG = "".join(
    ["Lower layer Super Output Areas Code,Lower layer Super Output Areas,Tenure of household (9 categories) Code,"
     "Tenure of household (9 categories),Observation\n"]
    + [f"{code},{name},{n},{tenure},{count}\n" for code, name, counts in
       (("E01000001", "A", (0, 300, 100, 150, 50)), ("E01000002", "B", (0, 400, 80, 20, 0)))
       for n, (tenure, count) in enumerate(zip(
           ("Does not apply", "Owned: Owns outright", "Private rented: Other private rented",
            "Social rented: Rents from council or Local Authority", "Social rented: Other social rented"),
           counts, strict=True))]
)  # fmt: skip


def areas(*codes, year=2021):
    table = gpd.GeoDataFrame(
        {"lsoa_code": list(codes), "lsoa_year": year}, geometry=[box(n, 0, n + 1, 1) for n in range(len(codes))],
        crs=27700,
    ).set_index("lsoa_code")  # fmt: skip
    table["lsoa_name"] = table["district_code"] = None
    return gpd.GeoDataFrame(conform(table, AREAS), geometry="geometry", crs=27700)


def read(tmp_path, text, of=("E01000001", "E01000002"), **changed):
    path = tmp_path / "h.csv"
    path.write_text(text, encoding="utf-8")
    return read_households([path], ["h.csv"], ENTRY, areas(*of, **changed))


@pytest.mark.parametrize("text", [WIDE, PARTS, QUERY, LONG], ids=["bulk", "parts", "query", "long"])
def test_private_households_are_all_less_those_that_rent_socially(tmp_path, text):
    reading = read(tmp_path, text)
    assert reading.table["private_households"].to_dict() == {"E01000001": 400, "E01000002": 480}
    assert reading.issues.empty
    assert [(origin.role, origin.rows) for origin in reading.provenance] == [("households", 2)]


def test_a_blank_is_missing_and_more_tenants_than_households_an_issue(tmp_path):
    text = PARTS.replace("600.0,300,50,150", "600.0,300,,150").replace("500.0,480,0,20", "500.0,480,0,520")
    text += "E01000003,E08000025,100,90,0,10,1\n"
    reading = read(tmp_path, text, of=("E01000001", "E01000002", "E01000003"))
    assert reading.table["private_households"].isna().tolist() == [True, True, False]
    assert "too small" in reading.issues["issue_type"].tolist()
    assert read(tmp_path, LONG.replace(",300\n", ",\n")).table["private_households"].isna().tolist() == [True, False]


def test_areas_without_a_row_are_counted_and_a_second_row_is_left_out(tmp_path):
    reading = read(tmp_path, PARTS + "E01000001,E08000025,9,9,0,0,0\nTotal,,1,1,0,0,0\n", of=("E01000001", "E01000009"))
    assert reading.table["private_households"].dropna().to_dict() == {"E01000001": 400}
    assert reading.issues["issue_type"].tolist() == [
        "unknown entity", "reference values are not unique", "unknown entity",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "of", "fault"),
    [
        (PARTS.replace("lsoa21_code", "LSOA11CD"), ("E01000001",), "holds LSOAs of 2011, not of 2021"),
        (PARTS, ("W01000001",), r"h\.csv.*has codes such as E01000001"),
        (PARTS, ("E01033770", "E01033771", "E01000001"), "whose codes are new in 2021"),
        ("lsoa21_code,homes\nE01000001,5\n", ("E01000001",), "Needs LSOA codes, the number of all households"),
        (PARTS.replace("E0100", "A0100"), ("E01000001",), "holds no LSOA codes"),
        (PARTS.replace("600.0", "x").replace("500.0", ""), ("E01000001",), "holds no number of households"),
    ],
)
def test_another_table_is_refused_by_name(tmp_path, text, of, fault):
    with pytest.raises(InputError, match=fault):
        read(tmp_path, text, of=of)


def test_areas_of_2011_and_two_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="LSOAs of 2021, but the areas are LSOAs of 2011"):
        read(tmp_path, PARTS, year=2011)
    with pytest.raises(InputError, match="households"):
        read_households([tmp_path / "a", tmp_path / "b"], ["a", "b"], ENTRY, areas("E01000001"))


def test_a_site_has_the_households_of_the_area_it_lies_in(tmp_path):
    table = read(tmp_path, WIDE).table
    sites = gpd.GeoDataFrame({"lsoa_code": pd.array(["E01000002", None, "E01000009"], dtype="str")},
                             index=pd.Index(list("abc"), name="site_id"), geometry=[None] * 3)  # fmt: skip
    assert join_households(sites, table)["private_households"].dropna().to_dict() == {"a": 480}


@pytest.mark.skipif(not (DATA_ROOT / "real/market").is_dir(), reason="the real census table is not there")
def test_the_seven_councils(tmp_path):
    path = DATA_ROOT / "real/market/census2021_households_tenure_type_lsoa21_wmca.csv.gz"
    whole = pd.read_csv(path)
    tenants = whole[[name for name in whole if "Social rented" in name]].sum(axis=1)
    reading = read_households([path], ["census.csv.gz"], ENTRY, areas(*whole["lsoa21_code"]))
    assert reading.table["private_households"].sum() == (whole["households_2021"] - tenants).sum() == 883_174
    assert reading.issues.empty


@settings(deadline=None, max_examples=30, derandomize=True)
@given(
    cells=st.lists(st.sampled_from(["", "E01000001", "600", "x", "-1", "E01000002", "1e999"]), min_size=7, max_size=21)
)
def test_any_cells_are_read_or_refused_by_name(tmp_path_factory, cells):
    rows = [cells[start : start + 7] for start in range(0, len(cells), 7)]
    text = PARTS.splitlines()[0] + "\n" + "\n".join(",".join(row) for row in rows)
    try:
        private = read(tmp_path_factory.mktemp("cells"), text).table["private_households"]
    except InputError as fault:
        assert "h.csv" in str(fault)  # noqa: PT017 -- it may be read, too
    else:
        assert (private.dropna() >= 0).all()


def test_an_area_and_tenure_that_stand_again_count_once(tmp_path):
    again = LONG.splitlines()[2]
    reading = read(tmp_path, LONG + again.replace(",300", ",999") + "\n")
    assert reading.table["private_households"].to_dict() == {"E01000001": 400, "E01000002": 480}
    assert reading.issues[["row", "action"]].to_numpy().tolist() == [
        [LONG.count("\n") + 1, "left out: the area and tenure stand before"]
    ]


def test_a_table_whose_tenures_have_codes_alone_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"h\.csv: needs LSOA codes.*; it has Lower layer"):
        read(tmp_path, LONG.replace("Tenure of household (9 categories),Obs", "kind,Obs"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (WIDE.replace("2021,", "2011,"), "holds rows of 2011 (column 'date' says 2011)"),
        (WIDE.replace("2021,A", "2011,A"), "holds rows of 2011"),  # one row among those of 2021
        (WIDE.replace("2021,", "27 March 2011,"), "column 'date' says 27 March 2011"),
        (WIDE.replace("date,", "census_year,").replace("2021,", "2001,"), "is of 2001"),
        (WIDE.replace("date,", "Time period,").replace("2021,", "2019,"), "is of 2019"),
        (PARTS.replace("lad,", "year,").replace("E08000025", "2011"), "is of 2011"),
        (PARTS.replace("households_2021", "Census 2011: Total: All households"), "column 'Census 2011: Total"),
        (QUERY.replace("2021 super", "2011 super"), "is of 2011"),
        (QUERY.replace("ONS Crown Copyright Reserved", "date,2011"), "above the header"),
    ],
)
def test_a_table_of_another_year_is_refused_by_name(tmp_path, text, says):
    with pytest.raises(InputError, match=r"h\.csv: .*" + re.escape(says)):
        read(tmp_path, text)
