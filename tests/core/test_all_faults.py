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
