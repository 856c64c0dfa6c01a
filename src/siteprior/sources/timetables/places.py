"""Where the stops of a timetable are: NaPTAN's place by ATCO code where it has one, else the feed's own."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.code_join import normal_codes
from siteprior.core.io.no_places import is_no_place
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS, SERVICE_STOPS, STOPS, check, conform
from siteprior.sources.timetables.text import counted
from siteprior.sources.transit.naptan import DEGREES
from siteprior.sources.transit.stations import LONGEST_PART

STATION_AREAS = ("9100", "9200", "9300", "9400")
"""First characters of the ATCO codes of stations; a platform's code is its station's and a few characters more."""

AREA_LETTER = 3
"""In a stop-area code the fourth character is a letter: 940GZZWMBUL is the area of 9400ZZWMBUL."""

STEP_FREE = {"1": "yes", "2": "no"}
"""wheelchair_boarding (GTFS reference); 0 and blank do not say."""


def place_stops(stops: pd.DataFrame, naptan: gpd.GeoDataFrame | None, *, label: str, log: IssueLog) -> gpd.GeoDataFrame:
    """Give a feed's stops their codes, stations and places, in metres on EPSG:27700.

    A stop whose code NaPTAN holds is placed there. A platform (``9400ZZWMBUL1``), a code folded into a station, or a
    child of a stop area (``940GZZWMBUL``) keeps the feed's place and gets its station's ``atco_code``. Others keep
    the feed's place and are counted in one issue.

    Parameters
    ----------
    stops
        ``stop_id``, ``name``, ``lat``, ``lon``, ``parent``, ``parent_lat``, ``parent_lon``, ``boarding``.
    naptan
        :data:`siteprior.core.schema.STOPS` or any table of points on ``atco_code``, or ``None``.
    label
        The feed's name.
    log
        Takes what does not match, has moved or has no place.

    Returns
    -------
    GeoDataFrame
        :data:`siteprior.core.schema.SERVICE_STOPS`, ordered by ``stop_code``.
    """
    codes = _codes(naptan)
    ids, parents = stops["stop_id"].astype("str"), stops["parent"].astype("str").where(stops["parent"].notna(), "")
    own = metres(stops["lon"], stops["lat"])
    feed = own.fillna(metres(stops["parent_lon"], stops["parent_lat"]))
    spelled = normal_codes(ids)
    spelled = ids if spelled.duplicated().any() else spelled  # a feed in which case alone distinguishes stops
    exact = spelled.isin(codes.index[codes["atco_code"] == codes.index])
    station = _stations(spelled, normal_codes(parents), feed, codes)
    atco = spelled.where(exact, station)
    code = spelled.where(exact, ids).where(atco.notna(), label + ":" + ids)
    of_parent = parents.map(dict(zip(ids, code, strict=True))).fillna(label + ":" + parents)
    theirs = codes[["x", "y"]].reindex(atco).set_axis(stops.index, axis=0)
    place = theirs.where(exact, feed).fillna(theirs).fillna(feed)
    basis = pd.Series("NaPTAN", index=stops.index).where(exact | feed["x"].isna(), "feed")
    table = pd.DataFrame(
        {
            "feed": label,
            "stop_id": ids,
            "stop_name": stops["name"],
            "atco_code": atco,
            "station": station.where(~exact, None).fillna(of_parent.where(parents != "", code)),
            "step_free": stops["boarding"].map(STEP_FREE),
            "place_basis": basis.where(place["x"].notna()),
        }
    )
    away = _distance(theirs, own).where(exact)
    _log_places(table, away, label, log, naptan=naptan is not None)
    points = gpd.GeoSeries(gpd.points_from_xy(place["x"], place["y"], crs=CRS), index=stops.index)
    table = gpd.GeoDataFrame(table, geometry=points.where(place["x"].notna(), None), crs=CRS)
    placed: gpd.GeoDataFrame = conform(
        table.set_index(pd.Index(code, name=SERVICE_STOPS.index)).sort_index(), SERVICE_STOPS
    )
    return placed


def _distance(a: pd.DataFrame, b: pd.DataFrame) -> pd.Series:
    """Return the metres between the places ``x``, ``y`` of two tables on one index."""
    return pd.Series(np.hypot((a["x"] - b["x"]).to_numpy(), (a["y"] - b["y"]).to_numpy()), index=a.index)


def check_naptan(naptan: gpd.GeoDataFrame | None) -> None:
    """Refuse a ``naptan`` that is no table of points on ``atco_code``."""
    if naptan is not None:
        check(naptan, STOPS, name="naptan", needs=(), may_have=("other_codes",))


def _codes(naptan: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return every code NaPTAN has with the ``atco_code`` of the stop it belongs to and that stop's place."""
    if naptan is None or naptan.empty:
        empty = pd.DataFrame({"atco_code": [], "x": [], "y": []}, index=pd.Index([], dtype="str"))
        return empty.astype({"atco_code": "str", "x": "float64", "y": "float64"})
    own = naptan.index.astype("str")
    main = pd.DataFrame({"atco_code": own, "x": naptan.geometry.x, "y": naptan.geometry.y}, index=own)
    if "other_codes" not in naptan.columns:
        return main
    other = naptan["other_codes"].dropna().str.split("; ").explode()
    folded = main.reindex(other.index.astype("str")).set_axis(other.to_numpy(), axis=0)
    every = pd.concat([main, folded])
    return every[~every.index.duplicated()]


def _stations(ids: pd.Series, parents: pd.Series, feed: pd.DataFrame, codes: pd.DataFrame) -> pd.Series:
    """Return the ATCO code of the stop or station each stop is, or is a part of, where NaPTAN has it within reach."""
    reach = load_parameters("timetables").number("platform_reach_m")
    owner = pd.Series(None, index=ids.index, dtype="str")
    if codes.empty:
        return owner
    for given in (ids, parents):
        station = given.str[:AREA_LETTER] + "0" + given.str[AREA_LETTER + 1 :]
        station = station.where(station.str.startswith(STATION_AREAS), given)
        for extra in range(LONGEST_PART + 1):  # the longest match goes first
            shorter = station.str[:-extra] if extra else station
            belongs = codes.reindex(shorter).set_axis(ids.index, axis=0)
            away = _distance(belongs, feed)
            matches = belongs["atco_code"].notna() & ~(away > reach)  # without a place it is accepted by its code
            if extra:
                matches &= shorter.str.startswith(STATION_AREAS)
            owner = owner.mask(owner.isna() & matches, belongs["atco_code"])
    return owner


def metres(lon: pd.Series, lat: pd.Series) -> pd.DataFrame:
    """Return degrees as metres ``x`` and ``y``, missing where they are not in Great Britain or are no place."""
    from pyproj import Transformer

    usable = lon.between(*DEGREES[0]) & lat.between(*DEGREES[1]) & ~is_no_place(lon, lat, degrees=True)
    if not usable.any():
        return pd.DataFrame({"x": np.nan, "y": np.nan}, index=lon.index)
    x, y = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(
        lon.where(usable).to_numpy(dtype="float64"), lat.where(usable).to_numpy(dtype="float64")
    )
    return pd.DataFrame({"x": x, "y": y}, index=lon.index).where(usable)


def _log_places(table: pd.DataFrame, away: pd.Series, label: str, log: IssueLog, *, naptan: bool) -> None:
    """Log the stops NaPTAN does not hold, those that stand elsewhere there, and those without any place."""
    file = f"{label}/stops.txt"
    limit = load_parameters("timetables").number("moved_m")
    unknown = table.loc[table["atco_code"].isna(), "stop_id"].tolist()
    if naptan and unknown:
        log.add("unknown entity", file=file, field="stop_id", value=counted(len(unknown), "stops", unknown),
                action=f"placed as the timetable says: not in NaPTAN as read (of {len(table)} served)")  # fmt: skip
    moved = away[away > limit].sort_values(ascending=False, kind="stable")
    if len(moved):
        ids = table["stop_id"].reindex(moved.index)
        named = [f"{stop} {metres:.0f} m" for stop, metres in zip(ids, moved, strict=True)]
        log.add("OSGB", file=file, field="stop_lat; stop_lon", value=counted(len(moved), "stops", named),
                action=f"placed as NaPTAN says, more than {limit} m from the timetable's place")  # fmt: skip
    nowhere = table.loc[table["place_basis"].isna(), "stop_id"].tolist()
    if nowhere:
        log.add("WGS84 out of bounds", file=file, field="stop_lat; stop_lon",
                value=counted(len(nowhere), "stops", nowhere),
                action="without a place: no degrees in Great Britain, or the grid's false origin")  # fmt: skip
