"""Gates applied: switched, moved, in doubt, and refused when a setting makes no sense."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from factories.gated import DAY, reasons, table
from siteprior.core.errors import InputError, SitePriorError
from siteprior.ranking.eligibility import apply_gates, gate_doubt
from siteprior.ranking.gates import GATES, Gate


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


@pytest.mark.parametrize("wrong", [None, [], "too_small", 5])
def test_gates_that_are_no_mapping_are_refused(wrong):
    for act in (lambda: apply_gates(table({}), gates=wrong, as_of=DAY), lambda: gate_doubt(table({}), gates=wrong)):
        with pytest.raises(
            InputError, match=r"gates: needs a mapping gate code → setting, got .*; give {} for the default"
        ):
            act()
    if wrong is not None:
        with pytest.raises(InputError, match="registry: needs a mapping code → Gate, got"):
            apply_gates(table({}), gates={}, as_of=DAY, registry=wrong)


@pytest.mark.parametrize("wrong", [None, "01.02.2021", 2021, pd.NaT, pd.Timestamp("2021-01-01", tz="UTC")])
def test_as_of_is_a_day(wrong):
    with pytest.raises(InputError, match="as_of: needs a day"):
        apply_gates(table({}), gates={}, as_of=wrong)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("hectares", -1.0, "hectares needs numbers of at least 0, holds -1.0 in row 'E1:0'"),
        ("hectares", np.inf, "hectares needs numbers of at least 0, holds inf in row 'E1:0'"),
        ("minimum_net_dwellings", -3, "minimum_net_dwellings needs numbers of at least 0, holds -3"),
        ("corridor_walk_m", -0.1, "corridor_walk_m needs numbers of at least 0, holds -0.1"),
    ],
)
def test_sizes_and_walks_below_nothing_pass_no_gate(column, value, says):
    with pytest.raises(InputError, match=f"sites: {says}"):
        apply_gates(table({}).assign(**{column: value}), gates={}, as_of=DAY)


def test_dates_of_python_and_categories_are_refused_before_a_gate_is_asked():
    for column, values in (("end_date", [date(2020, 1, 1)]), ("hectares", pd.Categorical([1.0]))):
        with pytest.raises(InputError, match=f"sites: {column} needs .* in row 'E1:0'"):
            apply_gates(table({}).assign(**{column: values}), gates={}, as_of=DAY)


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_nullable_columns_give_the_same_answer(backend):
    sites = table(
        {}, {"hectares": 0.1, "minimum_net_dwellings": 1}, {"end_date": "2020-01-01"}, {"corridor_walk_m": None}
    )
    given = sites.convert_dtypes(dtype_backend=backend)
    pd.testing.assert_frame_equal(apply_gates(given, gates={}, as_of=DAY), apply_gates(sites, gates={}, as_of=DAY))


@pytest.mark.parametrize(
    "answer",
    [None, [True], {"loud": True}, {"loud": pd.Series([True])}, {"loud": pd.Series(["x"], index=["E1:0"])},
     {"loud": pd.Series([1.0], index=["E1:0"])}],
)  # fmt: skip
def test_a_gate_whose_function_gives_no_mask_is_refused(answer):
    loud = Gate("loud", "Loud", "Nobody sleeps", (), lambda sites, day, limits: answer)
    with pytest.raises(InputError, match="gate 'loud': its function needs to return a dict of reason code → mask"):
        apply_gates(table({}), gates={}, as_of=DAY, registry={"loud": loud})


def test_a_reason_that_no_gate_declares_is_refused():
    loud = Gate("loud", "Loud", "Nobody sleeps", (), lambda sites, day, limits: {"noisy": sites["hectares"].isna()})
    with pytest.raises(
        InputError, match="gate 'loud': gives the reason 'noisy', which it does not declare; Valid: loud"
    ):
        apply_gates(table({}), gates={}, as_of=DAY, registry={"loud": loud})
