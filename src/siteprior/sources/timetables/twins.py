"""Trips that stand in the timetables twice: found by what they do, not by their ids, and counted once a day.

Two trips are twins on a day where both run on it, are of one mode and one line name (short, else long, else the
route's id), and call at the same stops at the same times. Feeds put together from operators' files hold a line under
two services, two agencies or two registrations. Two vehicles that truly leave together count once, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siteprior.core.issues import IssueLog
from siteprior.sources.timetables.feed import Feed
from siteprior.sources.timetables.text import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SEEN = "main.seen_runs"
"""The runs that are counted of the feeds before: what they do, and the feed's label."""


def open_seen(connection: DuckDBPyConnection) -> None:
    """Make the table that remembers the runs counted of each feed, for the feeds after it."""
    connection.execute(
        f"CREATE TABLE {SEEN} (feed VARCHAR, mode VARCHAR, line_name VARCHAR, calls BIGINT, pattern HUGEINT, "
        "start INTEGER, sunday BOOLEAN)"
    )


def count_twins_once(connection: DuckDBPyConnection, feed: Feed, codes: pd.Series, log: IssueLog) -> None:
    """Let each run of a trip count once a day, where the feed or one before it holds the same run again.

    Of several the one of the line with the most runs is kept, so that a line that stands twice is not shared out
    among two; runs of earlier feeds go first. In ``served`` and ``runs`` the day of the others is set to false.

    Parameters
    ----------
    connection
        DuckDB with ``calls``, ``trips``, ``routes``, ``runs``, ``served``, ``ends`` and the table of
        :func:`open_seen`.
    feed
        The feed.
    codes
        The code each stop called at has in all feeds, by its number in this one.
    log
        Takes an issue for the feed, and one for each earlier feed that holds the same.
    """
    _describe_runs(connection, codes)
    connection.execute(
        f"""
        CREATE TABLE twins AS
        WITH numbered AS (
            SELECT *, row_number() OVER (PARTITION BY sunday, mode, line_name, calls, pattern, start
                                         ORDER BY size DESC, line, trip) AS number
            FROM described)
        SELECT n.trip, n.start, n.sunday, n.line, s.feed
        FROM numbered AS n LEFT JOIN (
            SELECT min(feed) AS feed, mode, line_name, calls, pattern, start, sunday FROM {SEEN} GROUP BY ALL) AS s
        ON s.sunday = n.sunday AND s.mode = n.mode AND s.line_name = n.line_name AND s.calls = n.calls
           AND s.pattern = n.pattern AND s.start = n.start
        WHERE number > 1 OR s.feed IS NOT NULL
        """
    )
    connection.execute(
        f"""
        INSERT INTO {SEEN}
        SELECT DISTINCT ?, mode, line_name, calls, pattern, start, sunday FROM described
        ANTI JOIN twins USING (trip, start, sunday)
        """,
        [feed.label],
    )
    for day, sunday in (("weekday", "NOT sunday"), ("sunday", "sunday")):
        taken = f"(SELECT trip, start FROM twins WHERE {sunday}) AS t"
        connection.execute(
            f"UPDATE runs SET {day} = false FROM {taken} WHERE runs.trip = t.trip AND runs.start = t.start"
        )
        connection.execute(
            f"UPDATE served SET {day} = false FROM {taken} WHERE served.trip = t.trip AND NOT served.headways"
        )
    _log(connection, feed, log)
    connection.execute("DROP TABLE described; DROP TABLE twins")


def _describe_runs(connection: DuckDBPyConnection, codes: pd.Series) -> None:
    """Make ``described``: each run of a trip on each of the days, with what it does and the size of its line.

    ``pattern`` is a sum of hashes, which does not depend on the order of rows; two patterns of as many calls that
    differ have the same sum once in 2 ** 64.
    """
    connection.register("codes", pd.DataFrame({"stop": codes.index, "code": codes.to_numpy(dtype=object)}))
    connection.execute(
        """
        CREATE TABLE described AS
        WITH marks AS (SELECT stop, hash(code) AS mark FROM codes),
        patterns AS (
            SELECT c.trip, sum(hash(m.mark, c.leaves - e.first, c.boards)::HUGEINT) AS pattern
            FROM calls AS c JOIN ends AS e USING (trip) LEFT JOIN marks AS m USING (stop) GROUP BY c.trip),
        each_run AS (
            SELECT trip, start, weekday, sunday FROM runs
            UNION ALL
            SELECT trip, first, weekday, sunday FROM ends JOIN served USING (trip) WHERE NOT headways),
        known AS (
            SELECT e.trip, e.start, e.weekday, e.sunday, t.mode, t.line, lower(r.name) AS line_name,
                   ends.calls, p.pattern, count(*) OVER (PARTITION BY t.line) AS size
            FROM each_run AS e JOIN trips AS t USING (trip) JOIN routes AS r USING (route_id)
            JOIN ends USING (trip) JOIN patterns AS p USING (trip)
            WHERE e.start IS NOT NULL)
        SELECT * EXCLUDE (weekday, sunday), false AS sunday FROM known WHERE weekday
        UNION ALL
        SELECT * EXCLUDE (weekday, sunday), true AS sunday FROM known WHERE sunday
        """
    )
    connection.unregister("codes")


def _log(connection: DuckDBPyConnection, feed: Feed, log: IssueLog) -> None:
    """Log the lines that have twins, with their runs: those twice in the feed, and those of each earlier feed."""
    rows = connection.execute(
        """
        WITH names AS (SELECT line, any_value(name ORDER BY route_id) AS name FROM routes GROUP BY line)
        SELECT coalesce(feed, '') AS other, name, count(*) AS runs FROM twins JOIN names USING (line)
        GROUP BY other, line, name ORDER BY other, runs DESC, name
        """
    ).df()
    for other in rows["other"].unique().tolist():
        lines = rows[rows["other"] == other]
        named = [f"{name} ({runs:,} runs)" for name, runs in zip(lines["name"], lines["runs"], strict=True)]
        where = f"{other} holds them too" if other else "the feed holds them under another trip"
        log.add("reference values are not unique", file=f"{feed.label}/trips.txt", field="trip_id",
                value=counted(len(named), "lines", named),
                action=f"{lines['runs'].sum():,} runs of the days counted are counted once: {where}, at the same stops "
                "and times")  # fmt: skip
