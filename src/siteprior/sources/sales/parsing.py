"""From the text of a file of sales to typed columns on disk; what cannot be read is counted, by field."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteprior.core.errors import InputError
from siteprior.core.io.duckdb_session import EXAMPLES, quoted, refused, scalar
from siteprior.sources.sales.layout import Layout

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORDS = {
    "property_type": {
        "d": "detached", "detached": "detached", "s": "semi-detached", "semi-detached": "semi-detached",
        "semi detached": "semi-detached", "t": "terraced", "terraced": "terraced", "f": "flat", "flat": "flat",
        "flat/maisonette": "flat", "flat-maisonette": "flat", "o": "other", "other": "other",
    },
    "new_build": {
        "y": "yes", "yes": "yes", "true": "yes", "1": "yes", "1.0": "yes",
        "n": "no", "no": "no", "false": "no", "0": "no", "0.0": "no",
    },
    "tenure": {"f": "freehold", "freehold": "freehold", "l": "leasehold", "leasehold": "leasehold", "u": "unknown"},
    "category": {
        "a": "A", "standard price paid transaction": "A", "b": "B", "additional price paid transaction": "B",
    },
    "status": {"a": "A", "c": "C", "d": "D"},
}  # fmt: skip
"""The published letters, and the words of tables made from them; U is a tenure that is unknown."""

READ = ("price", "transfer_date", *WORDS)
"""Columns whose text may not be readable."""

KEPT = ("transaction", "price", "transfer_date", "postcode", *(name for name in WORDS if name != "status"))
"""The columns of a store."""

COMPRESSION = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"

LOST = "transaction IS NULL OR (status <> 'D' AND (price IS NULL OR transfer_date IS NULL))"
"""Rows that are no sale: nothing to know them by, no price, or no date."""

_SALE = "status <> 'D' AND transaction IS NOT NULL"

_FAULTS = (
    ("transaction IS NULL", "NULL", "unknown entity - missing reference", "transaction", "left out: no identifier"),
    (f"{_SALE} AND unread_price IS NOT NULL", "unread_price", "invalid integer", "price", "left out: no whole pounds"),
    (f"{_SALE} AND unread_transfer_date IS NOT NULL", "unread_transfer_date", "invalid date", "transfer_date",
     "left out: no date of transfer"),
    (f"{_SALE} AND price IS NULL AND unread_price IS NULL", "NULL", "missing value", "price", "left out: no price"),
    (f"{_SALE} AND transfer_date IS NULL AND unread_transfer_date IS NULL", "NULL", "missing value", "transfer_date",
     "left out: no date of transfer"),
    *((f"unread_{name} IS NOT NULL", f"unread_{name}",
       "invalid flag" if name == "new_build" else "invalid category value", name,
       "read as A: added" if name == "status" else "left blank") for name in WORDS),
)  # fmt: skip
"""Rows, the text that was not read, its issue code, the field, and what was done."""


def parse(connection: DuckDBPyConnection, layout: Layout, part: Path) -> list[dict[str, Any]]:
    """Write the sales of a file to a parquet file, in its order, with ``status`` and what was not read.

    Returns
    -------
    list of dict
        Issues, one for each kind of fault, as arguments of :meth:`siteprior.core.issues.IssueLog.add`.

    Raises
    ------
    InputError
        When no row is one.
    """
    typed = ", ".join(f"{expression} AS {name}" for name, expression in _columns().items())
    unread = ", ".join(f"CASE WHEN {name} IS NULL THEN text_{name} END AS unread_{name}" for name in READ)
    connection.execute(
        f"COPY (SELECT * EXCLUDE ({', '.join(f'text_{name}' for name in READ)}) "
        f"REPLACE (CASE tenure WHEN 'unknown' THEN NULL ELSE tenure END AS tenure, coalesce(status, 'A') AS status), "
        f"{unread} FROM (SELECT {typed}, {', '.join(f'{name} AS text_{name}' for name in READ)} "
        f"FROM (SELECT {_texts(layout)} FROM {layout.rows}))) TO {quoted(part)} ({COMPRESSION})"
    )
    number, lines = refused(connection)
    why = lines[0][2] if lines else ""
    if not scalar(connection, f"SELECT count(transaction) FROM read_parquet({quoted(part)})"):
        raise InputError(f"{layout.label}: no row can be read as a sale{': ' * bool(why)}{why}; download it again")
    issues = []
    if number:
        issues.append({"issue_type": "invalid category value", "field": "(line)", "value": f"lines: {number:,}",
                       "action": f"left out, they are no rows of this file: {why}"})  # fmt: skip
    missing = [name for name in ("new_build", "tenure", "category") if name not in layout.at]
    issues += [
        {"issue_type": "missing value", "field": name, "value": "", "action": "the file has no such column: left blank"}
        for name in missing
    ]
    return issues + _faults(connection, part)


def _texts(layout: Layout) -> str:
    """Return the SQL of the wanted columns as trimmed text, missing where blank or absent."""
    names = ("transaction", "price", "transfer_date", "postcode", *WORDS)
    return ", ".join(
        f"nullif(trim(c{layout.at[name]}), '') AS {name}" if name in layout.at else f"CAST(NULL AS VARCHAR) AS {name}"
        for name in names
    )


def _columns() -> dict[str, str]:
    """Return the SQL of each column of a part, made from the texts."""
    price = "coalesce(TRY_CAST(price AS INTEGER), TRY_CAST(TRY_CAST(translate(price, '£, ', '') AS DOUBLE) AS INTEGER))"
    british = "CAST(try_strptime(left(transfer_date, 10), '%d/%m/%Y') AS DATE)"
    return {
        "transaction": "nullif(upper(trim(transaction, '{} ')), '')",
        "price": f"CASE WHEN {price} >= 0 THEN {price} END",
        "transfer_date": f"coalesce(TRY_CAST(left(transfer_date, 10) AS DATE), {british})",
        "postcode": "upper(postcode[:-4] || ' ' || postcode[-3:])".replace("postcode", "replace(postcode, ' ', '')"),
        **{name: _spelt(name, known) for name, known in WORDS.items()},
    }


def _spelt(name: str, known: dict[str, str]) -> str:
    """Return the SQL that turns a letter or word into the declared one."""
    cases = " ".join(f"WHEN {quoted(word)} THEN {quoted(own)}" for word, own in known.items())
    return f"CASE lower({name}) {cases} END"


def _faults(connection: DuckDBPyConnection, part: Path) -> list[dict[str, Any]]:
    """Count what was not read in a part, each kind once, with the first few."""
    source = f"read_parquet({quoted(part)}, file_row_number = true)"
    counts = ", ".join(f"count(*) FILTER ({rows})" for rows, *_ in _FAULTS)
    numbers = connection.execute(f"SELECT {counts} FROM {source}").fetchall()[0]
    issues = []
    for number, (rows, text, issue, field, action) in zip(numbers, _FAULTS, strict=True):
        if number:
            first = connection.execute(
                f"SELECT DISTINCT concat_ws(' ', transaction, {text}) AS example FROM {source} WHERE {rows} "
                f"ORDER BY example LIMIT {EXAMPLES}"
            ).fetchall()
            issues.append({"issue_type": issue, "field": field, "value": counted(number, [row[0] for row in first]),
                           "action": action})  # fmt: skip
    return issues


def counted(number: int, examples: list[str]) -> str:
    """Return how many sales there are, and the names of the first few.

    Examples
    --------
    >>> counted(4, ["1A", "1B", "1C"]), counted(1, [""])
    ('4 sales: 1A, 1B, 1C, …', '1 sale')
    """
    named = ", ".join(filter(None, examples))
    more = ", …" if number > len(examples) else ""
    return f"{number:,} sale{'s' if number != 1 else ''}" + (f": {named}{more}" if named else "")
