"""The reader of a published layer whose features only have to be read: one layer for each of its columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from siteprior.core.issues import Reading
from siteprior.project.coverage import PublishedLayer
from siteprior.project.layers import Layer
from siteprior.sources.layers.coverage import Find
from siteprior.sources.layers.published_files import Given, ReadFile, Wanted, layer_of, read_published

PublishedReader = Callable[
    [
        Sequence[Path], Sequence[str], Sequence[PublishedLayer], gpd.GeoDataFrame, BaseGeometry, date, Find,
        Path | None,
    ],
    Reading[Mapping[str, Layer]],
]  # fmt: skip
"""A function of the files, their names and entries, the areas, their union, the day, ``find`` and the cache."""


def reader_of(
    wanted: Wanted, layers: Mapping[str, str | None], *, counted: Callable[[ReadFile], ReadFile] | None = None
) -> PublishedReader:
    """Make the reader of a published layer, for :func:`siteprior.sources.registry.evidence`.

    Parameters
    ----------
    wanted
        What is asked of its files.
    layers
        The names of the layers it becomes, each with the wanted column whose words are taken; ``None`` for shapes
        alone.
    counted
        Returns a file with the features that count; all where none is given.

    Examples
    --------
    >>> reader_of(Wanted("parks"), {"park": None}).__name__
    'read_parks'
    """

    def read(
        paths: Sequence[Path],
        files: Sequence[str],
        stated: Sequence[PublishedLayer],
        areas: gpd.GeoDataFrame,
        study_area: BaseGeometry,
        as_of: date,
        find: Find,
        cache: Path | None,
    ) -> Reading[Mapping[str, Layer]]:
        found = read_published(wanted, paths, files, stated, Given(areas, study_area, as_of, find, cache))
        chosen = found.files if counted is None else tuple(counted(file) for file in found.files)
        made: Mapping[str, Layer] = {name: layer_of(chosen, value=column) for name, column in layers.items()}
        return Reading(made, found.issues, found.provenance)

    read.__name__ = f"read_{wanted.name}"
    read.__qualname__ = read.__name__
    read.__doc__ = f"Read the published layer {wanted.name.replace('_', ' ')}: what lies about the areas."
    return read
