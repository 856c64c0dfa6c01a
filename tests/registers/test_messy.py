"""One real register per kind of fault (registers_messy): the fault named, the place and the values recovered.

What was wrong in each file is told by PROVENANCE-land-market.md; the true places were worked out there by recomputing.
"""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from siteprior.registers.reader import read_registers_with_files

FAULTS = {
    # file: (council, rows in, rows out, sites with a place in their council, repair of most of them or None)
    "bath_and_north_east_somerset_council_51659ac5": ("E06000022", 33, 33, 33, "read as UTM zone 32"),
    "borough_of_poole_325dc8d1": ("E06000058", 123, 123, 123, "taken from the easting columns"),
    "brighton_and_hove_city_council_163a1551": ("E06000043", 182, 182, 182, "taken from the easting columns"),
    "central_bedfordshire_council_b5cba9e1": ("E06000056", 40, 39, 39, None),
    "city_of_york_council_192bac87": ("E06000014", 44, 44, 39, None),
    "dacorum_borough_council_67e6dd6b": ("E07000096", 33, 33, 33, "axes swapped"),
    "eastbourne_borough_council_aa901532": ("E07000061", 63, 63, 63, "read as geocentric ETRS89, axes swapped"),
    "forest_heath_district_council_60b8ac46": ("E07000245", 22, 22, 22, None),
    "herefordshire_council_117af813": ("E06000019", 39, 39, 39, None),
    "herefordshire_council_2c802529": ("E06000019", 400, 139, 139, None),
    "horsham_district_council_aea7260a": ("E07000227", 38, 38, 38, "read as LAEA Europe"),
    "london_borough_of_barnet_6d411b3c": ("E09000003", 83, 83, 81, "read as WGS84"),
    "london_borough_of_croydon_d02d9bc0": ("E09000008", 278, 278, 278, None),
    "london_borough_of_merton_4a652bd9": ("E09000024", 94, 94, 94, "taken from the easting columns"),
    "maldon_district_council_326a317c": ("E07000074", 6, 6, 6, "read as OSGB36"),
    "milton_keynes_council_5a3db14f": ("E06000042", 52, 52, 51, "axes swapped"),
    "north_east_lincolnshire_council_60a1617c": ("E06000012", 36, 36, 36, "axes swapped"),
    "north_somerset_council_5f4dccfe": ("E06000024", 62, 62, 0, None),
    "north_west_leicestershire_district_council_8cd27374": ("E07000134", 21, 21, 21, "taken from the easting columns"),
    "norwich_city_council_66cf2587": ("E07000148", 115, 115, 114, None),
    "plymouth_city_council_37805390": ("E06000026", 87, 87, 87, None),
    "shropshire_council_d5049b03": ("E06000051", 81, 81, 81, "read as geocentric ETRS89"),
    "south_ribble_borough_council_a01c35d0": ("E07000126", 29, 29, 29, "sign restored"),
    "stafford_borough_council_ef2211e7": ("E07000197", 43, 43, 30, "sign restored"),
}
COLLATED = "london_datastore_collated_86dee119"


@pytest.fixture(scope="session")
def messy(real, england):
    folder = real / "real/brownfield/registers_messy"
    names = [name for name in (*FAULTS, COLLATED) if (folder / f"{name}.csv.gz").is_file()]
    return read_registers_with_files([folder / f"{name}.csv.gz" for name in names], files=names, boundaries=england)


@pytest.fixture
def of(messy):
    """Give one file's sites and issues."""
    (sites, issues, _), _ = messy

    def one(start: str):
        name = next(name for name in (*FAULTS, COLLATED) if name.startswith(start))
        return sites[sites["file"] == name], issues[issues["file"] == name]

    return one


def near(site, east: float, north: float, within: float = 60.0) -> bool:
    return site.geometry.distance(shapely.Point(east, north)) <= within


@pytest.mark.parametrize("name", FAULTS)
def test_rows_council_places_and_repair(of, messy, england, name):
    council, rows_in, rows_out, placed, repair = FAULTS[name]
    sites, _ = of(name)
    account = messy[1].set_index("file").loc[name]
    assert (account["rows_in"], account["rows_out"]) == (rows_in, rows_out)
    assert account["rows_explained"] == rows_in - rows_out
    assert sites["organisation"].unique().tolist() == [council]
    inside = sites.geometry.notna() & (sites.geometry.distance(england.geometry[council]) <= 2000)
    assert inside.sum() == placed
    good = sites[inside]
    assert set(good["coordinate_confidence"]) <= {"high", "medium"}
    words = good["repair"].mode()
    assert (words.iloc[0] if len(words) and good["repair"].notna().mean() > 0.5 else None) == repair
    assert (sites["original_x"].notna() | sites["easting"].isna()).all()


def test_stafford_sign_and_auto_filled_councils(of):
    sites, issues = of("stafford")
    assert near(sites.loc["E07000197:16/24628/FUL"], 392_499, 323_274)  # -2.1127, 52.8070: 128 North Walls, Stafford
    wrong = issues[issues["issue_type"] == "invalid organisation"]
    assert wrong["row"].nunique() == 42  # every row but the first claims another council


def test_herefordshire_degrees_in_words(of):
    sites, _ = of("herefordshire_council_117")
    site = sites.loc["E06000019:174450"]
    assert (site["original_x"], site["original_y"]) == ("-2.726972W", "52.045231N")
    assert near(site, 350_239, 238_787)
    assert pd.isna(site["repair"])
    assert sites["hectares"].isna().sum() == 22


def test_herefordshire_spreadsheet_errors_are_no_sites(of):
    _, issues = of("herefordshire_council_2c8")
    passed = issues[issues["action"].str.startswith("passed over")]
    assert len(passed) == 261
    assert passed["value"].str.startswith("#N/A").all()


def test_shropshire_geocentric_without_z(of):
    sites, _ = of("shropshire")
    # PROVENANCE: 52.8612, -3.0582; Willow Street, Oswestry
    assert near(sites.loc["E06000051:10/00540/OUT"], 328_800, 329_850, 120)


def test_horsham_two_systems_and_two_date_styles(of):
    sites, _ = of("horsham")
    assert sites["repair"].value_counts().to_dict() == {"read as LAEA Europe": 36}
    assert near(sites.loc["E07000227:SA511"], 520_783, 116_069)
    assert sites["start_date"].notna().all()


def test_croydon_systems_stated_per_row(of):
    sites, issues = of("london_borough_of_croydon")
    assert (sites["repair"] == "axes swapped").sum() == 121
    assert (issues["issue_type"] == "reference values are not unique").sum() == 2
    assert sites.index.is_unique


def test_collated_file_stays_with_its_councils(of, england):
    sites, _ = of("london_datastore")
    assert sites["organisation"].nunique() == 27
    assert (sites["organisation"] == "E09000028").sum() == 346  # Southwark
    place = sites[sites["organisation"].notna() & sites.geometry.notna()]
    away = place.geometry.distance(england.geometry.loc[place["organisation"]].set_axis(place.index)) > 2000
    assert away.sum() <= 1
    corporations = sites[sites.index.str.startswith(("old-oak", "london-legacy"))]
    assert corporations["organisation"].isna().all()  # no borough is credited with a corporation's sites


def test_merton_zeros_are_no_place_but_the_eastings_are(of):
    sites, _ = of("london_borough_of_merton")
    assert near(sites.loc["E09000024:96P0219"], 525_351, 170_411, 0.1)
    assert (sites["original_x"] == "0").sum() == 72


def test_barnet_label_contradicts_the_numbers(of):
    sites, _ = of("london_borough_of_barnet")
    assert near(sites.loc["E09000003:16/3377/FUL"], 528_037, 193_910)
    assert sites["coordinate_confidence"].value_counts().to_dict() == {"medium": 81, "none": 2}


def test_milton_keynes_dates_with_quotes_inside(of):
    site = of("milton_keynes")[0].loc["E06000042:BR1"]
    assert site["planning_permission_date"] == pd.Timestamp("2015-05-23")


def test_norwich_several_dates_in_one_cell(of):
    sites, issues = of("norwich")
    several = issues["action"].str.contains("dates in the cell; first taken")
    assert several.sum() == 14
    assert sites["planning_permission_date"].notna().sum() > 14


def test_north_west_leicestershire_spreadsheet_day_numbers(of):
    sites, _ = of("north_west")
    assert sites["start_date"].iloc[0] == pd.Timestamp("2017-12-31")
    assert sites["entry_date"].notna().all()


def test_plymouth_bare_carriage_returns_and_two_digit_years(of):
    sites, _ = of("plymouth")
    assert sites["start_date"].dt.year.isin([2016, 2017, 2018, 2019]).all()
    assert sites["planning_permission_date"].notna().sum() > 10


def test_york_clock_times_and_unset_dates(of):
    sites, issues = of("city_of_york")
    assert sites["start_date"].dropna().unique().tolist() == [pd.Timestamp("2017-12-21")]
    assert sites["planning_permission_date"].notna().sum() == 26
    assert (issues["issue_type"] == "invalid coordinates").sum() == 5
    assert not (sites["entry_date"] == pd.Timestamp("1970-01-01")).any()


def test_north_somerset_cannot_be_recovered_and_says_so(of):
    sites, issues = of("north_somerset")
    assert sites["repair"].isna().all()
    assert set(sites["coordinate_confidence"]) <= {"none", "low"}
    said = issues.loc[issues["field"] == "coordinates", "action"]
    assert len(said) == 62
    assert said.str.contains("no certain reading|left where it is").all()
    # the links of the site plans name a place each: for the council to check, not taken
    assert said.str.contains("the address of the site plan names").sum() > 50


def test_dacorum_and_others_header_further_down(messy):
    rows = messy[1].set_index("file")["header_row"]
    assert rows["dacorum_borough_council_67e6dd6b"] == 9
    assert rows["north_east_lincolnshire_council_60a1617c"] == 2
    assert rows["norwich_city_council_66cf2587"] == 3
    assert rows["maldon_district_council_326a317c"] == 3
    assert rows["forest_heath_district_council_60b8ac46"] == 2


def test_central_bedfordshire_dates_in_free_text(of):
    _, issues = of("central_bedfordshire")
    dates = issues[issues["field"] == "planning_permission_date"]
    assert set(dates["issue_type"]) == {"patch", "invalid date"}
