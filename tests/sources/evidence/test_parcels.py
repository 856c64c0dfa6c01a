"""Registered parcels as evidence: files, councils, what stands twice, and the count on each site."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from factories.parcels import BIRMINGHAM, SANDWELL, areas_of, council_zip, gml, squares
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.sources.evidence.parcels import ParcelFile, join_parcels, read_parcels

AREAS = areas_of(BIRMINGHAM, SANDWELL)
HERE = squares(1, (400100, 290100), (400120, 290100), (400140, 290100))
THERE = squares(11, (401100, 290100), (401120, 290100))
AWAY = squares(21, (450000, 290000), (450020, 290000))


@pytest.fixture
def read(tmp_path):
    """Write files of parcels, and read them."""

    def read(areas=AREAS, **files):
        paths, stated = [], []
        for name, parcels in files.items():
            parcels, council = parcels if isinstance(parcels, tuple) else (parcels, None)
            paths.append(council_zip(tmp_path / f"{name}.zip", gml(*parcels)))
            stated.append(ParcelFile(path=f"{name}.zip", council=council))
        return read_parcels(paths, [path.name for path in paths], stated, areas)

    return read


def ids(reading):
    return dict(zip(reading.table["inspire_id"], reading.table["councils"], strict=True))


def logged(reading):
    return reading.issues[["file", "issue_type", "value", "action"]].to_numpy().tolist()


def test_files_of_several_councils_are_one_table(read):
    reading = read(b=HERE, s=THERE)
    assert ids(reading) == dict.fromkeys("123", BIRMINGHAM) | dict.fromkeys(["11", "12"], SANDWELL)
    assert logged(reading) == []
    assert [(read.file, read.rows) for read in reading.provenance] == [("b.zip", 3), ("s.zip", 2)]


def test_a_parcel_in_two_files_counts_once_as_in_the_first(read):
    moved = ("3", shapely.box(401000, 290100, 401050, 290120))
    reading = read(b=HERE, s=[*THERE, moved])
    assert ids(reading)["3"] == BIRMINGHAM
    assert reading.table.area.tolist() == [400.0] * 5
    assert logged(reading) == [
        ["s.zip", "reference values are not unique", "1 of 3, first 3",
         "in a file named before, too: counted once, as it stands there"],
    ]  # fmt: skip


def test_the_same_file_twice_counts_once(read):
    reading = read(b=HERE, again=HERE)
    assert list(ids(reading)) == ["1", "2", "3"]
    assert logged(reading) == [
        ["again.zip", "reference values are not unique", "3 parcels", "counted once: the file is the same as b.zip"]
    ]
    assert [read.rows for read in reading.provenance] == [3, 0]


def test_two_editions_of_a_council_count_once(read):
    reading = read(old=HERE, new=[*HERE, *squares(4, (400200, 290100))])
    assert list(ids(reading)) == ["1", "2", "3", "4"]
    assert reading.issues["value"].tolist() == ["3 of 4, first 1"]


def test_the_features_of_one_id_are_one_parcel_and_blank_ids_each_their_own(read):
    reading = read(b=[*HERE, ("2", shapely.box(400160, 290100, 400170, 290110)), ("", HERE[0][1]), ("", HERE[1][1])])
    assert reading.table["inspire_id"].tolist() == ["1", "2", "3", "", ""]
    assert reading.table.area.tolist() == [400, 500, 400, 400, 400]
    assert reading.issues[["row", "value"]].astype(object).to_numpy().tolist()[0] == [4, "1 of 6, first 2"]
    assert reading.issues["action"].tolist()[1] == "each counted as a parcel of its own"


def test_a_file_of_another_council_is_named(read):
    reading = read(b=HERE, far=AWAY)
    assert list(ids(reading)) == ["1", "2", "3"]
    assert logged(reading) == [
        ["far.zip", "unknown entity", "2 parcels",
         "not used: the file is of another council, none whose areas were read"],
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"far\.zip: is of another council: .* Birmingham E08000025, Sandwell E0800"):
        read(far=AWAY)


def test_all_files_that_cannot_be_read_are_named_at_once(read):
    with pytest.raises(InputError) as refused:
        read(b=(HERE, SANDWELL), s=[], c=HERE)
    assert [fault.split(":")[0] for fault in refused.value.faults] == ["b.zip", "s.zip"]


SHAPES = {
    "here": shapely.box(400100, 290100, 400160, 290120),
    "sliver": shapely.box(400000, 290100, 400101, 290150),
    "sandwell": shapely.box(401100, 290100, 401140, 290120),
    "nowhere": None,
}


def sites_of(**districts):
    table = gpd.GeoDataFrame(
        {"reference": list(SHAPES), "district_code": [districts.get(name, BIRMINGHAM) for name in SHAPES],
         "organisation": BIRMINGHAM},
        index=list(SHAPES), geometry=[None if shape is None else shape.centroid for shape in SHAPES.values()],
        crs=27700,
    ).rename_axis("site_id")  # fmt: skip
    return schema.conform(table, schema.SITES)


DRAWN = gpd.GeoDataFrame(
    {"shape_basis": "polygon by reference"}, index=list(SHAPES), geometry=list(SHAPES.values()), crs=27700
).rename_axis("site_id")


def test_sites_have_a_count_where_their_council_was_read(read):
    done = join_parcels(sites_of(sandwell=SANDWELL), read(b=HERE).table, DRAWN)
    assert done.index.tolist() == list(SHAPES)
    assert done["inspire_parcels"].fillna(-1).tolist() == [3, 0, -1, -1]
    assert done["registered_share"].fillna(-1).round(4).tolist() == [1, 0.004, -1, -1]
    both = join_parcels(sites_of(sandwell=SANDWELL), read(b=HERE, s=THERE).table, DRAWN)
    assert both["inspire_parcels"].fillna(-1).tolist() == [3, 0, 2, -1]


def test_a_site_outside_the_areas_is_its_registers_council(read):
    done = join_parcels(sites_of(here=None, sandwell=SANDWELL), read(b=HERE).table, DRAWN)
    assert done["inspire_parcels"].fillna(-1).tolist() == [3, 0, -1, -1]


def test_without_shapes_nothing_is_counted(read):
    done = join_parcels(sites_of(), read(b=HERE).table, None)
    assert done.isna().all(axis=None)
