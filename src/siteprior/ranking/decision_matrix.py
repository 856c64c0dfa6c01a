"""The decision matrix: sites × criteria as measured, in natural units, and their values of 0–1 on fixed anchors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from siteprior.core import schema
from siteprior.core.arguments import mapping_of, name_list
from siteprior.core.errors import InputError, SitePriorError, unknown
from siteprior.ranking.check_numbers import check_number_series, check_numbers
from siteprior.ranking.criteria import Criterion, anchor_pair, column_measure, known_criteria

_TABLE = schema.SITES.without_places()

SOURCE_OF = {column.name: "timetables" for column in schema.SITE_PTAL_COLUMNS}
"""By column, the key of ``[sources]`` without which a project has no such column at all: what else is read is missing
by site."""


def measure(
    sites: pd.DataFrame, names: str | Iterable[str], *, criteria: Mapping[str, Criterion] | None = None
) -> pd.DataFrame:
    """Measure sites on criteria: the decision matrix, sites × criteria, in natural units (metres, homes, per cent).

    Parameters
    ----------
    sites
        Sites, joined and appraised; index ``site_id``.
    names
        The criteria to measure, in the order of the columns; one or several.
    criteria
        The registry to look them up in; :data:`CRITERIA` when ``None``.

    Returns
    -------
    DataFrame
        One column of floats per criterion on the index of ``sites``; missing stays missing.

    Raises
    ------
    SitePriorError
        When a criterion is unknown.
    InputError
        When a column a criterion needs is missing, or its function answers on another index.

    Examples
    --------
    >>> sites = pd.DataFrame({"walk_m": [250.0, None]}, index=pd.Index(["a", "b"], name="site_id"))
    >>> measure(sites, ["station_access"])["station_access"].tolist()
    [250.0, nan]
    """
    wanted = list(dict.fromkeys(name_list(names, what="names")))
    criteria = known_criteria(criteria)
    refuse_unknown(wanted, criteria)
    needed = [column for name in wanted for column in criteria[name].needs]
    schema.check(sites, _TABLE, name="sites", needs=[], may_have=needed)
    refuse_lacking(sites, {name: criteria[name].needs for name in wanted})
    faults = []
    matrix = {}
    for name in wanted:
        try:
            values = criteria[name].measure(sites.copy(deep=False))  # what it writes there stays there
        except KeyError as fault:
            faults.append(f"criterion '{name}': its function reads {fault}, which the sites lack; declare it in needs")
            continue
        if not isinstance(values, pd.Series) or not values.index.equals(sites.index):
            faults.append(f"criterion '{name}': its function needs to return a Series on the index of the sites given")
            continue
        try:
            check_number_series(values, name=f"criterion '{name}': what its function returns", unique=False)
        except InputError as fault:
            faults.extend(fault.faults)
            continue
        matrix[name] = schema.as_kind(values, "number", sites.index)
    if faults:
        raise InputError(*faults)
    return pd.DataFrame(matrix, index=sites.index, columns=wanted)


def value(matrix: pd.DataFrame, *, criteria: Mapping[str, Criterion] | None = None) -> pd.DataFrame:
    """Turn measurements into values from 0 (worst anchor or beyond) to 1 (best anchor or beyond), linear between.

    The anchors are fixed, so a site's value never depends on which other sites are ranked; missing stays missing. What
    is measured may describe the site's neighbourhood, as area blight does, and depends on the rows read there.

    Parameters
    ----------
    matrix
        Sites × criteria in natural units, as :func:`measure` returns it.
    criteria
        The registry with the anchors; :data:`CRITERIA` when ``None``.

    Raises
    ------
    InputError
        When a row or a criterion stands twice, or a measurement is no finite number.
    SitePriorError
        When a criterion is unknown.

    Examples
    --------
    >>> matrix = pd.DataFrame({"corridor_access": [100.0, 400.0, 680.0, 960.0, 5000.0, None]})
    >>> value(matrix)["corridor_access"].round(2).tolist()
    [1.0, 1.0, 0.5, 0.0, 0.0, nan]
    """
    check_numbers(matrix, name="matrix")
    return valued(matrix, criteria=known_criteria(criteria))


def valued(matrix: pd.DataFrame, *, criteria: Mapping[str, Criterion]) -> pd.DataFrame:
    """Return what :func:`value` does, of measurements that were checked."""
    refuse_unknown(matrix.columns, criteria)
    refuse_unanchored(matrix.columns, criteria)
    columns = {}
    for name in matrix.columns:
        worst, best = criteria[name].worst, criteria[name].best
        # + 0.0 turns the −0.0 of a falling scale into 0.0
        columns[name] = ((matrix[name].astype("float64") - worst) / (best - worst)).clip(0, 1) + 0.0
    return pd.DataFrame(columns, index=matrix.index, columns=matrix.columns)


def anchored(
    anchors: Mapping[str, tuple[float, float]] | None, criteria: Mapping[str, Criterion]
) -> Mapping[str, Criterion]:
    """Return the criteria with anchors of the caller's own, worst first: of any column, or in place of those declared.

    Parameters
    ----------
    anchors
        ``{name: (worst, best)}`` in the unit of the column; where the worst is the larger, less is better.
    criteria
        The registry they are added to.

    Raises
    ------
    InputError
        When anchors are not two different numbers.

    Examples
    --------
    >>> from siteprior.ranking.criteria import CRITERIA
    >>> own = anchored({"canal_m": (500, 0), "corridor_access": (1500, 300)}, CRITERIA)
    >>> own["canal_m"].needs, own["corridor_access"].worst, own["corridor_access"].unit
    (('canal_m',), 1500.0, 'm')
    """
    if anchors is None:
        return criteria
    own, faults = dict(criteria), []
    for name, pair in mapping_of(anchors, name="anchors", of="criterion → (worst, best)").items():
        if not isinstance(name, str):
            faults.append(f"anchors: the name of a criterion is a text, not {name!r}; rename the column")
            continue
        ends = anchor_pair(pair)
        if ends is None:
            faults.append(f"anchors: '{name}' needs two different numbers, (worst, best), not {pair!r}")
            continue
        worst, best = ends
        if name in criteria:
            own[name] = replace(criteria[name], worst=worst, best=best, source="user", confidence="user")
        else:
            own[name] = Criterion(name, name, "own", "", worst, best, (name,), column_measure(name), source="user")
    if faults:
        raise InputError(*faults)
    return own


def refuse_lacking(sites: pd.DataFrame, needs: Mapping[str, Iterable[str]], *, part: str = "") -> None:
    """Refuse sites without the columns that criteria need, in one error for all."""
    lacking = {name: [column for column in columns if column not in sites.columns] for name, columns in needs.items()}
    faults = [
        f"sites: {part}criterion '{name}' needs the columns {', '.join(columns)}; {_in_project(columns)}run the join "
        f"or appraisal that adds them{schema.undeclared(columns, _TABLE)}"
        for name, columns in lacking.items()
        if columns
    ]
    if faults:
        raise InputError(*faults)


def _in_project(columns: Iterable[str]) -> str:
    """Say what a project file lacks for columns that come of a source of its own; blank where they come of none."""
    keys = list(dict.fromkeys(SOURCE_OF[column] for column in columns if column in SOURCE_OF))
    return f"name {' and '.join(keys)} in [sources], or put # before this weight; in a script " if keys else ""


def refuse_unanchored(names: Iterable[str], criteria: Mapping[str, Criterion]) -> None:
    """Refuse criteria that were registered without anchors, and got none since."""
    lacking = [name for name in names if not criteria[name].anchored]
    if lacking:
        listed = ", ".join(f"'{name}'" for name in lacking)
        what = f"criterion {listed}: has" if len(lacking) == 1 else f"criteria {listed}: have"
        raise InputError(
            f"{what} no anchors; give {anchors_to_give(lacking)} where sites are scored, or anchors=(worst, best) "
            "where each is registered"
        )


def anchors_to_give(names: Iterable[str]) -> str:
    """Return the argument that gives anchors to criteria, ready to be filled in.

    Examples
    --------
    >>> anchors_to_give(["canal_m", "noise_db"])
    "anchors={'canal_m': (worst, best), 'noise_db': (worst, best)}"
    """
    pairs = (f"'{name}': (worst, best)" for name in names)
    return f"anchors={{{', '.join(pairs)}}}"


def refuse_unknown(names: Iterable[str], criteria: Mapping[str, Criterion]) -> None:
    """Refuse names that are not in the registry, listing those that are."""
    faults = [unknown("criterion", str(name), criteria) for name in names if name not in criteria]
    if faults:
        raise SitePriorError(*faults)
