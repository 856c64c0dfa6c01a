"""Gates and weights: one check for project files and scripts, with every fault at once."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from siteprior.project.faults import faults_of
from siteprior.project.gates_weights import Gates, Weights, gate_faults, is_number, weight_faults
from siteprior.project.names import Names, weight_sets

GATES = {"small": ("hectares", "homes"), "far": ("m",), "ended": ()}
CRITERIA = ("capacity", "deprivation")


def words(faults):
    return [fault.text for fault in faults]


@pytest.mark.parametrize("value", [0, -1, 0.5, 10**300, np.float64(0.5), np.int64(3), np.float32(0.5), Fraction(1, 2)])
def test_finite_numbers_are_numbers(value):
    assert is_number(value)


@pytest.mark.parametrize(
    "value",
    [10**400, -(10**400), float("inf"), float("-inf"), float("nan"), True, False, np.True_, np.inf, "1", None,
     [1], {}, 1 + 2j, Decimal("1")],
)  # fmt: skip
def test_nothing_else_is_a_number(value):
    assert not is_number(value)


@given(st.one_of(st.integers(), st.floats(), st.booleans(), st.text(max_size=3), st.none(), st.binary(max_size=3)))
def test_no_value_ends_in_an_error(value):
    assert isinstance(is_number(value), bool)
    assert all(isinstance(fault.text, str) for fault in weight_faults({"a": value}, ["a"]))
    assert all(isinstance(fault.text, str) for fault in gate_faults({"g": value}, {"g": ("m",)}))


def test_a_number_too_long_to_write_is_refused_all_the_same():
    assert not is_number(10**5000)
    [fault] = weight_faults({"a": 10**5000}, ["a"])
    assert fault.text == "'a' needs a number, not a number of thousands of digits"
    [fault] = gate_faults({"g": {"m": -(10**5000)}}, {"g": ("m",)})
    assert fault.text == "gate 'g': m needs a number of at least 0, not a number of thousands of digits"


@pytest.mark.parametrize(
    "stated",
    [{}, {"ended": False, "far": True}, {"far": 800}, {"small": {"hectares": 0.25}}, {"small": {}}, {"far": {"m": 0}}],
)
def test_what_may_be_stated_of_a_gate(stated):
    assert gate_faults(stated, GATES) == []


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"fr": 1}, "unknown gate 'fr'; did you mean 'far'? Valid: ended, far, small"),
        ({"small": 1}, "gate 'small': takes true, false or a table with hectares, homes, not 1"),
        ({"ended": 1}, "gate 'ended': takes true or false, not 1"),
        ({"ended": "no"}, "gate 'ended': takes true or false, not 'no'"),
        ({"far": -1}, "gate 'far': m needs a number of at least 0, not -1"),
        ({"far": math.nan}, "gate 'far': m needs a number of at least 0, not nan"),
        ({"far": "800"}, "gate 'far': m needs a number of at least 0, not '800'"),
        ({"far": [1]}, "gate 'far': m needs a number of at least 0, not [1]"),
        ({"small": {"homes": True}}, "gate 'small': homes needs a number of at least 0, not True"),
        (
            {"small": {"home": 1}},
            "unknown threshold of gate 'small' 'home'; did you mean 'homes'? Valid: hectares, homes",
        ),
    ],
)
def test_what_may_not(stated, said):
    assert words(gate_faults(stated, GATES)) == [said]


def test_every_fault_of_the_gates_is_named():
    assert len(gate_faults({"x": 1, "small": {"homes": -1, "a": 1}, "far": "m"}, GATES)) == 4


def test_a_fault_of_a_threshold_stands_at_its_key():
    (fault,) = gate_faults({"small": {"homes": -1}}, GATES)
    assert (fault.at, fault.of) == (("small", "homes"), ())
    (fault,) = gate_faults({"far": -1}, GATES)
    assert fault.at == ("far",)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"capacity": 1, "need": 1}, ["unknown criterion 'need'; Valid: capacity, deprivation"]),
        ({"capacity": "1"}, ["'capacity' needs a number, not '1'"]),
        ({"capacity": True, "deprivation": 1}, ["'capacity' needs a number, not True"]),
        ({"capacity": -2}, ["'capacity' is negative (-2); a weight is 0 or more, the anchors give the direction"]),
        ({"capacity": 0, "deprivation": 0.0}, ["all are zero or none is given; at least one needs to be above 0"]),
        ({}, ["all are zero or none is given; at least one needs to be above 0"]),
        ({"capacity": 0, "deprivation": 1}, []),
    ],
)
def test_weights(stated, said):
    assert words(weight_faults(stated, CRITERIA)) == said


@given(st.dictionaries(st.sampled_from(CRITERIA), st.floats(0, 1e9), min_size=1))
def test_any_weights_above_zero_are_taken(weights):
    assert bool(weight_faults(weights, CRITERIA)) == (not any(weights.values()))


def refused(kind, stated, context=None):
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(kind).validate_python(stated, context=context)
    return words(faults_of(raised.value, kind))


def test_a_set_stands_alone_and_is_one_there_is():
    accepted = TypeAdapter(Weights).validate_python
    assert accepted({"set": "balanced"}) == {"set": "balanced"}
    assert accepted({"capacity": 1}) == {"capacity": 1.0}
    assert accepted({}) == {}
    both = refused(Weights, {"set": "balanced", "capacity": 1})
    assert both == ["gives both a set and weights of its own; keep one of the two"]
    (unknown,) = refused(Weights, {"set": ["balanced"]})
    assert unknown.startswith("unknown weight set '['balanced']'; ")
    assert unknown.endswith(", ".join(sorted(weight_sets())))
    assert refused(Weights, [1]) == ["needs a table of keys, not [1]"]


def test_a_key_near_to_set_alone_is_offered_it():
    (said,) = refused(Weights, {"sett": 1})
    assert said.startswith("unknown criterion 'sett'; did you mean 'set'? Valid: ")


def test_own_layers_count_where_the_project_names_them():
    own = Names(criteria=("flood",), gates={"flood": ("at_most",)})
    assert TypeAdapter(Weights).validate_python({"flood": 2}, context=own) == {"flood": 2.0}
    assert TypeAdapter(Gates).validate_python({"flood": 0.1}, context=own) == {"flood": 0.1}
    assert refused(Weights, {"flood": 2})[0].startswith("unknown criterion 'flood'")
    assert refused(Gates, {"flood": 2})[0].startswith("unknown gate 'flood'")
    assert refused(Gates, "all") == ["needs a table of keys, not 'all'"]
