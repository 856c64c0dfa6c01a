"""Small feeds, written table by table."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

CALENDAR = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "WK,1,1,1,1,1,0,0,20230605,20230616\n"
    "SU,0,0,0,0,0,0,1,20230605,20230618\n"
)

BASE = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\nX,Cross Buses,https://example.org,Europe/London\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\nA,Alpha,52.50,-1.90\nB,Beta,52.51,-1.90\nC,Gamma,52.52,-1.90\n",
    "routes": "route_id,agency_id,route_short_name,route_type\nR,X,8,3\n",
    "trips": "route_id,service_id,trip_id,direction_id\nR,WK,T,0\n",
    "stop_times": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "T,08:20:00,08:20:00,A,1\nT,08:30:00,08:31:00,B,2\nT,08:40:00,08:40:00,C,3\n"
    ),
    "calendar": CALENDAR,
}
"""One bus from A over B to C, on weekdays."""


@pytest.fixture
def base_feed():
    """The tables of the small feed."""
    return dict(BASE)


@pytest.fixture
def make_feed(tmp_path):
    """Write a feed: the small one with some tables replaced, added, or (None) taken out; text or bytes."""

    def make(name: str = "feed.zip", *, folder: str = "", **tables: str | bytes | None) -> Path:
        target = tmp_path / name
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for table, text in (BASE | tables).items():
                if text is not None:
                    archive.writestr(f"{folder}{table}.txt", text)
        return target

    return make


@pytest.fixture
def stop_times():
    """Write stop_times from lines of ``trip time stop place`` and possibly ``pickup`` (departure only)."""

    def make(lines: str) -> str:
        rows = [line.split() for line in lines.strip().splitlines()]
        cells = [[trip, "" if time == "-" else time, stop, place, *more] for trip, time, stop, place, *more in rows]
        return "trip_id,departure_time,stop_id,stop_sequence,pickup_type\n" + "".join(
            ",".join([*row, *[""] * (5 - len(row))]) + "\n" for row in cells
        )

    return make
