"""The verdict on market failure: its order, its codes, its silence, and that need has no part in it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior import schema
from siteprior.appraisal.failure import COLUMNS, SIGNALS, failure_signals, failure_verdict, signal_table
from siteprior.errors import InputError

DAY = date(2021, 1, 1)
GRADES = {"A": 1.0, "B": 0.7, "C": 0.4}


def table(rows):
    frame = pd.DataFrame(rows, index=pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id"))
    return schema.conform(frame, schema.SITES)


def signals_of(text, site="E1:0"):
    """Read ``V0.8A C0.5B`` as signals of one site."""
    rows = [
        (site, word[0], SIGNALS[word[0]].kind, float(word[1:-1]), word[-1], f"r{word[0]}", "") for word in text.split()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def judge(text, **site):
    return failure_verdict(table([{"hectares": 1.0, **site}]), signals_of(text)).iloc[0]


def test_nine_signals_are_declared():
    declared = signal_table().set_index("letter")["kind"]
    assert "".join(declared.index[declared == "primary"]) == "VXCIP"
    assert "".join(declared.index[declared == "corroborating"]) == "TSAE"


def test_strength_and_corroboration_by_hand():
    # g·s: X 0.4 × 0.5 = 0.2, C 0.7 × 0.5 = 0.35; 1 − 0.8 × 0.65 = 0.48; A 0.7 × 0.6 = 0.42 over E 0.7 × 0.2 = 0.14
    done = judge("X0.5C C0.5B A0.6B E0.2B")
    assert done["failure_strength"] == pytest.approx(0.48)
    assert done["failure_corroboration"] == pytest.approx(0.42)
    assert done["failure_coverage"] == pytest.approx(4 / 9)
    assert done["market_failure_reasons"] == "A1B C2B X3C E4B"


@pytest.mark.parametrize(
    ("signals", "site", "verdict"),
    [
        # 1 − 0.2 × 0.65 = 0.87, a firm primary, corroboration 1: identified with only two primaries known
        ("V0.8A C0.5B A1A", {}, "Identified"),
        # exactly on every threshold: V 0.5, corroboration 0.3
        ("V0.5A E0.3A", {}, "Identified"),
        # corroboration short of 0.3, three primaries missing
        ("V0.8A C0.5B A0.4B", {}, "Cannot tell"),
        # strong, yet every primary of grade C: 1 − 0.6² × 0.6 = 0.784 with three known
        ("X1C P1C I1C A1A", {}, "Indicated"),
        # the deadweight screen: a start, a completion, a live application
        ("V0.8A C0.5B X0C A1A", {"development_status": "under construction"}, "Indicated"),
        ("V0.8A C0.5B X0C A1A", {"development_status": "completed"}, "Indicated"),
        ("V0.8A C0.5B X0C A1A", {"planning_permission_status": "pending decision"}, "Indicated"),
        ("V0.8A C0.5B X0C A1A", {"planning_permission_status": "permissioned"}, "Identified"),
        # three of five primaries missing is more than half, two are not
        ("C0.5B S1B A1A", {}, "Cannot tell"),
        ("C0.5B X0C V0B S1B", {}, "Indicated"),
        ("C0B X0C V0B A0.6A", {}, "Indicated"),
        ("C0B X0C V0B A0.59A", {}, "Not found"),
        ("C0B X0C V0.25A", {}, "Indicated"),
        ("C0B X0C V0.24A", {}, "Not found"),
    ],
)
def test_the_verdict_in_the_order_of_its_tests(signals, site, verdict):
    assert judge(signals, **site)["market_failure"] == verdict


def test_no_signal_at_all():
    done = failure_verdict(table([{"hectares": 1.0}]), signals_of("")).iloc[0]
    assert done["market_failure"] == "Cannot tell"
    assert pd.isna(done["market_failure_reasons"])
    assert np.isnan(done["failure_strength"])
    assert np.isnan(done["failure_corroboration"])
    assert done["failure_coverage"] == 0
    assert done["market_failure_note"].count("\n") == 1


def test_a_known_nought_is_not_a_blank():
    done = judge("V0A E0B")
    assert (done["failure_strength"], done["failure_corroboration"]) == (0, 0)
    assert pd.isna(done["market_failure_reasons"])


def test_codes_name_only_what_weighs_and_break_ties_in_declared_order():
    # C 0.7 × 0.5 = 0.35 = A 0.35; E 0.7 × 0.1 = 0.07 is below 0.1; T exactly 0.1
    assert judge("A0.35A C0.5B E0.1B T0.1A")["market_failure_reasons"] == "C1B A2A T3A"


def test_the_note_says_verdict_and_reasons_in_two_lines():
    first, second = judge("C0.5B A1A", development_status="completed")["market_failure_note"].split("\n")
    assert first == (
        "Cannot tell: 1 of 5 primary signals known, strength 0.35; corroboration 1.00; 2 of 9 signals known; "
        "deadweight screen failed: completed."
    )
    assert second == "A rA; C rC."


def test_friar_park_is_flagged_for_coordination_contamination_and_persistence():
    # METHODS 2c, ground truth: 26.4 ha, a water company's arm and the council; former sewage works, foundry and
    # hospital; derelict for more than 30 years; bought by the combined authority in 2019
    site = {
        "hectares": 26.4, "minimum_net_dwellings": 750, "ownership_status": "mixed ownership",
        "previous_use": "sewage works, foundry and hospital", "derelict_since": "1988-01-01",
        "easting": 400400.0, "northing": 295200.0,
    }  # fmt: skip
    sites = table([site])
    signals = failure_signals(sites, as_of=date(2019, 10, 21), neighbours=sites)
    done = failure_verdict(sites, signals).iloc[0]
    assert done["market_failure_reasons"] == "A1A C2B X3C"
    # the register alone knows two of five primaries: it flags, and does not claim to know
    assert done["market_failure"] == "Cannot tell"
    # with the user's own sourced gap the same record identifies
    measured = pd.concat([signals, signals_of("V0.9A")], ignore_index=True)
    assert failure_verdict(sites, measured)["market_failure"].tolist() == ["Identified"]


def test_need_never_enters():
    rows = [{"ownership_status": "mixed ownership", "easting": 1.0, "northing": 2.0, "hectares": 3.0,
             "start_date": "2010-01-01", "imd_percentile": p, "imd_decile": d, "income_decile": d, "imd_score": s}
            for p, d, s in ((1.0, 1, 80.0), (99.0, 10, 2.0), (None, None, None))]  # fmt: skip
    notes = []
    for row in rows:
        sites = table([row])
        done = failure_verdict(sites, failure_signals(sites, as_of=DAY, neighbours=sites))
        notes.append(done)
    pd.testing.assert_frame_equal(notes[0], notes[1])
    pd.testing.assert_frame_equal(notes[0], notes[2])


def test_sites_keep_their_order_and_unknown_signals_have_no_row():
    sites = table([
        {"ownership_status": "unknown ownership"},
        {"ownership_status": "mixed ownership", "start_date": "2012-01-01"},
        {"start_date": "2019-01-01"},
    ]).iloc[[2, 0, 1]]  # fmt: skip
    signals = failure_signals(sites, as_of=DAY, neighbours=sites)
    assert list(signals.columns) == list(COLUMNS)
    assert signals[["site_id", "signal"]].to_numpy().tolist() == [["E1:1", "C"], ["E1:2", "A"], ["E1:1", "A"]]
    assert failure_verdict(sites, signals).index.equals(sites.index)
    assert not signals.isna().any(axis=None)


def test_kinds_are_as_declared():
    sites = table([{"ownership_status": "mixed ownership"}, {}])
    done = failure_verdict(sites, failure_signals(sites, as_of=DAY, neighbours=sites))
    declared = {c.name: schema.DTYPES[c.kind] for c in schema.SITE_APPRAISAL_COLUMNS}
    assert {name: str(kind) for name, kind in done.dtypes.items()} == {name: declared[name] for name in done}


def test_signals_that_cannot_be_judged_are_refused_at_once():
    bad = pd.concat([signals_of("C0.5B"), signals_of("C0.6B"), signals_of("A0.5B", site="E9:9")], ignore_index=True)
    bad.loc[1, "value"] = 1.2
    bad.loc[0, "grade"] = "D"
    with pytest.raises(InputError) as caught:
        failure_verdict(table([{"hectares": 1.0}]), bad)
    said = str(caught.value)
    assert "names sites that are not in the table E9:9" in said
    assert "gives unknown grades D; use A, B, C" in said
    assert "has values outside 0–1 1.2" in said
    assert "holds a signal twice for E1:0" in said
    with pytest.raises(InputError, match="signals: lacks the columns grade"):
        failure_verdict(table([{"hectares": 1.0}]), bad.drop(columns="grade"))
    with pytest.raises(InputError, match="gives the wrong kind for C"):
        failure_verdict(table([{"hectares": 1.0}]), signals_of("C0.5B").assign(kind="corroborating"))


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from(list(SIGNALS)), st.tuples(st.floats(0, 1), st.sampled_from(list(GRADES))), min_size=1
    )
)
def test_losing_a_signal_never_strengthens_the_record(found):
    # the first site has every signal; each of the others lacks one
    known = [found, *({name: found[name] for name in found if name != lost} for lost in found)]
    rows = [
        (f"E1:{n}", letter, SIGNALS[letter].kind, value, grade, "", "")
        for n, signals in enumerate(known)
        for letter, (value, grade) in signals.items()
    ]
    done = failure_verdict(table([{"hectares": 1.0}] * len(known)), pd.DataFrame(rows, columns=list(COLUMNS)))
    strengths = done[["failure_strength", "failure_corroboration", "failure_coverage"]].fillna(0)
    assert strengths.iloc[0].between(0, 1).all()
    assert (strengths.iloc[1:] <= strengths.iloc[0] + 1e-12).all(axis=None)
