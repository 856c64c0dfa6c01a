"""Every output of a result, written into one folder; nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import SitePriorError
from siteprior.core.files import shipped
from siteprior.core.progress import Progress, Step, counting, no_progress
from siteprior.core.second_process import SecondProcess
from siteprior.pipeline.grid import write_grid
from siteprior.pipeline.manifest import run_info
from siteprior.pipeline.packages import write_package, write_qgis_project
from siteprior.pipeline.publish_documents import dossiers_of, print_documents, write_documents
from siteprior.pipeline.publish_report import write_report
from siteprior.pipeline.result import Result
from siteprior.pipeline.whole_files import RANKING, WHOLE, listed_sites, market_tables
from siteprior.report.file_names import dossier_files
from siteprior.report.notebooks.worker import NotebookProcess

Frame = TypeVar("Frame", pd.DataFrame, gpd.GeoDataFrame)


def publish(
    done: Result, folder: Path, notebooks: NotebookProcess, *, second: SecondProcess, progress: Progress = no_progress
) -> tuple[str, ...]:
    """Write every output of a result into a folder; ``notebooks`` runs there those the project names.

    The report and its pictures are made in the ``second`` process, beside all else.

    Returns
    -------
    tuple of str
        Why notebooks failed and what could not be printed, if any: the other outputs do not depend on them.
    """
    named = done.project.publish.notebooks
    with (
        counting(progress, "Publishing", total=3 + len(named), unit="parts", staged=True) as step,
        ThreadPoolExecutor(max_workers=1) as beside,
        notebooks.ended_by_a_fault(),  # else the one above waits for the notebook it is at
    ):
        dossiers = dossiers_of(done)
        report = second.begin(write_report, done, folder, dossiers)
        progress("Writing the GeoPackages and tables")
        tables = market_tables(done)
        write_tables(done, tables, folder)
        step()
        progress("Drawing maps, writing the report, running the notebooks")
        # The notebooks need only the files written above.
        pages = beside.submit(_write_notebooks, named, folder, notebooks, step)
        write_documents(done, folder)
        step()
        second.result(report, progress)
        step()
        failed = print_documents(done, folder, dossiers, progress)
        return (*pages.result(), *failed)


def write_ranked(done: Result, folder: Path) -> None:
    """Write what a ranking comes to: ``shortlist.gpkg``, ``ranking.csv``, how sure it is and what a budget buys."""
    from siteprior.report.geopackage.layers import with_decision
    from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES, split_sites
    from siteprior.report.long_tables import write_long
    from siteprior.report.tables import leading_columns, write_csv

    sites, issues = marked(leading_columns(done.sites), done), marked(done.issues, done)
    on_map, rest = split_sites(sites)
    decided = (done.top_k_acceptability, done.core_index)
    write_package(
        done,
        folder / "shortlist.gpkg",
        {
            "shortlist": with_decision(on_map.loc[done.shortlist.index], *decided),
            "sites": on_map,
            "opportunities": with_decision(marked(done.opportunities, done), *decided),
            "programme": marked(done.programme, done),
            "corridors": done.corridors,
            "stops": done.stops,
            "areas": done.areas,
        },
        {
            "run_info": run_info(done.record),
            "criteria": done.criteria,
            "issues": issues,
            "top_k_acceptability": marked(done.top_k_acceptability, done).reset_index(),
            "core_index": marked(done.core_index, done).reset_index(),
            SITE_ATTRIBUTES: rest,
        },
    )
    # a table people open in Excel, which reads UTF-8 only behind a byte order mark
    table = pd.DataFrame(sites.drop(columns="geometry").reset_index())
    whole = RANKING in done.record.get(WHOLE, ())
    write_long(folder, "ranking", table, whole=whole, shortlist=listed_sites(done), byte_order_mark=True)
    for name, table in decision_tables(done).items():
        write_csv(folder / f"{name}.csv", marked(table, done))


def marked(table: Frame, done: Result) -> Frame:
    """Return a table that says in each row that it is invented, if it is: it travels without its report."""
    return table.assign(illustrative="yes") if done.project.project.illustrative else table


def write_tables(done: Result, market: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write the GeoPackages, the tables and the record of a run."""
    from siteprior.core.schema import write_datapackage
    from siteprior.project.layers import layer_columns
    from siteprior.report.geopackage.layers import contribution_columns
    from siteprior.report.long_tables import write_long
    from siteprior.report.tables import write_csv, write_run_record

    head = done.project.project

    write_ranked(done, folder)
    shapes = done.shapes.reindex(done.sites.index)  # in the order of the ranks
    write_package(done, folder / "site_shapes.gpkg", {"site_shapes": marked(shapes[shapes.geometry.notna()], done)}, {})
    layers, tables = _access(done)
    if done.access_cells is not None and done.transit.timetables is not None:
        layers["access_grid"] = done.access_cells
        write_grid(
            folder / "access_grid.tif",
            done.access_grids,
            as_of=head.as_of,
            service_date=done.transit.timetables.service_date,
            attribution=" ".join(done.record["attribution"]),
        )
    write_package(done, folder / "access.gpkg", layers, tables)
    write_qgis_project(done, folder)
    write_csv(folder / "issues.csv", marked(done.issues, done), byte_order_mark=True)
    if len(done.decisions):
        write_csv(folder / "decisions.csv", marked(done.decisions, done), byte_order_mark=True)
    if len(done.history):
        write_csv(folder / "history.csv", marked(done.history, done))
    write_csv(folder / "duplicates.csv", marked(done.duplicates, done))
    if len(done.opportunity_links):
        write_csv(folder / "opportunity_links.csv", marked(done.opportunity_links, done))
    write_csv(folder / "corridor_summary.csv", marked(done.corridor_summary.reset_index(), done))
    write_csv(folder / "corridor_sites.csv", marked(done.site_corridors, done))
    write_csv(folder / "corridor_rankings.csv", marked(done.corridor_rankings, done))
    if done.transit.timetables is not None:
        write_csv(folder / "access_routes.csv", marked(done.access_routes, done))
    if len(done.scenario_effects):
        write_csv(folder / "scenarios.csv", marked(done.scenario_effects, done))
    for name, table in market.items():
        whole = f"{name}.parquet" in done.record.get(WHOLE, ())
        write_long(folder, name, marked(table, done), whole=whole, shortlist=done.shortlist.index)
    _write_workbook(done, folder)
    write_run_record(folder / "run.json", done.record)
    write_datapackage(
        folder,
        title=head.title,
        illustrative=head.illustrative,
        inputs=done.record["inputs"],
        columns=(*contribution_columns(done.criteria), *layer_columns(done.market.specs)),
    )


def _write_workbook(done: Result, folder: Path) -> None:
    """Write the workbook of the ranking, with links to the dossiers beside it."""
    from siteprior.report.audience import audience_of
    from siteprior.report.workbook.shortlist import write_shortlist_workbook

    write_shortlist_workbook(
        folder / "shortlist.xlsx",
        record=done.record,
        audience=audience_of("internal"),
        shortlist=done.shortlist,
        sites=done.sites,
        corridors=done.corridor_summary,
        open_facts=done.evidence_gaps,
        issues=done.issues,
        dossiers=dossier_files(done.shortlist.index),
    )


def decision_tables(done: Result) -> dict[str, pd.DataFrame]:
    """Return how sure the ranking is and what the budget buys, by the name of their file, those that have a row."""
    tables = {
        "top_k_acceptability": done.top_k_acceptability.reset_index(),
        "core_index": done.core_index.reset_index(),
        "programme_constraints": done.programme_constraints,
        "programme_frontier": done.programme_frontier,
    }
    return {name: table for name, table in tables.items() if len(table)}


def _access(done: Result) -> tuple[dict[str, gpd.GeoDataFrame], dict[str, pd.DataFrame]]:
    """Return layers and tables of the GeoPackage on access; of timetables and scenarios only what there is."""
    layers = {
        "corridor_stops": done.corridor_stops,
        "catchments": done.catchments[done.catchments.geometry.notna()],
    }
    tables = {"corridor_summary": done.corridor_summary.reset_index(), "site_corridors": done.site_corridors}
    if done.transit.timetables is not None:
        layers["service_stops"] = done.transit.timetables.stops
        tables["access_routes"] = done.access_routes
    if len(done.scenario_effects):
        tables["scenario_effects"] = done.scenario_effects
    return layers, tables


def _write_notebooks(names: Sequence[str], folder: Path, notebooks: NotebookProcess, step: Step) -> tuple[str, ...]:
    """Run the notebooks on the run's folder, leave them there as pages, and return why any failed."""
    faults: list[str] = []
    for name in names:
        page = folder / "notebooks" / f"{name}.html"
        try:
            notebooks.execute(shipped("notebooks") / f"{name}.ipynb", page, parameters={"run_folder": str(folder)})
        except SitePriorError as fault:
            faults.extend(fault.faults)
        step()
    return tuple(faults)
