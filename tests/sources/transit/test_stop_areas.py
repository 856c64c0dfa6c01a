"""Corridor stops beside the files of stops: what is met, which NaPTAN areas are missing, what is refused."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.sources.transit.corridors import read_corridor_stops
from siteprior.sources.transit.naptan import read_stops_with_codes
from siteprior.sources.transit.openings import apply_openings_to_corridor
from siteprior.sources.transit.statements import no_statements, read_openings
from siteprior.sources.transit.stop_areas import join_corridor_stops, join_statements, missing_areas

NAPTAN = "ATCOCode,CommonName,StopType,Easting,Northing,Status\n"
TRAM = "9400ZZWMBUL,Bull Street,MET,407139,287111,active\n"
RAIL = "9100BHAMNWS,New Street,RLY,406900,286600,active\n"
BUS = "43000100101,High Street,BCT,407000,287000,active\n"


def corridor(*codes):
    table = pd.DataFrame({"atco_code": pd.Series(codes, dtype="str"), "corridor": "A"})
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([0] * len(codes), [0] * len(codes)), crs=27700)


def known(tmp_path, *rows):
    file = tmp_path / "naptan.csv"
    file.write_text(NAPTAN + "".join(rows))
    return read_stops_with_codes(file)


def test_areas_are_the_first_three_digits_and_each_code_counts_once():
    codes = pd.Series(["9400ZZA", "9400ZZA", "9400ZZB", "9100C", "43000100101", "own", None])
    assert missing_areas(codes, pd.Index(["43000100102"])) == {"910": 1, "940": 2}
    assert missing_areas(codes, pd.Index(["430X", "910Y", "940Z"])) == {}
    assert missing_areas(pd.Series([], dtype="str"), pd.Index([])) == {}


def test_a_missing_area_is_stated_with_its_stops_though_enough_met(tmp_path):
    _, codes = known(tmp_path, RAIL, BUS)
    join = join_corridor_stops(
        corridor(*["9100BHAMNWS"] * 9, "43000100101", "9400ZZWMBUL"), codes, files=["naptan.csv"]
    )
    assert (join.codes, join.met, join.unmet) == (3, 2, ("9400ZZWMBUL",))
    assert join.sentence == (
        "stops of corridors: 2 of the 3 corridor stops' ATCO codes found in naptan.csv: no file of stops holds NaPTAN "
        "area 940 (1 corridor stop); add the NaPTAN file of each area missing to stops under [sources]"
    )


def test_a_code_missing_from_an_area_that_is_there_is_stated_only_where_few_met(tmp_path):
    _, codes = known(tmp_path, RAIL, BUS, TRAM)
    found = ["9100BHAMNWS", "43000100101", "9400ZZWMBUL"]
    assert join_corridor_stops(corridor(*found), codes, files=["n"]).sentence == ""
    few = join_corridor_stops(corridor(*found, "9400ZZWMXXX"), codes, files=["n"])
    assert "3 of the 4 corridor stops' ATCO codes found in n (not 9400ZZWMXXX, for example)" in few.sentence


def test_no_stop_found_is_refused_with_a_code_of_each_side_and_the_areas(tmp_path):
    _, codes = known(tmp_path, BUS)
    with pytest.raises(InputError) as raised:
        join_corridor_stops(corridor("9400ZZWMBUL", "9100BHAMNWS", "9100X"), codes, files=["bus.csv"])
    (fault,) = raised.value.faults
    assert "it has codes such as 43000100101, the corridor stops' ATCO codes such as 9100BHAMNWS" in fault
    assert "no file of stops holds NaPTAN area 910 (2 corridor stops), 940 (1 corridor stop)" in fault
    _, none = known(tmp_path, "4300ENT1,Way in,RSE,407000,287000,active\n")
    with pytest.raises(InputError, match=r"bus\.csv: holds no stop, .* NaPTAN area 940 \(1 corridor stop\)"):
        join_corridor_stops(corridor("9400ZZWMBUL"), none, files=["bus.csv"])


def test_places_without_a_code_are_not_looked_up(tmp_path):
    _, codes = known(tmp_path, BUS)
    join = join_corridor_stops(corridor(None, None), codes, files=["bus.csv"])
    assert (join.codes, join.sentence) == (0, "")


def test_stops_out_of_reach_and_in_another_spelling_are_found_all_the_same(tmp_path):
    file = tmp_path / "corridors.csv"
    file.write_text(
        "corridor,kind,order,stop_name,atco,easting,northing\n"
        "A,metro,1,Bull Street, 9400zzwmbul ,407139,287111\nA,metro,2,Far,9400ZZFAR,500000,400000\n"
    )
    stops = tmp_path / "naptan.csv"
    stops.write_text(NAPTAN + TRAM.replace("9400ZZWMBUL", "9400ZZWMbul ") + "9400ZZFAR,Far,MET,500000,400000,active\n")
    calls = read_corridor_stops(file).table
    near = gpd.GeoSeries(gpd.points_from_xy([407139], [287111]), crs=27700).buffer(1000).iloc[0]
    reading, codes = read_stops_with_codes(stops, within=near)
    assert reading.table.index.tolist() == ["9400ZZWMBUL"]
    assert codes.tolist() == ["9400ZZFAR", "9400ZZWMBUL"]
    assert join_corridor_stops(calls, codes, files=["n"]).share == 1
    opened = apply_openings_to_corridor(calls, reading.table, no_statements(), network_date="2026-10-02")
    assert opened["state"].tolist() == ["open", "not stated"]  # none of it is near: the run finishes


def test_statements_of_another_place_are_refused_and_few_are_stated(tmp_path):
    _, codes = known(tmp_path, TRAM)
    file = tmp_path / "openings.csv"

    def join(*stated):
        file.write_text("atco,state,statement_date\n" + "".join(f"{code},open,2026-01-01\n" for code in stated))
        return join_statements(read_openings(file).table, corridor("9400ZZOWN"), codes, file="openings.csv")

    assert join(" 9400zzwmbul").share == 1
    assert join("9400ZZOWN").share == 1  # a stop of a corridor alone is a stop, too
    few = join("9400ZZWMBUL", "9400ZZMA1", "9400ZZMA2")
    assert few.sentence.startswith("statements of openings.csv: 1 of the 3 stops stated found in stops and corridors")
    with pytest.raises(InputError, match=r"such as 9400ZZOWN, the stops stated such as 9400ZZMA1; openings\.csv is of"):
        join("9400ZZMA1", "9400ZZMA2")
