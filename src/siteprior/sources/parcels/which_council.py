"""Which council a file of parcels is of: as stated, or where its parcels lie."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.councils import known_councils
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters


def councils_of_file(
    parcels: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, file: str, stated: str | None = None
) -> tuple[str, ...]:
    """Return the councils that a file of parcels covers, by ONS code; none where it is of another place.

    A parcel lies in the area that the middle of its bounding box lies in; of more than 20,000 parcels
    (``parcels.looked_at``) every second, third or further one is looked at. The file covers a council where at least
    half of its parcels lie in it, or where at least half of the council's areas hold one (parameters
    ``parcels.council_share`` and ``parcels.council_areas``).

    Parameters
    ----------
    parcels
        Polygons on EPSG:27700.
    areas
        The areas (LSOAs) with ``district_code``.
    file
        What the file is called in messages.
    stated
        The council whose file it is, as the user states it.

    Raises
    ------
    InputError
        When a council is stated in which none of the parcels lies, or of which no area was read; when none is stated
        and the areas have no district.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame({"district_code": ["E08000025", "E08000031"]},
    ...     geometry=shapely.box([0, 1000], 0, [1000, 2000], 1000), crs=27700)
    >>> parcels = gpd.GeoDataFrame(geometry=shapely.box([10, 20, 990], 0, [20, 30, 1008], 10), crs=27700)
    >>> councils_of_file(parcels, areas, file="birmingham.zip")
    ('E08000025',)
    """
    counts = _parcels_by_area(parcels, areas)
    districts = areas["district_code"].astype("object")
    known = districts.notna() & (districts != "")
    if stated is not None:
        _refuse_stated(stated, counts, districts.where(known, None), file)
        return (stated,)
    if not known.any():
        raise InputError(
            f"{file}: which council's parcels they are is not known, for the areas have no district; state it with "
            'council = "E08000025", or name the column of the districts in sources.areas'
        )
    limits = load_parameters("parcels")
    table = pd.DataFrame({"district": districts, "parcels": counts, "holding": counts > 0})[known.to_numpy()]
    of_district = table.groupby("district").agg({"parcels": "sum", "holding": "mean"})
    covered = (of_district["parcels"] >= limits.number("council_share") * max(len(parcels), 1)) | (
        of_district["holding"] >= limits.number("council_areas")
    )
    return tuple(sorted(str(code) for code in of_district.index[covered & (of_district["parcels"] > 0)]))


def council_name(code: str) -> str:
    """Return the name of a council, or its code where none is known.

    Examples
    --------
    >>> council_name("E08000025"), council_name("E99999999")
    ('Birmingham', 'E99999999')
    """
    council = known_councils().get(code)
    return code if council is None else council.name


def _parcels_by_area(parcels: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return how many parcels have the middle of their bounding box in each area; of many, of every so many."""
    every = -(-len(parcels) // load_parameters("parcels").integer("looked_at")) or 1
    bounds = shapely.bounds(np.asarray(parcels.geometry.array, dtype=object)[::every])
    middles = np.asarray(shapely.points((bounds[:, :2] + bounds[:, 2:]) / 2), dtype=object)
    tree = shapely.STRtree(middles)
    area, _ = tree.query(areas.geometry.to_numpy(), predicate="intersects")
    return pd.Series(np.bincount(area, minlength=len(areas)), index=areas.index) * every


def _refuse_stated(stated: str, counts: pd.Series, districts: pd.Series, file: str) -> None:
    """Refuse a council that cannot be the file's: nothing of the file lies in it, or nothing of it was read."""
    read = sorted(set(districts.dropna()))
    if read and stated not in read:
        names = ", ".join(f"{council_name(code)} {code}" for code in read)
        raise InputError(
            f"{file}: council: no area of {council_name(stated)} {stated} was read; the areas are of {names}. Take the "
            "file out, or read the areas of its council"
        )
    within = counts[(districts == stated).to_numpy()] if read else counts
    if not within.sum():
        raise InputError(
            f"{file}: council: none of its parcels lies in {council_name(stated)} {stated}; give that council's file, "
            "or state the right one"
        )
