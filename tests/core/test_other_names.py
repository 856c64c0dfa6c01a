"""What people call siteprior's columns and criteria otherwise."""

from __future__ import annotations

import pytest

from siteprior.core.other_names import OTHER_NAMES, own_name
from siteprior.core.schema import SITES
from siteprior.project.names import criterion_names
from siteprior.project.own_columns import FIELDS


@pytest.mark.parametrize("word", ["homes", "dwellings", "units", "Net_Dwellings ", "net_homes"])
def test_homes_by_any_name_are_the_capacity(word):
    assert own_name(word, criterion_names()) == "capacity"
    assert own_name(word, SITES.names) == "capacity_dwellings"
    assert own_name(word, FIELDS) == "minimum_net_dwellings"
    assert own_name(word, []) is None


def test_every_name_points_to_a_column_or_criterion_there_is():
    known = {*criterion_names(), *SITES.names, *FIELDS}
    assert {name for names in OTHER_NAMES.values() for name in names} <= known
    assert not set(OTHER_NAMES) & {*criterion_names(), *FIELDS}
