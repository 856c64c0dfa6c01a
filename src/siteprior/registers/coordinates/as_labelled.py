"""Where a register's sites lie if their coordinates are read exactly as labelled: the *before* of a repair."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.registers.coordinates import parse

NEEDS = ("original_x", "original_y", "coordinate_system")


def as_labelled(sites: gpd.GeoDataFrame | pd.DataFrame) -> pd.DataFrame:
    """Return the places (metres, EPSG:27700) the stated coordinates mean in the stated system and order.

    Parameters
    ----------
    sites
        Sites as read (:data:`siteprior.core.schema.REGISTER`), with ``original_x``, ``original_y`` and
        ``coordinate_system``; a ``site_id`` may stand more than once.

    Returns
    -------
    DataFrame
        One row per site in the same order: ``stated`` (whether two numbers other than zero stand there),
        ``labelled_easting`` and ``labelled_northing``, missing where the numbers mean no place in Great Britain.
        Where no system is stated, numbers up to 180 are taken for degrees, larger ones for metres.

    Raises
    ------
    InputError
        When one of the three columns is missing.

    Examples
    --------
    >>> sites = pd.DataFrame(
    ...     {"original_x": ["400000", "52.5"], "original_y": ["290000", "-1.9"], "coordinate_system": ["OSGB36", None]}
    ... )
    >>> as_labelled(sites).values.tolist()
    [[True, 400000.0, 290000.0], [True, nan, nan]]
    """
    missing = [column for column in NEEDS if column not in sites.columns]
    if missing:
        raise InputError(
            f"sites: lacks the columns {', '.join(missing)}; give sites as a register's reader returns them"
        )
    x, y = (parse.numbers(sites[column].fillna("").tolist())[0] for column in NEEDS[:2])
    kinds = np.array([parse.stated_kind(text) for text in sites["coordinate_system"].fillna("")], dtype=object)
    degrees = parse.labelled_degrees(x, y, kinds)
    read = [parse.SYSTEMS[system].read(x, y) for system in (parse.AS_DEGREES, parse.AS_METRES)]
    east, north = (np.where(degrees, read[0][axis], read[1][axis]) for axis in (0, 1))
    return pd.DataFrame(
        {
            "stated": np.isfinite(x) & np.isfinite(y) & (x != 0) & (y != 0) & ~parse.is_nowhere(x, y),
            "labelled_easting": east,
            "labelled_northing": north,
        },
        index=sites.index,
    )
