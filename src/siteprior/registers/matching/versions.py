"""When a register was published: as stated, or by the newest date in it; and readings of many files split by file."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import InputError
from siteprior.core.files import of_file
from siteprior.core.schema import REGISTER, check

_STATED = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")


def published(
    table: pd.DataFrame, stated: str | dt.date = "", *, as_of: dt.date | None = None, name: str = ""
) -> dt.date:
    """Return the day a register is taken to be published: the one stated, else its newest entry or start date.

    Parameters
    ----------
    table
        Rows of one register, :data:`siteprior.core.schema.REGISTER`.
    stated
        A day, month or year (``2018-05-21``, ``2018-05``, ``2018``); a month or year counts as its last day, for a
        register must not look older than it is, or as the newest date in the file where that is later. Blank where
        it is not known.
    as_of
        Dates in the file after this day are errors and do not count; a stated month or year ends here at the latest.
    name
        What the register is called, for the message.

    Raises
    ------
    InputError
        When what is stated is no date, lies after ``as_of``, or nothing is stated and the file holds no date.

    Examples
    --------
    >>> published(pd.DataFrame(), "2018-02")
    datetime.date(2018, 2, 28)
    """
    name = name or (", ".join(sorted(table["file"].dropna().unique())) if "file" in table else "the register")
    newest = _newest(table, as_of)
    if isinstance(stated, dt.date) or str(stated).strip():
        first, last = _period(stated, name)
        if as_of is not None and first > as_of:
            raise InputError(f"{name}: the vintage {stated} lies after {as_of}; correct it or as_of")
        if first == last or newest is None or newest <= last:
            return last if as_of is None else min(last, as_of)
        return newest
    if newest is None:
        raise InputError(f"{name}: holds no entry or start date to give its vintage; state one, such as 2018-05-21")
    return newest


def _newest(table: pd.DataFrame, as_of: dt.date | None) -> dt.date | None:
    """Return the newest entry or start date up to ``as_of``; ``None`` where there is none."""
    if not {"entry_date", "start_date"} <= set(table.columns):
        return None
    dates = pd.concat([table["entry_date"], table["start_date"]]).dropna()
    if as_of is not None:
        dates = dates[dates <= pd.Timestamp(as_of)]
    newest: dt.date | None = None if dates.empty else dates.max().date()
    return newest


def _period(stated: str | dt.date, name: str) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a stated day, month or year."""
    match = _STATED.match(str(stated).strip())
    year, month, day = (int(part) if part else None for part in match.groups()) if match else (0, None, None)
    try:
        # a month or day 0 is stated, and is none
        first = dt.date(year or 0, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise InputError(f"{name}: the vintage '{stated}' is no date; write 2018-05-21, 2018-05 or 2018") from None
    last_month = 12 if month is None else month
    last_day = calendar.monthrange(first.year, last_month)[1] if day is None else day
    return first, dt.date(first.year, last_month, last_day)


def vintages_of(
    table: gpd.GeoDataFrame, stated: Mapping[str, str | dt.date], *, as_of: dt.date | None = None
) -> list[tuple[dt.date, gpd.GeoDataFrame]]:
    """Split a reading of several files into vintages, one per file, each with the day it was published.

    Parameters
    ----------
    table
        :data:`siteprior.core.schema.REGISTER` rows of any number of files.
    stated
        File (as the column ``file`` names it, for all sheets of a workbook without the sheet) → what is stated of its
        vintage; see :func:`published`.
    as_of
        As for :func:`published`.

    Returns
    -------
    list
        Pairs of day and rows, in the order of the files, ready for
        :func:`siteprior.registers.matching.history.register_history`.

    Raises
    ------
    InputError
        Naming every file whose vintage is not known.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> older = sp.read_registers(data / "sites/older/dudley_2019-12.csv", files="2019.csv").table
    >>> vintages = sp.registers.vintages_of(older, {"2019.csv": "2019-12-13"})
    >>> [(day.isoformat(), rows.index.name) for day, rows in vintages]
    [('2019-12-13', 'site_id')]
    """
    check(
        table,
        replace(REGISTER, index="", geometry=False),
        name="table",
        needs=("file",),
        may_have=("entry_date", "start_date"),
    )
    parts: list[tuple[dt.date, gpd.GeoDataFrame]] = []
    faults = AllFaults()
    for file in table["file"].drop_duplicates():
        rows = table[table["file"] == file]
        with faults.kept():
            parts.append((published(rows, of_file(file, stated) or "", as_of=as_of, name=file), rows))
    faults.refuse()
    return parts
