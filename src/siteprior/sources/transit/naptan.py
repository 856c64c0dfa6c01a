"""Stops and stations from NaPTAN: one row per stop or station, never per platform, entrance or duplicate record.

Active in NaPTAN does not mean open: :mod:`siteprior.sources.transit.openings` has the last word on that.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.code_join import normal_codes
from siteprior.core.errors import InputError
from siteprior.core.files import Input, record
from siteprior.core.io.national_tables import GRID_M, find_columns, numbers, read_plain
from siteprior.core.io.no_places import is_no_place
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.named_paths import NamedPath, Names, Paths, named_paths, read_each
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import AREAS, CRS, STOPS, check, conform
from siteprior.sources.columns import cells, named_columns
from siteprior.sources.transit.stations import fold_stations, plain_name


class StopType(NamedTuple):
    """What a NaPTAN StopType is: the ``part`` it plays (stop, platform, entrance, area, other) and its mode."""

    part: str
    mode: str
    meaning: str


STOP_TYPES = {
    "BCT": StopType("stop", "bus", "on-street bus or coach stop"),
    "BCS": StopType("stop", "bus", "bay or stand of a bus or coach station"),
    "BCQ": StopType("stop", "bus", "variable bay of a bus or coach station"),
    "BCE": StopType("entrance", "bus", "bus or coach station entrance"),
    "BST": StopType("area", "bus", "bus or coach station as a whole; its bays are the stops"),
    "RLY": StopType("stop", "rail", "rail station"),
    "RPL": StopType("platform", "rail", "rail platform"),
    "RSE": StopType("entrance", "rail", "rail station entrance"),
    "MET": StopType("stop", "metro", "tram, metro or underground stop"),
    "PLT": StopType("platform", "metro", "tram, metro or underground platform"),
    "TMU": StopType("entrance", "metro", "tram, metro or underground entrance"),
    "FER": StopType("stop", "ferry", "ferry terminal or port"),
    "FBT": StopType("platform", "ferry", "ferry berth"),
    "FTD": StopType("entrance", "ferry", "ferry terminal entrance"),
    "GAT": StopType("stop", "air", "airport"),
    "AIR": StopType("entrance", "air", "airport entrance"),
    "TXR": StopType("other", "", "taxi rank"),
    "STR": StopType("other", "", "shared taxi rank"),
    "SDA": StopType("other", "", "car set-down area"),
    "LCB": StopType("other", "", "lift or cable car station"),
    "LCE": StopType("other", "", "lift or cable car entrance"),
    "LPL": StopType("other", "", "lift or cable car platform"),
}
"""The StopType list of the NaPTAN schema (NaPT_stop, versions 2.1 to 2.5), as this reader understands it."""

COACH_AREA = "900"
RAIL_AREA = "910"
"""ATCO areas by the first three characters: national coach, and national rail (whose buses are rail replacement)."""

STATION_MODES = ("rail", "metro", "ferry", "air")

COLUMNS = {
    "atco_code": ("atcocode", "atco code"),
    "name": ("commonname", "common name"),
    "stop_type": ("stoptype", "stop type"),
    "grid": ("gridtype", "grid type"),
    "easting": ("easting",),
    "northing": ("northing",),
    "longitude": ("longitude",),
    "latitude": ("latitude",),
    "modified": ("modificationdatetime", "modification date time"),
    "modification": ("modification",),
    "status": ("status",),
}

STATUS = {
    "active": ("open", "NaPTAN active"),
    "act": ("open", "NaPTAN active"),
    "inactive": ("closed", "NaPTAN inactive"),
    "ina": ("closed", "NaPTAN inactive"),
    "pending": ("planned", "NaPTAN pending"),
    "pen": ("planned", "NaPTAN pending"),
    "": ("not stated", "NaPTAN gives no status"),
}
"""What a NaPTAN status says of a stop, before any dated statement counts."""

DEGREES = ((-9.0, 2.5), (49.0, 61.5))
"""Longitudes and latitudes a stop in Great Britain can have."""


def read_stops(
    paths: Paths,
    *,
    files: Names | None = None,
    within: BaseGeometry | gpd.GeoSeries | gpd.GeoDataFrame | None = None,
    margin_m: float = 0.0,
    fold_m: float | None = None,
    tolerance_m: float | None = None,
) -> Reading[gpd.GeoDataFrame]:
    r"""Read NaPTAN CSV files into one table of stops and stations, in metres on EPSG:27700.

    Platforms and entrances are counted with their station (``records``); else bus, rail, metro,
    ferry and air records are kept, and station records of one mode and name fold into one.

    Parameters
    ----------
    paths
        NaPTAN CSV, one or several. Of a code that stands in several the newest file counts.
    files
        The name of each file in issues and provenance; its path when ``None``.
    within, margin_m
        A polygon or table on EPSG:27700; stops farther than so many metres are left out.
    fold_m, tolerance_m
        Metres within which same-named stations are one; metres degrees may be off the grid.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.STOPS` by ``atco_code``; ``state`` is what NaPTAN says.

    Raises
    ------
    InputError
        When a file cannot be read or lacks codes, types or places; all faults at once.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> stops = read_stops(shipped("data") / "transit/naptan.csv").table
    >>> stops["mode"].value_counts().index.tolist()
    ['bus', 'rail', 'metro']
    """
    return read_stops_with_codes(
        paths, files=files, within=within, margin_m=margin_m, fold_m=fold_m, tolerance_m=tolerance_m
    )[0]


def read_stops_with_codes(
    paths: Paths,
    *,
    files: Names | None = None,
    within: BaseGeometry | gpd.GeoSeries | gpd.GeoDataFrame | None = None,
    margin_m: float = 0.0,
    fold_m: float | None = None,
    tolerance_m: float | None = None,
) -> tuple[Reading[gpd.GeoDataFrame], pd.Index]:
    r"""Read NaPTAN CSV files as :func:`read_stops` does, beside them the code of every stop in them, near or not.

    Returns
    -------
    tuple
        What :func:`read_stops` returns, and the codes, each once: those of stops left out for their place, and of
        station records folded into one, among them.

    Raises
    ------
    InputError
        As :func:`read_stops`.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "940.csv"
    >>> _ = file.write_text("ATCOCode,CommonName,StopType,Easting,Northing\n"
    ...                     "9400ZZWMBUL,Bull Street,MET,407139,287111\n9400zzmaabc,Far Off,MET,384000,398000\n")
    >>> near = shapely.Point(407139, 287111).buffer(1000)
    >>> reading, codes = read_stops_with_codes(file, within=near)
    >>> reading.table.index.tolist(), codes.tolist()
    (['9400ZZWMBUL'], ['9400ZZMAABC', '9400ZZWMBUL'])
    """
    area = _area(within)
    access = load_parameters("access")
    fold = float(access.number("station_fold_m") if fold_m is None else fold_m)
    tolerance = float(access.number("lonlat_tolerance_m") if tolerance_m is None else tolerance_m)

    log = IssueLog()
    records, provenance = _read_files(named_paths(paths, files, what="stops"), log)
    records = _newest(_known(records, log), log)
    parts = records[records["part"].isin(["platform", "entrance"]) & records["mode"].isin(STATION_MODES)]
    stops = records[records["part"] == "stop"]
    codes = pd.Index(stops["atco_code"].unique()).sort_values()
    stops = _located(stops, log, tolerance)
    stops = _inside(stops, area, margin_m)
    stops = _states(stops, log)
    stops = fold_stations(stops, parts, log, fold_m=fold, modes=STATION_MODES)
    station = stops["mode"].isin(STATION_MODES)
    stops["stop_name"] = stops["name"].mask(station, plain_name(stops.loc[station, "name"]))
    stops["stop_name"] = stops["stop_name"].mask(stops["stop_name"] == "")
    table = stops.set_index("atco_code").sort_index()[[*STOPS.names, "geometry"]]
    table = conform(gpd.GeoDataFrame(table, geometry="geometry", crs=CRS), STOPS)
    return Reading(table, log.table(), provenance), codes


def _read_files(files: list[NamedPath], log: IssueLog) -> tuple[pd.DataFrame, tuple[Input, ...]]:
    """Read every file's columns under this module's names; faults of all files are raised together."""

    def read_file(path: Path, label: str) -> tuple[pd.DataFrame, Input]:
        of_file = IssueLog(label)
        raw = read_plain(path, fits=lambda _: True, wants="NaPTAN columns", log=of_file, uses=_columns_of)
        log.rows += of_file.rows
        table, there = named_columns(raw, COLUMNS)
        table["atco_code"] = normal_codes(table["atco_code"])
        lacks = [title for title, name in REQUIRED.items() if name not in there]
        if not ({"easting", "northing"} <= there or {"longitude", "latitude"} <= there):
            lacks.append("Easting and Northing (or Longitude and Latitude)")
        if lacks:
            raise InputError(
                f"{label}: is not a NaPTAN stop file, or was cut: it lacks {', '.join(lacks)}; download the CSV again "
                f"with all columns. It has {', '.join(raw.columns)}"
            )
        table["modified"] = pd.to_datetime(table["modified"].str[:19], format="ISO8601", errors="coerce")
        newest = table["modified"].max()
        vintage = "" if pd.isna(newest) else newest.date().isoformat()
        if "status" not in there:
            log.add("missing value", field="Status", file=label, action="no stop of this file counts as open")
        table = table.reset_index().assign(file=label, vintage=newest)
        return table, record(path, role="stops", file=label, rows=len(table), vintage=vintage)

    tables, provenance = zip(*read_each(files, read_file), strict=True)
    records = pd.concat([table.assign(order=order) for order, table in enumerate(tables)], ignore_index=True)
    return records, provenance


def _columns_of(names: list[str]) -> list[str]:
    """Return the columns of a file that are used, of the four dozen it may have."""
    return list(find_columns(names, COLUMNS).values())


REQUIRED = {"ATCOCode": "atco_code", "StopType": "stop_type"}
"""Columns no NaPTAN file may lack: as NaPTAN names them, and as this module does."""


def _known(records: pd.DataFrame, log: IssueLog) -> pd.DataFrame:
    """Add part and mode; log and leave out records without code or of an unknown type; report what is no stop."""
    kind = records["stop_type"].str.upper()
    blank = records["atco_code"] == ""
    strange = ~kind.isin(STOP_TYPES) & ~blank
    for _, file, row in cells(records[blank], "file", "row"):
        log.add("unknown entity - missing reference", file=file, row=row, field="ATCOCode", action="left out")
    for _, file, row, value, code in cells(records[strange], "file", "row", "stop_type", "atco_code"):
        log.add("invalid category value", file=file, row=row, field="StopType", value=value,
                action=f"left out: {code} is of no known stop type")  # fmt: skip
    records = records.assign(
        part=kind.map({code: t.part for code, t in STOP_TYPES.items()}),
        mode=kind.map({code: t.mode for code, t in STOP_TYPES.items()}),
    )[~blank & ~strange]
    area = records["atco_code"].str[:3]
    bus = records["mode"] == "bus"
    records.loc[bus & (area == COACH_AREA), "mode"] = "coach"
    records.loc[bus & (area == RAIL_AREA), "part"] = "other"
    for file, rows in records.groupby("file", sort=False):
        counts = rows.loc[rows["part"] != "stop", "stop_type"].value_counts().sort_index()
        if len(counts):
            log.add("combined-value", file=str(file), field="StopType", value=f"{len(rows)} records",
                    action="counted with their station or left out, being no stops: "
                    + "; ".join(f"{kind} {n}" for kind, n in counts.items()))  # fmt: skip
    return records


def _newest(records: pd.DataFrame, log: IssueLog) -> pd.DataFrame:
    """Keep one record per code: of the newest file, then the newest record, then the last one read."""
    ordered = records.sort_values(["vintage", "modified", "order", "row"], na_position="first", kind="stable")
    kept = ordered.drop_duplicates("atco_code", keep="last")
    lost = records[~records.index.isin(kept.index)]
    winner = kept.set_index("atco_code")["file"].reindex(lost["atco_code"]).to_numpy()
    same = lost["file"].to_numpy() == winner
    for _, file, row, code in cells(lost[same], "file", "row", "atco_code"):
        log.add("reference values are not unique", file=file, row=row, field="ATCOCode", value=code,
                action="left out: the record changed last was kept")  # fmt: skip
    pairs = pd.DataFrame({"file": lost["file"][~same], "by": winner[~same]})
    for (file, by), rows in pairs.groupby(["file", "by"], sort=False):
        log.add("reference values are not unique", file=str(file), field="ATCOCode", value=f"{len(rows)} codes",
                action=f"left out: the newer file {by} has them too")  # fmt: skip
    return records[records.index.isin(kept.index)]


def _located(stops: pd.DataFrame, log: IssueLog, tolerance_m: float) -> pd.DataFrame:
    """Give each stop its point: easting and northing first, else the degrees; those with neither are left out."""
    from pyproj import Transformer

    east, north = numbers(stops["easting"]), numbers(stops["northing"])
    lon, lat = numbers(stops["longitude"]), numbers(stops["latitude"])
    british = ~stops["grid"].str.lower().str.startswith(("irish", "itm"))
    nowhere, nowhere_in_degrees = is_no_place(east, north), is_no_place(lon, lat, degrees=True)
    metres = british & (east > 0) & (east < GRID_M[0]) & (north > 0) & (north < GRID_M[1]) & ~nowhere
    degrees = british & lon.between(*DEGREES[0]) & lat.between(*DEGREES[1]) & ~nowhere_in_degrees
    to_grid = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    x, y = to_grid.transform(lon.where(degrees).to_numpy(), lat.where(degrees).to_numpy())
    by_degrees = degrees & ~metres
    apart = ((east - x) ** 2 + (north - y) ** 2) ** 0.5
    stops = stops.assign(
        x=east.where(metres, x), y=north.where(metres, y), apart=apart.where(metres & degrees & (apart > tolerance_m))
    )
    unusable = stops.assign(nowhere=nowhere | nowhere_in_degrees)[~metres & ~degrees]
    for _, file, row, code, grid, easting, northing, longitude, is_nowhere in cells(
        unusable, "file", "row", "atco_code", "grid", "easting", "northing", "longitude", "nowhere"
    ):
        if grid.lower().startswith(("irish", "itm")):
            why = "is on the Irish grid"
        elif is_nowhere:
            why = "is at null island or the false origin of the grid, which is no place"
        else:
            why = "has no coordinates" if not (easting or longitude) else "has no usable coordinates"
        log.add("invalid coordinates", file=file, row=row, field="Easting; Northing",
                value=f"{easting}, {northing}", action=f"left out: {code} {why}")  # fmt: skip
    for file, count in stops.loc[by_degrees, "file"].value_counts(sort=False).items():
        log.add("default-field", file=str(file), field="Easting; Northing", value=f"{count} stops",
                action="placed by longitude and latitude, having no easting and northing")  # fmt: skip
    stops = stops[metres | degrees]
    return stops.assign(geometry=np.asarray(shapely.points(stops["x"].to_numpy(), stops["y"].to_numpy())))


def _area(within: BaseGeometry | gpd.GeoSeries | gpd.GeoDataFrame | None) -> BaseGeometry | None:
    """Return the given area as one shape."""
    if within is None or isinstance(within, BaseGeometry):
        return within
    table = within.to_frame("geometry") if isinstance(within, gpd.GeoSeries) else within
    check(table, replace(AREAS, index=""), name="within", needs=())
    area: BaseGeometry = shapely.union_all(table.geometry.to_numpy())
    return area


def _inside(stops: pd.DataFrame, area: BaseGeometry | None, margin_m: float) -> pd.DataFrame:
    """Keep the stops inside the given area and its margin."""
    if area is None:
        return stops
    shapely.prepare(area)  # a buffer of a whole country is drawn for minutes and takes gigabytes
    return stops[shapely.dwithin(area, stops["geometry"].to_numpy(), margin_m)]


def _states(stops: pd.DataFrame, log: IssueLog) -> pd.DataFrame:
    """Say of each stop what NaPTAN says of it, and where the two ways of stating its place disagree."""
    apart = stops[stops["apart"].notna()]
    for _, file, row, code, lon, lat, metres in cells(
        apart, "file", "row", "atco_code", "longitude", "latitude", "apart"
    ):
        log.add("OSGB", file=file, row=row, field="Longitude; Latitude", value=f"{lon}, {lat}",
                action=f"{code} placed on the grid, {metres:.0f} m from the degrees")  # fmt: skip
    status = stops["status"].str.lower()
    for _, file, row, value, code in cells(stops[~status.isin(STATUS)], "file", "row", "status", "atco_code"):
        log.add("invalid category value", file=file, row=row, field="Status", value=value,
                action=f"{code} does not count as open")  # fmt: skip
    blank = STATUS[""]
    state = status.map({key: state for key, (state, _) in STATUS.items()}).fillna(blank[0])
    basis = status.map({key: basis for key, (_, basis) in STATUS.items()}).fillna(blank[1])
    deleted = stops["modification"].str.lower().isin(["delete", "del"]) & (state != "closed")
    return stops.assign(
        state=state.mask(deleted, "closed"),
        state_basis=basis.mask(deleted, "NaPTAN deleted"),
        state_date=None,
        statement_date=None,
        naptan_status=status.where(status != ""),
    )
