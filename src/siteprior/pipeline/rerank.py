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
from siteprior.pipeline.comparison.why import why_changed
from siteprior.pipeline.faults import faults_of
from siteprior.pipeline.measured import RANKED_FROM, Source, ranking_stages, read_measured, run_of, unmeasured
from siteprior.pipeline.notices import order_notices
from siteprior.pipeline.programme_asked import refuse_unknown_sites
from siteprior.pipeline.read_run import read_record
from siteprior.pipeline.registered import load_project
from siteprior.pipeline.result import Result
from siteprior.pipeline.since_the_run import since_the_run
from siteprior.pipeline.stages import run_stages
from siteprior.pipeline.write_ranking import write_ranking
from siteprior.project.load import Project
from siteprior.ranking.other_weights import ranking_changes
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
        The same with criteria, gates and weights, for what takes a result: ``sp.explain``, ``sp.ranking.reweight``. It
        has ``top_k_acceptability`` and ``programme`` where ``out`` is given, or the project asks for others than in
        the run; :func:`siteprior.acceptability` and :func:`siteprior.choose_programme` take it.
    run
        The folder of the run whose measurements were ranked.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> folder = sp.demo(out="outputs/demo")
    >>> new = sp.rerank(sp.load_project(shipped("data") / "demo.toml"), run=folder)
    >>> new.run == folder, set(new.changes["change"]), len(new.shortlist)
    (True, {'same'}, 25)
    """

    changes: pd.DataFrame
    sites: gpd.GeoDataFrame
    shortlist: gpd.GeoDataFrame
    opportunities: gpd.GeoDataFrame
    result: Result
    run: Path


def rerank(project: Project | Path | str, *, run: Path | str | None = None, out: Path | str | None = None) -> Reranked:
    """Rank a finished run again as the project now says (ranks, scores 0–1, bands): what another run would come to.

    Parameters
    ----------
    project
        A project file or a loaded project.
    run
        The folder of its run; else its own in ``outputs``, else the newest there that measured what it states.
    out
        A folder of its own to write, for :func:`siteprior.open_run`; ``None`` writes nothing.

    Returns
    -------
    Reranked

    Raises
    ------
    ProjectError, InputError, OutputError
        When the project or folder cannot be used, or the run measured something else; all at once.

    Warns
    -----
    RunWarning
        When files, siteprior or its numbers changed since the run, or no site passes.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> new = sp.rerank(shipped("data") / "demo.toml", run=sp.demo(out="outputs/demo"))
    >>> set(new.changes["change"]), len(new.shortlist)
    ({'same'}, 25)
    """
    loaded = project if isinstance(project, Project) else load_project(project)
    source = run_of(loaded, run)
    folder = None if out is None else _own_folder(as_path(out, name="out", what="a folder"), source)
    done, before = _ranked(loaded, source, whole=folder is not None)
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


def _ranked(project: Project, source: Source, *, whole: bool) -> tuple[Result, gpd.GeoDataFrame]:
    """Return the result of the ranking stages on what the run measured, and the sites as the run ranked them.

    How often each is shortlisted is counted, and a programme chosen, where all of it is written, or the project asks
    for other draws or another programme than in the run: both take longer than a ranking.
    """
    stages = ranking_stages(project, source)
    now, then = project.settings(), source.record["settings"]
    for table, made in (("robustness", "top_k_acceptability"), ("programme", "programme")):
        if not whole and now.get(table) == then.get(table):
            stages = tuple(stage for stage in stages if made not in stage.adds)
    result, before = read_measured(project, source, stages)
    first = [stage for stage in stages if stage.part != "rank"]
    faults = AllFaults()
    with faults.kept(), faults_of(project, "[programme]"):
        refuse_unknown_sites(project.programme, result.sites_merged.index)
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
