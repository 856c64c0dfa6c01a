"""Tables of a run as a whole: what went in, who was left out, criteria, faults in the data, identity, files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from siteprior.pipeline.notebook.view import Asked, View, counted_by, named
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import part
from siteprior.pipeline.result import Result


def inputs(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the files that were read, with vintage and the start of their SHA-256 (rows are counts)."""
    read = pd.DataFrame(part(run, "record")["inputs"])
    if read.empty:
        return read
    read["sha256"] = read["sha256"].str[:12]
    return read[["role", "file", "publisher", "vintage", "licence", "rows", "sha256"]].replace("", "not stated")


def gates(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the gates that stood, with what they refuse and why (no unit)."""
    known = pd.DataFrame(part(run, "record").get("gates", []), columns=["gate", "title", "why", "stands", "needed"])
    stood = known.loc[known["stands"] == "yes", ["title", "why", "needed", "gate"]].replace("", None)
    return stood.rename(columns={"title": "gate", "why": "refused", "gate": "code"})


def reasons(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how many sites (counts) did not pass each gate, most first."""
    record = part(run, "record")
    counts = pd.Series(record["counts"]["gate_reasons"], name="sites", dtype="int64")
    stopped = counts.sort_values(ascending=False, kind="stable").rename_axis("code").reset_index()
    titles = {gate["gate"]: gate["title"] for gate in record.get("gates", [])}
    words = stopped["code"].astype(str).str.replace("_", " ").str.capitalize()
    stopped.insert(0, "gate not passed", stopped["code"].map(titles).fillna(words))
    return stopped


def criteria(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the criteria with weight (shares of 1), unit, anchors and source."""
    used: pd.DataFrame = part(run, "criteria")
    return named(
        used,
        {name: name for name in ("title", "weight", "unit", "worst", "best", "confidence", "source")},
    )


def issues(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the faults in the data by kind and by what the field was used for, with counts of rows and an example."""
    table: pd.DataFrame = part(run, "issues").fillna({"field": "", "file": "", "action": ""})
    kinds = table.groupby(["severity", "issue_type", "field"])
    uses = kinds.agg(rows=("file", "size"), example=("action", "first"), file=("file", "first")).reset_index()
    uses = uses.sort_values("rows", ascending=False, kind="stable")
    return uses.rename(columns={"issue_type": "issue", "example": "for example", "file": "in"})


def duplicates(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return pairs of records that are or may be one site, with their distance in metres."""
    names = {"site_a": "site", "site_b": "and", "distance_m": "distance m", "confidence": "confidence",
             "reasons": "reasons"}  # fmt: skip
    return named(part(run, "duplicates"), names)


def history(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how many events of each kind (counts) stand in the older registers."""
    events = part(run, "history")
    return counted_by(events, "event", "event", "sites") if len(events) else pd.DataFrame()


def outcomes(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return what became of sites from register to register: counts of events by the later vintage."""
    events = part(run, "history")
    later = next((name for name in ("published",) if name in events), None)
    if not len(events) or later is None:
        return pd.DataFrame()
    table = pd.crosstab(events[later].astype(str), events["event"])
    return table.rename_axis("register of").rename_axis(None, axis=1).reset_index()


def site_history(run: Run | Result, asked: Asked) -> pd.DataFrame:
    """Return what the registers recorded of one site, an event per row (no unit)."""
    events = part(run, "history")
    own = events[events["site_id"] == asked.site] if len(events) and "site_id" in events else pd.DataFrame()
    return own.drop(columns=[name for name in ("event_id", "site_id", "row", "illustrative") if name in own])


def facts(run: Run | Result, asked: Asked) -> pd.DataFrame:
    """Return what is known of one site: each column that is not blank, in words, with its value and unit."""
    from siteprior.pipeline.listings import data_dictionary

    sites = part(run, "sites").drop(columns="geometry")
    own = sites.loc[asked.site].dropna()
    known = data_dictionary("sites").drop_duplicates("column").set_index("column")
    words = [str(name) if name not in known.index else str(known["meaning"][name]) for name in own.index]
    units = ["" if name not in known.index else str(known["unit"][name]) for name in own.index]
    values = [f"{value:,.6g}" if isinstance(value, float) else str(value) for value in own]
    table = pd.DataFrame({"fact": list(own.index), "value": values, "unit": units, "meaning": words})
    return table[~table["fact"].str.startswith("c_")].replace({"unit": {"nan": "", "None": ""}})


def files(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the files that stand in a run's folder, with their size in kB."""
    if not isinstance(run, Run):
        return pd.DataFrame()
    found = sorted(path for path in run.folder.rglob("*") if path.is_file())
    names = [path.relative_to(run.folder).as_posix() for path in found]
    sizes = [path.stat().st_size / 1000 for path in found]
    tables = _tables(run.folder)
    return pd.DataFrame({"file": names, "kB": sizes, "what it is for": [_purpose(name, tables) for name in names]})


PURPOSES = {
    "report.html": "the page to work with: map, tables, weights; opens offline",
    "board_summary.html": "two pages for a board",
    "board_summary.pdf": "two pages for a board, to print or send",
    "siteprior.qgz": "for QGIS: opens every layer, styled",
    "shortlist.gpkg": "for GIS: shortlist, sites, corridors, stops, areas, styled",
    "site_shapes.gpkg": "for GIS: the extent of each site",
    "access.gpkg": "for GIS: catchments and stops",
    "shortlist.xlsx": "for Excel: shortlist, ranking, verdicts, dictionary",
    "ranking.csv": "every site with every column",
    "issues.csv": "what is wrong in the data, row by row",
    "run.json": "versions, settings, every number used with its source",
    "datapackage.json": "what every column of the CSV tables means",
}
"""What the files people open first are for; docs/reference/outputs.md describes every one."""


def _tables(folder: Path) -> dict[str, str]:
    """Return what each CSV table of a run holds, by its data package: what stands before the first semicolon."""
    package = folder / "datapackage.json"
    if not package.is_file():
        return {}
    stated = json.loads(package.read_text(encoding="utf-8"))["resources"]
    return {str(each["path"]): str(each["description"]).partition(";")[0].rstrip(".") for each in stated}


def _purpose(name: str, tables: Mapping[str, str]) -> str:
    """Say what a file is for; ``tables`` says it of the CSV tables."""
    if name in PURPOSES:
        return PURPOSES[name]
    if name in tables:
        return tables[name]
    kinds = {"pictures/": "pictures", "notebooks/": "notebooks as they ran", "dossiers/": "a page for each site"}
    return next((words for start, words in kinds.items() if name.startswith(start)), "docs/reference/outputs.md says")


RUN = {
    "inputs": View("Each file that was read.", inputs, {"rows": "{:,.0f}"}, "Nothing was read from files."),
    "gates": View("What stood between a site and the ranking.", gates, {}, "No gate stood."),
    "reasons": View("Sites left out, by gate; a site may fail several.", reasons, {"sites": "{:,}"},
                    "Every site passed the gates."),
    "criteria": View("What sites are scored on; weights are shares of 1.", criteria,
                     {"weight": "{:.0%}", "worst": "{:g}", "best": "{:g}"}, "There is no criterion."),
    "issues": View("Faults in the data: rows of each kind, with what was done in the first of them.", issues,
                   {"rows": "{:,}"}, "No fault was found in the data.", 20),
    "duplicates": View("Records that are, or may be, one site.", duplicates, {"distance_m": "{:,.0f}"},
                       "No two records look like one site.", 10),
    "history": View("What happened to sites between older registers and the newest.", history, {"sites": "{:,}"},
                    "No older registers were read (`[sources] history`): no site has a history."),
    "outcomes": View("Events by the register they first stand in.", outcomes, {},
                     "No older registers were read (`[sources] history`): outcomes cannot be followed."),
    "site history": View("What the registers recorded of {site}.", site_history, {},
                         "The registers recorded no change of this site."),
    "facts": View("Everything known of {site}; what is not known has no row.", facts, {}, "Nothing is known.", 60),
    "files": View("What stands in the run's folder.", files, {"kB": "{:,.0f}"}, "This is no run's folder."),
}  # fmt: skip
"""The tables of the run as a whole, by name."""
