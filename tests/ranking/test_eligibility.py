"""Gates applied: switched, moved, in doubt, and refused when a setting makes no sense."""

from __future__ import annotations

import pytest

from factories.gated import DAY, reasons, table
from siteprior.core.errors import InputError, SitePriorError
from siteprior.ranking.eligibility import apply_gates, gate_doubt
from siteprior.ranking.gates import GATES


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


def test_index_and_kinds():
    done = apply_gates(table({}, {"lsoa_code": None}).iloc[::-1], gates={}, as_of=DAY)
    assert done.index.tolist() == ["E1:1", "E1:0"]
    assert [str(kind) for kind in done.dtypes] == ["str", "str"]
    assert apply_gates(table({}).iloc[:0], gates={}, as_of=DAY).empty


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


def test_a_gate_taken_away_needs_no_columns_of_doubt():
    sites = table({}).drop(columns=["corridor_walk_low_m"])
    assert gate_doubt(sites, gates={"beyond_corridor_walk": False}).isna().all()
    with pytest.raises(InputError, match="sites: lacks the columns corridor_walk_low_m"):
        gate_doubt(sites, gates={})
