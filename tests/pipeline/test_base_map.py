"""The base map in a run: read with the areas, hashed, refused with its line, and left out of other documents' lines."""

from __future__ import annotations

import hashlib
import json

import pytest

from factories.results import sample_project
from factories.tiles import ATTRIBUTION, picture, tiles_of, write_archive
from siteprior import cli
from siteprior.core.errors import InputError
from siteprior.core.files import shipped
from siteprior.core.progress import no_progress
from siteprior.pipeline.base_map import ROLE, base_map_notices, read_base_map
from siteprior.pipeline.read import read_areas
from siteprior.pipeline.result import Result
from siteprior.project.files import File
from siteprior.project.load import load_project

SAMPLE = (-2.25, 52.35, -1.39, 52.7)
"""A box round the areas of the sample (degrees)."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    tiles = {tile: picture(tile) for tile in tiles_of(range(7, 12), SAMPLE)}
    path = tmp_path_factory.mktemp("tiles") / "own.pmtiles"
    return write_archive(path, tiles, metadata={"attribution": ATTRIBUTION}, box=SAMPLE)


@pytest.fixture(scope="module")
def areas():
    return read_areas(Result(sample_project()), no_progress).areas


def read(areas, path, **facts):
    project = sample_project(publish={"basemap": None if path is None else File(path=str(path), **facts)})
    return read_base_map(Result(project, areas=areas), no_progress)


def test_without_the_key_there_is_none(areas):
    result = read(areas, None)
    assert result.base_map is None
    assert result.provenance == ()
    assert list(base_map_notices(result)) == []


def test_an_archive_is_cut_to_the_areas_and_hashed_as_an_input(areas, archive):
    result = read(areas, archive)
    west, south, east, north = areas.to_crs(4326).total_bounds
    assert result.base_map.bounds == pytest.approx((west, south, east, north))
    assert [zoom.zoom for zoom in result.base_map.zooms] == [8, 9, 10, 11]
    (origin,) = result.provenance
    assert (origin.role, origin.sha256) == (ROLE, hashlib.sha256(archive.read_bytes()).hexdigest())
    assert (origin.rows, origin.attribution) == (result.base_map.tiles, "© Example Survey")
    assert result.issues.empty
    assert list(base_map_notices(result)) == []


def test_what_the_project_states_goes_before_what_the_file_says(areas, archive):
    result = read(areas, archive, attribution="Our own survey", licence="ours")
    assert result.base_map.attribution == "Our own survey"
    assert (result.provenance[0].attribution, result.provenance[0].licence) == ("Our own survey", "ours")


def test_what_is_left_out_is_among_the_notices(areas, tmp_path):
    tiles = {tile: picture(tile) for tile in tiles_of([7, 8], SAMPLE)}
    result = read(areas, write_archive(tmp_path / "own.pmtiles", tiles, box=SAMPLE))
    (words,) = base_map_notices(result)
    assert words.endswith(
        "has tiles of the study area to zoom 8 alone, and shows nothing of it before zoom 10, and is left out"
    )
    assert result.base_map.tiles == 0


@pytest.fixture
def written(tmp_path):
    """Return what writes the sample's project with a base map, under its own folder of data."""

    def write(stated):
        text = (shipped("data") / "demo.toml").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("data_root")]
        at = lines.index("[project]") + 1
        lines.insert(at, f"data_root = {json.dumps(str(shipped('data')))}")
        path = tmp_path / "p.toml"
        path.write_text("\n".join([*lines, "", "[publish]", f"basemap = {json.dumps(str(stated))}"]), encoding="utf-8")
        return path

    return write


def test_a_file_beside_the_project_is_found_and_a_missing_one_refused_before_anything_is_read(
    written, archive, tmp_path
):
    (tmp_path / "own.pmtiles").write_bytes(archive.read_bytes())
    project = load_project(written("own.pmtiles"))
    project.refuse_missing()
    assert project.find_one(project.publish.basemap)[1] == "own.pmtiles"
    path = written("gone.pmtiles")
    line = path.read_text(encoding="utf-8").count("\n") + 1
    with pytest.raises(InputError, match=rf"p\.toml:{line}: \[publish\] basemap\.path: gone\.pmtiles: there is"):
        load_project(path).refuse_missing()


def test_a_bad_archive_stops_a_run_with_its_line_and_a_check_names_it(written, tmp_path, capsys):
    (tmp_path / "own.pmtiles").write_bytes(b"SQLite format 3\0" + bytes(1000))
    path = written("own.pmtiles")
    line = path.read_text(encoding="utf-8").count("\n") + 1
    assert cli.main(["run", str(path), "--out", str(tmp_path / "out"), "--quiet"]) == 1
    said = capsys.readouterr().err
    assert f"{path}:{line}: [publish] basemap: own.pmtiles: is no PMTiles archive of version 3, it is a GeoPack" in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()
    assert cli.main(["check", str(path), "--out", str(tmp_path / "checked"), "--quiet"]) == 1
    assert f"{path}:{line}: [publish] basemap: own.pmtiles: is no PMTiles archive" in capsys.readouterr().err


def test_an_archive_of_elsewhere_is_refused_with_its_line(areas, tmp_path):
    box = (0.0, 51.0, 0.5, 51.3)
    path = write_archive(tmp_path / "own.pmtiles", {tile: picture(tile) for tile in tiles_of([10, 11], box)}, box=box)
    with pytest.raises(
        InputError, match=r"own\.pmtiles: covers 0\.00 to 0\.50 degrees east and 51\.00 to 51\.30 north, and"
    ):
        read(areas, path)
