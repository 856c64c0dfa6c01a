"""A finished run ranked again as the project now says: nothing is read, joined or appraised again."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.callers import callers_level
from siteprior.core.errors import InputError, RunWarning
from siteprior.core.files import as_path
from siteprior.core.short_repr import short_repr
from siteprior.pipeline.measured import RANKED_FROM, Source, ranking_stages, read_measured, run_of, unmeasured
from siteprior.pipeline.notices import order_notices
from siteprior.pipeline.read_run import read_record
from siteprior.pipeline.registered import load_project
from siteprior.pipeline.result import Result
from siteprior.pipeline.since_the_run import since_the_run
from siteprior.pipeline.stages import run_stages
from siteprior.pipeline.write_ranking import write_ranking
from siteprior.project.load import Project
from siteprior.ranking.other_weights import ranking_changes
from siteprior.report.compare import why_changed
from siteprior.report.run_folders import RECORD


@short_repr
class Reranked(NamedTuple):
    """A run ranked again as its project now says.

    Attributes
    ----------
    changes
        One row per opportunity that is ranked now, in the new order, then those no longer ranked, on the ``site_id`` it
        is ranked as: ``site_name``, ``change`` (``enters`` or ``leaves`` the shortlist; else ``rises``, ``falls``,
        ``same``, ``newly ranked``, ``no longer ranked``), ``rank_before``, ``rank_after`` (1 = first),
        ``score_before``, ``score_after`` (0–1), and ``why``: the gates that changed, or the contributions.
    sites, shortlist, opportunities
        As of a run: all sites in the new order, the first opportunities, and all that are ranked.
    result
        The same with criteria, gates and weights, for what takes a result: ``sp.explain``, ``sp.ranking.reweight``.
    run
        The folder of the run whose measurements were ranked.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> folder = sp.demo(out="outputs/demo")
    >>> new = sp.rerank(sp.load_project(shipped("data") / "demo.toml"), run=folder)
    >>> new.run.name, set(new.changes["change"]), len(new.shortlist)
    ('demo', {'same'}, 25)
    """

    changes: pd.DataFrame
    sites: gpd.GeoDataFrame
    shortlist: gpd.GeoDataFrame
    opportunities: gpd.GeoDataFrame
    result: Result
    run: Path


def rerank(project: Project | Path | str, *, run: Path | str | None = None, out: Path | str | None = None) -> Reranked:
    """Rank what a finished run measured as the project now says: ranks (1 = first), scores (0–1), bands, shortlist.

    The tables ``[weights]``, ``[gates]``, ``[ranking]``, ``[opportunities]``, ``[shortlist]`` and others that no
    measurement rests on may have changed since; the ranking is the one :func:`siteprior.run` would come to, to the
    last digit. Of the files the run has read nothing is read again.

    Parameters
    ----------
    project
        A project file or a loaded project.
    run
        The folder of its run; by default the project's own in ``outputs``, else the newest there that has measured
        what the project states.
    out
        A folder of its own to write ``ranking.csv``, ``shortlist.gpkg`` and ``run.json`` to, with the tables of the run
        that ranks do not touch, for :func:`siteprior.open_run`; nothing is written when ``None``.

    Returns
    -------
    Reranked

    Raises
    ------
    ProjectError, InputError
        When the project cannot be used, there is no run of it, the run measured something else (``[sources]``,
        ``[evidence]``, ``[corridors]``, ``[access]``, ``[layers]``, ``[assumptions]``, the days and the seed), or a
        criterion or gate needs what it has not measured; every fault at once.
    OutputError
        When the folder cannot be written.

    Warns
    -----
    RunWarning
        When files of the run, siteprior or its numbers have changed since the run, or the ranking is none.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> project = sp.load_project(shipped("data") / "demo.toml")
    >>> fewer = project.model_copy(update={"shortlist": project.shortlist.model_copy(update={"n": 10})})
    >>> new = sp.rerank(fewer, run=sp.demo(out="outputs/demo"))
    >>> new.changes["change"].value_counts().to_dict()
    {'same': 178, 'leaves': 15}
    """
    loaded = project if isinstance(project, Project) else load_project(project)
    source = run_of(loaded, run)
    folder = None if out is None else _own_folder(as_path(out, name="out", what="a folder"), source)
    done, before = _ranked(loaded, source)
    notices = [*since_the_run(loaded, source), *order_notices(done)]
    places_before = int(source.record["counts"]["shortlist"])
    changes = ranking_changes(before, done.sites, places=loaded.shortlist.n, places_before=places_before)
    why = pd.Series(why_changed(changes.index, before, done.sites), index=changes.index, dtype="str")
    changes["why"] = why.mask(changes["change"] == "same", "")
    if folder is not None:
        write_ranking(done, source, folder, notices=notices)
    for sentence in notices:
        warnings.warn(sentence, RunWarning, stacklevel=callers_level())
    return Reranked(changes, done.sites, done.shortlist, done.opportunities, done, source.folder)


def _ranked(project: Project, source: Source) -> tuple[Result, gpd.GeoDataFrame]:
    """Return the result of the ranking stages on what the run measured, and the sites as the run ranked them."""
    stages = ranking_stages(project, source)
    result, before = read_measured(project, source, stages)
    first = [stage for stage in stages if stage.part != "rank"]
    faults = AllFaults()
    for stage in first:
        with faults.kept():
            result = run_stages(result, [stage])
    with faults.kept():
        if lacking := unmeasured(result, source):
            raise InputError(*lacking)
    faults.refuse()
    return run_stages(result, [stage for stage in stages if stage not in first]), before


def _own_folder(out: Path, source: Source) -> Path:
    """Return the folder to write, or refuse one in which a run stands: its report would be of another ranking."""
    of_a_run = (out / RECORD).is_file() and RANKED_FROM not in read_record(out / RECORD)
    if of_a_run or out.resolve() == source.folder.resolve():
        raise InputError(
            f"{out}: is the folder of a run, whose report and tables are of its own ranking; name another with --out"
        )
    return out
