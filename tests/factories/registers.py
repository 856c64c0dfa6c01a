"""Rows of registers and their vintages, from what a test states of each."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import shapely

from siteprior.core.issues import IssueLog
from siteprior.core.schema import REGISTER, conform
from siteprior.registers.matching.link_versions import link_versions

D18, D19, D20 = (dt.date(year, 1, 1) for year in (2018, 2019, 2020))
"""Days of vintages."""


def register(*rows, shuffle=None):
    """Make register rows from dicts; ``at`` is the place, ``id`` the site id (E1:A, E1:B, … by default)."""
    rows = [{"id": f"E1:{chr(65 + n)}", "at": (0, 0), "file": "a.csv", **row} for n, row in enumerate(rows)]
    table = pd.DataFrame(rows)
    table["organisation"] = table["id"].str.partition(":")[0]
    table["reference"] = table["id"].str.partition(":")[2].str.partition("~")[0]
    table["row"] = range(2, len(table) + 2)
    places = [None if at is None else shapely.Point(at) for at in table.pop("at")]
    table = gpd.GeoDataFrame(table.set_index(table.pop("id").rename("site_id")), geometry=places, crs=27700)
    table["easting"], table["northing"] = table.geometry.x, table.geometry.y
    table = conform(table, REGISTER)
    return table if shuffle is None else table.sample(frac=1, random_state=shuffle)


def vintage(**rows):
    """Make a vintage: reference → columns; ``at`` is the place in metres."""
    table = pd.DataFrame([{"at": (0, 0), "file": "a.csv", "reference": ref, **row} for ref, row in rows.items()])
    table.index = pd.Index(["E1:" + ref for ref in rows], name="site_id")
    table["row"] = range(2, len(table) + 2)
    places = table.pop("at")
    table["easting"], table["northing"] = [at[0] for at in places], [at[1] for at in places]
    points = gpd.points_from_xy(table["easting"], table["northing"])
    return conform(gpd.GeoDataFrame(table, geometry=points, crs=27700), REGISTER)


def linked(*vintages):
    log = IssueLog()
    (council,) = link_versions(vintages, log)
    return council, log
