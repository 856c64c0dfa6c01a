"""Where files of a project come from: url, dataset, key, and what contradicts itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteprior.core.errors import InputError, ProjectError
from siteprior.pipeline.registered import load_project
from siteprior.sources.fetch.origins import addressed, entries_of, is_pattern, keys_of, origin_of, target_of
from siteprior.sources.fetch.tiles import join_tiles
from siteprior.sources.fetch.unpack import unpack


def case(project):
    """Return the entry of the case's file."""
    return next(entry for key, entry in entries_of(project) if key == "postcodes")


def test_a_dataset_gives_address_licence_page_and_size(desk):
    project = load_project(desk.project("a.csv", "/a.csv", vintage="2025", size_mb=3))
    origin = origin_of(project, case(project))
    assert (origin.url, origin.licence, origin.vintage) == ("https://data.example.org/a.csv", "OGL v3", "2025")
    assert (origin.page, origin.size, origin.paged) == ("https://data.example.org/page (A case)", "about 3 MB", False)


def test_what_the_project_states_goes_before_its_dataset(desk):
    more = ', url = "https://own.example.org/b.csv", licence = "own", vintage = "2024"'
    project = load_project(desk.project("a.csv", "/a.csv", entry=more, paging="arcgis"))
    origin = origin_of(project, case(project))
    assert (origin.url, origin.licence, origin.vintage) == ("https://own.example.org/b.csv", "own", "2024")
    assert not origin.paged  # an address of one's own is a file
    assert origin.size == "size not known before"


def test_a_key_is_in_the_address_or_the_header_and_named_where_it_is_missing(desk, monkeypatch):
    project = load_project(desk.project("a.csv", "/{key}/a.csv", key_env="OWN_KEY"))
    monkeypatch.setenv("OWN_KEY", "s3 cret")
    assert origin_of(project, case(project)).url == "https://data.example.org/s3%20cret/a.csv"
    assert keys_of(project, [case(project)]) == ["s3 cret"]
    monkeypatch.delenv("OWN_KEY")
    assert keys_of(project, [case(project)]) == []
    with pytest.raises(InputError, match="OWN_KEY"):
        origin_of(project, case(project))
    monkeypatch.setenv("OWN_KEY", "s3cret")
    project = load_project(desk.project("a.csv", "/a.csv", key_env="OWN_KEY", key_header="X-Key: {key}"))
    assert origin_of(project, case(project)).headers == {"X-Key": "s3cret"}


def test_rasters_are_joined_of_tiles_and_all_else_unpacked(desk):
    project = load_project(desk.project("a.csv", "/a.zip", member="*.zip!*.asc"))
    origin = origin_of(project, case(project))
    assert origin.make(Path("a.tif")).func is join_tiles
    assert origin.make(Path("a.csv")).func is unpack
    assert origin.make(Path("a.csv")).keywords == {"member": "*.zip!*.asc"}


def test_the_zip_of_a_member_is_what_is_fetched(desk):
    project = load_project(desk.project("a.zip!b.csv", "/a.zip"))
    assert target_of(project, case(project)) == desk.data / "case/a.zip"
    assert list(addressed(project, entries_of(project))) == [desk.data / "case/a.zip"]


def test_a_pattern_may_be_of_a_dataset_and_is_not_fetched(desk):
    project = load_project(desk.project("*.csv", "/a.csv"))
    assert is_pattern(case(project))
    assert addressed(project, entries_of(project)) == {}


def test_what_leaves_the_root_is_refused(desk):
    project = load_project(desk.project("../../a.csv", "/a.csv"))
    with pytest.raises(ProjectError, match="lies outside"):
        addressed(project, entries_of(project))
