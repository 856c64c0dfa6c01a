"""Whether the streets given are those of the sites and stops, and which of these lie off them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.core.schema import SITES, STOPS, check
from siteprior.joins._geometry import coordinates, known_places
from siteprior.joins.access.walks import Walking
from siteprior.walking.walk import snap

NAMED = 10
"""Stops named in one issue; the rest are counted."""


def check_streets(
    sites: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, walking: Walking, *, file: str = "streets"
) -> pd.DataFrame:
    """List the sites and open stops that lie farther than the snap (metres) from any street, as issues.

    No walk starts or ends at them, so that they are reported rather than dropped in silence: a row for each
    site, and one for the stops of each mode.

    Parameters
    ----------
    sites, stops, walking
        As in :func:`siteprior.joins.access.walk_access.join_access`.
    file
        Name of the streets, for the issues.

    Returns
    -------
    DataFrame
        The issues.

    Raises
    ------
    InputError
        When there are no streets; when there are sites with a place, but none of them, and no open stop, has a
        street: the streets are of another place.
    """
    check(sites, SITES, name="sites", needs=())
    check(stops, STOPS, name="stops")
    network, reach_m = walking.network, walking.max_snap_m
    if network is None:
        raise InputError("walking: has no network; read one from streets")
    points, owner = walking.origins(sites)
    served = owner[snap(network, points, max_snap_m=reach_m).edge >= 0]
    usable = stops[stops["state"] == "open"].sort_index()
    places = coordinates(usable)
    off = known_places(places) & (snap(network, places, max_snap_m=reach_m).edge < 0)
    if len(owner) and not len(served) and (off.all() or not len(off)):
        raise InputError(
            f"{file}: no street lies within {reach_m:g} m of any site or stop; give the streets of the study area"
        )
    log = IssueLog(file)
    for row in np.setdiff1d(owner, served):
        action = f"no street within {reach_m:g} m; its walks are missing"
        log.add("unknown entity", field="geometry", action=action, site_id=str(sites.index[row]))
    for mode, codes in usable.index[off].to_series().groupby(usable["mode"][off].to_numpy()):
        named = ", ".join(codes[:NAMED]) + (", …" if len(codes) > NAMED else "")
        value = f"{len(codes)} of {(usable['mode'] == mode).sum()} open {mode} stops: {named}"
        log.add(
            "unknown entity", field="geometry", value=value, action=f"no street within {reach_m:g} m; no walk to them"
        )
    return log.table()
