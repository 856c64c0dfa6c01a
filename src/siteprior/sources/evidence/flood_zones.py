"""Flood zones 2 and 3 of the Environment Agency: the share of each site in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import geopandas as gpd
import pandas as pd
from pydantic import BeforeValidator, Field
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog, Reading, concat_issues
from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.project.kinds import Stated, key
from siteprior.project.layers import Layer, VectorLayer
from siteprior.sources.layers.column_words import refuse_lacking
from siteprior.sources.layers.coverage import Find
from siteprior.sources.layers.published_files import Given, ReadFile, Wanted, layer_of, read_published
from siteprior.sources.registry import evidence

ZONES = (
    "flood-risk-level", "flood_zone", "flood zones", "zone", "flood_risk_zone", "fz", "layer", "zone_name",
    "flood_zone_class",
)  # fmt: skip
"""What the column with the zone may be called."""

WANTED = Wanted("flood_zones", columns={"zone": ZONES}, datasets=("flood-risk-zone",))

_ZONE = re.compile(r"(?<![\d.])([123])(?:\.0+)?(?![\d.])")
_NAMED = re.compile(r"(?:zones?|fz)[\s_-]*([23])(?!\d)(?![\s_,&-]*(?:and)?[\s_-]*[23](?!\d))", re.IGNORECASE)
_NUMBERS = load_parameters("evidence").table("flood_zones")


def _listed(zones: Stated) -> Stated:
    """Let one zone stand for a list of one."""
    return [zones] if isinstance(zones, int) else zones


class FloodZones(PublishedLayer):
    """A file of flood zones: with a column that states the zone, or of one zone."""

    zones: Annotated[
        Annotated[tuple[Literal[2, 3], ...], BeforeValidator(_listed), Field(min_length=1)] | None,
        key(
            "The zones the file was made of: of a file of one zone that no column states, or of a cut in which a zone "
            "does not occur",
            example=[3],
        ),
    ] = None


@evidence(
    "flood_zones",
    title="Flood zones",
    meaning="Flood zones 2 and 3 (Environment Agency): the share of each site in them; zone 3 signals public works",
    keys=FloodZones,
    many=True,
    example={"path": "flood_zones/*.geojson", "vintage": "2025"},
    layers=[
        {
            "name": "flood_zone_3", "kind": "vector", "measure": "share", "title": "Flood zone 3",
            "gate": {"at_most": _NUMBERS.number("most"), "title": "Mostly in flood zone 3"},
            "signal": {
                "letter": "P", "zero": _NUMBERS.number("zero"), "full": _NUMBERS.number("full"), "grade": "B",
                "reason": "flood zone 3",
            },
        },
        {
            "name": "flood_zone_2", "kind": "vector", "measure": "share", "title": "Flood zone 2 or 3",
            "gate": {"at_most": _NUMBERS.number("most_zone_2"), "title": "Mostly in flood zone 2 or 3"},
        },
    ],
    none={"flood_zone_3": "not in flood zone 3"},
)  # fmt: skip
def read_flood_zones(
    paths: Sequence[Path],
    files: Sequence[str],
    stated: Sequence[FloodZones],
    areas: gpd.GeoDataFrame,
    study_area: BaseGeometry,
    as_of: date,
    find: Find,
    cache: Path | None,
) -> Reading[Mapping[str, Layer]]:
    """Read flood zones: one layer of zone 3, one of zones 2 and 3 together.

    Some editions draw zone 2 about zone 3, others over it: together they are the same land in both. A zone of which no
    feature stands in any file is not taken as looked for, unless an entry states it with ``zones``.

    Parameters
    ----------
    paths, files, stated
        The files, what they are called, and what the project says of each.
    areas, study_area
        The LSOAs of the project, and their union: what lies about them is read.
    as_of, find, cache
        As for :class:`siteprior.sources.layers.published_files.Given`.

    Raises
    ------
    InputError
        As :func:`siteprior.sources.layers.published_files.read_published`; also when a file has neither a column nor
        a name that states the zone, nor its entry.
    """
    read = read_published(WANTED, paths, files, stated, Given(areas, study_area, as_of, find, cache))
    log = IssueLog()
    of_zone: dict[int, list[ReadFile]] = {2: [], 3: []}
    each = []
    for file in read.files:
        zones, made_of = _zones(file, log)
        each.append(zones)
        for zone in (2, 3):
            extent = file.extent if zone in made_of else None
            of_zone[zone].append(file._replace(table=file.table.loc[zones == zone], extent=extent))
    both = [
        file._replace(table=file.table.loc[zones.isin((2, 3))]) for file, zones in zip(read.files, each, strict=True)
    ]
    layers: Mapping[str, Layer] = {
        "flood_zone_3": layer_of(of_zone[3]),
        "flood_zone_2": _either(layer_of(both), layer_of(of_zone[2]), layer_of(of_zone[3])),
    }
    return Reading(layers, concat_issues(read.issues, log.table()), read.provenance)


def _zones(file: ReadFile, log: IssueLog) -> tuple[pd.Series, set[int]]:
    """Return the zone of each feature, and the zones the file was made of."""
    stated: set[int] = set(file.entry.zones or ()) if isinstance(file.entry, FloodZones) else set()
    texts = file.seen.get("zone", ())
    seen = {zone for text in texts if (zone := zone_of(text))}
    if seen:
        zones = file.table["zone"].map(zone_of)
        for row, text in file.table["zone"][zones == 0].drop_duplicates().items():
            log.add("invalid category value", row=int(str(row)), field="zone", value=text, file=file.label,
                    action="left out: states no flood zone")  # fmt: skip
        return zones.astype("int64"), (seen | stated) & {2, 3}
    named = {int(found) for found in _NAMED.findall(f"{Path(file.label).name} {file.entry.layer or ''}")}
    alone = stated if len(stated) == 1 else named if not stated and len(named) == 1 else set()
    if not alone and (file.columns or len(file.table)):
        what = "the zone" if not texts else f"zone 2 or 3 (it holds {', '.join(texts[:6])})"
        fix = "; of a file of one zone state it with zones = 3"
        try:
            refuse_lacking(f"flood_zones: {file.label}", file.columns, {}, what, ZONES)
        except InputError as fault:
            raise InputError(*(text + fix for text in fault.faults)) from None
    return pd.Series(next(iter(alone), 0), index=file.table.index, dtype="int64"), alone or stated


def zone_of(text: str) -> int:
    """Return the zone a text states, 1 to 3; 0 where it states none.

    Examples
    --------
    >>> [zone_of(text) for text in ("3", "Flood Zone 2", "FZ3", "3a", "Zone 3b", "2.0", "high", "12")]
    [3, 2, 3, 3, 3, 2, 0, 0]
    """
    found = _ZONE.search(text)
    return int(found[1]) if found else 0


def _either(both: VectorLayer, second: VectorLayer, third: VectorLayer) -> VectorLayer:
    """Return zones 2 and 3 as one layer, known where both were looked for; without any feature where one was not."""
    if second.extent is None or third.extent is None:
        without = not len(second.features) or not len(third.features)
        return VectorLayer(both.features.iloc[:0] if without else both.features, None, both.file, placed=True)
    same = second.extent is third.extent
    extent = third.extent if same else second.extent.intersection(third.extent)
    return VectorLayer(both.features, extent, both.file, placed=True)
