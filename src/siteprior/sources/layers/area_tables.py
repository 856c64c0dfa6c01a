"""Area tables of the user's own: one value per LSOA, MSOA, ward or district, brought to the codes the sites carry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from siteprior.core.code_join import CodeJoin, join_codes, normal_codes
from siteprior.core.errors import InputError
from siteprior.core.files import Input, record
from siteprior.core.io.messy_tables import TextTable, read_table
from siteprior.core.io.parse_values import in_form, read_column, read_decimal
from siteprior.core.io.sheet_notes import report_formulas, report_sheets
from siteprior.core.issues import IssueLog, Reading, issue_table
from siteprior.core.schema import AREAS, CRS, check
from siteprior.project.layers import AreaLayer, LayerSpec, RasterLayer, TableSpec, VectorLayer
from siteprior.sources.areas.boundaries import ONS_CODE
from siteprior.sources.areas.lsoa import named_year
from siteprior.sources.columns import numbered
from siteprior.sources.layers.features import areal_parts, matching, read_shapes_of, refuse_without_numbers

ENTITIES = {
    "lsoa_code": ("E01", "W01", "S01"),
    "msoa_code": ("E02", "W02", "S02"),
    "ward_code": ("E05", "W05", "S13", "N08"),
    "district_code": ("E06", "E07", "E08", "E09", "W06", "S12", "N09"),
}
"""First letters of the codes of each kind of area. Source: ONS, Register of Geographic Codes."""

NEW_IN_2021 = {"E01": "E01033769", "W01": "W01001959"}
"""The first LSOA codes given out for 2021: from here on a code names no LSOA of 2011.

Source: ONS, LSOA (2011) to LSOA (2021) to Local Authority District (2022) lookup, all 35,795 rows.
"""


def read_area_table(
    path: Path | str, spec: TableSpec, *, file: str, lookup: Path | str | None = None
) -> Reading[AreaLayer | VectorLayer]:
    """Read a table of one value per area.

    Parameters
    ----------
    path
        CSV or workbook, header within the first forty records; ``.gz`` and zip members too.
    spec
        A layer of the kind ``table``.
    file
        What the file is called in issues and provenance.
    lookup
        The file of ``spec.lookup``, a table or polygons; ``spec.lookup.path`` when not given.

    Returns
    -------
    Reading
        An :class:`siteprior.project.layers.AreaLayer` by the codes the sites carry; with a lookup of polygons a
        :class:`siteprior.project.layers.VectorLayer` of them. Rows without a code of the kind stated are left out and
        logged; a code that stands with different values has none, and is logged.

    Raises
    ------
    InputError
        When a file cannot be read, lacks a column, holds no row that counts, no such code or no number where numbers
        are needed, or its codes are of another census year than stated.
    """
    assert spec.code is not None  # parse_layer saw to it
    assert spec.by is not None
    log = IssueLog(file)
    needs = [spec.code, str(spec.column), *([spec.where.column] if spec.where else [])]
    rows = matching(_records(path, needs, log, spec.layer), spec.where, file)
    rows = _coded(rows, spec.code, spec.by, file, log)
    if spec.by == "lsoa_code":
        _refuse_other_year(rows[spec.code], spec.code, spec.year, file)
    texts, numbers = rows[spec.column].tolist(), [int(number) for number in rows.index]
    decimals = in_form(read_decimal, texts)
    cells = texts if spec.text else read_column(texts, numbers, decimals, field=str(spec.column), log=log)
    values = pd.Series(cells, index=pd.Index(rows[spec.code], name=spec.by), name="value")
    values = values.where(values != "") if spec.text else values.astype("float64")
    if not spec.text:
        refuse_without_numbers(values, rows[spec.column], spec, file)
    values = _one_each(values, rows.index, spec, log, file)
    source = record(path, role="layer", file=file, rows=len(values))
    if spec.lookup is None:
        return Reading(AreaLayer(values, file), log.table(), (source,))
    bridge = spec.lookup.path if lookup is None else lookup
    through = _by_polygons if not spec.lookup.column_from else _by_table
    layer, given = through(values, bridge, spec, log)
    return Reading(layer, log.table(), (source, given))


def match_areas(layer: AreaLayer | VectorLayer | RasterLayer, areas: gpd.GeoDataFrame, spec: LayerSpec) -> pd.DataFrame:
    """Check a table against the areas the sites lie in, and log every area it has no row for.

    Parameters
    ----------
    layer
        The :class:`siteprior.project.layers.AreaLayer` of :func:`read_area_table`; other layers have nothing to match.
    areas
        :data:`siteprior.core.schema.AREAS`.
    spec
        The layer.

    Returns
    -------
    DataFrame
        An issue log: one row with the number of areas the table has no row for, and how many of all are matched.

    Raises
    ------
    InputError
        When the table's LSOAs are of another census year than the areas (as stated, or as no code new in 2021 shows),
        or no area is matched.
    """
    if not isinstance(layer, AreaLayer):
        return issue_table([])
    check(areas, AREAS, name="areas")
    by, label = str(layer.by_code.index.name), layer.file
    codes = pd.Index(areas.index if by == "lsoa_code" else areas["district_code"].dropna().unique())
    codes = codes.sort_values()
    years = sorted({int(year) for year in areas["lsoa_year"].dropna()})
    if spec.lsoa_year is not None and years != [spec.lsoa_year]:
        raise InputError(
            f"{label}: layer '{spec.name}' is on LSOAs of {spec.lsoa_year}, but the areas are LSOAs of "
            f"{', '.join(map(str, years))}; codes look alike, but name different places. Give the layer on LSOAs of "
            f"{' or '.join(map(str, years))}, or areas of {spec.lsoa_year}"
        )
    missing = codes.difference(layer.by_code.index)
    join = _joined(codes, layer.by_code, spec, label)
    fresh = [code for code in codes if _is_new(str(code))] if spec.lsoa_year == 2021 else []
    if len(fresh) > 1 and missing.isin(fresh).sum() == len(fresh):
        raise InputError(
            f"{label}: layer '{spec.name}' is stated to be on LSOAs of 2021, but has none of the {len(fresh)} areas "
            f"whose codes are new in 2021 ({fresh[0]}, …): its codes are those of 2011. Give a table of 2021"
        )
    log = IssueLog(label)
    join.log(log, field=spec.name)
    return log.table()


def _records(path: Path | str, needs: Sequence[str], log: IssueLog, sheet: str | None) -> pd.DataFrame:
    """Return the columns needed as text, by record number, or refuse a table that lacks one."""
    label, wanted = log.file, list(dict.fromkeys(needs))

    def score(cells: Sequence[str]) -> float:
        return float(len({" ".join(cell.split()) for cell in cells} & set(wanted)))

    table: TextTable = read_table(path, score=score, wanted=f"the columns {', '.join(wanted)}", sheet=sheet)
    faults = [
        f"{label}: has no column '{name}'; it has {', '.join(filter(None, table.header))}"
        for name in wanted
        if name not in table.header
    ]
    if faults:
        raise InputError(*faults)
    if sheet is None:
        report_sheets(table, log)
    at = [table.header.index(name) for name in wanted]
    used = tuple(cell for cell in table.unstored if cell[1] in at)
    report_formulas(table._replace(unstored=used), {}, log)
    cells = [[row[place] for place in at] for row in table.rows]
    rows = pd.DataFrame(cells, columns=wanted, index=pd.Index(table.numbers, name="row"), dtype="str")
    blank = pd.Series([not any(row) for row in table.rows], index=rows.index, dtype=bool)
    return rows[~blank]


def _coded(rows: pd.DataFrame, code: str, by: str, label: str, log: IssueLog) -> pd.DataFrame:
    """Return the rows whose code is of the kind stated; log the others."""
    written = rows[code]
    codes = normal_codes(written)
    fits = codes.str.fullmatch(ONS_CODE.pattern) & codes.str.startswith(ENTITIES[by])
    if not fits.any():
        first = next((text for text in written if text), "nothing")
        kinds = [kind for kind, marks in ENTITIES.items() if first.startswith(marks)]
        hint = f"those are of {kinds[0]}: set by" if kinds else "set code"
        raise InputError(
            f"{label}: column '{code}' holds no {by} such as {ENTITIES[by][0]}000001 but '{first}'; {hint}"
        )
    for number, text in numbered(written[~fits]):
        kind = "unknown entity" if text else "unknown entity - missing reference"
        log.add(kind, row=number, field=code, value=text, action=f"left out: not a {by}")
    return rows.assign(**{code: codes})[fits]


def _is_new(code: str) -> bool:
    """Return whether an LSOA code was given out for 2021."""
    return code >= NEW_IN_2021.get(code[:3], "Z")


def _refuse_other_year(codes: pd.Series, column: str, year: int | None, label: str) -> None:
    """Refuse LSOA codes that their column's name or their numbers show to be of another census year than stated."""
    named = named_year(column)
    if named not in (None, year):
        raise InputError(f"{label}: column '{column}' holds LSOAs of {named}, not of {year}; set year to {named}")
    fresh = [code for code in codes if _is_new(code)] if year == 2011 else []
    if fresh:
        raise InputError(
            f"{label}: is stated to be on LSOAs of 2011, but {len(fresh)} of its codes, such as {fresh[0]}, came in "
            "with 2021; set year to 2021"
        )


def _one_each(values: pd.Series, rows: pd.Index, spec: TableSpec, log: IssueLog, label: str) -> pd.Series:
    """Return one value per code, in the order of the codes; where rows disagree there is none."""
    pairs = values.reset_index().drop_duplicates()
    at_odds = pairs.groupby(spec.by).size() > 1
    if at_odds.all():
        raise InputError(
            f"{label}: every code stands in several rows with different values of '{spec.column}'; say with "
            "where = {column, values} which rows count"
        )
    odd = at_odds.reindex(values.index).to_numpy(dtype=bool)
    for number, (code, value) in zip(rows[odd], values[odd].items(), strict=True):
        log.add("reference values are not unique", row=int(number), field=str(spec.code), value=str(code),
                action=f"left blank: the code stands with other values than {value}, too")  # fmt: skip
    again = values.index.duplicated()
    same = again & ~odd
    if same.any():
        log.add("patch", row=int(rows[same][0]), field=str(spec.code), value=f"{same.sum()} rows",
                action="counted once: an earlier row has the code with this value; the first such row")  # fmt: skip
    return values[~again].sort_index().where(~at_odds)


def _by_table(values: pd.Series, path: Path | str, spec: TableSpec, log: IssueLog) -> tuple[AreaLayer, Input]:
    """Bring the values to LSOAs by a table of which LSOA lies in which area."""
    look = spec.lookup
    assert look is not None
    own = IssueLog(look.path)
    rows = _records(path, [look.column_from, look.column_to], own, look.layer)
    rows = _coded(rows, look.column_from, "lsoa_code", look.path, own)
    _refuse_other_year(rows[look.column_from], look.column_from, look.year, look.path)
    rows = rows.assign(**{look.column_to: normal_codes(rows[look.column_to])})
    pairs = rows.drop_duplicates([look.column_from, look.column_to])
    several = pairs[look.column_from].duplicated(keep=False)
    for number, code in numbered(pairs.loc[several, look.column_from]):
        own.add("reference values are not unique", row=number, field=look.column_from, value=code,
                action="left blank: the LSOA lies in several areas")  # fmt: skip
    pairs = pairs[~several]
    _log_unmatched(pairs[look.column_to], values, spec, own)
    log.rows.extend(own.rows)
    brought = values.reindex(pairs[look.column_to]).set_axis(pd.Index(pairs[look.column_from], name="lsoa_code"))
    given = record(path, role="layer lookup", file=look.path, rows=len(pairs))
    return AreaLayer(brought.sort_index(), log.file), given


def _by_polygons(values: pd.Series, path: Path | str, spec: TableSpec, log: IssueLog) -> tuple[VectorLayer, Input]:
    """Bring the values to the polygons of their areas."""
    look = spec.lookup
    assert look is not None
    own = IssueLog(look.path)
    table = read_shapes_of(path, layer=look.layer, crs=look.crs, columns={"lookup.to": look.column_to}, log=own)
    table = areal_parts(table, own)
    codes = normal_codes(table[look.column_to])
    _log_unmatched(codes, values, spec, own)
    log.rows.extend(own.rows)
    features = gpd.GeoDataFrame(
        {"value": values.reindex(codes).to_numpy()}, index=table.index, geometry=table.geometry.to_numpy(), crs=CRS
    )
    given = record(path, role="layer lookup", file=look.path, rows=len(features))
    return VectorLayer(features, None, log.file), given


def _joined(codes: pd.Index, values: pd.Series, spec: LayerSpec, label: str) -> CodeJoin:
    """Look the codes of the areas up in a table, or refuse one that has none of them."""
    return join_codes(
        codes,
        values.index,
        name=f"layer '{spec.name}' of areas",
        of="areas",
        file=label,
        lost="left blank: the table has no such row",
        fix="give the table for the areas of the project",
    )


def _log_unmatched(codes: pd.Series, values: pd.Series, spec: TableSpec, log: IssueLog) -> None:
    """Log how many areas of a lookup the table has no row for, or refuse one in which nothing meets."""
    join_codes(
        codes,
        values.index,
        name=f"lookup of layer '{spec.name}'",
        of=f"areas of {log.file}",
        file=spec.path,
        lost="left blank: the table has no such row",
        fix="give the lookup for the layer's own codes",
    ).log(log, field=spec.name)
