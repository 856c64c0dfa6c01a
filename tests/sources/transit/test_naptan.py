from __future__ import annotations

import itertools

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from factories.real import expected
from siteprior.core.errors import InputError
from siteprior.core.schema import MODES, STOPS, check
from siteprior.sources.transit.naptan import STOP_TYPES, read_stops

HEADER = (
    "ATCOCode,CommonName,GridType,Easting,Northing,Longitude,Latitude,StopType,ModificationDateTime,Modification,Status"
)


def write(folder, *rows, name="naptan.csv", header=HEADER, encoding="utf-8"):
    """Write a NaPTAN file; each row is a dict, what it leaves out is filled with a plain active stop."""
    plain = {
        "ATCOCode": "4300000001", "CommonName": "High Street", "GridType": "UKOS", "Easting": "407000",
        "Northing": "287000", "Longitude": "", "Latitude": "", "StopType": "BCT",
        "ModificationDateTime": "2026-07-20T09:00:00", "Modification": "new", "Status": "active",
    }  # fmt: skip
    lines = [header]
    for row in rows:
        full = {**plain, **row}
        lines.append(",".join(full[column] for column in header.split(",")))
    file = folder / name
    file.write_text("\n".join(lines), encoding=encoding)
    return file


def test_what_is_a_stop_and_what_is_not(tmp_path):
    rows = [{"ATCOCode": f"43{i:06}", "StopType": kind} for i, kind in enumerate(STOP_TYPES)]
    stops = read_stops(write(tmp_path, *rows)).table
    kept = {rows[int(code[2:])]["StopType"]: mode for code, mode in stops["mode"].items()}
    assert kept == {
        "BCT": "bus", "BCS": "bus", "BCQ": "bus", "RLY": "rail", "MET": "metro", "FER": "ferry", "GAT": "air",
    }  # fmt: skip
    assert set(kept.values()) <= set(MODES)
    check(stops, STOPS, name="stops")


def test_coaches_and_rail_replacement_buses_are_known_by_their_atco_area(tmp_path):
    reading = read_stops(
        write(
            tmp_path,
            {"ATCOCode": "900001"},
            {"ATCOCode": "9100ALVCRLP", "StopType": "BCQ", "CommonName": "Alvechurch - Red Lion PH"},
        )
    )
    assert reading.table["mode"].to_dict() == {"900001": "coach"}
    assert "BCQ 1" in reading.issues["action"].iloc[0]


def test_platforms_and_entrances_are_counted_with_their_station(tmp_path):
    metro = "Bull Street (West Midlands Metro)"
    stops = read_stops(
        write(
            tmp_path,
            {"ATCOCode": "9400ZZWMBUL", "CommonName": metro, "StopType": "MET"},
            {"ATCOCode": "9400ZZWMBUL1", "CommonName": metro, "StopType": "PLT"},
            {"ATCOCode": "9400ZZWMBUL2", "CommonName": metro, "StopType": "PLT"},
            {"ATCOCode": "4300ZZWMBUL1", "CommonName": metro, "StopType": "TMU"},
            {"ATCOCode": "4300ZZWMR0", "CommonName": "The Royal", "StopType": "TMU"},  # of no station here
            {"ATCOCode": "9100BHAMINT", "CommonName": "Birmingham International Rail Station", "StopType": "RLY"},
            {"ATCOCode": "4300BHAMINT5", "CommonName": "Birmingham International Rail Station", "StopType": "RSE"},
        )
    ).table
    assert stops["records"].to_dict() == {"9100BHAMINT": 2, "9400ZZWMBUL": 4}
    assert stops["stop_name"].to_list() == ["Birmingham International", "Bull Street"]


def test_the_longest_station_code_owns_a_platform(tmp_path):
    rows = [
        {"ATCOCode": code, "CommonName": code, "StopType": kind, "Easting": str(400_000 + 1000 * i)}
        for i, (code, kind) in enumerate([("9400ZZA", "MET"), ("9400ZZA1", "MET"), ("9400ZZA11", "PLT")])
    ]
    assert read_stops(write(tmp_path, *rows)).table["records"].to_dict() == {"9400ZZA": 1, "9400ZZA1": 2}


def station(code, name, *, east=401420, mode="RLY", **more):
    return {"ATCOCode": code, "CommonName": name, "StopType": mode, "Easting": str(east), "Northing": "289320", **more}


def test_one_station_instead_of_two_records(tmp_path):
    reading = read_stops(
        write(
            tmp_path,
            station("9100GALTINT", "Smethwick Galton Bridge High Level Rail Station", east=401421),
            station("9100GALTILL", "Smethwick Galton Bridge Rail Station"),
            station("9100STRBDGJ", "Stourbridge Junction Rail Station", east=391000),
            station("9100STRBDG1", "Stourbridge Junction Rail Station", east=390998),
        ),
        fold_m=300,
    )
    stops = reading.table
    assert stops.index.to_list() == ["9100GALTILL", "9100STRBDG1"]
    assert stops["stop_name"].to_list() == ["Smethwick Galton Bridge", "Stourbridge Junction"]
    assert stops["records"].to_list() == [2, 2]
    assert stops["other_codes"].to_list() == ["9100GALTINT", "9100STRBDGJ"]
    folds = reading.issues[reading.issues["issue_type"] == "combined-value"]
    assert folds[["row", "value"]].to_numpy().tolist() == [[2, "9100GALTINT"], [4, "9100STRBDGJ"]]


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        (station("9100B", "Aston Rail Station", east=401720), 1),  # 300 m: folded
        (station("9100B", "Aston Rail Station", east=401721), 2),  # 301 m
        (station("9100B", "Witton Rail Station"), 2),  # another name
        (station("9400B", "Aston", mode="MET"), 2),  # another mode
        (station("4300B", "Aston Rail Station", mode="BCT"), 2),  # a bus stop named after the station
        (station("9100B", ""), 2),
        (station("9100B", "Aston (Bakerloo) Rail Station"), 2),  # what stands in brackets tells places apart
    ],
)
def test_only_near_records_of_one_mode_and_name_are_folded(tmp_path, other, kept):
    file = write(tmp_path, station("9100A", "Aston Rail Station"), other)
    assert len(read_stops(file, fold_m=300).table) == kept


def test_nameless_records_stay_apart(tmp_path):
    stops = read_stops(write(tmp_path, station("9100A", ""), station("9100B", ""))).table
    assert stops["stop_name"].isna().to_list() == [True, True]


def test_the_open_record_stands_for_the_station(tmp_path):
    stops = read_stops(
        write(
            tmp_path,
            station("9100MGTE", "Moorgate Rail Station", Status="inactive", Modification="delete"),
            station("9100MRGT", "Moorgate Rail Station"),
        )
    ).table
    assert stops["state"].to_dict() == {"9100MRGT": "open"}
    assert stops["other_codes"].to_list() == ["9100MGTE"]


@pytest.mark.parametrize(
    ("facts", "state", "basis"),
    [
        ({}, "open", "NaPTAN active"),
        ({"Status": "ACTIVE"}, "open", "NaPTAN active"),
        ({"Status": "inactive"}, "closed", "NaPTAN inactive"),
        ({"Status": "inactive", "Modification": "delete"}, "closed", "NaPTAN inactive"),
        ({"Modification": "delete"}, "closed", "NaPTAN deleted"),
        ({"Status": "pending"}, "planned", "NaPTAN pending"),
        ({"Status": ""}, "not stated", "NaPTAN gives no status"),
        ({"Status": "opne"}, "not stated", "NaPTAN gives no status"),
    ],
)
def test_what_naptan_says_of_a_stop(tmp_path, facts, state, basis):
    reading = read_stops(write(tmp_path, facts))
    assert reading.table[["state", "state_basis"]].iloc[0].to_list() == [state, basis]
    odd = reading.issues["issue_type"].tolist()
    assert odd == (["invalid category value"] if facts.get("Status") == "opne" else [])


def test_without_a_status_column_nothing_is_open(tmp_path):
    reading = read_stops(write(tmp_path, {}, header="ATCOCode,StopType,Easting,Northing"), files=["stops/a.csv"])
    assert reading.table["state"].tolist() == ["not stated"]
    assert reading.issues[["file", "issue_type", "field"]].to_numpy().tolist() == [
        ["stops/a.csv", "missing value", "Status"]
    ]


def test_easting_and_northing_win_and_the_disagreement_is_reported(tmp_path):
    bull_street = {"Longitude": "-1.89631", "Latitude": "52.48188"}
    file = write(
        tmp_path,
        {"ATCOCode": "1", "Easting": "407139", "Northing": "287111", **bull_street},
        {"ATCOCode": "2", "Easting": "407239", "Northing": "287111", **bull_street},
    )
    reading = read_stops(file, tolerance_m=10)
    assert shapely.get_x(reading.table.geometry).tolist() == [407139, 407239]
    assert reading.issues[["row", "issue_type", "severity"]].to_numpy().tolist() == [[3, "OSGB", "warning"]]
    assert "100 m from the degrees" in reading.issues["action"].iloc[0]


def test_degrees_alone_place_a_stop(tmp_path):
    degrees = {"Longitude": "-1.89631", "Latitude": "52.48188"}
    file = write(
        tmp_path,
        {"ATCOCode": "1", "Easting": "", "Northing": "", **degrees},
        {"ATCOCode": "2", "Easting": "0", "Northing": "0", **degrees},
    )
    reading = read_stops(file)
    # Bull Street of the corridor facts; 5 m allows for a PROJ without the OSTN15 grid
    assert (reading.table.distance(shapely.Point(407139, 287111)) < 5).all()
    assert reading.issues[["issue_type", "value"]].to_numpy().tolist() == [["default-field", "2 stops"]]


@pytest.mark.parametrize(
    "facts",
    [
        {"Easting": "", "Northing": ""},
        {"Easting": "n/a", "Northing": "287000"},
        {"Easting": "407000", "Northing": ""},
        {"Easting": "-5", "Northing": "9999999"},
        {"Easting": "", "Northing": "", "Longitude": "0", "Latitude": "0"},
        {"GridType": "IrishOS", "Longitude": "-5.93", "Latitude": "54.6"},
        {"GridType": "ITM"},
    ],
)
def test_a_stop_without_a_place_is_left_out_and_logged(tmp_path, facts):
    reading = read_stops(write(tmp_path, {"ATCOCode": "1"}, {"ATCOCode": "2", **facts}))
    assert reading.table.index.to_list() == ["1"]
    assert reading.issues[["row", "issue_type", "severity"]].to_numpy().tolist() == [
        [3, "invalid coordinates", "error"]
    ]


def test_records_without_code_or_of_an_unknown_type_are_left_out_and_logged(tmp_path):
    reading = read_stops(write(tmp_path, {"ATCOCode": ""}, {"ATCOCode": "2", "StopType": "XYZ"}, {"ATCOCode": "3"}))
    assert reading.table.index.to_list() == ["3"]
    assert reading.issues[["row", "issue_type", "value"]].to_numpy().tolist() == [
        [2, "unknown entity - missing reference", ""],
        [3, "invalid category value", "XYZ"],
    ]


def test_of_a_code_that_stands_twice_the_record_changed_last_is_kept(tmp_path):
    reading = read_stops(
        write(
            tmp_path,
            {"CommonName": "New", "ModificationDateTime": "2026-07-20T09:07:24.9533644+01:00"},
            {"CommonName": "Old", "ModificationDateTime": "2014-09-22T12:25:51"},
        )
    )
    assert reading.table["stop_name"].to_list() == ["New"]
    assert reading.issues[["row", "issue_type"]].to_numpy().tolist() == [[3, "reference values are not unique"]]


def test_of_two_vintages_the_newer_file_wins_even_with_older_row_dates(tmp_path):
    old = write(tmp_path, {"Status": "active", "ModificationDateTime": "2024-10-07T00:00:00"}, name="2024.csv")
    new = write(
        tmp_path,
        {"Status": "inactive", "ModificationDateTime": "2014-09-22T12:25:51"},
        {"ATCOCode": "4300000002", "ModificationDateTime": "2026-07-20T09:00:00"},
        name="2026.csv",
    )
    for order in ([old, new], [new, old]):
        reading = read_stops(order, files=[file.name for file in order])
        assert reading.table["state"].to_list() == ["closed", "open"]
        assert reading.issues[["file", "issue_type", "value"]].to_numpy().tolist() == [
            ["2024.csv", "reference values are not unique", "1 codes"]
        ]
    assert {read.file: read.vintage for read in reading.provenance} == {
        "2024.csv": "2024-10-07",
        "2026.csv": "2026-07-20",
    }


def test_the_order_of_files_and_rows_does_not_matter(tmp_path):
    rows = [
        station("9100A", "Aston Rail Station"),
        station("9100B", "Aston High Level Rail Station"),
        {"ATCOCode": "4300A0", "CommonName": "Aston Rail Station", "StopType": "RSE"},
    ]
    tables = [
        read_stops([write(tmp_path, row, name=f"{i}.csv") for i, row in enumerate(order)]).table
        for order in itertools.permutations(rows)
    ]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0])


def test_a_national_file_is_cut_to_the_study_area_and_its_margin(tmp_path):
    file = write(
        tmp_path, *({"ATCOCode": str(e), "Easting": str(e), "Northing": "287000"} for e in (407_100, 407_600, 407_601))
    )
    area = gpd.GeoSeries(
        [shapely.box(406_000, 286_000, 407_000, 288_000), shapely.box(407_000, 286_000, 407_100, 288_000)], crs=27700
    )
    assert read_stops(file, within=area).table.index.to_list() == ["407100"]
    assert read_stops(file, within=area, margin_m=500).table.index.to_list() == ["407100", "407600"]
    assert len(read_stops(file, within=area.union_all(), margin_m=501).table) == 3
    with pytest.raises(InputError, match="EPSG:4326, needs metres in EPSG:27700"):
        read_stops(file, within=area.to_crs(4326))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_any_encoding(tmp_path, encoding):
    file = write(tmp_path, {"CommonName": "Café Bo’ness"}, encoding=encoding)
    assert read_stops(file).table["stop_name"].to_list() == ["Café Bo’ness"]


def test_files_that_are_no_stop_files_are_refused_together(tmp_path):
    cut = write(tmp_path, {}, name="cut.csv", header="ATCOCode,CommonName,StopType,Status")
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(InputError) as caught:
        read_stops([cut, other, empty, tmp_path / "none.csv"], files=["cut", "other", "empty", "none"])
    first, second, third, fourth = caught.value.faults
    assert first.startswith("cut: is not a NaPTAN stop file")
    assert "lacks Easting and Northing (or Longitude" in first
    assert "lacks ATCOCode, StopType, Easting and Northing" in second
    assert "It has a, b" in second
    assert "is empty" in third
    assert "no such file" in fourth
    with pytest.raises(InputError, match="1 names for 2 files"):
        read_stops([cut, cut], files=["a"])


@pytest.fixture(scope="module")
def naptan(real):
    folder = real / "real" / "transit"
    return read_stops(
        [folder / f"naptan_{area}_stops_2026-07-21.csv.gz" for area in (430, 910, 940)], files=["430", "910", "940"]
    )


def test_real_counts(naptan):
    stops = naptan.table
    # BCT 15,104 + BCS 222; RLY 2,713 less 40 folded; MET 975 (PROVENANCE, part 3)
    assert stops["mode"].value_counts().to_dict() == expected(
        whole={"bus": 15_326, "rail": 2_673, "metro": 975}, of_slice={"bus": 326, "rail": 103, "metro": 52}
    )  # of the slice: BCT 316 + BCS 10; RLY 107 less 4 folded; MET 52
    metro = stops[stops.index.str.startswith("9400ZZWM")]
    assert len(metro) == 47
    assert metro["records"].sum() == 47 + 93 + expected(
        whole=64, of_slice=8
    )  # stops, platforms, and of 67 entrances those whose code is a stop's
    assert (metro["state"] == "open").all()  # NaPTAN alone would have Line 2 open
    assert stops.loc["9100GALTILL", "other_codes"] == "9100GALTINT"
    assert stops.loc["9100STRBDG1", "other_codes"] == "9100STRBDGJ"
    assert not naptan.issues["issue_type"].isin(["invalid coordinates", "invalid category value"]).any()
    far = naptan.issues[(naptan.issues["issue_type"] == "OSGB") & (naptan.issues["file"] == "940")]
    assert len(far) == 9
    assert far["action"].str.startswith("9400ZZWM").all()


def test_real_stops_stand_where_the_corridor_facts_say(naptan, real):
    facts = pd.read_csv(real / "facts" / "corridors.csv").dropna(subset="atco")
    places = naptan.table.geometry.reindex(facts["atco"])
    assert (shapely.get_x(places.to_numpy()) == facts["easting"]).all()
    assert (shapely.get_y(places.to_numpy()) == facts["northing"]).all()


def test_real_old_vintage_without_degrees_and_both_vintages_together(real):
    folder = real / "real" / "transit"
    old, new = (folder / f"naptan_430_stops_{day}.csv.gz" for day in ("2024-10-13", "2026-07-21"))
    alone = read_stops(old)
    assert len(alone.table) == expected(whole=15_049 + 223, of_slice=149 + 4)
    assert alone.provenance[0].vintage == expected(whole="2024-10-07", of_slice="2024-09-11")
    both, newer = read_stops([old, new]).table, read_stops(new).table
    pd.testing.assert_frame_equal(both.loc[newer.index], newer)
    assert not both.index.difference(newer.index).difference(alone.table.index).size
