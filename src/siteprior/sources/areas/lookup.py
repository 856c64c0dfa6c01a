"""Which district each LSOA lies in, as the Office for National Statistics publishes it beside its boundaries."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from siteprior.core.code_join import normal_codes
from siteprior.core.councils import in_force
from siteprior.core.errors import InputError
from siteprior.core.files import record
from siteprior.core.io.messy_tables import read_table
from siteprior.core.io.vector_files import lacking
from siteprior.core.issues import IssueLog, Reading
from siteprior.sources.columns import numbered, text_column


def read_area_lookup(path: Path | str, *, code: str, district: str, file: str | None = None) -> Reading[pd.Series]:
    r"""Read a table of LSOAs and the local authority each lies in.

    Parameters
    ----------
    path
        CSV or a workbook; ``.gz`` and ``archive.zip!member`` too. It may hold a row for each part of an LSOA.
    code, district
        The columns with the LSOA's code and the district's.
    file
        What it is called in issues.

    Returns
    -------
    Reading
        The district's ONS code by ``lsoa_code``: of a district that was merged or recoded since, the code in force. An
        LSOA that the table puts into two districts is left out, and logged.

    Raises
    ------
    InputError
        When the file cannot be read, lacks a column, or holds no pair of codes.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "lookup.csv"
    >>> _ = path.write_text("LSOA21CD,LAD22CD\nE01019111,E07000026\nE01004863,E08000004\n", encoding="utf-8")
    >>> read_area_lookup(path, code="LSOA21CD", district="LAD22CD").table.to_dict()
    {'E01004863': 'E08000004', 'E01019111': 'E06000063'}

    Source: ONS, lookups of LSOAs to local authority districts; what districts became: ``core/councils.csv``.
    """
    label = str(path) if file is None else file
    log, names = IssueLog(label), [code, district]
    read = read_table(
        path,
        score=lambda cells: float(len({*map(str.strip, cells)} & {*names})),
        wanted=f"the columns {code}, {district}",
    )
    header = [cell.strip() for cell in read.header]
    if faults := lacking(label, header, {"lookup.code": code, "district": district}):
        raise InputError(*faults)
    at = [header.index(name) for name in names]
    cells = [[row[place] for place in at] for row in read.rows]
    raw = pd.DataFrame(cells, columns=names, index=read.numbers)
    pairs = pd.DataFrame({name: normal_codes(text_column(raw[name])) for name in names})
    pairs = pairs[(pairs[code] != "") & (pairs[district] != "")]
    pairs[district] = pairs[district].map(in_force)
    pairs = pairs.drop_duplicates()
    several = pairs[code].duplicated(keep=False)
    for number, value in numbered(pairs.loc[several, code]):
        log.add("reference values are not unique", row=number, field=code, value=value,
                action="left blank: the LSOA lies in several districts")  # fmt: skip
    pairs = pairs[~several]
    if pairs.empty:
        raise InputError(f"{label}: holds no LSOA with a district in the columns '{code}' and '{district}'")
    table = pairs.set_index(code)[district].sort_index().rename_axis("lsoa_code").rename("district_code")
    return Reading(table, log.table(), (record(path, role="areas lookup", file=label, rows=len(table)),))
