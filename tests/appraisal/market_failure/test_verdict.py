"""The verdict on market failure: its order, its codes, its silence, and that need has no part in it."""

from __future__ import annotations

import io
import re
import tokenize
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from siteprior.appraisal.market_failure.verdict import (
    COLUMNS,
    SIGNALS,
    deadweight_screen,
    failure_signals,
    failure_verdict,
    signal_table,
)
from siteprior.core import schema
from siteprior.core.errors import InputError

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
    assert done["failure_coverage"] == pytest.approx(4 / 8)  # information is not stated, and its silence not counted
    assert done["failure_strength_coverage"] == pytest.approx(2 / 4)
    assert done["failure_corroboration_coverage"] == pytest.approx(2 / 4)
    assert done["market_failure_reasons"] == "A1B C2B X3C E4B"


@pytest.mark.parametrize(
    ("signals", "site", "verdict"),
    [
        # 1 − 0.2 × 0.65 = 0.87, a firm primary, corroboration 1: identified with only two primaries known
        ("V0.8A C0.5B A1A", {}, "Identified"),
        # exactly on every threshold: V 0.5, corroboration 0.3
        ("V0.5A E0.3A", {}, "Identified"),
        # corroboration short of 0.3; three of V, X, C, P missing, or two
        ("V0.8A A0.4B", {}, "Cannot tell"),
        ("V0.8A C0.5B A0.4B", {}, "Indicated"),
        # strong, yet every primary of grade C: 1 − 0.6² × 0.6 = 0.784 with three known
        ("X1C P1C I1C A1A", {}, "Indicated"),
        # the deadweight screen: a start, a completion, a live application
        ("V0.8A C0.5B X0C A1A", {"development_status": "under construction"}, "Indicated"),
        ("V0.8A C0.5B X0C A1A", {"development_status": "completed"}, "Indicated"),
        ("V0.8A C0.5B X0C A1A", {"planning_permission_status": "pending decision"}, "Indicated"),
        ("V0.8A C0.5B X0C A1A", {"planning_permission_status": "permissioned"}, "Identified"),
        # three of V, X, C, P missing is more than half, two are not; what is stated of information fills no place
        ("C0.5B S1B A1A", {"deadweight_failed": "yes"}, "Cannot tell"),
        ("C0.5B S1B A1A", {}, "Cannot tell"),
        ("C0.5B I0.1C S1B A1A", {}, "Cannot tell"),
        ("C0.5B X0C S1B A1A", {}, "Indicated"),
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


def test_a_known_zero_is_not_a_blank():
    done = judge("V0A E0B")
    assert (done["failure_strength"], done["failure_corroboration"]) == (0, 0)
    assert pd.isna(done["market_failure_reasons"])


def test_codes_name_only_what_weighs_and_break_ties_in_declared_order():
    # C 0.7 × 0.5 = 0.35 = A 0.35; E 0.7 × 0.1 = 0.07 is below 0.1; T exactly 0.1
    assert judge("A0.35A C0.5B E0.1B T0.1A")["market_failure_reasons"] == "C1B A2A T3A"


def test_the_note_says_verdict_and_reasons_in_two_lines():
    first, second = judge("C0.5B A1A", development_status="completed")["market_failure_note"].split("\n")
    assert first == (
        "Cannot tell: 1 of 4 primary signals known, strength 0.35; corroboration 1.00; 2 of 8 signals known; "
        "deadweight screen failed: completed."
    )
    assert second == "A rA; C rC."


def judged(*readings, **site):
    """Judge readings: letter, value, grade, source."""
    rows = [
        signals_of(f"{letter}{value}{grade}").assign(source=source) for letter, value, grade, source in readings
    ]  # fmt: skip
    sites = table([{"hectares": 1.0}]).assign(**{name: [value] for name, value in site.items()})
    return failure_verdict(sites, pd.concat(rows, ignore_index=True)).iloc[0]


HEADROOM, REMEDIATION = "headroom_gbp_per_ha", "remediation_share_of_gdv"


@pytest.mark.parametrize(
    ("readings", "verdict"),
    [
        # an average of grade B is not the firm primary: 0.7 alone, borne out, and still no verdict but the last
        ([("V", 1, "B", HEADROOM), ("X", 0, "B", "a"), ("A", 0.5, "A", "b")], "Not found"),
        # three of V, X, C, P missing
        ([("V", 1, "B", HEADROOM), ("A", 0.5, "A", "b")], "Cannot tell"),
        # corroboration of 0.6 indicates by itself
        ([("V", 1, "B", HEADROOM), ("X", 0, "B", "a"), ("A", 0.6, "A", "b")], "Indicated"),
        # beside another primary that weighs 0.1 it counts; 0.4 × 0.24 is short of it
        ([("V", 1, "B", HEADROOM), ("X", 0.25, "C", "a")], "Indicated"),
        ([("V", 1, "B", HEADROOM), ("X", 0.24, "C", "a")], "Not found"),
        ([("V", 1, "B", HEADROOM), ("X", 0, "B", "a"), ("I", 0.25, "C", "notes")], "Indicated"),
        # 1 − 0.3 × 0.65 = 0.805 with a firm X of 0.35, borne out; without the average 0.35 is short of 0.5
        ([("V", 1, "B", HEADROOM), ("X", 0.5, "B", "a"), ("A", 0.5, "A", "b")], "Indicated"),
        # with a firm C beside it, 1 − 0.65² = 0.5775 is enough without it; so is 1 − 0.65 × 0.75 with one's own gap
        ([("V", 1, "B", HEADROOM), ("X", 0.5, "B", "a"), ("C", 0.5, "B", "a"), ("A", 0.5, "A", "b")], "Identified"),
        (
            [("V", 1, "B", HEADROOM), ("V", 0.25, "A", "gap_gbp_per_home"), ("X", 0.5, "B", "a"), ("A", 0.5, "A", "b")],
            "Identified",
        ),
        # the same as the first without the average
        ([("X", 0.5, "B", "a"), ("C", 0, "B", "a"), ("A", 0.5, "A", "b")], "Indicated"),
        # an appraisal of its own beside it is another reading of a primary
        ([("V", 1, "B", HEADROOM), ("V", 0.1, "A", "gap_gbp_per_home"), ("X", 0, "B", "a")], "Indicated"),
    ],
)
def test_the_average_of_a_council_never_decides(readings, verdict):
    assert judged(*readings)["market_failure"] == verdict


def test_the_note_says_where_the_average_alone_would_reach_identified():
    beside = [("X", 0.5, "B", "a"), ("A", 0.5, "A", "b")]
    words = "(0.35 without the area's average, which identifies no site)"
    assert f"strength 0.81 {words}" in judged(("V", 1, "B", HEADROOM), *beside)["market_failure_note"]
    for more in (("C", 0.5, "B", "a"), ("V", 0.25, "A", "gap_gbp_per_home")):
        assert "without the area's average" not in judged(("V", 1, "B", HEADROOM), *beside, more)["market_failure_note"]


@pytest.mark.parametrize(
    ("v", "x", "rests_on_it", "strength"),
    [
        # the checks of the design: A 1.0 and A 0.6 give 1.0; B 0.5 and B 0.5 give 0.35, not 1 − 0.65² = 0.5775
        ((1.0, "A"), (0.6, "A"), "yes", 1.0),
        ((0.5, "B"), (0.5, "B"), "yes", 0.35),
        ((0.5, "B"), (0.5, "B"), "no", 0.5775),
        ((0.5, "B"), (0.5, "B"), None, 0.5775),
        ((0.2, "A"), (0.6, "A"), "yes", 0.6),
    ],
)
def test_of_a_gap_and_the_remediation_it_rests_on_the_larger_counts(v, x, rests_on_it, strength):
    done = judged(("V", *v, "gap_gbp_per_home"), ("X", *x, REMEDIATION), gap_rests_on_remediation=rests_on_it)
    assert done["failure_strength"] == pytest.approx(strength)
    assert ("rest on one remediation cost" in done["market_failure_note"]) == (rests_on_it == "yes" and v[0] < 1)
    assert {word[0] for word in done["market_failure_reasons"].split()} == {"V", "X"}  # both are shown


def test_what_does_not_rest_on_the_remediation_counts_beside_the_gap():
    gap, flag = ("V", 0.5, "B", "gap_gbp_per_home"), {"gap_rests_on_remediation": "yes"}
    # X from a former use, or V from an average: two causes
    former = judged(gap, ("X", 0.5, "B", "previous_use"), **flag)
    assert former["failure_strength"] == pytest.approx(0.5775)
    assert "rest on one remediation cost" not in former["market_failure_note"]
    average = judged(("V", 0.5, "B", HEADROOM), ("X", 0.5, "B", REMEDIATION), **flag)
    assert average["failure_strength"] == pytest.approx(0.5775)
    # the former use counts beside the gap though the remediation is stronger: losing it would make the record stronger
    both = judged(gap, ("X", 0.6, "B", REMEDIATION), ("X", 0.5, "B", "previous_use"), **flag)
    assert both["failure_strength"] == pytest.approx(0.5775)


def test_information_joins_the_coverage_where_it_is_stated():
    silent, stated = judge("V0A X0B A0A"), judge("V0A X0B I0.5C A0A")
    assert (silent["failure_strength_coverage"], silent["failure_coverage"]) == (2 / 4, 3 / 8)
    assert (stated["failure_strength_coverage"], stated["failure_coverage"]) == (3 / 5, 4 / 9)
    assert judge("V0A X0B C0B P0B T0A S0A A0A E0A")["failure_coverage"] == 1


FRIAR_PARK = {
    # METHODS 2c, ground truth: 26.4 ha, a water company's arm and the council; former sewage works, foundry and
    # hospital; derelict for more than 30 years; bought by the combined authority in 2019
    "hectares": 26.4, "minimum_net_dwellings": 750, "derelict_since": "1988-01-01",
    "easting": 400400.0, "northing": 295200.0,
}  # fmt: skip
WORKS = {"previous_use": "sewage works, foundry and hospital"}
LAYER = pd.DataFrame(
    [("E1:0", "X", "primary", 0.5, "B", "on historic industrial land: 100% of the site (Industry)", "all in it")],
    columns=list(COLUMNS),
)


def appraise(site, layer_signals=None, day=date(2019, 10, 21)):
    sites = table([site])
    signals = failure_signals(sites, as_of=day, neighbours=sites, layer_signals=layer_signals)
    return failure_verdict(sites, signals).iloc[0], signals


@pytest.mark.parametrize(
    ("site", "layer", "codes", "strength"),
    [
        # mixed ownership 0.7 × 0.5 = 0.35, land use 0.7 × 0.5 = 0.35: 1 − 0.65² = 0.5775
        ({"ownership_status": "mixed ownership", **WORKS}, None, "A1A X2B C3B", 0.5775),
        ({"ownership_status": "mixed ownership"}, LAYER, "A1A X2B C3B", 0.5775),
        ({"ownership_status": "mixed ownership", **WORKS}, LAYER, "A1A X2B C3B", 0.5775),
        # two parcels or owners: 1 − e^(−1/3) = 0.2835 of grade A: 1 − 0.7165 × 0.65 = 0.5343
        ({"parcel_count": 2, **WORKS}, None, "A1A X2B C3A", 0.5343),
        ({"owner_count": 2}, LAYER, "A1A X2B C3A", 0.5343),
        ({"parcel_count": 2, "owner_count": 2, "ownership_status": "mixed ownership"}, LAYER, "A1A X2B C3B", 0.5775),
    ],
)
def test_a_case_like_friar_park_is_identified_though_no_gap_is_known(site, layer, codes, strength):
    done, signals = appraise({**FRIAR_PARK, **site}, layer)
    assert done["market_failure"] == "Identified"
    assert done["market_failure_reasons"] == codes
    assert done["failure_strength"] == pytest.approx(strength, abs=1e-4)
    assert "V" not in set(signals["signal"])
    assert done["failure_coverage"] == pytest.approx(4 / 8)


@pytest.mark.parametrize(
    ("site", "codes", "verdict"),
    [
        ({"ownership_status": "mixed ownership"}, "A1A C2B", "Cannot tell"),
        (WORKS, "A1A X2B", "Cannot tell"),
        ({"ownership_status": "unknown ownership", **WORKS}, "A1A X2B", "Cannot tell"),
        # parcels counted by a layer within a disc that stands for the site are weak: 0.4 × 0.2835; two are known now
        ({"parcels": 2, "shape_basis": "disc", **WORKS}, "A1A X2B C3C", "Indicated"),
        # notes alone are weak, too
        ({"ownership_status": "mixed ownership", "notes": "The site is contaminated"}, "A1A C2B X3C", "Indicated"),
    ],
)
def test_with_less_evidence_the_same_case_is_not_identified(site, codes, verdict):
    done, _ = appraise({**FRIAR_PARK, **site})
    assert (done["market_failure"], done["market_failure_reasons"]) == (verdict, codes)
    assert (done["settled"], done["verdict_best"]) == ("no", "Identified")


def test_without_the_years_of_dereliction_nothing_bears_it_out():
    site = {"ownership_status": "mixed ownership", **WORKS, **FRIAR_PARK, "derelict_since": None}
    assert appraise(site)[0]["market_failure"] == "Indicated"


def test_deadweight_keeps_even_that_case_from_being_identified():
    site = {"ownership_status": "mixed ownership", **WORKS, **FRIAR_PARK}
    reasons = "fails: a full permission of 2019-01-01, 2.0 of 3 years. speaks for: a sale. looked at: all"
    failed = {"deadweight_failed": "yes", "deadweight_reasons": reasons}
    assert appraise({**site, "deadweight_failed": "no"})[0]["market_failure"] == "Identified"
    done = appraise({**site, **failed})[0]
    assert done["market_failure"] == "Indicated"  # two of V, X, C, P are known, and the strength is 0.5775
    assert (done["settled"], done["verdict_best"]) == ("yes", "Indicated")
    assert "deadweight screen failed: a full permission of 2019-01-01, 2.0 of 3 years.\n" in done["market_failure_note"]


def test_the_screen_asks_the_register_where_deadweight_was_not_judged():
    rows = [
        {"development_status": "completed", "deadweight_failed": None},
        {"planning_permission_status": "pending decision", "deadweight_failed": None},
        {"planning_permission_status": "pending decision", "deadweight_failed": "no"},
        {"deadweight_failed": "yes"},
        {},
    ]
    assert deadweight_screen(table(rows)).tolist() == [
        "completed", "application pending", "", "deadweight is likely", "",
    ]  # fmt: skip
    bare = table(rows[:2]).drop(columns=["deadweight_failed", "deadweight_reasons"])
    assert deadweight_screen(bare).tolist() == ["completed", "application pending"]


def test_every_reading_stands_in_the_record_and_the_strongest_counts():
    site = {**FRIAR_PARK, "ownership_status": "mixed ownership", "owner_count": 4, "parcels": 9,
            "shape_basis": "polygon by reference", "start_date": "2017-12-31", **WORKS,
            "notes": "The site is contaminated"}  # fmt: skip
    _, signals = appraise(site, LAYER, day=date(2026, 1, 1))
    assert list(signals.columns) == schema.SIGNALS_TABLE.names
    assert signals.index.name == schema.SIGNALS_TABLE.index
    got = signals[["signal", "source", "weighted_signal", "counts"]].round(3).to_numpy().tolist()
    assert got == [
        ["X", "own layer", 0.35, "yes"], ["X", "previous_use", 0.35, "no"], ["X", "notes", 0.2, "no"],
        ["C", "ownership_status", 0.35, "no"], ["C", "owner_count", 0.632, "no"], ["C", "parcels", 0.651, "yes"],
        ["A", "derelict_since", 1.0, "yes"], ["A", "start_date", 0.7, "no"],
        ["E", "hectares of the neighbours", 0.0, "yes"],
    ]  # fmt: skip
    assert signals.groupby(["site_id", "signal"])["counts"].agg(lambda c: (c == "yes").sum()).eq(1).all()


def test_counter_evidence_says_what_was_looked_at():
    site = {**FRIAR_PARK, "ownership_status": "mixed ownership", "owner_count": 1, "parcel_count": 2, **WORKS}
    _, signals = appraise(site)
    against = signals.set_index("source")["counter_evidence"]
    assert against["ownership_status"] == "1 owner stated; 2 parcels stated"
    assert against["parcel_count"] == "1 owner stated; ownership as registered: mixed ownership"
    assert (
        against["previous_use"]
        == "there are no notes that could mention remediation; no ground investigation is available"
    )
    assert against["derelict_since"] == "no start or completion is recorded; planning status: blank"
    assert signals["counter_evidence"].ne("").all()
    assert signals["reason"].ne("").all()


def test_layer_signals_are_checked_under_their_own_name():
    with pytest.raises(InputError, match="layer_signals: names sites that are not in the table E9:9"):
        appraise(FRIAR_PARK, LAYER.assign(site_id="E9:9"))
    with pytest.raises(InputError, match="layer_signals: has values outside 0–1 nan; a signal that is not known"):
        appraise(FRIAR_PARK, LAYER.assign(value=np.nan))
    _, signals = appraise(FRIAR_PARK, LAYER.assign(source="layer industry"))
    assert signals.loc[signals["signal"] == "X", "source"].tolist() == ["layer industry"]


NEED = [column.name for column in schema.DEPRIVATION_COLUMNS] + ["imd_percentile", "imd_edition"]


def test_need_never_enters():
    # every index, domain and income column permuted among the sites, reversed, and blanked: nothing changes
    count = 12
    rows = [
        {"ownership_status": schema.OWNERSHIP[n % 4], "easting": 100.0 * n, "northing": 2.0, "hectares": 1.0 + n,
         "start_date": f"20{10 + n}-01-01", "previous_use": "foundry" if n % 3 else None, "owner_count": n,
         "gap_gbp_per_home": 3000.0 * n, **{name: float(n % 10 + 1) for name in NEED}}
        for n in range(count)
    ]  # fmt: skip
    sites = table(rows)

    def record(frame):
        signals = failure_signals(frame, as_of=DAY, neighbours=frame)
        return signals, failure_verdict(frame, signals)

    signals, verdicts = record(sites)
    for changed in (
        sites.assign(**{name: sites[name].sample(frac=1, random_state=7).to_numpy() for name in NEED}),
        sites.assign(**{name: sites[name].to_numpy()[::-1] for name in NEED}),
        sites.assign(**dict.fromkeys(NEED)),
        sites.drop(columns=NEED),
    ):
        other, judged = record(changed)
        pd.testing.assert_frame_equal(signals, other)
        pd.testing.assert_frame_equal(verdicts, judged)


def test_no_module_of_the_record_reads_an_index_of_need():
    folder = ROOT / "src" / "siteprior"
    files = [*(folder / "appraisal" / "market_failure").glob("*.py"), folder / "parameters" / "failure.toml"]
    assert len(files) > 6
    words = re.compile(r"\b(?:imd|income|idaci|idaopi|deprivation|poverty)\w*", re.IGNORECASE)
    assert all(path.is_file() for path in files)
    for path in files:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":  # code and what it says, docstrings and comments left out
            tokens = tokenize.generate_tokens(io.StringIO(text).readline)
            text = "\n".join(token.string for token in tokens if token.type != tokenize.COMMENT)
            text = re.sub(r'"""(?s:.*?)"""', "", text)
        else:
            text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        assert not words.findall(text), path


def test_sites_keep_their_order_and_unknown_signals_have_no_row():
    sites = table([
        {"ownership_status": "unknown ownership"},
        {"ownership_status": "mixed ownership", "start_date": "2012-01-01"},
        {"start_date": "2019-01-01"},
    ]).iloc[[2, 0, 1]]  # fmt: skip
    signals = failure_signals(sites, as_of=DAY, neighbours=sites)
    assert signals[["site_id", "signal"]].to_numpy().tolist() == [["E1:1", "C"], ["E1:2", "A"], ["E1:1", "A"]]
    assert failure_verdict(sites, signals).index.equals(sites.index)
    assert not signals.isna().any(axis=None)


def test_kinds_are_as_declared():
    sites = table([{"ownership_status": "mixed ownership"}, {}])
    done = failure_verdict(sites, failure_signals(sites, as_of=DAY, neighbours=sites))
    declared = {c.name: schema.DTYPES[c.kind] for c in schema.SITE_APPRAISAL_COLUMNS}
    assert {name: str(kind) for name, kind in done.dtypes.items()} == {name: declared[name] for name in done}


def test_of_two_readings_the_stronger_is_judged():
    assert judge("C0.5B C0.9C A1A C0.1A")["failure_strength"] == pytest.approx(0.36)
    assert judge("C0.5B C0.9C A1A C0.1A")["market_failure_reasons"] == "A1A C2C"
    assert judge("X0.7A X1B")["market_failure_reasons"] == "X1A"  # equally strong: the better grade


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
    with pytest.raises(InputError, match="signals: lacks the columns grade"):
        failure_verdict(table([{"hectares": 1.0}]), bad.drop(columns="grade"))
    with pytest.raises(InputError, match="gives the wrong kind for C"):
        failure_verdict(table([{"hectares": 1.0}]), signals_of("C0.5B").assign(kind="corroborating"))


@settings(deadline=None, derandomize=True, max_examples=25)
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
