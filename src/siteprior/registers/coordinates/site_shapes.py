"""The shape of a site: the user's polygon where there is one, else a disc of the registered hectares.

Registers give points. A polygon is taken by its reference, or by its place and size together; how far a site may
reach, or lie, from its point is told in metres for every distance measured later (METHODS section 2g: ±√(A/π)).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import record
from siteprior.core.io.vector_files import lacking, mended, read_vector
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS, REGISTER, SHAPES, SITE_SHAPES, check, conform
from siteprior.registers.coordinates.match_shapes import areas_agree, by_location, by_reference, note

M2_PER_HA = 10_000

NEEDS = ("reference", "organisation", "site_name", "hectares", "file", "row", "coordinate_confidence")
"""Columns of the sites that decide on their shapes."""


def read_shapes(
    path: Path | str,
    *,
    reference: str | None = None,
    organisation: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    file: str | None = None,
) -> Reading:
    """Read polygons of sites, areas in hectares, on EPSG:27700: a ``brownfield-site`` file or the user's own drawings.

    Parameters
    ----------
    path
        Any vector file GDAL reads; ``.gz`` and ``archive.zip!member`` are opened as they are.
    reference
        The column that holds the site's reference; without one, polygons can be matched by place only.
    organisation
        ONS code of the council all these sites belong to; else a reference may be that of any council's site near by.
    layer, crs
        The layer of a file that holds several, and the coordinate system of one that does not say it.
    file
        What the file is called in the table, the issues and the provenance; its path when not given.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.SHAPES` in the order of the file. Broken polygons are mended and logged; what is no
        polygon is left out and logged.

    Raises
    ------
    InputError
        When the file cannot be read or lacks the column.

    Examples
    --------
    >>> import tempfile
    >>> drawn = gpd.GeoDataFrame({"REF": ["S1"]}, geometry=[shapely.box(4e5, 29e4, 400100, 290200)], crs=CRS)
    >>> path = Path(tempfile.mkdtemp()) / "own.geojson"
    >>> drawn.to_file(path)
    >>> read_shapes(path, reference="REF", file="own.geojson").table[["reference", "hectares"]].to_dict("index")
    {'own.geojson#1': {'reference': 'S1', 'hectares': 2.0}}
    """
    label = str(path) if file is None else file
    raw = read_vector(path, layer=layer, crs=crs)
    faults = lacking(label, raw.columns, {"reference": reference})
    if faults:
        raise InputError(*faults)
    log = IssueLog(label)
    drawn = shapely.force_2d(raw.geometry.to_numpy())
    areal = np.isin(shapely.get_type_id(drawn), [3, 6]) & ~shapely.is_empty(drawn)
    shapes, broken = mended(drawn)
    lost = areal & shapely.is_empty(shapes)
    for at in np.flatnonzero(~areal):
        there = not (shapely.is_missing(drawn[at]) or shapely.is_empty(drawn[at]))
        log.add(
            "Unexpected geom type" if there else "invalid geometry - not fixable",
            row=int(raw.index[at]),
            field="geometry",
            value=drawn[at].geom_type if there else "",
            action="left out: not a polygon" if there else "left out: has no shape",
        )
    for position, reason in broken.items():
        log.add(
            "invalid geometry - not fixable" if lost[position] else "invalid geometry - fixed",
            row=int(raw.index[position]),
            field="geometry",
            value=reason,
            action="left out: nothing areal is left of it" if lost[position] else "mended",
        )
    table = gpd.GeoDataFrame(
        {
            "reference": _text(raw[reference]).to_numpy() if reference else None,
            "organisation": organisation,
            "hectares": shapely.area(shapes) / M2_PER_HA,
        },
        index=pd.Index([f"{label}#{number}" for number in raw.index], dtype="str"),
        geometry=shapes,
        crs=CRS,
    )[areal & ~lost]
    table = conform(table, SHAPES)
    return Reading(table, log.table(), (record(path, role="shapes", file=label, rows=len(table)),))


def no_shapes() -> Any:
    """Return an empty table of shapes, for a project that has none."""
    return conform(gpd.GeoDataFrame(index=pd.Index([], dtype="str"), geometry=[], crs=CRS), SHAPES)


def site_shapes(sites: Any, polygons: Any | None = None) -> tuple[Any, pd.DataFrame]:
    """Give each site its shape, and say how far it may reach or lie from its point, in metres.

    A polygon is the site's **by reference** when both references have the same letters and numbers (``BR/001`` and
    ``br 1``), the council is not another, and it lies within ``reach_m`` of the site's point; several polygons of
    one reference make one shape. Else **by location**: of the polygons left whose area agrees with the registered
    hectares, the point lies in exactly one, or in none and within ``near_m`` of exactly one. A polygon that two sites
    could claim alike is given to neither. Else the site is a **disc** of its hectares about its point, with corners
    on the circle of radius √(A/π); else, without hectares, a **point**.

    ``position_uncertainty_m`` is, for a disc, that radius and what the coordinate confidence adds; for a polygon by
    location what the coordinate confidence adds; for a polygon by reference nothing. For a point it is missing:
    nobody knows how far the site reaches, and no number is made up for it.

    Parameters
    ----------
    sites
        :data:`siteprior.core.schema.REGISTER`.
    polygons
        :data:`siteprior.core.schema.SHAPES`, of one file or of several below one another.

    Returns
    -------
    tuple
        :data:`siteprior.core.schema.SITE_SHAPES` on the index of ``sites`` (no geometry for points and sites without a
        place), and the issues: polygons that contradict the registered hectares (kept, ``hectares_agree`` is no),
        polygons refused, and how many polygons of each file no site took.

    Raises
    ------
    InputError
        When ``sites`` or ``polygons`` is not such a table.

    Notes
    -----
    Radius of a disc: METHODS section 2g (1 ha = 56 m, 26 ha = 288 m). Ratios and distances: ``parameters/shapes.toml``,
    proposals of this project.

    Examples
    --------
    >>> sites = conform(gpd.GeoDataFrame(
    ...     {"reference": ["S1"], "hectares": [1.0], "coordinate_confidence": ["high"]},
    ...     index=pd.Index(["E08000028:S1"], name="site_id"), geometry=[shapely.Point(4e5, 29e4)], crs=CRS), REGISTER)
    >>> shapes, _ = site_shapes(sites)
    >>> shapes[["shape_basis", "position_uncertainty_m"]].round(1).to_dict("records")
    [{'shape_basis': 'disc', 'position_uncertainty_m': 59.4}]
    """
    check(sites, REGISTER, name="sites", needs=NEEDS)
    polygons = no_shapes() if polygons is None else polygons
    check(polygons, SHAPES, name="polygons")
    log = IssueLog()
    result = gpd.GeoDataFrame(
        {"site_name": sites["site_name"], "hectares": sites["hectares"]},
        index=sites.index,
        geometry=gpd.GeoSeries([None] * len(sites), index=sites.index, crs=CRS),
    )
    for column in ("shape_basis", "shape_id", "hectares_agree"):
        result[column] = pd.Series(None, index=sites.index, dtype=object)
    result["shape_hectares"] = np.nan
    known = by_reference(sites, polygons, log)
    _put(result, known, polygons, "polygon by reference")
    rest = polygons.drop(index=known["shape"].unique())
    located = by_location(sites[result["shape_basis"].isna()], rest, log)
    _put(result, located, polygons, "polygon by location")
    _discs(result, sites)
    _contradictions(result, sites, log)
    result["position_uncertainty_m"] = _uncertainty(result, sites)
    _left_over(polygons, {*known["shape"], *located["shape"]}, log)
    return conform(result, SITE_SHAPES), log.table()


def _text(values: pd.Series) -> pd.Series:
    """Return a column of references as trimmed text; a whole number stored as a decimal loses its '.0'."""
    if pd.api.types.is_float_dtype(values):
        values = values.map("{:.15g}".format, na_action="ignore")
    text = values.astype(object).where(values.notna(), "").astype("str").str.strip()
    return text.mask(text == "")


def _put(result: Any, pairs: pd.DataFrame, polygons: Any, basis: str) -> None:
    """Give the sites of the pairs their polygons, several of one site as one shape."""
    if pairs.empty:
        return
    drawn = polygons.loc[pairs["shape"]].set_index(pd.Index(pairs["site"]))
    drawn["shape_id"] = pairs["shape"].to_numpy()
    whole = drawn.groupby(level=0, sort=False).agg({"geometry": shapely.union_all, "shape_id": "first"})
    shapes = gpd.GeoSeries(whole["geometry"], index=whole.index, crs=CRS)
    result.loc[whole.index, "geometry"] = shapes
    result.loc[whole.index, "shape_basis"] = basis
    result.loc[whole.index, "shape_id"] = whole["shape_id"]
    result.loc[whole.index, "shape_hectares"] = shapes.area / M2_PER_HA


def _discs(result: Any, sites: Any) -> None:
    """Give the sites without a polygon a disc of their hectares, where they have both a place and hectares."""
    placed = ~(sites.geometry.isna() | sites.geometry.is_empty) & result["shape_basis"].isna()
    sized = placed & (sites["hectares"] > 0)
    circles = shapely.buffer(
        shapely.centroid(sites.geometry[sized].to_numpy()),
        _radius(sites["hectares"][sized]),
        quad_segs=load_parameters("shapes")["disc_segments"].value,
    )
    result.loc[sized, "geometry"] = gpd.GeoSeries(circles, index=sites.index[sized], crs=CRS)
    result.loc[sized, "shape_hectares"] = sites["hectares"]
    result.loc[placed, "shape_basis"] = "point"
    result.loc[sized, "shape_basis"] = "disc"


def _radius(hectares: pd.Series) -> Any:
    """Return the radius in metres of a disc of the hectares."""
    return np.sqrt(hectares.to_numpy(dtype=float) * M2_PER_HA / np.pi)


def _contradictions(result: Any, sites: Any, log: IssueLog) -> None:
    """Say of each polygon whether its area agrees with the registered hectares, and log those that do not."""
    polygon = result["shape_id"].notna() & (sites["hectares"] > 0)
    agree = pd.Series(areas_agree(result["shape_hectares"], sites["hectares"]), index=sites.index)
    result.loc[polygon, "hectares_agree"] = agree[polygon].map({True: "yes", False: "no"})
    for site in sites.index[polygon & ~agree]:
        drawn, stated = result.loc[site, "shape_hectares"], sites.loc[site, "hectares"]
        note(log, sites, site, "too small" if stated < drawn else "too large",
              f"both kept: the polygon measures {drawn:.2f} ha", value=f"{stated:g}")  # fmt: skip


def _uncertainty(result: Any, sites: Any) -> Any:
    """Return metres: a disc's reach, and what the coordinate confidence adds unless a reference names the place."""
    presets = load_parameters("shapes")["coordinates"]
    # a confidence nobody stated is as good as low
    doubt = sites["coordinate_confidence"].map({name: float(p.value) for name, p in presets.items()})
    doubt = doubt.fillna(presets["low"].value).astype(float)
    reach = {"disc": _radius(sites["hectares"]) + doubt, "polygon by location": doubt, "polygon by reference": 0.0}
    uncertainty = pd.Series(np.nan, index=sites.index)
    for basis, metres in reach.items():
        uncertainty = uncertainty.mask(result["shape_basis"] == basis, metres)
    return uncertainty


def _left_over(polygons: Any, taken: set[Any], log: IssueLog) -> None:
    """Log per file how many of its polygons are no site's."""
    files = [str(shape).rpartition("#")[0] for shape in polygons.index]
    drawn = Counter(files)
    spare = Counter(file for file, shape in zip(files, polygons.index, strict=True) if shape not in taken)
    for file, number in spare.items():
        log.add("unknown entity", file=file, field="geometry", value=number,
                action=f"{number} of {drawn[file]} polygons belong to no site read")  # fmt: skip
