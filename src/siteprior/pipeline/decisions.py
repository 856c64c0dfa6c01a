"""The team's decisions in a run: read with the sites, applied after everything the registers say, and as gates last."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import pandas as pd

from siteprior.core import schema
from siteprior.core.all_faults import AllFaults
from siteprior.core.issues import concat_issues
from siteprior.core.progress import Progress
from siteprior.core.short_repr import counted, first_few
from siteprior.pipeline.faults import placed
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.result import Result
from siteprior.project.load import Project
from siteprior.registers.decisions import NOT_APPLIED, Decided, apply_decisions, decision_columns, read_decisions

SHOWN = 3
"""Rows named in one sentence, at most."""


def read_decided(project: Project, sites: gpd.GeoDataFrame, log: ReadLog) -> Decided:
    """Read the project's decisions and override the facts they name; the sites as they are where it has none."""
    entries, faults = project.sources.decisions, AllFaults()
    nothing = Decided(sites, schema.conform(pd.DataFrame(), schema.DECISIONS), concat_issues())
    decided = nothing
    with faults.kept(), placed(project, *entries):
        found = [(entry, *place) for entry in entries for place in project.find(entry)]
        if found:
            reading = read_decisions([path for _, path, _ in found], files=[label for *_, label in found])
            decided = apply_decisions(sites, log.add("decisions", [entry for entry, *_ in found], reading))
            log.issues.append(decided.issues)
    faults.refuse_or_go_on()
    return decided


def decided_again(sites: gpd.GeoDataFrame, decisions: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Apply decisions to sites merged since, so that no fact of another list comes in between; originals stay."""
    if decisions.empty:
        return sites, decisions
    decided = apply_decisions(sites, decisions)
    return decided.sites, decided.table.assign(original=decisions["original"])


def note_decisions(result: Result, _progress: Progress) -> Result:
    """Give every site what is decided of it."""
    return result.with_columns("decision", decision_columns(result.decisions, result.sites_merged.index))


def decision_notices(result: Result) -> Iterator[str]:
    """Yield how many decisions change nothing: what a board has excluded must not come back unseen."""
    issues = result.issues
    files = {read.file for read in result.provenance if read.role == "decisions"}
    later = "a later decision"
    lost = issues[issues["file"].isin(files) & issues["action"].str.startswith(NOT_APPLIED)]
    lost = lost[~lost["action"].str.contains(later, regex=False)]
    if len(lost):
        rows = [f"{row.file} row {row.row}" for row in lost.itertuples()]
        yield (
            f"decisions: {counted(len(lost), 'row')} not applied ({first_few(rows, SHOWN)}); the issues say why, "
            "mend site_id, field or value"
        )
