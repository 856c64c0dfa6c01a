"""The ranking as a workbook: what Excel opens beside the GeoPackage, with filters, formats and links to dossiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from siteprior.core.schema import CONTRIBUTION, CORRIDOR_SUMMARY, SITES, Column
from siteprior.report.audience import Audience, line_with_title
from siteprior.report.tables import DECIMALS, LEADING
from siteprior.report.workbook.xlsx import Cell, Link, Row, Sheet, write_xlsx

SHORTLIST = (
    "rank", "site_id", "site_name", "organisation_name", "score", "score_band", "rank_p05", "rank_p95", "coverage",
    "market_failure", "settled", "open_facts", "corridor", "corridor_walk_m", "nearest_stop", "walk_m",
    "opportunity_sites", "opportunity_hectares", "opportunity_dwellings", "hectares", "minimum_net_dwellings",
    "imd_decile", "planning_permission_status", "ownership_status", "gap_gbp_per_home", "break_even_gbp_per_home",
    "acquisition_cost_gbp", "decision", "overrides", "coordinate_confidence",
)  # fmt: skip
"""The columns of the sheet *Shortlist*, as far as the sites have them."""

CORRIDORS = (
    "corridor", "kind", "length_m", "stops", "open_stops", "sites", "ranked_opportunities", "shortlist_sites",
    "best_rank", "best_site", "hectares", "homes", "imd_percentile", "deprived_share", "identified_share",
    "indicated_share", "not_found_share", "cannot_tell_share", "settled_sites", "note",
)  # fmt: skip
"""The columns of the sheet *Corridors*."""

GAPS = ("site_id", "market_failure", "settled", "verdict_best", "verdict_worst", "signal", "fact", "fact_kind", "keys",
        "unsettles")  # fmt: skip
"""The columns of the sheet *Open facts*."""

FORMS = {"m": "#,##0", "0–1": "0.000", "%": "0.0", "ha": "0.00", "homes": "#,##0", "£": "£#,##0"}
"""Number formats by unit; money in any unit of pounds is written in whole pounds."""

UNITS = ("m", "ha", "%")
"""Units that stand behind a column's head, with those of money; others are in its words."""

DATES = "yyyy-mm-dd"
WIDEST, NARROWEST = 44, 9
"""Widths of columns in characters, at most and at least."""

LONG = frozenset({"market_failure_note", "note", "fact", "meaning", "overrides", "open_facts", "decision_reason"})
"""Columns of sentences, which break into lines."""


def write_shortlist_workbook(
    path: Path | str,
    *,
    record: Mapping[str, Any],
    audience: Audience,
    shortlist: pd.DataFrame,
    sites: pd.DataFrame | None = None,
    corridors: pd.DataFrame | None = None,
    open_facts: pd.DataFrame | None = None,
    issues: pd.DataFrame | None = None,
    dossiers: Mapping[str, str] | None = None,
) -> Path:
    """Write the workbook of a run: *About*, *Shortlist*, *Ranking*, *Corridors*, *Open facts*, *Issues*, *Dictionary*.

    Texts of the register stay text, whatever they look like; a cell that begins with ``=`` runs nothing. A sheet
    whose table is not given is left out.

    Parameters
    ----------
    path
        The ``.xlsx`` to write, whole or not at all.
    record
        The content of ``run.json``: title, dates, whether the data are invented.
    audience
        Whom the workbook is for; stands on its first sheet.
    shortlist
        The shortlisted sites on the index ``site_id``, in the order to show them.
    sites
        All sites; those with a rank stand on *Ranking*.
    corridors
        The corridors side by side (:data:`siteprior.core.schema.CORRIDOR_SUMMARY`).
    open_facts
        What would decide the verdicts (``evidence_gaps``); of shortlisted sites.
    issues
        The issue log, counted by council.
    dossiers
        Path of the dossier of each shortlisted site, relative to the workbook.

    Returns
    -------
    Path
        The file written; the same bytes from the same tables.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.

    Examples
    --------
    >>> import siteprior as sp
    >>> import openpyxl
    >>> folder = sp.demo(out="outputs/demo")
    >>> openpyxl.load_workbook(folder / "shortlist.xlsx").sheetnames
    ['About', 'Shortlist', 'Ranking', 'Corridors', 'Open facts', 'Issues', 'Dictionary']
    """
    listed = shortlist.reset_index()
    shown = [name for name in SHORTLIST if name in listed] if sites is not None else list(_plain(listed))
    sheets = [_sheet("Shortlist" if sites is not None else "Sites", listed[shown], dossiers=dossiers)]
    used = list(shown)
    if sites is not None:
        ranked = sites[sites["rank"].notna()].reset_index()
        columns = ["site_id", *(name for name in LEADING if name in ranked)]
        columns += [str(name) for name in ranked if str(name).startswith("c_")]
        sheets.append(_sheet("Ranking", ranked[columns]))
        used += columns
    if corridors is not None and len(corridors):
        plain = corridors.reset_index() if corridors.index.name else corridors
        sheets.append(_sheet("Corridors", plain[[name for name in CORRIDORS if name in plain]]))
    if open_facts is not None and len(open_facts):
        of = open_facts[open_facts["site_id"].isin(list(shortlist.index))]
        sheets.append(_sheet("Open facts", of[[name for name in GAPS if name in of]]))
    if issues is not None and len(issues):
        sheets.append(_sheet("Issues", issues_by_council(issues, record.get("organisations", {}))))
    sheets.append(_dictionary(dict.fromkeys(used)))
    about = _about(record, audience, len(shortlist), [sheet.name for sheet in sheets])
    return write_xlsx(path, [about, *sheets])


def issues_by_council(issues: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Count the issues by council, severity and kind, the most first in each council.

    Parameters
    ----------
    issues
        The issue log, with ``site_id``, ``severity``, ``issue_type`` and ``file``.
    names
        Name of each council by its code.

    Examples
    --------
    >>> log = pd.DataFrame({"site_id": ["E1:a", None], "severity": "error", "issue_type": "OSGB", "file": "a.csv"})
    >>> issues_by_council(log, {"E1": "Ay"})[["council", "issues"]].values.tolist()
    [['Ay', 1], ['no site named', 1]]
    """
    codes = ["" if missing else str(site).partition(":")[0]
             for site, missing in zip(issues["site_id"], issues["site_id"].isna(), strict=True)]  # fmt: skip
    named = [names.get(code, code) or "no site named" for code in codes]
    counted = issues.assign(council=named).groupby(["council", "severity", "issue_type"], sort=True).size()
    rows = counted.rename("issues").reset_index()
    return rows.sort_values(["council", "issues"], ascending=[True, False], kind="stable", ignore_index=True)


def _plain(table: pd.DataFrame) -> Iterator[str]:
    """Yield the columns of a table that are no shapes."""
    yield from (str(name) for name in table if name not in ("geometry", "illustrative"))


def _columns() -> dict[str, Column]:
    """Return what is declared of the columns shown, by name."""
    key = SITES.key
    return {column.name: column for column in (*CORRIDOR_SUMMARY.columns, *SITES.columns, *((key,) if key else ()))}


_HEADS = {
    "site_id": "Site id", "signal": "Signal", "fact": "Open fact", "fact_kind": "Who can say", "keys": "Columns",
    "unsettles": "Unsettles the verdict", "council": "Council", "severity": "Severity",
    "issue_type": "What is wrong", "issues": "Rows with it", "column": "Column", "label": "Label", "unit": "Unit",
    "meaning": "Meaning", "source": "Source",
}  # fmt: skip


def _sheet(name: str, table: pd.DataFrame, *, dossiers: Mapping[str, str] | None = None) -> Sheet:
    """Return a table as a sheet: heads with units, filters, formats by unit, widths by what stands in it."""
    declared = _columns()
    heads, forms, widths = list[str](), dict[int, str](), list[float]()
    for place, column in enumerate(map(str, table)):
        known = declared.get(column)
        unit = "" if known is None else known.unit
        label = _HEADS.get(column) or (known.label if known is not None else column)
        if column.startswith(CONTRIBUTION):
            label, unit = f"Score from {column.removeprefix(CONTRIBUTION).replace('_', ' ')}", "0–1"
        heads.append(f"{label} ({unit.replace('GBP', '£')})" if unit.startswith("GBP") or unit in UNITS else label)
        if (form := _form(table[column], unit)) is not None:
            forms[place] = form
        longest = max([len(str(value)) for value in table[column].dropna().head(200)], default=0)
        widths.append(float(min(max(longest + 2, len(heads[-1]) // 2 + 4, NARROWEST), WIDEST)))
    wrap = frozenset(place for place, column in enumerate(map(str, table)) if column in LONG)
    rows = [Row(heads, "head"), *(Row(cells) for cells in _rows(table, dossiers or {}))]
    return Sheet(name, widths, rows, head=True, wrap=wrap, forms=forms)


def _form(column: pd.Series, unit: str) -> str | None:
    """Return the number format of a column, ``None`` for text."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return DATES
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        return None
    return FORMS["£"] if unit.startswith("GBP") else FORMS.get(unit)


def _rows(table: pd.DataFrame, dossiers: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    """Yield the cells of each row; a site with a dossier is a link to it."""
    names = list(map(str, table))
    declared = _columns()
    columns = []
    for name in names:
        column = table[name]
        unit = declared[name].unit if name in declared else "0–1" if name.startswith(CONTRIBUTION) else ""
        if pd.api.types.is_float_dtype(column.dtype) and unit in DECIMALS:
            column = column.round(DECIMALS[unit])
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            column = column.dt.date
        columns.append(column.astype(object).where(column.notna(), None).tolist())
    for values in zip(*columns, strict=True):
        row = dict(zip(names, values, strict=True))
        site = str(row.get("site_id"))
        if site in dossiers:
            row["site_id"] = Link(site, dossiers[site])
        yield [_cell(value) for value in row.values()]


def _cell(value: Any) -> Cell:  # a cell of any table
    """Return a value as a cell."""
    if isinstance(value, (str, date, Link)) or value is None:
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return float(value)


def _dictionary(names: Iterable[str]) -> Sheet:
    """Return what each column of the sheets means."""
    declared = _columns()
    rows = [
        {"column": name, "label": known.label, "unit": known.unit, "meaning": known.meaning, "source": known.source}
        for name in names
        if (known := declared.get(name)) is not None
    ]
    rows += [{"column": name} for name in names if name not in declared]
    table = pd.DataFrame(rows, columns=["column", "label", "unit", "meaning", "source"])
    return _sheet("Dictionary", table)


def _about(record: Mapping[str, Any], audience: Audience, listed: int, sheets: Sequence[str]) -> Sheet:
    """Return the first sheet: what the workbook is, whom it is for, of which day, and what it holds."""
    rows = [Row([record["title"]], "title"), Row([line_with_title(audience)])]
    if record.get("illustrative"):
        rows.append(Row(["Illustrative data – not real sites. The sites, areas and sales here are invented."]))
    facts = {
        "Area": record.get("area"), "As of": record.get("as_of"), "Stops as of": record.get("network_date"),
        "Sites listed": listed, "siteprior": record.get("siteprior"),
    }  # fmt: skip
    rows += [Row([]), *(Row([name, _fact(value)]) for name, value in facts.items() if value)]
    rows += [Row([]), Row(["Sheets"], "head"), *(Row([name, WORDS.get(name, "")]) for name in sheets)]
    rows += [Row([]), Row(["Sources"], "head"), *(Row([line]) for line in record.get("attribution", ()))]
    return Sheet("About", (24, 90), rows, wrap=frozenset({1}))


def _fact(value: Any) -> Cell:  # a fact of run.json
    """Return a fact of the record as a cell."""
    return value if isinstance(value, (str, int, float)) else str(value)


WORDS = {
    "Shortlist": "The first opportunities, best first; a site id opens its dossier",
    "Sites": "The sites of this cut, in the order of their ids",
    "Ranking": "Every site with a rank: gates passed, score and its parts, band of ranks",
    "Corridors": "The corridors side by side",
    "Open facts": "What would decide the verdicts of the shortlisted sites, what costs least to find out first",
    "Issues": "What is wrong in the data, counted by council; issues.csv has each row",
    "Dictionary": "What each column means, with its unit and source",
}
