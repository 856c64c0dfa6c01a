"""What each measured column rests on, and so which causes a change of it may have: data, settings or method.

A run records its files, settings and numbers, not what each site would have been without one of them. A change of a
measured value is therefore put down to a cause only where the records leave no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.pipeline.comparison.decided import fields_decided
from siteprior.pipeline.comparison.differences import CAUSES, DATA, METHOD, SETTINGS, Differences
from siteprior.pipeline.comparison.two_runs import SEPARATOR, TwoRuns

REGISTER_ROLES = frozenset({"register", "own sites", "site facts", "shapes", "postcodes", "boundaries", "decisions"})
"""Roles of the files a site's own facts are read from; a decision of the team counts as one."""

DECIDED = "decisions"
"""The role of the files of decisions."""

ALL = "*"
"""Stands for every role, table, day or file of numbers."""

TOGETHER = ("opportunities", "ranking", "gates")
"""Tables of the project file, and files of numbers, that say which plots are ranked as one."""

NEAR_M, NEAR = 0.05, 1e-9
"""Places and numbers that differ by less are the same: files hold metres to a decimetre."""


class Rests(NamedTuple):
    """What a group of columns rests on.

    Attributes
    ----------
    facts
        Columns of the site's own entry in the register.
    roles
        Roles of other input files.
    settings
        Tables of the project file.
    dates
        Days of the project.
    numbers
        Files of siteprior's own numbers.
    """

    facts: tuple[str, ...]
    roles: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


_PLACE = ("easting", "northing")
_SIZE = ("hectares", "minimum_net_dwellings", "maximum_net_dwellings")
_READ = ("registers", "duplicates", "shapes")
_STOPS = ("stops", "openings", "streets", "elevation")
_WALKS = ("access", "streets", "shapes", "joins", *_READ)

FACTS = tuple(
    column.name
    for column in schema.REGISTER.columns
    if column.name not in ("file", "row", "notes", "site_plan_url", "also_known_as", "possible_duplicates", "register")
)
"""Columns of a site's own entry that something may rest on."""

_ANY = Rests(FACTS, (ALL,), (ALL,), (ALL,), (ALL,))
_OWN = {
    "place": Rests(_PLACE, (), ("sources",), (), _READ),
    "size": Rests(_SIZE, (), ("sources",), (), _READ),
    "stage": Rests(("development_status",), (), ("sources",), (), _READ),
    "end": Rests(("end_date",), (), ("sources",), ("as_of",), _READ),
    "area": Rests(_PLACE, ("areas",), ("sources",), (), ("joins", *_READ)),
    "deprivation": Rests(_PLACE, ("areas", "deprivation"), ("sources",), (), ("deprivation", "joins", *_READ)),
    "walk": Rests(_PLACE, _STOPS, ("access", "sources"), ("network_date",), _WALKS),
    "corridor": Rests(
        _PLACE, (*_STOPS, "corridors"), ("access", "corridors", "sources"), ("network_date",), ("corridors", *_WALKS)
    ),
    "index": Rests(
        _PLACE, (*_STOPS, "timetable"), ("access", "sources"), ("network_date",), ("ptal", "timetables", *_WALKS)
    ),
    "homes": Rests(
        (*_SIZE, *_PLACE), (*_STOPS, "timetable"), ("assumptions", "access", "sources"), ("network_date",),
        ("capacity", "profiles", "ptal", *_WALKS),
    ),
}  # fmt: skip

_GROUP_OF = {
    **dict.fromkeys((*_PLACE, "coordinate_confidence"), "place"),
    **dict.fromkeys(_SIZE, "size"),
    "development_status": "stage",
    "end_date": "end",
    "lsoa_code": "area",
    **{column.name: "deprivation" for column in schema.DEPRIVATION_COLUMNS},
    **dict.fromkeys(("walk_m", "bus_walk_m"), "walk"),
    "corridor_walk_m": "corridor",
    **{c.name: "index" for c in schema.SITE_PTAL_COLUMNS if c.name.startswith("access_index")},
    "capacity_dwellings": "homes",
}


def rests_on(column: str) -> Rests:
    """Return what a column rests on; anything may be behind one that is not listed, such as a layer of the user's own.

    Examples
    --------
    >>> rests_on("corridor_walk_m").settings
    ('access', 'corridors', 'sources')
    >>> rests_on("failure_strength").roles
    ('*',)
    """
    return _OWN.get(_GROUP_OF.get(column, ""), _ANY)


def possible_causes(two: TwoRuns, found: Differences, columns: Iterable[str], *, alone: bool = False) -> pd.DataFrame:
    """Mark for each site of both runs which causes a change of what rests on some columns may have.

    Parameters
    ----------
    two
        The runs.
    found
        What differs between their records.
    columns
        The columns a criterion or a gate needs.
    alone
        Whether the site's own entry alone counts; else those of the plots it is ranked with, too.

    Returns
    -------
    DataFrame
        ``data``, ``settings`` and ``method``, each yes (True) or no, on the sites both runs have.
    """
    rests = [rests_on(column) for column in columns]
    if not rests:
        raise InputError("columns: none given; name those a criterion or a gate needs")
    both = two.sites_b.index.intersection(two.sites_a.index)
    facts = list(dict.fromkeys(name for each in rests for name in each.facts))
    differ = facts_differ(two, facts)
    others = pd.Series(False, index=both)
    if not alone:
        differ, others = _of_members(two, differ, both)
    reads_other = bool(found.roles & REGISTER_ROLES)
    given = bool(_named(found.roles, rests, "roles") or _named(found.dates, rests, "dates"))
    numbers = {name.partition(".")[0] for name in found.parameters}
    stated = bool(_named(found.settings, rests, "settings"))
    measured = found.version or bool(_named(numbers - {"weights", "criteria", "gates"}, rests, "numbers"))
    causes = {
        DATA: differ.reindex(both, fill_value=False).astype(bool) & reads_other | given | (others & reads_other),
        SETTINGS: others & bool(found.settings & {*TOGETHER}) | stated,
        METHOD: others & bool(numbers & {*TOGETHER}) | measured,
    }
    return pd.DataFrame(causes, index=both, columns=list(CAUSES))


def by_decisions(two: TwoRuns, found: Differences, columns: Iterable[str]) -> pd.Series:
    """Mark the sites of both runs at which the data of some columns differ by the team's decisions on facts alone.

    The facts that differ at the site, and at the plots it is ranked with, are those the team overrides otherwise, and
    nothing else the columns rest on differs. A site moved by a decision on another is not marked.

    Parameters
    ----------
    two
        The runs.
    found
        What differs between their records.
    columns
        The columns a criterion or a gate needs.
    """
    rests = [rests_on(column) for column in columns]
    both = two.sites_b.index.intersection(two.sites_a.index)
    decided = fields_decided(two)
    if not decided or _named(found.roles - {DECIDED}, rests, "roles") or _named(found.dates, rests, "dates"):
        return pd.Series(False, index=both)
    apart = pd.Series(False, index=both)
    for name in dict.fromkeys(name for each in rests for name in each.facts):
        own = pd.Series([name in decided.get(str(site), ()) for site in both], index=both, dtype=bool)
        apart |= facts_differ(two, [name]) & ~own
    apart, others = _of_members(two, apart, both)
    touched, _ = _of_members(two, pd.Series(both.isin(list(decided)), index=both), both)
    read_alike = not found.roles & (REGISTER_ROLES - {DECIDED})
    return touched & ~apart & (~others | read_alike)


def facts_differ(two: TwoRuns, facts: Iterable[str]) -> pd.Series:
    """Mark the sites of both runs whose own entries state something else in one of the columns.

    A place counts as another from half a decimetre.
    """
    both = two.sites_b.index.intersection(two.sites_a.index)
    a, b = two.sites_a.loc[both], two.sites_b.loc[both]
    differ = pd.Series(False, index=both)
    for name in facts:
        if name not in a or name not in b:
            continue
        one, other = a[name], b[name]
        if pd.api.types.is_numeric_dtype(one) and pd.api.types.is_numeric_dtype(other):
            near = NEAR_M if name in _PLACE else NEAR
            apart = (one.astype("float64") - other.astype("float64")).abs() > near
        else:
            apart = one.astype("object").where(one.notna(), None).ne(other.astype("object").where(other.notna(), None))
            apart &= one.notna() | other.notna()
        differ |= apart.fillna(False).astype(bool) | (one.notna() != other.notna())
    return differ


def _of_members(two: TwoRuns, differ: pd.Series, both: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Carry what differs over to the plots ranked together, and mark the sites ranked together with others now."""
    members = [_members(sites).reindex(both) for sites in (two.sites_a, two.sites_b)]
    a, b = ({site: {*ids} for site, ids in each.items() if isinstance(ids, list)} for each in members)
    others = pd.Series([a.get(site, {site}) != b.get(site, {site}) for site in both], index=both, dtype=bool)
    changed = set(differ.index[differ])
    carried = [bool(changed & (a.get(site, {site}) | b.get(site, {site}))) for site in both]
    return pd.Series(carried, index=both, dtype=bool), others


def _members(sites: pd.DataFrame) -> pd.Series:
    """Return the ids of the plots each site is ranked with, as lists."""
    if "members" not in sites:
        return pd.Series(None, index=sites.index, dtype="object")
    return sites["members"].astype("object").map(lambda ids: str(ids).split(SEPARATOR), na_action="ignore")


def _named(differ: Iterable[str], rests: Iterable[Rests], part: str) -> set[str]:
    """Return what differs and one of the columns rests on."""
    asked = {name for each in rests for name in getattr(each, part)}
    unrelated = {"weights", "shortlist", "gates", *TOGETHER} if part in ("settings", "numbers") else set()
    return {name for name in differ if name in asked or (ALL in asked and name not in unrelated)}
