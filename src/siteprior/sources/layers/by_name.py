"""Published layers siteprior knows by name, read without a project: for notebooks and scripts of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import cast

import geopandas as gpd
from pydantic import ValidationError

from siteprior.core.errors import InputError, unknown
from siteprior.core.issues import Reading
from siteprior.core.named_paths import Names, Paths, named_paths
from siteprior.core.schema import AREAS, check
from siteprior.project.coverage import PublishedLayer
from siteprior.project.faults import faults_of
from siteprior.project.kinds import Stated
from siteprior.project.layers import Layer, LayerSpec
from siteprior.project.registered_keys import REGISTERED_KEYS
from siteprior.sources.areas.lsoa import study_area


def evidence_specs(name: str) -> tuple[LayerSpec, ...]:
    """Return the columns that published evidence becomes, for :func:`siteprior.joins.layers.join_layers`.

    Parameters
    ----------
    name
        A key of ``[evidence]``.

    Raises
    ------
    InputError
        When no such evidence is known.

    Examples
    --------
    >>> [(spec.name, spec.measure) for spec in evidence_specs("green_belt")]
    [('green_belt', 'share')]
    """
    from siteprior.sources.registry import EVIDENCE, discover

    discover()
    if name not in EVIDENCE:
        raise InputError(unknown("evidence", name, EVIDENCE))
    return EVIDENCE[name].specs


def read_evidence(
    name: str,
    paths: Paths,
    *,
    areas: gpd.GeoDataFrame,
    as_of: date,
    files: Names | None = None,
    cache: Path | None = None,
    **keys: Stated,
) -> Reading[Mapping[str, Layer]]:
    r"""Read a published layer siteprior knows by name: what lies about the areas, and where it looked.

    Parameters
    ----------
    name
        A key of ``[evidence]`` that is a layer, such as ``historic_landfill``.
    paths
        One file or several, as their publisher gives them.
    areas
        LSOAs (:data:`siteprior.core.schema.AREAS`): what lies about them is read.
    as_of
        The day by which features may have ended.
    files
        The names to put in issues and provenance; the paths when ``None``.
    cache
        Folder that keeps what was read for the next time; none when ``None``.
    **keys
        What an entry in a project file may state beside the path: ``coverage``, ``layer``, ``crs``, ``zones``.

    Returns
    -------
    Reading
        The layers by the column each becomes (:func:`evidence_specs`), for
        :func:`siteprior.joins.layers.join_layers`.

    Raises
    ------
    InputError
        When no such evidence is known, a key is not one it takes, or a file cannot be read as that layer.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> import shapely
    >>> square = shapely.box(400000, 290000, 401000, 291000)
    >>> known = {"lsoa_name": ["Anytown 001A"], "district_code": ["E08000025"], "lsoa_year": [2021]}
    >>> areas = gpd.GeoDataFrame(known, index=pd.Index(["E01000001"], name="lsoa_code"), geometry=[square], crs=27700)
    >>> path = tempfile.mkdtemp() + "/belt.gpkg"
    >>> gpd.GeoDataFrame({"name": ["Belt"]}, geometry=[square.buffer(-100)], crs=27700).to_file(path)
    >>> reading = read_evidence("green_belt", path, areas=areas, as_of=date(2026, 1, 31), coverage=["E08000025"])
    >>> len(reading.table["green_belt"].features), reading.table["green_belt"].extent.area
    (1, 1000000.0)
    """
    from siteprior.sources.registry import EVIDENCE, Given, call_with

    evidence_specs(name)
    check(areas, AREAS, name="areas", needs=())
    listed = named_paths(paths, files, what=name)
    model = REGISTERED_KEYS["evidence"][name].keys
    if not issubclass(model, PublishedLayer):
        raise InputError(f"evidence '{name}': is no layer of published files; name it in a project")
    try:
        stated = tuple(model.model_validate({"path": str(path), **keys}) for path, _ in listed)
    except ValidationError as error:
        raise InputError(*(f"{name}: {fault.sentence()}" for fault in faults_of(error, model))) from None
    given: dict[str, Given] = {
        "paths": [path for path, _ in listed], "files": [label for _, label in listed], "stated": stated,
        "entries": stated, "entry": stated[0], "areas": areas, "study_area": study_area(areas), "as_of": as_of,
        "find": _beside, "cache": cache, "postcodes": None,
    }  # fmt: skip
    reading = call_with(EVIDENCE[name].read, given)
    # every reader of published files returns its layers by name
    return cast("Reading[Mapping[str, Layer]]", reading)


def _beside(path: str) -> tuple[Path, str]:
    """Find a file of polygons by its own path."""
    return Path(path), path
