from __future__ import annotations

# ruff: noqa: E501 -- a case stands on one line
from datetime import date

import pytest

from siteprior.core.errors import InputError, ProjectError
from siteprior.project.load import load_project

GOOD = """
[project]
title = "T"
as_of = 2021-01-01
[sources]
registers = ["r/*.csv", {path = "x.csv", organisation = "E08000025"}]
stops = "naptan.csv"
areas = {path = "lsoa.geojson", code = "LSOA21CD", year = 2021}
deprivation = {path = "iod.csv", edition = 2025}
[corridors]
paths = "c.csv"
[shortlist]
n = 5
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)

    def write(text):
        path = tmp_path / "p.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_bare_path_stands_for_a_table_and_one_entry_for_a_list(write):
    project = load_project(write(GOOD))
    assert [entry.path for entry in project.sources.registers] == ["r/*.csv", "x.csv"]
    assert project.sources.registers[1].organisation == "E08000025"
    assert project.sources.stops[0].path == "naptan.csv"
    assert project.network_date == date(2021, 1, 1)
    assert project.name == "p"


def test_paths_are_found_under_data_root_and_labelled_as_the_project_names_them(write, tmp_path):
    for name in ("b.csv", "a.csv"):
        (tmp_path / "r").mkdir(exist_ok=True)
        (tmp_path / "r" / name).write_text("x")
    project = load_project(write(GOOD))
    assert [label for _, label in project.find(project.sources.registers[0])] == ["r/a.csv", "r/b.csv"]
    with pytest.raises(InputError, match=r"x\.csv: there is no such file under"):
        project.find(project.sources.registers[1])


def test_a_glob_that_finds_nothing_is_reported(write):
    project = load_project(write(GOOD))
    with pytest.raises(InputError, match=r"r/\*\.csv: no file under .* matches"):
        project.find(project.sources.registers[0])


def test_the_environment_overrides_data_root_and_an_argument_overrides_both(write, tmp_path, monkeypatch):
    monkeypatch.setenv("SITEPRIOR_DATA_ROOT", str(tmp_path / "env"))
    assert load_project(write(GOOD)).data_root == tmp_path / "env"
    assert load_project(write(GOOD), data_root=tmp_path / "arg").data_root == tmp_path / "arg"
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT")
    assert load_project(write(GOOD.replace('title = "T"', 'title = "T"\ndata_root = "d"'))).data_root == tmp_path / "d"


def test_every_fault_is_named_at_once_with_the_valid_keys(write):
    text = GOOD.replace("as_of = 2021-01-01", 'as_of = "soon"\ncolour = 1').replace("n = 5", "n = 0\nm = 1")
    with pytest.raises(ProjectError) as raised:
        load_project(write(text + "\n[extras]\na = 1\n"))
    file = write(text + "\n[extras]\na = 1\n")
    assert raised.value.faults == (
        f"{file}:4: [project] as_of: needs a day such as 2029-04-01, not 'soon'",
        f"{file}:5: [project]: unknown key 'colour'; Valid: area, as_of, data_root, illustrative, network_date, "
        "price_date, seed, title",
        f"{file}:14: [shortlist] n: needs a number above 0, not 0",
        f"{file}:15: [shortlist]: unknown key 'm'; Valid: n",  # nothing near: only the list
        f"{file}:17: unknown key 'extras'; Valid: access, assumptions, corridors, evidence, gates, layers, project, "
        "publish, scenarios, shortlist, sources, weights",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[project", "is not valid TOML"),
        (
            GOOD.replace('registers = ["r/*.csv", {path = "x.csv", organisation = "E08000025"}]', ""),
            r"p.toml:5: \[sources\]: names no sites; give registers, own_sites or both",
        ),
        (
            GOOD.replace("edition = 2025", "edition = 2024"),
            r"p.toml:9: \[sources\] deprivation.edition: unknown edition '2024'; did you mean '2025'\? Valid: 2019, 2025",
        ),
        (GOOD.replace('stops = "naptan.csv"', ""), r"p.toml:5: \[sources\]: the key 'stops' is missing; add it"),
        (GOOD + 'file = "x"', r"\[shortlist\]: unknown key 'file'; Valid: n"),
        ('file = "x"\n' + GOOD, r"p.toml:1: unknown key 'file'; Valid: access"),
    ],
)
def test_a_project_that_cannot_be_used_is_reported(write, text, says):
    with pytest.raises(ProjectError, match=says):
        load_project(write(text))


def test_a_missing_project_is_reported(tmp_path):
    with pytest.raises(ProjectError, match=r"gone\.toml: there is no such project file"):
        load_project(tmp_path / "gone.toml")


def with_sources(text):
    return GOOD.replace("[corridors]", f"{text}\n[corridors]")


def test_streets_timetables_and_elevation_are_optional_and_may_be_bare_paths(write):
    empty = load_project(write(GOOD)).sources
    assert (empty.streets, empty.timetables, empty.elevation) == (None, (), None)
    given = load_project(
        write(
            with_sources(
                'streets = {path = "s.gpkg", layer = "lines", crs = "EPSG:27700", private = true}\n'
                'timetables = "feed.zip"\nelevation = "dtm.tif"'
            )
        )
    ).sources
    streets = given.streets
    assert (streets.layer, streets.crs, streets.private, streets.osm) == ("lines", "EPSG:27700", True, False)
    assert given.timetables[0].path == "feed.zip"
    assert given.elevation.path == "dtm.tif"


def test_an_entry_may_say_where_it_comes_from(write):
    text = f'timetables = {{path = "f.zip", url = "https://example.org/f", sha256 = "{"Ab" * 32}"}}'
    (feed,) = load_project(write(with_sources(text))).sources.timetables
    assert (feed.url, feed.sha256) == ("https://example.org/f", "Ab" * 32)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            'timetables = {path = "f.zip", url = "http://example.org/f"}',
            r"p.toml:10: \[sources\] timetables\[1\]\.url: give an address that begins with https://",
        ),
        ('timetables = {path = "f.zip", url = "https://me:pw@example.org/f"}', "no user name or password"),
        (
            'timetables = {path = "f.zip", sha256 = "abc"}',
            r"\[sources\] timetables\[1\]\.sha256: needs a SHA-256 hash of 64 hexadecimal digits, not 'abc'",
        ),
        (
            'timetables = {path = "f.zip", osm = true}',
            r"\[sources\] timetables\[1\]: unknown key 'osm'; Valid: attribution",
        ),
        ('streets = {path = "s.graphml", osm = true, url = "https://example.org/s"}', "exclude each other; keep one"),
        (f'streets = {{path = "s.graphml", osm = true, sha256 = "{"0" * 64}"}}', "differs from day to day"),
        ('streets = {path = "s.gpkg", osm = true}', r"with osm = true the path must end in \.graphml"),
        ('elevation = ["a.tif", "b.tif"]', r"\[sources\] elevation: needs a table of keys"),
    ],
)
def test_an_address_that_cannot_be_fetched_is_refused(write, text, says):
    with pytest.raises(ProjectError, match=says):
        load_project(write(with_sources(text)))
