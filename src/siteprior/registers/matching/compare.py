"""Two sites compared: places and shapes in metres, areas in hectares, references, names, homes, stages and floors."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.parameters import load_parameters
from siteprior.core.places import centroids
from siteprior.registers.matching.similarity import (
    disc_radius_m,
    floors,
    read_name,
    reference_key,
    same_marks,
    similarity,
    sub_references,
)
from siteprior.registers.references import lister_of

Outlines: TypeAlias = list[BaseGeometry | None]
"""The polygon of each site, ``None`` where it has none."""


class ComparedSites:
    """What is compared of the sites, as plain lists and arrays in the order of the table."""

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        columns = {
            name: table[name].astype("object").where(table[name].notna(), None).tolist()
            for name in ("file", "organisation")
        }
        self.ids = table.index.tolist()
        self.listers = [lister_of(site) for site in self.ids]
        self.x, self.y = centroids(table.geometry.to_numpy()).T
        self.placed = np.isfinite(self.x) & np.isfinite(self.y)
        self.hectares = table["hectares"].to_numpy(dtype=float, na_value=np.nan)
        self.homes = [
            table[name].to_numpy(dtype=float, na_value=np.nan)
            for name in ("minimum_net_dwellings", "maximum_net_dwellings")
        ]
        self.names = [read_name(text) for text in table["site_name"]]
        self.references = [reference_key(text) if isinstance(text, str) else "" for text in table["reference"]]
        self.file, self.council = columns["file"], columns["organisation"]
        self.register = table["register"].fillna("").tolist()
        self.stage = list(zip(table["end_date"].notna(), table["development_status"].fillna(""), strict=True))
        self.floors = [floors(text) for text in table["notes"]]
        merged = table["also_known_as"].fillna("").str.count(";") + table["also_known_as"].notna()
        records = np.asarray(merged, dtype=np.int64) + 1
        self.crowded = self.placed & _crowded(zip(self.x.round(), self.y.round(), strict=True), records)
        listed = zip([lister or council for lister, council in zip(self.listers, self.council, strict=True)],
                     self.references, strict=True)  # fmt: skip
        self.common_reference = _crowded(listed, records)


def _crowded(shared: Iterable[tuple[Hashable, ...]], records: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which sites share something with many records, merged ones counted."""
    count = pd.Series(records).groupby(pd.Series(list(shared), dtype=object)).transform("sum").to_numpy()
    return np.asarray(count >= load_parameters("duplicates").number("crowd"))


@dataclass(frozen=True)
class Comparison:
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
        Whether the reference is the same, and the council or who lists it; or the references name parts of one site.
    other_file, other_list, other_council
        Whether they stand in two files, in a register and a list of one's own or two of these, or belong to two
        councils; that of a missing one is not known.
    same_area
        Whether the hectares agree; ``None`` where one is missing.
    same_homes, homes_stated
        Whether no stated number of homes differs, and whether both state one.
    same_stage, same_floors
        Whether the building stage and the floors named agree.
    crowded, common_reference
        Whether many records share the point, or one of the references stands in so many that it distinguishes none.
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
    other_list: bool
    other_council: bool
    same_area: bool | None
    same_homes: bool
    homes_stated: bool
    same_stage: bool
    same_floors: bool
    crowded: bool
    common_reference: bool

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
        """Whether they are one reference of one council in two files of one kind, such as two vintages."""
        return self.same_reference and self.other_file and not self.other_list

    @property
    def repeated(self) -> bool:
        """Whether two rows of one file bear one reference: two sites of one number, or one site in two rows."""
        return self.same_reference and not self.other_file and not self.common_reference

    @property
    def nothing_against(self) -> bool:
        """Whether place or figures agree as far as one site may change between files, and stage and floors too."""
        placed = self.same_place and (self.listed_twice or self.same_figures)
        moved = self.listed_twice and self.near and self.same_figures
        return (placed or moved) and self.same_stage and self.same_floors


def compare(sites: ComparedSites, outlines: Outlines, a: int, b: int) -> Comparison:
    """Compare the sites at two positions."""
    parameters, registers = load_parameters("duplicates"), load_parameters("registers")
    distance = float(np.hypot(sites.x[a] - sites.x[b], sites.y[a] - sites.y[b]))
    of_joint, of_smaller = _shared_area(outlines[a], outlines[b])
    if np.isnan(of_joint):
        same_place = distance <= registers.number("same_place_m")
        inside = distance <= float(disc_radius_m(sites.hectares[[a, b]]).max())
    else:
        same_place = of_joint >= parameters.number("overlap_same")
        inside = of_smaller >= parameters.number("overlap_part")
    alike = similarity(sites.names[a], sites.names[b])
    one, other = sites.council[a], sites.council[b]
    same_list = sites.listers[a] == sites.listers[b] != ""
    same_council = one == other if one or other else same_list  # a list of nobody's council is one numbering
    floors_a, floors_b = sites.floors[a], sites.floors[b]
    return Comparison(
        site_a=sites.ids[a],
        site_b=sites.ids[b],
        hectares_a=sites.hectares[a],
        hectares_b=sites.hectares[b],
        distance_m=distance,
        shared_of_joint=of_joint,
        shared_of_smaller=of_smaller,
        same_place=same_place,
        inside=inside,
        near=inside or distance <= load_parameters("history").number("same_site_m"),
        name_similarity=alike,
        alike=alike >= parameters.number("alike"),
        resembling=alike >= parameters.number("resembling"),
        same_marks=same_marks(sites.names[a], sites.names[b]),
        same_reference=sites.references[a] == sites.references[b] != "" and (same_council or same_list),
        parts=same_council and sub_references(sites.references[a], sites.references[b]),
        other_file=sites.file[a] != sites.file[b],
        other_list=sites.register[a] != sites.register[b],
        other_council=bool(one and other and one != other),
        same_area=_same_area(sites.hectares[a], sites.hectares[b]),
        same_homes=all(np.isnan(n[a]) or np.isnan(n[b]) or n[a] == n[b] for n in sites.homes),
        homes_stated=any(n[a] > 0 and n[b] > 0 for n in sites.homes),  # zero stands for a blank
        same_stage=sites.stage[a] == sites.stage[b],
        same_floors=not (floors_a and floors_b) or floors_a == floors_b,
        crowded=bool(sites.crowded[a]),
        common_reference=bool(sites.common_reference[a] or sites.common_reference[b]),
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
