"""Dates as councils write them: ISO, day first, month in words, a year alone, spreadsheet serials, several in a cell.

A vague date (a month, a year) is read as its last day, so that it never makes a site look older than it is.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence

from siteprior.core.io.parse_values import Value, read_column
from siteprior.core.issues import IssueLog
from siteprior.core.short_repr import counted

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
FIRST_YEAR, LAST_YEAR = 1900, 2100
PIVOT = 50
"""Two-digit years up to this are of the 2000s."""

SERIAL_ZERO = dt.date(1899, 12, 30)
SERIALS = (20_000, 60_000)
"""Spreadsheet day numbers that are dates between 1954 and 2064."""

UNSET = {dt.date(1970, 1, 1), dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1900, 1, 1)}
"""Where clocks of computers and spreadsheets begin: stands for no date."""

_MONTH = r"(?P<word>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
_TOKEN = re.compile(
    rf"""(?<![\w/.-])(?:
      (?P<iso>(?P<y1>\d{{4}})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})(?!\d))
    | (?P<dmy>(?P<a>\d{{1,2}})\s?[-/.]\s?(?P<b>\d{{1,2}})\s?[-/.]\s?(?P<y2>\d{{4}}|\d{{2}}(?![-/.]\d))(?!\d))
    | (?P<dmon>(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?[\s/.-]*{_MONTH}[\s/.,-]*(?P<y3>\d{{4}}|\d{{2}})(?!\d))
    | (?P<mond>{_MONTH.replace("word", "word4")}[\s.]*(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+(?P<y4>\d{{4}})(?!\d))
    | (?P<mony>{_MONTH.replace("word", "word5")}[\s/.,'-]*(?P<y5>\d{{4}}|\d{{2}})(?!\d))
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?(Z|[+-]\d{2}(:?\d{2})?)?")
_MISTYPED = re.compile(r"^2-([0-4]\d)[-/.](\d{2})[-/.](\d{2})$")
"""2-17-12-17: the second sign of the year 2017 typed as a hyphen."""

_SPACED = re.compile(r"^(\d{4})\s+(\d{1,2})\s+(\d{1,2})$|^(\d{1,2})\s+(\d{1,2})\s+(\d{4})$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})[-/.](\d{4})$|^(\d{4})[-/.](\d{1,2})$")


def order_evidence(texts: Iterable[str]) -> tuple[int, int]:
    """Count the dates of a column that can only be day first, and those that can only be month first.

    Examples
    --------
    >>> order_evidence(["01/02/2019", "25/12/2019", "4/18/2018"])
    (1, 1)
    """
    days = months = 0
    for text in texts:
        if " " in text and _SPACED.match(text.strip()):
            text = "-".join(text.split())
        for token in _TOKEN.finditer(text) if "/" in text or "." in text or "-" in text else ():
            if token["dmy"]:
                days += int(token["a"]) > 12 >= int(token["b"])
                months += int(token["b"]) > 12 >= int(token["a"])
    return days, months


def read_date(text: str, *, day_first: bool = True, certain: bool = True, latest: bool = False) -> Value:
    r"""Read one cell as a date.

    Parameters
    ----------
    text
        The cell.
    day_first
        How to read 01/02/2019.
    certain
        Whether the column holds evidence for that; without it such dates are logged.
    latest
        Of several dates in the cell take the latest instead of the first.

    Examples
    --------
    >>> read_date("2012").value, read_date("May 2017").action
    (datetime.date(2012, 12, 31), 'a month alone, read as its last day')
    >>> read_date("02.10.2015\n03.08.2018", latest=True).value, read_date("17/12/25018").issue
    (datetime.date(2018, 8, 3), 'invalid date')
    """
    plain = _CLOCK.sub(" ", text.strip().strip("\"'").strip()).strip()
    if _SPACED.match(plain):
        plain = "-".join(plain.split())
    whole = _whole(plain)
    if whole is not None:
        return whole
    tokens = list(_TOKEN.finditer(plain))
    found = [_token(token, day_first, certain) for token in tokens]
    dates = [read for read in found if read.value is not None]
    if not dates:
        return Value(None, "invalid date", "left blank")
    if len(dates) > 1:
        chosen = max(dates, key=lambda read: read.value) if latest else dates[0]
        return Value(chosen.value, "patch", f"{len(dates)} dates in the cell; {'latest' if latest else 'first'} taken")
    rest = (plain[: tokens[0].start()] + plain[tokens[0].end() :]).strip(" \"'.,;")
    if rest and not dates[0].issue:
        return Value(dates[0].value, "patch", "date taken from the text")
    return dates[0]


def _whole(text: str) -> Value | None:
    """Read a cell that is one number or a month and year; ``None`` where it is neither."""
    if text.isascii() and text.isdigit():  # ² is a digit, and no number
        return _digits(text)
    mistyped = _MISTYPED.match(text)
    if mistyped:
        read = _date(2000 + int(mistyped[1]), int(mistyped[2]), int(mistyped[3]))
        return Value(read.value, "patch", f"2- read as 20: {read.value}") if read.value else read
    month_year = _MONTH_YEAR.match(text)
    if month_year:
        month, year = (month_year[1], month_year[2]) if month_year[1] else (month_year[4], month_year[3])
        return _month(int(year), int(month))
    return None


def _digits(text: str) -> Value:
    """Read digits alone: a year, yyyymmdd, ddmmyyyy, a spreadsheet serial, milliseconds since 1970."""
    if len(text) == 4 and FIRST_YEAR < int(text) <= LAST_YEAR:
        return Value(dt.date(int(text), 12, 31), "default-value", "a year alone, read as its last day")
    if len(text) == 8:
        read = _date(int(text[:4]), int(text[4:6]), int(text[6:]))
        return read if read.value else _date(int(text[4:]), int(text[2:4]), int(text[:2]))
    if len(text) == 5 and SERIALS[0] <= int(text) <= SERIALS[1]:
        date = SERIAL_ZERO + dt.timedelta(days=int(text))
        return Value(date, "patch", f"a spreadsheet's day number, read as {date}")
    if len(text) in (12, 13):
        date = dt.date(1970, 1, 1) + dt.timedelta(days=int(text) // 86_400_000)
        return Value(date, "patch", f"milliseconds since 1970, read as {date}")
    return Value(None, "invalid date", "left blank")


def _token(token: re.Match[str], day_first: bool, certain: bool) -> Value:
    """Read one date found in a text."""
    if token["iso"]:
        year, month, day = int(token["y1"]), int(token["m1"]), int(token["d1"])
        if month > 12 >= day:
            read = _date(year, day, month)
            return Value(read.value, "patch", "only possible as year, day, month") if read.value else read
        return _date(year, month, day)
    if token["dmon"]:
        return _date(_year(token["y3"]), MONTHS[token["word"].lower()], int(token["d3"]))
    if token["mond"]:
        return _date(_year(token["y4"]), MONTHS[token["word4"].lower()], int(token["d4"]))
    if token["mony"]:
        return _month(_year(token["y5"]), MONTHS[token["word5"].lower()])
    a, b, year = int(token["a"]), int(token["b"]), _year(token["y2"])
    first = _date(year, b, a) if day_first else _date(year, a, b)
    if first.value is None:
        other = _date(year, a, b) if day_first else _date(year, b, a)
        order = "month first" if day_first else "day first"
        return Value(other.value, "patch", f"only possible {order}") if other.value else other
    if len(token["y2"]) == 2 and "-" in token[0] and a > 12:
        other = _date(_year(token["a"]), b, int(token["y2"]))
        if other.value and other.value != first.value:
            return Value(first.value, "patch", f"the year has two digits; read as {first.value}, may be {other.value}")
    if not certain and a != b and a <= 12 and b <= 12:
        return Value(first.value, "patch", f"whether day or month comes first is not known; read as {first.value}")
    return first


def _year(text: str) -> int:
    """Return a year of two or four digits in full."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year <= PIVOT else 1900)


def _date(year: int, month: int, day: int) -> Value:
    """Return a date, or why there is none."""
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return Value(None, "invalid date", "left blank")
    if date in UNSET:
        return Value(None, "invalid date", "left blank: the zero of a computer's calendar")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Value(None, "invalid date", "left blank: not a year of this age")
    return Value(date)


def _month(year: int, month: int) -> Value:
    """Return the last day of a month, or why there is none."""
    read = _date(year, month, calendar.monthrange(year, month)[1] if 1 <= month <= 12 and year else 0)
    return Value(read.value, "default-value", "a month alone, read as its last day") if read.value else read


def read_dates(
    texts: Sequence[str],
    rows: Sequence[int],
    *,
    field: str,
    log: IssueLog,
    file_evidence: tuple[int, int] = (0, 0),
    latest: bool = False,
) -> list[dt.date | None]:
    """Read a column of dates; day first by the column's own evidence, else the file's, else as usual in Britain.

    Where the evidence is zero or divided, every date that could be read both ways is logged; where a column is read
    month first throughout, that is logged once.

    Examples
    --------
    >>> log = IssueLog("a.csv")
    >>> read_dates(["04/03/2018", "4/18/2018"], [2, 3], field="start_date", log=log)[0]
    datetime.date(2018, 4, 3)
    """
    days, months = order_evidence(texts)
    if days == months == 0:
        days, months = file_evidence

    if months > days == 0:
        read = sum(any(token["dmy"] for token in _TOKEN.finditer(text)) for text in texts)
        if read:
            action = f"dates read month first in {counted(read, 'row')}, for some of the file can only be so"
            log.add("patch", field=field, action=action, severity="notice")

    def reader(text: str) -> Value:
        return read_date(text, day_first=days >= months, certain=(days > 0) != (months > 0), latest=latest)

    return read_column(texts, rows, reader, field=field, log=log)
