"""Two records of one site made one: both references kept, blanks filled, every difference told."""

from __future__ import annotations

from typing import Any

import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.issues import IssueLog
from siteprior.core.schema import REGISTER, as_kind, check
from siteprior.registers.matching.find_duplicates import CONFIDENCES, PAIR_COLUMNS

OWN = frozenset(
    {
        "reference", "organisation", "register", "file", "row", "also_known_as", "possible_duplicates", "original_x",
        "original_y", "coordinate_system", "repair", "coordinate_confidence", "other_readings", "easting", "northing",
    }
)  # fmt: skip
"""What a record keeps for itself: its name, its origin and its place."""

OWN_IDS = ("also_known_as", "possible_duplicates")

FACTS = tuple(column.name for column in REGISTER.columns if column.name not in OWN)
"""What records of one site tell each other, in declared order."""

DEPENDS = {
    "planning_permission_type": "planning_permission_status", "planning_permission_date": "planning_permission_type",
}  # fmt: skip
"""Facts that mean something only beside another: filled only where the two records agree on that one."""


def merge_duplicates(sites: Any, pairs: pd.DataFrame) -> tuple[Any, pd.DataFrame]:
    """Merge the certain pairs and flag the others: one row per site, no reference lost.

    Of two records the one last updated wins, then the one with more facts, then the lower ``site_id``. What the winner
    leaves blank is taken from the other; where they differ the winner's stands; both is said in the issues. A record
    is merged only into one it forms a certain pair with itself.

    Parameters
    ----------
    sites
        :data:`siteprior.core.schema.REGISTER` rows on the index ``site_id``.
    pairs
        From :func:`siteprior.registers.matching.find_duplicates.find_duplicates`; pairs of sites that are not in the
        table are
        passed over.

    Returns
    -------
    tuple
        The sites in their order without those merged into another, ``also_known_as`` and ``possible_duplicates``
        filled (``; `` between ids), and the issues.

    Raises
    ------
    InputError
        When the tables are not as described.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from siteprior.core.schema import conform
    >>> from siteprior.registers.matching.find_duplicates import find_duplicates
    >>> rows = pd.DataFrame(
    ...     {"site_name": ["Old Mill, Mill Rd", "Old Mill, Mill Road"], "notes": [None, "Derelict"]},
    ...     index=pd.Index(["E1:A", "E1:B"], name="site_id"),
    ... )
    >>> rows = rows.assign(hectares=0.5, minimum_net_dwellings=20)
    >>> table = conform(gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy([0, 3], [0, 4]), crs=27700), REGISTER)
    >>> merged, issues = merge_duplicates(table, find_duplicates(table))
    >>> merged["also_known_as"].to_dict(), issues["issue_type"].tolist()
    ({'E1:B': 'E1:A'}, ['reference values are not unique', 'combined-value'])
    """
    check(sites, REGISTER, name="sites")
    _check_pairs(pairs)
    held = pairs[pairs["site_a"].isin(sites.index) & pairs["site_b"].isin(sites.index)]
    order = _order(sites, held.loc[held["confidence"] == "certain", ["site_a", "site_b"]].to_numpy().ravel())
    into = _winners(order, held)
    kept = [*OWN_IDS, *FACTS]
    records = {site: dict(zip(kept, row, strict=True)) for site, row in _rows(sites.loc[order, kept])}
    origin = dict(_rows(sites.loc[order, ["file", "row"]]))
    log = IssueLog()
    changed: dict[str, dict[str, Any]] = {}
    losing: dict[str, list[str]] = {}
    for site in order:
        if site in into:
            losing.setdefault(into[site], []).append(site)
    for winner, losers in sorted(losing.items()):
        changed[winner] = _absorb(records, origin, winner, losers, log)
    for site, flags in _flags(sites["possible_duplicates"].dropna().to_dict(), held, into).items():
        changed.setdefault(site, {})["possible_duplicates"] = flags
    return _with(sites, changed).drop(index=list(into)), log.table()


def _rows(table: Any) -> Any:
    """Yield each site with its values as plain objects."""
    return zip(table.index, table.astype(object).itertuples(index=False, name=None), strict=True)


def _with(sites: Any, changed: dict[str, dict[str, Any]]) -> Any:
    """Return a copy of the sites with the changed values, every column of its kind."""
    table = sites.copy()
    for column in REGISTER.columns:
        values = {site: row[column.name] for site, row in changed.items() if column.name in row}
        if values:
            filled = table[column.name].astype(object)
            filled.loc[list(values)] = pd.Series(values, dtype=object)
            table[column.name] = as_kind(filled, column.kind, table.index)
    return table


def _check_pairs(pairs: Any) -> None:
    """Refuse a table that is not one of pairs."""
    missing = [name for name in PAIR_COLUMNS if name not in getattr(pairs, "columns", ())]
    if missing:
        raise InputError(f"pairs: lacks the columns {', '.join(missing)}; find_duplicates gives them all")
    strange = sorted(set(pairs["confidence"]) - set(CONFIDENCES))
    if strange:
        raise InputError(*(unknown("confidence", str(word), CONFIDENCES, where="pairs") for word in strange))


def _order(sites: Any, among: Any) -> list[str]:
    """Return the sites among some, those that win first."""
    some = sites.loc[sites.index.isin(list(among))]
    rank = pd.DataFrame(
        {
            "updated": some["entry_date"].fillna(pd.Timestamp.min.as_unit("s")),
            "facts": some[list(FACTS)].notna().sum(axis=1),
            "site": some.index,
        },
        index=some.index,
    )
    return list(rank.sort_values(["updated", "facts", "site"], ascending=[False, False, True]).index)


def _winners(order: list[str], pairs: pd.DataFrame) -> dict[str, str]:
    """Return for every site that is merged the one it is merged into."""
    certain: dict[str, set[str]] = {}
    for one, other in pairs.loc[pairs["confidence"] == "certain", ["site_a", "site_b"]].itertuples(index=False):
        certain.setdefault(one, set()).add(other)
        certain.setdefault(other, set()).add(one)
    into: dict[str, str] = {}
    taken: set[str] = set()
    for site in order:
        if site in taken:
            continue
        losers = certain[site] - taken
        taken |= losers | {site}
        into.update(dict.fromkeys(losers, site))
    return into


def _absorb(
    records: dict[str, dict[str, Any]], origin: dict[str, Any], winner: str, losers: list[str], log: IssueLog
) -> dict[str, Any]:
    """Return the winner's record filled from the losers, best first; tell what was filled and what differs."""
    facts = dict(records[winner])
    known = _ids(facts["also_known_as"])
    for loser in losers:
        other = records[loser]
        known += [loser, *_ids(other["also_known_as"])]
        file, row = _text(origin[loser][0]), _row(origin[loser][1])
        log.add(
            "reference values are not unique", file=file, row=row, field="reference", value=loser,
            action=f"the same site as {winner}; merged with it", site_id=winner,
        )  # fmt: skip
        for name in FACTS:
            value = other[name]
            if pd.isna(value) or _same(facts[name], value):
                continue
            leader = DEPENDS.get(name)
            if pd.notna(facts[name]):
                action = f"{loser} differs; kept {_text(facts[name])}"
            elif leader is None or _agree(facts[leader], other[leader]):
                facts[name] = value
                action = f"taken from {loser}, merged with this site"
            else:
                action = f"left blank, though {loser} states it: the two differ on {leader}"
            log.add("combined-value", file=file, row=row, field=name, value=_text(value), action=action, site_id=winner)
    return {**facts, "also_known_as": "; ".join(sorted(set(known)))}


def _flags(stated: dict[str, str], pairs: pd.DataFrame, into: dict[str, str]) -> dict[str, str | None]:
    """Return for every site with a doubt, or merged with one, those it may be one with, by the ids they have now."""
    flags: dict[str, set[str]] = {}
    for site, others in stated.items():
        flags.setdefault(into.get(site, site), set()).update(into.get(other, other) for other in _ids(others))
    for one, other in pairs[["site_a", "site_b"]].itertuples(index=False):
        now, then = into.get(one, one), into.get(other, other)
        flags.setdefault(now, set()).add(then)
        flags.setdefault(then, set()).add(now)
    return {site: "; ".join(sorted(others - {site})) or None for site, others in flags.items()}


def _ids(joined: Any) -> list[str]:
    """Return the ids of a joined list."""
    return joined.split("; ") if isinstance(joined, str) and joined else []


def _same(one: Any, other: Any) -> bool:
    """Tell whether two stated facts are the same."""
    return bool(pd.notna(one) and pd.notna(other) and one == other)


def _agree(one: Any, other: Any) -> bool:
    """Tell whether two records say the same of a fact, or both nothing."""
    return _same(one, other) or bool(pd.isna(one) and pd.isna(other))


def _text(value: Any) -> str:
    """Return a fact as it is told in the issues."""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return "" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)


def _row(value: Any) -> int | None:
    """Return a record number."""
    return None if pd.isna(value) else int(value)
