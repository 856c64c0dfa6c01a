from __future__ import annotations

import calendar

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.files import Input
from siteprior.core.issues import COLUMNS as ISSUE_COLUMNS
from siteprior.core.schema import CORRIDOR_STOPS, STOPS, check, conform
from siteprior.sources.transit.corridors import read_corridor_stops
from siteprior.sources.transit.naptan import read_stops
from siteprior.sources.transit.openings import (
    apply_openings,
    apply_openings_to_corridor,
    fitting_modes,
    unmatched_statements,
)
from siteprior.sources.transit.statements import STATEMENTS, no_statements, read_openings

DAY = "2026-10-02"


def stops(*rows):
    """Make a table of stops from (code, mode, NaPTAN state, easting) and other codes."""
    table = pd.DataFrame(
        [
            {"atco_code": code, "stop_name": f"Stop {code}", "mode": mode, "state": state, "x": east,
             "state_basis": f"NaPTAN {'active' if state == 'open' else 'inactive'}", "other_codes": other}
            for code, mode, state, east, other in (((*row, None, None)[:5]) for row in rows)
        ]
    ).set_index("atco_code")  # fmt: skip
    points = gpd.points_from_xy(table.pop("x").fillna(400_000), [300_000] * len(table))
    return conform(gpd.GeoDataFrame(table, geometry=points, crs=27700), STOPS)


def statements(*rows):
    """Make a table of statements from dicts."""
    state = {"open": "open", "shelved": "closed", "closed": "closed"}
    table = pd.DataFrame([{"file": "f", **row} for row in rows], columns=list(STATEMENTS))
    table["state"] = table["stated_as"].map(state).fillna("planned")
    return table.astype({name: "str" for name in STATEMENTS if name != "row"})


def said(words, on, since=None, code="1"):
    return {"atco_code": code, "stated_as": words, "statement_date": on, "state_date": since}


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([], "open"),  # nobody said anything: NaPTAN speaks
        ([said("open", "2026-10-02", "2026-04")], "open"),
        ([said("open", "2026-10-02")], "open"),
        ([said("not open", "2026-10-02", "2026-11-01")], "planned"),
        ([said("not open", "2026-10-02", "2026-01-01")], "planned"),  # a due date opens nothing, even when past
        ([said("open", "2026-10-02", "2026-10-03")], "planned"),  # said to open tomorrow
        ([said("open", "2026-10-02", "2026-10")], "planned"),  # some day of October: perhaps after the 2nd
        ([said("open", "2026-10-02", "2026")], "planned"),
        ([said("open", "2026-10-02", "soon")], "planned"),  # a date nobody can read is not believed
        ([said("shelved", "2024-01-01")], "closed"),
        ([said("closed", "2024")], "closed"),
        ([said("not open", "2026-10-03")], "open"),  # said a day too late: not heard
        ([said("not open", "2026-10")], "open"),  # perhaps said on the 31st: not heard
        ([said("not open", "2026-09")], "planned"),
        ([said("not open", None)], "open"),  # undated: not heard
        ([said("open", "2026-03"), said("not open", "2026-10-02")], "planned"),  # the latest counts
        ([said("not open", "2026-10-02"), said("open", "2026-10-03")], "planned"),
        ([said("not open", "2026-03-19"), said("open", "2026-03")], "open"),  # March counts as the 31st
        ([said("open", "2026-10-02"), said("not open", "2026-10-02")], "planned"),  # of one day: the least promising
        ([said("planned", "2026-10-02"), said("shelved", "2026-10-02")], "closed"),
    ],
)
def test_the_rule(told, state):
    settled = apply_openings(stops(("1", "metro", "open")), statements(*told), network_date=DAY)
    assert settled["state"].tolist() == [state]
    check(settled, STOPS, name="settled")


def test_a_stop_naptan_calls_inactive_is_open_once_somebody_says_so():
    table = stops(("1", "metro", "closed"))
    assert apply_openings(table, no_statements(), network_date=DAY)["state"].tolist() == ["closed"]
    told = statements(said("open", "2026-10-02", "2026-10-01"))
    settled = apply_openings(table, told, network_date=DAY)
    assert settled.loc["1", ["state", "state_basis", "state_date", "statement_date"]].to_list() == [
        "open", "statement of 2026-10-02: open, 2026-10-01", "2026-10-01", "2026-10-02",
    ]  # fmt: skip
    assert table["state"].tolist() == ["closed"]  # the caller's table is untouched


def test_a_statement_on_a_folded_record_is_about_the_station():
    table = stops(("9100STRBDG1", "rail", "open", None, "9100STRBDGJ; 9100X"), ("2", "rail", "open"))
    told = statements(said("closed", "2026-01-01", code="9100STRBDGJ"), said("closed", "2026-01-01", code="unknown"))
    assert apply_openings(table, told, network_date=DAY)["state"].tolist() == ["closed", "open"]


PARTIAL = st.one_of(
    st.none(), st.sampled_from(["2025", "2026", "2026-09", "2026-10", "2026-10-01", "2026-10-02", "2026-10-03"])
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["open", "not open", "planned", "shelved"]), PARTIAL, PARTIAL), max_size=4),
    st.sampled_from(["open", "closed"]),
)
def test_the_rule_against_a_plain_reading_of_it(told, naptan):
    def last(text):
        year, *rest = (int(part) for part in text.split("-"))
        month = rest[0] if rest else 12
        return year, month, rest[1] if len(rest) > 1 else calendar.monthrange(year, month)[1]

    day = last(DAY)

    def means(word, since):
        if word == "open":
            return "open" if since is None or last(since) <= day else "planned"
        return "closed" if word == "shelved" else "planned"

    promise = ["open", "planned", "closed"]
    heard = [(last(on), promise.index(means(word, since))) for word, on, since in told if on and last(on) <= day]
    expected = promise[max(heard)[1]] if heard else naptan
    table = apply_openings(
        stops(("1", "metro", naptan)), statements(*(said(w, on, since) for w, on, since in told)), network_date=DAY
    )
    assert table["state"].tolist() == [expected]


def places(tmp_path, rows):
    file = tmp_path / "corridors.csv"
    header = "corridor,kind,order,stop_name,atco,easting,northing,state,state_date,statement_date\n"
    file.write_text(header + "\n".join(rows))
    return read_corridor_stops(file).table


@pytest.mark.parametrize(
    ("kind", "mode", "east", "says", "state"),
    [
        ("sprint", "bus", 400_250, "open,2022,2026-11-22", "open"),
        ("sprint", "bus", 400_251, "open,2022,2026-11-22", "not stated"),  # too far
        ("sprint", "rail", 400_000, "open,2022,2026-11-22", "not stated"),  # no bus
        ("growth-area", "bus", 400_000, "open,,2026-11-22", "open"),
        ("rail", "metro", 400_000, "open,,2026-11-22", "not stated"),
        ("sprint", "bus", 400_000, "open,2027,2026-11-22", "planned"),
        ("sprint", "bus", 400_000, "under construction,,2026-11-22", "planned"),
        ("sprint", "bus", 400_000, "not open,,2026-11-22", "planned"),
        ("sprint", "bus", 400_000, "shelved,,2026-11-22", "closed"),
        ("sprint", "bus", 400_000, ",,", "not stated"),
        ("sprint", "bus", 499_000, "open,2022,2026-10-01", "open"),  # said in time: believed without a stop beside it
    ],
)
def test_a_place_without_a_code(tmp_path, kind, mode, east, says, state):
    corridor = places(tmp_path, [f"A,{kind},1,Here,,400000,300000,{says}"])
    near = stops(("1", mode, "open", east))
    settled = apply_openings_to_corridor(corridor, near, no_statements(), network_date=DAY, radius_m=250)
    assert settled["state"].tolist() == [state]
    check(settled, CORRIDOR_STOPS, name="settled")


def test_a_row_of_a_table_without_states_counts_beside_an_open_stop_alone(tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("corridor,order,stop_name,easting,northing\nA,1,One,400000,300000\nA,2,Two,400600,300000\n")
    settled = apply_openings_to_corridor(
        read_corridor_stops(path).table, stops(("1", "rail", "open", 400_010)), no_statements(), network_date=DAY,
        radius_m=250,
    )  # fmt: skip
    assert settled["state"].tolist() == ["open", "not stated"]
    assert settled["state_basis"].tolist() == [
        "own row, no state given, and Stop 1 (1, 10 m) is open beside it",
        "own row, no state given, but no open stop that serves it within 250 m",
    ]


def test_a_stop_that_is_not_open_opens_no_place_beside_it(tmp_path):
    corridor = places(tmp_path, ["A,growth-area,1,Here,,400000,300000,open,,2026-11-22"])
    near = stops(("1", "metro", "open", 400_010))
    told = statements(said("not open", "2026-10-02"))
    settled = apply_openings_to_corridor(corridor, near, told, network_date=DAY, radius_m=250)
    assert settled["state"].tolist() == ["not stated"]
    assert "no open stop that serves it within 250 m" in settled["state_basis"].iloc[0]


def test_a_corridor_stop_with_a_code_follows_statement_then_naptan(tmp_path):
    rows = [
        "A,metro,1,Coded,1,400000,300000,open,1999,2026-11-22",  # not heard: NaPTAN says active
        "A,metro,2,Shut,2,401000,300000,open,1999,2026-11-22",  # not heard: NaPTAN says inactive
        "A,metro,3,Told,3,402000,300000,open,2026-04,2026-10-02",  # heard, though NaPTAN says inactive
        "A,metro,4,Beyond,4,403000,300000,open,1999,2026-11-22",  # not in the stops held
        "A,metro,5,Folded,5b,404000,300000,open,1999,2026-11-22",
    ]
    table = stops(
        ("1", "metro", "open", 400_000), ("2", "metro", "closed", 401_000), ("3", "metro", "closed", 402_000),
        ("5", "metro", "open", 404_000, "5b"),
    )  # fmt: skip
    settled = apply_openings_to_corridor(places(tmp_path, rows), table, no_statements(), network_date=DAY, radius_m=250)
    assert settled["state"].tolist() == ["open", "closed", "open", "not stated", "open"]
    assert settled["state_basis"].iloc[0] == "NaPTAN active"
    assert settled["state_date"].fillna("").tolist() == ["", "", "2026-04", "1999", ""]


def test_statements_without_code_are_about_the_stop_of_that_corridor_and_name(tmp_path):
    corridor = places(tmp_path, [f"{name},metro,1,Here,,400000,300000,planned,,2026-11-22" for name in "AB"])
    told = statements({"corridor": "A", "stop_name": "Here", "stated_as": "open", "statement_date": "2026-09-01"})
    settled = apply_openings_to_corridor(corridor, stops(("1", "bus", "open")), told, network_date=DAY, radius_m=250)
    assert settled["state"].to_dict() == {"A#1": "open", "B#1": "planned"}


def test_statements_not_used_are_counted_per_file():
    told = pd.concat([
        statements(said("open", "2026-10-03"), said("open", "2026"), said("open", "2026-10-02")),
        statements(said("open", "2027")).assign(file="g"),
    ])  # fmt: skip
    issues = unmatched_statements(told, network_date=DAY)
    assert issues[["file", "issue_type", "value"]].to_numpy().tolist() == [
        ["f", "future entry-date", "2 statements"],
        ["g", "future entry-date", "1 statements"],
    ]
    stops_read = [
        Input("stops", name, "", 0, 0, vintage=day) for name, day in (("n", "2026-10-03"), ("m", DAY), ("o", ""))
    ]
    newer = unmatched_statements(told, network_date=DAY, provenance=stops_read)
    assert newer[["file", "value"]].to_numpy().tolist()[2:] == [["n", "2026-10-03"]]
    assert unmatched_statements(no_statements(), network_date=DAY).columns.to_list() == list(ISSUE_COLUMNS)


def test_modes_that_serve_a_kind():
    assert fitting_modes("growth-area") == ("rail", "metro", "bus")
    assert fitting_modes("Metro") == ("metro",)
    assert fitting_modes(float("nan")) == ("rail", "metro")


LINE_2 = ["GB", "HR", "DP", "SR", "BN", "TI", "DC", "DI", "FS"]
EASTSIDE_SHUT = ["CS", "MS", "DH"]
NEW_RAIL = ["9100WILHAL", "9100DRLSTN", "9100MOSLEY", "9100KIGSHTH", "9100HAZEWLL"]


@pytest.fixture(scope="module")
def network(real):
    folder = real / "real" / "transit"
    found = read_stops([folder / f"naptan_{area}_stops_2026-07-21.csv.gz" for area in (430, 910, 940)]).table
    facts = real / "facts" / "corridors.csv"
    return found, read_openings(facts, files="facts/corridors.csv"), read_corridor_stops(facts).table


@pytest.mark.parametrize("day", ["2026-10-02", "2026-11-22"])
def test_real_openings(network, day):
    """WMCA.md, part 2: 35 stops were served on Line 1; Line 2 was due on 2026-11-01, and a due date opens nothing."""
    found, told, corridor_stops = network
    assert told.issues.empty
    settled = apply_openings(found, told.table, network_date=day)
    metro = settled[settled.index.str.startswith("9400ZZWM")]
    shut = {f"9400ZZWM{code}" for code in LINE_2 + EASTSIDE_SHUT}
    assert set(metro.index[metro["state"] != "open"]) == shut
    assert (metro["state"] == "open").sum() == 35
    assert set(metro.loc[list(shut), "state"]) == {"planned"}
    assert metro.loc["9400ZZWMAS", "state_basis"] == "statement of 2026-10-02: open, 2026-04 (stated)"
    assert set(settled.loc[NEW_RAIL, "state"]) == {"open"}
    along = apply_openings_to_corridor(corridor_stops, found, told.table, network_date=day, radius_m=250)
    coded = along[along["atco_code"].notna()]
    assert (coded["state"] == settled["state"].reindex(coded["atco_code"]).to_numpy()).all()
    line_2 = along[along["corridor"].str.startswith("Metro Line 2")]
    assert line_2["state"].tolist() == ["open"] + ["planned"] * 13 + ["closed"]
    sprint = along[along["kind"] == "sprint"].groupby("corridor")["state"].agg(set)
    assert sprint["Sprint A45 Solihull branch"] == {"planned"}
    assert sprint["Sprint A45 (Birmingham-Solihull/Airport)"] == {"open"}


def test_real_statements_are_used_only_from_their_day_on(network):
    found, told, _ = network
    before = apply_openings(found, told.table, network_date="2026-04-01")
    assert before.loc["9100WILHAL", "state"] == "open"  # announced in March for 19 March
    assert before.loc["9100MOSLEY", "state"] == "planned"  # announced in March for 7 April
    assert unmatched_statements(told.table, network_date=DAY)["value"].tolist() == ["161 statements"]


def test_statements_that_cannot_be_used_open_nothing(tmp_path):
    file = tmp_path / "openings.csv"
    file.write_text(
        "atco_code,stop_name,state,state_date,statement_date\n"
        "1,A,opne,,2026-10-02\n"
        "2,B,open,April 2026,2026-10-02\n"
        "3,C,open,,02/10/2026\n"
        "4,D,,,2026-10-02\n"
        "5,E,open,,\n"
        "6,F,open,,2026-10-02\n"
        "6,F,not open,,2026-10-02\n"
    )
    table = stops(*((str(i), "bus", "closed") for i in range(1, 7)))
    resolved = apply_openings(table, read_openings(file).table, network_date=DAY)
    assert resolved["state"].tolist() == ["planned", "planned", "closed", "closed", "closed", "planned"]


def test_what_is_no_table_of_stops_is_refused():
    with pytest.raises(InputError, match="stops: lacks the columns"):
        apply_openings(gpd.GeoDataFrame(geometry=[]), no_statements(), network_date=DAY)


@pytest.mark.parametrize("day", ["02.10.2026", "02/10/2026", "2026", 20261002, None, "banana"])
def test_a_day_that_could_be_read_two_ways_is_refused(day):
    with pytest.raises(InputError, match="network_date: needs a day, got"):
        apply_openings(stops(("A", "rail", "open")), no_statements(), network_date=day)
