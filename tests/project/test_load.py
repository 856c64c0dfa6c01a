from __future__ import annotations

# ruff: noqa: E501 -- a case stands on one line
import pickle
from datetime import date

import pytest

from siteprior.core.errors import InputError, ProjectError
from siteprior.core.files import shipped
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
        f"{file}:17: unknown key 'extras'; Valid: access, assumptions, corridors, datasets, evidence, gates, "
        "layers, opportunities, programme, project, publish, ranking, robustness, scenarios, shortlist, sources, weights",
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


def test_heights_without_streets_to_count_them_on_are_refused(write):
    with pytest.raises(
        ProjectError, match=r"\[sources\]: names elevation but no streets: heights count on streets only"
    ):
        load_project(write(with_sources('elevation = "dtm.tif"')))


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


@pytest.mark.parametrize("wrong", [None, 5, b"p.toml", ["p.toml"], "", "p\0.toml"])
def test_what_is_no_path_of_a_project_is_refused(wrong, write):
    with pytest.raises(InputError, match=r"path: .*project file"):
        load_project(wrong)
    if wrong is not None:
        with pytest.raises(InputError, match=r"data_root: .*folder"):
            load_project(write(GOOD), data_root=wrong)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (GOOD.encode("utf-16"), "is no text in UTF-8 .*; save it as UTF-8"),
        (bytes(range(256)), "is no text in UTF-8"),
        (b"PK\x03\x04\x00\x00", "is not valid TOML"),
        (f"a = {'[' * 3000}{']' * 3000}".encode(), ".* stand more than 20 deep in each other"),
        (f"a = {'[' * 200}{']' * 200}".encode(), ".* stand more than 20 deep in each other"),
        (f"a = {'{a = ' * 60}1{'}' * 60}".encode(), ".* stand more than 20 deep in each other"),
        (f"[{'.'.join('a' * 3000)}]".encode(), ".* stand more than 20 deep in each other"),
        (b"a = " + b"9" * 5000, "is not valid TOML"),
    ],
)
def test_a_file_that_is_no_project_is_named_with_the_reason(tmp_path, content, says):
    path = tmp_path / "p.toml"
    path.write_bytes(content)
    with pytest.raises(ProjectError, match=f"p.toml: {says}"):
        load_project(path)


def test_a_folder_is_no_project(tmp_path):
    with pytest.raises(ProjectError, match="is a folder; name the project file in it"):
        load_project(tmp_path)


def test_lists_of_an_honest_depth_are_read(write):
    assert load_project(write(GOOD.replace("n = 5", "n = 5 # " + "[" * 3000))).shortlist.n == 5


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ('{refrence = "A"}', r"unknown column 'refrence'; did you mean 'reference'\?"),
        ('{reference = "A", easting = "E"}', "columns.easting: easting and northing are mapped together or not at all"),
        ('{hectares = "H"}', "columns: map a reference or a site_name to call the sites by"),
        ('{reference = " "}', "columns.reference: names no column of the file; give its name"),
    ],
)
def test_the_map_of_own_sites_is_checked_at_load_with_its_line(write, columns, says):
    text = f'own_sites = {{path = "e.csv", name = "estate", columns = {columns}}}'
    with pytest.raises(
        ProjectError, match=rf"p.toml:10: \[sources\] own_sites\[1\]\.columns.*{says.removeprefix('columns')}"
    ):
        load_project(write(with_sources(text)))


def test_all_files_that_are_not_there_are_named_at_once_with_line_and_key(write, tmp_path):
    (tmp_path / "naptan.csv").write_text("x")
    text = (
        with_sources('timetables = ["a.zip", "b/*.zip"]')
        + """
[[layers]]
name = "msoas"
path = "values.csv"
kind = "table"
measure = "value"
column = "v"
by = "msoa_code"
code = "MSOA"
lookup = {path = "msoa.geojson", to = "MSOA21CD"}
"""
    )
    file = write(text)
    with pytest.raises(InputError) as caught:
        load_project(file).refuse_missing()
    places = [fault.split(": ")[:3] for fault in caught.value.faults]
    assert places == [
        [f"{file}:6", "[sources] registers[1].path", "r/*.csv"],
        [f"{file}:6", "[sources] registers[2].path", "x.csv"],
        [f"{file}:10", "[sources] timetables[1].path", "a.zip"],
        [f"{file}:10", "[sources] timetables[2].path", "b/*.zip"],
        [f"{file}:8", "[sources] areas.path", "lsoa.geojson"],
        [f"{file}:9", "[sources] deprivation.path", "iod.csv"],
        [f"{file}:12", "[corridors] paths[1].path", "c.csv"],
        [f"{file}:18", "layers[1].path", "values.csv"],
        [f"{file}:24", "layers[1].lookup.path", "msoa.geojson"],
    ]
    assert all("; check the p" in fault for fault in caught.value.faults)


def test_a_data_root_that_is_not_there_is_named_with_its_line(write, tmp_path):
    file = write(GOOD.replace('title = "T"', 'title = "T"\ndata_root = "nowhere"'))
    with pytest.raises(
        InputError,
        match=rf"p.toml:4: data_root: there is no folder {tmp_path / 'nowhere'}; mend it, or set .*; siteprior fetch makes it",
    ):
        load_project(file).refuse_missing()


def test_a_path_with_a_nul_is_refused_at_load(write):
    with pytest.raises(ProjectError, match=r"p.toml:7: \[sources\] stops\[1\].path: .* is no path"):
        load_project(write(GOOD.replace("naptan.csv", "nap\\u0000tan.csv")))


def test_a_pattern_that_is_none_is_refused(write):
    project = load_project(write(GOOD.replace("r/*.csv", "/r/*.csv")))
    with pytest.raises(InputError, match=r"/r/\*\.csv: is no pattern under data_root .*; give one such as"):
        project.find(project.sources.registers[0])


def test_a_file_that_is_not_under_data_root_may_stand_beside_the_project(write, tmp_path):
    root = tmp_path / "shared"
    root.mkdir()
    path = write(GOOD)
    (tmp_path / "c.csv").write_text("beside")
    project = load_project(path, data_root=root)
    assert project.find(project.corridors.paths[0]) == [(tmp_path / "c.csv", "c.csv")]
    (root / "c.csv").write_text("shared")
    assert project.find(project.corridors.paths[0]) == [(root / "c.csv", "c.csv")]
    with pytest.raises(InputError, match=r"iod\.csv: there is no such file under .*shared"):
        project.find(project.sources.deprivation)


def test_districts_need_their_column_and_councils_stand_alone(write):
    faulty = GOOD.replace("year = 2021}", 'year = 2021, districts = ["Oldham"]}').replace(
        'organisation = "E08000025"}', 'organisation = "E08000025", councils = ["Oldham"]}'
    )
    with pytest.raises(ProjectError) as raised:
        load_project(write(faulty))
    assert [fault.partition(": ")[2] for fault in raised.value.faults] == [
        "[sources] registers[2].councils: stands beside organisation, which makes every row of the file one council's; keep one",
        "[sources] areas.districts: needs district, the column with the districts' codes",
    ]


def test_a_project_is_pickled():
    project = load_project(shipped("data") / "demo.toml", data_root=shipped("data"))
    again = pickle.loads(pickle.dumps(project))
    assert (again.project, again.sources, again.weights, again.gates) == (
        project.project, project.sources, project.weights, project.gates,
    )  # fmt: skip
