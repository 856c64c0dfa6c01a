"""The shape of a site: the user's polygon where there is one, else a disc of the registered hectares.

Registers give points. A polygon is taken by its reference, or by its place and size together; how far a site may
reach, or lie, from its point is stated in metres for every distance measured later (METHODS section 2g: ±√(A/π)).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import InputError
from siteprior.core.files import Input, record
from siteprior.core.io.shape_collections import opened_collections
from siteprior.core.io.vector_files import lacking, mended, read_vector
from siteprior.core.issues import IssueLog, Reading, issue_table
from siteprior.core.named_paths import Names, Paths, named_paths
from siteprior.core.parameters import load_parameters
from siteprior.core.renamed import renamed_argument
from siteprior.core.schema import CRS, REGISTER, SHAPES, SITE_SHAPES, check, conform
from siteprior.registers.coordinates.match_shapes import (
    agreement,
    as_given,
    by_location,
    by_reference,
    of_sites_given,
)
from siteprior.registers.matching.similarity import M2_PER_HA, disc_radius_m

NEEDS = ("reference", "organisation", "site_name", "hectares", "file", "row", "coordinate_confidence")
"""Columns of the sites that decide on their shapes."""


@renamed_argument(path="paths", file="files")
def read_shapes(
    paths: Paths,
    *,
    reference: str | None = None,
    organisation: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    files: Names | None = None,
) -> Reading[gpd.GeoDataFrame]:
    """Read polygons of sites, areas in hectares, on EPSG:27700: a ``brownfield-site`` file or the user's own drawings.

    Parameters
    ----------
    paths
        One vector file that GDAL reads, or several of the same columns; ``.gz`` and ``archive.zip!member`` are
        opened as they are.
    reference
        The column that holds the site's reference; without one, polygons can be matched by place only.
    organisation
        ONS code of the council all these sites lie in, or of the council or authority that lists them; else a
        reference may be that of any council's site near by.
    layer, crs
        The layer of a file that holds several, and the coordinate system, which goes before the file's own.
    files
        What each file is called in the table, the issues and the provenance; its path when not given.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.SHAPES` in the order of the files. Broken polygons are mended and logged; what is
        no polygon is left out and logged.

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
    >>> read_shapes(path, reference="REF", files="own.geojson").table[["reference", "hectares"]].to_dict("index")
    {'own.geojson#1': {'reference': 'S1', 'hectares': 2.0}}
    """
    tables: list[gpd.GeoDataFrame] = []
    logs: list[IssueLog] = []
    provenance: list[Input] = []
    faults = AllFaults()
    for path, label in named_paths(paths, files, what="shapes"):
        logs.append(IssueLog(label))
        with faults.kept():
            tables.append(_read_polygons(path, reference, organisation, layer, crs, logs[-1]))
            provenance.append(record(path, role="shapes", file=label, rows=len(tables[-1])))
    faults.refuse()
    filled = [table for table in tables if len(table)] or tables[:1]
    table: gpd.GeoDataFrame = filled[0] if len(filled) == 1 else pd.concat(filled)
    return Reading(table, issue_table([row for log in logs for row in log.rows]), tuple(provenance))


def _read_polygons(
    path: Path, reference: str | None, organisation: str | None, layer: str | None, crs: str | None, log: IssueLog
) -> gpd.GeoDataFrame:
    """Read the polygons of one file; log the broken ones mended and the features left out."""
    raw = read_vector(path, layer=layer, crs=crs, log=log)
    faults = lacking(log.file, raw.columns, {"reference": reference})
    if faults:
        raise InputError(*faults)
    drawn = opened_collections(shapely.force_2d(raw.geometry.to_numpy()), raw.index.tolist(), log)
    areal = np.isin(shapely.get_type_id(drawn), [3, 6]) & ~shapely.is_empty(drawn)
    shapes, broken = mended(drawn)
    lost = areal & shapely.is_empty(shapes)
    numbers = raw.index.tolist()
    for position in np.flatnonzero(~areal):
        has_shape = not (shapely.is_missing(drawn[position]) or shapely.is_empty(drawn[position]))
        log.add(
            "Unexpected geom type" if has_shape else "invalid geometry - not fixable",
            row=numbers[position], field="geometry",
            value=drawn[position].geom_type if has_shape else "",
            action="left out: not a polygon" if has_shape else "left out: has no shape",
        )  # fmt: skip
    for number, reason in broken.items():
        log.add(
            "invalid geometry - not fixable" if lost[number] else "invalid geometry - fixed",
            row=numbers[number], field="geometry", value=reason,
            action="left out: nothing areal is left of it" if lost[number] else "mended",
        )  # fmt: skip
    table: gpd.GeoDataFrame = gpd.GeoDataFrame(
        {
            "reference": _reference_texts(raw[reference]).to_numpy() if reference else None,
            "organisation": organisation,
            "hectares": shapely.area(shapes) / M2_PER_HA,
        },
        index=pd.Index([f"{log.file}#{number}" for number in raw.index], dtype="str"),
        geometry=shapes,
        crs=CRS,
    )[areal & ~lost]
    return conform(table, SHAPES)


def no_shapes() -> gpd.GeoDataFrame:
    """Return an empty table of shapes, for a project that has none."""
    return conform(gpd.GeoDataFrame(index=pd.Index([], dtype="str"), geometry=[], crs=CRS), SHAPES)


def site_shapes(
    sites: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give each site its shape, and state how far it may reach or lie from its point, in metres.

    A polygon is the site's **as given** when it names it in ``site_id``, as the polygons of the user's own sites do,
    and lies within ``reach_m`` of the site's point. Else it is the site's **by reference** when both references have
    the same letters and numbers (``BR/001`` and ``br 1``), the council, or who lists the site, is not another, and it
    lies within ``reach_m`` of the site's point; several polygons of one reference make one shape. Else **by
    location**: of the polygons left whose area agrees with the registered hectares, the point lies in exactly one, or
    in none and within ``near_m`` of exactly one. A polygon that two sites could claim alike is given to neither. Else
    the site is a **disc** of its hectares about its point, with corners on the circle of radius √(A/π); else, without
    hectares, a **point**.

    ``position_uncertainty_m`` is, for a disc, that radius and what the coordinate confidence adds; for a polygon by
    location what the coordinate confidence adds; for a polygon as given or by reference nothing. For a point it is
    missing: nobody knows how far the site reaches, and no number is made up for it.

    Parameters
    ----------
    sites
        :data:`siteprior.core.schema.REGISTER`.
    polygons
        :data:`siteprior.core.schema.SHAPES`, of one file or of several below one another
        (:func:`siteprior.registers.coordinates.match_shapes.all_shapes`).

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
    check(polygons, SHAPES, name="polygons", needs=("reference", "organisation", "hectares"), may_have=("site_id",))
    if "site_id" not in polygons:
        polygons = polygons.assign(site_id=None)
    log = IssueLog()
    result = gpd.GeoDataFrame(
        {"site_name": sites["site_name"], "hectares": sites["hectares"]},
        index=sites.index,
        geometry=gpd.GeoSeries(np.full(len(sites), None, dtype=object), index=sites.index, crs=CRS),
    )
    for column in ("shape_basis", "shape_id"):
        result[column] = pd.Series(None, index=sites.index, dtype=object)
    result["shape_hectares"] = np.nan
    own = polygons["site_id"].notna()
    given = as_given(sites, polygons[own], log)
    _assign(result, given, polygons, "polygon as given")
    bare = result["shape_basis"].isna()
    referenced = by_reference(sites[bare], polygons[~own], log)
    _assign(result, referenced, polygons, "polygon by reference")
    loose = polygons[~own & ~polygons.index.isin(referenced["shape"])]
    spare = of_sites_given(sites[~bare], loose, log)
    rest = loose.drop(index=list(spare["shape"].unique()))
    located = by_location(sites[result["shape_basis"].isna()], rest, log)
    _assign(result, located, polygons, "polygon by location")
    _discs(result, sites)
    result["hectares_agree"] = agreement(result, sites, log)
    result["position_uncertainty_m"] = _uncertainty_m(result, sites)
    matched = pd.concat([given, referenced, spare, located])
    _report_unmatched(polygons, {*matched["shape"]}, log)
    return conform(result, SITE_SHAPES), log.table()


def _reference_texts(values: pd.Series) -> pd.Series:
    """Return a column of references as trimmed text; a whole number stored as a decimal loses its '.0'."""
    if pd.api.types.is_float_dtype(values):
        values = values.map("{:.15g}".format, na_action="ignore")
    text = values.astype(object).where(values.notna(), "").astype("str").str.strip()
    return text.mask(text == "")


def _assign(result: gpd.GeoDataFrame, pairs: pd.DataFrame, polygons: gpd.GeoDataFrame, basis: str) -> None:
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


def _discs(result: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> None:
    """Give the sites without a polygon a disc of their hectares, where they have both a point and hectares."""
    placed = ~(sites.geometry.isna() | sites.geometry.is_empty) & result["shape_basis"].isna()
    sized = placed & (sites["hectares"] > 0)
    circles = shapely.buffer(
        shapely.centroid(np.asarray(sites.geometry[sized])),
        disc_radius_m(sites["hectares"][sized].to_numpy(dtype=float)),
        quad_segs=load_parameters("shapes").integer("disc_segments"),
    )
    result.loc[sized, "geometry"] = gpd.GeoSeries(circles, index=sites.index[sized], crs=CRS)
    result.loc[sized, "shape_hectares"] = sites["hectares"]
    result.loc[placed, "shape_basis"] = "point"
    result.loc[sized, "shape_basis"] = "disc"


def _uncertainty_m(result: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> pd.Series:
    """Return metres: a disc's radius, and what the coordinate confidence adds unless a reference names the polygon."""
    parameters = load_parameters("shapes").table("coordinates")
    # a confidence that is not stated counts as low
    by_confidence = sites["coordinate_confidence"].map({name: float(parameters.number(name)) for name in parameters})
    added = by_confidence.fillna(parameters.number("low")).astype(float)
    radius = disc_radius_m(sites["hectares"].to_numpy(dtype=float))
    by_basis: dict[str, pd.Series[float]] = {
        "disc": added + radius,
        "polygon by location": added,
        "polygon as given": 0 * added,
        "polygon by reference": 0 * added,
    }
    uncertainty = pd.Series(np.nan, index=sites.index)
    for basis, metres in by_basis.items():
        uncertainty = uncertainty.mask(result["shape_basis"] == basis, metres)
    return uncertainty


def _report_unmatched(polygons: gpd.GeoDataFrame, matched: set[Hashable], log: IssueLog) -> None:
    """Log per file how many of its polygons are no site's."""
    files = [str(shape).rpartition("#")[0] for shape in polygons.index]
    drawn = Counter(files)
    unmatched = Counter(file for file, shape in zip(files, polygons.index, strict=True) if shape not in matched)
    for file, number in unmatched.items():
        log.add("unknown entity", file=file, field="geometry", value=number,
                action=f"{number} of {drawn[file]} polygons belong to no site read")  # fmt: skip
