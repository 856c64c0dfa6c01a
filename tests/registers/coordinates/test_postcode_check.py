"""The stated postcode as a second witness: what it settles, what it doubts, and what it never touches."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.schema import CRS
from siteprior.registers.coordinates.postcode_check import DIGIT_RESTORED, GRID_DIGITS
from siteprior.registers.coordinates.postcodes import read_postcodes, stated_postcode
from siteprior.registers.reader import read_register, read_registers

COVENTRY = "E08000026"
NEAR, FAR = 500, 2_000
SEVEN = (
    "birmingham_2020.csv.gz", "coventry_2019.xlsx", "dudley_2020.csv.gz", "sandwell_2019.csv.gz",
    "solihull_2020.csv.gz", "walsall_2019.csv.gz", "wolverhampton_2017.csv.gz",
)  # fmt: skip


def areas(box):
    return gpd.GeoDataFrame(
        {"name": ["Coventry"]}, index=pd.Index([COVENTRY], name="organisation"), geometry=[box], crs=CRS
    )


BOX = areas(shapely.box(427_000, 273_000, 442_000, 286_000))
DIAGONAL = areas(shapely.box(300_000, 300_000, 400_000, 400_000))


def at(east, north, postcode="CV1 1AA"):
    return pd.DataFrame({"easting": [east], "northing": [north]}, index=pd.Index([postcode], name="postcode"))


@pytest.fixture
def read(tmp_path):
    """Read one row of a register; returns the site and the issues."""

    def reading(x, y, postcodes, *, label="OSGB36", boundaries=BOX, name="Old Mill, CV1 1AA", notes=""):
        path = tmp_path / "register.csv"
        path.write_text(
            "SiteReference,SiteNameAddress,CoordinateReferenceSystem,GeoX,GeoY,Hectares,Notes\n"
            f'C1,"{name}",{label},{x},{y},0.5,"{notes}"\n'
        )
        sites, issues, _ = read_register(path, organisation=COVENTRY, boundaries=boundaries, postcodes=postcodes)
        return sites.iloc[0], issues

    return reading


@pytest.mark.parametrize(
    ("postcode", "place", "repair"),
    [
        ((310_100, 390_100), (310_000, 390_000), "read as OSGB36"),
        ((390_100, 310_100), (390_000, 310_000), "axes swapped"),
    ],
)
def test_of_several_readings_in_the_council_the_one_at_the_postcode_is_taken(read, postcode, place, repair):
    site, _ = read(310_000, 390_000, at(*postcode), label="WGS84", boundaries=DIAGONAL)
    assert (site["easting"], site["northing"]) == place
    assert (site["repair"], site["coordinate_confidence"], site["other_readings"]) == (repair, "medium", 1)


@pytest.mark.parametrize("postcodes", [None, at(350_000, 350_000), at(390_100, 310_100, "CV1 1AB")])
def test_without_a_postcode_near_either_they_stay_open(read, postcodes):
    site, _ = read(310_000, 390_000, postcodes, label="WGS84", boundaries=DIAGONAL)
    assert pd.isna(site["easting"])
    assert site["coordinate_confidence"] == "none"


@pytest.mark.parametrize(
    ("x", "y", "place"),
    [
        (41_255, 282_893, (431_255, 282_893)),  # F16 of Coventry: a digit lost
        (433_000, 379_000, (433_000, 279_000)),  # mistyped
        (433_000, 433_000, None),  # no slip of one digit brings it home
    ],
)
def test_a_digit_error_is_restored_where_two_sources_agree(read, x, y, place):
    postcodes = at(*((431_300, 282_700) if place is None else (place[0] + 300, place[1] - 300)))
    site, issues = read(x, y, postcodes)
    if place is None:
        assert (site["coordinate_confidence"], pd.isna(site["repair"])) == ("low", True)
        return
    assert (site["easting"], site["northing"]) == place
    assert (site["repair"], site["coordinate_confidence"]) == (DIGIT_RESTORED, "medium")
    assert (site["original_x"], site["original_y"]) == (str(x), str(y))
    logged = issues[issues["field"] == "coordinates"]
    assert logged[["issue_type", "action"]].to_numpy().tolist() == [
        ["OSGB out of bounds of custom boundary", DIGIT_RESTORED]
    ]


def test_digits_of_a_grid_reference_are_read_where_the_postcode_agrees(read):
    site, _ = read(365, 820, at(436_700, 282_100))  # 54800 of Coventry: SP 365 820
    assert (site["easting"], site["northing"], site["repair"]) == (436_500, 282_000, GRID_DIGITS)


@pytest.mark.parametrize(
    ("x", "y", "postcodes", "why"),
    [
        (41_255, 282_893, None, "nobody asked"),
        (41_255, 282_893, at(431_255, 282_893 + NEAR + 1), "the postcode is too far"),
        (43_995, 282_893, at(439_950, 282_893), "439905 to 439995 all fit"),
        (42_000, 272_000, at(425_000, 272_000), "near the postcode, but not in the council"),
    ],
)
def test_what_two_sources_do_not_resolve_stays(read, x, y, postcodes, why):
    site, issues = read(x, y, postcodes)
    assert (site["easting"], site["northing"], site["coordinate_confidence"]) == (x, y, "low"), why
    assert pd.isna(site["repair"])
    assert issues["action"].str.startswith("left where it is").sum() == 1


@pytest.mark.parametrize(("apart", "confidence"), [(NEAR + 1, "high"), (FAR, "high"), (FAR + 1, "medium")])
def test_a_labelled_place_in_its_council_is_doubted_but_never_moved(read, apart, confidence):
    site, issues = read(433_000, 279_000, at(433_000, 279_000 + apart))
    assert (site["easting"], site["northing"], site["coordinate_confidence"]) == (433_000, 279_000, confidence)
    assert pd.isna(site["repair"])
    doubts = issues[issues["field"] == "coordinate_confidence"]
    assert doubts["value"].tolist() == ([] if confidence == "high" else ["CV1 1AA"])
    assert doubts["action"].str.contains("2.0 km from the postcode stated; left where it is, confidence medium").all()


def test_a_labelled_place_is_not_moved_to_another_reading_at_the_postcode(read):
    site, _ = read(310_000, 390_000, at(390_000, 310_000), boundaries=DIAGONAL)
    assert (site["easting"], site["northing"], site["coordinate_confidence"]) == (310_000, 390_000, "medium")


def test_the_address_counts_before_the_notes(read):
    postcodes = pd.concat([at(431_300, 282_900), at(440_000, 280_000, "CV2 2BB")])
    assert read(41_255, 282_893, postcodes, notes="agent at CV2 2BB")[0]["repair"] == DIGIT_RESTORED
    assert read(41_255, 282_893, postcodes, name="Old Mill", notes="CV1 1AA")[0]["repair"] == DIGIT_RESTORED
    assert pd.isna(read(41_255, 282_893, postcodes, name="CV1 1AA, CV2 2BB")[0]["repair"])


@pytest.fixture(scope="module")
def postcodes(real):
    return read_postcodes(sorted((real / "real/boundaries/codepoint_open").glob("codepo_2025.4_*.csv.gz"))).table


@pytest.fixture(scope="module")
def with_and_without(real, west_midlands, postcodes):
    paths = [real / "real/brownfield/registers_wmca" / name for name in SEVEN]
    known = {"files": SEVEN, "boundaries": west_midlands}
    return read_registers(paths, **known, postcodes=postcodes), read_registers(paths, **known)


def test_how_far_real_sites_lie_from_the_postcode_they_state(with_and_without, postcodes):
    """The measurement the two presets rest on: 395 of 2,060 sites state one, 376 of these are still in use."""
    sites = with_and_without[1].table
    texts = zip(sites["site_name"].fillna(""), sites["notes"].fillna(""), strict=True)
    stated = pd.Series([stated_postcode(*pair) for pair in texts], index=sites.index)
    assert sites[stated != ""].groupby("organisation").size().to_dict() == {
        "E08000025": 17, "E08000027": 35, "E08000028": 43, "E08000029": 51, "E08000030": 28, "E08000031": 221,
    }  # fmt: skip
    places = postcodes.reindex(stated).to_numpy()
    assert (np.isfinite(places[:, 0])).sum() == 376
    apart = np.hypot(sites["easting"] - places[:, 0], sites["northing"] - places[:, 1]).dropna()
    assert len(apart) == 373  # three have no place
    assert apart.median() == pytest.approx(65, abs=1)
    assert ((apart > NEAR).sum(), (apart > FAR).sum()) == (11, 6)


def test_real_sites_that_change_by_it(with_and_without):
    (told, issues, _), (before, _, _) = with_and_without
    columns = ["easting", "northing", "coordinate_confidence"]
    assert told.index.equals(before.index)
    same = (told[columns] == before[columns]) | (told[columns].isna() & before[columns].isna())
    changed = told.loc[~same.all(axis=1)]
    restored = changed[changed["repair"].notna()]
    # Sandwell's northing 252659; Wolverhampton's easting, which stood as the northing too
    assert restored[["easting", "northing", "repair"]].T.to_dict("list") == {
        "E08000028:2227": [395_109.0, 292_659.0, DIGIT_RESTORED],
        "E08000031:35470": [395_421.0, 295_421.0, DIGIT_RESTORED],
    }
    doubted = changed[changed["repair"].isna()]
    assert sorted(doubted.index) == ["E08000025:N899", "E08000028:2001", "E08000031:38880"]
    assert (doubted["coordinate_confidence"] == "medium").all()
    assert set(issues.loc[issues["field"] == "coordinate_confidence", "site_id"]) == set(doubted.index)
    good = before[before["coordinate_confidence"] == "high"].index
    pd.testing.assert_frame_equal(told.loc[good, columns[:2]], before.loc[good, columns[:2]])
