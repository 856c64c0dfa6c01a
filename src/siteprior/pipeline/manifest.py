"""What is recorded of a run (``run.json``), and how a run's folder is opened again."""

from __future__ import annotations

import io
import platform
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from siteprior import __version__
from siteprior.appraisal.capacity import default_profile
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.files import as_path, read_bytes
from siteprior.core.parameters import Parameter, load_parameters, parameter_files, parameter_rows
from siteprior.core.progress import Progress
from siteprior.core.renamed import with_new_columns
from siteprior.pipeline.base_map import ROLE as BASE_MAP
from siteprior.pipeline.newest_run import newest_run
from siteprior.pipeline.notices import notices
from siteprior.pipeline.open_evidence import open_evidence
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.read_run import (
    layers_in,
    of_kinds,
    read_attributes,
    read_layer,
    read_record,
    read_sites_layer,
    refuse_lost,
    without_decision,
)
from siteprior.pipeline.result import Result
from siteprior.pipeline.whole_files import WHOLE, whole_files_of
from siteprior.project.load import Project
from siteprior.project.names import capacity_profiles, profiles
from siteprior.ranking.opportunity_ranks import ranked_once
from siteprior.report.audience import INTERNAL
from siteprior.report.geopackage.site_form import SITE_LAYERS
from siteprior.report.html.labels import organisation_titles
from siteprior.report.long_tables import read_long
from siteprior.report.tables import as_before_writing

TABLES: dict[str, list[str]] = {
    "history": schema.HISTORY.names,
    "decisions": schema.DECISIONS.names,
    "duplicates": [],
    "opportunity_links": schema.OPPORTUNITY_LINKS.names,
    "top_k_acceptability": schema.TOP_K_ACCEPTABILITY.names,
    "core_index": schema.CORE_INDEX.names,
    "programme_constraints": schema.PROGRAMME_CONSTRAINTS.names,
    "programme_frontier": schema.PROGRAMME_FRONTIER.names,
    "corridor_summary": [],
    "corridor_sites": schema.SITE_CORRIDORS.names,
    "corridor_rankings": schema.CORRIDOR_RANKINGS.names,
    "access_routes": [],
    "scenarios": schema.SCENARIO_EFFECTS.names,
    "market_failure": schema.SIGNALS_TABLE.names,
    "evidence_gaps": schema.EVIDENCE_GAPS.names,
    "evidence_files": schema.EVIDENCE_FILES.names,
    "deadweight": schema.DEADWEIGHT_EVIDENCE.names,
    "fund_rules": schema.FUND_RULE_RESULTS.names,
    "viability_drivers": schema.VIABILITY_DRIVERS.names,
    "viability_lines": schema.VIABILITY_LINES.names,
    "price_validation": schema.PRICE_VALIDATION.names,
    "comparables": schema.COMPARABLES.names,
}
"""The CSV tables of a run beside the GeoPackages, and the columns of those a run may be without."""

TEXTS = {"decisions": ("value", "original"), "history": ("before", "after")}
"""Columns of CSV tables that hold texts of registers, of which any may look like a number or like a blank."""

BY_SITE = {"top_k_acceptability": schema.TOP_K_ACCEPTABILITY, "core_index": schema.CORE_INDEX}
"""CSV tables with one row per ranked opportunity, opened on the index ``site_id``."""

RECORDED = ("run_info", "criteria", "issues")
"""The tables of ``shortlist.gpkg`` that are about no place."""

DECLARED_IN = {"market_failure": ("market_failure_signals",), "deadweight": ("deadweight_evidence",)}
"""CSV tables with columns that changed their names, and the files of ``core/schema/tables`` that declare them."""

NOT_IN_EVERY_RUN = (
    *(f"{name}.csv" for name in TABLES),
    *(f"{name}.parquet" for name in (*TABLES, "ranking")),
    "access_grid.tif",
    "siteprior.qgz",
    "geoparquet/*.parquet",
    "pictures/strip_*.png",
    "pictures/catchment_*.png",
    "pictures/core_index.png",
    "dossiers/*.html",
    "dossiers/*.pdf",
    "board_summary.html",
    "board_summary.pdf",
    "notebooks/0?_*.html",
    "notebooks/0?_*.failed.ipynb",
)
"""Patterns of the files that one run writes and the next may not: what an earlier run left of them is taken away."""

IN_EVERY_RUN = (
    "shortlist.gpkg", "shortlist.xlsx", "site_shapes.gpkg", "access.gpkg", "ranking.csv", "issues.csv", "report.html",
    "run.json", "datapackage.json", "pictures/*.png",
)  # fmt: skip
"""Patterns of the files every run of the team's own writes."""

PACKAGES = ("geopandas", "numpy", "pandas", "pyogrio", "pyproj", "scipy", "shapely")


def describe_run(result: Result, _progress: Progress) -> Result:
    """Describe the run: what went in, which versions and numbers were used, and how many sites came out."""
    project, sites, criteria, issues = result.project, result.sites, result.criteria, result.issues
    whole = whole_files_of(result)
    # the base map stands under one map of the report alone, with its attribution on it
    drawn_from = (read for read in result.provenance if read.role != BASE_MAP)
    attributions = dict.fromkeys(read.attribution for read in drawn_from if read.attribution)
    record = {
        "title": project.project.title,
        "area": project.project.area,
        "illustrative": project.project.illustrative,
        "audience": project.publish.audience,
        "as_of": project.project.as_of,
        "network_date": project.network_date,
        "price_date": project.project.price_date,
        "seed": project.project.seed,
        "siteprior": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "settings": project.settings(),
        "weights": dict(zip(criteria["criterion"], criteria["weight"], strict=True)),
        "parameters": [asdict(parameter) for parameter in applied_parameters(project)],
        "inputs": [asdict(read) for read in result.provenance],
        "register_files": result.register_files.to_dict("records"),
        "counts": {
            **counts_of(sites, project.shortlist.n),
            "issues": issues["issue_type"].value_counts().sort_index().to_dict(),
        },
        "programme": result.programme_record,
        "open_evidence": open_evidence(sites, result.evidence_files),
        "organisations": organisation_titles(sites),
        "gates": gate_rows(result.gates),
        "attribution": list(attributions),
        "joins": [join.row() for join in result.joins],
        "notices": notices(result, whole),
        WHOLE: whole,
    }
    return replace(result, record=record)


def counts_of(sites: pd.DataFrame, places: int) -> dict[str, Any]:
    """Return how many sites and opportunities a ranking has, ``places`` on its shortlist, and why others have none."""
    once = sites.loc[ranked_once(sites), "rank"]  # an opportunity is ranked once
    reasons = sites["gate_reasons"].dropna().str.split("; ").explode().value_counts()
    return {
        "sites": len(sites),
        "ranked": int(sites["rank"].notna().sum()),
        "opportunities": int(sites["opportunity_id"].nunique()),
        "ranked_opportunities": len(once),
        "shortlist": min(places, len(once)),
        "tied": int(once.duplicated(keep=False).sum()),
        "by_organisation": sites.groupby("organisation").size().to_dict(),
        "gate_reasons": reasons.sort_index().to_dict(),
        "market_failure": sites["market_failure"].value_counts().sort_index().to_dict(),
    }


def gate_rows(gates: pd.DataFrame) -> list[dict[str, str]]:
    """Return the gates as the project sets them: code, title, whether each stands, and what it needs, in words."""
    table = gates.rename(columns={"thresholds": "needed"})[["gate", "title", "why", "stands", "needed"]]
    return [{str(key): str(value) for key, value in row.items()} for row in table.to_dict("records")]


def applied_parameters(project: Project) -> list[Parameter]:
    """Return every parameter that a run applies, in the order of the files.

    Of a fund that is not checked, of a density profile that is not followed, of a part of the country that is not
    named and of land values that ship but are not asked for, nothing stands in the record.
    """
    assumed = project.assumptions
    funds = load_parameters("funds")
    rules = {name: rule.value["fund"] for name, rule in funds.table("rules").parameters().items()}
    checked = {*assumed.funds_checked}
    land_values = project.evidence.named("land_values")
    values = load_parameters("land_values")
    editions = {str(getattr(entry, "edition", None)) for entry in land_values}
    left_out = {
        *(f"land_values.shipped.{year}" for year in values.table("shipped") if year not in editions),
        *(".".join(row.name.split(".")[:3]) for row in parameter_rows("land_values") if not land_values),
        *(f"funds.funds.{name}" for name in funds.table("funds") if name not in checked),
        *(f"funds.rules.{name}" for name, fund in rules.items() if fund not in checked),
        *(row.name for row in parameter_rows("programme") if project.programme is None),
        *(f"profiles.profiles.{name}" for name in profiles() if name != assumed.profile),
        *(
            f"capacity.profiles.{name}"
            for name in capacity_profiles()
            if name != (assumed.capacity_profile or default_profile())
        ),
    }
    rows = [parameter for name in parameter_files() for parameter in parameter_rows(name)]
    return [row for row in rows if not left_out & {".".join(row.name.split(".")[:3])}]


def run_info(record: dict[str, Any]) -> pd.DataFrame:
    """Return the record of a run as rows of key and value, for the GeoPackage."""
    rows = [(key, value) for key, value in record.items() if not isinstance(value, (dict, list)) and value is not None]
    rows += [(f"count: {key}", n) for key, n in record["counts"].items() if isinstance(n, int)]
    rows += [(f"weight: {name}", f"{weight:.6f}") for name, weight in record.get("weights", {}).items()]
    rows += [
        (f"join: {join['join']}", f"{join['met']} of {join['codes']} {join['of']} found in {join['file']}")
        for join in record.get("joins", ())
    ]
    rows += [
        (
            f"input: {read['file']}",
            f"{read['role']}; vintage {read['vintage'] or 'not stated'}; licence {read['licence'] or 'not stated'}; "
            f"SHA-256 {read['sha256']}",
        )
        for read in record["inputs"]
    ]
    rows += [(f"attribution {number}", line) for number, line in enumerate(record["attribution"], 1)]
    return pd.DataFrame([(key, str(value)) for key, value in rows], columns=["key", "value"])


def open_run(folder: Path | str | None = None) -> Run:
    """Open a run's folder again, for notebooks and scripts.

    Parameters
    ----------
    folder
        A folder written by :func:`run`; the newest in ``outputs`` (:func:`siteprior.newest_run`) when ``None``.

    Returns
    -------
    Run
        The layers and tables of ``shortlist.gpkg`` and ``access.gpkg``, sites indexed by ``site_id`` and with all their
        columns (``site_attributes`` joined to them; ``eligible`` is ``yes`` or ``no``, as of ``apply_gates``); the CSV
        tables (:data:`TABLES`), those the run is without with no row; and ``record``, the content of ``run.json``.
        Each is an attribute, and stands under its name as in a dict.

    Raises
    ------
    InputError
        When the folder holds no run, there is no newest one, or a file of it is not what a run writes.

    Warns
    -----
    RenamedWarning
        When a table of an earlier run has columns under names that changed since; they have the new ones here.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> run.sites.index.name, run.record["seed"], len(run["shortlist"])
    ('site_id', 2026, 25)
    >>> bool((sp.score(run)["score"].dropna() == run.sites["score"].dropna()).all())
    True
    """
    folder = newest_run() if folder is None else as_path(folder, name="folder", what="a run's folder")
    if folder is None:
        raise InputError(
            "no run in outputs, here or one folder up; run a project (siteprior run PROJECT.toml), do the main job on "
            "the sample (siteprior demo), or name the folder of a run"
        )
    record = read_record(folder / "run.json")
    if (audience := record.get("audience", INTERNAL)) != INTERNAL:
        raise InputError(
            f"{folder}: was written for the audience {audience} and holds no ranking; open the run it was made from"
        )
    refuse_lost(folder, record)
    path = folder / "shortlist.gpkg"
    attributes = read_attributes(path)
    tables: dict[str, pd.DataFrame] = {}
    for name in ("shortlist", "sites", *_only_newer(path), "corridors", "stops", "areas", *RECORDED):
        tables[name] = read_sites_layer(path, name, attributes) if name in SITE_LAYERS else read_layer(path, name)
    for name, declared in (("opportunities", schema.OPPORTUNITIES), ("programme", schema.PROGRAMME)):
        if name in tables:
            layer = without_decision(tables[name]) if name == "opportunities" else tables[name]
            tables[name] = schema.conform(layer.set_index("site_id"), declared)
    for name, declared in (("corridor_stops", schema.CORRIDOR_STOPS), ("catchments", schema.CATCHMENTS)):
        layer = read_layer(folder / "access.gpkg", name)
        tables[name] = schema.conform(layer.set_index(declared.index), declared)
    for name, columns in TABLES.items():
        path = folder / f"{name}.csv"
        read = read_long(folder, name) if (folder / f"{name}.parquet").is_file() else _read_csv(path, name)
        rows = pd.DataFrame(columns=columns) if read is None else read
        tables[name] = of_kinds(
            with_new_columns(rows, *DECLARED_IN.get(name, ()), name=str(path)), schema.CSV_TABLES[name].columns, path
        )
    for name, declared in BY_SITE.items():
        rows = tables[name] if "site_id" in tables[name] else tables[name].assign(site_id=pd.Series(dtype="str"))
        tables[name] = schema.conform(rows.set_index("site_id"), declared)
    return Run(folder, tables, record)


def _read_csv(path: Path, name: str) -> pd.DataFrame | None:
    """Read a CSV table of a run: texts as they were before they were made safe for spreadsheets; ``None`` without it.

    What decisions and histories state of a site stays text, whatever it looks like.
    """
    if not path.is_file():
        return None
    texts = TEXTS.get(name, ())
    blanks: dict[str, Any] = {"keep_default_na": False, "na_values": [""]} if texts else {}
    return as_before_writing(pd.read_csv(io.BytesIO(read_bytes(path)), dtype=dict.fromkeys(texts, "str"), **blanks))


def _only_newer(path: Path) -> tuple[str, ...]:
    """Return the layers that runs of earlier releases are without, as far as this run has them."""
    return tuple(name for name in ("opportunities", "programme") if name in layers_in(path))
