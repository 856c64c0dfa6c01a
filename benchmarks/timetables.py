"""Four million stop_times to departures per stop, route and hour: siteprior beside pandas and gtfs_kit.

    python benchmarks/timetables.py [--runs 3] [--quick] [--rows 4000000]

A feed of that size is made in a temporary folder (the same every time), in the shape of those of the Bus Open Data
Service: trip ids of 42 letters, times past 24:00, lines in two directions; of the trips 65 % run from Monday to
Friday, 20 % on Saturdays, 15 % on Sundays. Each run is a process of its own, the sides in turn, so that a slow spell
of the machine falls on all. Timed is the call alone, from the zip on the disk to the table of departures; the start of
Python and the imports are not in it, and the peak memory is the whole process's. All sides must agree on every count
of the weekday. siteprior counts the Sunday and the windows in the same call, and looks for what is wrong in the feed.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from measuring import (
    OWN,
    PEER,
    Outcome,
    child,
    command,
    in_turn,
    median_of,
    parser,
    print_found,
    row_of,
    size,
    timed,
    yes,
)

DAY = "20230605"
LIMIT_S, LIMIT_MB = 3.0, 1000
LINES, STOPS, CALLS = 400, 12_000, 40
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def make_feed(target: Path, rows: int) -> None:
    """Write a feed with that many stop_times: lines of 40 stops in two directions, trips spread over the day."""
    import pyarrow as pa
    import pyarrow.csv

    rng = np.random.default_rng(20230605)
    trips = rows // CALLS
    line, direction = rng.integers(LINES, size=trips), rng.integers(2, size=trips)
    service = rng.choice(["WEEKDAY", "SATURDAY", "SUNDAY"], p=[0.65, 0.2, 0.15], size=trips)
    start = (rng.triangular(5, 13, 25.5, size=trips) * 3600).astype(np.int64)
    runs = pd.DataFrame({"line": line, "direction": direction, "service": service, "start": start})
    while (again := runs.duplicated()).any():  # twins would count once here, and twice on the other sides
        runs.loc[again, "start"] += 1
    start = runs["start"].to_numpy()
    trip_ids = np.array(["VJ" + hashlib.sha1(str(i).encode()).hexdigest() for i in range(trips)])
    patterns = rng.integers(STOPS, size=(LINES, 2, CALLS))
    steps = rng.integers(40, 150, size=(LINES, 2, CALLS)).cumsum(axis=2)
    stop_ids = np.array([f"4300WMA{i:05d}" for i in range(STOPS)])
    clock = np.array([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(32 * 3600)])
    text = clock[(start[:, None] + steps[line, direction]).ravel()]
    place = np.tile(np.arange(CALLS), trips)
    stop_times = pa.table(
        {
            "trip_id": np.repeat(trip_ids, CALLS), "arrival_time": text, "departure_time": text,
            "stop_id": stop_ids[patterns[line, direction].ravel()], "stop_sequence": place.astype(str),
            "stop_headsign": np.full(len(place), ""), "pickup_type": np.where(place == CALLS - 1, "1", "0"),
            "drop_off_type": np.where(place == 0, "1", "0"), "timepoint": np.where(place % 10 == 0, "1", "0"),
        }
    )  # fmt: skip
    runs = {"WEEKDAY": "1111100", "SATURDAY": "0000010", "SUNDAY": "0000001"}
    tables = {
        "agency": pd.DataFrame({"agency_id": ["OP1"], "agency_name": ["One"], "agency_url": ["https://example.org"],
                                "agency_timezone": ["Europe/London"]}),
        "stops": pd.DataFrame({"stop_id": stop_ids, "stop_name": stop_ids, "stop_lat": rng.uniform(52.4, 52.6, STOPS),
                               "stop_lon": rng.uniform(-2.2, -1.6, STOPS)}),
        "routes": pd.DataFrame({"route_id": np.arange(LINES), "agency_id": "OP1", "route_short_name": np.arange(LINES),
                                "route_type": 3}),
        "trips": pd.DataFrame({"route_id": line, "service_id": service, "trip_id": trip_ids,
                               "direction_id": direction}),
        "calendar": pd.DataFrame([[name, *flags, "20230605", "20230630"] for name, flags in runs.items()],
                                 columns=["service_id", *WEEK, "start_date", "end_date"]),
    }  # fmt: skip
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in tables.items():
            archive.writestr(f"{name}.txt", table.to_csv(index=False))
        with archive.open("stop_times.txt", "w") as member:
            options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
            member.write((",".join(stop_times.column_names) + "\n").encode())
            pyarrow.csv.write_csv(stop_times, member, options)


def by_siteprior(feed: Path) -> Callable[[], pd.DataFrame]:
    import duckdb  # noqa: F401
    import pyproj  # noqa: F401

    from siteprior.sources.timetables.reader import read_timetables

    def count() -> pd.DataFrame:
        table = read_timetables(feed, files=["f"]).table
        assert f"{table.service_date:%Y%m%d}" == DAY
        return table.departures

    return count


def by_pandas(feed: Path) -> Callable[[], pd.DataFrame]:
    """As an analyst would write it: the columns needed, the trips of the day, the last call of each left out."""

    def count() -> pd.DataFrame:
        with zipfile.ZipFile(feed) as archive:

            def table(name: str, columns: list[str]) -> pd.DataFrame:
                with archive.open(f"{name}.txt") as member:
                    return pd.read_csv(member, usecols=columns, dtype=dict.fromkeys(columns, str))

            calendar = table("calendar", ["service_id", "monday"])
            trips = table("trips", ["route_id", "service_id", "trip_id", "direction_id"])
            calls = table("stop_times", ["trip_id", "departure_time", "stop_id", "stop_sequence", "pickup_type"])
        trips = trips[trips["service_id"].isin(calendar.loc[calendar["monday"] == "1", "service_id"])]
        calls = calls.merge(trips, on="trip_id")
        place = calls["stop_sequence"].astype(int)
        last = place.groupby(calls["trip_id"]).transform("max")
        calls = calls[(place < last) & (calls["pickup_type"] != "1")]
        hour = calls["departure_time"].str.split(":").str[0].astype(int).rename("hour")
        keys = ["stop_id", "route_id", "direction_id", hour]
        return calls.groupby(keys).size().rename("departures").reset_index()

    return count


def by_gtfs_kit(feed: Path) -> Callable[[], pd.DataFrame]:
    """With the library analysts know: its reading, its trips of the day, its times."""
    # Draws HTML for gtfs_kit, and is not in the lock: see there.
    sys.modules.setdefault("json2html", ModuleType("json2html"))
    import gtfs_kit as kit

    def count() -> pd.DataFrame:
        read = kit.read_feed(feed, dist_units="km")
        trips = read.get_trips(DAY)[["trip_id", "route_id", "direction_id"]]
        calls = read.stop_times.merge(trips, on="trip_id")
        last = calls.groupby("trip_id")["stop_sequence"].transform("max")
        calls = calls[(calls["stop_sequence"] < last) & (calls["pickup_type"] != 1)]
        hour = (calls["departure_time"].map(kit.helpers.timestr_to_seconds) // 3600).astype(int).rename("hour")
        keys = ["stop_id", "route_id", "direction_id", hour]
        return calls.groupby(keys).size().rename("departures").reset_index()

    return count


SIDES = {"siteprior": by_siteprior, "pandas": by_pandas, "gtfs_kit": by_gtfs_kit}


def run_one(side: str, feed: Path) -> None:
    """Time one side in this process and print what came out."""
    counts, taken = timed(SIDES[side](feed))
    if side == "siteprior":
        counts = counts[counts["service_date"] == pd.Timestamp(DAY)]
        counts = counts.assign(
            stop_id=counts["stop_code"].str.removeprefix("f:"), route_id=counts["route"].str.removeprefix("f:"),
            direction_id=counts["direction"],
        )  # fmt: skip
    columns = [counts[name].astype(str) for name in ("stop_id", "route_id", "direction_id", "hour", "departures")]
    lines = sorted(columns[0].str.cat(columns[1:], sep=","))
    hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    print_found({**taken, "rows": len(lines), "departures": int(counts["departures"].sum()), "counts": hashed})


def measured(runs: int, rows: int) -> Outcome:
    """Make the feed, and measure all sides in turn."""
    with tempfile.TemporaryDirectory() as folder:
        feed = Path(folder) / "feed.zip"
        child(__file__, "--make", feed, "--rows", rows)
        mb = feed.stat().st_size / 1e6
        found = in_turn(dict.fromkeys(SIDES, runs), lambda side: child(__file__, "--one", side, feed))
    own = found["siteprior"]
    alike = len({each["counts"] for taken in found.values() for each in taken}) == 1
    good = median_of(own) < LIMIT_S and max(each["peak_mb"] for each in own) < LIMIT_MB
    sentences = [
        f"{own[0]['departures']:,} departures in {own[0]['rows']:,} stop-route-direction-hours of the weekday; "
        f"all sides agree on every count: {yes(alike)}. Under {LIMIT_S:g} s and {LIMIT_MB} MB: {yes(good)}."
    ]
    lines = [row_of(side, OWN if side == "siteprior" else PEER, taken) for side, taken in found.items()]
    return Outcome(f"{rows:,} stop_times, a zip of {mb:.0f} MB", lines, sentences, good, agree=alike)


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--rows", type=int, default=size(4_000_000, 100_000))
    options.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.make:
        make_feed(given.make, given.rows)
        return 0
    if given.one:
        run_one(given.one[0], Path(given.one[1]))
        return 0
    return command(measured(given.runs, given.rows), given.json)


if __name__ == "__main__":
    sys.exit(main())
