"""What takes the place of refused inputs: of the declared form, and known for what it is."""

from __future__ import annotations

import pytest
import shapely

from factories.results import plain_project
from factories.small import small_text
from siteprior.core import schema
from siteprior.core.files import shipped
from siteprior.pipeline.stand_ins import (
    STANDS_IN,
    blank_deprivation,
    no_corridor_stops,
    no_postcodes,
    no_stops,
    stand_in_areas,
    stand_in_sites,
)
from siteprior.project.load import load_project


@pytest.fixture
def borough(tmp_path):
    def write(old, new):
        path = tmp_path / "p.toml"
        path.write_text(small_text(tmp_path).replace(old, new), encoding="utf-8")
        return load_project(path, data_root=shipped("data"))

    return write


def test_areas_have_the_extent_of_the_file_or_of_great_britain(borough):
    areas = stand_in_areas(borough('"LSOA21CD"', '"LSOACD"'), ["has no column 'LSOACD'"])
    schema.check(areas, schema.AREAS, name="areas")
    assert list(areas.index) == [STANDS_IN]
    west, south, east, north = areas.total_bounds
    assert 384_000 < west < east < 401_000
    assert 278_000 < south < north < 300_000
    assert stand_in_areas(borough("areas.geojson", "none.geojson"), []).total_bounds.tolist() == [
        0,
        0,
        700_000,
        1_300_000,
    ]


def test_of_several_districts_those_that_are_right_are_read(borough):
    project = borough("year = 2021}", 'year = 2021, districts = ["Dudley", "Wallsall"]}')
    areas = stand_in_areas(project, ["unknown district 'Wallsall'; did you mean 'Walsall'?"])
    assert set(areas["district_code"]) == {"E08000027"}


def test_one_site_stands_in_every_area(borough):
    areas = stand_in_areas(borough("year = 2021}", 'year = 2021, districts = ["Dudley", "x"]}'), ["'x'"])
    sites = stand_in_sites(areas)
    schema.check(sites, schema.REGISTER, name="sites")
    assert len(sites) == len(areas)
    assert shapely.within(sites.geometry.to_numpy(), areas.geometry.to_numpy()).all()
    assert sites.index.str.startswith(STANDS_IN).all()


def test_deprivation_is_missing_and_what_is_there_stays(borough):
    areas = stand_in_areas(plain_project(), [])
    blank = blank_deprivation(areas)
    assert set(schema.DEPRIVATION.names) <= set(blank.columns)
    assert blank["imd_decile"].isna().all()
    assert blank["lsoa_year"].equals(areas["lsoa_year"])


@pytest.mark.parametrize(
    ("empty", "declared"),
    [(no_postcodes, schema.POSTCODES), (no_stops, schema.STOPS), (no_corridor_stops, schema.CORRIDOR_STOPS)],
)
def test_empty_tables_are_as_declared(empty, declared):
    schema.check(empty(), declared, name=declared.name)
    assert empty().empty
