"""One site under two references, or in two councils' files: found, explained, and merged only where it is certain.

Pairs come from places, references and names; the reasons for and against each are listed with it. Two rows whose names
carry different numbers, letters or words of position (``Plot 6`` and ``Plot 7``) are never merged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from siteprior.core.parameters import load_parameters
from siteprior.core.schema import REGISTER, SITE_SHAPES, check
from siteprior.registers.matching.compare import ComparedSites, Comparison, Outlines, compare
from siteprior.registers.matching.similarity import disc_radius_m

PAIR_COLUMNS = (
    "site_a", "site_b", "distance_m", "hectares_a", "hectares_b", "name_similarity", "reasons", "confidence",
)  # fmt: skip

CONFIDENCES = ("certain", "likely", "possible")

NEEDS = (
    "reference", "organisation", "site_name", "hectares", "minimum_net_dwellings", "maximum_net_dwellings",
    "development_status", "notes", "end_date", "file", "register", "also_known_as",
)  # fmt: skip


def find_duplicates(sites: gpd.GeoDataFrame, *, shapes: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """Find pairs of sites that are, or may be, one: distance in metres, areas in hectares, similarity of names 0 to 1.

    Compared are rows of which one point lies in the other's disc of equal area, whose shapes overlap, that carry the
    same reference of one council or one list, or the same long name. *Certain* is a pair at the same place under the
    same name with nothing against it: the same numbers, letters and words of position, stage, floors, area and homes
    (blank homes are no evidence, so under two references they must be stated). Under one reference in two files
    of registers, or of one list, either area and homes may differ, or the place by as much as points move between
    vintages; a list of one's own may have a numbering of its own.
    *Likely* is the same place and name with something against it, much for it without a place, or one reference in
    two rows of one file that lie as near as one site may move between vintages; *possible* is less: plots of one
    site, one reference in two rows of one file wherever they lie, one reference in two files where they lie near.
    A reference that many rows of one list bear (``crowd`` in ``parameters/duplicates.toml``) says none of this.

    Parameters
    ----------
    sites
        :data:`siteprior.core.schema.REGISTER` rows on the index ``site_id``.
    shapes
        Polygons in EPSG:27700 on the index ``site_id``, for the sites that have one.

    Returns
    -------
    DataFrame
        Columns :data:`PAIR_COLUMNS`, ``site_a`` before ``site_b``, sorted by both; the same whatever the row order.

    Raises
    ------
    InputError
        When ``sites`` is not such a table or the shapes are not in EPSG:27700.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from siteprior.core.schema import conform
    >>> rows = pd.DataFrame(
    ...     {"site_name": ["Old Mill, Mill Rd", "The Old Mill, Mill Road"]},
    ...     index=pd.Index(["E1:A", "E1:B"], name="site_id"),
    ... )
    >>> rows = rows.assign(hectares=0.5, minimum_net_dwellings=20)
    >>> table = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy([0, 3], [0, 4]), crs=27700)
    >>> find_duplicates(conform(table, REGISTER))[["distance_m", "confidence"]].values.tolist()
    [[5.0, 'certain']]
    """
    check(sites, REGISTER, name="sites", needs=NEEDS)
    table = sites.sort_index()
    outlines = _outlines(table, shapes)
    compared = ComparedSites(table)
    comparisons = (compare(compared, outlines, a, b) for a, b in _pairs_to_compare(compared, outlines))
    rows = [
        (
            pair.site_a, pair.site_b, round(pair.distance_m, 1), pair.hectares_a, pair.hectares_b,
            round(pair.name_similarity, 3), _reasons(pair), confidence,
        )
        for pair in comparisons
        if (confidence := _confidence(pair)) is not None
    ]  # fmt: skip
    pairs = pd.DataFrame(rows, columns=list(PAIR_COLUMNS))
    return pairs.astype({"site_a": "str", "site_b": "str", "reasons": "str", "confidence": "str"})


def _outlines(table: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame | gpd.GeoSeries | None) -> Outlines:
    """Return each site's polygon, ``None`` where it has none."""
    if shapes is None:
        return [None] * len(table)
    if isinstance(shapes, gpd.GeoSeries):
        shapes = gpd.GeoDataFrame(geometry=shapes)
    check(shapes, SITE_SHAPES, name="shapes", needs=())
    drawn = np.asarray(shapes.geometry[~shapes.index.duplicated()].reindex(table.index))
    return [shape if area > 0 else None for shape, area in zip(drawn, shapely.area(drawn), strict=True)]


def _pairs_to_compare(sites: ComparedSites, outlines: Outlines) -> list[tuple[int, int]]:
    """Return the pairs worth comparing, as positions, first before second, sorted."""
    parameters = load_parameters("duplicates")
    pairs: set[tuple[int, int]] = set()
    placed = np.flatnonzero(sites.placed)
    if len(placed):
        same = load_parameters("registers").number("same_place_m")
        reach = disc_radius_m(sites.hectares[placed]).clip(same, parameters.number("reach_m"))
        points = np.column_stack([sites.x[placed], sites.y[placed]])
        near = cKDTree(points).query_ball_point(points, reach)
        for one, others in enumerate(near):
            pairs.update((min(one, other), max(one, other)) for other in others if other != one)
        pairs = {(int(placed[a]), int(placed[b])) for a, b in pairs}
    shaped = [position for position, shape in enumerate(outlines) if shape is not None]
    if shaped:
        shapes = np.array([outlines[position] for position in shaped], dtype=object)
        for one, other in zip(*shapely.STRtree(shapes).query(shapes, predicate="intersects"), strict=True):
            if one < other:
                pairs.add((shaped[one], shaped[other]))
    for group in _same_reference_or_name(sites, parameters.integer("name_letters")):
        if len(group) < parameters.number("crowd"):
            pairs.update((a, b) for position, a in enumerate(group) for b in group[position + 1 :])
    return sorted(pairs)


def _same_reference_or_name(sites: ComparedSites, letters: int) -> list[list[int]]:
    """Return the positions that share a council's or list's reference, a council's long name, or one and an area."""
    groups: dict[tuple[str | float | None, ...], list[int]] = {}
    for position, (name, council) in enumerate(zip(sites.names, sites.council, strict=True)):
        reference, hectares = sites.references[position], sites.hectares[position]
        if reference:
            groups.setdefault(("reference", council, reference), []).append(position)
            groups.setdefault(("listed", sites.listers[position], reference), []).append(position)
        if name is None or len(name.key) - name.key.count(" ") < letters:
            continue
        if council is not None:
            groups.setdefault(("name", council, name.key), []).append(position)
        if hectares > 0:
            groups.setdefault(("area", name.key, round(hectares, 2)), []).append(position)
    return [group for group in groups.values() if len(group) > 1]


class _Rule(NamedTuple):
    """A confidence, and the pairs it is given to."""

    confidence: str
    applies: Callable[[Comparison], bool]


RULES = (
    # Parts of one site by their references are never merged, whatever their names.
    _Rule("possible", lambda pair: pair.parts and (pair.here or pair.alike)),
    _Rule("certain", lambda pair: pair.same_name and pair.nothing_against),
    # One name at one place, with something against it.
    _Rule(
        "likely",
        lambda pair: (
            pair.same_name and pair.here and (pair.same_place or pair.same_area is True or pair.same_reference)
        ),
    ),
    _Rule("possible", lambda pair: pair.same_name and pair.here),
    # One name and reference, elsewhere or without a place.
    _Rule("likely", lambda pair: pair.same_name and pair.same_reference and pair.same_area is True),
    _Rule("possible", lambda pair: pair.same_name and pair.same_reference),
    # One reference under other names: in two rows of one list, or in each of two lists.
    _Rule("likely", lambda pair: pair.repeated and pair.near),
    _Rule("possible", lambda pair: pair.repeated or (pair.same_reference and pair.near and not pair.common_reference)),
    # The very same name and area, elsewhere or without a place.
    _Rule("likely", lambda pair: _same_name_and_area(pair) and pair.same_homes and pair.same_stage),
    _Rule("possible", lambda pair: _same_name_and_area(pair)),
    # One place under other names.
    _Rule("possible", lambda pair: pair.same_place and pair.same_area is not False and not pair.crowded),
    _Rule("possible", lambda pair: pair.here and pair.resembling),
)
"""Which confidence a pair has: that of the first rule that applies."""


def _same_name_and_area(pair: Comparison) -> bool:
    """Return whether two sites at different places, or without one, share the very same name and the area."""
    return pair.name_similarity == 1 and pair.same_marks and pair.same_area is True and not pair.same_place


def _confidence(pair: Comparison) -> str | None:
    """Return the confidence that a pair is one site; ``None`` where no rule makes it possible."""
    return next((rule.confidence for rule in RULES if rule.applies(pair)), None)


class _Reason(NamedTuple):
    """A reason for or against a pair as the table of pairs states it, and the pairs it is stated of."""

    text: str
    applies: Callable[[Comparison], bool]


REASONS = (
    _Reason("same reference", lambda pair: pair.same_reference),
    _Reason("references of two parts", lambda pair: pair.parts),
    _Reason("same name", lambda pair: pair.name_similarity == 1),
    _Reason("names alike", lambda pair: pair.alike and pair.name_similarity < 1),
    _Reason("names resemble each other", lambda pair: pair.resembling and not pair.alike),
    _Reason("same area", lambda pair: pair.same_area is True),
    _Reason("same homes", lambda pair: pair.same_homes and pair.homes_stated),
    _Reason("other council", lambda pair: pair.other_council),
    _Reason(
        "numbers or positions in the names differ",
        lambda pair: not np.isnan(pair.name_similarity) and not pair.same_marks,
    ),
    _Reason("names differ", lambda pair: not np.isnan(pair.name_similarity) and not pair.resembling),
    _Reason("areas differ", lambda pair: pair.same_area is False),
    _Reason("homes differ", lambda pair: not pair.same_homes),
    _Reason("stages differ", lambda pair: not pair.same_stage),
    _Reason("the notes name different floors", lambda pair: not pair.same_floors),
)
"""The reasons in the order in which they are stated, after the place."""


def _reasons(pair: Comparison) -> str:
    """Return the reasons for and against a pair, its place first."""
    if not np.isnan(pair.shared_of_joint):
        joint, smaller = pair.shared_of_joint, pair.shared_of_smaller
        place = f"shapes share {joint:.0%} of their joint and {smaller:.0%} of the smaller area"
    elif np.isnan(pair.distance_m):
        place = "one has no place"
    else:
        where = "one lies in the other's equal-area disc" if pair.inside else "apart"
        place = f"{'the same place' if pair.same_place else where} ({pair.distance_m:.0f} m)"
    return "; ".join([place, *(reason.text for reason in REASONS if reason.applies(pair))])
