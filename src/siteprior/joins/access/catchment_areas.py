"""Walk catchments of stops and corridors as polygons: what can be reached on foot, not what lies in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CATCHMENT_BASES, CATCHMENTS, CORRIDOR_STOPS, CRS, STOPS, check, conform
from siteprior.joins._geometry import Geometries, coordinates, known_places, points_at
from siteprior.joins.access.walks import Walking
from siteprior.walking import catchment_shapes as shaping
from siteprior.walking.graph import Snapped
from siteprior.walking.network import MM_PER_M, Flags, Floats, Ints, WalkNetwork
from siteprior.walking.walk import snap

NO_PLACE, NO_STREET, NO_WAY, NO_STOP = (
    "the stop has no place",
    "no street within reach of the stop",
    "the street is farther than the walk",
    "no stop of the corridor counts",
)


def catchments(
    points: gpd.GeoDataFrame,
    walking: Walking | None = None,
    *,
    bands_m: Sequence[float] | None = None,
    basis: str = "streets",
    buffer_m: float | None = None,
    fill_ha: float | None = None,
    hull_ratio: float | None = None,
) -> gpd.GeoDataFrame:
    """Draw the area within a walk of each stop, for several walks in metres: one polygon per stop and walk.

    A walk runs from the stop straight to the nearest street and on along the streets, which are cut where the walk
    ends. On the basis ``streets`` the catchment is what lies within ``buffer_m`` of a street reached, blocks filled;
    on ``hull`` a concave hull of the places reached, quick but approximate: it may span a river. Without a network
    it is a ``disc`` with a radius of the walk over the factor, and approximate, too; the table says which.

    Parameters
    ----------
    points
        Stops on EPSG:27700 with a unique index; ``stop_name`` is taken over. A shape counts by its centroid.
    walking
        How walks are measured, its shapes apart; discs by the factor of the parameters when ``None``.
    bands_m
        Longest walks in metres, each above 0; parameters ``catchments.bus_stop_m``, ``station_m`` and ``rail_m``
        when ``None``.
    basis
        ``streets``, ``hull`` or ``disc``.
    buffer_m, fill_ha, hull_ratio
        How the area reached is drawn; parameters of ``catchments`` when ``None``.

    Returns
    -------
    GeoDataFrame
        :data:`siteprior.core.schema.CATCHMENTS`, in the order of the points and rising walks. A stop without a place or
        a street has its rows, without a shape and with a note. The polygon of a shorter walk lies in that of a
        longer one.

    Raises
    ------
    InputError
        Naming every argument that is out of range.

    Examples
    --------
    >>> stop = gpd.GeoDataFrame({"stop_name": ["Alder"]}, index=["A"], geometry=gpd.points_from_xy([0], [0]), crs=27700)
    >>> drawn = catchments(stop, bands_m=[400, 800])
    >>> drawn["basis"].tolist(), drawn["hectares"].round(1).to_dict()
    (['disc', 'disc'], {'A|400': 29.7, 'A|800': 118.8})

    References
    ----------
    Walks of 400 m and 800 m: UK habit, of weak origin; 960 m: TfL, *Assessing transport connectivity in London*
    (2015), section 2.5.
    """
    check(points, replace(STOPS, index=""), name="points", needs=(), may_have=("stop_name",))
    if not points.index.is_unique:
        twice = points.index[points.index.duplicated()][0]
        raise InputError(f"points: the index holds '{twice}' more than once; make it unique")
    names = points["stop_name"] if "stop_name" in points.columns else pd.Series(np.nan, index=points.index)
    groups = {str(name): np.array([place]) for place, name in enumerate(points.index)}
    style = _style(walking or Walking(), bands_m, basis, buffer_m, fill_ha, hull_ratio)
    table = _table(points, groups, style)
    table["stop"] = table["group"]
    table["stop_name"] = np.repeat(names.to_numpy(dtype=object), len(style.bands))
    return _declared(table)


def corridor_catchments(
    corridor_stops: gpd.GeoDataFrame,
    walking: Walking | None = None,
    *,
    count_planned: bool = False,
    bands_m: Sequence[float] | None = None,
    basis: str = "streets",
    buffer_m: float | None = None,
    fill_ha: float | None = None,
    hull_ratio: float | None = None,
) -> gpd.GeoDataFrame:
    """Draw the area within a walk, in metres, of any stop of a corridor that counts: one shape per corridor and walk.

    What several stops reach counts once. A stop counts when it is open, or planned where ``count_planned``.

    Parameters
    ----------
    corridor_stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS`, with their state on a day.
    count_planned
        Whether planned stops count, too.
    walking, bands_m, basis, buffer_m, fill_ha, hull_ratio
        As in :func:`catchments`.

    Returns
    -------
    GeoDataFrame
        :data:`siteprior.core.schema.CATCHMENTS`, corridors in the order of the stops; ``stops`` is how many the shape
        is measured from. A corridor without one has its rows, without a shape and with a note.

    Raises
    ------
    InputError
        When ``corridor_stops`` is not such a table; naming every argument that is out of range.

    Examples
    --------
    >>> stops = pd.DataFrame({"corridor": "Line", "order": [1, 2], "state": "open"}, index=["Line#1", "Line#2"])
    >>> places = gpd.points_from_xy([0, 300], [0, 0])
    >>> stops = conform(gpd.GeoDataFrame(stops, geometry=places, crs=27700), CORRIDOR_STOPS)
    >>> corridor_catchments(stops, bands_m=[400])["hectares"].round(1).to_dict()
    {'Line|400': 47.4}
    """
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops")
    counts = corridor_stops["state"].isin(["open", "planned"] if count_planned else ["open"]).to_numpy()
    positions = pd.Series(np.arange(len(corridor_stops)), index=corridor_stops["corridor"].to_numpy())
    rows_of = {str(name): rows.to_numpy() for name, rows in positions.groupby(level=0, sort=False)}
    groups = {name: rows[counts[rows]] for name, rows in rows_of.items()}
    style = _style(walking or Walking(), bands_m, basis, buffer_m, fill_ha, hull_ratio)
    table = _table(corridor_stops, groups, style)
    table["corridor"] = table["group"]
    return _declared(table)


class _Drawn(NamedTuple):
    """The catchment of a group of stops: a shape and a length of street per walk, or why there is none."""

    shapes: list[BaseGeometry | None]
    streets_m: list[float]
    used: int
    note: str | None


Draw: TypeAlias = Callable[[Ints], _Drawn]


class _Style(NamedTuple):
    """How catchments are measured and drawn; the walks rise."""

    walking: Walking
    bands: tuple[float, ...]
    basis: str
    disc_segments: int
    look: shaping.OutlineStyle


def _style(
    walking: Walking,
    bands_m: Sequence[float] | None,
    basis: str,
    buffer_m: float | None,
    fill_ha: float | None,
    hull_ratio: float | None,
) -> _Style:
    """Check what was asked for; where nothing was stated, the parameters hold."""
    settings = load_parameters("catchments")
    usual = [settings.number(name) for name in ("bus_stop_m", "station_m", "rail_m")]
    given = usual if bands_m is None else bands_m
    bands = tuple(sorted({float(band) for band in given}))
    look = shaping.OutlineStyle(
        settings.number("buffer_m") if buffer_m is None else float(buffer_m),
        settings.number("fill_ha") if fill_ha is None else float(fill_ha),
        settings.number("hull_ratio") if hull_ratio is None else float(hull_ratio),
        settings.integer("end_segments"),
    )
    drawn = "disc" if walking.network is None else basis
    faults = [
        f"{name}: {value} is not {what}"
        for name, value, fits, what in (
            ("bands_m", given, bands and min(bands) > 0 and np.isfinite(bands).all(), "one or more metres above 0"),
            ("buffer_m", buffer_m, 0 < look.buffer_m < np.inf, "metres above 0"),
            ("fill_ha", fill_ha, look.fill_ha >= 0, "hectares from 0"),
            ("hull_ratio", hull_ratio, 0 <= look.hull_ratio <= 1, "a ratio from 0 to 1"),
        )
        if not fits
    ]
    if basis not in CATCHMENT_BASES:
        faults.append(unknown("basis", basis, CATCHMENT_BASES))
    if faults:
        raise InputError(*faults)
    return _Style(walking, bands, drawn, settings.integer("disc_segments"), look)


def _table(points: gpd.GeoDataFrame, groups: Mapping[str, Ints], style: _Style) -> pd.DataFrame:
    """Draw every group of stops, one row per group and walk."""
    places = coordinates(points)
    network = style.walking.network
    draw = _discs(places, style) if network is None or style.basis == "disc" else _walks(network, places, style)
    rows = []
    for name, members in groups.items():
        drawn = draw(members)
        for place, band in enumerate(style.bands):
            shape = drawn.shapes[place] if drawn.shapes else None
            there = shape is not None
            rows.append(
                {
                    "catchment": f"{name}|{band:g}",
                    "group": name,
                    "stops": drawn.used,
                    "band_m": band,
                    "basis": style.basis if there else None,
                    "approximate": ("no" if style.basis == "streets" else "yes") if there else None,
                    "streets_m": drawn.streets_m[place] if there and drawn.streets_m else np.nan,
                    "hectares": shapely.area(shape) / shaping.SQM_PER_HA if there else np.nan,
                    "catchment_note": None if there else drawn.note or NO_WAY,
                    "geometry": shape,
                }
            )
    columns = ["catchment", "group", "stops", "band_m", "basis", "approximate", "streets_m", "hectares",
               "catchment_note", "geometry"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).set_index("catchment")


def _declared(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the rows as the declared table."""
    shapes = gpd.GeoSeries(table["geometry"].to_numpy(dtype=object), index=table.index, crs=CRS)
    drawn = gpd.GeoDataFrame(table.drop(columns=["group", "geometry"]), geometry=shapes, crs=CRS)
    result: gpd.GeoDataFrame = conform(drawn, CATCHMENTS)
    return result


def _note(members: Ints, placed: Flags, snapped: Flags) -> str | None:
    """Return why a group of stops has no catchment, or nothing where it may have one."""
    if not len(members):
        return NO_STOP
    if not placed[members].any():
        return NO_PLACE
    return None if snapped[members].any() else NO_STREET


def _discs(places: Floats, style: _Style) -> Draw:
    """Return how to draw a group of stops without streets."""
    placed = known_places(places)

    def draw(members: Ints) -> _Drawn:
        used = members[placed[members]]
        if not len(used):
            return _Drawn([], [], 0, _note(members, placed, placed))
        points = points_at(places[used])
        discs: list[BaseGeometry | None] = [
            shapely.union_all(shapely.buffer(points, band / style.walking.walk_factor, quad_segs=style.disc_segments))
            for band in style.bands
        ]
        return _Drawn(discs, [], len(used), None)

    return draw


def _walks(network: WalkNetwork, places: Floats, style: _Style) -> Draw:
    """Return how to draw a group of stops on the streets."""
    placed = known_places(places)
    snapped = snap(network, places, max_snap_m=style.walking.max_snap_m)
    on_street = snapped.edge >= 0
    measure = shaping.measure_edges(network)

    def streets(members: Ints) -> tuple[list[Geometries], list[float]]:
        """Return, for each walk, the lines reached and their length without the way to the street."""
        origins = Snapped(snapped.edge[members], snapped.along_mm[members], snapped.snap_mm[members])
        ends = np.stack([places[members], shaping.origin_places(network, origins, measure)], axis=1)
        connectors = np.asarray(shapely.linestrings(ends), dtype=object)
        parts = shaping.stretches_within(network, origins, style.bands, measure)
        near = [connectors[origins.snap_mm <= round(band * MM_PER_M)] for band in style.bands]
        lines = [np.append(shaping.cut(network, some, measure), way) for some, way in zip(parts, near, strict=True)]
        return lines, [shaping.length_m(some) for some in parts]

    def hulls(members: Ints) -> list[BaseGeometry | None]:
        """Return the hulls of one stop; that of a longer walk is made to hold that of a shorter one."""
        shapes: list[BaseGeometry | None] = []
        for lines in streets(members)[0]:
            drawn = [shaping.hull(lines, style.look)] if len(lines) else []
            shapes.append(_union([*shapes[-1:], *drawn]))
        return shapes

    def draw(members: Ints) -> _Drawn:
        used = members[on_street[members]]
        if not len(used):
            return _Drawn([], [], 0, _note(members, placed, on_street))
        lines, lengths = streets(used)
        if style.basis == "hull":
            each = [hulls(used[place : place + 1]) for place in range(len(used))]
            return _Drawn([_union(shapes) for shapes in zip(*each, strict=True)], lengths, len(used), None)
        shapes = [shaping.along_streets(some, style.look) if len(some) else None for some in lines]
        return _Drawn(shapes, lengths, len(used), None)

    return draw


def _union(shapes: Iterable[BaseGeometry | None]) -> BaseGeometry | None:
    """Return the shapes that are there as one; ``None`` where none is."""
    drawn = [shape for shape in shapes if shape is not None]
    return shapely.union_all(drawn) if drawn else None
