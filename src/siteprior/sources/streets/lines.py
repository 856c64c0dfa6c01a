"""Streets from any vector layer of lines, which meet where they share a vertex."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from siteprior.core.errors import InputError
from siteprior.core.io.shape_collections import LINES, opened_collections
from siteprior.core.io.vector_files import read_vector
from siteprior.core.issues import IssueLog
from siteprior.core.schema import CRS
from siteprior.sources.columns import text_column
from siteprior.sources.streets.noding import Ways, ways
from siteprior.sources.streets.tags import Street, judge_tags, judged, tag_columns
from siteprior.sources.streets.walkable import PRIVATE, UNKNOWN, WALKED, log_ways
from siteprior.walking.network import MM_PER_M, Flags, Floats, Shapes

TRUE = ("1", "1.0", "true", "yes", "y", "t")
"""What a column ``steps`` says of a flight of steps."""

DEGREES = (180.0, 90.0)


def read_lines(path: Path | str, log: IssueLog, *, layer: str | None, crs: str | None, private: bool) -> Ways:
    """Read a layer of lines as ways, in metres on EPSG:27700.

    Lines meet where they share a vertex, to the millimetre; lines that cross without one, as on a bridge, do not.
    Columns ``highway``, ``foot``, ``access``, ``motorroad``, ``wheelchair``, ``ramp:wheelchair`` are read as
    OpenStreetMap's tags, those in ``other_tags``, ``all_tags`` or ``tags`` too; ``steps`` as yes or no; where the layer
    has them. A line without them is walked.

    Raises
    ------
    InputError
        When the layer cannot be read, holds no line a walker may use, or holds degrees though it says metres.
    """
    table = read_vector(path, layer=layer, crs=crs, log=log)
    shapes = opened_collections(table.geometry.to_numpy(), table.index.tolist(), log, wanted=(LINES,))
    table = table.set_geometry(shapes, crs=CRS)
    lines = np.isin(shapely.get_type_id(shapes), [1, 5]) & ~shapely.is_empty(shapes)
    for row, shape in zip(table.index[~lines].tolist(), shapes[~lines], strict=True):
        code = "missing value" if shape is None or shape.is_empty else "Unexpected geom type"
        log.add(code, row=row, field="geometry", value="" if shape is None else shape.geom_type,
                action="left out: a street is a line")  # fmt: skip
    if not lines.any():
        kinds = ", ".join(sorted(set(table.geometry.geom_type.dropna()))) or "no shapes"
        raise InputError(f"{log.file}: holds {kinds} and no lines; give the layer with the streets' lines")
    table = table[lines]
    _refuse_degrees(log.file, table.total_bounds)
    streets = _streets(table)
    open_to = {WALKED, UNKNOWN, PRIVATE} if private else {WALKED, UNKNOWN}
    log_ways(log, Counter((street.verdict, street.highway) for street in streets), open_to, what="lines")
    walked = np.array([street.verdict in open_to for street in streets])
    if not walked.any():
        raise InputError(
            f"{log.file}: by its columns {', '.join(tag_columns(table.columns))} no line is open to walkers"
        )
    flights = np.array([street.steps for street in streets]) | _stated_steps(table)
    return _vertices(table.geometry.to_numpy()[walked], flights[walked])


def _streets(table: gpd.GeoDataFrame) -> list[Street]:
    """Return what the tags of each line state."""
    columns = tag_columns(column for column in table.columns if column != table.active_geometry_name)
    if not columns:
        return [judge_tags({})] * len(table)
    return [judged(columns, row) for row in zip(*(table[name].tolist() for name in columns), strict=True)]


def _stated_steps(table: gpd.GeoDataFrame) -> Flags:
    """Return which lines a column ``steps`` states as a flight of steps."""
    if "steps" not in table.columns:
        return np.zeros(len(table), dtype=np.bool_)
    return text_column(table["steps"]).str.lower().isin(TRUE).to_numpy(dtype=np.bool_)


def _refuse_degrees(file: str, bounds: Floats) -> None:
    """Refuse metres that are no larger than degrees."""
    if (np.abs(bounds) <= [*DEGREES, *DEGREES]).all():
        raise InputError(
            f"{file}: says it is in metres, but its numbers ({bounds[0]:.4f} {bounds[1]:.4f} to {bounds[2]:.4f} "
            f"{bounds[3]:.4f}) are degrees; save it again as EPSG:4326"
        )


def _vertices(shapes: Shapes, steps: Flags) -> Ways:
    """Turn lines into ways whose vertices are one where they lie in the same millimetre."""
    lines, line = shapely.get_parts(shapely.force_2d(shapes), return_index=True)
    vertices, way = shapely.get_coordinates(lines, return_index=True)
    places = np.rint(np.where(np.isfinite(vertices), vertices, 0.0) * MM_PER_M).astype(np.int64)
    _, node = np.unique(places, axis=0, return_inverse=True)
    return ways(vertices[:, 0], vertices[:, 1], node.ravel(), way, steps[line])
