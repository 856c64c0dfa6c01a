"""Who benefits: the homes and sites of a shortlist and a programme, by deprivation decile and council."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siteprior.core.councils import council_name
from siteprior.core.errors import InputError
from siteprior.pipeline.comparison.two_runs import AnyRun, opened
from siteprior.pipeline.opened_run import Run

DECILE, COUNCIL = BY = ("deprivation decile", "council")
"""What the areas are grouped by."""

COUNTS = ("sites", "homes", "homes_unknown")
LISTS = ("shortlist", "programme")

NOT_KNOWN = "not known"


def who_benefits(
    run_a: AnyRun, run_b: AnyRun | None = None, *, population: Mapping[str, float] | pd.Series | None = None
) -> pd.DataFrame:
    """Count the homes and sites of each run's shortlist and programme by deprivation decile and by council.

    Parameters
    ----------
    run_a, run_b
        Runs or their folders, the earlier first; one alone when ``run_b`` is ``None``.
    population
        Residents by LSOA code. The areas of a run carry none: without, each LSOA counts one, and
        the share is that of the LSOAs, which are drawn to hold about 1,500 residents each.

    Returns
    -------
    DataFrame
        One row per group: ``by`` (``deprivation decile``, ``council``), ``group``, and for each
        run (``_a``, ``_b``) ``areas``, ``areas_share`` (0–1: of residents where given, else of
        LSOAs), and of ``shortlist`` and ``programme`` ``_sites``, ``_homes``, ``_homes_unknown``
        and ``_homes_share`` (0–1). Nothing of a programme where a run has none.

    Raises
    ------
    InputError
        When a folder holds no run, or ``population`` lacks an area.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> table = sp.who_benefits(folder)
    >>> table.groupby("by")["shortlist_sites_a"].sum().to_dict()
    {'council': 25, 'deprivation decile': 25}
    """
    given = {"run_a": run_a} | ({} if run_b is None else {"run_b": run_b})
    runs = [opened(run, name=name) for name, run in given.items()]
    parts = [_of_run(run, population).add_suffix(f"_{side}") for run, side in zip(runs, "ab", strict=False)]
    table = pd.concat(parts, axis=1)
    table.index = pd.MultiIndex.from_tuples(table.index, names=["by", "group"])
    order = sorted(table.index, key=lambda row: (BY.index(row[0]), row[1] == NOT_KNOWN, len(row[1]), row[1])
                   if row[0] == DECILE else (BY.index(row[0]), row[1] == NOT_KNOWN, 0, row[1]))  # fmt: skip
    table = table.loc[order].reset_index()
    whole = [str(name) for name in table if str(name).endswith(tuple(f"_{c}_{s}" for c in COUNTS for s in "ab"))]
    whole += [str(name) for name in table if str(name).startswith("areas_") and not str(name).startswith("areas_share")]
    table[whole] = table[whole].fillna(0).astype("int64")
    return table.fillna({name: 0.0 for name in table if "_share_" in str(name)})


def _of_run(run: Run, population: Mapping[str, float] | pd.Series | None) -> pd.DataFrame:
    """Return the counts of one run, on pairs of what areas are grouped by and the group."""
    residents = _residents(run.areas, population)
    lists: dict[str, pd.DataFrame] = {"shortlist": run.shortlist}
    programme = run["programme"] if "programme" in run else pd.DataFrame()
    if len(programme):
        lists["programme"] = programme
    tables = []
    for by in BY:
        area = _groups(run, by)
        table = pd.DataFrame(
            {"areas": area.value_counts(), "areas_share": residents.groupby(area).sum() / residents.sum()}
        )
        for name, sites in lists.items():
            table = table.join(_counted(sites, run.sites, by, run).add_prefix(f"{name}_"), how="outer")
        table.index = pd.Index([(by, str(group)) for group in table.index], tupleize_cols=False)
        tables.append(table)
    return pd.concat(tables)


def _groups(run: Run, by: str) -> pd.Series:
    """Return the group of each area, by LSOA code."""
    areas = run.areas.set_index("lsoa_code")
    if by == DECILE:
        return _decile(areas["imd_decile"])
    return _council(areas["district_code"], run)


def _decile(values: pd.Series) -> pd.Series:
    """Return deciles as text; not known where missing."""
    return values.astype("Int64").astype("str").where(values.notna(), NOT_KNOWN)


def _council(codes: pd.Series, run: Run) -> pd.Series:
    """Return councils by name."""
    names = run.record.get("organisations", {})
    return codes.map(lambda code: names.get(code) or council_name(str(code)), na_action="ignore").fillna(NOT_KNOWN)


def _counted(chosen: pd.DataFrame, sites: pd.DataFrame, by: str, run: Run) -> pd.DataFrame:
    """Count the opportunities of a list and their homes by group: by the area each one's largest plot lies in."""
    rows = sites.reindex(chosen.index)
    group = _decile(rows["imd_decile"]) if by == DECILE else _council(rows["organisation"], run)
    column = "opportunity_dwellings" if "opportunity_dwellings" in chosen else "capacity_dwellings"
    homes = chosen[column].astype("float64")
    table = pd.DataFrame({"sites": 1, "homes": homes.fillna(0), "homes_unknown": homes.isna().astype(int)})
    counted = table.groupby(group.to_numpy()).sum()
    total = counted["homes"].sum()
    return counted.assign(homes_share=counted["homes"] / total if total else np.nan)


def _residents(areas: pd.DataFrame, population: Mapping[str, float] | pd.Series | None) -> pd.Series:
    """Return the residents of each area; one each where none are given."""
    codes = pd.Index(areas["lsoa_code"])
    if population is None:
        return pd.Series(1.0, index=codes)
    given = pd.Series(population, dtype="float64").reindex(codes)
    if given.isna().any():
        lacking = given.index[given.isna()]
        raise InputError(
            f"population: lacks {len(lacking):,} of {len(codes):,} areas, such as {lacking[0]}; give residents by LSOA "
            "code for all areas of the run"
        )
    return given
