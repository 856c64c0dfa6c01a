"""What a notebook writes: nothing unless asked, packages as hand_over writes them, layers of chosen columns."""

from __future__ import annotations

import geopandas as gpd
import pytest

import siteprior as sp
from siteprior.core.errors import InputError


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_nothing_is_written_without_a_folder(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "nothing is written" in sp.notebook.hand_over(run, None, audience="public").data
    assert "nothing is written" in sp.notebook.save_layer(run, ["rank"], None).data
    assert list(tmp_path.iterdir()) == []


def test_a_package_is_listed_with_its_sites(run, tmp_path):
    table = sp.notebook.hand_over(run, tmp_path, audience="public").data
    assert table["sites"].tolist() == [len(run.sites)]
    assert (tmp_path / "public" / "sites.gpkg").is_file()


def test_a_layer_has_the_chosen_columns_and_says_that_it_is_invented(run, tmp_path):
    sp.notebook.save_layer(run, ["site_name", "rank"], tmp_path, name="mine")
    for table in (
        gpd.read_file(tmp_path / "mine.gpkg", layer="shortlist"),
        gpd.read_parquet(tmp_path / "mine.parquet").reset_index(),
    ):
        assert {"site_id", "site_name", "rank", "illustrative"} <= set(table)
        assert "score" not in table
        assert table["site_id"].tolist() == run.shortlist.index.tolist()
        assert table.crs.to_epsg() == 27700


def test_every_unknown_column_is_named(run):
    with pytest.raises(InputError) as raised:
        sp.notebook.save_layer(run, ["rnk", "scor"], None)
    assert ["'rank'" in raised.value.faults[0], "'score'" in raised.value.faults[1]] == [True, True]


def test_a_live_map_is_drawn_where_it_is_asked_for(run):
    assert "live" in sp.notebook.live_map(run, "score", live=False).data
    assert type(sp.notebook.live_map(run, "score", live=True)).__name__ == "Map"
