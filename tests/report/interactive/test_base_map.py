"""The page's tiles: the bytes of the archive, each once, and nothing where there is no base map."""

from __future__ import annotations

import base64
import json

import pytest

from factories.report_page import made_up_page
from factories.tiles import PROTOMAPS, picture_archive, tiles_of, vector_tile, write_archive
from siteprior.report.base_map.cut import cut_base_map
from siteprior.report.interactive.base_map import base_map_facts
from siteprior.report.interactive.geometry import DEGREES


@pytest.fixture(scope="module")
def cut(made_up, tmp_path_factory):
    path = picture_archive(tmp_path_factory.mktemp("tiles") / "own.pmtiles", range(9, 15))
    return cut_base_map(path, made_up.areas.to_crs(DEGREES).total_bounds.tolist(), file="own.pmtiles")


def test_without_a_base_map_or_tiles_there_is_nothing(made_up, tmp_path):
    assert base_map_facts(None) is None
    coarse = cut_base_map(picture_archive(tmp_path / "own.pmtiles", range(10)), (-2.1, 52.35, -1.75, 52.6))
    assert base_map_facts(coarse) is None
    facts = json.loads(made_up_page(made_up, base_map=coarse)["explore"])
    assert facts["base_map"] is None
    assert facts["left_out"] == list(coarse.messages)


def test_every_tile_comes_back_byte_for_byte(cut):
    facts = base_map_facts(cut)
    assert [base64.b64decode(text) for text in facts["contents"]] == list(cut.contents)
    assert [zoom["zoom"] for zoom in facts["zooms"]] == list(range(11, 15))
    for zoom in facts["zooms"]:
        assert len(zoom["places"]) % zoom["columns"] == 0
        assert set(zoom["places"]) <= set(range(len(cut.contents)))
    assert (facts["type"], facts["pixels"], facts["layers"]) == ("raster", 256, [])


def test_the_page_carries_it_and_no_sign_that_ends_a_script(made_up, cut):
    text = made_up_page(made_up, base_map=cut)["explore"]
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text)["base_map"] == base_map_facts(cut)
    assert text == made_up_page(made_up, base_map=cut)["explore"]


def test_it_takes_no_more_of_the_page_than_was_counted(cut):
    assert len(json.dumps(base_map_facts(cut), separators=(",", ":"))) < 4 / 3 * sum(map(len, cut.contents)) * 1.02


def test_vector_tiles_name_what_is_drawn(tmp_path):
    tiles = {tile: vector_tile() for tile in tiles_of(range(9, 13))}
    path = write_archive(tmp_path / "own.pmtiles", tiles, kind="mvt", metadata=PROTOMAPS)
    facts = base_map_facts(cut_base_map(path, (-2.1, 52.35, -1.75, 52.6)))
    assert facts["type"] == "vector"
    assert facts["layers"] == [["earth", "land"], ["water", "water"], ["roads", "road"]]
