"""The wrong turns of the first day, and the one message each gets: where it arises, with what to do about it."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString

import siteprior as sp
from factories.real import DATA_ROOT
from factories.small import LAYER, small_project
from siteprior.core.errors import InputError, ProjectError, SitePriorError
from siteprior.core.files import shipped
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.read import read_areas, read_postcodes, read_sites
from siteprior.pipeline.read_transit import read_transit
from siteprior.pipeline.result import Result
from siteprior.sources.areas.lsoa import study_area


@pytest.fixture
def project(tmp_path):
    """Write a small project with changes, and load it."""

    def write(*changes, append=""):
        return small_project(tmp_path, *changes, append=append)

    return write


def one_fault(refused) -> str:
    """Return the one message of what was raised."""
    assert len(refused.value.faults) == 1
    return refused.value.faults[0]


NOT_IN_THE_FILE = {
    "a required key misspelt": ([("as_of =", "as_off =")], "did you mean 'as_of'"),
    "a required source misspelt": ([("stops =", "stop =")], "did you mean 'stops'"),
    "a required table misspelt": ([("[shortlist]", "[shortlst]")], "did you mean 'shortlist'"),
    "a key of an entry misspelt": ([('code = "LSOA21CD"', 'codes = "LSOA21CD"')], "did you mean 'code'"),
    "a required key left out": ([("as_of = 2026-01-31\n", "")], "the key 'as_of' is missing; add it"),
    "a required table left out": ([("[shortlist]\nn = 5\n", "")], r"the table \[shortlist\] is missing; add it"),
    "a weight misspelt": ([("n = 5\n", "n = 5\n[weights]\ncapcity = 1\n")], "did you mean 'capacity'"),
    "a gate misspelt": ([("n = 5\n", "n = 5\n[gates]\ntoo_smal = 1\n")], "did you mean 'too_small'"),
    "a seed below zero": ([("illustrative = true", "seed = -1")], "seed: needs a number from 0 to 4294967295, not -1"),
    "evidence nobody registered": (
        [("n = 5\n", 'n = 5\n[evidence]\nflood = "f.gpkg"\n')],
        "unknown key 'flood'; did you mean 'flood_zones'",
    ),
    "a backslash in double quotes": ([('"sites/dudley.csv"', '"sites\\dudley.csv"')], "project.toml:10: a backslash"),
    "a Windows folder in double quotes": ([('"sites/dudley.csv"', '"C:\\Users\\a.csv"')], "write / in paths"),
    "a backslash that TOML takes for a tab": ([('"sites/dudley.csv"', '"sites\\trees.csv"')], "control character"),
    "own sites with two columns of homes": (
        [("stops =", 'own_sites = [{path = "mine.csv", columns = {ref = "R", homes = "a", units = "b"}}]\nstops =')],
        "'homes' and 'units' both are minimum_net_dwellings; keep one",
    ),
    "a weight called homes": ([("n = 5\n", "n = 5\n[weights]\nhomes = 1\n")], "'homes'; did you mean 'capacity'"),
    "a council by its name": (
        [('"sites/dudley.csv"', '{path = "sites/dudley.csv", organisation = "Dudley"}')],
        "'Dudley' is no ONS code; that of Dudley is E08000027",
    ),
    "a register of a combined authority": (
        [('"sites/dudley.csv"', '{path = "sites/dudley.csv", organisation = "E47000007"}')],
        "which has no register; give the code of the council, such as E08000026, or name the file under own_sites",
    ),
}  # fmt: skip
"""What goes wrong in the project file itself: how, and what the one message says."""


@pytest.mark.parametrize("turn", NOT_IN_THE_FILE)
def test_a_fault_of_the_project_file_is_one_message_at_load(turn, project):
    changes, says = NOT_IN_THE_FILE[turn]
    with pytest.raises(ProjectError, match=says) as refused:
        project(*changes)
    one_fault(refused)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("fuel_poverty = 1", "fuel_povrty = 1", "did you mean 'fuel_poverty'"),
        ("[[layers]]", "[[layer]]", "did you mean 'layers'"),
        ('measure = "value"', 'measure = "valeu"', "did you mean 'value'"),
        ('name = "fuel_poverty"', 'name = "hectares"', "is a column of siteprior's own; give another"),
        (
            'name = "fuel_poverty"',
            'name = "homes"',
            "'homes' is what many call capacity_dwellings, which every site has",
        ),
    ],
)
def test_a_misspelt_layer_and_one_with_a_name_of_siteprior_are_one_message(old, new, says, project):
    text = LAYER + "\n[weights]\nfuel_poverty = 1\n"
    wrong = text.replace(old, new)
    if any(
        word in new for word in ("hectares", "homes", "[[layer]]")
    ):  # what the weight names is gone with it: no second fault of that
        wrong = wrong.partition("\n[weights]")[0]
    with pytest.raises(ProjectError, match=says) as refused:
        project(append=wrong)
    one_fault(refused)


def test_windows_paths_in_single_quotes_are_read(project):
    written = project(('"sites/dudley.csv"', "'sites\\dudley.csv'"))
    assert [label for _, label in written.find(written.sources.registers[0])] == ["sites/dudley.csv"]


def read_own(project, text, tmp_path):
    """Read sites of one's own that the project names by their path alone."""
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    written = project(("stops =", f'own_sites = ["{(tmp_path / "mine.csv").as_posix()}"]\nstops ='))
    done = Result(written)
    for stage in (read_areas, read_postcodes, read_sites):
        done = stage(done, lambda _: None)
    return done.sites_read[done.sites_read["register"] == "mine"]


@pytest.mark.parametrize(
    "text", ["ref,easting,northing,homes\nA,394500,290300,12\n", "ref,lat,lon,homes\nA,52.5105,-2.0823,12\n"]
)
def test_own_sites_as_a_plain_path_are_read_in_metres_and_in_degrees(text, project, tmp_path):
    (mine,) = read_own(project, text, tmp_path).itertuples()
    assert (mine.reference, mine.minimum_net_dwellings, mine.organisation) == ("A", 12, "E08000027")
    assert (round(mine.easting, -2), round(mine.northing, -2)) == (394500, 290300)


def test_own_sites_whose_columns_are_not_plain_are_one_message_with_a_map_to_write(project, tmp_path):
    with pytest.raises(
        InputError, match=r"it has Asset, X, Y\. Say which is which: own_sites = \[\{path = "
    ) as refused:
        read_own(project, "Asset,X,Y\nA,394500,290300\n", tmp_path)
    one_fault(refused)


@pytest.fixture
def lines(tmp_path):
    """Write a GeoJSON of one line through stations of Dudley, with columns as given, and return its path."""
    stations = pd.read_csv(shipped("data") / "transit" / "stations.csv")
    near = stations[stations["Easting"].between(389000, 400000) & stations["Northing"].between(284000, 294000)]
    through = near[["Easting", "Northing"]].head(3).to_numpy()

    def write(**columns):
        line = gpd.GeoDataFrame(
            {name: [value] for name, value in columns.items()},
            geometry=[LineString(through)], crs=27700,
        )  # fmt: skip
        line.to_crs(4326).to_file(tmp_path / "line.json", driver="GeoJSON")
        return (tmp_path / "line.json").as_posix()

    return write


def corridors_of(written):
    """Read the corridors of a project."""
    areas = read_areas(Result(written), lambda _: None).areas
    return read_transit(written, study_area(areas), ReadLog())


def test_lines_as_a_bare_path_are_read_where_one_column_plainly_names_them(project, lines):
    path = lines(description="from A to B", name="Line 1", type="tramway")
    transit = corridors_of(project(("transit/corridors.csv", path)))
    assert transit.corridors.index.tolist() == ["Line 1"]
    assert transit.surveyed is not None
    assert (transit.corridor_stops["corridor"] == "Line 1").all()
    assert len(transit.corridor_stops) > 0


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (
            {"label": "Line 1", "colour": "red"},
            r"no column plainly names the lines; it has label, colour\. Say which: ",
        ),
        ({"name": "A to B", "route": "1"}, "several columns could name the lines: name, route; it has"),
    ],
)
def test_lines_without_one_plain_name_are_one_message_that_says_how(columns, says, project, lines):
    with pytest.raises(InputError, match=says) as refused:
        corridors_of(project(("transit/corridors.csv", lines(**columns))))
    assert 'paths = [{path = "' in one_fault(refused)


HANDED = DATA_ROOT / "faults" / "12_lines_json_as_corridor" / "metrolink_lines.json"


@pytest.mark.skipif(not HANDED.is_file(), reason=f"needs {HANDED.name} of the shared data")
def test_the_lines_of_greater_manchester_are_read_from_their_json():
    read = sp.transit.read_corridor_lines(HANDED).table
    assert {"Droylsden", "Ashton", "Oldham Town Centre"} <= set(read.index)
    assert (read["length_m"] > 0).all()


def test_a_criterion_of_ones_own_in_python_asks_for_its_anchors_and_takes_them():
    table = pd.DataFrame({"mine": [1.0, 2.0]}, index=pd.Index(["E1:a", "E1:b"], name="site_id"))
    with pytest.raises(InputError, match=r"give anchors=\{'mine': \(worst, best\)\}") as refused:
        sp.score(table, {"mine": 1})
    one_fault(refused)
    assert sp.score(table, {"mine": 1}, anchors={"mine": (0, 2)})["score"].tolist() == [0.5, 1.0]


def test_a_folder_that_is_no_run_names_the_runs_in_it(tmp_path):
    (tmp_path / "outputs" / "first").mkdir(parents=True)
    (tmp_path / "outputs" / "first" / "run.json").write_text("{}")
    for open_it in (sp.open_run, lambda folder: sp.compare(folder, folder)):
        with pytest.raises(InputError, match=r"holds runs; give one of them: .*outputs/first") as refused:
            open_it(tmp_path / "outputs")
        one_fault(refused)


@pytest.fixture
def sites():
    """Return a few sites, and an area to join."""
    table = sp.read_registers(shipped("data") / "sites" / "dudley.csv").table.head(3)
    areas = sp.read_areas(
        shipped("data") / "boundaries" / "lsoa21.geojson", code="LSOA21CD", district="LADCD_ACTIVE", year=2021
    ).table
    return table, areas


def test_joining_twice_is_the_same_with_assign(sites):
    table, areas = sites
    once = table.assign(**sp.joins.join_areas(table, areas))
    twice = once.assign(**sp.joins.join_areas(once, areas))
    pd.testing.assert_frame_equal(once, twice)
    # pandas' own word for it; docs/how-to/use-from-python.md has the answer
    with pytest.raises(ValueError, match="columns overlap"):
        once.join(sp.joins.join_areas(once, areas))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda t: t.to_crs(4326).set_crs(27700, allow_override=True), "degrees labelled as metres"),
        (
            lambda t: t.set_geometry([LineString([(4e5, 3e5), (4e5, 4e5)])] * len(t)),
            "needs points .* a LineString",
        ),
    ],
)
def test_places_that_are_none_are_one_message(spoil, says, sites):
    table, areas = sites
    wrong = spoil(table)
    wrong = wrong.set_crs(27700) if wrong.crs is None else wrong
    with pytest.raises(InputError, match=says) as refused:
        sp.joins.join_areas(wrong, areas)
    one_fault(refused)


def test_a_file_given_twice_is_refused_or_taken_once_as_the_audit_says():
    path = shipped("data") / "market" / "codepoint.csv"
    register = shipped("data") / "sites" / "walsall.csv"
    with pytest.raises(InputError, match="twice") as refused:
        sp.read_registers([register, register])
    one_fault(refused)
    postcodes = sp.registers.read_postcodes([path, path])
    assert len(postcodes.provenance) == 1
    assert "given twice; taken once" in postcodes.issues["action"].tolist()
    assert sp.audit([register, register]).files["file"].tolist() == ["walsall.csv"]


def test_forgotten_naptan_areas_are_one_message_that_names_them(project, tmp_path):
    stops = pd.read_csv(shipped("data") / "transit" / "stations.csv", dtype=str)
    (tmp_path / "buses.csv").write_text(
        stops.head(1).assign(ATCOCode="43000100101", StopType="BCT").to_csv(index=False), encoding="utf-8"
    )
    with pytest.raises(SitePriorError, match=r"no file of stops holds NaPTAN area 910 .*, 940 ") as refused:
        corridors_of(project(("transit/naptan.csv", (tmp_path / "buses.csv").as_posix())))
    one_fault(refused)


def test_welsh_deprivation_codes_are_one_message_with_a_code_of_each_side(project, tmp_path):
    welsh = pd.read_csv(shipped("data") / "deprivation" / "iod2025.csv", dtype=str)
    welsh[welsh.columns[0]] = "W0" + welsh[welsh.columns[0]].str[2:]
    welsh.to_csv(tmp_path / "wimd.csv", index=False)
    written = project(("deprivation/iod2025.csv", (tmp_path / "wimd.csv").as_posix()))
    with pytest.raises(SitePriorError, match=r"has a row for none of .* codes such as W0") as refused:
        read_areas(Result(written), lambda _: None)
    one_fault(refused)
