"""A ranking made of a run's measurements, written into a folder that opens as a run does."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from siteprior import __version__
from siteprior.core import schema
from siteprior.core.files import sha256_of
from siteprior.core.progress import no_progress
from siteprior.core.schema import Table
from siteprior.core.whole_folder import whole_folder
from siteprior.pipeline.manifest import NOT_IN_EVERY_RUN, PACKAGES, applied_parameters, counts_of, gate_rows
from siteprior.pipeline.measured import RANKED_FROM, TABLES, Source, read_table
from siteprior.pipeline.open_evidence import list_open_evidence, open_evidence
from siteprior.pipeline.packages import write_package, write_qgis_project
from siteprior.pipeline.publish import marked, write_ranked
from siteprior.pipeline.read_run import layers_in, read_layer
from siteprior.pipeline.read_transit import Transit
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.pipeline.whole_files import WHOLE, large_notices, whole_files
from siteprior.report.long_tables import read_long
from siteprior.report.run_folders import RECORD
from siteprior.report.tables import write_csv

COPIED = (
    "issues.csv", "history.csv", "duplicates.csv", "opportunity_links.csv", "corridor_sites.csv", "access_routes.csv",
    "market_failure.csv", "deadweight.csv", "fund_rules.csv", "decisions.csv", "viability_drivers.csv",
    "price_validation.csv", "market_failure.parquet", "deadweight.parquet", "fund_rules.parquet",
    "viability_drivers.parquet", "site_shapes.gpkg", "access_grid.tif",
)  # fmt: skip
"""Files of a run that no rank stands in: they are copied, those there are."""

OF_A_RANKING = ("corridor_summary", "scenario_effects")
"""Tables of ``access.gpkg`` that ranks stand in: the first is summed up anew, of scenarios nothing is tried again."""


def write_ranking(done: Result, source: Source, folder: Path, *, notices: Sequence[str]) -> None:
    """Write a ranking into a folder of its own: ``ranking.csv``, ``shortlist.gpkg``, ``run.json``, and what it needs.

    The tables of the run that no rank stands in are copied, those on corridors and open evidence made anew. Report,
    maps, scenarios, and the appraisals and sales of the shortlist are those of a run, and are not here.

    Raises
    ------
    InputError
        When a file of the run is missing or is not what a run writes.
    OutputError
        When the folder cannot be written.
    """
    layers = _layers(source.folder)
    transit = Transit(layers["stops"], layers["corridor_stops"], layers["corridors"], None)
    issues = read_layer(source.folder / "shortlist.gpkg", "issues")
    done = replace(done, transit=transit, areas=layers["areas"], issue_tables=(pd.DataFrame(issues),))
    done = _with_corridors(_with_evidence(done, source.folder), source.folder, layers["catchments"])
    done = replace(done, record=_record(done, source, notices))
    with whole_folder(folder, own=(*NOT_IN_EVERY_RUN, *COPIED)) as staged:
        for name in COPIED:
            if not (source.folder / name).is_file():
                continue
            if name.endswith(".csv") and (source.folder / name).with_suffix(".parquet").is_file():
                _write_listed(source.folder, name.removesuffix(".csv"), staged, done.shortlist.index)
            else:
                shutil.copyfile(source.folder / name, staged / name)
        _write(done, source.folder, staged)


def _write_listed(folder: Path, name: str, to: Path, shortlist: pd.Index) -> None:
    """Write the CSV of a table of a large run, which has the sites on the shortlist: on the one that is now."""
    whole = read_long(folder, name)
    if whole is not None:
        write_csv(to / f"{name}.csv", whole[whole["site_id"].isin(shortlist)])


def _layers(folder: Path) -> dict[str, gpd.GeoDataFrame]:
    """Read the layers of a run that a ranking leaves as they are."""
    of = {
        "corridors": ("shortlist", schema.CORRIDORS),
        "stops": ("shortlist", schema.STOPS),
        "areas": ("shortlist", schema.AREAS),
        "corridor_stops": ("access", schema.CORRIDOR_STOPS),
        "catchments": ("access", schema.CATCHMENTS),
    }
    return {name: _layer(folder / f"{file}.gpkg", name, declared) for name, (file, declared) in of.items()}


def _layer(path: Path, name: str, declared: Table) -> Any:  # a table, with shapes or without
    """Read a layer or table of a GeoPackage as it is declared."""
    layer = read_layer(path, name)
    return schema.conform(layer.set_index(declared.index) if declared.index else layer, declared)


def _with_evidence(done: Result, folder: Path) -> Result:
    """Return the result with the list of what would decide the verdicts, which counts ranked sites."""
    file, declared = TABLES["signals"]
    return list_open_evidence(replace(done, signals=read_table(folder, file, declared)), no_progress)


def _with_corridors(done: Result, folder: Path, catchments: gpd.GeoDataFrame) -> Result:
    """Return the result with the corridors summed up and their sites ranked anew, by the walks the run measured."""
    from siteprior.joins.corridors.corridor_summary import corridor_rankings, corridor_summary

    along = _layer(folder / "access.gpkg", "site_corridors", schema.SITE_CORRIDORS)
    along.index = pd.Index(along["site_id"] + "|" + along["corridor"], name=schema.SITE_CORRIDORS.index, dtype="str")
    listed = list(done.shortlist.index)
    summary = corridor_summary(
        done.corridors, along, done.sites, catchments=catchments, areas=done.areas, shortlist=listed
    )
    return replace(
        done, site_corridors=along, corridor_rankings=corridor_rankings(along, done.sites), corridor_summary=summary
    )


def _record(done: Result, source: Source, notices: Sequence[str]) -> dict[str, Any]:
    """Return the record of the ranking: that of the run, with settings, weights, gates and counts as they are now."""
    project, then = done.project, source.record
    numbers = {row["name"]: row for row in then["parameters"]}
    numbers |= {row.name: asdict(row) for row in applied_parameters(project)}
    copied = [name for name in COPIED if name.endswith(".parquet") and (source.folder / name).is_file()]
    anew = {"ranking": done.sites, "evidence_gaps": done.evidence_gaps, "evidence_files": done.evidence_files}
    whole = [*whole_files(anew, {"stops": done.stops, "areas": done.areas}), *copied]
    return {
        **then,
        "title": project.project.title,
        "area": project.project.area,
        "siteprior": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "settings": project.settings(),
        "weights": dict(zip(done.criteria["criterion"], done.criteria["weight"], strict=True)),
        "parameters": list(numbers.values()),
        "counts": {**then["counts"], **counts_of(done.sites, project.shortlist.n)},
        "programme": done.programme_record,
        "open_evidence": open_evidence(done.sites, done.evidence_files),
        "gates": gate_rows(done.gates),
        "notices": [*notices, *large_notices(done, whole)],
        WHOLE: whole,
        RANKED_FROM: {
            "run": source.folder.as_posix(),
            "record_sha256": sha256_of(source.folder / RECORD),
            "siteprior": then.get("siteprior"),
        },
    }


def _write(done: Result, run: Path, folder: Path) -> None:
    """Write the tables that ranks stand in, and the record."""
    from siteprior.report.geopackage.layers import LAYERS
    from siteprior.report.long_tables import write_long
    from siteprior.report.tables import write_run_record

    write_ranked(done, folder)
    access = run / "access.gpkg"
    there = {name: read_layer(access, name) for name in (*LAYERS, "access_routes") if name in layers_in(access)}
    write_package(
        done,
        folder / access.name,
        {name: layer for name, layer in there.items() if name in LAYERS} | {"corridor_stops": done.corridor_stops},
        {"corridor_summary": done.corridor_summary.reset_index(), "site_corridors": done.site_corridors}
        | {name: pd.DataFrame(table) for name, table in there.items() if name not in LAYERS},
    )
    write_qgis_project(done, folder)
    tables: Mapping[str, pd.DataFrame] = {
        "corridor_summary": done.corridor_summary.reset_index(),
        "corridor_rankings": done.corridor_rankings,
        "evidence_gaps": done.evidence_gaps,
        "evidence_files": done.evidence_files,
    }
    if done.opportunity_links is not NOT_YET:
        tables = {**tables, "opportunity_links": done.opportunity_links}
        (folder / "opportunity_links.csv").unlink(missing_ok=True)
    for name, table in tables.items():
        if len(table) or name.startswith("corridor_"):
            whole = f"{name}.parquet" in done.record[WHOLE]
            write_long(folder, name, marked(table, done), whole=whole, shortlist=done.shortlist.index)
    write_run_record(folder / RECORD, done.record)
