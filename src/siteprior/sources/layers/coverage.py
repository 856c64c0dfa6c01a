"""Where a published layer looked, as a shape: what its entry states, else the national layer where the file is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError
from siteprior.core.files import Input, record
from siteprior.core.io.vector_part import Box, Squares
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import ENGLAND, PublishedLayer, box_of, councils_of, file_of
from siteprior.sources.layers.features import areal_parts, read_shapes_of

Find = Callable[[str], tuple[Path, str]]
"""Finds a file a project names, with what it is called."""


class Coverage(NamedTuple):
    """Where a file looked.

    Attributes
    ----------
    shape
        On EPSG:27700, as far as the areas matter; ``None`` where it is not stated.
    stated
        Whether the entry states it.
    provenance
        The file of polygons it was read from.
    """

    shape: BaseGeometry | None
    stated: bool
    provenance: tuple[Input, ...] = ()


def coverage_of(
    name: str,
    label: str,
    entry: PublishedLayer,
    bounds: Box | None,
    squares: Squares = (),
    *,
    areas: gpd.GeoDataFrame,
    study_area: BaseGeometry,
    find: Find,
    spans: str | None = "england",
) -> Coverage:
    """Return where a file of a published layer looked.

    Parameters
    ----------
    name, label
        The layer's key, and what the file is called.
    entry
        What the project says of it.
    bounds
        West, south, east and north of all its features, metres on EPSG:27700.
    squares
        How many of them lie in each square of 100 km of the National Grid.
    areas
        The LSOAs of the project: England is those with codes ``E01``.
    study_area
        Their union.
    find
        Finds the file of polygons an entry names.
    spans
        Where the national layer has features (parameters ``evidence.spans``), by which, and by their number, the
        whole of it is recognised (:func:`is_whole`); ``None`` of layers that have no national file, or none complete.

    Raises
    ------
    InputError
        When what is stated misses the areas, names no council of theirs, or cannot be true of the file.
    """
    stated = entry.coverage
    if stated is None:
        whole = spans is not None and is_whole(squares, name, spans)
        return Coverage(_england(areas, study_area) if whole else None, stated=False)
    place = _words(study_area.bounds)
    if stated == (ENGLAND,):
        elsewhere = bounds is not None and not shapely.box(*bounds).intersects(study_area)
        if elsewhere and bounds is not None and spans is not None and not is_whole(squares, name, spans):
            raise InputError(
                f"{name}: {label}: coverage is stated as England, but all its features lie at {_words(bounds)}, and "
                f"the areas of the project at {place}: it is cut to another place; give the layer of theirs"
            )
        shape = _england(areas, study_area)
        if shape is None:
            raise InputError(
                f"{name}: {label}: coverage is stated as England, and none of the areas of the project lies there "
                "(their codes do not begin with E01)"
            )
        return Coverage(shape, True)
    shape, provenance = _drawn(name, label, stated, areas, find)
    if not shapely.intersects(shape, study_area):
        raise InputError(
            f"{name}: {label}: its coverage misses the areas of the project: it is {_words(shape.bounds)}, the areas "
            f"{place}; give the layer of their place, or correct coverage"
        )
    return Coverage(shape, True, provenance)


def is_whole(squares: Squares, name: str, spans: str) -> bool:
    """Return whether features are as many, and in as many places, as only a national file has them.

    As many as the parameter ``evidence.features`` of the layer, half of what its publisher states; and in most of the
    squares of 100 km that ``evidence.spans`` lists (``whole_from``), each with at least a thousandth of all of them
    (``square_least``) and two (``square_fewest``): a few that lie far off make no cut the national layer.

    Parameters
    ----------
    squares
        How many features lie in each square.
    name
        The layer's key.
    spans
        The list of squares.

    Examples
    --------
    >>> english = load_parameters("evidence").table("spans").parameter("england").value
    >>> is_whole(tuple((east, north, 500) for east, north in english), "historic_landfill", "england")
    True
    >>> cut = ((4, 2, 11_500), *((east, north, 1) for east, north in english if (east, north) != (4, 2)))
    >>> is_whole(cut, "historic_landfill", "england")
    False
    """
    parameters = load_parameters("evidence")
    features = sum(many for *_, many in squares)
    known = parameters.table("features")
    if name not in known or features < known.number(name):
        return False
    in_each = max(parameters.number("square_least") * features, parameters.number("square_fewest"))
    there = {(east, north) for east, north, many in squares if many >= in_each}
    listed = [(int(east), int(north)) for east, north in parameters.table("spans").parameter(spans).value]
    return sum(square in there for square in listed) >= parameters.number("whole_from") * len(listed)


def refuse_elsewhere(name: str, label: str, bounds: Box | None, study_area: BaseGeometry) -> None:
    """Refuse a file of which nothing lies about the areas and of which it is not stated where it looked.

    Raises
    ------
    InputError
        Naming both places.
    """
    at = "none of its features has a place" if bounds is None else f"its features lie at {_words(bounds)}"
    raise InputError(
        f"{name}: {label}: lies elsewhere than the areas of the project: {at}, the areas at "
        f"{_words(study_area.bounds)}; give the file of their place, or state with coverage where it looked"
    )


def _england(areas: gpd.GeoDataFrame, study_area: BaseGeometry) -> BaseGeometry | None:
    """Return the areas that lie in England as one shape; ``None`` where none does."""
    english = areas.index.astype("str").str.startswith("E01")
    if english.all():
        return study_area
    return shapely.union_all(areas.geometry.to_numpy()[english]) if english.any() else None


def _drawn(
    name: str, label: str, stated: tuple[str, ...], areas: gpd.GeoDataFrame, find: Find
) -> tuple[BaseGeometry, tuple[Input, ...]]:
    """Return the shape of a box, of councils or of a file of polygons, and the file it was read from."""
    if (box := box_of(stated)) is not None:
        return shapely.box(*box), ()
    if codes := councils_of(stated):
        known = areas["district_code"] if "district_code" in areas else pd.Series(np.nan, areas.index, "str")
        there = known.isin(codes)
        if not there.any():
            districts = ", ".join(sorted(known.dropna().unique())) or "none: state district of the areas"
            raise InputError(
                f"{name}: {label}: coverage names {', '.join(codes)}, and none of the areas of the project lies there; "
                f"their districts are {districts}"
            )
        return shapely.union_all(areas.geometry.to_numpy()[there.to_numpy()]), ()
    found, called = find(file_of(stated) or "")
    log = IssueLog(called)
    shapes = areal_parts(read_shapes_of(found, layer=None, crs=None, columns={}, log=log), log)
    origin = record(found, role="layer extent", file=called, rows=len(shapes))
    return shapely.union_all(shapes.geometry.to_numpy()), (origin,)


def _words(bounds: Box) -> str:
    """Write a box in metres."""
    return f"{bounds[0]:,.0f} to {bounds[2]:,.0f} m east, {bounds[1]:,.0f} to {bounds[3]:,.0f} m north"
