"""What is a number, and what may be stated of gates and weights, in a project file as in a script."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.project.gates_weights import gate_faults, is_number, weight_faults


@pytest.mark.parametrize("value", [0, -1, 0.5, 10**300, np.float64(0.5), np.int64(3), np.float32(0.5), Fraction(1, 2)])
def test_finite_numbers_are_numbers(value):
    assert is_number(value)


@pytest.mark.parametrize(
    "value",
    [10**400, -(10**400), float("inf"), float("-inf"), float("nan"), True, False, np.True_, np.inf, "1", None,
     [1], 1 + 2j, Decimal("1")],
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
