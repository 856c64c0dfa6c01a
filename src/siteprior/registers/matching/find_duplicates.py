"""One site under two references, or in two councils' files: found, explained, and merged only where it is certain.

Pairs come from places, references and names; the reasons for and against each are listed with it. Two rows whose names
carry different numbers, letters or words of position (``Plot 6`` and ``Plot 7``) are never merged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS, REGISTER, check
from siteprior.registers.matching.similarity import (
    disc_radius_m,
    floors,
    read_name,
    reference_key,
    same_marks,
    similarity,
    sub_references,
)

Outlines: TypeAlias = list[BaseGeometry | None]
"""The polygon of each site, ``None`` where it has none."""

PAIR_COLUMNS = (
    "site_a", "site_b", "distance_m", "hectares_a", "hectares_b", "name_similarity", "reasons", "confidence",
)  # fmt: skip

CONFIDENCES = ("certain", "likely", "possible")

NEEDS = (
    "reference", "organisation", "site_name", "hectares", "minimum_net_dwellings", "maximum_net_dwellings",
    "development_status", "notes", "end_date", "file", "also_known_as",
)  # fmt: skip


def find_duplicates(sites: gpd.GeoDataFrame, *, shapes: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """Find pairs of sites that are, or may be, one: distance in metres, areas in hectares, similarity of names 0 to 1.

    Compared are rows of which one point lies in the other's disc of equal area, whose shapes overlap, that carry the
    same reference of one council, or the same long name. *Certain* is a pair at the same place under the same name
    with nothing against it: the same numbers, letters and words of position, stage, floors, area and homes (blank
    homes are no evidence, so under two references they must be stated). Under one reference in two files either area
    and homes may differ, or the place by as much as points move between vintages.
    *Likely* is the same place and name with something against it, or much for it without a place; *possible* is less,
    plots of one site among it.

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
    attributes = _Attributes(table)
    compared = (_compare(attributes, outlines, a, b) for a, b in _pairs_to_compare(attributes, outlines))
    rows = [
        (
            pair.site_a, pair.site_b, round(pair.distance_m, 1), pair.hectares_a, pair.hectares_b,
            round(pair.name_similarity, 3), _reasons(pair), confidence,
        )
        for pair in compared
        if (confidence := _confidence(pair)) is not None
    ]  # fmt: skip
    pairs = pd.DataFrame(rows, columns=list(PAIR_COLUMNS))
    return pairs.astype({"site_a": "str", "site_b": "str", "reasons": "str", "confidence": "str"})


def _outlines(table: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame | None) -> Outlines:
    """Return each site's polygon, ``None`` where it has none."""
    if shapes is None:
        return [None] * len(table)
    crs = getattr(shapes, "crs", None)
    if crs is None or crs.to_epsg() != int(CRS.removeprefix("EPSG:")):
        raise InputError(f"shapes: need {CRS}; convert with to_crs('{CRS}')")
    drawn = np.asarray(shapes.geometry[~shapes.index.duplicated()].reindex(table.index))
    return [shape if area > 0 else None for shape, area in zip(drawn, shapely.area(drawn), strict=True)]


class _Attributes:
    """What is compared of the sites, as plain lists and arrays in the order of the table."""

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        columns = {name: table[name].where(table[name].notna(), None).tolist() for name in ("file", "organisation")}
        points = shapely.centroid(table.geometry.to_numpy())
        self.ids = table.index.tolist()
        self.x, self.y = shapely.get_x(points), shapely.get_y(points)
        self.placed = np.isfinite(self.x) & np.isfinite(self.y)
        self.hectares = table["hectares"].to_numpy(dtype=float, na_value=np.nan)
        self.homes = [
            table[name].to_numpy(dtype=float, na_value=np.nan)
            for name in ("minimum_net_dwellings", "maximum_net_dwellings")
        ]
        self.names = [read_name(text) for text in table["site_name"]]
        self.references = [reference_key(text) if isinstance(text, str) else "" for text in table["reference"]]
        self.file, self.council = columns["file"], columns["organisation"]
        self.stage = list(zip(table["end_date"].notna(), table["development_status"].fillna(""), strict=True))
        self.floors = [floors(text) for text in table["notes"]]
        merged = table["also_known_as"].fillna("").str.count(";") + table["also_known_as"].notna()
        self.crowded = _crowded(self.x, self.y, self.placed, np.asarray(merged, dtype=np.int64) + 1)


def _crowded(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    placed: npt.NDArray[np.bool_],
    records: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Return which sites stand on a point that many records share (merged ones count), to the metre."""
    points = pd.Series(list(zip(x.round(), y.round(), strict=True)))
    count = pd.Series(records).groupby(points).transform("sum").to_numpy()
    return np.asarray(placed & (count >= load_parameters("duplicates").number("crowd")))


def _pairs_to_compare(attributes: _Attributes, outlines: Outlines) -> list[tuple[int, int]]:
    """Return the pairs worth comparing, as positions, first before second, sorted."""
    parameters = load_parameters("duplicates")
    pairs: set[tuple[int, int]] = set()
    placed = np.flatnonzero(attributes.placed)
    if len(placed):
        same = load_parameters("registers").number("same_place_m")
        reach = disc_radius_m(attributes.hectares[placed]).clip(same, parameters.number("reach_m"))
        points = np.column_stack([attributes.x[placed], attributes.y[placed]])
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
    for group in _same_reference_or_name(attributes, parameters.integer("name_letters")):
        if len(group) < parameters.number("crowd"):
            pairs.update((a, b) for position, a in enumerate(group) for b in group[position + 1 :])
    return sorted(pairs)


def _same_reference_or_name(attributes: _Attributes, letters: int) -> list[list[int]]:
    """Return the positions that share a council's reference, a council's long name, or a long name and an area."""
    groups: dict[tuple[str | float | None, ...], list[int]] = {}
    for position, (name, council) in enumerate(zip(attributes.names, attributes.council, strict=True)):
        reference, hectares = attributes.references[position], attributes.hectares[position]
        if reference:
            groups.setdefault(("reference", council, reference), []).append(position)
        if name is None or len(name.key) - name.key.count(" ") < letters:
            continue
        if council is not None:
            groups.setdefault(("name", council, name.key), []).append(position)
        if hectares > 0:
            groups.setdefault(("area", name.key, round(hectares, 2)), []).append(position)
    return [group for group in groups.values() if len(group) > 1]


@dataclass(frozen=True)
class _Comparison:
    """One pair of sites compared.

    Attributes
    ----------
    distance_m
        Between the points; ``nan`` where one has no place.
    shared_of_joint, shared_of_smaller
        Shared area of the shapes over their joint and over the smaller area; ``nan`` where a shape is not known.
    same_place, inside
        Whether they stand at the same place, and whether one lies in the other's shape or disc of equal area.
    near
        Whether they lie as near as one site may move between vintages.
    name_similarity
        0 to 1, ``nan`` where a name is missing.
    alike, resembling
        Whether the names are similar enough to be one name, or to resemble each other.
    same_marks
        Whether the names carry the same numbers, letters and words of position.
    same_reference, parts
        Whether council and reference are the same, or the references name parts of one site.
    other_file, other_council
        Whether they stand in two files, or belong to two councils.
    same_area
        Whether the hectares agree; ``None`` where one is missing.
    same_homes, homes_stated
        Whether no stated number of homes differs, and whether both state one.
    same_stage, same_floors
        Whether the building stage and the floors named agree.
    crowded
        Whether many records share the point.
    """

    site_a: str
    site_b: str
    hectares_a: float
    hectares_b: float
    distance_m: float
    shared_of_joint: float
    shared_of_smaller: float
    same_place: bool
    inside: bool
    near: bool
    name_similarity: float
    alike: bool
    resembling: bool
    same_marks: bool
    same_reference: bool
    parts: bool
    other_file: bool
    other_council: bool
    same_area: bool | None
    same_homes: bool
    homes_stated: bool
    same_stage: bool
    same_floors: bool
    crowded: bool

    @property
    def same_name(self) -> bool:
        """Whether the names are one, with the same numbers, letters and words of position."""
        return self.alike and self.same_marks

    @property
    def here(self) -> bool:
        """Whether they stand at the same place, or one inside the other."""
        return self.same_place or self.inside

    @property
    def same_figures(self) -> bool:
        """Whether hectares and homes agree; under two references homes must be stated to count."""
        return self.same_area is True and self.same_homes and (self.same_reference or self.homes_stated)

    @property
    def listed_twice(self) -> bool:
        """Whether they are one reference of one council in two files."""
        return self.same_reference and self.other_file

    @property
    def nothing_against(self) -> bool:
        """Whether place or figures agree as far as one site may change between files, and stage and floors too."""
        placed = self.same_place and (self.listed_twice or self.same_figures)
        moved = self.listed_twice and self.near and self.same_figures
        return (placed or moved) and self.same_stage and self.same_floors


class _Rule(NamedTuple):
    """A confidence, and the pairs it is given to."""

    confidence: str
    applies: Callable[[_Comparison], bool]


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
    # The very same name and area, elsewhere or without a place.
    _Rule("likely", lambda pair: _same_name_and_area(pair) and pair.same_homes and pair.same_stage),
    _Rule("possible", lambda pair: _same_name_and_area(pair)),
    # One place under other names.
    _Rule("possible", lambda pair: pair.same_place and pair.same_area is not False and not pair.crowded),
    _Rule("possible", lambda pair: pair.here and pair.resembling),
)
"""Which confidence a pair has: that of the first rule that applies."""


def _same_name_and_area(pair: _Comparison) -> bool:
    """Return whether two sites at different places, or without one, share the very same name and the area."""
    return pair.name_similarity == 1 and pair.same_marks and pair.same_area is True and not pair.same_place


def _confidence(pair: _Comparison) -> str | None:
    """Return the confidence that a pair is one site; ``None`` where no rule makes it possible."""
    return next((rule.confidence for rule in RULES if rule.applies(pair)), None)


class _Reason(NamedTuple):
    """A reason for or against a pair as the table of pairs states it, and the pairs it is stated of."""

    text: str
    applies: Callable[[_Comparison], bool]


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
    _Reason("the notes speak of different floors", lambda pair: not pair.same_floors),
)
"""The reasons in the order in which they are stated, after the place."""


def _compare(attributes: _Attributes, outlines: Outlines, a: int, b: int) -> _Comparison:
    """Compare the sites at two positions."""
    parameters, registers = load_parameters("duplicates"), load_parameters("registers")
    distance = float(np.hypot(attributes.x[a] - attributes.x[b], attributes.y[a] - attributes.y[b]))
    of_joint, of_smaller = _shared_area(outlines[a], outlines[b])
    if np.isnan(of_joint):
        same_place = distance <= registers.number("same_place_m")
        inside = distance <= float(disc_radius_m(attributes.hectares[[a, b]]).max())
    else:
        same_place = of_joint >= parameters.number("overlap_same")
        inside = of_smaller >= parameters.number("overlap_part")
    alike = similarity(attributes.names[a], attributes.names[b])
    same_council = attributes.council[a] == attributes.council[b]
    floors_a, floors_b = attributes.floors[a], attributes.floors[b]
    return _Comparison(
        site_a=attributes.ids[a],
        site_b=attributes.ids[b],
        hectares_a=attributes.hectares[a],
        hectares_b=attributes.hectares[b],
        distance_m=distance,
        shared_of_joint=of_joint,
        shared_of_smaller=of_smaller,
        same_place=same_place,
        inside=inside,
        near=inside or distance <= load_parameters("history").number("same_site_m"),
        name_similarity=alike,
        alike=alike >= parameters.number("alike"),
        resembling=alike >= parameters.number("resembling"),
        same_marks=same_marks(attributes.names[a], attributes.names[b]),
        same_reference=attributes.references[a] == attributes.references[b] != "" and same_council,
        parts=same_council and sub_references(attributes.references[a], attributes.references[b]),
        other_file=attributes.file[a] != attributes.file[b],
        other_council=not same_council,
        same_area=_same_area(attributes.hectares[a], attributes.hectares[b]),
        same_homes=all(np.isnan(n[a]) or np.isnan(n[b]) or n[a] == n[b] for n in attributes.homes),
        homes_stated=any(n[a] > 0 and n[b] > 0 for n in attributes.homes),  # zero stands for a blank
        same_stage=attributes.stage[a] == attributes.stage[b],
        same_floors=not (floors_a and floors_b) or floors_a == floors_b,
        crowded=bool(attributes.crowded[a]),
    )


def _shared_area(one: BaseGeometry | None, other: BaseGeometry | None) -> tuple[float, float]:
    """Return the shared area over the joint and over the smaller area; ``nan`` where a shape is not known."""
    if one is None or other is None:
        return float("nan"), float("nan")
    shared = shapely.area(shapely.intersection(one, other))
    areas = shapely.area(one), shapely.area(other)
    return float(shared / (sum(areas) - shared)), float(shared / min(areas))


def _same_area(one: float, other: float) -> bool | None:
    """Return whether two areas in hectares are the same; ``None`` where one is not known or zero."""
    parameters = load_parameters("duplicates")
    if not (one > 0 and other > 0):
        return None
    rounding = abs(one - other) <= parameters.number("hectares_rounding") * 1.0001
    return bool(min(one, other) / max(one, other) >= parameters.number("hectares_ratio") or rounding)


def _reasons(pair: _Comparison) -> str:
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
