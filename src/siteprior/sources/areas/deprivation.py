"""The English Indices of Deprivation: the index and every domain, by LSOA, joined only to LSOAs of their own year."""

from __future__ import annotations

import io
from pathlib import Path
from typing import overload

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.code_join import join_codes, normal_codes
from siteprior.core.errors import InputError, unknown
from siteprior.core.files import Input, read_bytes, record
from siteprior.core.io.national_tables import numbers, read_plain, words
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.named_paths import Names, Paths, named_paths, read_each
from siteprior.core.parameters import Parameters, load_parameters
from siteprior.core.renamed import renamed_argument
from siteprior.core.schema import AREAS, DEPRIVATION, check, conform
from siteprior.sources.areas.lsoa import named_year
from siteprior.sources.columns import first_per_code, numbered, text_column

MEASURES = ("decile", "rank", "score")

DOMAIN_WORDS = {
    "imd": ("index of multiple deprivation", "imd"),
    "income": ("income",),
    "employment": ("employment",),
    "education": ("education",),
    "health": ("health",),
    "crime": ("crime",),
    "barriers": ("barriers to housing", "housing and services", "housing and access", "barriers"),
    "living_environment": ("living environment", "environment"),
}
"""How headers name the domains, in the official files and in the common R and Python packages."""

OTHER_MEASURES = (
    "idaci", "idaopi", "children", "older", "sub domain", "subdomain", "adult", "skills sub", "indoors", "outdoors",
    "geographical", "wider", "transformed", "numerator", "denominator", "population",
)  # fmt: skip
"""Words of headers that look like a domain's but hold a sub-domain, a supplementary index or a working figure."""


@renamed_argument(path="paths", file="files")
def read_deprivation(
    paths: Paths, *, edition: int, lsoa_year: int | None = None, files: Names | None = None
) -> Reading[pd.DataFrame]:
    r"""Read an edition of the English Indices of Deprivation: scores, ranks and deciles (1 = most deprived).

    Parameters
    ----------
    paths
        The published CSV (File 1, 2, 5 or 7), an Excel workbook that holds it, or parquet; ``.gz`` too. Several files
        of one edition are put together by code: of a measure that stands in more than one the first counts. Headers are
        matched by their words, in the official form or the short one (``IMD_rank``); thousands commas and ``9.00``
        are read.
    edition
        2019 (on LSOAs of 2011) or 2025 (on LSOAs of 2021).
    lsoa_year
        The census year of the codes, where the caller wants it checked.
    files
        The name of each file to put in issues and provenance; its path when ``None``.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.DEPRIVATION` ordered by code. Every domain has its columns; what the file lacks is
        missing. ``imd_percentile`` is 100 × rank / number of LSOAs in England.

    Raises
    ------
    InputError
        When the file cannot be read, has no LSOA codes or no measure, or is of another census year.

    Notes
    -----
    Source: MHCLG, English Indices of Deprivation 2019 and 2025.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "File_1.csv"
    >>> _ = file.write_text('LSOA code (2011),Index of Multiple Deprivation (IMD) Rank\nE01000001,"29,199"\n')
    >>> table = read_deprivation(file, edition=2019).table
    >>> int(table["imd_rank"].iloc[0]), round(float(table["imd_percentile"].iloc[0]), 3)
    (29199, 88.902)
    """
    named = named_paths(paths, files, what="deprivation")
    lsoas, years = _editions()
    if str(edition) not in lsoas:
        raise InputError(unknown("edition", str(edition), lsoas, where=named[0].name))
    year, count = years.integer(str(edition)), lsoas.integer(str(edition))
    log = IssueLog()

    def read_file(path: Path, label: str) -> tuple[pd.DataFrame, Input]:
        log.file = label
        raw = _read_raw(path, log)
        codes = [str(column) for column in raw.columns if _holds_codes(str(column))]
        code = next((column for column in codes if named_year(column) == year), codes[0])
        _refuse_other_year(label, edition, year, code, lsoa_year)
        measures = measure_columns([str(column) for column in raw.columns])
        if not measures:
            raise InputError(
                f"{label}: holds no score, rank or decile of the index or a domain; give File 1, 2, 5 or 7 of the "
                f"edition. It has {', '.join(map(str, raw.columns))}"
            )
        codes_of_rows = normal_codes(text_column(raw[code]))
        raw = first_per_code(raw.assign(**{code: codes_of_rows}), code, log, field=code, what="row")
        values = {name: _measured(raw[column], name, count, log) for name, column in measures.items()}
        table = pd.DataFrame(values, index=raw.index).set_index(pd.Index(raw[code], name=DEPRIVATION.index))
        return table, record(path, role="deprivation", file=label, rows=len(table), vintage=str(edition))

    tables, provenance = zip(*read_each(named, read_file), strict=True)
    table = tables[0]
    for later, (_, label) in zip(tables[1:], named[1:], strict=True):
        _log_conflicts(table, later, label, log)
        table = table.combine_first(later)
    table = table.assign(imd_edition=edition, lsoa_year=year)
    if "imd_rank" in table:
        table["imd_percentile"] = 100.0 * table["imd_rank"] / count
    table = conform(table.sort_index(), DEPRIVATION)
    return Reading(table, log.table(), provenance)


def _editions() -> tuple[Parameters, Parameters]:
    """Return the number of LSOAs and the census year of each edition."""
    editions = load_parameters("deprivation")
    return editions.table("lsoas"), editions.table("lsoa_year")


def _log_conflicts(table: pd.DataFrame, later: pd.DataFrame, label: str, log: IssueLog) -> None:
    """Log how many values of a later file differ from those read before, by measure."""
    codes = table.index.intersection(later.index)
    for name in later.columns.intersection(table.columns):
        earlier, values = table.loc[codes, name], later.loc[codes, name]
        differ = earlier.notna() & values.notna() & (earlier != values)
        if differ.any():
            first = f"{codes[differ][0]} {values[differ].iloc[0]:g}"
            log.add("reference values are not unique", file=label, field=str(name),
                    value=f"{int(differ.sum()):,} LSOAs: {first}",
                    action="left out: an earlier file has other values, which were kept")  # fmt: skip


def measure_columns(columns: list[str]) -> dict[str, str]:
    """Map the declared measures to the columns that hold them, by the words of their headers.

    Examples
    --------
    >>> measure_columns(["Barriers to Housing and Services Rank (where 1 is most deprived)", "Environment_decile",
    ...                  "Income Deprivation Affecting Children Index (IDACI) Rank"])
    {'barriers_rank': 'Barriers to Housing and Services Rank (where 1 is most deprived)', \
'living_environment_decile': 'Environment_decile'}
    """
    chosen: dict[str, str] = {}
    for column in columns:
        text = words(column)
        measure = next((m for m in MEASURES if m in text.split()), None)
        if measure is None or any(other in text for other in OTHER_MEASURES):
            continue
        domain = next((d for d, starts in DOMAIN_WORDS.items() if text.startswith(starts)), None)
        if domain is not None:
            chosen.setdefault(f"{domain}_{measure}", column)
    return chosen


@overload
def exponential_transform(rank: pd.Series, *, lsoas: int) -> pd.Series: ...
@overload
def exponential_transform(rank: npt.ArrayLike, *, lsoas: int) -> npt.NDArray[np.float64]: ...
def exponential_transform(rank: pd.Series | npt.ArrayLike, *, lsoas: int) -> pd.Series | npt.NDArray[np.float64]:
    """Return the transformed domain score X (0–100) of a rank: X = −k·ln(1 − R·(1 − e^(−100/k))), R = (n − rank + 1)/n.

    The transform keeps a low rank in one domain from cancelling out a high one in another: the most deprived tenth
    lies between about 50 and 100.

    Parameters
    ----------
    rank
        Rank among the LSOAs, 1 = most deprived; a number, an array or a Series. Missing stays missing.
    lsoas
        LSOAs ranked: 32,844 in 2019, 33,755 in 2025.

    Raises
    ------
    InputError
        For a rank outside 1 to ``lsoas``.

    Notes
    -----
    MHCLG, English Indices of Deprivation, technical report; it gives back the transformed scores of File 9 of 2019.

    Examples
    --------
    >>> exponential_transform(pd.Series([1, 3375, 16878]), lsoas=33755).round(3).tolist()
    [100.0, 50.436, 15.647]
    """
    ranks = rank.astype("float64") if isinstance(rank, pd.Series) else np.asarray(rank, dtype="float64")
    outside = (ranks < 1) | (ranks > lsoas)
    if np.any(outside):
        raise InputError(f"rank: needs ranks from 1 to {lsoas}, has {np.extract(outside, ranks)[0]:g}")
    constant = load_parameters("deprivation").number("transform")
    share = (lsoas - ranks + 1) / lsoas
    transformed: pd.Series | npt.NDArray[np.float64] = -constant * np.log1p(share * np.expm1(-100 / constant))
    return transformed


def imd_from_domains(ranks: pd.DataFrame, *, edition: int) -> pd.Series:
    """Return the score of the index made from its domains (0–100): the weighted sum of their transformed ranks.

    Parameters
    ----------
    ranks
        ``income_rank``, ``employment_rank``, … of every domain.
    edition
        2019 or 2025.

    Returns
    -------
    Series
        On the index of ``ranks``; missing where a domain's rank is. The weights sum to 99.9%, as published.

    Raises
    ------
    InputError
        When a domain is missing or the edition is not known.

    Examples
    --------
    >>> most = pd.DataFrame({f"{domain}_rank": [1] for domain in DOMAIN_WORDS if domain != "imd"})
    >>> round(float(imd_from_domains(most, edition=2025).iloc[0]), 3)
    99.9
    """
    lsoas, _ = _editions()
    if str(edition) not in lsoas:
        raise InputError(unknown("edition", str(edition), lsoas))
    shares = load_parameters("deprivation").table("domain_weight")
    weights = {f"{domain}_rank": shares.number(domain) for domain in shares}
    missing = [name for name in weights if name not in ranks]
    if missing:
        raise InputError(f"ranks: lacks the columns {', '.join(missing)}; the index is made of all seven domains")
    count = lsoas.integer(str(edition))
    parts = [weight * exponential_transform(ranks[name], lsoas=count) for name, weight in weights.items()]
    return pd.Series(sum(parts), index=ranks.index)


def with_deprivation(
    areas: gpd.GeoDataFrame, deprivation: pd.DataFrame, *, file: str = "deprivation"
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Join the measures of deprivation to areas of the same census year, by code.

    Parameters
    ----------
    areas
        :data:`siteprior.core.schema.AREAS`.
    deprivation
        :data:`siteprior.core.schema.DEPRIVATION`.
    file
        What the index is called in issues and messages.

    Returns
    -------
    tuple of GeoDataFrame and DataFrame
        The areas, unchanged in number and order, with the measures (missing where the index has no such code), and one
        issue with the number of areas it does not have.

    Raises
    ------
    InputError
        When the two are of different census years (codes look alike, but name different places), or no area is met.

    Examples
    --------
    >>> import siteprior as sp
    >>> import shapely
    >>> squares = shapely.box([400000, 401000], 290000, [401000, 402000], 291000)
    >>> known = {"lsoa_name": ["Anytown 001A", "Anytown 001B"], "district_code": "E08000025", "lsoa_year": 2021}
    >>> areas = gpd.GeoDataFrame(known, index=pd.Index(["E01000001", "E01000002"], name="lsoa_code"),
    ...                          geometry=squares, crs=27700)
    >>> index = pd.DataFrame({"imd_edition": 2025, "lsoa_year": 2021, "imd_decile": [1]},
    ...                      index=pd.Index(["E01000001"], name="lsoa_code"))
    >>> joined, issues = sp.areas.with_deprivation(areas, sp.schema.conform(index, sp.schema.DEPRIVATION))
    >>> joined["imd_decile"].tolist(), len(issues)
    ([1, <NA>], 1)
    """
    check(areas, AREAS, name="areas")
    check(deprivation, DEPRIVATION, name="deprivation")
    years = sorted({int(year) for year in areas["lsoa_year"].dropna()})
    other = sorted({int(year) for year in deprivation["lsoa_year"].dropna()})
    if years != other:
        edition = ", ".join(sorted({str(edition) for edition in deprivation["imd_edition"].dropna()}))
        raise InputError(
            f"areas are LSOAs of {', '.join(map(str, years))}, but the Indices of Deprivation {edition} are on LSOAs "
            f"of {', '.join(map(str, other))}; give the LSOA {', '.join(map(str, other))} polygons, or the edition on "
            f"LSOAs of {', '.join(map(str, years))}"
        )
    columns = [name for name in DEPRIVATION.names if name != "lsoa_year"]
    log = IssueLog(file)
    join_codes(
        areas.index,
        deprivation.index,
        name="deprivation of areas",
        of="areas",
        file=file,
        lost="their deprivation stays missing and counts as the worst",
        fix="give the index of the country and census year of the areas",
    ).log(log, field="lsoa_code")
    kept = areas.drop(columns=[name for name in columns if name in areas.columns])
    return kept.join(deprivation[columns]).rename_axis(AREAS.index), log.table()


def _read_raw(path: Path | str, log: IssueLog) -> pd.DataFrame:
    """Read CSV, Excel or parquet as a table whose index is the record number."""
    wants = "a column of LSOA codes, such as 'LSOA code (2021)'"
    if not str(path).endswith(".parquet"):
        return read_plain(path, fits=lambda names: any(map(_holds_codes, names)), wants=wants, log=log)
    from pyarrow.lib import ArrowException

    data = read_bytes(path)
    try:
        table = pd.read_parquet(io.BytesIO(data)).reset_index(drop=True)
    except (ArrowException, OSError) as fault:
        raise InputError(f"{path}: cannot be read as parquet ({fault}); download it again") from None
    if not any(_holds_codes(str(name)) for name in table.columns):
        raise InputError(f"{path}: needs {wants}; it has {', '.join(map(str, table.columns))}")
    return table.set_axis(pd.RangeIndex(2, len(table) + 2, name="row"), axis=0)


def _holds_codes(column: str) -> bool:
    """Return whether a header names LSOA codes."""
    text = words(column)
    return text.startswith("lsoa") and ("code" in text.split() or text.endswith("cd"))


def _refuse_other_year(label: str, edition: int, year: int, code: str, lsoa_year: int | None) -> None:
    """Raise where the code column or the caller names another census year than the edition's."""
    faults = []
    if named_year(code) not in (None, year):
        faults.append(
            f"{label}: the Indices of Deprivation {edition} are on LSOAs of {year}, but the column '{code}' holds "
            f"LSOAs of {named_year(code)}; set the edition the file is of"
        )
    if lsoa_year not in (None, year):
        faults.append(f"{label}: the Indices of Deprivation {edition} are on LSOAs of {year}, not of {lsoa_year}")
    if faults:
        raise InputError(*faults)


def _measured(column: pd.Series, name: str, count: int, log: IssueLog) -> pd.Series:
    """Convert one measure and log every value that is not one, which is left missing."""
    as_number = pd.api.types.is_numeric_dtype(column)
    values = column.astype("float64") if as_number else numbers(column.fillna(""))
    given = column.notna() if as_number else column.fillna("") != ""
    whole = not name.endswith("_score")
    highest = {"rank": count, "decile": 10}.get(name.rpartition("_")[2])
    wrong = given & (values.isna() | (whole & (values % 1 != 0)))
    faults = [(wrong, "invalid integer" if whole else "invalid decimal")]
    if highest is not None:
        faults += [(~wrong & (values < 1), "too small"), (~wrong & (values > highest), "too large")]
    for fault, issue_type in faults:
        for row, value in numbered(column[fault]):
            log.add(issue_type, row=row, field=str(column.name), value=value, action="left missing")
        values = values.mask(fault)
    if not given.all():
        log.add("missing value", field=str(column.name), value=f"{(~given).sum()} rows", action="left missing")
    return values
