"""Faults of several inputs are raised together, of the kind of the first, each once."""

from __future__ import annotations

import pytest

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import InputError, OutputError, ProjectError


def test_nothing_kept_is_nothing_refused():
    faults = AllFaults()
    with faults.kept():
        pass
    faults.refuse()
    assert faults.sentences == ()


def test_all_that_was_refused_is_raised_once_each_in_order():
    faults = AllFaults()
    for error in (ProjectError("b", "a"), InputError("a", "c"), OutputError("b")):
        with faults.kept():
            raise error
    with pytest.raises(ProjectError) as raised:
        faults.refuse()
    assert raised.value.faults == ("b", "a", "c")


def test_what_is_no_fault_of_an_input_goes_its_way():
    faults = AllFaults()
    with pytest.raises(KeyError), faults.kept():
        raise KeyError("a mistake in the code")
    assert faults.sentences == ()


def test_what_is_refused_is_raised_unless_another_collects():
    every, read = AllFaults(), AllFaults()
    with read.kept():
        raise InputError("a")
    with pytest.raises(InputError, match="a"):
        read.refuse_or_go_on()
    with every.collecting():
        read.refuse_or_go_on()
        with pytest.raises(InputError):
            read.refuse()
    assert every.sentences == ("a",)
    with pytest.raises(InputError):
        read.refuse_or_go_on()


def test_only_those_that_count_are_left_each_of_its_kind():
    faults = AllFaults()
    for error in (ProjectError("a", "b"), InputError("c")):
        with faults.kept():
            raise error
    assert faults.only(lambda text: text != "a").sentences == ("b", "c")
    with pytest.raises(InputError):
        faults.only(lambda text: text == "c").refuse()
