from __future__ import annotations

import pandas as pd
import pytest

from siteprior.appraisal.market_failure.registry import SIGNALS, letters_of
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.project import layers


def test_the_signals_are_those_whose_letters_are_declared_in_their_order():
    assert tuple(SIGNALS) == schema.SIGNAL_LETTERS
    assert (*letters_of("primary"), *letters_of("corroborating")) == schema.SIGNAL_LETTERS
    assert {signal.kind for signal in SIGNALS.values()} == set(schema.SIGNAL_KINDS)


def test_what_a_layer_may_show_is_part_of_what_is_declared():
    assert set(schema.VALUES["signal a layer shows"]) <= set(letters_of("primary"))
    assert layers.GRADES == schema.GRADES


def test_every_list_says_each_value_once_and_is_used():
    used = {c.value_list for t in (*schema.TABLES, *schema.CSV_TABLES.values()) for c in t.columns}
    for name, values in schema.VALUES.items():
        assert len(set(values)) == len(values) > 0, name
    assert set(schema.VALUES) - used == {"access mode", "deadweight coverage", "signal a layer shows"}


def test_further_values_are_allowed_once_registered(monkeypatch):
    monkeypatch.setattr("siteprior.core.schema.model.REGISTERED_VALUES", {})
    monkeypatch.setattr("siteprior.core.schema.values.REGISTERED_VALUES", schema.model.REGISTERED_VALUES)
    table = pd.DataFrame({"signal": ["V", "Z"]}, index=pd.RangeIndex(2, name="failure_signal"))
    with pytest.raises(InputError, match="unknown value of signal 'Z' in row '1'"):
        schema.check(table, schema.SIGNALS_TABLE, name="signals", needs=["signal"])
    schema.extend_values("market failure signal", ("Z", "V"))
    schema.check(table, schema.SIGNALS_TABLE, name="signals", needs=["signal"])
    assert next(c for c in schema.SIGNALS_TABLE.columns if c.name == "signal").allowed == (*schema.SIGNAL_LETTERS, "Z")
    with pytest.raises(schema.SchemaError, match="unknown list of values 'signals'"):
        schema.extend_values("signals", ("Z",))


def test_the_reasons_of_the_deadweight_screen_come_apart_at_their_weights():
    reasons = "fails: a start. speaks for: a surplus. Of 5%. could not be looked at: live applicant, new-build sales"
    assert schema.deadweight_parts(reasons) == {
        "fails": "a start", "speaks for": "a surplus. Of 5%",
        "could not be looked at": "live applicant, new-build sales",
    }  # fmt: skip
