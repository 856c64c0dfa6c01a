"""What speaks against market failure, beside each reading: by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.appraisal.market_failure.counter_evidence import (
    called_viable,
    live_consents,
    new_homes_sold,
    with_cleaned_land,
    with_counter_evidence,
)
from siteprior.core import schema

DAY = pd.Timestamp("2021-01-01")
FULL = {
    "planning_permission_status": "permissioned", "planning_permission_type": "full planning permission",
    "planning_permission_date": "2019-01-01",
}  # fmt: skip


def table(*rows):
    frame = pd.DataFrame(list(rows), index=pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id"))
    return schema.conform(frame, schema.SITES)


def readings(*letters, site="E1:0"):
    kinds = ["corroborating" if letter in "TSAE" else "primary" for letter in letters]
    return pd.DataFrame(
        {"site_id": site, "signal": list(letters), "kind": kinds, "source": "s", "value": 0.5, "value_low": 0.2,
         "value_high": 1.0, "counter_evidence": "none"}
    )  # fmt: skip


def against(site, *letters):
    done = with_counter_evidence(readings(*letters), table(site), DAY)
    return dict(zip(letters, done["counter_evidence"], strict=True))


def test_a_live_consent_stands_beside_every_primary_signal():
    consent = (
        "live consent: full planning permission of 2019-01-01, 2.0 of the 3 years within which a start is expected"
    )
    assert against(FULL, *"VXCPIA") == {**dict.fromkeys("VXCPI", f"none; {consent}"), "A": "none"}


def test_a_consent_past_its_years_is_none():
    assert live_consents(table({**FULL, "planning_permission_date": "2015-01-01"}), DAY).tolist() == [""]
    assert live_consents(table({**FULL, "planning_permission_date": "2022-01-01"}), DAY).tolist() == [""]
    assert live_consents(table({}), DAY).tolist() == [""]


def test_new_homes_sold_stand_beside_what_does_not_count_them_itself():
    sold = "none; 3 new-build sales near it in 5 years"
    assert against({"new_build_sales_5y": 3}, *"VXCT") == {"V": "none", "X": sold, "C": sold, "T": "none"}
    assert new_homes_sold(table({"new_build_sales_5y": 0}, {"new_build_sales_5y": 1}, {})).tolist() == [
        "", "1 new-build sale near it in 5 years", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"development_description": "Considered to be a viable redevelopment option that is available."}, True),
        ({"notes": "Viable redevelopment option"}, True),
        ({"notes": "Not considered to be a viable redevelopment option"}, False),
        ({"site_name": "Viable redevelopment option"}, False), ({"notes": None}, False),
    ],
)  # fmt: skip
def test_a_viable_option_is_words_against_the_gap_alone(row, said):
    words = "; the register calls it a viable redevelopment option" if said else ""
    assert against(row, *"VXC") == {"V": f"none{words}", "X": "none", "C": "none"}
    assert called_viable(table(row)).ne("").tolist() == [said]


def test_words_change_no_number():
    rows = readings(*"VXCIPTSAE")
    done = with_counter_evidence(
        rows, table({**FULL, "notes": "Viable redevelopment option", "new_build_sales_5y": 3}), DAY
    )
    pd.testing.assert_frame_equal(done.drop(columns="counter_evidence"), rows.drop(columns="counter_evidence"))


@pytest.mark.parametrize(("by", "who"), [("owner", "its owner"), ("public", "the public")])
def test_cleaned_land_leaves_no_contamination_and_every_reading_says_so(by, who):
    rows = readings("X", "C", "X").assign(source=["landfill", "s", "cleaned_by"])
    other = readings("X", site="E1:1")
    done = with_cleaned_land(pd.concat([rows, other]), table({"cleaned_by": by}, {}))
    assert done["source"].tolist() == ["cleaned_by", "landfill", "s", "s"]  # the statement stands first
    assert done.loc[1, ["value", "value_low", "value_high"]].tolist() == [0.0, 0.0, 0.0]
    assert (
        done.loc[1, "counter_evidence"]
        == f"none; cleaned by {who}, as the user states, so that this counts for nothing"
    )
    assert done.loc[2:, ["value", "value_low", "value_high"]].values.tolist() == [[0.5, 0.2, 1.0]] * 2
    assert done.loc[2:, "counter_evidence"].eq("none").all()
