"""Facts of the scheme: what is read, and what is refused."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from siteprior.appraisal.funds.scheme_facts import INCOME_MEASURES, load_scheme_facts
from siteprior.core.errors import InputError


def test_nothing_stated_is_nothing_known():
    assert list(load_scheme_facts()) == ["affordable_share"]
    assert math.isnan(load_scheme_facts()["affordable_share"])


def test_facts_are_read_as_they_stand():
    facts = load_scheme_facts(
        {"affordable_share": {"low": 0.2, "central": 0.25, "high": 0.3}, "building_start_date": date(2028, 4, 1),
         "affordable_income_measure": INCOME_MEASURES[0], "affordable_cost_share": 0, "brownfield": "no"}
    )  # fmt: skip
    assert facts["affordable_share"] == 0.25
    assert facts["building_start_date"] == pd.Timestamp("2028-04-01")
    assert facts["affordable_cost_share"] == 0
    assert facts["brownfield"] == "no"


def test_faults_are_named_together():
    with pytest.raises(InputError) as caught:
        load_scheme_facts(
            {"building_start_date": "soon", "affordable_income_measure": "wages", "affordable_cost_share": 35}
        )
    assert len(caught.value.faults) == 3
    with pytest.raises(InputError, match="unknown key 'start_dat'; did you mean 'building_start_date'"):
        load_scheme_facts({"start_dat": "2029-01-01"})
    assert load_scheme_facts({"mix": {"flat": 1}, "colour": 1}, others=["colour"])
