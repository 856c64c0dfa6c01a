"""Two records of one site made one: both references kept, blanks filled, every difference logged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import geopandas as gpd
import pandas as pd

from siteprior.core.issues import IssueLog
from siteprior.core.schema import DUPLICATES, REGISTER, as_kind, check
from siteprior.registers.matching.cells import Cell, format_cell
from siteprior.registers.references import origin_of

OWN = frozenset(
    {
        "reference", "organisation", "organisation_name", "register", "file", "row", "also_known_as",
        "possible_duplicates", "original_x", "original_y", "coordinate_system", "repair", "coordinate_confidence",
        "other_readings", "easting", "northing", "hectares_basis",
    }
)  # fmt: skip
"""What a record keeps for itself: its name, its origin and its place, and what :data:`FOLLOWS` moves."""

OWN_IDS = ("also_known_as", "possible_duplicates")

ATTRIBUTES = tuple(column.name for column in REGISTER.columns if column.name not in OWN)
"""What a record takes from the others of its site, in declared order."""

DEPENDS = {
    "planning_permission_type": "planning_permission_status", "planning_permission_date": "planning_permission_type",
}  # fmt: skip
"""Attributes that mean something only beside another: filled only where the two records agree on that one."""

FOLLOWS = {"hectares": "hectares_basis"}
"""Attributes that are taken together with what they rest on."""


def merge_duplicates(sites: gpd.GeoDataFrame, pairs: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Merge the certain pairs and flag the others: one row per site, no reference lost.

    Of two records the one last updated wins, then the one with more attributes, then the lower ``site_id``. What the
    winner leaves blank is taken from the other; where they differ the winner's stands; the issues list both. A record
    is merged only into one it forms a certain pair with itself.

    Parameters
    ----------
    sites
        :data:`siteprior.core.schema.REGISTER` rows on the index ``site_id``.
    pairs
        From :func:`siteprior.registers.matching.find_duplicates.find_duplicates`; pairs of sites that are not in the
        table are passed over.

    Returns
    -------
    tuple
        The sites in their order without those merged into another, ``also_known_as`` and ``possible_duplicates``
        filled (``;`` between ids), and the issues.

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
    check(pairs, DUPLICATES, name="pairs")
    valid = pairs[pairs["site_a"].isin(sites.index) & pairs["site_b"].isin(sites.index)]
    certain = valid.loc[valid["confidence"] == "certain", ["site_a", "site_b"]]
    ranked = _rank(sites, certain.to_numpy().ravel())
    into = _winners(ranked, certain)
    columns = [*OWN_IDS, *ATTRIBUTES, *FOLLOWS.values()]
    values = sites.loc[ranked, columns].astype(object).itertuples(index=False, name=None)
    records: dict[str, dict[str, Cell]] = {
        site: dict(zip(columns, row, strict=True)) for site, row in zip(ranked, values, strict=True)
    }
    log = IssueLog()
    changed: dict[str, dict[str, Cell]] = {}
    losers_of: dict[str, list[str]] = {}
    for site in ranked:
        if site in into:
            losers_of.setdefault(into[site], []).append(site)
    for winner, losers in sorted(losers_of.items()):
        changed[winner] = _merge_records(sites, records, winner, losers, log)
    flagged = sites["possible_duplicates"].dropna()
    for site, flags in _flags(dict(zip(flagged.index, flagged, strict=True)), valid, into).items():
        changed.setdefault(site, {})["possible_duplicates"] = flags
    merged: gpd.GeoDataFrame = sites.copy()
    for column in REGISTER.columns:
        new = {site: row[column.name] for site, row in changed.items() if column.name in row}
        if new:
            filled = merged[column.name].astype(object)
            filled.loc[list(new)] = pd.Series(new, dtype=object)
            merged[column.name] = as_kind(filled, column.kind, merged.index)
    return merged.drop(index=list(into)), log.table()


def _rank(sites: gpd.GeoDataFrame, among: Iterable[str]) -> list[str]:
    """Return some sites in the order in which they win: last updated, most attributes, lowest id first."""
    some = sites.loc[sites.index.isin(list(among))]
    rank = pd.DataFrame(
        {
            "updated": some["entry_date"].fillna(pd.Timestamp.min.as_unit("s")),
            "attributes": some[list(ATTRIBUTES)].notna().sum(axis=1),
            "site": some.index,
        },
        index=some.index,
    )
    return list(rank.sort_values(["updated", "attributes", "site"], ascending=[False, False, True]).index)


def _winners(ranked: list[str], certain: pd.DataFrame) -> dict[str, str]:
    """Return for every site that is merged the one it is merged into."""
    partners: dict[str, set[str]] = {}
    for one, other in _pairs(certain):
        partners.setdefault(one, set()).add(other)
        partners.setdefault(other, set()).add(one)
    into: dict[str, str] = {}
    merged: set[str] = set()
    for site in ranked:
        if site in merged:
            continue
        losers = partners[site] - merged
        merged |= losers | {site}
        into.update(dict.fromkeys(losers, site))
    return into


def _merge_records(
    sites: gpd.GeoDataFrame, records: dict[str, dict[str, Cell]], winner: str, losers: list[str], log: IssueLog
) -> dict[str, Cell]:
    """Return the winner's record filled from the losers, best first; log what was filled and what differs."""
    record = dict(records[winner])
    known_as = _ids(record["also_known_as"])
    for loser in losers:
        other = records[loser]
        known_as += [loser, *_ids(other["also_known_as"])]
        file, row = origin_of(sites, loser)
        log.add(
            "reference values are not unique", file=file, row=row, field="reference", value=loser,
            action=f"the same site as {winner}; merged with it", site_id=winner,
        )  # fmt: skip
        for name in ATTRIBUTES:
            value = other[name]
            if pd.isna(value) or _same(record[name], value):
                continue
            leader = DEPENDS.get(name)
            if pd.notna(record[name]):
                action = f"{loser} differs; kept {format_cell(record[name])}"
            elif leader is None or _agree(record[leader], other[leader]):
                record[name] = value
                if name in FOLLOWS:
                    record[FOLLOWS[name]] = other[FOLLOWS[name]]
                action = f"taken from {loser}, merged with this site"
            else:
                action = f"left blank, though {loser} states it: the two differ on {leader}"
            log.add(
                "combined-value", file=file, row=row, field=name, value=format_cell(value), action=action,
                site_id=winner,
            )  # fmt: skip
    return {**record, "also_known_as": "; ".join(sorted(set(known_as)))}


def _flags(stated: dict[str, str], pairs: pd.DataFrame, into: dict[str, str]) -> dict[str, str | None]:
    """Return for every possible duplicate, or site merged with one, those it may be one with, by their ids now."""
    flags: dict[str, set[str]] = {}
    for site, others in stated.items():
        flags.setdefault(into.get(site, site), set()).update(into.get(other, other) for other in _ids(others))
    for a, b in _pairs(pairs):
        one, other = into.get(a, a), into.get(b, b)
        flags.setdefault(one, set()).add(other)
        flags.setdefault(other, set()).add(one)
    return {site: "; ".join(sorted(others - {site})) or None for site, others in flags.items()}


def _pairs(pairs: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Go through the pairs of ids."""
    return zip(pairs["site_a"], pairs["site_b"], strict=True)


def _ids(joined: Cell) -> list[str]:
    """Return the ids of a joined list."""
    return joined.split("; ") if isinstance(joined, str) and joined else []


def _same(one: Cell, other: Cell) -> bool:
    """Return whether two stated values are the same."""
    return bool(pd.notna(one) and pd.notna(other) and one == other)


def _agree(one: Cell, other: Cell) -> bool:
    """Return whether two records state the same value, or both none."""
    return _same(one, other) or bool(pd.isna(one) and pd.isna(other))
