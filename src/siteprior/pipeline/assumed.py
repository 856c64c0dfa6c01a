"""What `[assumptions]` names, against what the files hold: layers of the values needed, and registers there are."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from siteprior.core.errors import ProjectError, unknown
from siteprior.pipeline.few_sites import stands_in
from siteprior.pipeline.result import Result
from siteprior.pipeline.stand_ins import STANDS_IN
from siteprior.project.layer_uses import FLAGS, SHARES, layer_uses

SHOWN = 3
"""Values named in one sentence, at most."""


def refuse_unfit(result: Result) -> None:
    """Refuse assumptions that what was read cannot serve, as ``run`` and ``check`` both do; of all at once.

    Raises
    ------
    ProjectError
        When a layer named for town centres holds other words than yes and no, one named for former uses a number that
        is no share, or an employment use is stated for a register there is not; with the line and the key.
    """
    faults = [*_layer_faults(result), *_register_faults(result)]
    if faults:
        raise ProjectError(*faults)


def _layer_faults(result: Result) -> list[str]:
    """Return which layers hold what their use has no place for, as far as they are measured."""
    assumptions, measured = result.project.assumptions, result.columns.get("layers", pd.DataFrame())
    faults = []
    for use in layer_uses(dict(assumptions)):
        if use.layer not in measured:
            continue
        values = measured[use.layer].dropna()
        unfit = values[:0]
        if use.needs == FLAGS:
            unfit = values[~values.isin(["yes", "no"])]
        elif use.needs == SHARES:
            unfit = values[~values.between(0, 1)]
        if len(unfit):
            found = ", ".join(f"{value:g}" if use.needs == SHARES else str(value) for value in unfit.unique()[:SHOWN])
            text = (
                f"needs {use.needs}, but layer '{use.layer}' holds {found} at {len(unfit):,} of {len(measured):,} "
                "sites; name another layer, or mend its column"
            )
            faults.append(result.project.at(use.at, text))
    return faults


def _register_faults(result: Result) -> list[str]:
    """Return which registers an employment use is stated for that the project has not."""
    project, stated = result.project, result.project.assumptions.employment_use
    if not isinstance(stated, Mapping):
        return []
    # A list that is refused elsewhere has its name all the same.
    known = {*result.sites_merged["register"].dropna(), *(own.name for own in project.sources.own_sites if own.name)}
    known -= {name for name in known if name.startswith(STANDS_IN)}
    at = ("assumptions", "employment_use")
    if not known or stands_in(result):
        return []
    return [project.at((*at, name), unknown("register", name, known)) for name in stated if name not in known]
