"""Signals that register themselves: one entry adds one to the signals, the table and the verdict."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from siteprior.appraisal.market_failure import registry
from siteprior.appraisal.market_failure.evidence import evidence, ramp
from siteprior.appraisal.market_failure.registry import SIGNALS, letters_of, reading, signal
from siteprior.appraisal.market_failure.signals import failure_signals, signal_table
from siteprior.appraisal.market_failure.verdict import failure_verdict
from siteprior.core import schema
from siteprior.core.errors import SitePriorError
from siteprior.core.parameters import Parameter, Parameters
from siteprior.core.schema.model import REGISTERED_VALUES

WORDS = {"title": "Noise", "kind": "primary", "meaning": "A neighbour's noise", "measured_by": "decibels"}
NOISE = Parameters(
    "noise",
    {
        "zero": Parameter("zero", 50, "dB", "made up", "2026-11-27", "user"),
        "full": Parameter("full", 70, "dB", "made up", "2026-11-27", "user"),
    },
)


@pytest.fixture(autouse=True)
def _as_before():
    before, readings = dict(SIGNALS), {letter: list(each.readings) for letter, each in SIGNALS.items()}
    yield
    registry._REGISTERED.clear()
    registry._REGISTERED.update(before)
    REGISTERED_VALUES.clear()
    for letter, each in before.items():
        each.readings[:] = readings[letter]


def sites():
    rows = pd.DataFrame({"notes": [None, None], "decibels": [60.0, None]}, index=pd.Index(["a", "b"], name="site_id"))
    return schema.conform(rows, schema.REGISTER)


def noise(sites):
    known = sites["decibels"].notna()
    return evidence(
        sites.index[known],
        value=ramp(sites["decibels"][known], SIGNALS["N"].parameters["noise"]),
        grade="A",
        reason="noise is measured",
        counter="",
    )


def test_the_declared_signals_stand_in_their_order_with_their_readings():
    assert "".join(SIGNALS) == "VXCIPTSAE"
    assert [each.source for each in SIGNALS["X"].readings] == [
        "remediation_share_of_gdv", "previous_use", "notes", "site_name, notes, development_description: heavy trades",
        "site_name, notes, development_description, previous_use: industry", "cleaned_by",
    ]  # fmt: skip
    assert [each.source for each in SIGNALS["C"].readings] == [
        "ownership_status", "owner_count", "parcel_count", "parcels", "inspire_parcels",
        "site_name, notes: part ownership",
    ]  # fmt: skip
    assert SIGNALS["T"].parameters["thin_market"].number("no_new_build") == 0.5


def test_one_registration_adds_a_signal_to_measure_table_and_verdict():
    signal("N", source="decibels", parameters=(NOISE,), **WORDS)(noise)
    assert "".join(SIGNALS) == "VXCIPNTSAE"
    assert letters_of("primary")[-1] == "N"
    assert signal_table().set_index("letter").loc["N", "meaning"] == "A neighbour's noise"
    table = sites()
    done = failure_signals(table, as_of=date(2026, 1, 1), neighbours=table)
    row = done[done["signal"] == "N"].iloc[0]
    # (60 − 50) / (70 − 50), grade A
    assert (row["site_id"], row["value"], row["weighted_signal"], row["counts"], row["source"]) == (
        "a",
        0.5,
        0.5,
        "yes",
        "decibels",
    )
    assert failure_verdict(table, done)["market_failure_reasons"].fillna("").tolist() == ["N1A", ""]


def test_a_further_reading_counts_where_it_is_stronger():
    signal("N", source="decibels", parameters=(NOISE,), **WORDS)(noise)

    @reading("N", source="notes")
    def loud(sites, as_of):
        assert as_of == pd.Timestamp("2026-01-01")
        return evidence(sites.index, value=1.0, grade="B", reason="said to be loud", counter="")

    table = sites()
    done = failure_signals(table, as_of=date(2026, 1, 1), neighbours=table)
    counted = done[(done["signal"] == "N") & (done["counts"] == "yes")].set_index("site_id")
    assert counted["source"].to_dict() == {"a": "notes", "b": "notes"}  # 0.7 × 1 over 1.0 × 0.5


def test_what_cannot_be_registered_is_refused_with_the_reason():
    with pytest.raises(SitePriorError, match="signal 'E': is registered already, as 'Area blight'"):
        signal("E", source="x", **WORDS)(noise)
    with pytest.raises(SitePriorError, match=r"unknown kind of signal 'N' 'secondary'.*Valid: corroborating, primary"):
        signal("N", source="x", **(WORDS | {"kind": "secondary"}))
    with pytest.raises(SitePriorError, match="unknown parameter 'blihgt'; did you mean 'blight'"):
        signal("N", source="x", parameters=("blihgt",), **WORDS)
    with pytest.raises(SitePriorError, match="signal 'N': unknown argument 'weather'"):
        signal("N", source="x", **WORDS)(lambda sites, weather: sites)
    with pytest.raises(SitePriorError, match="unknown signal 'N'"):
        reading("N", source="x")
    with pytest.raises(SitePriorError, match="signal 'A': has a reading of 'start_date' already"):
        reading("A", source="start_date")(noise)
    assert "".join(SIGNALS) == "VXCIPTSAE"


def test_of_two_signals_or_readings_of_one_name_the_second_is_refused_when_it_is_applied():
    first, second = (signal("N", source="decibels", parameters=(NOISE,), needs="decibels", **WORDS) for _ in range(2))
    first(noise)
    with pytest.raises(SitePriorError, match="signal 'N': is registered already, as 'Noise'; use another letter"):
        second(noise)
    early, late = (reading("N", source="notes", needs="notes") for _ in range(2))
    early(lambda sites: sites)
    with pytest.raises(SitePriorError, match="signal 'N': has a reading of 'notes' already"):
        late(lambda sites: sites)
    assert [(each.source, each.needs) for each in SIGNALS["N"].readings] == [
        ("decibels", ("decibels",)), ("notes", ("notes",)),
    ]  # fmt: skip


def test_a_decorator_applied_twice_registers_once():
    register = signal("N", source="decibels", parameters=(NOISE,), **WORDS)
    register(noise)
    with pytest.raises(SitePriorError, match="signal 'N': is registered already"):
        register(noise)
    assert len(SIGNALS["N"].readings) == 1


def test_needs_are_names_and_one_table_of_numbers_may_stand_alone():
    for wrong in (None, 5, ["notes", None]):
        for declare in (
            lambda needs: signal("N", source="x", needs=needs, **WORDS),
            lambda needs: reading("A", source="x", needs=needs),
        ):
            with pytest.raises(SitePriorError, match=r"signal '[NA]': needs: "):
                declare(wrong)
    signal("N", source="decibels", parameters="blight", **WORDS)(lambda sites, blight: sites)
    assert list(SIGNALS["N"].parameters) == ["blight"]
