"""How many of the sales' postcodes the list of postcodes has: a list of another place is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from siteprior.core.code_join import CodeJoin, files_in_words, record_join, share_enough
from siteprior.sources.sales.store import SalesStore

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


LOST = "their sales have no place and are not used"
"""What a sale is without whose postcode the list has not."""


def record_postcodes(connection: DuckDBPyConnection, store: SalesStore, files: Sequence[str]) -> CodeJoin:
    """Record how many postcodes of the chosen sales the list has, or refuse a list that has none of any sale.

    Parameters
    ----------
    connection
        With the tables ``chosen`` (the sales of the area, with ``easting``) and ``places`` (the postcodes).
    store
        All sales, near or not.
    files
        The names of the files of postcodes.

    Returns
    -------
    CodeJoin
        One code per postcode. Where sales have places, but none of them in the area, its remark states that.

    Raises
    ------
    InputError
        When both have postcodes and none agrees.
    """
    rows = connection.execute(
        "SELECT postcode, bool_or(easting IS NOT NULL) AS met FROM chosen WHERE postcode <> '' "
        "GROUP BY postcode ORDER BY postcode"
    ).df()
    missing = rows.loc[~rows["met"].astype(bool), "postcode"]
    remark = ""
    if len(missing) == len(rows):
        refuse_other_postcodes(connection, store, "places", file=files_in_words(files))
        remark = "no sale lies within reach of the areas, so nothing is known of the market"
    return record_join(
        CodeJoin.counted(
            "places of sales", "postcodes of sales", files_in_words(files), len(rows), missing.tolist(), LOST,
            share_enough(), remark,
        ),
        known="",
    )  # fmt: skip


def refuse_other_postcodes(connection: DuckDBPyConnection, store: SalesStore, table: str, *, file: str) -> None:
    """Refuse a list of postcodes that has none of any sale; one with those of sales elsewhere is no fault.

    Parameters
    ----------
    connection
        With the list as ``table``, in its column ``postcode``.
    store
        All sales, near or not.
    table
        The name of the list in the query engine.
    file
        What the list is called.

    Raises
    ------
    InputError
        When both have postcodes and none agrees.
    """
    sold, first, agree, known = connection.execute(
        "SELECT count(DISTINCT postcode), min(postcode), "
        f"count(*) FILTER (postcode IN (SELECT postcode FROM {table})), "
        f"(SELECT coalesce(min(postcode), '') FROM {table}) FROM {store.sql} WHERE postcode <> ''"
    ).fetchall()[0]
    if sold and not agree:
        record_join(
            CodeJoin("places of sales", "postcodes of sales", file, sold, 0, (first,), LOST, 0),
            known=known,
            fix="give the postcodes of the place the sales are of",
        )
