"""The shape of a merged site: the polygon of a record merged with it, where its own record has none."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from siteprior.core.issues import IssueLog
from siteprior.core.schema import REGISTER, SHAPE_BASES, SITE_SHAPES, check
from siteprior.registers.coordinates.match_shapes import agreement, note

POLYGONS = tuple(basis for basis in SHAPE_BASES if basis.startswith("polygon"))
"""What a polygon may rest on, the surest first."""

NEEDS = ("also_known_as", "site_name", "hectares", "file", "row")
"""Columns of the sites that decide on their shapes, or are named in the issues."""


def merge_shapes(sites: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give each merged site its shape; where it has no polygon and a record merged with it has one, that polygon.

    Of several the one as given goes before one by reference, and this before one by location; then the lower
    ``site_id``. ``position_uncertainty_m`` (metres) comes with the polygon; the site's place stays.

    Parameters
    ----------
    sites
        :data:`siteprior.core.schema.REGISTER` from
        :func:`siteprior.registers.matching.merge.merge_duplicates`, with ``also_known_as``.
    shapes
        :data:`siteprior.core.schema.SITE_SHAPES` of all records, from before they were merged.

    Returns
    -------
    tuple
        The shapes on the index of ``sites``, and the issues: whose polygon was taken.

    Raises
    ------
    InputError
        When ``sites`` or ``shapes`` is not such a table.

    Examples
    --------
    >>> import shapely
    >>> from siteprior.core.schema import CRS, conform
    >>> site = gpd.GeoDataFrame({"also_known_as": ["E1:B"]}, index=pd.Index(["E1:A"], name="site_id"),
    ...     geometry=[shapely.Point(50, 50)], crs=CRS)
    >>> square = shapely.box(0, 0, 100, 100)
    >>> shapes = gpd.GeoDataFrame({"shape_basis": ["disc", "polygon as given"]},
    ...     index=pd.Index(["E1:A", "E1:B"], name="site_id"), geometry=[square.centroid.buffer(56), square], crs=CRS)
    >>> merged, _ = merge_shapes(conform(site, REGISTER), conform(shapes, SITE_SHAPES))
    >>> merged["shape_basis"].to_dict(), merged.area.tolist()
    ({'E1:A': 'polygon as given'}, [10000.0])
    """
    check(sites, REGISTER, name="sites", needs=NEEDS, may_have=("hectares_basis",))
    check(shapes, SITE_SHAPES, name="shapes")
    log = IssueLog()
    surest = {basis: place for place, basis in enumerate(POLYGONS)}
    drawn = shapes["shape_basis"].map(surest).astype(float)
    source = {site: site for site in sites.index}
    known_as = sites["also_known_as"][drawn.reindex(sites.index).isna() & sites["also_known_as"].notna()]
    for site, ids in known_as.items():
        others = drawn.reindex(ids.split("; ")).dropna()
        if len(others):
            source[site] = other = min(others.index, key=lambda each: (others[each], each))
            note(log, sites, str(site), "combined-value", f"its shape is the polygon of {other}, merged with this site")
    merged: gpd.GeoDataFrame = shapes.loc[list(source.values())].set_axis(sites.index)
    taken = pd.Series([site != other for site, other in source.items()], index=sites.index, dtype=bool)
    for column in ("site_name", "hectares"):
        merged[column] = merged[column].mask(taken, sites[column])
    compared = agreement(merged[taken], sites[taken], log)
    merged["hectares_agree"] = merged["hectares_agree"].mask(taken, compared.reindex(sites.index))
    return merged, log.table()
