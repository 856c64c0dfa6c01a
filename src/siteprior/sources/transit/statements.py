"""Dated statements on stops read: their words, their dates, and what is wrong in them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from siteprior.core.code_join import normal_codes
from siteprior.core.errors import InputError
from siteprior.core.files import Input, record
from siteprior.core.io.national_tables import find_columns, read_plain
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.named_paths import Names, Paths, named_paths, read_each
from siteprior.core.renamed import renamed_argument
from siteprior.sources.columns import cells, named_columns, numbered

STATED = {
    "open": "open",
    "not open": "planned",
    "planned": "planned",
    "proposed": "planned",
    "due": "planned",
    "under construction": "planned",
    "shelved": "closed",
    "cancelled": "closed",
    "closed": "closed",
}
"""What a statement's words make of a stop; words not listed count as planned, and are reported."""


COLUMNS = {
    "atco_code": ("atco code", "atco", "atcocode"),
    "corridor": ("corridor",),
    "stop_name": ("stop name", "name"),
    "stated_as": ("state",),
    "state_date": ("state date",),
    "statement_date": ("statement date",),
    "state_confidence": ("state confidence",),
    "state_note": ("state note",),
}

STATEMENTS = ("atco_code", "corridor", "stop_name", "state", *list(COLUMNS)[3:], "file", "row")
"""The columns of a table of statements: ``stated_as`` are the words, ``state`` is what they make of the stop."""


def no_statements() -> pd.DataFrame:
    """Return an empty table of statements."""
    return pd.DataFrame({name: pd.Series(dtype="Int64" if name == "row" else "str") for name in STATEMENTS})


@renamed_argument(path="paths", file="files")
def read_openings(paths: Paths, *, files: Names | None = None) -> Reading[pd.DataFrame]:
    r"""Read dated statements on stops; the corridor facts are such a table too.

    Parameters
    ----------
    paths
        One table or several, CSV or Excel, with ``atco`` (or ``atco_code``), ``state``, ``statement_date``, and where
        known ``stop_name``, ``state_date``, ``state_confidence``, ``state_note``, ``corridor``. Dates are ``2022``,
        ``2026-04`` or ``2026-04-07``. A statement without code is about the stop of that name on that corridor.
    files
        The name of each file to put in issues and provenance; its path when ``None``.

    Returns
    -------
    Reading
        A table with the columns of :data:`STATEMENTS`, rows in file order, identical statements once.

    Raises
    ------
    InputError
        When the file cannot be read or lacks codes, states or statement dates.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "openings.csv"
    >>> _ = file.write_text("atco,state,state_date,statement_date\n9400ZZWMAS,open,2026-04,2026-10-02\n")
    >>> read_openings(file).table[["atco_code", "state", "statement_date"]].iloc[0].tolist()
    ['9400ZZWMAS', 'open', '2026-10-02']
    """
    log = IssueLog()

    def read_file(path: Path, label: str) -> tuple[pd.DataFrame, Input]:
        log.file = label
        table = _read_statements(path, label, log)
        return table, record(path, role="openings", file=label, rows=len(table))

    tables, provenance = zip(*read_each(named_paths(paths, files, what="openings"), read_file), strict=True)
    table = pd.concat(tables, ignore_index=True)
    conflicts(table, log)
    result = _once(table, log, apart=("row", "file", "state_note")).reset_index(drop=True)
    for name in STATEMENTS:
        result[name] = result[name].astype("Int64") if name == "row" else result[name].mask(result[name] == "")
    return Reading(result, log.table(), provenance)


def _read_statements(path: Path, label: str, log: IssueLog) -> pd.DataFrame:
    """Read the statements of one file, identical ones once; log states and dates that cannot be read."""
    raw = read_plain(
        path, fits=lambda names: "stated_as" in find_columns(names, COLUMNS), wants="a column 'state'", log=log
    )
    table, there = named_columns(raw, COLUMNS)
    lacks = [name for name in ("atco_code", "statement_date") if name not in there]
    if lacks:
        raise InputError(
            f"{label}: is no table of statements on stops: it lacks {', '.join(lacks)}; it has {', '.join(raw.columns)}"
        )
    table["atco_code"] = normal_codes(table["atco_code"])
    table["state"] = stated(table["stated_as"])
    statement_issues(table, log)
    table = table[table["stated_as"] != ""].reset_index(names="row").assign(file=label)
    return _once(table, log, apart=("row", "state_note"))[list(STATEMENTS)]


def _once(table: pd.DataFrame, log: IssueLog, *, apart: tuple[str, ...]) -> pd.DataFrame:
    """Return identical statements once, and count the others in the log, one row per file."""
    again = table.duplicated([name for name in STATEMENTS if name not in apart])
    for file, rows in table[again].groupby("file", sort=False):
        log.add("patch", file=str(file), row=int(rows["row"].iloc[0]), field="state", value=f"{len(rows)} rows",
                action="counted once: an earlier row states the same; this one is the first such")  # fmt: skip
    return table[~again]


def stated(stated_as: pd.Series) -> pd.Series:
    """Return what the words of statements make of their stops: open, planned, closed, or not stated where blank.

    Examples
    --------
    >>> stated(pd.Series(["Open", "under construction", "shelved", ""])).tolist()
    ['open', 'planned', 'closed', 'not stated']
    """
    words = stated_as.fillna("").str.lower()
    return words.map(STATED).fillna("planned").mask(words == "", "not stated").astype("str")


def last_day(dates: pd.Series) -> pd.Series:
    """Return the last possible day of dates written as year, month or day; ``NaT`` where they are not so written.

    Examples
    --------
    >>> last_day(pd.Series(["2022", "2026-02", "2026-04-07", "spring"])).dt.strftime("%Y-%m-%d").tolist()
    ['2022-12-31', '2026-02-28', '2026-04-07', nan]
    """
    text = dates.fillna("").astype("str")
    year = pd.to_datetime(text.where(text.str.fullmatch(r"[0-9]{4}")) + "-12-31", format="%Y-%m-%d", errors="coerce")
    month = pd.to_datetime(
        text.where(text.str.fullmatch(r"[0-9]{4}-[0-9]{2}")) + "-01", format="%Y-%m-%d", errors="coerce"
    )
    day = pd.to_datetime(
        text.where(text.str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")), format="%Y-%m-%d", errors="coerce"
    )
    return day.fillna(month + pd.offsets.MonthEnd(0)).fillna(year).astype("datetime64[s]")


def statement_issues(table: pd.DataFrame, log: IssueLog) -> None:
    """Log the states and dates of statements that are blank or cannot be read; the index holds the record numbers."""
    for row, words in numbered(table.loc[~table["stated_as"].str.lower().isin(STATED), "stated_as"]):
        if words:
            log.add("invalid category value", row=row, field="state", value=words,
                    action=f"counts as planned; known are {', '.join(STATED)}")  # fmt: skip
        else:
            log.add("missing value", row=row, field="state", action="says nothing of the stop")
    for field in ("state_date", "statement_date"):
        wrong = (table[field] != "") & last_day(table[field]).isna()
        for row, value in numbered(table.loc[wrong, field]):
            log.add("invalid date", row=row, field=field, value=value,
                    action="not used; write it as 2026, 2026-04 or 2026-04-07")  # fmt: skip
    for row in table.index[(table["statement_date"] == "") & (table["stated_as"] != "")].tolist():
        log.add("missing value", row=row, field="statement_date", action="an undated statement is not used")


def conflicts(table: pd.DataFrame, log: IssueLog) -> None:
    """Log stops of which statements of one day say different things."""
    coded = table[(table["atco_code"] != "") & (table["statement_date"] != "")]
    distinct = coded.drop_duplicates(["atco_code", "statement_date", "state"])
    second = distinct[distinct.duplicated(["atco_code", "statement_date"])]
    for _, row, file, words, code in cells(second, "row", "file", "stated_as", "atco_code"):
        log.add("reference values are not unique", row=row, file=file, field="state", value=words,
                action=f"{code}: statements of one day differ; the least promising counts")  # fmt: skip
