"""The words of registers, by hand, on the seven registers of the West Midlands, and on two known places."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from siteprior.appraisal.deadweight import site_deadweight
from siteprior.appraisal.market_failure import evidence_register as register
from siteprior.appraisal.market_failure import evidence_words as evidence
from siteprior.appraisal.market_failure.counter_evidence import called_viable
from siteprior.appraisal.market_failure.verdict import failure_signals, failure_verdict
from siteprior.core import schema
from siteprior.core.parameters import load_parameters
from siteprior.registers.reader import read_registers

DAY = date(2021, 1, 1)
SEVEN = (
    "birmingham_2020.csv.gz", "coventry_2019.xlsx", "dudley_2020.csv.gz", "sandwell_2019.csv.gz",
    "solihull_2020.csv.gz", "walsall_2019.csv.gz", "wolverhampton_2017.csv.gz",
)  # fmt: skip
LABELS = Path(__file__).with_name("labelled_uses.csv")
KINDS = {"a heavy trade": "heavy trade", "industry": "industry", "a quarry": "quarry"}


def table(*rows):
    frame = pd.DataFrame(list(rows), index=pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id"))
    return schema.conform(frame, schema.REGISTER)


def judged(sites, day=DAY):
    """Return the verdicts and signals of sites, screened for deadweight."""
    sites = sites.join(site_deadweight(sites, as_of=day).columns)
    signals = failure_signals(sites, as_of=day, neighbours=sites)
    return failure_verdict(sites, signals), signals


@pytest.fixture(scope="module")
def seven(real):
    folder = real / "real/brownfield/registers_wmca"
    sites = read_registers([folder / name for name in SEVEN], files=list(SEVEN)).table
    assert len(sites) == 2060
    return pd.DataFrame(sites.drop(columns="geometry"))


# ------------------------------------------------------------------------------------------------------------ by hand


def test_a_heavy_trade_is_firm_evidence_and_leaves_the_rest_open():
    sites = table({"site_name": "Crane foundry, Canalside"}, {"notes": "Former gas works"}, {"site_name": "Mill Road"})
    done = evidence.heavy_trades(sites)
    assert done.index.tolist() == ["E1:0", "E1:1"]
    assert done[["value", "value_low", "value_high", "grade"]].values.tolist() == [[0.5, 0.5, 1.0, "B"]] * 2
    assert done["reason"].tolist() == [
        "the name states a heavy trade: foundry", "the notes state a heavy trade: gas works",
    ]  # fmt: skip
    assert done["counter_evidence"].tolist() == [
        "there are no notes that could mention remediation; no ground investigation is available",
        "no word of remediation in the notes; no ground investigation is available",
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"site_name": "Albion Works, Moor Street"}, "the name states industry: works"),
        (
            {"development_description": "Existing industrial units."},
            "the description states industry: industrial units",
        ),
        ({"previous_use": "Factory"}, "the previous use states industry: factory"),
        ({"site_name": "Ketley Quarry"}, "the name states a quarry: quarry"),
        ({"site_name": "Former Petrol Station"}, "the name states industry: petrol station"),
    ],
)
def test_industry_and_quarries_are_weak_evidence(row, reason):
    (done,) = evidence.industry(table(row)).to_dict("records")
    assert (done["value"], done["value_high"], done["grade"], done["reason"]) == (0.5, 1.0, "C", reason)


@pytest.mark.parametrize(
    "row",
    [
        {"notes": "Works have begun"}, {"development_description": "All works are done"},  # building works
        {"site_name": "Albion Works", "notes": "Land has been remediated"},
        {"site_name": "Garages rear of Mill Road"}, {"site_name": None},
        {"site_name": "Albion Works foundry"},  # a heavy trade has its own row
        {"site_name": "Albion Works", "previous_use": "Foundry"},
        {"notes": "=HYPERLINK(1)", "site_name": "=cmd|' /C calc'!A0"},
    ],
)  # fmt: skip
def test_no_industry_is_read_where_none_is_stated(row):
    assert evidence.industry(table(row)).empty


def test_land_that_was_cleaned_names_no_trade():
    assert evidence.heavy_trades(table({"site_name": "Old Foundry", "notes": "The site was decontaminated"})).empty


@pytest.mark.parametrize(
    "note", ["To be decontaminated", "Not yet remediated", "Remediated: no", "Must be remediated before building"]
)
def test_land_that_is_yet_to_be_cleaned_names_its_trade(note):
    assert evidence.heavy_trades(table({"site_name": "Old Foundry", "notes": note}))["grade"].tolist() == ["B"]
    assert evidence.industry(table({"site_name": "Albion Works", "notes": note}))["grade"].tolist() == ["C"]


@pytest.mark.parametrize(
    ("use", "letters"),
    [
        ("Factory", ["C"]), ("no factory", []), ("Factory Road", []), ("next to a factory", []),
        ("Depot (never built)", []),
    ],
)  # fmt: skip
def test_a_previous_use_is_read_by_its_clause(use, letters):
    assert evidence.industry(table({"previous_use": use}))["grade"].tolist() == letters


def test_steel_work_is_a_trade_in_a_name_or_previous_use_alone():
    rows = table(*({name: "Former Steel Work"} for name in ("site_name", "notes", "development_description")))
    assert evidence.heavy_trades(rows).index.tolist() == ["E1:0"]
    assert register.former_use(table({"previous_use": "Steel-work"}))["grade"].tolist() == ["B"]


def test_a_place_named_after_a_trade_on_an_estate_is_industry():
    rows = table({"site_name": "Foundry Trading Estate"}, {"site_name": "Foundry Industrial Park"})
    assert evidence.heavy_trades(rows).empty
    assert evidence.industry(rows)["reason"].tolist() == [
        "the name states industry: trading estate", "the name states industry: industrial park",
    ]  # fmt: skip


def test_a_viable_option_is_called_so_today():
    rows = table(
        {"notes": "Considered to be a viable redevelopment option"},
        {"notes": "Formerly a viable redevelopment option"},
        {"development_description": "Non-viable redevelopment option"},
    )  # fmt: skip
    assert called_viable(rows).ne("").tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ({"notes": "Part SMBC and part private"}, True), ({"site_name": "Land (part council, part private)"}, True),
        ({"notes": "Small area is private"}, True), ({"notes": "Few small plots in council ownership"}, True),
        ({"notes": "There are multiple owners"}, True), ({"notes": "Not in multiple ownership"}, False),
        ({"notes": "Part-council, part-private"}, True), ({"notes": "Number of owners: 1"}, False),
        ({"notes": "Previously in multiple ownership"}, False),
        ({"notes": "Adjoining land in multiple ownership"}, False),
        ({"notes": "Promoted by Developer/Owner"}, False), ({"site_name": "Land at Mill Road (private)"}, False),
        ({"ownership_status": "owned by a public authority"}, False), ({"notes": None}, False),
        ({"development_description": "part private"}, False),
    ],
)  # fmt: skip
def test_part_ownership_is_stated_in_notes_or_name(row, known):
    done = evidence.part_ownership(table({"ownership_status": "owned by a public authority", **row}))
    assert done[["value", "grade"]].values.tolist() == [[0.5, "B"]] * known
    if known:
        assert done["counter_evidence"].tolist() == ["ownership as registered: owned by a public authority"]


def test_who_cleaned_the_land_makes_contamination_a_known_zero():
    rows = evidence.cleaned_land(
        table({"cleaned_by": "owner", "previous_use": "Foundry"}, {"cleaned_by": "public"}, {"cleaned_by": None})
    )
    assert rows[["value", "value_low", "value_high", "grade"]].values.tolist() == [[0.0, 0.0, 0.0, "A"]] * 2
    by = ["its owner", "the public"]
    assert rows["reason"].tolist() == [f"the land was cleaned by {who}, as the user states" for who in by]
    assert rows["counter_evidence"].iloc[0] == "previous use: Foundry; no report of the clean-up was read"


def test_notes_of_a_million_signs_are_read_by_every_reading():
    words = load_parameters("failure").table("contamination").table("words")
    denied = " ".join(words.texts("open_words") * 2500)
    long = ["former-" * 140_000, "foundry street " * 66_000, "part " * 200_000, denied]
    sites = table(*({"notes": text} for text in long))
    assert evidence.heavy_trades(sites).empty
    assert evidence.industry(sites).empty
    assert evidence.part_ownership(sites).empty
    assert register.stated_contamination(sites).empty
    assert called_viable(sites).eq("").all()


# -------------------------------------------------------------------------------------------------- the seven registers


def test_every_use_named_in_the_seven_registers_is_as_it_was_labelled_by_a_reader(seven):
    labels = pd.read_csv(LABELS, dtype=str, keep_default_na=False)
    expected = labels.loc[labels["read_as"] != "", ["site_id", "read_as", "word"]]
    rows = pd.concat([evidence.heavy_trades(seven), evidence.industry(seven)])
    words = rows["reason"].str.extract(r"states? (?P<what>.+): (?P<word>.+)")
    found = pd.DataFrame(
        {"site_id": rows.index, "read_as": words["what"].map(KINDS).array, "word": words["word"].array}
    )
    key = ["site_id", "word"]
    pd.testing.assert_frame_equal(
        found.sort_values(key, ignore_index=True).astype(object),
        expected.sort_values(key, ignore_index=True).astype(object),
    )
    assert labels["site_id"].isin(seven.index).all()
    assert expected["read_as"].value_counts().to_dict() == {"industry": 83, "heavy trade": 8, "quarry": 2}
    # every one of the 93 was read and is a use of the land; 8 names with such a word are none, and 1 use is missed
    assert (labels.loc[labels["read_as"] != "", "label"] == "use").all()
    assert labels.loc[(labels["read_as"] == "") & (labels["word"] != ""), "label"].value_counts().to_dict() == {
        "street or place": 6, "street": 5, "place": 1, "club and street": 1, "public house": 1,
        "a use, missed: it stands among what is proposed": 1,
    }  # fmt: skip


def test_what_else_the_words_of_the_seven_registers_state(seven):
    assert sorted(evidence.part_ownership(seven).index) == [
        f"E08000028:{reference}" for reference in ("2371", "2375", "2929", "2985", "3015", "3023")
    ]
    public = seven.loc[evidence.part_ownership(seven).index, "ownership_status"]
    assert (public == "owned by a public authority").all()
    viable = called_viable(seven).ne("")
    assert viable.groupby(seven["file"]).sum().loc[lambda n: n > 0].to_dict() == {"coventry_2019.xlsx": 36}
    stalled = register.stalled_permission(seven, pd.Timestamp(DAY))
    expired = stalled[stalled["reason"].str.contains("expired")]
    assert seven.loc[expired.index, "file"].value_counts().to_dict() == {
        "birmingham_2020.csv.gz": 96, "walsall_2019.csv.gz": 37, "coventry_2019.xlsx": 3,
    }  # fmt: skip
    said = seven["notes"].str.contains("expire|lapse", case=False, na=False)
    left = seven.loc[said & ~seven.index.isin(expired.index), "planning_permission_status"]
    assert left.value_counts().to_dict() == {
        "pending decision": 7, "permissioned": 3, "not permissioned": 3,  # the last of permitted development
    }  # fmt: skip
    assert register.stated_contamination(seven).empty


# ---------------------------------------------------------------------------------------------------------- two places

STATED = {"previous_use": "sewage works", "derelict_since": pd.Timestamp("1989-12-31")}
FRIAR_PARK = {
    "site_name": "STW/council land", "notes": "Part council and part private", "hectares": 27.87,
    "ownership_status": "owned by a public authority", "planning_permission_status": "permissioned",
    "planning_permission_type": "other", "planning_permission_date": "2012-12-31", "start_date": "2016-06-30",
    "easting": 400725, "northing": 295372,
}  # fmt: skip
KETLEY = {
    "site_name": "Ketley Quarry", "hectares": 22.14, "ownership_status": "not owned by a public authority",
    "planning_permission_status": "not permissioned", "start_date": "2020-03-12", "easting": 389869, "northing": 288786,
}  # fmt: skip


def friar_park(site):
    alone, _ = judged(site)
    assert alone["market_failure"].tolist() != ["Identified"]
    assert alone["failure_strength"].iloc[0] == pytest.approx(0.35)
    done, signals = judged(site.assign(**STATED))
    counts = signals[signals["counts"] == "yes"].set_index("signal")["weighted_signal"]
    assert counts[["C", "X"]].tolist() == pytest.approx([0.35, 0.35])
    assert done["failure_strength"].iloc[0] == pytest.approx(0.5775)
    assert done["market_failure"].tolist() == ["Identified"]


def ketley_quarry(site):
    alone, signals = judged(site)
    assert alone["market_failure"].tolist() != ["Identified"]
    assert signals.loc[signals["signal"] == "X", ["reason", "weighted_signal"]].values.tolist() == [
        ["the name states a quarry: quarry", 0.2]
    ]
    known = site.assign(**STATED, owner_count=2)
    done, _ = judged(known)
    assert done["market_failure"].tolist() == ["Identified"]
    # C 1 − e^(−1/3) = 0.2835 (A), X 0.35 (B): 1 − 0.7165 × 0.65
    assert done["failure_strength"].iloc[0] == pytest.approx(0.5343, abs=1e-4)
    owner, signals = judged(known.assign(cleaned_by="owner"))
    assert owner["market_failure"].tolist() != ["Identified"]
    note = owner["market_failure_note"].iloc[0]
    assert "deadweight screen failed: the land was cleaned by its owner, as the user states" in note
    every = signals[signals["signal"] == "X"].set_index("source")
    assert every[["value", "value_low", "value_high"]].eq(0).all(axis=None)
    assert every.loc["cleaned_by", ["grade", "counts"]].tolist() == ["A", "yes"]
    assert "cleaned by its owner, as the user states" in every.loc["previous_use", "counter_evidence"]
    public, signals = judged(known.assign(cleaned_by="public"))
    assert "deadweight" not in public["market_failure_note"].iloc[0]
    assert public["failure_strength"].iloc[0] == pytest.approx(0.2835, abs=1e-4)
    assert signals.set_index("source").loc["cleaned_by", ["value", "grade", "counts"]].tolist() == [0.0, "A", "yes"]


def test_friar_park_by_hand():
    friar_park(table(FRIAR_PARK))


def test_ketley_quarry_by_hand():
    ketley_quarry(table(KETLEY))


def test_friar_park_on_its_own_row(seven):
    friar_park(seven.loc[["E08000028:2985"]])


def test_ketley_quarry_on_its_own_row(seven):
    ketley_quarry(seven.loc[["E08000027:DEVOPP0088"]])
