"""Corridors drawn from timetables."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from siteprior.core.errors import InputError
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, check
from siteprior.sources.timetables.lines import corridor_from_timetable
from siteprior.sources.transit.corridors import corridor_lines
from siteprior.sources.transit.naptan import read_stops

TO_DEGREES = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
ORIGIN = (400_000.0, 290_000.0)


def stops_at(places: dict[str, tuple[float, float]]) -> str:
    rows = ["stop_id,stop_name,stop_lat,stop_lon"]
    for name, (east, north) in places.items():
        lon, lat = TO_DEGREES.transform(ORIGIN[0] + east, ORIGIN[1] + north)
        rows.append(f"{name},Stop {name},{lat:.8f},{lon:.8f}")
    return "\n".join(rows) + "\n"


def shape_of(corners, name="S") -> str:
    rows = ["shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence"]
    for number, (east, north) in enumerate(corners):
        lon, lat = TO_DEGREES.transform(ORIGIN[0] + east, ORIGIN[1] + north)
        rows.append(f"{name},{lat:.8f},{lon:.8f},{number}")
    return "\n".join(rows[:1] + rows[:0:-1]) + "\n"  # unsorted, as GTFS allows


TRIPS = "route_id,service_id,trip_id,shape_id\nR,WK,T,S\nR,WK,U,S\nR,WK,V,\n"
LINES = "T 08:20:00 A 1\nT 08:31:00 B 2\nT 08:40:00 C 3\nU 08:20:00 A 5\nU 08:31:00 B 6\nU 08:40:00 C 7\n"
SHORT = "V 08:20:00 B 1\nV 08:40:00 C 2"


def test_chainage_runs_along_the_shape_from_the_first_stop(make_feed, stop_times):
    # the shape begins 100 m before A, turns at B, and ends 100 m beyond C; B lies 10 m off
    path = make_feed(
        stops=stops_at({"A": (0, 0), "B": (1010, 500), "C": (1000, 1000)}),
        trips=TRIPS,
        stop_times=stop_times(LINES + SHORT),
        shapes=shape_of([(-100, 0), (1000, 0), (1000, 0), (1000, 1100)]),
    )
    reading = corridor_from_timetable(path, routes=["8"], kind="bus", file="f")
    stops, lines = reading.table
    check(stops, CORRIDOR_STOPS, name="stops")
    check(lines, CORRIDORS, name="lines")
    assert stops.index.tolist() == ["8#1", "8#2", "8#3"]
    assert stops["stop_name"].tolist() == ["Stop A", "Stop B", "Stop C"]
    assert stops["chainage_m"].tolist() == pytest.approx([0, 1500, 2000], abs=0.01)
    assert lines["length_m"].tolist() == pytest.approx([2000], abs=0.01)
    assert lines[["kind", "stops", "open_stops"]].iloc[0].tolist() == ["bus", 3, 3]
    assert set(stops["position"]) == {"timetable"}
    assert set(stops["state"]) == {"open"}
    assert reading.issues["value"].tolist() == ["2 calling patterns of 3 trips"]
    assert corridor_lines(stops, lines=lines).geometry.iloc[0].equals(lines.geometry.iloc[0])


def test_on_a_line_that_comes_back_stops_keep_their_order(make_feed, stop_times):
    # out along a street and back along the same: A and C are at one end, B at the other
    path = make_feed(
        stops=stops_at({"A": (0, 0), "B": (1000, 5), "C": (2, 0)}),
        trips=TRIPS,
        stop_times=stop_times(LINES),
        shapes=shape_of([(0, 0), (500, 0), (1000, 0), (500, 1), (0, 1)]),
    )
    stops, lines = corridor_from_timetable(path, routes=["R"], kind="bus", name="Loop", file="f").table
    assert stops["chainage_m"].tolist() == pytest.approx([0, 1000, 1998], abs=0.1)
    assert lines.index.tolist() == ["Loop"]


def test_without_shapes_the_line_goes_from_stop_to_stop(make_feed, stop_times):
    path = make_feed(stops=stops_at({"A": (0, 0), "B": (300, 400), "C": (300, 900)}), stop_times=stop_times(LINES))
    reading = corridor_from_timetable(path, routes=["8"], file="f")
    assert reading.table.stops["chainage_m"].tolist() == pytest.approx([0, 500, 1000], abs=0.01)
    assert reading.issues["action"].tolist() == ["drawn as straight lines from stop to stop: its trips have no shape"]


def test_the_pattern_of_most_calls_is_the_corridor(make_feed, stop_times):
    # two short trips make four calls, one long trip three: the short ones win; a second long trip turns it
    places = stops_at({"A": (0, 0), "B": (300, 400), "C": (300, 900)})
    trips = "route_id,service_id,trip_id\nR,WK,T\nR,WK,V\nR,WK,W\nR,WK,X\n"
    lines = "T 8:20:00 A 1\nT 8:31:00 B 2\nT 8:40:00 C 3\n"
    lines += "V 8:20:00 B 1\nV 8:40:00 C 2\nW 8:20:00 B 1\nW 8:40:00 C 2\n"
    short = make_feed("a.zip", stops=places, trips=trips, stop_times=stop_times(lines), calendar=None)
    assert corridor_from_timetable(short, routes=["8"], file="f").table.stops["stop_name"].tolist() == [
        "Stop B",
        "Stop C",
    ]
    lines += "X 8:20:00 A 1\nX 8:31:00 B 2\nX 8:40:00 C 3\n"
    long = make_feed("b.zip", stops=places, trips=trips, stop_times=stop_times(lines), calendar=None)
    assert len(corridor_from_timetable(long, routes=["8"], file="f").table.stops) == 3


def test_stops_far_from_the_shape_are_reported(make_feed, stop_times):
    path = make_feed(
        stops=stops_at({"A": (0, 0), "B": (500, 400), "C": (1000, 0)}), trips=TRIPS, stop_times=stop_times(LINES),
        shapes=shape_of([(0, 0), (1000, 0)]),
    )  # fmt: skip
    reading = corridor_from_timetable(path, routes=["8"], file="f")
    assert reading.issues["value"].tolist() == ["1 stops: B"]
    assert reading.table.stops["chainage_m"].tolist() == pytest.approx([0, 500, 1000], abs=0.01)


def test_wrong_calls_are_refused(make_feed, real):
    path = make_feed()
    with pytest.raises(InputError, match=r"f: unknown route '88'; did you mean '8'\? Valid: 8"):
        corridor_from_timetable(path, routes=["88"], file="f")
    with pytest.raises(InputError, match="routes: needs a list of short names"):
        corridor_from_timetable(path, routes="8", file="f")
    with pytest.raises(InputError, match="no trip with two stops"):
        corridor_from_timetable(make_feed(trips="route_id,service_id,trip_id\nR,WK,none\n"), routes=["8"], file="f")
    with pytest.raises(InputError, match=r"lacks stop_times\.txt"):
        corridor_from_timetable(real / "real/transit/gtfs/tfwm_2025-11-21_partial", routes=["50"])
    with pytest.raises(InputError, match="no two stops with places in Great Britain"):
        corridor_from_timetable(real / "real/transit/gtfs/r5r_poa_trensurb.zip", routes=["LINHA1"], file="f")


def test_newports_line_r1_follows_its_shape(real):
    naptan = read_stops(real / "real/transit/naptan_531_stops_2026-07-21.csv.gz").table
    path = real / "real/transit/gtfs/newport-20230613_gtfs.zip"
    reading = corridor_from_timetable(path, routes=["R1"], kind="bus", naptan=naptan, file="n")
    stops, lines = reading.table
    assert reading.issues["value"].iloc[0] == "2 agencies: Newport Bus, Stagecoach South Wales"
    line = lines.geometry.iloc[0]
    assert len(stops) == 44
    assert stops["atco_code"].notna().sum() == 16  # the others lie in other NaPTAN areas
    assert np.all(np.diff(stops["chainage_m"]) >= 0)
    assert stops["chainage_m"].iloc[-1] == pytest.approx(line.length, abs=0.01)
    on_line = shapely.line_interpolate_point(line, stops["chainage_m"].to_numpy())
    assert shapely.distance(on_line, stops.geometry.to_numpy()).max() < 20
