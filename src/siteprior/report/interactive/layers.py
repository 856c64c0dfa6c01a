"""What the page's map shows behind the sites: areas, councils, corridors, stops, catchments and streets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.dissolve import dissolved
from siteprior.core.parameters import Parameters, load_parameters
from siteprior.report import style
from siteprior.report.html.labels import KIND_NOT_STATED, district_names, kind_title
from siteprior.report.interactive.geometry import line_steps, place_steps, polygon_steps, simplified_areas
from siteprior.report.maps.outlines import district_outlines
from siteprior.walking.network import WalkNetwork

Layer = dict[str, Any]  # what JSON can hold

BYTES_PER_MB = 1_000_000


def map_layers(
    *,
    areas: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    catchments: gpd.GeoDataFrame | None = None,
    network: WalkNetwork | None = None,
    districts: gpd.GeoDataFrame | None = None,
) -> tuple[dict[str, Layer], list[str]]:
    """Collect the layers behind the sites in degrees, and say what was left out.

    Parameters
    ----------
    areas
        ``lsoa_name``, ``district_code`` and ``imd_decile`` (1 = most deprived).
    corridors
        ``kind``, indexed by ``corridor``.
    stops
        ``stop_name``, ``mode`` and ``state``; closed stops are not shown, and buses have no name.
    catchments
        ``corridor``, ``band_m`` (metres of walk); none when ``None``.
    network
        The streets; none when ``None``.
    districts
        The areas dissolved into districts, where they are already.

    Returns
    -------
    tuple
        The layers by name, those with a shape, and a sentence per layer that had to be left out.

    Examples
    --------
    >>> nothing = gpd.GeoDataFrame({name: [] for name in ("kind", "stop_name", "mode", "state")}, geometry=[])
    >>> areas = gpd.GeoDataFrame({"lsoa_name": ["Birmingham 001A"], "district_code": ["E08000025"], "imd_decile": [1]},
    ...                          geometry=[shapely.box(407000, 287000, 408000, 288000)], crs=27700)
    >>> layers, left_out = map_layers(areas=areas, corridors=nothing, stops=nothing)
    >>> list(layers), layers["areas"]["deciles"], left_out
    (['areas', 'councils'], [1], [])
    """
    limits = load_parameters("report")
    decimals = limits.integer("coordinate_decimals")
    layers, left_out = _areas(areas, limits, districts), list[str]()
    if len(areas) > limits.integer("full_areas"):
        left_out.append(f"{len(areas):,} areas are too many for this page, which draws the councils alone")
    stops, buses = _few_enough(stops, limits)
    if buses:
        left_out.append(f"{buses:,} bus stops are too many for this page, and are left out")
    layers |= {**_corridors(corridors, decimals), **_stops(stops, decimals)}
    if catchments is not None:
        layers |= _catchments(catchments, limits)
    if network is not None:
        lines = line_steps(np.asarray(shapely.simplify(network.lines, limits.number("street_tolerance_m"))), decimals)
        size = len(json.dumps(lines, separators=(",", ":"))) / BYTES_PER_MB
        most = limits.number("streets_mb")
        if size <= most:
            layers["streets"] = {"lines": lines}
        else:
            left_out.append(f"The streets would take {size:.1f} MB of this page, more than {most:g}, and are left out")
    return layers, left_out


def codes(values: pd.Series) -> tuple[list[str], list[int]]:
    """Return the different texts of a column in order of their first row, and the place of each row's; −1 is missing.

    Examples
    --------
    >>> codes(pd.Series(["b", None, "a", "b"]))
    (['b', 'a'], [0, -1, 1, 0])
    """
    place, names = pd.factorize(values, use_na_sentinel=True)
    return [str(name) for name in names], place.tolist()


def _placed(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows that have a place."""
    return table[table.geometry.notna() & ~table.geometry.is_empty]


def _few_enough(stops: gpd.GeoDataFrame, limits: Parameters) -> tuple[gpd.GeoDataFrame, int]:
    """Return the stops without those of buses where these are too many, and how many went."""
    buses = (stops["mode"] == "bus").to_numpy()
    many = int(buses.sum())
    return (stops[~buses], many) if many > limits.integer("full_bus_stops") else (stops, 0)


def _areas(areas: gpd.GeoDataFrame, limits: Parameters, districts: gpd.GeoDataFrame | None) -> dict[str, Layer]:
    """Return the areas with their deciles, and the outlines of the councils with a place for the name.

    Of too many areas only the councils.
    """
    shown = _placed(areas)
    if shown.empty:
        return {}
    decimals = limits.integer("coordinate_decimals")
    if len(areas) > limits.integer("full_areas"):
        whole = district_outlines(shown, districts)
        kept = simplified_areas(np.array(list(whole.values()), dtype=object), limits.number("outline_tolerance_m"))
        return _councils(dict(zip(whole, kept, strict=True)), district_names(shown), decimals)
    shapes = simplified_areas(shown.geometry.to_numpy(), limits.number("outline_tolerance_m"))
    names = shown["lsoa_name"].astype("str").where(shown["lsoa_name"].notna(), None)
    layers = {
        "areas": {
            "polygons": polygon_steps(shapes, decimals),
            "deciles": _numbers(shown["imd_decile"]),
            "names": [None if name is None else str(name) for name in names],
        }
    }
    known = shown["district_code"].notna().to_numpy()
    if known.any():
        grouped = pd.Series(np.flatnonzero(known)).groupby(shown["district_code"][known].astype(str).to_numpy())
        outlines = {str(code): dissolved(shapes[rows.to_numpy()]) for code, rows in grouped}
        layers |= _councils(outlines, district_names(shown), decimals)
    return layers


def _councils(outlines: Mapping[str, BaseGeometry], titles: Mapping[str, str], decimals: int) -> dict[str, Layer]:
    """Return the outlines of the councils, each with a place for its name; nothing where there is none."""
    if not outlines:
        return {}
    outside = np.array(list(outlines.values()), dtype=object)
    inside = shapely.get_coordinates(shapely.point_on_surface(outside))
    return {
        "councils": {
            "polygons": polygon_steps(outside, decimals),
            "names": [titles.get(code, "") for code in outlines],
            "places": place_steps(inside, decimals),
        }
    }


def _corridors(corridors: gpd.GeoDataFrame, decimals: int) -> dict[str, Layer]:
    """Return the corridors as lines with the colour of their kind."""
    shown = _placed(corridors)
    if shown.empty:
        return {}
    kinds = shown["kind"].fillna("").astype(str)
    looks = style.corridors(kinds)
    return {
        "corridors": {
            "lines": line_steps(shown.geometry.to_numpy(), decimals),
            "names": [str(name) for name in shown.index],
            "kinds": kinds.tolist(),
            "looks": {
                kind: {"title": kind_title(kind) if kind else KIND_NOT_STATED, "colour": shade, "dashed": dashed}
                for kind, (shade, dashed) in looks.items()
            },
        }
    }


def _stops(stops: gpd.GeoDataFrame, decimals: int) -> dict[str, Layer]:
    """Return rail, metro and other named stops that are not closed, and bus stops as mere places."""
    shown = _placed(stops)
    shown = shown[shown["state"].fillna("") != "closed"]
    bus = (shown["mode"] == "bus").to_numpy()
    layers: dict[str, Layer] = {}
    named = shown[~bus]
    if len(named):
        layers["stops"] = {
            "places": place_steps(shapely.get_coordinates(named.geometry.to_numpy()), decimals),
            "names": [None if pd.isna(name) else str(name) for name in named["stop_name"]],
            "modes": [None if pd.isna(mode) else str(mode) for mode in named["mode"]],
            "states": [None if pd.isna(state) else str(state) for state in named["state"]],
            "colours": {
                mode: style.MODES.get(mode, style.STOP_NOT_STATED) for mode in sorted(named["mode"].dropna().unique())
            },
        }
    if bus.any():
        layers["bus_stops"] = {"places": place_steps(shapely.get_coordinates(shown.geometry.to_numpy()[bus]), decimals)}
    return layers


def _catchments(catchments: gpd.GeoDataFrame, limits: Parameters) -> dict[str, Layer]:
    """Return the walk catchments of the corridors, the widest first so that narrower ones lie on top."""
    shown = _placed(catchments).sort_values("band_m", ascending=False, kind="stable")
    if shown.empty:
        return {}
    shapes = shapely.simplify(shown.geometry.to_numpy(), limits.number("outline_tolerance_m"))
    return {
        "catchments": {
            "polygons": polygon_steps(np.asarray(shapes), limits.integer("coordinate_decimals")),
            "names": [str(name) for name in shown["corridor"]],
            "bands": _numbers(shown["band_m"]),
        }
    }


def _numbers(values: pd.Series) -> list[int | None]:
    """Return whole numbers; missing as ``None``."""
    return [None if pd.isna(value) else round(float(value)) for value in values]


def bounds(*places: npt.NDArray[np.float64]) -> Sequence[float] | None:
    """Return west, south, east and north of places (two columns, degrees); ``None`` where there is none.

    Examples
    --------
    >>> bounds(np.array([[-2.0, 52.5], [-1.5, 52.4], [np.nan, np.nan]]))
    [-2.0, 52.4, -1.5, 52.5]
    """
    known = np.vstack(places)
    known = known[np.isfinite(known).all(axis=1)]
    return None if known.size == 0 else [*known.min(axis=0).tolist(), *known.max(axis=0).tolist()]
