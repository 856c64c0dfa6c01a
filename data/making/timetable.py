"""A timetable: invented metro, trains and buses at the real stations and the invented stops, as a GTFS feed.

Metro and trains run along the open corridors; buses from each council's main centre to its other centres, between main
centres, and across each council. Every number in it (headways, running times, step-free boarding) is invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree

from making.world import COUNCILS, Row, World, csv_text, degrees, fields, read_facts, stream, zipped

FIRST_DAY, LAST_DAY = date(2026, 9, 1), date(2026, 12, 31)
NO_SERVICE = (date(2026, 12, 25), date(2026, 12, 26))
AS_SUNDAY = (date(2026, 12, 28),)  # the bank holiday for Boxing Day
HALF_TERM = (date(2026, 10, 26), date(2026, 10, 30))
TRAM, RAIL, BUS = 0, 2, 3
SPEED = {TRAM: 480, RAIL: 900, BUS: 300}  # m in a straight line a minute, halts included
# Minutes since midnight from and to, and how many times as long as at the peak one waits between two departures.
WORKDAY = ((330, 420, 2.0), (420, 570, 1.0), (570, 930, 1.25), (930, 1110, 1.0), (1110, 1230, 2.0), (1230, 1410, 3.0))
SUNDAY = ((480, 600, 3.0), (600, 1080, 2.0), (1080, 1380, 3.0))
LATE = (1410, 1480, 3.0)  # the last trams leave after midnight: 24:10 in GTFS
NEW_STOP = "430ILLNEW01"  # a stop NaPTAN does not know yet
BETWEEN = (
    ("birmingham", "solihull"), ("birmingham", "sandwell"), ("birmingham", "walsall"), ("sandwell", "dudley"),
    ("sandwell", "walsall"), ("walsall", "wolverhampton"), ("wolverhampton", "dudley"), ("solihull", "coventry"),
)  # fmt: skip


class Line(NamedTuple):
    """One route: its stops in both directions, and the minutes between departures at the peak."""

    id: str
    agency: str
    short: str
    long: str
    type: int
    out: list[str]
    back: list[str]
    headway: float
    workdays: str = "MS"
    sundays: str = "SU"
    shape: bool = False
    blank: bool = False  # times only at every fourth stop, as many feeds have them
    fast: tuple[str, ...] = ()  # the only stops of a second, faster pattern


class Trip(NamedTuple):
    """One run of a vehicle."""

    line: Line
    service: str
    direction: int
    minute: int
    stops: Sequence[str]


def stations_of(corridor: str) -> list[str]:
    """Return the ATCO codes of a corridor's open stops in order."""
    facts = [f for f in read_facts("corridors.csv") if f["corridor"].startswith(corridor) and f["state"] == "open"]
    return [fact["atco"] for fact in facts if fact["atco"]]


def rail_lines() -> list[Line]:
    """Return metro line 1 and a rail route for each rail corridor, the shuttle to Stourbridge Town apart."""
    stops = stations_of("Metro Line 1")
    platforms = {row["ATCOCode"] for row in read_facts("stations.csv")}

    def side(number: int) -> list[str]:
        return [code + str(number) if {code + "1", code + "2"} <= platforms else code for code in stops]

    lines = [Line("M1", "IM", "1", "Edgbaston Village - Wolverhampton", TRAM, side(1), side(2)[::-1], 8, shape=True)]
    fast = ("9100BHAMNWS", "9100BHAMINT", "9100COVNTRY")
    for number, (corridor, headway, pattern) in enumerate((
        ("Walsall-Wolverhampton", 30, ()), ("Camp Hill", 30, ()), ("Snow Hill-Stourbridge", 15, ()),
        ("Chase line", 30, ()), ("Birmingham-Coventry", 30, fast), ("North Coventry", 60, ()),
        ("Chiltern", 30, ()),
    ), 1):  # fmt: skip
        calls = [code for code in stations_of(corridor) if code != "9100STRBDGT"]
        name = corridor.removesuffix(" line")
        lines.append(Line(
            f"R{number}", "IR", "", name, RAIL, calls, calls[::-1], headway, "MF", "SS",
            shape=bool(pattern), fast=pattern,
        ))  # fmt: skip
    town = ["9100STRBDG1", "9100STRBDGT"]
    return [*lines, Line("R8", "IR", "", "Stourbridge Town shuttle", RAIL, town, town[::-1], 12, "MS", "SU")]


def bus_ends(world: World) -> Iterator[tuple[str, int, int, tuple[int, ...]]]:
    """Yield each bus route's council, first and last area, and the headways it may have."""
    centre = {key: cKDTree(world.seeds).query(np.array(c.centres) * 1000)[1] for key, c in COUNCILS.items()}
    for key, (main, *rest) in centre.items():
        yield from ((key, int(main), int(other), (10, 15, 15, 20, 20, 30)) for other in rest if other != main)
    yield from ((key, int(centre[key][0]), int(centre[other][0]), (10, 15)) for key, other in BETWEEN)
    for key in COUNCILS:  # from edge to edge, past what the others leave out
        own = np.flatnonzero(world.council == key)
        for turn in np.arange(0, np.pi, np.pi / 5):
            across = world.seeds[own] @ np.array([np.cos(turn), np.sin(turn)])
            yield key, int(own[across.argmin()]), int(own[across.argmax()]), (20, 30)


def bus_lines(world: World, stops: list[Row]) -> list[Line]:
    """Draw the bus routes: from area to neighbouring area, out past the first stop of each and back past the last."""
    rng = stream("bus routes")
    active = [row for row in stops if row["StopType"] == "BCT" and row["Status"] == "active"]
    places = np.array([(float(row["Easting"]), float(row["Northing"])) for row in active])
    area = cKDTree(world.seeds).query(places)[1]
    of_area = [[active[i]["ATCOCode"] for i in np.flatnonzero(area == n)] for n in range(len(world.seeds))]
    sides = Delaunay(world.seeds).simplices
    pairs = np.unique(np.sort(np.vstack([sides[:, [0, 1]], sides[:, [1, 2]], sides[:, [0, 2]]])), axis=0)
    length = np.hypot(*(world.seeds[pairs[:, 0]] - world.seeds[pairs[:, 1]]).T)
    graph = coo_array((length**1.5, pairs.T), shape=(len(world.seeds),) * 2).tocsr()
    before = dijkstra(graph, directed=False, return_predecessors=True)[1]
    lines: list[Line] = []
    for key, start, end, headways in bus_ends(world):
        path = [end]
        while path[-1] != start:
            path.append(int(before[start, path[-1]]))
        if len(path) < 4:  # the two centres are neighbours
            continue
        number = len(lines) + 1
        out = [code for n in path[::-1] for code in of_area[n][:-1] or of_area[n]]
        back = [code for n in path for code in of_area[n][1:] or of_area[n]]
        if number == 1:
            out.insert(2, NEW_STOP)
        name = f"Illustrative route {900 + number}, {COUNCILS[key].name}"
        lines.append(Line(
            f"B{number}", "IB", str(900 + number), name, BUS, out, back, float(rng.choice(headways)),
            sundays="" if number % 7 == 3 else "SU", blank=number % 2 == 1,
        ))  # fmt: skip
    school = lines[5]
    return [
        *lines,
        school._replace(id="S1", short="S1", long="Illustrative school bus", headway=0, workdays="SC", sundays=""),
    ]


def departures(line: Line, offset: float, periods: Sequence[tuple[int, int, float]]) -> Iterator[int]:
    """Yield the minutes since midnight at which a line's vehicles set out."""
    now = periods[0][0] + offset
    for _, until, factor in periods:
        while now < until:
            yield int(now)
            now += line.headway * factor


def trips_of(line: Line, number: int) -> Iterator[Trip]:
    """Yield a line's trips of a working day and a Sunday, both ways; a school bus goes once each way."""
    if not line.headway:
        yield from (Trip(line, line.workdays, 0, 490, line.out), Trip(line, line.workdays, 1, 945, line.back))
        return
    workday = (*WORKDAY, LATE) if line.type == TRAM else WORKDAY
    for service, periods in ((line.workdays, workday), (line.sundays, SUNDAY)):
        for direction, calls in enumerate((line.out, line.back)):
            offset = (7 * number + 11 * direction) % max(int(line.headway), 1)
            for minute in departures(line, offset, periods) if service else ():
                yield Trip(line, service, direction, minute, calls)
                if line.fast:
                    yield Trip(line, service, direction, minute + 12, line.fast[:: -1 if direction else 1])


def clock(minute: float) -> str:
    """Write minutes since midnight as GTFS does, past 24:00 for the night after."""
    return f"{int(minute) // 60:02d}:{int(minute) % 60:02d}:00"


def stop_times(trips: Sequence[Trip], place: dict[str, tuple[float, float]]) -> Iterator[list[object]]:
    """Yield the calls of every trip; between timing points some lines leave the times blank."""
    minutes: dict[tuple[str, ...], np.ndarray] = {}
    for number, trip in enumerate(trips, 1):
        key = tuple(trip.stops)
        if key not in minutes:
            away = np.hypot(*np.diff([place[code] for code in key], axis=0).T)
            legs = np.maximum(np.ceil(away / SPEED[trip.line.type]), 1)
            minutes[key] = np.concatenate([[0], np.cumsum(legs)])
        for order, (code, after) in enumerate(zip(key, minutes[key], strict=True), 1):
            timed = not trip.line.blank or order in (1, len(key)) or order % 4 == 0
            time = clock(trip.minute + after) if timed else ""
            yield [number, time, time, code, order]


def stop_rows(codes: set[str], stops: list[Row], place: dict[str, tuple[float, float]]) -> list[list[object]]:
    """Return the feed's stops: platforms under their station; whether one boards step-free is said of most only."""
    rng = stream("step-free")
    names = {row["ATCOCode"]: row["CommonName"] for row in stops} | {NEW_STOP: "Illustrative New Road"}
    parent = {code: code[:-1] for code in codes if code.startswith("9400") and code[:-1] in names}
    rows: list[list[object]] = []
    for code in sorted(codes | set(parent.values())):
        lon, lat = degrees(place[code])[0]
        mostly = {"9400": [0, 1, 0], "9100": [0.2, 0.55, 0.25]}.get(code[:4], [0.35, 0.6, 0.05])
        boarding = int(rng.choice(3, p=mostly))
        rows.append([
            code, names[code], f"{lat:.6f}", f"{lon:.6f}",
            int(code in parent.values()), parent.get(code, ""), boarding or "",
        ])  # fmt: skip
    return rows


def shape_rows(lines: list[Line], place: dict[str, tuple[float, float]]) -> Iterator[list[object]]:
    """Yield the ways of the lines that have one: through their stops, with a slight bend between each two."""
    for line in filter(lambda line: line.shape, lines):
        for direction, calls in enumerate((line.out, line.back)):
            xy = np.array([place[code] for code in calls])
            along = np.diff(xy, axis=0)
            # The bend lies on the same side of the track both ways.
            bends = xy[:-1] + along / 2 + (0.04 - 0.08 * direction) * np.column_stack([-along[:, 1], along[:, 0]])
            way = np.vstack([np.stack([xy[:-1], bends], axis=1).reshape(-1, 2), xy[-1:]])
            for order, (lon, lat) in enumerate(degrees(way), 1):
                yield [f"{line.id}-{direction}", f"{lat:.6f}", f"{lon:.6f}", order]


def calendars() -> tuple[list[list[object]], list[list[object]]]:
    """Return the days of each service and the exceptions; the school bus has only exceptions."""
    span = [f"{FIRST_DAY:%Y%m%d}", f"{LAST_DAY:%Y%m%d}"]
    days = {"MF": "1111100", "MS": "1111110", "SS": "0000011", "SU": "0000001"}
    week: list[list[object]] = [[service, *marks, *span] for service, marks in days.items()]
    off = [[s, f"{day:%Y%m%d}", 2] for day in NO_SERVICE for s, marks in days.items() if marks[day.weekday()] == "1"]
    off += [[service, f"{day:%Y%m%d}", 2] for day in AS_SUNDAY for service in ("MF", "MS")]
    extra = [[service, f"{day:%Y%m%d}", 1] for day in AS_SUNDAY for service in ("SS", "SU")]
    term = [FIRST_DAY + timedelta(days=n) for n in range((date(2026, 12, 18) - FIRST_DAY).days + 1)]
    open_days = [day for day in term if day.weekday() < 5 and not HALF_TERM[0] <= day <= HALF_TERM[1]]
    return week, [*off, *extra, *(["SC", f"{day:%Y%m%d}", 1] for day in open_days)]


def write_timetable(world: World, stops: list[Row]) -> dict[str, bytes]:
    """Write the feed."""
    place = {row["ATCOCode"]: (float(row["Easting"]), float(row["Northing"])) for row in stops}
    lines = [*rail_lines(), *bus_lines(world, stops)]
    first = next(line for line in lines if NEW_STOP in line.out)
    near = [place[first.out[n]] for n in (1, 3)]
    place[NEW_STOP] = (sum(x for x, _ in near) / 2, sum(y for _, y in near) / 2)
    trips = [trip for number, line in enumerate(lines) for trip in trips_of(line, number)]
    called = {code for trip in trips for code in trip.stops}
    week, exceptions = calendars()
    web = "https://illustrative.example"
    tables: dict[str, tuple[str, Sequence[Sequence[object]]]] = {
        "agency": ("agency_id,agency_name,agency_url,agency_timezone", [
            [agency, f"Illustrative {name}", web, "Europe/London"]
            for agency, name in (("IB", "Buses"), ("IM", "Metro"), ("IR", "Trains"))
        ]),
        "stops": (
            "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,wheelchair_boarding",
            stop_rows(called, stops, place),
        ),
        "routes": ("route_id,agency_id,route_short_name,route_long_name,route_type", [
            [line.id, line.agency, line.short, line.long, line.type] for line in lines
        ]),
        "trips": ("route_id,service_id,trip_id,trip_headsign,direction_id,shape_id", [
            [t.line.id, t.service, n, "", t.direction, f"{t.line.id}-{t.direction}" if t.line.shape else ""]
            for n, t in enumerate(trips, 1)
        ]),
        "stop_times": ("trip_id,arrival_time,departure_time,stop_id,stop_sequence", list(stop_times(trips, place))),
        "calendar": (
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date", week
        ),
        "calendar_dates": ("service_id,date,exception_type", exceptions),
        "shapes": ("shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence", list(shape_rows(lines, place))),
        "feed_info": ("feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version", [
            ["Illustrative: every departure is invented", web, "en", f"{FIRST_DAY:%Y%m%d}", f"{LAST_DAY:%Y%m%d}", "1"]
        ]),
    }  # fmt: skip
    packed = {f"{name}.txt": csv_text([fields(header), *rows], end="\r\n") for name, (header, rows) in tables.items()}
    return {"transit/timetable.zip": zipped({name: text.encode() for name, text in packed.items()})}
