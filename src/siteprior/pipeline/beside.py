"""What a run does in a second process, beside the first: stages that do not need each other, pictures, the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from itertools import takewhile
from types import MappingProxyType
from typing import Any

from siteprior.core.code_join import CodeJoin
from siteprior.core.code_version import is_own
from siteprior.core.errors import SitePriorError
from siteprior.core.parameters import registered_files
from siteprior.core.progress import Progress, no_progress
from siteprior.core.second_process import SecondProcess, enough_cores
from siteprior.pipeline.kept_stages import added, foreign, noted, seen_in_part, with_added
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.rank import choose_criteria
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.pipeline.stage import Stage, has
from siteprior.pipeline.stages import STAGES, run_stages
from siteprior.project.load import Project
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.gates import GATES
from siteprior.sources.registry import discover

_STAYS = ("postcodes", "sites_read", "own_polygons")
"""Results that only reading and merging the sites take."""

_MADE_THERE = ("criteria_known", "gates_known", "weights")
"""Results that hold functions: the second process makes them from the project."""

_ADDED_TO = ("joins", "issue_tables", "provenance")
"""Results that stages add to."""


def second_process() -> SecondProcess:
    """Return a second process that loads what a run needs, where there is a core for it and it can do the same.

    What a user's script registered is not there in another process: then there is none.
    """
    second = SecondProcess(start=enough_cores() and not _registered(), reducers=_REDUCERS)
    if second.started:
        second.begin(_load)
    return second


def run_with(
    second: SecondProcess, result: Result, stages: Sequence[Stage], *, progress: Progress, what: str
) -> Result:
    """Run stages, those that may in the second process: from when what they need is there till it is needed here.

    Where no programme is chosen, which takes the longest, what sets out the results is done here.

    Returns
    -------
    Result
        As :func:`siteprior.pipeline.stages.run_stages` returns it.
    """
    there, here = parted(stages, programme=result.project.programme is not None)
    if not there:
        return run_stages(result, here, progress=progress, what=what)
    before, meanwhile, after = around(there, here)
    result = run_stages(result, before, progress=progress, what=what)
    job = second.begin(_stages, result, [stage.name for stage in there])
    done = run_stages(result, meanwhile, progress=progress, what=what)
    made, joins, log, asked = second.result(job, progress)
    own = noted(result.project)
    own.extend([name for name in asked if name not in own])
    done = with_added(done, made).with_joins(joins).with_log(log)
    return run_stages(done, after, progress=progress, what=what)


def around(there: Sequence[Stage], here: Sequence[Stage]) -> tuple[list[Stage], list[Stage], list[Stage]]:
    """Return the stages done here before those of the second process begin, meanwhile, and after them."""
    made = {name for stage in there for name in stage.adds}
    needs = {name for stage in there for name in stage.needs} - made
    first = max((number for number, stage in enumerate(here, 1) if needs & set(stage.adds)), default=0)
    meanwhile = list(takewhile(lambda stage: not made & set(stage.needs), here[first:]))
    return list(here[:first]), meanwhile, list(here[first + len(meanwhile) :])


def parted(stages: Sequence[Stage], *, programme: bool) -> tuple[list[Stage], list[Stage]]:
    """Return the stages for the second process and those for this one; ``programme`` is whether one is chosen here."""
    there = [stage for stage in stages if stage.beside and (programme or stage.part == "rank")]
    return there, [stage for stage in stages if stage not in there]


def _registered() -> bool:
    """Return whether anything was registered outside siteprior: a source, a signal, a criterion, a gate, a number."""
    judged = [each.measure for each in CRITERIA.values()] + [each.test for each in GATES.values()]
    return foreign() or bool(registered_files()) or not all(map(is_own, judged))


def _load(_progress: Progress) -> None:
    """Load what the jobs need."""
    import matplotlib.figure  # noqa: F401

    from siteprior.ranking import band_parts, smaa  # noqa: F401
    from siteprior.report.charts import rank_bands  # noqa: F401
    from siteprior.report.html import report  # noqa: F401
    from siteprior.report.html.render import load_templates
    from siteprior.report.maps import catchments, core_index, overview, strip  # noqa: F401

    discover()
    load_templates("report")


def _stages(
    result: Result, names: Sequence[str], progress: Progress
) -> tuple[dict[str, Any], tuple[CodeJoin, ...], ReadLog, list[str]]:
    """Run stages by name; return what they have made, joined, read, and asked of settings withheld."""
    try:
        done = run_stages(result, [stage for stage in STAGES if stage.name in names], progress=progress)
    except SitePriorError:
        if not (asked := noted(result.project)):
            raise
        return {"columns": {}}, (), ReadLog(), asked
    made = {name: part for name, part in added(result, done).items() if name not in _ADDED_TO}
    new = slice(len(result.issue_tables), None), slice(len(result.provenance), None)
    log = ReadLog(issues=list(done.issue_tables[new[0]]), provenance=list(done.provenance[new[1]]))
    return made, done.joins, log, noted(result.project)


def _packed(result: Result) -> tuple[Any, ...]:
    """Return how a result travels to another process: what there is of it, without what the other has or can make."""
    parts = {each.name: getattr(result, each.name) for each in fields(result)}
    left = {*(_STAYS if has(result, "sites_merged") else ()), *_MADE_THERE, "project", "columns"}
    there = {name: part for name, part in parts.items() if part is not NOT_YET and name not in left}
    return _unpacked, (result.project, there, dict(result.columns))


def _unpacked(project: Project, parts: Mapping[str, Any], columns: Mapping[str, Any]) -> Result:
    """Return a result that has come from another process."""
    discover()
    result = replace(Result(project), **parts, columns=MappingProxyType(dict(columns)))
    return result if seen_in_part(project) else choose_criteria(result, no_progress)


_REDUCERS = MappingProxyType({Result: _packed, MappingProxyType: lambda view: (MappingProxyType, (dict(view),))})
