"""The tables of MHCLG's land value estimates: columns and sheets found by their words, and the day they are of.

The workbook of 2023 has its header over two records: groups such as "Site Density (dwellings/ha)" stand once above the
columns they are of. A CSV with the same words in one header is read alike.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from siteprior.core.errors import InputError
from siteprior.core.files import read_bytes
from siteprior.core.io.messy_tables import HEADER_DEPTH, read_table
from siteprior.core.io.parse_dates import read_date
from siteprior.core.io.parse_values import decimal_commas, number
from siteprior.core.io.workbooks import Sheet, is_workbook, read_sheets
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.sources.evidence.land_value_units import Cells, Unit, column_unit, is_other_use, names_homes

DENSITIES = ("low", "medium", "high")
"""The densities of a site the 2023 edition values, thinnest first; the one value of 2017 stands as the medium."""

WANTED = (
    "a column with the local authority (or its ONS code) and one with its residential land value in £/ha, as the sheet "
    "Residential of MHCLG's Land value estimates for policy appraisal has them"
)
_AREA = re.compile(r"\b(authority|authorities|council|district)\b|^(area|town|location)\b")
_MONEY = re.compile(r"£|\bgbp\b|\bvalue")
_HOMES = re.compile(r"dwellings|homes|\bdph\b")
_DATED = re.compile(r"valu|as at|base date|price base")
_DAY = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)? +[a-z]+,? +20\d\d\b", re.IGNORECASE)
_YEAR = re.compile(r"policy[ _-]+appraisal\D{0,12}(20\d\d)", re.IGNORECASE)


@dataclass
class Values:
    """What a file, or the edition that ships, says of land values.

    ``residential`` has a row by area as it is called: the ONS code where stated, and numbers by the names of columns
    (``residential_<density>`` in £/ha, ``density_<density>`` in homes/ha). ``industrial`` is £/ha by area.
    """

    label: str
    residential: dict[str, dict[str, float | str]] = field(default_factory=dict)
    industrial: dict[str, float] = field(default_factory=dict)
    valued: date | None = None
    rows: dict[str, int] = field(default_factory=dict)


def read_values(path: Path | str, *, file: str, vintage: str, log: IssueLog) -> Values:
    """Read the values of one file, a workbook or a CSV.

    Parameters
    ----------
    path
        The file.
    file
        What it is called in messages.
    vintage
        The day or year the project says it is of; blank where it says none.
    log
        Takes the cells that are no numbers, or numbers that no such land is worth, and columns in £/acre.

    Raises
    ------
    InputError
        When it holds no such table, states another unit than £/ha or £/acre, more of its values cannot be than
        ``land_values.reading.out_most``, it states no day of valuation or several, or another than the project.
    """
    sheets = _sheets(path, file)
    found, cells = Values(file), Cells(file, log)
    dates = set[date]()
    for sheet in sheets:
        for kind in ("residential", "industrial"):
            alone, name = len(sheets) == 1, sheet.name.casefold()
            other = kind == "residential" and is_other_use(name) and not names_homes(name)
            if (alone or kind in name) and not other:
                dates |= _read_sheet(sheet, kind, found, log, cells, alone=alone)
    cells.refuse()
    if not found.residential:
        names = ", ".join(sheet.name for sheet in sheets if sheet.name)
        raise InputError(
            f"{file}: holds no residential land values{f' (sheets {names})' if names else ''}; needs {WANTED}"
        )
    found.valued = _valued(dates or _stated_days(sheets), sheets, file, vintage)
    return found


def edition_day(year: str) -> date | None:
    """Return the day the values of an edition are of; ``None`` of one that is not known.

    Examples
    --------
    >>> edition_day("2023"), edition_day("1999")
    (datetime.date(2023, 10, 1), None)
    """
    editions = load_parameters("land_values").table("editions").tables()
    return date.fromisoformat(editions[year].text("valued")) if year in editions else None


def in_words(day: date | None) -> str:
    """Write a day in words; nothing where there is none.

    Examples
    --------
    >>> in_words(date(2017, 4, 1)), in_words(None)
    ('1 April 2017', '')
    """
    return "" if day is None else f"{day.day} {day:%B %Y}"


def _sheets(path: Path | str, file: str) -> list[Sheet]:
    """Return the sheets of a workbook that are shown; of a CSV one without a name."""
    data = read_bytes(path)
    if is_workbook(data):
        return [sheet for sheet in read_sheets(data, file)[1] if not sheet.hidden]

    def score(cells: Sequence[str]) -> float:
        return float(_score(_roles([list(cells)], 0, "")))

    table = read_table(path, score=score, wanted=WANTED)
    text = data.decode(table.encoding, "replace")
    above = list(islice(csv.reader(io.StringIO(text), delimiter=table.form), table.header_row - 1))
    return [Sheet("", [*above, list(table.header), *map(list, table.rows)])]


def _read_sheet(sheet: Sheet, kind: str, found: Values, log: IssueLog, checked: Cells, *, alone: bool) -> set[date]:
    """Add the values of one kind a sheet holds to those found, and return the days its rows state."""
    depth = range(min(len(sheet.records), HEADER_DEPTH))
    named = "" if alone else kind
    at = max(depth, key=lambda n: (_score(_roles(sheet.records, n, named)), -n), default=0)
    roles = _roles(sheet.records, at, named) if sheet.records else {}
    if not _score(roles):
        return set()
    wanted = [role for role in roles if role.startswith(kind) or (kind == "residential" and role.startswith("density"))]
    if not any(role.startswith(kind) for role in wanted):
        return set()
    units = _units(sheet, at, roles, wanted, found.label, log)
    columns = {role: [_cell(cells, roles[role]) for cells in sheet.records[at + 1 :]] for role in wanted}
    commas = {role: decimal_commas(cells) for role, cells in columns.items()}
    days = set[date]()
    for place, cells in enumerate(sheet.records[at + 1 :]):
        area, code = _cell(cells, roles.get("area")), _cell(cells, roles.get("code")).upper()
        if not (area or code):
            continue
        row: dict[str, float | str] = {"code": code}
        stands = (area or code) in (found.industrial if kind == "industrial" else found.residential)
        for role in wanted:
            text = columns[role][place]
            value = number(text.replace("£", "").strip(), comma=commas[role]) if text else None
            if value is not None:
                value *= units[role].scale
                if stands or checked.possible(value, role, area or code, row=at + place + 2):
                    row[role] = value
            elif text and role.startswith(kind):
                log.add("invalid decimal", row=at + place + 2, field=role, value=text, action="left blank")
        stated = read_date(_cell(cells, roles.get("valued"))).value if "valued" in roles else None
        if len(row) > 1 and isinstance(stated, date):
            days.add(stated)
        name, valued = area or code, any(role in row for role in wanted if role.startswith(kind))
        if not valued:
            if not any(columns[role][place] for role in wanted if role.startswith(kind)):
                log.add("missing value", row=at + place + 2, field=kind, value=name, severity="notice",
                        action="left out: the row has no value")  # fmt: skip
        elif stands:
            log.add("reference values are not unique", row=at + place + 2, field=kind, value=name,
                    action="left out: the area stands before")  # fmt: skip
        elif kind == "industrial":
            found.industrial[name] = float(row["industrial"])
        else:
            found.residential[name] = row
            found.rows[name] = at + place + 2
    return days


def _units(
    sheet: Sheet, at: int, roles: Mapping[str, int], wanted: Iterable[str], file: str, log: IssueLog
) -> dict[str, Unit]:
    """Return the unit of each column: what its words state, else a column of units or the titles above the header."""
    words = _column_words(sheet.records, at)
    listed = sorted({_cell(cells, roles.get("unit")) for cells in sheet.records[at + 1 :]} - {""})
    beside = " ; ".join([*listed, *_titles(sheet.records, at)]).casefold()
    units = dict[str, Unit]()
    for role in wanted:
        own = words[roles[role]]
        money = not role.startswith("density")
        units[role] = column_unit(own.casefold(), beside, file=file, column=own) if money else Unit(1.0)
        if units[role].action:
            log.add("default-value", row=at + 1, field=role, value=own, action=units[role].action)
    return units


def _titles(records: Sequence[Sequence[str]], at: int) -> list[str]:
    """Return the texts above the header that stand alone in their record: titles and notes."""
    above = ([" ".join(cell.split()) for cell in cells if cell.strip()] for cells in records[:at])
    return [cells[0] for cells in above if len(cells) == 1]


def _roles(records: Sequence[Sequence[str]], at: int, kind: str) -> dict[str, int]:
    """Return what the columns below a record hold, by their words: role → place, the first of each."""
    roles, title = dict[str, int](), " ".join(_titles(records, at)).casefold()
    for place, words in enumerate(_column_words(records, at)):
        role = _role(_cell(records[at], place).casefold(), words.casefold(), kind, title)
        if role:
            roles.setdefault(role, place)
    return roles


def _role(own: str, words: str, kind: str, title: str) -> str:
    """Return what a column holds by its own words, those with its group's, and the titles above; else blank.

    A column of another use is none of homes, and one of a use beside industry none of industry.
    """
    if not own:
        return ""
    dense = next((density for density in DENSITIES if re.search(rf"\b{density}\b", words)), "")
    money = bool(_MONEY.search(words))
    titled = not names_homes(words) and not names_homes(title) and is_other_use(title)
    homes = kind != "industrial" and not is_other_use(words, own=own) and (kind == "residential" or not titled)
    other = is_other_use(re.sub(r"\bindustr\w*", "", words), own=own) or names_homes(words)
    tests = (
        ("code", re.search(r"\bcode\b", own)),
        ("valued", re.search(r"valuation|price base|\bedition\b", own)),
        (f"density_{dense}", dense and "density" in words and _HOMES.search(words) and not money),
        ("area", _AREA.search(own) and not money),
        (f"residential_{dense}", dense and "density" in words and "median" in own and homes),
        ("unit", re.fullmatch(r"units?( of measure\w*)?", own)),
        ("industrial", money and "density" not in words and not other and (
            "industrial" in words or kind == "industrial")),
        ("residential_medium", money and "density" not in words and homes and (
            re.search(r"residential|typical|land value", words) or kind == "residential")),
    )  # fmt: skip
    return next((role for role, holds in tests if holds), "")


def _score(roles: Iterable[str]) -> int:
    """Return how much a record looks like the header: its roles, where it has the area and a value; else 0."""
    found = set(roles)
    valued = any(role.startswith(("residential", "industrial")) for role in found)
    return len(found) if valued and found & {"area", "code"} else 0


def _column_words(records: Sequence[Sequence[str]], at: int) -> list[str]:
    """Return the words of each column: those of its group, which stand once in the record above, and its own."""
    own = [" ".join(cell.split()) for cell in records[at]]
    groups, last = list[str](), ""
    above = [" ".join(cell.split()) for cell in records[at - 1]] if at else []
    grouped = sum(map(bool, above)) > 1  # a title alone above the header is no group
    for place in range(len(own)):
        last = (above[place] if grouped and place < len(above) else "") or last
        groups.append(last)
    return [f"{group} {name}".strip() for group, name in zip(groups, own, strict=True)]


def _cell(cells: Sequence[str], place: int | None) -> str:
    """Return a cell as trimmed text; blank where the record is shorter, or there is no such column."""
    return " ".join(cells[place].split()) if place is not None and place < len(cells) else ""


def _stated_days(sheets: Sequence[Sheet]) -> set[date]:
    """Return the days of valuation that the text of the sheets states, above tables and in notes."""
    texts = (cell for sheet in sheets for cells in sheet.records[:HEADER_DEPTH] for cell in cells)
    found = (_DAY.search(text) for text in texts if _DATED.search(text.casefold()))
    days = (read_date(re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", match[0])).value for match in found if match)
    return {day for day in days if isinstance(day, date)}


def _valued(days: set[date], sheets: Sequence[Sheet], file: str, vintage: str) -> date:
    """Return the day the values are of, or refuse a file that states none, several, or another than the project."""
    if len(days) > 1:
        listed = " and ".join(f"{in_words(day)}" for day in sorted(days))
        raise InputError(f"{file}: mixes valuations of {listed}; editions are never mixed: give a file of one")
    stated = read_date(vintage).value if vintage else None
    if isinstance(stated, date) and len(vintage.strip()) == len("2023"):
        stated = edition_day(vintage.strip()) or stated
    titles = [file, *(cell for sheet in sheets for cells in sheet.records[:HEADER_DEPTH] for cell in cells)]
    years = sorted({match[1] for text in titles if (match := _YEAR.search(text))})
    titled = edition_day(years[0]) if len(years) == 1 else None
    day = next(iter(days), None) or titled or (stated if isinstance(stated, date) else None)
    if day is None:
        raise InputError(
            f"{file}: states no day of valuation, so that its edition is not known; give vintage, such as "
            'vintage = "2023-10-01"'
        )
    if isinstance(stated, date) and stated.year != day.year:
        raise InputError(
            f"{file}: is stated to be of {vintage}, but says that its values are of {in_words(day)}; correct vintage"
        )
    return day
