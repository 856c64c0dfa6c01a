"""Every reader takes one path or many, in whatever form they come."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import Input
from siteprior.core.issues import COLUMNS, Reading
from siteprior.project.layer_checks import parse_layer
from siteprior.sources.areas.boundaries import read_boundaries
from siteprior.sources.areas.deprivation import read_deprivation
from siteprior.sources.areas.lsoa import read_areas
from siteprior.sources.layers.reader import read_layer
from siteprior.sources.sales.reader import read_sales
from siteprior.sources.streets.reader import read_streets
from siteprior.sources.timetables.lines import corridor_from_timetable
from siteprior.sources.timetables.reader import read_timetables
from siteprior.sources.transit.corridors import read_corridor_lines, read_corridor_stops
from siteprior.sources.transit.naptan import read_stops
from siteprior.sources.transit.statements import read_openings

FORMS = {
    "text": str,
    "path": Path,
    "list": lambda path: [path],
    "tuple": lambda path: (str(path),),
    "generator": lambda path: (each for each in [path]),
}

GTFS = {
    "agency": "agency_id,agency_name\n1,A\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\nA,A,52.5,-1.9\nB,B,52.51,-1.9\n",
    "routes": "route_id,agency_id,route_short_name,route_type\nR,1,1,3\n",
    "trips": "route_id,service_id,trip_id\nR,S,T\n",
    "stop_times": "trip_id,departure_time,stop_id,stop_sequence\nT,8:20:00,A,1\nT,8:30:00,B,2\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "S,1,1,1,1,1,0,0,20230605,20230609\n",
}

LAYER = {
    "name": "slow", "path": "slow.csv", "kind": "table", "measure": "value", "column": "slow", "by": "lsoa_code",
    "code": "LSOA21CD", "year": 2021, "unit": "%",
}  # fmt: skip

PPD = '"{%s}","%d","2024-05-01 00:00","B1 1AA","T","N","F","1","","A ST","","B","B","WM","A","A"\n'


def box(x: float) -> shapely.Polygon:
    return shapely.box(400_000 + x, 300_000, 400_010 + x, 300_010)


def text(name, content):
    def write(folder):
        (folder / name).write_text(content)
        return folder / name

    return write


def shapes(name, columns, geometry):
    def write(folder):
        gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:27700").to_file(folder / name)
        return folder / name

    return write


def feed(folder):
    (folder / "feed").mkdir()
    for name, content in GTFS.items():
        (folder / "feed" / f"{name}.txt").write_text(content)
    return folder / "feed"


LINE = shapely.LineString([(400_000, 300_000), (400_100, 300_000)])

READERS = {
    "read_areas": (
        shapes("a.gpkg", {"LSOA21CD": ["E01000001"]}, [box(0)]),
        lambda paths: read_areas(paths, code="LSOA21CD", year=2021),
    ),
    "read_boundaries": (
        shapes("b.gpkg", {"LAD": ["E08000025"]}, [box(0)]),
        lambda paths: read_boundaries(paths, code="LAD"),
    ),
    "read_deprivation": (
        text("d.csv", "LSOA code (2021),IMD_rank\nE01000001,1\n"),
        lambda paths: read_deprivation(paths, edition=2025),
    ),
    "read_streets": (shapes("s.gpkg", {}, [LINE]), read_streets),
    "read_stops": (
        text("n.csv", "ATCOCode,CommonName,StopType,Easting,Northing,Status\n1,A,RLY,400000,300000,active\n"),
        read_stops,
    ),
    "read_openings": (text("o.csv", "atco,state,statement_date\n9400ZZWMAS,open,2026-10-02\n"), read_openings),
    "read_corridor_stops": (
        text("c.csv", "corridor,kind,order,stop_name,easting,northing\nLine,metro,1,A,400000,286400\n"),
        read_corridor_stops,
    ),
    "read_corridor_lines": (
        shapes("l.gpkg", {"Name": ["Line"]}, [LINE]),
        lambda paths: read_corridor_lines(paths, name_column="Name"),
    ),
    "read_timetables": (feed, read_timetables),
    "corridor_from_timetable": (feed, lambda paths: corridor_from_timetable(paths, routes=["1"])),
    "read_sales": (text("p.csv", PPD % ("1A", 250_000)), lambda paths: read_sales(paths, price_date=date(2025, 1, 1))),
    "read_layer": (
        text("slow.csv", "LSOA21CD,slow\nE01000001,1\n"),
        lambda paths: read_layer(paths, parse_layer(LAYER)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_takes_one_path_in_any_form_and_returns_table_issues_and_provenance(tmp_path, reader, form):
    write, read = READERS[reader]
    reading = read(FORMS[form](write(tmp_path)))
    assert isinstance(reading, Reading)
    assert reading.table is not None
    assert reading.issues.columns.tolist() == list(COLUMNS)
    assert reading.provenance
    assert all(isinstance(each, Input) for each in reading.provenance)


@pytest.mark.parametrize("reader", READERS)
def test_a_path_that_is_not_there_is_named_whole(tmp_path, reader):
    _, read = READERS[reader]
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        read(str(tmp_path / "nowhere.csv"))


@pytest.mark.parametrize("reader", READERS)
def test_no_path_at_all_is_refused(reader):
    with pytest.raises(InputError, match="no file given; give one at least"):
        READERS[reader][1]([])


@pytest.mark.parametrize(
    ("reader", "message"),
    [
        ("read_streets", r"streets: needs one file, got 2 \(.*a, .*b\); put them together first"),
        ("read_layer", r"layer 'slow': needs one file, got 2 .*; give each a layer of its own"),
        ("corridor_from_timetable", "timetable of a corridor: needs one file, got 2 .*; draw a corridor from each"),
    ],
)
def test_several_files_are_refused_by_name_where_they_make_no_sense(tmp_path, reader, message):
    with pytest.raises(InputError, match=message):
        READERS[reader][1]([tmp_path / "a", tmp_path / "b"])


def test_areas_of_several_files_are_one_table_and_the_first_polygon_of_a_code_counts(tmp_path):
    one = shapes("one.gpkg", {"LSOA21CD": ["E02", "E03"]}, [box(20), box(40)])(tmp_path)
    two = shapes("two.gpkg", {"LSOA21CD": ["E01", "E02"]}, [box(0), box(900)])(tmp_path)
    table, issues, provenance = read_areas((one, two), code="LSOA21CD", year=2021, files=["one", "two"])
    assert table.index.tolist() == ["E01", "E02", "E03"]
    assert table.geometry["E02"].bounds == box(20).bounds
    assert issues[["file", "row", "issue_type", "value"]].to_numpy().tolist() == [
        ["two", 2, "reference values are not unique", "E02"]
    ]
    assert [(each.file, each.rows) for each in provenance] == [("one", 2), ("two", 1)]


def test_the_faults_of_all_files_come_together(tmp_path):
    bad = shapes("bad.gpkg", {"x": ["E01"]}, [box(0)])(tmp_path)
    with pytest.raises(InputError, match=r"(?s)a: has no column 'LSOA21CD'.*nowhere\.gpkg: there is no such file"):
        read_areas([bad, tmp_path / "nowhere.gpkg"], code="LSOA21CD", year=2021, files=["a", "b"])


def test_boundaries_of_several_files_are_put_together_by_code(tmp_path):
    one = shapes("one.gpkg", {"LAD": ["E08000026"], "name": ["B"]}, [box(0)])(tmp_path)
    two = shapes("two.gpkg", {"LAD": ["E08000026", "E08000025"], "name": ["B", "A"]}, [box(10), box(90)])(tmp_path)
    table, _, provenance = read_boundaries([one, two], code="LAD", name="name")
    assert table.area.to_dict() == {"E08000025": 100.0, "E08000026": 200.0}
    assert [each.rows for each in provenance] == [1, 2]


def test_files_of_deprivation_give_each_other_their_measures_and_the_first_value_counts(tmp_path):
    (tmp_path / "1.csv").write_text("LSOA code (2021),IMD_rank\nE01000001,1\nE01000002,2\n")
    (tmp_path / "2.csv").write_text("LSOA code (2021),IMD_rank,Income_rank\nE01000002,9,8\nE01000003,3,7\n")
    table, issues, provenance = read_deprivation(
        [tmp_path / "1.csv", tmp_path / "2.csv"], edition=2025, files=["1", "2"]
    )
    assert table["imd_rank"].to_dict() == {"E01000001": 1.0, "E01000002": 2.0, "E01000003": 3.0}
    assert table["income_rank"].iloc[1:].tolist() == [8.0, 7.0]
    assert pd.isna(table["income_rank"].iloc[0])
    assert table["imd_percentile"].iloc[2] == 100 * 3 / 33_755
    assert issues[["file", "issue_type", "value"]].to_numpy().tolist() == [
        ["2", "reference values are not unique", "1 LSOAs: E01000002 9"]
    ]
    assert len(provenance) == 2


def test_statements_of_several_files_stand_once_and_their_conflicts_show(tmp_path):
    header = "atco,state,statement_date\n"
    (tmp_path / "1.csv").write_text(header + "9400ZZWMAS,open,2026-10-02\n")
    (tmp_path / "2.csv").write_text(header + "9400ZZWMAS,open,2026-10-02\n9400ZZWMAS,closed,2026-10-02\n")
    table, issues, _ = read_openings([tmp_path / "1.csv", tmp_path / "2.csv"], files=["1", "2"])
    assert table[["file", "row", "state"]].to_numpy().tolist() == [["1", 2, "open"], ["2", 3, "closed"]]
    assert sorted(issues[["file", "row", "issue_type"]].to_numpy().tolist()) == [
        ["2", 2, "patch"], ["2", 3, "reference values are not unique"],  # the same again, and one that contradicts
    ]  # fmt: skip


def test_corridors_of_several_files_run_on_and_an_order_stands_once(tmp_path):
    header = "corridor,kind,order,stop_name,easting,northing\n"
    (tmp_path / "1.csv").write_text(header + "Line,metro,1,A,400000,300000\nLine,metro,3,C,400000,300900\n")
    (tmp_path / "2.csv").write_text(header + "Line,metro,2,B,400000,300500\nLine,metro,3,X,400000,300000\n")
    table, issues, provenance = read_corridor_stops([tmp_path / "1.csv", tmp_path / "2.csv"], files=["1", "2"])
    assert table["chainage_m"].to_dict() == {"Line#1": 0.0, "Line#2": 500.0, "Line#3": 900.0}
    twice, taken = issues[issues["field"] == "order"], issues[issues["field"] == "state"]
    assert twice[["file", "row", "value"]].to_numpy().tolist() == [["2", 3, "3"]]
    assert taken["file"].tolist() == ["1", "2"]  # neither atco nor state: taken as open
    assert len(issues) == 3
    assert [each.rows for each in provenance] == [2, 2]


def test_lines_of_one_corridor_in_two_files_are_merged(tmp_path):
    on = shapely.LineString([(400_100, 300_000), (400_100, 300_050)])
    one, two = (shapes(f"{n}.gpkg", {"Name": ["L"]}, [line])(tmp_path) for n, line in enumerate([LINE, on]))
    table, issues, _ = read_corridor_lines([one, two], name_column="Name")
    assert table["length_m"].to_dict() == {"L": 150.0}
    assert issues["action"].tolist() == ["2 features merged"]


def test_floor_areas_are_one_path_or_many_too(tmp_path):
    (tmp_path / "p.csv").write_text(PPD % ("1A", 250_000))
    (tmp_path / "f.csv").write_text("transaction,floor_area_m2\n1A,100\n")
    for floors in (str(tmp_path / "f.csv"), [tmp_path / "f.csv"], (path for path in [tmp_path / "f.csv"])):
        table = read_sales(tmp_path / "p.csv", floor_areas=floors, price_date=date(2025, 1, 1)).table
        assert table["gbp_per_m2"].tolist() == [2500.0]
