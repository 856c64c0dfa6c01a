"""Walk catchments of stops and corridors as polygons: what can be reached on foot, not what lies in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CATCHMENT_BASES, CATCHMENTS, CORRIDOR_STOPS, CRS, check, conform
from siteprior.joins._geometry import check_walks, coordinates
from siteprior.walking import catchment_shapes as shaping
from siteprior.walking.network import MM_PER_M, WalkNetwork
from siteprior.walking.walk import Snapped, snap

NO_PLACE, NO_STREET, NO_WAY, NO_STOP = (
    "the stop has no place",
    "no street within reach of the stop",
    "the street is farther than the walk",
    "no stop of the corridor counts",
)


def catchments(
    network: WalkNetwork | None,
    points: Any,
    *,
    bands_m: Sequence[float] | None = None,
    basis: str = "streets",
    max_snap_m: float | None = None,
    walk_factor: float | None = None,
    buffer_m: float | None = None,
    fill_ha: float | None = None,
    hull_ratio: float | None = None,
) -> gpd.GeoDataFrame:
    """Draw the ground within a walk of each stop, for several walks in metres: one polygon per stop and walk.

    A walk runs from the stop straight to the nearest street and on along the streets, which are cut where the walk
    ends. On the basis ``streets`` the catchment is what lies within ``buffer_m`` of a street reached, blocks filled;
    on ``hull`` a concave hull of the places reached, quick but approximate: it may span a river. Without a network
    it is a ``disc`` with a radius of the walk over ``walk_factor``, and approximate, too; the table says which.

    Parameters
    ----------
    network
        The streets; ``None`` where none are held.
    points
        Stops on EPSG:27700 with a unique index; ``stop_name`` is taken over. A shape counts by its centroid.
    bands_m
        Longest walks in metres, each above nought; presets ``catchments.bus_stop_m``, ``station_m`` and ``rail_m``
        when ``None``.
    basis
        ``streets``, ``hull`` or ``disc``.
    max_snap_m
        Farthest a street may lie from a stop, in metres; needed with a network.
    walk_factor
        Ratio of walk to straight line, at least 1; needed for discs.
    buffer_m, fill_ha, hull_ratio
        How the ground reached is drawn; presets of ``catchments`` when ``None``.

    Returns
    -------
    GeoDataFrame
        :data:`siteprior.core.schema.CATCHMENTS`, in the order of the points and rising walks. A stop without a place or
        a street has its rows, without a shape and with a note. The polygon of a shorter walk lies in that of a
        longer one.

    Raises
    ------
    InputError
        Naming every argument that is missing or out of range.

    Examples
    --------
    >>> stop = gpd.GeoDataFrame({"stop_name": ["Alder"]}, index=["A"], geometry=gpd.points_from_xy([0], [0]), crs=27700)
    >>> around = catchments(None, stop, bands_m=[400, 800], walk_factor=1.3)
    >>> around["basis"].tolist(), around["hectares"].round(1).to_dict()
    (['disc', 'disc'], {'A|400': 29.7, 'A|800': 118.8})

    References
    ----------
    Walks of 400 m and 800 m: UK habit, of weak origin; 960 m: TfL, *Assessing transport connectivity in London*
    (2015), section 2.5.
    """
    if not isinstance(points, gpd.GeoDataFrame):
        raise InputError(f"points: needs a table with places (GeoDataFrame), got {type(points).__name__}")
    if not points.index.is_unique:
        twice = points.index[points.index.duplicated()][0]
        raise InputError(f"points: the index holds '{twice}' more than once; make it unique")
    names = points["stop_name"] if "stop_name" in points.columns else pd.Series(np.nan, index=points.index)
    groups = {str(name): np.array([place]) for place, name in enumerate(points.index)}
    style = _style(network, bands_m, basis, max_snap_m, walk_factor, buffer_m, fill_ha, hull_ratio)
    table = _table(points, groups, style)
    table["stop"] = table["group"]
    table["stop_name"] = np.repeat(names.to_numpy(dtype=object), len(style.bands))
    return _declared(table)


def corridor_catchments(
    corridor_stops: Any,
    network: WalkNetwork | None,
    *,
    count_planned: bool = False,
    bands_m: Sequence[float] | None = None,
    basis: str = "streets",
    max_snap_m: float | None = None,
    walk_factor: float | None = None,
    buffer_m: float | None = None,
    fill_ha: float | None = None,
    hull_ratio: float | None = None,
) -> gpd.GeoDataFrame:
    """Draw the ground within a walk, in metres, of any stop of a corridor that counts: one shape per corridor and walk.

    What several stops reach counts once. A stop counts when it is open, or planned where ``count_planned``.

    Parameters
    ----------
    corridor_stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS`, settled for a day.
    network
        The streets; ``None`` where none are held.
    count_planned
        Whether planned stops count, too.
    bands_m, basis, max_snap_m, walk_factor, buffer_m, fill_ha, hull_ratio
        As in :func:`catchments`.

    Returns
    -------
    GeoDataFrame
        :data:`siteprior.core.schema.CATCHMENTS`, corridors in the order of the stops; ``stops`` is how many the shape
        is
        measured from. A corridor without one has its rows, without a shape and with a note.

    Raises
    ------
    InputError
        When ``corridor_stops`` is not such a table; naming every argument that is missing or out of range.

    Examples
    --------
    >>> stops = pd.DataFrame({"corridor": "Line", "order": [1, 2], "state": "open"}, index=["Line#1", "Line#2"])
    >>> places = gpd.points_from_xy([0, 300], [0, 0])
    >>> stops = conform(gpd.GeoDataFrame(stops, geometry=places, crs=27700), CORRIDOR_STOPS)
    >>> corridor_catchments(stops, None, bands_m=[400], walk_factor=1.3)["hectares"].round(1).to_dict()
    {'Line|400': 47.4}
    """
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops")
    counts = corridor_stops["state"].isin(["open", "planned"] if count_planned else ["open"]).to_numpy()
    held = pd.Series(np.arange(len(corridor_stops)), index=corridor_stops["corridor"].to_numpy())
    groups = {str(name): rows[counts[rows]] for name, rows in _places_by(held).items()}
    style = _style(network, bands_m, basis, max_snap_m, walk_factor, buffer_m, fill_ha, hull_ratio)
    table = _table(corridor_stops, groups, style)
    table["corridor"] = table["group"]
    return _declared(table)


def _places_by(held: pd.Series) -> Mapping[str, Any]:
    """Return the positions of each name, names in the order they are met."""
    return {name: rows.to_numpy() for name, rows in held.groupby(level=0, sort=False)}


class _Drawn(NamedTuple):
    """The catchment of a group of stops: a shape and a length of street per walk, or why there is none."""

    shapes: list[Any]
    streets_m: list[float]
    used: int
    note: str | None


Draw = Callable[[Any], _Drawn]


class _Style(NamedTuple):
    """How catchments are measured and drawn; the walks rise."""

    network: WalkNetwork | None
    bands: tuple[float, ...]
    basis: str
    max_snap_m: float
    walk_factor: float
    disc_segments: int
    look: shaping.OutlineStyle


def _style(
    network: WalkNetwork | None,
    bands_m: Sequence[float] | None,
    basis: str,
    max_snap_m: float | None,
    walk_factor: float | None,
    buffer_m: float | None,
    fill_ha: float | None,
    hull_ratio: float | None,
) -> _Style:
    """Check what was asked for at the door, presets where nothing was said."""
    preset = {name: entry.value for name, entry in load_parameters("catchments").items()}
    given = [preset["bus_stop_m"], preset["station_m"], preset["rail_m"]] if bands_m is None else bands_m
    bands = tuple(sorted({float(band) for band in given}))
    look = shaping.OutlineStyle(
        float(preset["buffer_m"] if buffer_m is None else buffer_m),
        float(preset["fill_ha"] if fill_ha is None else fill_ha),
        float(preset["hull_ratio"] if hull_ratio is None else hull_ratio),
        int(preset["end_segments"]),
    )
    drawn = "disc" if network is None else basis
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
    elif drawn == "disc" and walk_factor is None:
        faults.append("walk_factor: is needed to draw discs; give the ratio of walk to straight line")
    elif drawn != "disc" and not (max_snap_m is not None and 0 < max_snap_m < np.inf):
        faults.append(f"max_snap_m: {max_snap_m} is not metres above 0; it is needed with a network")
    if faults:
        raise InputError(*faults)
    factor = 1.0 if walk_factor is None else walk_factor
    check_walks(factor, None)
    return _Style(network, bands, drawn, max_snap_m or 0.0, factor, int(preset["disc_segments"]), look)


def _table(points: Any, groups: Mapping[str, Any], style: _Style) -> pd.DataFrame:
    """Draw every group of stops, one row per group and walk."""
    if points.crs is None or points.crs.to_epsg() != int(CRS.removeprefix("EPSG:")):
        raise InputError(f"points: needs metres in {CRS}, is in {points.crs}; convert with to_crs('{CRS}')")
    places = coordinates(points)
    network = style.network
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


def _note(members: Any, placed: Any, snapped: Any) -> str | None:
    """Say why a group of stops has no catchment, or nothing where it may have one."""
    if not len(members):
        return NO_STOP
    if not placed[members].any():
        return NO_PLACE
    return None if snapped[members].any() else NO_STREET


def _discs(places: Any, style: _Style) -> Draw:
    """Return how to draw a group of stops without streets."""
    placed = np.isfinite(places).all(axis=1)

    def draw(members: Any) -> _Drawn:
        used = members[placed[members]]
        if not len(used):
            return _Drawn([], [], 0, _note(members, placed, placed))
        points = shapely.points(places[used])
        discs = [
            shapely.union_all(shapely.buffer(points, band / style.walk_factor, quad_segs=style.disc_segments))
            for band in style.bands
        ]
        return _Drawn(discs, [], len(used), None)

    return draw


def _walks(network: WalkNetwork, places: Any, style: _Style) -> Draw:
    """Return how to draw a group of stops on the streets."""
    placed = np.isfinite(places).all(axis=1)
    snapped = snap(network, places, max_snap_m=style.max_snap_m)
    held = snapped.edge >= 0
    measure = shaping.measure_edges(network)

    def streets(members: Any) -> tuple[list[Any], list[float]]:
        """Return, for each walk, the lines reached and their length without the way to the street."""
        origins = Snapped(snapped.edge[members], snapped.along_mm[members], snapped.snap_mm[members])
        at_street = shaping.origin_places(network, origins, measure)
        doors = shapely.linestrings(np.stack([places[members], at_street], axis=1))
        parts = shaping.stretches_within(network, origins, style.bands, measure)
        near = [doors[origins.snap_mm <= round(band * MM_PER_M)] for band in style.bands]
        lines = [np.append(shaping.cut(network, some, measure), way) for some, way in zip(parts, near, strict=True)]
        return lines, [shaping.length_m(some) for some in parts]

    def hulls(members: Any) -> list[Any]:
        """Return the hulls of one stop; that of a longer walk is made to hold that of a shorter one."""
        shapes: list[Any] = []
        for lines in streets(members)[0]:
            drawn = [shaping.hull(lines, style.look)] if len(lines) else []
            shapes.append(_union([*shapes[-1:], *drawn]))
        return shapes

    def draw(members: Any) -> _Drawn:
        used = members[held[members]]
        if not len(used):
            return _Drawn([], [], 0, _note(members, placed, held))
        lines, lengths = streets(used)
        if style.basis == "hull":
            each = [hulls(used[place : place + 1]) for place in range(len(used))]
            return _Drawn([_union(shapes) for shapes in zip(*each, strict=True)], lengths, len(used), None)
        shapes = [shaping.along_streets(some, style.look) if len(some) else None for some in lines]
        return _Drawn(shapes, lengths, len(used), None)

    return draw


def _union(shapes: Iterable[Any]) -> Any:
    """Return the shapes that are there as one; ``None`` where none is."""
    held = [shape for shape in shapes if shape is not None]
    return shapely.union_all(held) if held else None
