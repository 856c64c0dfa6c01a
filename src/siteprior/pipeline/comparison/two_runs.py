"""Two runs, opened and brought under one set of site ids: those of the later run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.files import as_path
from siteprior.core.issues import IssueLog
from siteprior.core.short_repr import short_repr
from siteprior.pipeline.manifest import open_run
from siteprior.pipeline.opened_run import Run
from siteprior.registers.matching.link_versions import LINKED_BY, link_versions

AnyRun: TypeAlias = Run | Path | str

NEEDS = ("site_name", "rank", "score", "eligible", "gate_reasons")
"""The columns a ranking is compared by: a run published for others lacks some of them."""

SAME_ID, EARLIER_ID, BY_PLACE = MATCHED_BY = ("same id", "earlier id", "place and name")
"""How a site of one run was found to be one of the other."""

SEPARATOR = "; "
"""What stands between ids and codes in one cell."""


@short_repr
class TwoRuns(NamedTuple):
    """Two runs and which site of the earlier is which of the later.

    Attributes
    ----------
    a, b
        The earlier and the later run.
    sites_a, sites_b
        Their sites; those of the earlier under the ids they have in the later, where they are the same site.
    parts
        Sites of the earlier run that the later lists in parts, by its register history, each with its parts.
    names
        One row per site of either run, on its ``site_id`` (of the later run where it is there): ``site_id_a`` and
        ``site_id_b``, missing where a run has no such site, and ``matched_by``: ``same id``, ``earlier id`` (the
        later run's register history names it) or ``place and name``; blank for a site of one run alone.
    """

    a: Run
    b: Run
    sites_a: gpd.GeoDataFrame
    sites_b: gpd.GeoDataFrame
    names: pd.DataFrame
    parts: Mapping[str, list[str]]


def read_two_runs(run_a: AnyRun, run_b: AnyRun) -> TwoRuns:
    """Open two runs and match their sites: by id, by the later run's register history, then by place and name.

    Raises
    ------
    InputError
        When a folder holds no run, or a run has no ranking: it was published for others than the team itself.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> read_two_runs(folder, folder).names["matched_by"].unique().tolist()
    ['same id']
    """
    a, b = (opened(run, name=name) for run, name in ((run_a, "run_a"), (run_b, "run_b")))
    for run in (a, b):
        if lacking := [name for name in NEEDS if name not in run.sites]:
            raise InputError(
                f"{run.folder}: is not the ranking of a run; it lacks {', '.join(lacking)}; a run published for a "
                "partner or the public has no ranks: compare the internal runs"
            )
    linked = _linked(a, b)
    new_name = dict(zip(linked["site_id_a"], linked["site_id_b"], strict=True))
    sites_a = _renamed(a.sites, new_name)
    names = _names(a.sites.index, b.sites.index, linked)
    return TwoRuns(a, b, sites_a, b.sites, names, _parts(sites_a.index, b.sites))


def opened(run: AnyRun, *, name: str) -> Run:
    """Return a run that is open, or open its folder.

    Raises
    ------
    InputError
        When it is neither, or the folder holds no run.

    Examples
    --------
    >>> opened(3, name="run_a")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: run_a: needs the path of a run's folder, got 3; give a str or a Path
    """
    return run if isinstance(run, Run) else open_run(as_path(run, name=name, what="a run's folder"))


def cell(table: pd.DataFrame, site: str, column: str) -> Any:  # what a cell may hold
    """Return one cell; ``None`` where there is no such site or column.

    Examples
    --------
    >>> cell(pd.DataFrame({"rank": [1]}, index=["a"]), "a", "rank"), cell(pd.DataFrame(), "a", "rank")
    (np.int64(1), None)
    """
    return table[column].get(site) if column in table else None


def lead_in_b(two: TwoRuns, site: str) -> str | None:
    """Return what a site of the earlier run is ranked as in the later, itself or in parts; ``None`` where nowhere."""
    for each in (site, *two.parts.get(site, ())):
        if each in two.sites_b.index and pd.notna(cell(two.sites_b, each, "rank")):
            lead = cell(two.sites_b, each, "ranked_as")
            return str(lead) if pd.notna(lead) else each
    return None


def _parts(of_a: pd.Index, sites_b: pd.DataFrame) -> dict[str, list[str]]:
    """Return the parts in which the later run lists sites of the earlier that it does not list whole."""
    if "previously_part_of" not in sites_b:
        return {}
    nearest = sites_b["previously_part_of"].dropna().astype("str").str.split(SEPARATOR).str[0]
    gone = set(of_a.difference(sites_b.index))
    parts: dict[str, list[str]] = {}
    for part, whole in nearest.sort_index().items():
        if whole in gone:
            parts.setdefault(whole, []).append(str(part))
    return parts


def _linked(a: Run, b: Run) -> pd.DataFrame:
    """Return which sites of either run alone are one site: ``site_id_a``, ``site_id_b``, ``matched_by``."""
    gone = a.sites.index.difference(b.sites.index)
    new = b.sites.index.difference(a.sites.index)
    rows = list[tuple[str, str, str]]()
    if "earlier_ids" in b.sites:
        earlier = b.sites.loc[new, "earlier_ids"].dropna().astype("str").str.split(SEPARATOR).explode()
        earlier = earlier[earlier.isin(gone) & ~earlier.duplicated(keep=False)]
        rows += [(one, str(site), EARLIER_ID) for site, one in earlier.items()]
    gone, new = gone.difference([one for one, _, _ in rows]), new.difference([other for _, other, _ in rows])
    rows += [(one, other, BY_PLACE) for one, other in _by_place(a, b, gone, new).items()]
    table = pd.DataFrame(rows, columns=["site_id_a", "site_id_b", "matched_by"])
    return table[~table["site_id_a"].duplicated() & ~table["site_id_b"].duplicated()].reset_index(drop=True)


def _by_place(a: Run, b: Run, gone: pd.Index, new: pd.Index) -> dict[str, str]:
    """Match what is left as vintages of a register are: by another spelling of the reference, by place and name."""
    if gone.empty or new.empty or not set(LINKED_BY) <= {*a.sites.columns} & {*b.sites.columns}:
        return {}
    earlier, later = date.fromisoformat(a.record["as_of"]), date.fromisoformat(b.record["as_of"])
    later = max(later, earlier + timedelta(days=1))  # two vintages have two days
    councils = link_versions([(earlier, a.sites.loc[gone]), (later, b.sites.loc[new])], IssueLog("comparison"))
    return {site.first.id: site.last.id for each in councils for site in each.sites if len(site.observations) > 1}


def _renamed(sites: gpd.GeoDataFrame, new_name: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return the sites under new ids, in the index and wherever a column names a site."""
    if not new_name:
        return sites
    renamed = sites.rename(index=dict(new_name))
    for column in ("ranked_as", "counted_in"):
        if column in renamed:
            renamed[column] = renamed[column].replace(dict(new_name))
    if "members" in renamed:
        many = renamed["members"].str.split(SEPARATOR)
        renamed["members"] = many.map(
            lambda ids: SEPARATOR.join(new_name.get(each, each) for each in ids), na_action="ignore"
        )
    return renamed


def _names(of_a: pd.Index, of_b: pd.Index, linked: pd.DataFrame) -> pd.DataFrame:
    """Return one row per site of either run with its ids in both."""
    later = pd.Series(of_b, index=of_b)
    new_name = linked.set_index("site_id_a")["site_id_b"]
    earlier = pd.Series(of_a, index=of_a.map(lambda site: new_name.get(site, site)))
    index = pd.Index(sorted({*later.index, *earlier.index}), name="site_id", dtype="str")
    table = pd.DataFrame({"site_id_a": earlier.reindex(index), "site_id_b": later.reindex(index)}, index=index)
    basis = linked.set_index("site_id_b")["matched_by"].reindex(index)
    same = table["site_id_a"].notna() & table["site_id_b"].notna()
    table["matched_by"] = np.where(same, basis.fillna(SAME_ID), "")
    return table.astype("str").where(table.notna())
