"""What a run measured, read back as a result to rank again; and which run that is: one of the same measurements."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.files import as_path, read_bytes
from siteprior.core.schema import CONTRIBUTION, Table
from siteprior.pipeline.newest_run import FILES, runs_newest_first, usual_folder
from siteprior.pipeline.read_run import (
    of_kinds,
    read_attributes,
    read_layer,
    read_record,
    read_sites_layer,
    refuse_lost,
)
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.pipeline.stage import Stage, group_of
from siteprior.pipeline.stages import STAGES
from siteprior.project.load import Project
from siteprior.report.long_tables import read_long
from siteprior.report.run_folders import RECORD, refuse_no_run

MEASURE_NOTHING = (
    "opportunities", "ranking", "robustness", "gates", "weights", "shortlist", "programme", "scenarios", "publish",
)  # fmt: skip
"""Tables of the project file that no measurement rests on: they may be others than the run's."""

NAMES_ALONE = ("title", "area", "data_root")
"""Keys of ``[project]`` that no measurement rests on: the same files may lie under another root."""

RANKED_FROM = "ranked_from"
"""The key of ``run.json`` by which a ranking names the run it was made from."""

TABLES: Mapping[str, tuple[str, Table]] = {
    "duplicates": ("duplicates", schema.DUPLICATES),
    "opportunity_links": ("opportunity_links", schema.OPPORTUNITY_LINKS),
    "signals": ("market_failure", schema.SIGNALS_TABLE),
    "fund_rules": ("fund_rules", schema.FUND_RULE_RESULTS),
    "deadweight_evidence": ("deadweight", schema.DEADWEIGHT_EVIDENCE),
}
"""Results that stand in a CSV file of the run: the file, and what is declared of it."""

FIND, CHOOSE = "columns.opportunity", "criteria_known"
"""What is added by the stage that finds opportunities, and by the one that chooses criteria, gates and weights."""


class Source(NamedTuple):
    """The run a ranking is made from: its folder, and the content of its ``run.json``."""

    folder: Path
    record: dict[str, Any]  # what JSON can hold


def other_settings(project: Project, record: Mapping[str, Any]) -> list[str]:
    """Return what the run measured otherwise than the project now states, in words: table by table, with the keys.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> project = sp.load_project(shipped("data") / "demo.toml")
    >>> other_settings(project, {"settings": project.settings() | {"weights": {}, "layers": []}})
    ['[[layers]]']
    """
    now, then = project.settings(), record.get("settings", {})
    differ = list[str]()
    for name in dict.fromkeys([*now, *then]):
        if name in MEASURE_NOTHING:
            continue
        one, other = now.get(name, {}), then.get(name, {})
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            without = NAMES_ALONE if name == "project" else ()
            keys = [
                key  # a key the release of that run did not know is one with nothing stated
                for key in dict.fromkeys([*one, *other])
                if key not in without and (one.get(key) or None) != (other.get(key) or None)
            ]
            differ += [f"[{name}] {', '.join(keys)}"] if keys else []
        elif (one or None) != (other or None):
            differ.append(f"[[{name}]]")
    return differ


def run_of(project: Project, run: Path | str | None = None) -> Source:
    """Return the run to rank again: the one named, else the project's own folder, else its newest in ``outputs``.

    Raises
    ------
    InputError
        When there is none, or it was made of other measurements than the project states: which tables differ.
    """
    if run is not None:
        folder = as_path(run, name="run", what="a run's folder")
        return _refused_or(project, Source(folder, read_record(folder / RECORD)))
    usual = usual_folder(project)
    here = all((usual / file).is_file() for file in FILES)
    every = [usual] if here else []
    every += [folder for folder in runs_newest_first() if folder.resolve() != usual.resolve()]
    others = list[InputError]()
    for folder in every:
        try:
            source = Source(folder, read_record(folder / RECORD))
            if folder == usual or RANKED_FROM not in source.record:
                return _refused_or(project, source)
        except InputError as fault:
            others.append(fault)
    if here or len(others) == 1:
        raise others[0]
    others_there = f"; of the {len(others)} runs in outputs none measured what it states" if others else ""
    raise InputError(
        f"{project.file}: there is no run of it in outputs, here or one folder up{others_there}; run it first "
        f"(siteprior run {project.file}), or name the folder of its run with --run"
    )


def _refused_or(project: Project, source: Source) -> Source:
    """Return the run, or refuse one that measured something else than the project states."""
    if other := other_settings(project, source.record):
        raise InputError(
            f"{source.folder}: measured something else than {project.file} now states: {'; '.join(other)}; run the "
            f"project again (siteprior run {project.file}), or name the folder of its run with --run"
        )
    return source


def ranking_stages(project: Project, source: Source) -> tuple[Stage, ...]:
    """Return the stages to run: those that rank; before them that on opportunities, where the project states others."""
    chosen = [stage for stage in STAGES if CHOOSE in stage.adds]
    then = source.record.get("settings", {}).get("opportunities", {})
    if project.settings()["opportunities"] != then:
        chosen += [stage for stage in STAGES if FIND in stage.adds]
    return (*chosen, *(stage for stage in STAGES if stage.part == "rank"))


def read_measured(project: Project, source: Source, stages: Iterable[Stage]) -> tuple[Result, gpd.GeoDataFrame]:
    """Read what a run measured as the result the stages need, to the last digit; and the sites as the run ranked them.

    The GeoPackage holds them whole; in ``ranking.csv`` they are rounded, and its header alone is used, for it has the
    columns in their order. What the stages add is left out; the sites stand by ``site_id``, for no stage asks for
    their order.

    Raises
    ------
    InputError
        When a file of the run is missing or is not what a run writes.
    """
    stages, folder = tuple(stages), source.folder
    refuse_no_run(folder, needs="shortlist.gpkg")
    refuse_lost(folder, source.record)
    path = folder / "shortlist.gpkg"
    # GDAL reads whole numbers with gaps as fractions
    prices = (*schema.SITE_PRICE_COLUMNS, *schema.SITE_VALUE_COLUMNS)
    sites = of_kinds(read_sites_layer(path, "sites", read_attributes(path)), prices, path)
    fresh = {name for stage in stages for name in stage.columns}
    added = [name for name in sites if name in fresh or str(name).startswith(CONTRIBUTION) or name == "illustrative"]
    base = sites.drop(columns=added).sort_index()
    made = {name for stage in stages for name in stage.adds}
    groups = {
        group: pd.DataFrame(index=base.index)
        for stage in STAGES
        if (group := group_of(stage)) is not None and f"columns.{group}" not in made
    }
    result = Result(project, sites_merged=_in_order(base, folder), columns=MappingProxyType(groups))
    needed = {name for stage in stages for name in stage.needs} - made
    read: dict[str, Any] = {  # tables of any kind
        name: read_table(folder, file, declared) for name, (file, declared) in TABLES.items() if name in needed
    }
    if "shapes" in needed:
        read["shapes"] = _shapes(folder, base)
    return replace(result, **read), sites


def _in_order(sites: gpd.GeoDataFrame, folder: Path) -> gpd.GeoDataFrame:
    """Return the sites with the columns that are not declared in the order the run had them in."""
    path = folder / "ranking.csv"
    header = next(csv.reader(io.StringIO(read_bytes(path).partition(b"\n")[0].decode("utf-8-sig"))), [])
    declared = [name for name in schema.SITES.names if name in sites]
    rest = [name for name in sites if name not in declared and name != sites.active_geometry_name]
    rest.sort(key=lambda name: header.index(name) if name in header else len(header))
    return sites[[*declared, sites.active_geometry_name, *rest]]


def read_table(folder: Path, name: str, declared: Table) -> pd.DataFrame:
    """Read a table of the run whole; one without a row where it has none."""
    read = read_long(folder, name)
    rows = pd.DataFrame(columns=declared.names) if read is None else read
    rows = rows.drop(columns="illustrative", errors="ignore")
    if declared.index and declared.index in rows:
        rows = rows.set_index(declared.index)
    table: pd.DataFrame = schema.conform(rows, declared)
    return table


def _shapes(folder: Path, sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read the shapes of the sites, of all of them: those without one come in as missing."""
    shapes = read_layer(folder / "site_shapes.gpkg", "site_shapes").set_index("site_id").reindex(sites.index)
    return gpd.GeoDataFrame(schema.conform(shapes, schema.SITE_SHAPES), geometry="geometry", crs=sites.crs)


def unmeasured(result: Result, source: Source) -> list[str]:
    """Return which criteria with a weight and which gates that stand need a column the run has not measured."""
    if result.weights is NOT_YET or result.gates_known is NOT_YET:
        return []
    there = {*map(str, result.table.columns), *schema.SITES.names}
    asked = [(f"[weights] {name}", result.criteria_known[name].needs) for name, w in result.weights.items() if w > 0]
    gates = result.project.gates
    asked += [
        (f"[gates] {code}", gate.needs)
        for code, gate in result.gates_known.items()
        if gates.get(code, gate.default) is not False
    ]
    project = result.project.file
    return [
        f"{project}: {what}: needs {', '.join(lacking)}, which the run in {source.folder} has not measured; run the "
        f"project again (siteprior run {project}), or leave it out"
        for what, needs in asked
        if (lacking := [name for name in needs if name not in there])
    ]
