"""Households by tenure, Census 2021: how many of each LSOA do not rent socially, which sales are counted against.

Read as ONS and NOMIS publish them: a column per tenure ("Social rented: Rents from council or Local Authority"), or a
row per area and tenure with its number of households (Observation). Columns are found by their words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from siteprior.core.code_join import normal_codes
from siteprior.core.errors import InputError
from siteprior.core.files import read_bytes, record
from siteprior.core.io.messy_tables import TextTable, read_table
from siteprior.core.io.parse_values import in_form, read_column, read_decimal
from siteprior.core.io.workbooks import is_workbook
from siteprior.core.issues import IssueLog, Reading, concat_issues
from siteprior.core.named_paths import one_path
from siteprior.core.schema import Column
from siteprior.project.files import File
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import AreaLayer
from siteprior.sources.areas.lsoa import named_year
from siteprior.sources.columns import first_per_code, numbered
from siteprior.sources.layers.area_tables import match_areas
from siteprior.sources.registry import joined, source

PRIVATE = "private_households"
WANTED = (
    "LSOA codes, the number of all households and those of tenure 'Social rented', as table TS054 of the Census 2021 "
    "has them"
)
_LSOA = re.compile(r"[EW]01\d{6}")
_TOTAL = re.compile(r"(total|all)( households)?|households([ _]?2021)?")
_SOCIAL = "social rented"
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_OTHER_CENSUS = re.compile(r"(?<!\d)(?:1991|2001|2011)(?!\d)")
_DATES = re.compile(r"\b(?:date|year|time|period|census|edition|vintage)\b")


class Households(File):
    """A table of households by tenure and LSOA."""


@source(
    "households",
    title="Households by tenure",
    meaning="Households by tenure and LSOA, Census 2021; sales are counted against those that do not rent socially",
    keys=Households,
    example="census2021-ts054-lsoa.csv",
    section="evidence",
    columns=[
        Column(PRIVATE, "number", "Private households", "Households of the LSOA the site lies in that do not rent "
               "socially", "households", "Census 2021: tenure of households by LSOA"),
    ],
)  # fmt: skip
def read_households(
    paths: list[Path], files: list[str], entry: Households, areas: gpd.GeoDataFrame
) -> Reading[gpd.GeoDataFrame]:
    """Return the areas with their ``private_households``: all households less those of social tenants.

    Raises
    ------
    InputError
        When there are several files, one has no such columns, is of another year than 2021 by a column of dates or a
        name of a column, its codes are of 2011 or of another place than the areas.
    """
    path, label = one_path(paths, files, what="households", instead="put them into one table")
    log = IssueLog(label)
    table = read_table(path, score=_score, wanted=WANTED)
    above = [] if is_workbook(data := read_bytes(path)) else data.decode(table.encoding, "replace").splitlines()
    _refuse_other_years(table, above[: table.header_row - 1], label)
    values = _private(table, label, log)
    spec = parse_layer(
        {
            "name": "households", "path": entry.path, "kind": "table", "measure": "value", "by": "lsoa_code",
            "code": "LSOA21CD", "column": PRIVATE, "year": 2021, "unit": "households",
        }
    )  # fmt: skip
    unmatched = match_areas(AreaLayer(values, label), areas, spec)
    counted = areas.assign(**{PRIVATE: pd.to_numeric(values.reindex(areas.index))})
    if counted[PRIVATE].isna().all():
        raise InputError(f"{label}: holds no number of households for any of the areas; check its columns")
    origin = record(path, role="households", file=label, rows=len(values))
    return Reading(counted, concat_issues(log.table(), unmatched), (origin,))


@joined("households")
def join_households(sites: gpd.GeoDataFrame, table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the private households of the LSOA each site lies in."""
    return pd.DataFrame({PRIVATE: sites["lsoa_code"].map(table[PRIVATE])}, index=sites.index)


def _score(cells: Sequence[str]) -> float:
    """Return how much a record looks like the header: its columns of tenure and totals."""
    parts = [_parts(cell) for cell in cells]
    wide = any(_SOCIAL in each for each in parts) and any(_is_total(each) for each in parts)
    long = any("tenure" in cell.casefold() for cell in cells) and any("observation" in each for each in parts)
    return float(sum(bool(cell.strip()) for cell in cells)) if wide or long else 0.0


def _parts(name: str) -> list[str]:
    """Return the parts of a column's name: ``Tenure of household: Total: All households`` has three."""
    return [" ".join(part.split()).casefold() for part in name.split(":")]


def _is_total(parts: Sequence[str]) -> bool:
    """Return whether a column holds all households."""
    return bool(_TOTAL.fullmatch(parts[-1])) and not any(part.startswith("type") for part in parts)


def _private(table: TextTable, label: str, log: IssueLog) -> pd.Series:
    """Return the private households by LSOA code, or refuse a table without codes of 2021."""
    rows = pd.DataFrame(list(table.rows), index=pd.Index(table.numbers, name="row"), dtype="str")
    rows = rows[(rows != "").any(axis=1)]
    place = _code_place(rows, table.header, label)
    codes = normal_codes(rows[place])
    fits = codes.str.fullmatch(_LSOA.pattern).fillna(False).astype("bool")
    for number, text in numbered(rows.loc[~fits, place]):
        log.add(
            "unknown entity", row=number, field=table.header[place], value=text, action="left out: not an lsoa_code"
        )
    rows, codes = rows[fits], codes[fits]

    def numbers(at: int) -> pd.Series:
        texts = rows[at].tolist()
        read = read_column(texts, list(rows.index), in_form(read_decimal, texts), field=table.header[at], log=log)
        return pd.Series(read, index=rows.index, dtype="float64")

    parts = [_parts(name) for name in table.header]
    tenure = next((at for at, name in enumerate(table.header) if _is_category(name)), None)
    counts = next((at for at, each in enumerate(parts) if "observation" in each), None)
    if tenure is not None and counts is not None:
        once = _once(codes, rows[tenure], log)
        return _of_rows(codes[once], rows[tenure][once], numbers(counts)[once])
    if not any(_is_total(each) for each in parts) or not any(_SOCIAL in each for each in parts):
        raise InputError(f"{label}: needs {WANTED}; it has {', '.join(table.header)}")
    return _of_columns(codes, parts, numbers, log)


def _refuse_other_years(table: TextTable, above: Sequence[str], label: str) -> None:
    """Refuse a table that says it is of another census: in dates, names of columns or above the header."""
    stated = {year: "above the header" for line in above for year in _OTHER_CENSUS.findall(line)}
    for place, name in enumerate(table.header):
        for year in _OTHER_CENSUS.findall(name):
            stated.setdefault(year, f"column '{name}'")
        if _DATES.search(name.casefold().replace("_", " ")):
            for row in table.rows:
                for year in _YEAR.findall(row[place]):
                    stated.setdefault(year, f"column '{name}' says {row[place]}")
    stated.pop("2021", None)
    if stated:
        year, where = next(iter(stated.items()))
        raise InputError(
            f"{label}: is of {year}, or holds rows of {year} ({where}), and households are those of the Census 2021; "
            "give its table TS054 alone"
        )


def _code_place(rows: pd.DataFrame, header: Sequence[str], label: str) -> int:
    """Return the column that holds LSOA codes; refuse a table without, or one whose column says 2011."""
    shares = [float(normal_codes(rows[at]).str.fullmatch(_LSOA.pattern).fillna(False).mean()) for at in rows.columns]
    place = max(range(len(shares)), key=lambda at: (shares[at], -at), default=0)
    if not shares or shares[place] == 0:
        raise InputError(f"{label}: holds no LSOA codes such as E01000001; needs {WANTED}")
    year = named_year(header[place])
    if year not in (None, 2021):
        raise InputError(
            f"{label}: column '{header[place]}' holds LSOAs of {year}, not of 2021; give the Census 2021, whose areas "
            "are those of 2021"
        )
    return place


def _is_category(name: str) -> bool:
    """Return whether a column of a long table names the tenure of its row: its code does not."""
    words = name.casefold()
    return "tenure" in words and ":" not in words and not words.rstrip().endswith("code")


def _once(codes: pd.Series, tenure: pd.Series, log: IssueLog) -> pd.Series:
    """Return which rows are the first of their area and tenure; log the others, which would be counted twice."""
    again = pd.DataFrame({"code": codes, "tenure": tenure.str.casefold().str.strip()}).duplicated()
    for number, text in numbered(tenure[again]):
        log.add("reference values are not unique", row=number, field="tenure", value=text,
                action="left out: the area and tenure stand before")  # fmt: skip
    return ~again


def _of_rows(codes: pd.Series, tenure: pd.Series, counts: pd.Series) -> pd.Series:
    """Return the private households of a table with a row per area and tenure."""
    words = tenure.str.casefold().str.strip()
    kept = ~words.str.contains("does not apply|^total|^all households", regex=True)
    social = words.str.startswith(_SOCIAL)
    # an area one of whose numbers is blank has none: a sum over the others would be too small
    by_area = counts[kept & ~social].groupby(codes[kept & ~social]).agg(lambda each: each.sum(skipna=False))
    return by_area.rename_axis("lsoa_code").sort_index()


def _of_columns(
    codes: pd.Series, parts: Sequence[Sequence[str]], numbers: Callable[[int], pd.Series], log: IssueLog
) -> pd.Series:
    """Return the private households of a table with a column per tenure."""
    total = numbers(next(at for at, each in enumerate(parts) if _is_total(each)))
    within = [at for at, each in enumerate(parts) if _SOCIAL in each]
    whole = [
        at for at in within if parts[at][-1] == _SOCIAL
    ]  # with a column of all social tenants, its parts are in it
    social = sum((numbers(at) for at in whole[:1] or within), pd.Series(0.0, index=total.index))
    private = total - social
    for number, value in numbered(private[private < 0]):
        log.add("too small", row=number, field=PRIVATE, value=value,
                action="left blank: more households rent socially than there are")  # fmt: skip
    table = pd.DataFrame({"code": codes, PRIVATE: private.where(private >= 0)})
    table = first_per_code(table, "code", log, field="LSOA", what="row")
    return pd.Series(table[PRIVATE].to_numpy(), index=pd.Index(table["code"], name="lsoa_code")).sort_index()
