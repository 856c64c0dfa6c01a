"""Gates: each by hand, switched, moved, and refused when a setting makes no sense."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.parameters import Parameter, Parameters
from siteprior.ranking import gates as registry
from siteprior.ranking.gates import GATES, Doubt, apply_gates, gate, gate_doubt, gate_table

DAY = date(2021, 1, 1)
GOOD = {
    "easting": 400000.0, "northing": 290000.0, "lsoa_code": "E01000001", "hectares": 1.0,
    "minimum_net_dwellings": 40, "corridor_walk_m": 500.0, "coordinate_confidence": "high",
}  # fmt: skip


def table(*departures):
    index = pd.Index([f"E1:{n}" for n in range(len(departures))], name="site_id")
    return schema.conform(pd.DataFrame([GOOD | row for row in departures], index=index), schema.SITES)


def reasons(departure, **gates):
    done = apply_gates(table(departure), gates=gates, as_of=DAY).iloc[0]
    assert done["eligible"] == ("yes" if pd.isna(done["gate_reasons"]) else "no")
    return None if pd.isna(done["gate_reasons"]) else done["gate_reasons"]


@pytest.mark.parametrize(
    ("departure", "expected"),
    [
        ({}, None),
        ({"lsoa_code": None}, "outside_area"),
        ({"easting": None, "northing": None, "lsoa_code": None, "corridor_walk_m": None}, "no_location"),
        ({"end_date": "2021-01-01"}, "ended"),
        ({"end_date": "2021-01-02"}, None),
        ({"development_status": "completed"}, "completed"),
        ({"development_status": "under construction"}, "under_construction"),
        ({"corridor_walk_m": 960.0}, None),
        ({"corridor_walk_m": 960.01}, "beyond_corridor_walk"),
        ({"corridor_walk_m": None}, "corridor_walk_unknown"),
        # SI 2017/403: 0.25 ha or 5 homes
        ({"hectares": 0.25, "minimum_net_dwellings": 1}, None),
        ({"hectares": 0.01, "minimum_net_dwellings": 5}, None),
        ({"hectares": 0.01, "minimum_net_dwellings": 3, "maximum_net_dwellings": 6}, None),
        ({"hectares": 0.249, "minimum_net_dwellings": 4}, "too_small"),
        ({"hectares": 0.1, "minimum_net_dwellings": None}, "too_small"),
        ({"hectares": None, "minimum_net_dwellings": 4}, "too_small"),
        ({"hectares": None, "minimum_net_dwellings": None}, "size_unknown"),
        ({"coordinate_confidence": "low"}, None),
        (
            {"lsoa_code": None, "end_date": "2020-01-01", "development_status": "completed", "corridor_walk_m": 9e3},
            "outside_area; ended; completed; beyond_corridor_walk",
        ),
    ],
)
def test_each_gate(departure, expected):
    assert reasons(departure) == expected


def test_gates_can_be_switched_and_moved():
    assert reasons({"corridor_walk_m": 5000.0}, beyond_corridor_walk=False) is None
    assert reasons({"corridor_walk_m": 1000.0}, beyond_corridor_walk=1200) is None
    assert reasons({"corridor_walk_m": 900.0}, beyond_corridor_walk={"walk_m": 800}) == "beyond_corridor_walk"
    assert reasons({"corridor_walk_m": 1000.0}, beyond_corridor_walk=True) == "beyond_corridor_walk"
    assert reasons({"coordinate_confidence": "low"}, low_coordinate_confidence=True) == "low_coordinate_confidence"
    small = {"hectares": 0.3, "minimum_net_dwellings": 4}
    assert reasons(small, too_small={"hectares": 0.5}) == "too_small"
    assert reasons(small, too_small={"hectares": 0.5, "homes": 4}) is None


def test_a_gate_taken_away_needs_no_columns():
    sites = table({}).drop(columns=["corridor_walk_m"])
    assert apply_gates(sites, gates={"beyond_corridor_walk": False}, as_of=DAY)["eligible"].tolist() == ["yes"]
    with pytest.raises(InputError, match="sites: lacks the columns corridor_walk_m"):
        apply_gates(sites, gates={}, as_of=DAY)


def test_settings_that_make_no_sense_are_refused_at_once():
    with pytest.raises(SitePriorError) as caught:
        apply_gates(
            table({}),
            gates={"too_smal": False, "too_small": 0.5, "beyond_corridor_walk": {"walk": 3}, "ended": 5},
            as_of=DAY,
        )
    assert caught.value.faults == (
        "unknown gate 'too_smal'; did you mean 'too_small'? Valid: " + ", ".join(sorted(GATES)),
        "gate 'ended': takes true or false, not 5",
        "gate 'too_small': takes true, false or a table with hectares, homes, not 0.5",
        "unknown threshold of gate 'beyond_corridor_walk' 'walk'; did you mean 'walk_m'? Valid: walk_m",
    )
    for wrong in (-1, float("nan"), "far"):
        with pytest.raises(SitePriorError, match="gate 'beyond_corridor_walk': walk_m needs a number of at least 0"):
            apply_gates(table({}), gates={"beyond_corridor_walk": wrong}, as_of=DAY)


def test_blanking_a_fact_of_place_or_size_never_lets_a_site_in():
    refused = table({"corridor_walk_m": 2000.0}, {"hectares": 0.1, "minimum_net_dwellings": 1}, {"lsoa_code": None})
    for column in ("corridor_walk_m", "hectares", "minimum_net_dwellings", "lsoa_code", "easting", "northing"):
        done = apply_gates(refused.assign(**{column: None}).pipe(schema.conform, schema.SITES), gates={}, as_of=DAY)
        assert set(done["eligible"]) == {"no"}


def test_index_and_kinds():
    done = apply_gates(table({}, {"lsoa_code": None}).iloc[::-1], gates={}, as_of=DAY)
    assert done.index.tolist() == ["E1:1", "E1:0"]
    assert [str(kind) for kind in done.dtypes] == ["str", "str"]
    assert apply_gates(table({}).iloc[:0], gates={}, as_of=DAY).empty


def test_the_gates_print_with_their_sources():
    listed = gate_table().set_index("gate")
    assert list(listed.index) == list(GATES)
    assert listed.loc["low_coordinate_confidence", "default"] == "off"
    assert "SI 2017/403" in listed.loc["too_small", "source"]
    assert listed.loc["beyond_corridor_walk", "thresholds"] == "walk_m 960 m"


def test_a_place_that_could_turn_the_walk_gate_is_reported_either_way():
    sites = table(
        {"corridor_walk_m": 900.0, "corridor_walk_low_m": 800.0, "corridor_walk_high_m": 1000.0},
        {"corridor_walk_m": 1000.0, "corridor_walk_low_m": 960.0, "corridor_walk_high_m": 1040.0},
        {"corridor_walk_m": 900.0, "corridor_walk_low_m": 840.0, "corridor_walk_high_m": 960.0},
        {"corridor_walk_m": 1000.0, "corridor_walk_low_m": 960.1, "corridor_walk_high_m": 1040.0},
        {"corridor_walk_m": 900.0},
    )
    doubt = gate_doubt(sites, gates={})
    assert doubt.fillna("").tolist() == ["beyond_corridor_walk"] * 2 + [""] * 3
    # the gate itself stands on the central value
    assert apply_gates(sites, gates={}, as_of=DAY)["eligible"].tolist() == ["yes", "no", "yes", "no", "yes"]
    assert gate_doubt(sites, gates={"beyond_corridor_walk": 850}).fillna("").tolist()[2:4] == [
        "beyond_corridor_walk",
        "",
    ]
    assert gate_doubt(sites, gates={"beyond_corridor_walk": False}).isna().all()
    with pytest.raises(SitePriorError, match="unknown gate"):
        gate_doubt(sites, gates={"beyond": True})


def test_a_gate_with_threshold_doubt_and_reasons_is_one_registration(monkeypatch):
    monkeypatch.setitem(registry._REGISTERED, "too_loud", None)  # so that it is taken away again
    del registry._REGISTERED["too_loud"]
    limit = Parameters("too_loud", {"db": Parameter("db", 60, "dB", "made up", "2026", "user")})

    @gate("too_loud", title="Too loud", why="Nobody sleeps", needs=["noise"], unknown=["noise_unknown"],
          doubt=Doubt("noise_low", "noise_high", "db"), parameters=limit)  # fmt: skip
    def too_loud(sites, day, limits):
        return {"too_loud": sites["noise"] > limits["db"], "noise_unknown": sites["noise"].isna()}

    sites = table({}, {}, {}).assign(
        noise=[70.0, 50.0, None], noise_low=[55.0, 45.0, None], noise_high=[75.0, 55.0, None],
        corridor_walk_low_m=[900.0, 100.0, 100.0], corridor_walk_high_m=[1000.0, 200.0, 200.0],
    )  # fmt: skip
    done = apply_gates(sites, gates={}, as_of=DAY)
    assert done["gate_reasons"].fillna("").tolist() == ["too_loud", "", "noise_unknown"]
    assert gate_doubt(sites, gates={}).fillna("").tolist() == ["beyond_corridor_walk; too_loud", "", ""]
    assert gate_doubt(sites, gates={"too_loud": 80}).fillna("").tolist() == ["beyond_corridor_walk", "", ""]
    assert apply_gates(sites, gates={"too_loud": 80}, as_of=DAY)["eligible"].tolist() == ["yes", "yes", "no"]
    listed = gate_table().set_index("gate").loc["too_loud"]
    assert (listed["thresholds"], listed["source"]) == ("db 60 dB", "made up")
    for code, reason in (("too_loud", "x_unknown"), ("louder", "noise_unknown"), ("size_unknown", "y_unknown")):
        with pytest.raises(SitePriorError, match="is registered already; use another name"):
            gate(code, title="", why="", needs=[], unknown=[reason])


def test_a_gate_taken_away_needs_no_columns_of_doubt():
    sites = table({}).drop(columns=["corridor_walk_low_m"])
    assert gate_doubt(sites, gates={"beyond_corridor_walk": False}).isna().all()
    with pytest.raises(InputError, match="sites: lacks the columns corridor_walk_low_m"):
        gate_doubt(sites, gates={})
