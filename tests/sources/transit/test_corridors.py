from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, STOPS, check, conform
from siteprior.sources.transit.corridors import (
    corridor_lines,
    read_corridor_lines,
    read_corridor_stops,
    stops_along,
)
from siteprior.sources.transit.openings import TAKEN_AS_OPEN

HEADER = "corridor,kind,order,stop_name,atco,easting,northing,lon,lat,position,state,state_date,statement_date"


def write(folder, *rows, header=HEADER):
    file = folder / "corridors.csv"
    file.write_text("\n".join([header, *rows]))
    return file


def test_stops_are_ordered_and_measured_along_their_corridor(tmp_path):
    reading = read_corridor_stops(
        write(
            tmp_path,
            "Late,rail,1,Z,,500000,300000,,,approximate,planned,,2026",
            "Line,metro,10,C,9400C,403000,304400,,,naptan,open,1999,2026-11-22",
            "Line,metro,2,B,,403000,304000,,,naptan,shelved,,2026-11-22",
            "Line,metro,1,A,,400000,300000,,,naptan,,,",
        )
    )
    table = reading.table
    check(table, CORRIDOR_STOPS, name="table")
    assert table.index.to_list() == ["Late#1", "Line#1", "Line#2", "Line#10"]
    assert table["chainage_m"].to_list() == [0, 0, 5000, 5400]
    assert table["state"].to_list() == ["planned", "not stated", "closed", "open"]
    assert table["atco_code"].fillna("").to_list() == ["", "", "", "9400C"]
    assert reading.issues[["row", "field", "issue_type"]].to_numpy().tolist() == [[5, "state", "missing value"]]


def test_degrees_stand_in_for_metres(tmp_path):
    file = write(tmp_path, "Line,1,Bull Street,-1.89631,52.48188", header="Corridor,Order,Stop name,Lon,Lat")
    place = read_corridor_stops(file).table.geometry.iloc[0]
    assert place.distance(shapely.Point(407139, 287111)) < 5  # 5 m: a PROJ without the OSTN15 grid


def test_rows_that_cannot_be_placed_are_left_out_and_logged(tmp_path):
    reading = read_corridor_stops(
        write(
            tmp_path,
            "Line,metro,1,A,,400000,300000,,,,open,,",
            "Line,metro,1,Again,,400001,300000,,,,open,,",
            "Line,metro,first,B,,400000,300000,,,,open,,",
            "Line,metro,1.5,C,,400000,300000,,,,open,,",
            ",metro,2,D,,400000,300000,,,,open,,",
            "Line,metro,3,E,,here,300000,,,,open,,",
            "Line,metro,4,F,,,,500,52,,open,,",
            "Line,metro,5,G,,-1.9,52.5,,,,open,,",
        )
    )
    assert reading.table["stop_name"].to_list() == ["A"]
    left = reading.issues[reading.issues["action"].str.startswith("left out")]
    assert sorted(zip(left["row"], left["issue_type"], strict=True)) == [
        (3, "reference values are not unique"), (4, "invalid integer"), (5, "invalid integer"), (6, "missing value"),
        (7, "invalid coordinates"), (8, "invalid coordinates"), (9, "invalid coordinates"),
    ]  # fmt: skip


def test_a_table_of_something_else_is_refused(tmp_path):
    with pytest.raises(
        InputError, match=r"lacks order, stop_name, easting and northing \(or lon and lat\); it has corr"
    ):
        read_corridor_stops(write(tmp_path, "A", header="corridor"))
    with pytest.raises(InputError, match="holds no stop with a corridor"):
        read_corridor_stops(write(tmp_path, "Line,metro,x,A,,1,1,,,,,,"))


def test_a_header_alone_lists_no_corridor_yet(tmp_path):
    reading = read_corridor_stops(write(tmp_path))
    check(reading.table, CORRIDOR_STOPS, name="table")
    assert (len(reading.table), len(reading.issues), reading.provenance[0].rows) == (0, 0, 0)
    assert corridor_lines(reading.table).empty


def test_lines_run_through_the_stops(tmp_path):
    table = read_corridor_stops(
        write(
            tmp_path,
            "Line,metro,2,B,,403000,304000,,,,open,,",
            "Line,metro,1,A,,400000,300000,,,,planned,,",
            "Single,rail,1,A,,400000,300000,,,,open,,",
            "Spot,rail,1,A,,400000,300000,,,,open,,",
            "Spot,rail,2,A,,400000,300000,,,,open,,",
        )
    ).table
    lines = corridor_lines(table)
    check(lines, CORRIDORS, name="lines")
    assert lines.index.to_list() == ["Line", "Single", "Spot"]
    assert lines[["stops", "open_stops"]].to_numpy().tolist() == [[2, 1], [1, 1], [2, 2]]
    assert lines["length_m"].fillna(-1).to_list() == [5000, -1, -1]
    assert lines.geometry.isna().to_list() == [False, True, True]
    assert lines.geometry["Line"].wkt == "LINESTRING (400000 300000, 403000 304000)"
    surveyed = lines.assign(geometry=[shapely.LineString([(400000, 300000), (400000, 304000), (403000, 304000)])] * 3)
    drawn = corridor_lines(table, lines=surveyed.loc[["Line"]])
    assert drawn["length_m"].fillna(-1).to_list() == [7000, -1, -1]


BARE = "corridor,order,stop_name,easting,northing"


def test_a_table_without_states_takes_stops_without_a_code_as_open_and_counts_them(tmp_path):
    rows = ["A,1,One,400000,290000", "A,2,Two,401000,290000"]
    reading = read_corridor_stops(write(tmp_path, *rows, header=BARE), files="c.csv")
    assert reading.table["state"].tolist() == ["open", "open"]
    assert reading.table["state_basis"].tolist() == [TAKEN_AS_OPEN] * 2
    assert reading.issues[["field", "issue_type", "value"]].values.tolist() == [
        ["state", "default-value", "2 of 2 stops"]
    ]
    coded = read_corridor_stops(
        write(tmp_path, "A,1,One,400000,290000,9400ZZ1", "A,2,Two,401000,290000,", header=f"{BARE},atco")
    )
    assert coded.table["state"].tolist() == ["not stated", "open"]  # of the first NaPTAN says it
    stating = read_corridor_stops(write(tmp_path, "A,1,One,400000,290000,", header=f"{BARE},state"))
    assert stating.table["state"].tolist() == ["not stated"]  # the row could say it, and does not


def test_lines_without_a_stop_stand_at_the_end_with_none(tmp_path):
    calls = read_corridor_stops(write(tmp_path, "B,rail,1,One,,400000,290000,,,,open,,", "B,rail,2,Two,,401000,290000"))
    lines = corridor_lines(calls.table)
    bare = lines.rename(index={"B": "A"}).assign(kind="metro")
    both = corridor_lines(calls.table, lines=pd.concat([bare, lines]))
    check(both, CORRIDORS, name="both")
    assert both[["kind", "stops", "open_stops", "length_m"]].to_dict("index") == {
        "B": {"kind": "rail", "stops": 2, "open_stops": 1, "length_m": 1000.0},
        "A": {"kind": "metro", "stops": 0, "open_stops": 0, "length_m": 1000.0},
    }


def test_blank_names_and_no_lines_are_two_faults(tmp_path):
    line, point = shapely.LineString([(0, 0), (1, 1)]), shapely.Point(0, 0)
    for shape, says in (
        (line, "l.gpkg: all 2 lines are blank in column 'name', which is to name them; say with name which column"),
        (point, "l.gpkg: holds no line; give a layer of lines"),
    ):
        gpd.GeoDataFrame({"name": ["", " "]}, geometry=[shape] * 2, crs=27700).to_file(tmp_path / "l.gpkg")
        with pytest.raises(InputError, match=says):
            read_corridor_lines(tmp_path / "l.gpkg", files="l.gpkg")


@pytest.fixture
def vector(tmp_path):
    """Two pieces of one line, a line with a gap, a nameless line and a polygon."""
    shapes = {
        "Cross": [(0, 0), (1000, 0)], "Cross ": [(2000, 0), (1000, 0)], "Gap": [(0, 500), (100, 500)],
        "Gap ": [(300, 500), (400, 500)], "": [(0, 9), (9, 9)],
    }  # fmt: skip
    table = gpd.GeoDataFrame(
        {"Name": [*shapes, "Area"]},
        geometry=[*map(shapely.LineString, shapes.values()), shapely.box(0, 0, 1, 1)],
        crs=27700,
    )
    table.to_file(tmp_path / "lines.gpkg")
    return tmp_path / "lines.gpkg"


def test_lines_of_a_vector_file_are_merged_by_name(vector):
    reading = read_corridor_lines(vector, name_column="Name", kind="metro", files="lines.gpkg")
    lines = reading.table
    check(lines, CORRIDORS, name="lines")
    assert lines.index.to_list() == ["Cross", "Gap"]
    assert lines["length_m"].to_list() == [2000, 200]
    assert lines.geometry.geom_type.to_list() == ["LineString", "MultiLineString"]
    assert set(lines["kind"]) == {"metro"}
    assert reading.issues[["row", "issue_type"]].fillna(0).to_numpy().tolist() == [
        [6, "Unexpected geom type"], [5, "missing value"], [0, "combined-value"], [0, "combined-value"],
    ]  # fmt: skip
    assert "2 separate pieces remain" in reading.issues["action"].iloc[3]
    with pytest.raises(InputError, match=r"lines.gpkg: has no column 'name' \(name_column\); it has Name"):
        read_corridor_lines(vector, name_column="name", files="lines.gpkg")


def test_stops_along_a_line(vector):
    lines = read_corridor_lines(vector, name_column="Name", kind="metro").table
    rows = [  # code, mode, state, x, y
        ("far end", "metro", "open", 1900, 100), ("start", "metro", "planned", 5, 0),
        ("off", "metro", "open", 500, 101), ("bus", "bus", "open", 500, 0), ("gone", "metro", "closed", 500, 0),
        ("b tie", "metro", "open", 700, 5), ("a tie", "metro", "open", 700, -5),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["atco_code", "mode", "state", "x", "y"]).set_index("atco_code")
    stops = conform(gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["x"], table["y"]), crs=27700), STOPS)
    stops["stop_name"] = stops.index
    along = stops_along(lines, stops, snap_m=100)
    check(along, CORRIDOR_STOPS, name="along")
    assert along["stop_name"].to_list() == ["start", "a tie", "b tie", "far end"]
    assert along["order"].to_list() == [1, 2, 3, 4]
    assert set(along["corridor"]) == {"Cross"}
    chainage = along["chainage_m"] if lines.geometry["Cross"].coords[0] == (0, 0) else 2000 - along["chainage_m"]
    assert chainage.to_list() == [5, 700, 700, 1900]
    assert along["state"].to_list() == ["planned", "open", "open", "open"]
    assert stops_along(lines, stops, snap_m=0.5).index.to_list() == ["Cross#1"]
    nothing = stops_along(lines.loc[["Gap"]], stops, snap_m=1)
    check(nothing, CORRIDOR_STOPS, name="nothing")
    assert nothing.empty


def test_real_corridors(real):
    reading = read_corridor_stops(real / "facts" / "corridors.csv")
    assert len(reading.table) == 182
    assert reading.table["corridor"].nunique() == 22
    assert reading.issues.empty
    lines = corridor_lines(reading.table)
    last = reading.table.groupby("corridor", sort=False)["chainage_m"].last()
    assert lines["length_m"].to_numpy() == pytest.approx(last.to_numpy())
    assert lines.loc["Metro Line 1 (Birmingham-Wolverhampton)", "stops"] == 32
