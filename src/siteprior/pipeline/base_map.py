"""The user's own tiles in a run: cut to the study area with what is read, so that a bad file is refused at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from siteprior.core.all_faults import AllFaults
from siteprior.core.files import record
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.progress import Progress
from siteprior.pipeline.faults import placed
from siteprior.pipeline.few_sites import stands_in
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.result import Result

ROLE = "base map"
"""The role of the archive among the inputs."""


def read_base_map(result: Result, progress: Progress) -> Result:
    """Cut the project's base map to the study area; none where the project names none, or no areas could be read.

    Raises
    ------
    InputError
        When the archive cannot be used, or holds nothing of the area.
    """
    from siteprior.report.base_map.cut import cut_base_map
    from siteprior.report.interactive.geometry import DEGREES

    entry, log, faults, cut = result.project.publish.basemap, ReadLog.of(result.project), AllFaults(), None
    if entry is None or stands_in(result):
        return replace(result, base_map=None)
    progress("Cutting the base map")
    with faults.kept(), placed(result.project, entry):
        path, label = result.project.find_one(entry)
        made = cut_base_map(path, result.areas.to_crs(DEGREES).total_bounds.tolist(), file=label)
        origin = record(path, role=ROLE, file=label, rows=made.tiles, attribution=made.attribution)
        cut = log.add(ROLE, entry, Reading(made, IssueLog(label).table(), (origin,)))
        if entry.attribution:  # what the project states goes before what the file says of itself
            cut = replace(cut, attribution=entry.attribution)
    faults.refuse_or_go_on()
    return replace(result.with_log(log), base_map=cut)


def base_map_notices(result: Result) -> Iterator[str]:
    """Yield what of the base map is left out, or is not there."""
    from siteprior.pipeline.stage import has

    if has(result, "base_map") and result.base_map is not None:
        yield from result.base_map.messages
