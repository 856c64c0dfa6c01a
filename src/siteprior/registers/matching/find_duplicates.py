"""One site under two references, or in two councils' files: found, explained, and merged only where it is certain.

Pairs come from places, references and names; what speaks for and against each is said in words. Two rows whose names
carry different numbers, letters or words of position (``Plot 6`` and ``Plot 7``) are never merged.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS, REGISTER, check
from siteprior.registers.matching.similarity import (
    Name,
    disc_radius_m,
    floors,
    read_name,
    reference_key,
    same_marks,
    similarity,
    sub_references,
)

PAIR_COLUMNS = (
    "site_a", "site_b", "distance_m", "hectares_a", "hectares_b", "name_similarity", "reasons", "confidence",
)  # fmt: skip

CONFIDENCES = ("certain", "likely", "possible")

NEEDS = (
    "reference", "organisation", "site_name", "hectares", "minimum_net_dwellings", "maximum_net_dwellings",
    "development_status", "notes", "end_date", "file", "also_known_as",
)  # fmt: skip


def find_duplicates(sites: Any, *, shapes: Any = None) -> pd.DataFrame:
    """Find pairs of sites that are, or may be, one: distance in metres, areas in hectares, likeness of names 0 to 1.

    Compared are rows of which one point lies in the other's disc of equal area, whose shapes overlap, that carry the
    same reference of one council, or the same long name. *Certain* is a pair at the same place under the same name
    with nothing against it: the same numbers, letters and words of position, stage, floors, area and homes (blank
    homes tell nothing, so under two references they must be stated). Under one reference in two files either area and
    homes may differ, or the place by as much as points move between vintages.
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
    facts = _Facts(table)
    found = _candidates(facts, outlines)
    rows = [_judge(facts, outlines, a, b) for a, b in found]
    pairs = pd.DataFrame([row for row in rows if row], columns=list(PAIR_COLUMNS))
    return pairs.astype({"site_a": "str", "site_b": "str", "reasons": "str", "confidence": "str"})


def _outlines(table: Any, shapes: Any) -> list[Any]:
    """Return each site's polygon, ``None`` where it has none."""
    if shapes is None:
        return [None] * len(table)
    if getattr(shapes, "crs", None) is None or shapes.crs.to_epsg() != int(CRS.removeprefix("EPSG:")):
        raise InputError(f"shapes: need {CRS}; convert with to_crs('{CRS}')")
    held = shapes.geometry[~shapes.index.duplicated()].reindex(table.index)
    areal = shapely.area(held.to_numpy()) > 0
    return [shape if has else None for shape, has in zip(held, areal, strict=True)]


class _Facts:
    """What is compared of the sites, as plain lists and arrays in the order of the table."""

    def __init__(self, table: Any) -> None:
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
        self.names: list[Name | None] = [read_name(text) for text in table["site_name"]]
        self.references = [reference_key(text) if isinstance(text, str) else "" for text in table["reference"]]
        self.file, self.council = columns["file"], columns["organisation"]
        self.stage = list(zip(table["end_date"].notna(), table["development_status"].fillna(""), strict=True))
        self.floors = [floors(text) for text in table["notes"]]
        known_as = table["also_known_as"].fillna("").str.count(";") + table["also_known_as"].notna()
        self.crowded = _crowded(self.x, self.y, self.placed, known_as.to_numpy(dtype=int) + 1)


def _crowded(x: Any, y: Any, placed: Any, records: Any) -> Any:
    """Tell which sites stand on a point that many records share (merged ones count), to the metre."""
    points = pd.Series(list(zip(x.round(), y.round(), strict=True)))
    count = pd.Series(records).groupby(points).transform("sum").to_numpy()
    return placed & (count >= load_parameters("duplicates")["crowd"].value)


def _candidates(facts: _Facts, outlines: list[Any]) -> list[tuple[int, int]]:
    """Return the pairs worth comparing, as positions, first before second, sorted."""
    presets = load_parameters("duplicates")
    pairs: set[tuple[int, int]] = set()
    known = np.flatnonzero(facts.placed)
    if len(known):
        same = load_parameters("registers")["same_place_m"].value
        reach = disc_radius_m(facts.hectares[known]).clip(same, presets["reach_m"].value)
        places = np.column_stack([facts.x[known], facts.y[known]])
        near = cKDTree(places).query_ball_point(places, reach)
        for one, others in enumerate(near):
            pairs.update((min(one, other), max(one, other)) for other in others if other != one)
        pairs = {(int(known[a]), int(known[b])) for a, b in pairs}
    shaped = [place for place, shape in enumerate(outlines) if shape is not None]
    if shaped:
        shapes = np.array([outlines[place] for place in shaped], dtype=object)
        for one, other in zip(*shapely.STRtree(shapes).query(shapes, predicate="intersects"), strict=True):
            if one < other:
                pairs.add((shaped[one], shaped[other]))
    for group in _groups(facts, presets["name_letters"].value):
        if len(group) < presets["crowd"].value:
            pairs.update((a, b) for place, a in enumerate(group) for b in group[place + 1 :])
    return sorted(pairs)


def _groups(facts: _Facts, letters: int) -> list[list[int]]:
    """Return the positions that share a council's reference, a council's long name, or a long name and an area."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, (name, council) in enumerate(zip(facts.names, facts.council, strict=True)):
        if facts.references[place]:
            groups.setdefault(("reference", council, facts.references[place]), []).append(place)
        if name is None or len(name.key) - name.key.count(" ") < letters:
            continue
        if council is not None:
            groups.setdefault(("name", council, name.key), []).append(place)
        if facts.hectares[place] > 0:
            groups.setdefault(("area", name.key, round(facts.hectares[place], 2)), []).append(place)
    return [group for group in groups.values() if len(group) > 1]


def _judge(facts: _Facts, outlines: list[Any], a: int, b: int) -> tuple[Any, ...] | None:
    """Weigh one pair; ``None`` where nothing makes it possible."""
    presets = load_parameters("duplicates")
    distance = float(np.hypot(facts.x[a] - facts.x[b], facts.y[a] - facts.y[b]))
    joint, part = _overlap(outlines[a], outlines[b])
    alike = similarity(facts.names[a], facts.names[b])
    marks = same_marks(facts.names[a], facts.names[b])
    reference = facts.references[a] == facts.references[b] != "" and facts.council[a] == facts.council[b]
    parts = facts.council[a] == facts.council[b] and sub_references(facts.references[a], facts.references[b])
    area = _same_area(facts.hectares[a], facts.hectares[b])
    homes = _same_homes(facts, a, b)
    stage = facts.stage[a] == facts.stage[b]
    floor = not (facts.floors[a] and facts.floors[b]) or facts.floors[a] == facts.floors[b]
    if np.isnan(joint):
        same = distance <= load_parameters("registers")["same_place_m"].value
        inside = distance <= max(disc_radius_m(facts.hectares[[a, b]]).max(), 0)
    else:
        same, inside = joint >= presets["overlap_same"].value, part >= presets["overlap_part"].value
    name, resembling = alike >= presets["alike"].value, alike >= presets["resembling"].value
    elsewhere = reference and facts.file[a] != facts.file[b]
    moved = inside or distance <= load_parameters("history")["same_site_m"].value

    agreed = area is True and homes and (reference or _stated(facts, a, b))
    certain = (same and (elsewhere or agreed)) or (elsewhere and moved and agreed)

    confidence = None
    if parts and (same or inside or name):
        confidence = "possible"
    elif certain and name and marks and stage and floor:
        confidence = "certain"
    elif (same or inside) and name and marks:
        confidence = "likely" if same or area is True or reference else "possible"
    elif reference and name and marks:
        confidence = "likely" if area is True else "possible"
    elif alike == 1 and marks and area is True and not same:
        confidence = "likely" if homes and stage else "possible"
    elif (same and area is not False and not facts.crowded[a]) or ((same or inside) and resembling):
        confidence = "possible"
    if confidence is None:
        return None
    reasons = _reasons(
        distance, joint, part, inside, same,
        {
            "same reference": reference, "references of two parts": parts, "same name": alike == 1,
            "names alike": name and alike < 1,
            "names resemble each other": resembling and not name, "same area": area is True,
            "same homes": homes and _stated(facts, a, b), "other council": facts.council[a] != facts.council[b],
            "numbers or positions in the names differ": alike == alike and not marks,
            "names differ": alike < presets["resembling"].value,
            "areas differ": area is False, "homes differ": not homes, "stages differ": not stage,
            "the notes speak of different floors": not floor,
        },
    )  # fmt: skip
    return (
        facts.ids[a], facts.ids[b], round(distance, 1), facts.hectares[a], facts.hectares[b], round(alike, 3),
        reasons, confidence,
    )  # fmt: skip


def _overlap(one: Any, other: Any) -> tuple[float, float]:
    """Return the shared area over the joint and over the smaller area; ``nan`` where a shape is not known."""
    if one is None or other is None:
        return float("nan"), float("nan")
    shared = shapely.area(shapely.intersection(one, other))
    areas = shapely.area(one), shapely.area(other)
    return shared / (sum(areas) - shared), shared / min(areas)


def _same_area(one: float, other: float) -> bool | None:
    """Tell whether two areas in hectares are the same; ``None`` where one is not known or nought."""
    presets = load_parameters("duplicates")
    if not (one > 0 and other > 0):
        return None
    rounding = abs(one - other) <= presets["hectares_rounding"].value * 1.0001
    return bool(min(one, other) / max(one, other) >= presets["hectares_ratio"].value or rounding)


def _same_homes(facts: _Facts, a: int, b: int) -> bool:
    """Tell whether no stated number of homes differs."""
    return all(np.isnan(homes[a]) or np.isnan(homes[b]) or homes[a] == homes[b] for homes in facts.homes)


def _stated(facts: _Facts, a: int, b: int) -> bool:
    """Tell whether both sites state a number of homes of one kind; nought stands for a blank."""
    return any(homes[a] > 0 and homes[b] > 0 for homes in facts.homes)


def _reasons(distance: float, joint: float, part: float, inside: bool, same: bool, told: dict[str, bool]) -> str:
    """Say what speaks for and against a pair."""
    if not np.isnan(joint):
        place = f"shapes share {joint:.0%} of their joint and {part:.0%} of the smaller area"
    elif np.isnan(distance):
        place = "one has no place"
    else:
        where = "the same place" if same else "one lies in the other's equal-area disc" if inside else "apart"
        place = f"{where} ({distance:.0f} m)"
    return "; ".join([place, *(words for words, holds in told.items() if holds)])
