"""Market evidence: sales and layers, each only where the project asks, with the origin of every file."""

from __future__ import annotations

import pandas as pd
import pytest

from factories.results import sample_project
from siteprior.core.errors import ProjectError
from siteprior.core.files import shipped
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.read_market import Market, read_market
from siteprior.project.layer_checks import parse_layers
from siteprior.registers.coordinates.postcodes import read_postcodes
from siteprior.sources.areas.lsoa import read_areas, study_area

DATA = shipped("data")


@pytest.fixture(scope="module")
def areas():
    return read_areas(DATA / "boundaries/lsoa21.geojson", code="LSOA21CD", district="LADCD_ACTIVE", year=2021).table


def read(project, areas, postcodes=None):
    log, said = ReadLog(), []
    market = read_market(project, areas, study_area(areas), postcodes, log, progress=said.append)
    return market, log, said


def bare(**sources):
    return sample_project(layers=(), sources={"sales": (), "floor_areas": (), **sources})


def test_nothing_is_read_that_the_project_does_not_name(areas):
    market, log, said = read(bare(), areas)
    assert market == Market()
    assert (log.provenance, log.issues, said) == ([], [], [])


def test_layers_stand_in_the_order_of_the_project_with_its_words(areas):
    project = sample_project(sources={"sales": (), "floor_areas": ()})
    market, log, said = read(project, areas)
    assert market.specs == project.layers
    assert [layer.file for layer in market.layers] == [spec.path for spec in project.layers]
    assert [read.file for read in log.provenance][: len(project.layers)] == [spec.path for spec in project.layers]
    assert {read.role for read in log.provenance} == {"layer"}
    assert said == ["Reading layers"]
    assert market.sales is None


def test_a_table_says_which_areas_it_does_not_cover(areas, tmp_path):
    codes = list(areas.index[:3])
    (tmp_path / "t.csv").write_text("LSOA21CD,share\n" + "".join(f"{code},{n}\n" for n, code in enumerate(codes)))
    stated = {"name": "share", "path": "t.csv", "kind": "table", "measure": "value", "column": "share",
              "by": "lsoa_code", "code": "LSOA21CD", "year": 2021}  # fmt: skip
    project = bare().model_copy(update={"layers": parse_layers([stated]), "data_root": tmp_path})
    market, log, _ = read(project, areas)
    assert market.layers[0].by_code.to_dict() == dict(zip(codes, [0, 1, 2], strict=True))
    said = pd.concat(log.issues)
    first = ", ".join(areas.index[3:6])
    assert said["value"].to_list() == [f"354 of 357 areas: {first}, …"]
    assert set(said["file"]) == {"t.csv"}


def test_a_layer_is_one_file(areas, tmp_path):
    for name in ("a.gpkg", "b.gpkg"):
        (tmp_path / name).write_text("x")
    stated = {"name": "own", "path": "*.gpkg", "kind": "vector", "measure": "share"}
    project = bare().model_copy(update={"layers": parse_layers([stated]), "data_root": tmp_path})
    with pytest.raises(ProjectError, match=r"\*\.gpkg: matches 2 files; name the one to read"):
        read(project, areas)


def test_sales_are_placed_priced_and_traced_to_each_of_their_files(areas):
    project = sample_project(layers=())
    postcodes = read_postcodes([project.find_one(entry)[0] for entry in project.sources.postcodes]).table
    market, log, said = read(project, areas, postcodes)
    assert said == ["Reading sales"]
    roles = [(read.role, read.file) for read in log.provenance]
    files = {role: [name for one, name in roles if one == role] for role in ("sales", "floor areas")}
    assert files == {
        "sales": [label for entry in project.sources.sales for _, label in project.find(entry)],
        "floor areas": [label for entry in project.sources.floor_areas for _, label in project.find(entry)],
    }
    used = market.sales[market.sales["used"] == "yes"]
    assert (pd.to_datetime(market.sales["transfer_date"]) <= pd.Timestamp(project.project.price_date)).all()
    known = used[used["floor_area_m2"].notna()]
    assert (known["gbp_per_m2"] * known["floor_area_m2"]).to_numpy() == pytest.approx(known["price_gbp"].to_numpy())
