"""What a run does in a second process, beside the first: stages that do not need each other, pictures, the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import takewhile
from types import MappingProxyType
from typing import Any

from siteprior.core.parameters import registered_files
from siteprior.core.progress import Progress, no_progress
from siteprior.core.second_process import SecondProcess, enough_cores
from siteprior.pipeline.kept_stages import added, foreign, with_added
from siteprior.pipeline.rank import choose_criteria
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.pipeline.stage import Stage
from siteprior.pipeline.stages import STAGES, run_stages
from siteprior.project.load import Project
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.gates import GATES
from siteprior.sources.registry import discover

_STAYS = ("postcodes", "sites_read", "own_polygons")
"""Results that only reading and merging the sites take."""

_MADE_THERE = ("criteria_known", "gates_known", "weights")
"""Results that hold functions: the second process makes them from the project."""


def second_process() -> SecondProcess:
    """Return a second process that loads what a run needs, where there is a core for it and it can do the same.

    What a user's script registered is not there in another process: then there is none.
    """
    second = SecondProcess(start=enough_cores() and not _registered(), reducers=_REDUCERS)
    if second.started:
        second.begin(_load)
    return second


def run_with(second: SecondProcess, result: Result, stages: Sequence[Stage], *, progress: Progress) -> Result:
    """Run stages, those that may in the second process, beside the next ones here.

    Where no programme is chosen, which takes the longest, what sets out the results is done here.

    Returns
    -------
    Result
        As :func:`siteprior.pipeline.stages.run_stages` returns it.
    """
    what = "Ranking"
    before = list(takewhile(lambda stage: not stage.beside, stages))
    last = max((number for number, stage in enumerate(stages) if stage.beside), default=0)
    there, here = parted(stages[len(before) : last + 1], programme=result.project.programme is not None)
    result = run_stages(result, before, progress=progress, what=what)
    job = second.begin(_stages, result, [stage.name for stage in there])
    done = run_stages(result, here, progress=progress, what=what)
    made, joins = second.result(job, progress)
    done = with_added(done, made).with_joins(joins)
    return run_stages(done, stages[last + 1 :], progress=progress, what="Setting out")


def parted(stages: Sequence[Stage], *, programme: bool) -> tuple[list[Stage], list[Stage]]:
    """Return the stages for the second process and those for this one; ``programme`` is whether one is chosen here."""
    there = [stage for stage in stages if stage.beside and (programme or stage.part == "rank")]
    return there, [stage for stage in stages if stage not in there]


def _registered() -> bool:
    """Return whether anything was registered outside siteprior: a source, a signal, a criterion, a gate, a number."""
    judged = [each.measure for each in CRITERIA.values()] + [each.test for each in GATES.values()]
    return foreign() or bool(registered_files()) or any(not _own(function) for function in judged)


def _own(function: Callable[..., Any]) -> bool:
    """Return whether a function is one of siteprior's."""
    return function.__module__.startswith("siteprior.")


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


def _stages(result: Result, names: Sequence[str], progress: Progress) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """Run stages by name; return what they have made, and the joins."""
    done = run_stages(result, [stage for stage in STAGES if stage.name in names], progress=progress)
    return {name: part for name, part in added(result, done).items() if name != "joins"}, done.joins


def _packed(result: Result) -> tuple[Any, ...]:
    """Return how a result travels to another process: what there is of it, without what the other has or can make."""
    parts = {each.name: getattr(result, each.name) for each in fields(result)}
    left = {*_STAYS, *_MADE_THERE, "project", "columns"}
    there = {name: part for name, part in parts.items() if part is not NOT_YET and name not in left}
    return _unpacked, (result.project, there, dict(result.columns))


def _unpacked(project: Project, parts: Mapping[str, Any], columns: Mapping[str, Any]) -> Result:
    """Return a result that has come from another process."""
    discover()
    result = replace(Result(project), **parts, columns=MappingProxyType(dict(columns)))
    return choose_criteria(result, no_progress)


_REDUCERS = MappingProxyType({Result: _packed, MappingProxyType: lambda view: (MappingProxyType, (dict(view),))})
