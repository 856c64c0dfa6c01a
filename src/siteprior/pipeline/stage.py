"""What a stage of the work is, and what there is of a result: the parts :mod:`siteprior.pipeline.stages` is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from siteprior.core.progress import Progress
from siteprior.pipeline.result import NOT_YET, Result

AS_IT_IS, AGAIN, LEFT_OUT = "as it is", "again", "left out"
"""What becomes of a stage under a scenario: its results stay, it is run again, or they are left out."""


@dataclass(frozen=True)
class Stage:
    """One stage of the work.

    Attributes
    ----------
    name
        What it does, in plain words.
    needs, adds
        Names of results (attributes of :class:`siteprior.pipeline.result.Result`) that have to be there, and that it
        makes; ``columns.walks`` is the group of columns ``walks`` of the sites. Each stage may read the project.
    run
        From a result, and what progress is reported to, to the result with what the stage adds.
    part
        ``read``, ``join``, ``appraise``, ``rank`` or ``detail``.
    columns
        The columns its group adds to the sites; ``<layer>`` stands for one per layer of the project, ``<registered>``
        for those of registered sources and evidence, ``c_<criterion>`` for one per criterion with a weight.
    scenarios
        What becomes of it under a scenario: :data:`AS_IT_IS`, :data:`AGAIN` or :data:`LEFT_OUT`.
    kept
        Whether its results may be kept between runs (:mod:`siteprior.pipeline.kept_stages`); one that only takes up
        settings is run each time.
    beside
        Whether it may run in a second process while those after it run here that are not.
    """

    name: str
    needs: tuple[str, ...]
    adds: tuple[str, ...]
    run: Callable[[Result, Progress], Result]
    part: str
    columns: tuple[str, ...] = ()
    scenarios: str = AS_IT_IS
    kept: bool = True
    beside: bool = False


def group_of(stage: Stage) -> str | None:
    """Return the group of columns a stage adds to the sites; ``None`` where it adds none."""
    return next((name.removeprefix("columns.") for name in stage.adds if name.startswith("columns.")), None)


def has(result: Result, name: str) -> bool:
    """Return whether a result is there: an attribute, or as ``columns.<group>`` a group of columns."""
    if name.startswith("columns."):
        return name.removeprefix("columns.") in result.columns
    return getattr(result, name) is not NOT_YET
