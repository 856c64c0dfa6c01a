"""Plots of one site found and joined: what is bought once is one opportunity, with the reason and its confidence.

Two sites are joined where something says that they are parts of one and they lie near: one was listed as part of the
other, their references or names are those of plots, they share a planning application. Nearness alone joins nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import REGISTER, SITE_SHAPES, check
from siteprior.registers.matching.similarity import (
    Name,
    disc_radius_m,
    fold,
    read_name,
    reference_key,
    same_marks,
    similarity,
    sub_references,
)

LINK_COLUMNS = ("site_a", "site_b", "gap_m", "reasons", "confidence", "joined")
"""Columns of the pairs looked at: two sites, metres between their shapes, why they may be one, how sure, and whether
they stand in one opportunity (yes or no), be it through others."""

NEEDS = (
    "reference", "organisation", "site_name", "hectares", "minimum_net_dwellings", "planning_permission_history",
    "development_description", "notes",
)  # fmt: skip

STATED, LIKELY, POSSIBLE = "stated", "likely", "possible"
CONFIDENCES = (STATED, LIKELY, POSSIBLE)
"""How sure it is that two sites are parts of one, the surest first; a *possible* pair is listed and not joined."""

_APPLICATION = re.compile(
    r"(?<!\d)(?<!\d[/.-])"  # no part of a date: 01/12/2019
    r"(?!(?:0?[1-9]|1[0-2]|(?:19|20)\d\d)/(?:19|20)\d\d(?![\d/]))"  # no month of a year, nor two years
    r"((?:19|20)?\d\d)/(\d{3,6})(?![\d])"
)
_PART = re.compile(
    r"\b(?:plots?|phases?|blocks?|parcels?|zones?|areas?|parts?|sites?|units?)\W+(?:nos?\W+)?"
    r"(?:\d+[a-z]?|[a-z]|[ivx]+|one|two|three|four|five|six|seven|eight|nine|ten)(?:\W+(?:and|&|to|-)\W+\d+)?\b"
)


class Opportunities(NamedTuple):
    """What was found: the opportunity of each site, and the pairs that were looked at.

    Attributes
    ----------
    members
        On the index of the sites: ``opportunity_id``, ``opportunity_sites`` (number of sites), ``opportunity_reason``
        and ``opportunity_confidence`` (missing where the site stands alone).
    links
        One row per pair, columns :data:`LINK_COLUMNS`, sorted by both sites.
    """

    members: pd.DataFrame
    links: pd.DataFrame


def find_opportunities(
    sites: gpd.GeoDataFrame,
    *,
    shapes: gpd.GeoDataFrame | None = None,
    join: Iterable[Sequence[str]] = (),
    split: Iterable[Sequence[str]] = (),
) -> Opportunities:
    """Find the sites that are plots of one site: an opportunity id per site, and the pairs with gaps in metres.

    A pair is *likely*, and joined, where the two lie within ``reach_m`` of each other, edge to edge, and

    - one was part of the other, or both of a third, in an earlier register (``previously_part_of``), or
    - their references are those of two parts (``N594A``, ``N594B``), or
    - their names are one but for a plot, phase or block (``Campus, Plot 6`` and ``Plot 7``), or the very same, or
    - they share a planning application of one council.

    It is *possible*, and listed alone, where their shapes touch or overlap and their names resemble each other. What
    the caller states goes before everything: ``join`` joins at any distance, and no two sites of one ``split`` ever
    stand in one opportunity. An opportunity bears the id of its largest site, by hectares, then homes.

    Parameters
    ----------
    sites
        :data:`siteprior.core.schema.REGISTER` rows on the index ``site_id``, certain duplicates merged;
        ``previously_part_of`` counts where it is there.
    shapes
        Shapes in EPSG:27700 on the index ``site_id``; a site without one counts as the disc of its hectares.
    join, split
        Lists of site ids that are one opportunity, or that are to stay apart.

    Returns
    -------
    Opportunities
        The members and the links; the same whatever the order of the rows.

    Raises
    ------
    InputError
        When the tables are not as described, a list names a site that is not there or fewer than two, or two lists
        contradict each other.

    Notes
    -----
    Numbers: ``parameters/opportunities.toml``. An application is a number in the register's form, year/number, in the
    permission history, the description or the notes.

    Examples
    --------
    >>> from siteprior.core.schema import conform
    >>> names = ["Old Works - Plot 1, Mill Rd", "Old Works - Plot 2, Mill Rd", "Canal Wharf"]
    >>> rows = pd.DataFrame({"site_name": names, "hectares": [0.4, 0.6, 1.0]},
    ...     index=pd.Index(["E1:A", "E1:B", "E1:C"], name="site_id")).assign(organisation="E1")
    >>> table = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy([0, 90, 200], [0, 0, 0]), crs=27700)
    >>> members, links = find_opportunities(conform(table, REGISTER))
    >>> members["opportunity_id"].tolist(), links[["gap_m", "reasons"]].values.tolist()
    (['E1:B', 'E1:B', 'E1:C'], [[10.6, 'names of parts of one site']])
    """
    check(sites, REGISTER, name="sites", needs=NEEDS)
    table = sites.sort_index()
    joined, apart = _stated(table.index, join, split)
    facts = _Facts(table, shapes)
    links = _links(facts, joined)
    groups = _Groups(table.index, apart)
    done = [groups.unite(link.a, link.b) if link.confidence != POSSIBLE else False for link in links]
    rows = [
        (
            table.index[link.a], table.index[link.b], link.gap_m, link.reasons, link.confidence,
            "yes" if groups.of[link.a] == groups.of[link.b] else "no",
        )
        for link in links
    ]  # fmt: skip
    listed = pd.DataFrame(rows, columns=list(LINK_COLUMNS)).sort_values(["site_a", "site_b"], ignore_index=True)
    kinds = dict.fromkeys(("site_a", "site_b", "reasons", "confidence", "joined"), "str") | {"gap_m": "float64"}
    return Opportunities(_members(table, groups, links, done).reindex(sites.index), listed.astype(kinds))


class _Link(NamedTuple):
    """Two sites by their position, metres between them, why they may be one, and how sure that is."""

    a: int
    b: int
    gap_m: float
    reasons: str
    confidence: str


class _Facts:
    """What is compared of the sites, in the order of the table."""

    def __init__(self, table: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame | None) -> None:
        self.ids = table.index.tolist()
        self.shapes = _shapes(table, shapes)
        self.council = table["organisation"].where(table["organisation"].notna(), None).tolist()
        references = table["reference"].where(table["reference"].notna(), "")
        self.references = [reference_key(str(text)) for text in references]
        self.names = [read_name(text) for text in table["site_name"]]
        self.stems = [_stem(text) for text in table["site_name"]]
        texts = table[["planning_permission_history", "development_description", "notes"]].astype("str").fillna("")
        self.applications = [
            frozenset(_applications(" ".join(row))) for row in texts.itertuples(index=False, name=None)
        ]
        parent = table["previously_part_of"] if "previously_part_of" in table else pd.Series(None, index=table.index)
        self.parents = [frozenset(text.split("; ")) if isinstance(text, str) else frozenset[str]() for text in parent]


def _shapes(table: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame | None) -> np.ndarray:
    """Return each site's shape, else the disc of its hectares, else its point; ``None`` where it has no place."""
    points = table.geometry.to_numpy()
    discs = shapely.buffer(
        shapely.centroid(points), disc_radius_m(table["hectares"].to_numpy(dtype=float, na_value=np.nan)),
        quad_segs=load_parameters("shapes").integer("disc_segments"),
    )  # fmt: skip
    drawn = np.where(shapely.is_empty(discs), points, discs).astype(object)
    if shapes is not None:
        check(shapes, SITE_SHAPES, name="shapes", needs=())
        given = np.asarray(shapes.geometry[~shapes.index.duplicated()].reindex(table.index))
        drawn = np.where(shapely.is_missing(given) | shapely.is_empty(given), drawn, given)
    drawn[shapely.is_empty(drawn)] = None
    return drawn


def _applications(text: str) -> list[str]:
    """Return the planning applications a text names, as year/number: what stands before or behind is not compared.

    Examples
    --------
    >>> _applications("2019/04567/PA renewed as PL/19/04567 on 01/12/2019, completed 12/2019, plan 2019/2020")
    ['19/4567', '19/4567']
    """
    return [f"{year[-2:]}/{int(number)}" for year, number in _APPLICATION.findall(text)]


def _stem(text: str | float | None) -> Name | None:
    """Return a name without the words of its plot, phase or block; ``None`` where it names none.

    Examples
    --------
    >>> _stem("Former Campus - Plot 7, Perry Barr").key, _stem("7 Mill Road")
    ('fmr campus perry barr', None)
    """
    if not isinstance(text, str) or not _PART.search(fold(text)):
        return None
    return read_name(_PART.sub(" ", fold(text)))


class _Rule(NamedTuple):
    """A reason two near sites are parts of one, the confidence it gives, and the pairs it holds of."""

    reason: str
    confidence: str
    applies: Callable[[_Facts, int, int], bool]


def _one_was_part(facts: _Facts, a: int, b: int) -> bool:
    whole = facts.parents[a] & facts.parents[b]
    return bool(whole or facts.ids[a] in facts.parents[b] or facts.ids[b] in facts.parents[a])


def _parts_by_reference(facts: _Facts, a: int, b: int) -> bool:
    return facts.council[a] == facts.council[b] and sub_references(facts.references[a], facts.references[b])


def _parts_by_name(facts: _Facts, a: int, b: int) -> bool:
    """Say whether two names are one but for the plot: at least one names a plot, and the rest is one name."""
    if facts.stems[a] is None and facts.stems[b] is None:
        return False
    one, other = facts.stems[a] or facts.names[a], facts.stems[b] or facts.names[b]
    return _one_name(one, other)


def _same_name(facts: _Facts, a: int, b: int) -> bool:
    return facts.council[a] == facts.council[b] and _one_name(facts.names[a], facts.names[b])


def _one_name(one: Name | None, other: Name | None) -> bool:
    """Say whether two names are one, and long enough not to be so by chance."""
    numbers = load_parameters("duplicates")
    if one is None or other is None or not same_marks(one, other):
        return False
    long = min(len(name.key) - name.key.count(" ") for name in (one, other)) >= numbers.number("name_letters")
    return long and similarity(one, other) >= numbers.number("alike")


def _share_application(facts: _Facts, a: int, b: int) -> bool:
    return facts.council[a] == facts.council[b] and bool(facts.applications[a] & facts.applications[b])


def _resemble(facts: _Facts, a: int, b: int) -> bool:
    return similarity(facts.names[a], facts.names[b]) >= load_parameters("duplicates").number("resembling")


RULES = (
    _Rule("one was part of the other, or both of a third, in an earlier register", LIKELY, _one_was_part),
    _Rule("references of two parts", LIKELY, _parts_by_reference),
    _Rule("names of parts of one site", LIKELY, _parts_by_name),
    _Rule("the same name", LIKELY, _same_name),
    _Rule("one planning application", LIKELY, _share_application),
)
"""What joins two sites that lie within ``reach_m``; all that apply are stated."""


def _links(facts: _Facts, joined: Mapping[tuple[int, int], str]) -> list[_Link]:
    """Return the pairs that are or may be parts of one site: stated first, then the surest, then the nearest."""
    numbers = load_parameters("opportunities")
    reach, touching = numbers.number("reach_m"), numbers.number("touching_m")
    links = {pair: _Link(*pair, _gap(facts, *pair), why, STATED) for pair, why in joined.items()}
    for a, b in _near(facts, reach):
        if (a, b) in links:
            continue
        reasons = [rule.reason for rule in RULES if rule.applies(facts, a, b)]
        if not reasons and not _resemble(facts, a, b):  # of most pairs no gap is measured
            continue
        gap = _gap(facts, a, b)
        if reasons:
            links[a, b] = _Link(a, b, gap, "; ".join(reasons), LIKELY)
        elif gap <= touching:
            links[a, b] = _Link(a, b, gap, "shapes touch; names resemble each other", POSSIBLE)
    return sorted(links.values(), key=lambda link: (CONFIDENCES.index(link.confidence), link.gap_m, link.a, link.b))


def _gap(facts: _Facts, a: int, b: int) -> float:
    """Return the metres between two shapes, to a decimetre; ``nan`` where one has no place."""
    return round(float(shapely.distance(facts.shapes[a], facts.shapes[b])), 1)


def _near(facts: _Facts, reach_m: float) -> list[tuple[int, int]]:
    """Return the pairs within a distance, edge to edge, the lower position first, sorted."""
    places = np.flatnonzero(~shapely.is_missing(facts.shapes))
    shapes = facts.shapes[places]
    if not len(shapes):
        return []
    around = shapely.bounds(shapes) + np.array([-reach_m, -reach_m, reach_m, reach_m])
    pairs = shapely.STRtree(shapes).query(shapely.box(*around.T))
    one, other = pairs[:, pairs[0] < pairs[1]]  # each pair is measured once
    shapely.prepare(shapes)
    near = shapely.dwithin(shapes[one], shapes[other], reach_m)
    return sorted(zip(places[one[near]].tolist(), places[other[near]].tolist(), strict=True))


class _Groups:
    """Sites united step by step, those kept apart never in one group (disjoint sets)."""

    def __init__(self, ids: pd.Index, apart: Iterable[Sequence[int]]) -> None:
        self.of = list(range(len(ids)))
        self.sites = {place: [place] for place in self.of}
        self.apart = [frozenset(group) for group in apart]

    def unite(self, a: int, b: int) -> bool:
        """Unite the groups of two sites; return whether they are one now."""
        one, other = self.of[a], self.of[b]
        if one == other:
            return True
        both = {*self.sites[one], *self.sites[other]}
        if any(len(both & group) > 1 for group in self.apart):
            return False
        for place in self.sites[other]:
            self.of[place] = one
        self.sites[one] += self.sites.pop(other)
        return True


def _members(table: gpd.GeoDataFrame, groups: _Groups, links: list[_Link], done: list[bool]) -> pd.DataFrame:
    """Return the opportunity of each site, on the index of the table."""
    size = table[["hectares", "minimum_net_dwellings"]].astype("float64").fillna(-1.0).to_numpy().tolist()
    ids = table.index.tolist()
    named = {
        group: ids[min(places, key=lambda place: (-size[place][0], -size[place][1], place))]
        for group, places in groups.sites.items()
    }
    first: dict[int, _Link] = {}
    for link, one in zip(links, done, strict=True):
        if one:
            first.setdefault(link.a, link)
            first.setdefault(link.b, link)
    count = [len(groups.sites[group]) for group in groups.of]
    why = [first.get(place) for place in range(len(table))]
    return pd.DataFrame(
        {
            "opportunity_id": pd.Series([named[group] for group in groups.of], index=table.index, dtype="str"),
            "opportunity_sites": pd.Series(count, index=table.index, dtype="Int64"),
            "opportunity_reason": pd.Series([link.reasons if link else None for link in why], index=table.index,
                                            dtype="str"),
            "opportunity_confidence": pd.Series([link.confidence if link else None for link in why],
                                                index=table.index, dtype="str"),
        },
        index=table.index,
    )  # fmt: skip


def _stated(
    ids: pd.Index, join: Iterable[Sequence[str]], split: Iterable[Sequence[str]]
) -> tuple[dict[tuple[int, int], str], list[list[int]]]:
    """Return the pairs the caller joins, and the groups kept apart, by position; refuse what makes no sense."""
    place = {str(site): position for position, site in enumerate(ids)}
    faults, read = list[str](), dict[str, list[list[int]]]()
    for name, groups in (("join", join), ("split", split)):
        read[name] = []
        for number, group in enumerate(groups, 1):
            if isinstance(group, str) or len(set(group)) < 2:
                faults.append(f"{name}: list {number} needs two or more different site_ids, got {group!r}")
                continue
            faults += [
                f"{name}: list {number}: {unknown('site', str(site), place)}" for site in group if site not in place
            ]
            read[name].append(sorted(place[site] for site in dict.fromkeys(group) if site in place))
    for one in _connected(read["join"]):
        both = [sorted({*one} & {*other}) for other in read["split"]]
        faults += [
            f"{', '.join(str(ids[site]) for site in shared)}: are joined by join and kept apart by split; keep one"
            for shared in both
            if len(shared) > 1
        ]
    if faults:
        raise InputError(*faults)
    pairs = {(a, b): "stated" for group in read["join"] for a, b in pairwise(group)}
    return pairs, read["split"]


def _connected(groups: Iterable[Sequence[int]]) -> list[set[int]]:
    """Return lists that share a site as one.

    Examples
    --------
    >>> _connected([[1, 2], [3, 4], [2, 5]])
    [{3, 4}, {1, 2, 5}]
    """
    found: list[set[int]] = []
    for group in groups:
        touched = [other for other in found if other & {*group}]
        found = [other for other in found if other not in touched] + [{*group}.union(*touched)]
    return found
