"""Flood zones in the Environment Agency's forms and planning.data.gov.uk's: both shares, zeros, and what is refused."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given as drawn_from
from hypothesis import settings
from hypothesis import strategies as st

from factories.published import (
    NATIONAL,
    SOUTH,
    WEST,
    frame,
    geojson,
    measured,
    planning_csv,
    read_evidence,
    save,
    square,
)
from siteprior.core.errors import InputError
from siteprior.sources.evidence.flood_zones import zone_of

BOX = [WEST, SOUTH, WEST + 2000, SOUTH + 2000]
THREE, TWO = square(0, 0), square(100, 0)
SITES = (square(50, 0), square(700, 700))
"""Half in zone 3 and half in zone 2; in neither."""


def zones(column="flood_zone", values=("FZ3", "FZ2"), shapes=(THREE, TWO)):
    return frame(shapes, **{column: list(values)})


def national_zones(first, page):
    """Return a page of the zones of England: every other feature of a national file."""
    shapes = [first, *NATIONAL[page::2]]
    return zones(shapes=shapes, values=["FZ3", *["FZ2"] * (len(shapes) - 1)])


def shares(reading, *sites):
    found = measured("flood_zones", reading, *(sites or SITES))
    return found[["flood_zone_3", "flood_zone_2"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("flood_zone", ("FZ3", "FZ2")), ("Flood Zone", ("Flood Zone 3", "Flood Zone 2")), ("ZONE", (3, 2)),
        ("layer", ("Flood Zone 3", "Flood Zone 2")), ("flood-risk-level", ("3", "2")), ("FZ", (3.0, 2.0)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson"])
def test_the_zone_is_found_by_its_words_in_each_form(tmp_path, column, values, ending):
    path = tmp_path / f"zones.{ending}"
    save(path, zones(column, values))
    assert shares(read_evidence("flood_zones", path, coverage=BOX)) == [
        pytest.approx([0.5, 1.0], abs=1e-3), [0.0, 0.0],
    ]  # fmt: skip


def test_pages_of_a_service_are_one_layer(tmp_path):
    first = geojson(tmp_path / "1.geojson", zones(values=["FZ3"], shapes=[THREE]), exceededTransferLimit=True)
    last = geojson(tmp_path / "2.geojson", zones(values=["FZ2"], shapes=[TWO]))
    reading = read_evidence("flood_zones", first, last, coverage=BOX)
    assert shares(reading) == [pytest.approx([0.5, 1.0], abs=1e-3), [0.0, 0.0]]
    with pytest.raises(
        InputError, match=r"flood_zones: 1.geojson: is a page of a longer answer, and the last page is not"
    ):
        read_evidence("flood_zones", first, coverage=BOX)


@pytest.mark.parametrize(
    "members",
    [{"properties": {"exceededTransferLimit": True}}, {"links": {"next": "https://www.planning.data.gov.uk/entity"}},
     {"links": [{"rel": "next", "href": "https://e"}]}],
)  # fmt: skip
def test_an_answer_with_more_to_come_is_refused(tmp_path, members):
    path = geojson(tmp_path / "1.geojson", zones(), **members)
    with pytest.raises(InputError, match="is a page of a longer answer"):
        read_evidence("flood_zones", path, coverage=BOX)


def test_an_answer_that_found_more_than_it_holds_is_refused(tmp_path):
    path = geojson(tmp_path / "1.geojson", zones(), numberMatched=19851, numberReturned=2)
    with pytest.raises(InputError, match="holds 2 of the 19,851 features its service found"):
        read_evidence("flood_zones", path, coverage=BOX)


def test_the_dataset_of_planning_data(tmp_path):
    path = planning_csv(tmp_path / "flood-risk-zone.csv", zones("flood-risk-level", ("3", "2")), "flood-risk-zone")
    assert shares(read_evidence("flood_zones", path, coverage=BOX))[0] == pytest.approx([0.5, 1.0], abs=1e-3)


@pytest.mark.parametrize(("second", "third"), [("Flood_Zone_2.shp", "Flood_Zone_3.shp"), ("fz2.gpkg", "FZ3.gpkg")])
def test_a_file_for_each_zone_named_after_it(tmp_path, second, third):
    frame([TWO], type=["Fluvial Models"]).to_file(tmp_path / second)
    frame([THREE], type=["Tidal Models"]).to_file(tmp_path / third)
    reading = read_evidence("flood_zones", tmp_path / second, tmp_path / third, coverage=BOX)
    assert shares(reading) == [[0.5, 1.0], [0.0, 0.0]]


def test_a_file_of_one_zone_by_its_entry_and_the_other_zone_stays_open(tmp_path):
    path = tmp_path / "water.gpkg"
    frame([THREE], id=[1]).to_file(path)
    assert shares(read_evidence("flood_zones", path, coverage=BOX, zones=3)) == [[0.5, None], [0.0, None]]
    assert shares(read_evidence("flood_zones", path, coverage=BOX, zones=[2])) == [[None, None], [None, None]]
    with pytest.raises(InputError, match=r"flood_zones: water.gpkg: has no column that says the zone \(looked for "
                       r"flood-risk-level, flood_zone, .*\); it has id; of a file of one zone state it"):  # fmt: skip
        read_evidence("flood_zones", path, coverage=BOX)


def test_a_zone_of_which_no_feature_is_there_was_not_looked_for_unless_stated(tmp_path):
    path = tmp_path / "cut.gpkg"
    zones(values=["FZ2"], shapes=[TWO]).to_file(path)
    assert shares(read_evidence("flood_zones", path, coverage=BOX)) == [[None, None], [None, None]]
    stated = read_evidence("flood_zones", path, coverage=BOX, zones=[2, 3])
    assert shares(stated) == [[0.0, 0.5], [0.0, 0.0]]


def test_a_column_that_states_no_zone_is_refused_with_what_it_holds(tmp_path):
    path = tmp_path / "risk.gpkg"
    zones("zone", ("High", "Low")).to_file(path)
    with pytest.raises(InputError, match=r"has no column that says zone 2 or 3 \(it holds High, Low\)"):
        read_evidence("flood_zones", path, coverage=BOX)


def test_what_states_no_zone_is_left_out_and_logged(tmp_path):
    path = tmp_path / "zones.gpkg"
    zones(values=["FZ3", "defended"]).to_file(path)
    reading = read_evidence("flood_zones", path, coverage=BOX, zones=[2, 3])
    assert reading.issues[["row", "issue_type", "value"]].values.tolist() == [[2, "invalid category value", "defended"]]
    assert shares(reading)[0] == [0.5, 0.5]


def test_a_cut_that_misses_the_areas_is_named(tmp_path):
    path = tmp_path / "kent.gpkg"
    zones(shapes=[shapely.box(600_000, 150_000, 600_100, 150_100)] * 2).to_file(path)
    with pytest.raises(InputError, match=r"flood_zones: kent.gpkg: lies elsewhere than the areas of the project: its "
                       r"features lie at 600,000 to 600,100 m east, .* the areas at 400,000 to 402,000 m"):  # fmt: skip
        read_evidence("flood_zones", path)
    with pytest.raises(InputError, match=r"kent.gpkg: its coverage misses the areas of the project: it is 590,000 to"):
        read_evidence("flood_zones", path, coverage=[590_000, 140_000, 610_000, 160_000])
    with pytest.raises(
        InputError, match=r"kent.gpkg: coverage is stated as England, but all its features lie at 600,000"
    ):
        read_evidence("flood_zones", path, coverage="England")


def test_a_national_file_is_known_by_what_it_spans_also_in_pages(tmp_path):
    pages = [
        geojson(tmp_path / "1.geojson", national_zones(THREE, 0), exceededTransferLimit=True),
        geojson(tmp_path / "2.geojson", national_zones(square(1000, 0), 1)),
    ]
    assert shares(read_evidence("flood_zones", pages[1]))[1] == [None, None]  # one page is not all of it
    assert shares(read_evidence("flood_zones", *pages))[1] == [0.0, 0.0]


@settings(max_examples=12)  # each writes and reads a file
@drawn_from(st.lists(st.tuples(st.integers(0, 250), st.integers(0, 250), st.integers(10, 200), st.sampled_from((2, 3))),
                     min_size=1, max_size=6))  # fmt: skip
def test_shares_are_those_of_the_union(tmp_path_factory, squares):
    path = tmp_path_factory.mktemp("flood") / "zones.gpkg"
    shapes = [square(east, north, side) for east, north, side, _ in squares]
    frame(shapes, flood_zone=[f"FZ{zone}" for *_, zone in squares]).to_file(path)
    place = square(100, 100, 150)
    [found] = shares(read_evidence("flood_zones", path, coverage=BOX, zones=[2, 3]), place)
    third = shapely.union_all([s for s, (*_, zone) in zip(shapes, squares, strict=True) if zone == 3])
    either = shapely.union_all(shapes)
    by_hand = [land.intersection(place).area / place.area for land in (third, either)]
    assert found == pytest.approx(by_hand, abs=1e-9)
    assert found[0] <= found[1]


@pytest.mark.parametrize(
    ("text", "zone"),
    [("3", 3), ("Flood Zone 2", 2), ("FZ3", 3), ("Zone 3b", 3), ("2.0", 2), ("1", 1), ("12", 0), ("", 0), ("3.5", 0)],
)
def test_the_zone_of_a_text(text, zone):
    assert zone_of(text) == zone
