"""Stops joined to NaPTAN: codes, stations, places."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.geometry import Point

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.sources.timetables.places import check_naptan, place_stops

TO_DEGREES = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


def served(*rows):
    """Stops of a feed from ``stop_id, easting, northing, parent, boarding``."""
    table = pd.DataFrame(rows, columns=["stop_id", "x", "y", "parent", "boarding"]).assign(
        parent_lat=np.nan, parent_lon=np.nan
    )
    table["lon"], table["lat"] = TO_DEGREES.transform(table["x"].to_numpy("float64"), table["y"].to_numpy("float64"))
    return table.replace([np.inf], np.nan).assign(name="n")


def naptan():
    return gpd.GeoDataFrame(
        {"other_codes": [np.nan, "9100SMGB2", np.nan]},
        index=pd.Index(["4300A", "9100SMGB", "9400ZZWMBUL"], name="atco_code"),
        geometry=[Point(400000, 300000), Point(401000, 300000), Point(407139, 287111)],
        crs="EPSG:27700",
    )


def test_a_stop_naptan_holds_is_placed_there_and_a_platform_where_the_feed_says():
    log = IssueLog()
    stops = place_stops(
        served(
            ("4300A", 400100, 300000, "p", "1"),
            ("9400ZZWMBUL1", 407150, 287120, "940GZZWMBUL", "2"),
            ("9400ZZWMBUL2", 407130, 287100, None, "0"),
            ("9100SMGB2", 401050, 300010, None, None),
            ("x", 402000, 300000, "940GZZWMBUL", None),
            ("y", 407200, 287120, "940GZZWMBUL", None),
            ("z", 402000, 300000, None, None),
        ),
        naptan(),
        label="f",
        log=log,
    )
    assert stops["atco_code"].to_dict() == {
        "4300A": "4300A", "9100SMGB2": "9100SMGB", "9400ZZWMBUL1": "9400ZZWMBUL", "9400ZZWMBUL2": "9400ZZWMBUL",
        "f:x": pytest.approx(np.nan, nan_ok=True), "f:z": pytest.approx(np.nan, nan_ok=True), "y": "9400ZZWMBUL",
    }  # fmt: skip
    assert stops["station"].to_dict() == {
        "4300A": "f:p", "9100SMGB2": "9100SMGB", "9400ZZWMBUL1": "9400ZZWMBUL", "9400ZZWMBUL2": "9400ZZWMBUL",
        "f:x": "f:940GZZWMBUL", "f:z": "f:z", "y": "9400ZZWMBUL",
    }  # fmt: skip
    assert stops["place_basis"].to_dict() == {**dict.fromkeys(stops.index, "feed"), "4300A": "NaPTAN"}
    assert stops.geometry["4300A"].equals(Point(400000, 300000))
    assert stops.geometry["9400ZZWMBUL1"].distance(Point(407150, 287120)) < 0.01
    assert stops["step_free"].dropna().to_dict() == {"4300A": "yes", "9400ZZWMBUL1": "no"}
    told = log.table().set_index("field")["value"]
    assert told.to_dict() == {"stop_id": "2 stops: x, z", "stop_lat; stop_lon": "1 stops: 4300A 100 m"}


def test_a_longer_code_far_from_its_station_is_another_place():
    stops = place_stops(served(("9400ZZWMBUL1", 410000, 287111, None, None)), naptan(), label="f", log=IssueLog())
    assert stops["atco_code"].isna().all()


def test_a_stop_without_degrees_takes_its_stations_place_or_none():
    log = IssueLog()
    stops = place_stops(
        served(("9400ZZWMBUL1", np.nan, np.nan, None, None), ("q", np.nan, np.nan, None, None)),
        naptan(),
        label="f",
        log=log,
    )
    assert stops.geometry["9400ZZWMBUL1"].equals(Point(407139, 287111))
    assert stops["place_basis"]["9400ZZWMBUL1"] == "NaPTAN"
    assert stops.geometry["f:q"] is None
    assert pd.isna(stops["place_basis"]["f:q"])
    assert log.table()["issue_type"].tolist() == ["unknown entity", "WGS84 out of bounds"]


def test_without_naptan_the_feed_places_its_stops_and_nothing_is_missed():
    log = IssueLog()
    stops = place_stops(served(("4300A", 400100, 300000, None, None)), None, label="f", log=log)
    assert stops.index.tolist() == ["f:4300A"]
    assert stops["place_basis"].tolist() == ["feed"]
    assert not log.rows


def test_a_table_that_is_no_naptan_is_refused():
    with pytest.raises(InputError, match="naptan: needs the index 'atco_code'"):
        check_naptan(naptan().rename_axis("code"))
    with pytest.raises(InputError, match="naptan: is in EPSG:4326"):
        check_naptan(naptan().to_crs("EPSG:4326"))
    with pytest.raises(InputError, match="naptan: "):
        check_naptan(pd.DataFrame(naptan().drop(columns="geometry")))


def test_a_stop_id_in_another_spelling_is_naptans_stop_unless_case_distinguishes_stops():
    rows = [("4300a ", 400100, 300000, None, None), ("9400zzwmbul1", 407150, 287120, None, None)]
    stops = place_stops(served(*rows), naptan(), label="f", log=IssueLog())
    assert stops["atco_code"].to_dict() == {"4300A": "4300A", "9400zzwmbul1": "9400ZZWMBUL"}
    assert stops["stop_id"].to_dict() == {"4300A": "4300a ", "9400zzwmbul1": "9400zzwmbul1"}
    twice = place_stops(served(*rows, ("4300A", 400100, 300000, None, None)), naptan(), label="f", log=IssueLog())
    assert twice["atco_code"].dropna().to_dict() == {"4300A": "4300A"}
