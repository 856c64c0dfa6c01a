"""A frozen table: reads as a dict, compares as one, is copied and pickled, and cannot be changed."""

from __future__ import annotations

import copy
import pickle

import pytest

from siteprior.core.frozen_table import FrozenTable

RULE = {"test": "at least", "of": ("homes",), "inner": FrozenTable({"n": 1})}


def test_it_reads_and_compares_as_a_dict():
    table = FrozenTable(RULE)
    assert (list(table), len(table), table["of"], table == RULE) == (["test", "of", "inner"], 3, ("homes",), True)
    assert repr(table) == "{'test': 'at least', 'of': ('homes',), 'inner': {'n': 1}}"
    with pytest.raises(KeyError):
        table["absent"]


def test_it_cannot_be_changed_and_what_it_was_made_of_is_not_it():
    given = dict(RULE)
    table = FrozenTable(given)
    given["test"] = "at most"
    assert table["test"] == "at least"
    with pytest.raises(TypeError):
        table["test"] = "at most"
    for act in (lambda: setattr(table, "_entries", {}), lambda: delattr(table, "_entries")):
        with pytest.raises(AttributeError, match="a parameter's value cannot be changed"):
            act()


def test_a_copy_is_equal_and_frozen_too():
    table = FrozenTable(RULE)
    for other in (copy.deepcopy(table), pickle.loads(pickle.dumps(table))):
        assert other == table
        with pytest.raises(TypeError):
            other["inner"]["n"] = 2
