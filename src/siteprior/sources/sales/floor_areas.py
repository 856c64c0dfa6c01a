"""Floor areas by transaction, as tables of energy certificates matched to sales give them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from siteprior.core.files import Input, record
from siteprior.core.io.duckdb_session import EXAMPLES, refused
from siteprior.core.issues import IssueLog
from siteprior.core.named_paths import NamedPath, read_each
from siteprior.core.parameters import load_parameters
from siteprior.sources.sales.layout import Layout, floor_layout, unpacked
from siteprior.sources.sales.parsing import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


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
    connection: DuckDBPyConnection, layouts: Sequence[Layout], log: IssueLog
) -> tuple[pd.Series, list[int]]:
    """Return the floor area (m²) of the sales in the engine's table ``chosen``, and the matches of each file.

    The floor areas are on the index ``transaction``. Of a sale that stands in several files the last counts. A floor
    area that is no number, lies outside the parameters' bounds, or differs within a file is left blank and logged, one
    row for each kind and file.
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
    joined = pd.concat(areas) if areas else pd.Series(dtype="float64")
    return joined[~joined.index.duplicated(keep="last")], matches


def floor_origins(files: Sequence[NamedPath], matches: Sequence[int]) -> tuple[Input, ...]:
    """Describe the files floor areas came from; ``rows`` counts the sales each has a row for."""
    return tuple(
        record(path, role="floor areas", file=label, rows=rows)
        for (path, label), rows in zip(files, matches, strict=True)
    )
