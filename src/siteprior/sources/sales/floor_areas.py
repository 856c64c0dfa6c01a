"""Floor areas by transaction, as tables of energy certificates matched to sales give them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from siteprior.core.code_join import CodeJoin, files_in_words, record_join, share_enough
from siteprior.core.files import Input, record
from siteprior.core.io.duckdb_session import EXAMPLES, refused
from siteprior.core.issues import IssueLog
from siteprior.core.named_paths import NamedPath, read_each
from siteprior.core.parameters import load_parameters
from siteprior.sources.sales.layout import Layout, floor_layout, unpacked
from siteprior.sources.sales.parsing import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


LOST = "they have no price per square metre"
"""What a sale without a floor area is without."""


def floor_layouts(files: Sequence[NamedPath], folder: Path) -> list[Layout]:
    """Return the layouts of all tables of floor areas, or what is wrong with each.

    Raises
    ------
    InputError
        When a file is missing, or names no transaction or floor area in its header.
    """
    number = count(1_000_000)
    return read_each(files, lambda path, label: floor_layout(unpacked(path, folder, number=next(number)), label))


def join_floor_areas(
    connection: DuckDBPyConnection, layouts: Sequence[Layout], log: IssueLog, *, every: str = "chosen"
) -> tuple[pd.Series, list[int]]:
    """Return the floor area (m²) of the sales in the engine's table ``chosen``, and the matches of each file.

    The floor areas are on the index ``transaction``. Of a sale that stands in several files the last counts. A floor
    area that is no number, lies outside the parameters' bounds, or differs within a file is left blank and logged, one
    row for each kind and file. ``every`` is the SQL of all sales in the files, near or not.

    Raises
    ------
    InputError
        When a file has a row for none of all sales: it is of other sales.
    """
    prices = load_parameters("prices")
    low, high = (float(prices.number(name)) for name in ("floor_area_low_m2", "floor_area_high_m2"))
    areas, matches = [], []
    for layout in layouts:
        cell = {name: f"trim(c{place})" for name, place in layout.at.items()}
        given = connection.execute(
            "SELECT transaction, min(text) AS text, min(area) AS area, "
            "count(DISTINCT coalesce(CAST(area AS VARCHAR), text)) AS different FROM ("
            f"SELECT upper(trim({cell['transaction']}, '{{}} ')) AS transaction, "
            f"nullif({cell['floor_area_m2']}, '') AS text, TRY_CAST({cell['floor_area_m2']} AS DOUBLE) AS area "
            f"FROM {layout.rows}) WHERE transaction IN (SELECT transaction FROM chosen) "
            "GROUP BY transaction ORDER BY transaction"
        ).df().set_index("transaction")  # fmt: skip
        number, lines = refused(connection)
        if number:
            log.add("invalid category value", file=layout.label, field="(line)", value=f"lines: {number:,}",
                    action=f"left out, they are no rows of this file: {lines[0][2]}")  # fmt: skip
        area = given["area"].astype("float64")
        faults = (
            ("reference values are not unique", given["different"] > 1, "left blank: the floor areas differ"),
            ("invalid decimal", given["text"].notna() & ~area.between(-1e9, 1e9), "left blank: not a number"),
            ("too small", area < low, f"left blank: below {low:g} m²"),
            ("too large", area.between(high, 1e9, inclusive="right"), f"left blank: above {high:g} m²"),
        )
        for issue, rows, action in faults:
            if rows.any():
                examples = [f"{key} {text}" for key, text in given.loc[rows, "text"].head(EXAMPLES).items()]
                log.add(issue, file=layout.label, field="floor_area_m2", value=counted(int(rows.sum()), examples),
                        action=action)  # fmt: skip
        good = area[area.between(low, high) & (given["different"] <= 1)]
        areas.append(good)
        matches.append(len(given))
        if given.empty:
            _refuse_others(connection, layout, every)
    if layouts:
        _record(connection, layouts)
    joined = pd.concat(areas) if areas else pd.Series(dtype="float64")
    return joined[~joined.index.duplicated(keep="last")], matches


def _sales_of(layout: Layout) -> str:
    """Return the SQL of the identifiers of sales in a table of floor areas, in the spelling of the sales' own."""
    cells = {name: f"upper(trim(trim(c{place}), '{{}} '))" for name, place in layout.at.items()}
    cell = cells["transaction"]
    return f"SELECT {cell} AS transaction FROM {layout.rows} WHERE {cell} <> ''"


def _refuse_others(connection: DuckDBPyConnection, layout: Layout, every: str) -> None:
    """Refuse a file with floor areas of none of all the sales read; those of sales elsewhere are no fault."""
    sold, first = connection.execute(f"SELECT count(DISTINCT transaction), min(transaction) FROM {every}").fetchall()[0]
    given = connection.execute(
        f"SELECT min(transaction), count(*) FILTER (transaction IN (SELECT transaction FROM {every})) "
        f"FROM ({_sales_of(layout)})"
    ).fetchall()[0]
    if sold and not given[1]:
        join = CodeJoin("floor areas of sales", "sales", layout.label, sold, 0, (first,), LOST, 0)
        record_join(join, known=given[0] or "", fix="give the floor areas of the sales named, by their transaction")


def _record(connection: DuckDBPyConnection, layouts: Sequence[Layout]) -> None:
    """Record how many of the chosen sales stand in any of the files."""
    given = " UNION ALL ".join(_sales_of(layout) for layout in layouts)
    rows = connection.execute(
        f"SELECT transaction, transaction IN (SELECT transaction FROM ({given})) FROM "
        "(SELECT DISTINCT transaction FROM chosen) ORDER BY transaction"
    ).df().set_axis(["transaction", "met"], axis=1)  # fmt: skip
    missing = rows.loc[~rows["met"].astype(bool), "transaction"]
    record_join(
        CodeJoin.counted(
            "floor areas of sales", "sales", files_in_words(layout.label for layout in layouts), len(rows),
            missing.tolist(), LOST, share_enough("floor_areas"),
        ),
        known="",
    )  # fmt: skip


def floor_origins(files: Sequence[NamedPath], matches: Sequence[int]) -> tuple[Input, ...]:
    """Describe the files floor areas came from; ``rows`` counts the sales each has a row for."""
    return tuple(
        record(path, role="floor areas", file=label, rows=rows)
        for (path, label), rows in zip(files, matches, strict=True)
    )
