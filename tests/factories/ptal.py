"""Service stops and services made by hand, for the tests of the access index and of stations."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from siteprior.core.schema import SERVICE_STOPS, SERVICES, conform

WEEKDAY, SUNDAY = pd.Timestamp("2026-11-18"), pd.Timestamp("2026-11-22")


def make_stops(*rows):
    """Make service stops from (code, x, y) and, where told, the station and step-free."""
    table = pd.DataFrame([(*row, *(row[0], None)[len(row) - 3 :]) for row in rows])
    table.columns = ["stop_code", "x", "y", "station", "step_free"]
    table = table.set_index("stop_code").assign(stop_name=lambda t: "Stop " + t.index, feed="a.zip")
    points = gpd.points_from_xy(table["x"], table["y"])
    return conform(gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=points, crs=27700), SERVICE_STOPS)


def make_services(*rows):
    """Make services from (stop, route, mode, per_hour) and, where told, direction, window, feed and route name."""
    names = ["stop_code", "route", "mode", "per_hour", "direction", "window", "feed", "route_name"]
    filled = [(*row, *("0", "am peak", "a.zip", row[1])[len(row) - 4 :]) for row in rows]
    table = pd.DataFrame(filled, columns=names, index=pd.Index([f"s{i}" for i in range(len(rows))], name="service"))
    table = table.assign(departures=1, service_date=WEEKDAY)
    table["service_date"] = table["service_date"].where(table["window"] != "sunday", SUNDAY)
    return conform(table, SERVICES)
