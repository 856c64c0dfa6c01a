"""Land values: what ships, the councils, editions that are never mixed, and the values at the sites."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from pydantic import ValidationError
from shapely.geometry import Point

from factories.land_values import areas, workbook
from siteprior.core.errors import InputError
from siteprior.project.faults import faults_of
from siteprior.sources.evidence.land_values import LandValues, join_land_values, read_land_values, shipped_values

WEST_MIDLANDS = {
    "E08000025": 70, "E08000026": 945, "E08000027": 947, "E08000028": 1_297, "E08000029": 3_450, "E08000030": 382,
    "E08000031": 520,
}  # fmt: skip
"""EVIDENCE §3: headroom at 2017 prices with a premium of 20% over industrial value, £000/ha."""

SHIPPED = (LandValues(edition=2017),)


def test_what_ships_gives_the_headrooms_published():
    table = read_land_values([], [], SHIPPED, areas(*WEST_MIDLANDS)).table
    headroom = table["residential_medium_gbp_per_ha"] - 1.2 * table["existing_gbp_per_ha"]
    assert (headroom.loc[list(WEST_MIDLANDS)] / 1000).round(6).to_dict() == WEST_MIDLANDS
    assert table["edition"].unique().tolist() == ["2017, valued 1 April 2017"]


def test_walsall_and_sandwell_take_the_industrial_value_of_their_lep_and_say_so():
    table = read_land_values([], [], SHIPPED, areas("E08000030")).table
    borrowed = table["existing_from"]
    assert borrowed[["E08000028", "E08000030", "E08000031"]].tolist() == [*["Dudley (Black Country LEP)"] * 2, ""]
    assert pd.isna(table.loc["E07000194", "existing_gbp_per_ha"])  # Lichfield has none, and borrows none


def test_names_of_the_publication_become_ons_codes():
    table = read_land_values([], [], SHIPPED, areas("E08000030")).table
    assert table.loc["E08000030", "residential_medium_gbp_per_ha"] == 1_000_000  # 'Walsall West'
    assert table.loc["E06000020", "residential_medium_gbp_per_ha"] == 1_290_000  # 'Telford & Wrekin'
    assert table.loc["E06000020", "existing_gbp_per_ha"] == 500_000  # 'Telford'


def test_the_workbook_of_2023_is_read_with_its_three_densities(tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    reading = read_land_values([path], ["a.xlsx"], (LandValues(path="a.xlsx"),), areas("E08000025", "E08000030"))
    row = reading.table.loc["E08000025"]
    assert row[[f"residential_{name}_gbp_per_ha" for name in ("low", "medium", "high")]].tolist() == [
        2_000_000, 2_500_000, 3_000_000,
    ]  # fmt: skip
    assert row[[f"density_{name}_dph" for name in ("low", "medium", "high")]].tolist() == [30, 45, 70]
    assert (row["existing_gbp_per_ha"], row["edition"]) == (1_400_000, "2023, valued 1 October 2023")
    assert [(origin.role, origin.rows) for origin in reading.provenance] == [("land values", 3)]
    assert reading.issues["value"].tolist() == ["West Midlands average"]


def test_a_2017_beside_a_2023_is_refused_by_name(tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match=r"edition 2017 of 1 April 2017, a\.xlsx of 1 October 2023.*keep one"):
        read_land_values([path], ["a.xlsx"], (*SHIPPED, LandValues(path="a.xlsx")), areas("E08000025"))


def test_two_files_of_one_edition_add_up_and_a_council_that_stands_again_is_an_issue(tmp_path):
    first = workbook(tmp_path / "a.xlsx", councils={"Birmingham": 2_500_000})
    second = workbook(tmp_path / "b.xlsx", councils={"Birmingham": 9_000_000, "Coventry": 3_000_000})
    entries = (LandValues(path="a.xlsx"), LandValues(path="b.xlsx"))
    reading = read_land_values([first, second], ["a.xlsx", "b.xlsx"], entries, areas("E08000025"))
    assert reading.table["residential_medium_gbp_per_ha"].to_dict() == {"E08000025": 2_500_000, "E08000026": 3_000_000}
    assert reading.issues["issue_type"].tolist() == ["reference values are not unique"]


def test_an_edition_of_other_councils_is_refused_and_a_council_it_lacks_is_an_issue():
    with pytest.raises(InputError, match="has a row for none of the 1 councils"):
        read_land_values([], [], SHIPPED, areas("E08000003"))  # Manchester
    issues = read_land_values([], [], SHIPPED, areas("E08000003", "E08000025")).issues
    assert issues["value"].tolist() == ["1 of 2 councils: E08000003"]
    assert read_land_values([], [], SHIPPED, areas(None)).issues.empty  # areas that name no district


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        ({"path": "a.xlsx", "edition": 2017}, "stands beside edition; keep one"),
        ({}, "needs a path, or edition = 2017"),
        ({"edition": 2023}, "2017"),
        ({"edition": "x"}, "2017"),
    ],
)
def test_an_entry_is_a_file_or_an_edition(stated, fault):
    with pytest.raises(ValidationError) as refused:
        LandValues.model_validate(stated)
    assert fault in " ".join(str(each) for each in faults_of(refused.value, LandValues))
    assert LandValues.model_validate({"edition": "2017"}).edition == 2017


def test_a_site_takes_the_values_of_the_council_it_lies_in_else_of_the_one_that_lists_it():
    table = read_land_values([], [], SHIPPED, areas("E08000025")).table
    codes = [
        ("E08000025", "E08000026"),
        (None, "E08000026"),
        ("E08000003", "E08000025"),
        (None, "E47000007"),
        (None, None),
    ]
    sites = gpd.GeoDataFrame(
        {"district_code": pd.array([lies for lies, _ in codes], dtype="str"),
         "organisation": pd.array([listed for _, listed in codes], dtype="str")},
        index=pd.Index(list("abcde"), name="site_id"), geometry=[Point(0, 0)] * 5, crs=27700,
    )  # fmt: skip
    joined = join_land_values(sites, table)
    council = joined["land_value_council"]
    assert council.dropna().to_dict() == {"a": "E08000025", "b": "E08000026"}
    assert joined["land_value_residential_gbp_per_ha"].tolist()[:2] == [1_270_000, 1_905_000]
    assert joined["land_value_existing_gbp_per_ha"].tolist()[:2] == [1_000_000, 800_000]
    assert joined["land_value_edition"].iloc[0] == "2017, valued 1 April 2017"
    assert joined.loc["c"].isna().all()


def test_what_ships_is_the_facts_that_were_read():
    values = shipped_values(2017)
    assert len(values.residential) == 20
    assert len(values.industrial) == 13
