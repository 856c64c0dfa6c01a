"""What there is, listed: criteria, columns and stages, as tables for programs and as text for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import InputError, nearest, unknown
from siteprior.core.text_table import text_table
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.registered import load_project
from siteprior.project.load import Project
from siteprior.report.audience import INTERNAL

_SEARCHED = ("table", "column", "label", "meaning", "unit", "allowed")


def criteria(project: Project | Path | str | None = None) -> pd.DataFrame:
    """List the criteria with unit, anchors and source; of a project its own layers too, and its weights (0–1).

    Parameters
    ----------
    project
        A project file or a loaded project; no data of it is read. The built-in and registered criteria when ``None``.

    Returns
    -------
    DataFrame
        As :func:`siteprior.ranking.criteria.criteria_table`; of a project with ``weight``, the share of the whole,
        missing where a criterion has none, and with the weighted ones first.

    Raises
    ------
    ProjectError
        When the project cannot be used.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> sp.criteria(shipped("data") / "demo.toml")["weight"].sum().round(6)
    np.float64(1.0)
    """
    from siteprior.core.progress import no_progress
    from siteprior.pipeline.rank import choose_criteria
    from siteprior.pipeline.result import Result
    from siteprior.ranking.criteria import criteria_table
    from siteprior.ranking.scoring import normalised

    if project is None:
        return criteria_table()
    loaded = project if isinstance(project, Project) else load_project(project)
    chosen = choose_criteria(Result(loaded), no_progress)
    table = criteria_table(chosen.criteria_known)
    table.insert(2, "weight", table["criterion"].map(normalised(chosen.weights)))
    return table.sort_values("weight", ascending=False, kind="stable", na_position="last", ignore_index=True)


def data_dictionary(which: str | None = None) -> pd.DataFrame:
    """Return every declared column as a table: table, column, kind, unit, label, meaning, source, allowed values.

    The columns of the sources and evidence that ship with siteprior, and of what else was registered, are among them.

    Parameters
    ----------
    which
        The name of a table, for its columns alone; or a word, for the columns that have it in their name, label,
        meaning, unit or allowed values. All columns when ``None``.

    Raises
    ------
    InputError
        When nothing matches; the message has the nearest name, and the tables.

    Examples
    --------
    >>> data_dictionary("sites").set_index("column").loc["walk_m", "unit"]
    'm'
    >>> data_dictionary("walk_snap")["column"].tolist()
    ['walk_snap_m']
    """
    from siteprior.sources.registry import discover

    discover()
    table = schema.data_dictionary()
    if which is None:
        return table
    if not isinstance(which, str) or not which.strip():
        raise InputError(f"columns: needs the name of a table or a word, got {which!r}; {_tables(table)}")
    word = which.strip().casefold()
    named = table["table"] == word.replace("_", " ")  # as its layer or file is called
    texts = table[list(_SEARCHED[1:])].astype("str").agg(" ".join, axis=1).str.casefold()
    found = table[named if named.any() else texts.str.contains(word, regex=False)]
    if found.empty:
        near = nearest(word, [*table["table"].unique(), *table["column"].unique()])
        hint = f" did you mean '{near}'?" if near else ""
        raise InputError(f"columns: no table, column or meaning has '{which}';{hint} {_tables(table)}")
    return found.reset_index(drop=True)


def _tables(table: pd.DataFrame) -> str:
    """Name the tables, for a message."""
    return f"Tables: {', '.join(table['table'].unique())}"


def criteria_text(table: pd.DataFrame) -> str:
    """Write the criteria for a terminal: name, weight where there is one, what scores 0 and 1, columns, source."""
    shown = table[
        [name for name in ("criterion", "title", "weight", "unit", "worst", "best", "needs") if name in table]
    ]
    numbers = {name: shown[name].map("{:g}".format, na_action="ignore") for name in ("worst", "best")}
    if "weight" in shown:
        numbers["weight"] = shown["weight"].map("{:.3f}".format, na_action="ignore")
    return text_table(shown.assign(**numbers))


def columns_text(table: pd.DataFrame) -> str:
    """Write columns for a terminal: name, unit or kind, meaning with what is allowed; and their table, of several."""
    allowed = table["allowed"].where(table["allowed"] == "", " One of: " + table["allowed"] + ".")
    shown = pd.DataFrame(
        {
            "table": table["table"],
            "column": table["column"],
            "unit": table["unit"].where(table["unit"] != "", table["kind"]),
            "meaning": table["meaning"].str.rstrip(".") + "." + allowed,
        }
    )
    return text_table(shown if len(shown["table"].unique()) > 1 else shown.drop(columns="table"))


def stages_text(table: pd.DataFrame) -> str:
    """Write the stages for a terminal: what each needs as the numbers of the stages that make it."""
    made = zip(table["stage"].tolist(), table["adds"], strict=True)
    maker = {name: int(number) for number, adds in made for name in str(adds).split(", ")}
    needs = [_spans(maker[name] for name in str(listed).split(", ") if name in maker) for listed in table["needs"]]
    return text_table(table.assign(needs=needs).drop(columns="columns"))


def _spans(numbers: Iterable[int]) -> str:
    """Write numbers with those that follow on each other as spans.

    Examples
    --------
    >>> _spans([5, 10, 11, 12, 3])
    '3, 5, 10–12'
    """
    listed = sorted(set(numbers))
    if not listed:
        return ""
    starts = [listed[0], *(after for before, after in pairwise(listed) if after != before + 1)]
    ends = [*(before for before, after in pairwise(listed) if after != before + 1), listed[-1]]
    return ", ".join(f"{start}" if start == end else f"{start}–{end}" for start, end in zip(starts, ends, strict=True))


def downloads_text(table: pd.DataFrame) -> str:
    """Return what became of each download (bytes), as :func:`siteprior.fetch` lists it, in a line or two each.

    Examples
    --------
    >>> row = {"status": "fetched", "role": "stops", "path": "naptan.csv", "bytes": 1200, "note": ""}
    >>> print(downloads_text(pd.DataFrame([row])))
    fetched stops: naptan.csv  1,200 bytes
    """
    lines = []
    for row in table.fillna({"bytes": -1}).to_dict("records"):
        size = f"  {row['bytes']:,} bytes" if row["bytes"] >= 0 else ""
        lines.append(f"{row['status']:7} {row['role']}: {row['path']}{size}")
        if row["note"]:
            lines.append(f"        {row['note']}")
    return "\n".join(lines)


_GIS_WORDS = {
    "qgis": "siteprior.qgz opens all layers in QGIS, styled",
    "arcgis": "shortlist.gpkg is made for ArcGIS, which reads no styles: symbolise by score_band",
    "mapinfo": "shortlist.gpkg is made for MapInfo, which reads no styles: make a map by score_band",
}
"""What to open on a map, by the program a run is made for."""


def outputs_text(folder: Path) -> str:
    """Write what a run came to: its sites, its verdicts on market failure, and where to start."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    counts = record["counts"]
    if record.get("audience", INTERNAL) != INTERNAL:
        return (
            f"{counts['sites']:,} sites listed for the audience {record['audience']}; what it must not see is not "
            f"written.\nWritten to {folder}: start with report.html."
        )
    verdicts = record["open_evidence"]
    gis = str(record.get("settings", {}).get("publish", {}).get("gis", "qgis"))
    return (
        f"{counts['sites']:,} sites considered, {counts['ranked']:,} ranked, {counts['shortlist']} on the shortlist.\n"
        f"Market failure: {verdicts['settled']:,} verdicts of ranked sites settled, {verdicts['open']:,} open; "
        f"`siteprior gaps` says what would decide them.\n"
        f"Written to {folder}: start with report.html; {_GIS_WORDS[gis]}."
    )


def audit_text(files: pd.DataFrame, sites: pd.DataFrame) -> str:
    """Write what an audit came to: the files refused with the reason, and how certain the places are."""
    refused = files[files["refused"].notna()]
    lines = [f"{file}: refused: {why}" for file, why in zip(refused["file"], refused["refused"], strict=True)]
    counts = sites["coordinate_confidence"].value_counts()
    lines.append(
        f"{len(files) - len(refused):,} of {len(files):,} files read: {len(sites):,} sites, "
        f"{counts.get('high', 0):,} with a certain place, {counts.get('medium', 0):,} with a likely one; "
        f"{sites['repair'].notna().sum():,} places repaired."
    )
    return "\n".join(lines)


def gaps_of(run: Run, site: str | None = None) -> tuple[pd.DataFrame, str]:
    """Return how many open verdicts each free file could decide, or what would decide that of one site.

    Parameters
    ----------
    run
        A run's folder, opened again.
    site
        A ``site_id``; ``None`` for the files.

    Returns
    -------
    tuple of DataFrame and str
        The table, and the sentence where it has no row.

    Raises
    ------
    InputError
        When the run has no such site.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> gaps, _ = gaps_of(run, run.sites.index[0])
    >>> list(gaps.columns), bool(gaps["cost_order"].is_monotonic_increasing)
    (['signal', 'fact_kind', 'cost_order', 'fact', 'keys', 'unsettles'], True)
    """
    if site is None:
        return run.evidence_files, "Every free file siteprior knows was read, or the run is of an earlier version."
    if site not in run.sites.index:
        raise InputError(unknown("site", site, run.sites.index))
    rows = run.evidence_gaps[run.evidence_gaps["site_id"] == site]
    listed: pd.DataFrame = rows[["signal", "fact_kind", "cost_order", "fact", "keys", "unsettles"]]
    return listed.reset_index(drop=True), "Nothing is open of this site, or the run is of an earlier version."


_GAP_HEADINGS = {
    "keys": "free file", "open_sites": "open", "decided_if_nothing": "if nothing", "decided_if_most": "if most",
    "could_decide": "could decide", "fact_kind": "kind",
}  # fmt: skip
"""The headings of evidence files and evidence gaps that are others than their columns' names."""


def gaps_text(table: pd.DataFrame) -> str:
    """Write the files or the facts for a terminal, under plain headings, and below it what headings and letters mean.

    Examples
    --------
    >>> files = pd.DataFrame([["households", "T", 110, 25]], columns=["keys", "signals", "open_sites", "could_decide"])
    >>> print(gaps_text(files))
    free file   signals  open  could decide
    households  T        110   25
    <BLANKLINE>
    in the table  means
    free file     The keys of [evidence] and [sources] that would read it
    signals       Letters of the signals it would make known
    open          Ranked sites with an open verdict for which it would make a missing signal known
    could decide  Ranked sites whose verdict would be settled in either case
    T             Thin market
    """
    hidden = (schema.EVIDENCE_FILES.index, "shows", "could_decide_considered", "cost_order")
    shown = [str(name) for name in table if name not in hidden]
    return f"{text_table(table[shown].rename(columns=_GAP_HEADINGS))}\n\n{_gaps_legend(table, shown)}"


def _gaps_legend(table: pd.DataFrame, shown: Iterable[str]) -> str:
    """Write what the headings mean, in the words of the data dictionary, and the letters of the signals named."""
    from siteprior.appraisal.market_failure.registry import SIGNALS

    declared = schema.EVIDENCE_FILES if "open_sites" in table else schema.EVIDENCE_GAPS
    meanings = {column.name: column.meaning for column in declared.columns}
    rows = [(_GAP_HEADINGS.get(name, name), meanings[name]) for name in shown if name in meanings]
    named = table["signals" if "signals" in table else "signal"].dropna().astype(str)
    letters = set(" ".join(named).split())
    rows += [(letter, signal.title) for letter, signal in SIGNALS.items() if letter in letters]
    return text_table(pd.DataFrame(rows, columns=["in the table", "means"]))
