"""Fund rules: each by hand, dates, what is not known, and that the data of the rules is whole."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.appraisal.funds.fund_rules import check_rules, rule_table
from siteprior.appraisal.funds.scheme_facts import INCOME_MEASURES, SCHEME_FACTS
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters

DAY = date(2026, 11, 22)
SITE = {
    "organisation": "E08000027", "register": "brownfield register", "hectares": 1.0, "capacity_dwellings": 30,
    "bcr": 1.6, "market_failure": "Identified", "rule_class": "moderate",
}  # fmt: skip
STATED = {
    "affordable_share": 0.25, "affordable_cost_share": 0.33, "affordable_income_measure": INCOME_MEASURES[1],
    "building_start_date": date(2028, 4, 1), "other_funding_exhausted": "yes", "modern_construction": "yes",
}  # fmt: skip
FUNDS = list(load_parameters("funds").table("funds"))


def sites(*rows):
    index = pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id")
    return pd.DataFrame(list(rows), index=index).reindex(columns=list(SITE))


def check(*rows, scheme=STATED, as_of=DAY, funds=FUNDS, **options):
    return check_rules(sites(*(rows or (SITE,))), as_of=as_of, scheme=scheme, funds=funds, **options)


def one(rule, *, scheme=STATED, as_of=DAY, profile="", **facts):
    _, results = check(SITE | facts, scheme=scheme, as_of=as_of, profile=profile)
    found = results.set_index("rule").loc[rule]
    return found["result"], found["reason"]


def test_every_rule_is_whole():
    presets = load_parameters("funds")
    for name, rule in presets["rules"].items():
        terms = rule.value
        assert terms["fund"] in presets["funds"], name
        assert "from" in terms or "seen" in terms, name
        assert set(terms.get("needs", [])) <= set(SCHEME_FACTS), name
        for day in ("from", "until", "seen"):
            assert pd.Timestamp(terms.get(day, "2026-01-01")), name
        known = {*SCHEME_FACTS, "affordable_share", *(column.name for column in schema.SITES.columns)}
        assert set(terms["of"]) <= known, name
    assert rule_table()["rule"].tolist() == list(presets["rules"])


def test_a_site_and_scheme_that_meet_everything():
    columns, results = check()
    assert columns["fund_rules"].tolist() == ["pass"]
    assert columns[["fund_rules_failed", "fund_rules_unknown", "fund_rule_reasons"]].isna().all(axis=None)
    by_rule = results.set_index("rule")["result"]
    assert set(by_rule[by_rule == "not applicable"].index) == {
        "gap-fund-7500-bcr", "gap-fund-7500-start", "black-country-density",
    }  # fmt: skip
    assert results.index[0] == "E1:0|affordable-share"
    assert list(results.columns) == schema.FUND_RULE_RESULTS.names


def test_affordable_share_by_the_threshold():
    assert one("affordable-share", scheme=STATED | {"affordable_share": 0.2})[0] == "pass"
    result, reason = one("affordable-share", scheme=STATED | {"affordable_share": 0.1999})
    assert result == "fail"
    assert reason.startswith("affordable_share 19.9%; at least 20% is asked")
    assert one("affordable-share", scheme={})[0] == "unknown"


def test_the_income_test_names_the_income_it_is_measured_on():
    result, reason = one("affordable-cost")
    assert result == "pass"
    assert "measured on gross individual earnings, lower quartile" in reason
    unsaid = {key: value for key, value in STATED.items() if key != "affordable_income_measure"}
    for share in (0.2, 0.5):
        result, reason = one("affordable-cost", scheme=unsaid | {"affordable_cost_share": share})
        assert result == "unknown"
        assert "affordable_income_measure is not stated" in reason
    assert one("affordable-cost", scheme=STATED | {"affordable_cost_share": 0.36})[0] == "fail"


@pytest.mark.parametrize(("ratio", "result"), [(1.5, "pass"), (1.499999, "fail"), (None, "unknown"), (-0.2, "fail")])
def test_the_floor_of_the_benefit_cost_ratio(ratio, result):
    assert one("gap-fund-8000-bcr", bcr=ratio)[0] == result


def test_the_reason_says_what_a_ratio_rests_on():
    table = sites(SITE | {"bcr": 1.4999999}).assign(benefits_basis="illustrative user assumptions; optimism bias of …")
    _, results = check_rules(table, as_of=DAY, funds=["gap-fund-8000"])
    reason = results["reason"].iloc[0]
    assert reason.startswith("bcr 1.499; at least 1.5 is asked; it rests on illustrative user assumptions (")


def test_the_earlier_fund_is_closed():
    assert one("gap-fund-7500-bcr", bcr=1.2) == ("not applicable", "closed: in force until 2025-03-31")
    assert one("affordable-share", as_of=date(2019, 3, 31))[0] == "not applicable"


def test_a_rule_without_an_opening_day_is_unknown_before_it_was_seen():
    result, reason = one("gap-fund-8000-bcr", as_of=date(2021, 1, 1))
    assert result == "unknown"
    assert "whether it was in force on 2021-01-01 is not known" in reason


@pytest.mark.parametrize(
    ("day", "result"), [(date(2031, 3, 31), "pass"), (date(2031, 4, 1), "fail"), ("2030-01-01", "pass")]
)
def test_the_start_by_day(day, result):
    assert one("gap-fund-8000-start", scheme=STATED | {"building_start_date": day})[0] == result


def test_a_start_not_stated_is_unknown():
    result, reason = one("gap-fund-8000-start", scheme={})
    assert result == "unknown"
    assert "remediation does not count as a start" in reason


@pytest.mark.parametrize(
    ("verdict", "result"),
    [
        ("Identified", "pass"),
        ("Not found", "fail"),
        ("Cannot tell", "unknown"),
        ("Indicated", "unknown"),
        (None, "unknown"),
    ],
)
def test_market_failure_must_be_identified(verdict, result):
    assert one("market-failure", market_failure=verdict)[0] == result


def test_what_only_the_applicant_knows():
    assert one("last-resort", scheme={})[0] == "unknown"
    assert one("last-resort", scheme={"other_funding_exhausted": "no"})[0] == "fail"
    # from which size on is not known: not using them fails nobody
    assert one("modern-construction", scheme={"modern_construction": "no"})[0] == "unknown"


def test_brownfield_by_register_or_by_statement():
    assert one("brownfield")[0] == "pass"
    assert one("brownfield", register="public estate")[0] == "unknown"
    assert one("brownfield", register="public estate", scheme={"brownfield": "yes"})[0] == "pass"
    assert one("brownfield", scheme={"brownfield": "no"})[0] == "fail"


def test_homes_are_asked_for():
    assert one("direct-housing", capacity_dwellings=0)[0] == "fail"
    assert one("direct-housing", capacity_dwellings=None)[0] == "unknown"


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        # 0.4 ha is all net: 16 homes are 40 to the hectare, 15 are 37.5, 40 are 100
        ({"hectares": 0.4, "capacity_dwellings": 40}, "pass"),
        ({"hectares": 0.4, "capacity_dwellings": 16}, "unknown"),
        ({"hectares": 0.4, "capacity_dwellings": 15}, "fail"),
        ({"hectares": 0.4, "capacity_dwellings": 15, "rule_class": "elsewhere"}, "unknown"),
        ({"hectares": 0.4, "capacity_dwellings": 9}, "not applicable"),
        ({"hectares": None}, "unknown"),
        ({"capacity_dwellings": None}, "unknown"),
        ({"organisation": "E08000025"}, "not applicable"),
    ],
)
def test_density_of_the_black_country(facts, result):
    assert one("black-country-density", profile="black-country", **facts)[0] == result
    assert one("black-country-density", profile="nppf-draft-2025", **facts)[0] == "not applicable"


def test_another_council_has_another_policy_on_any_day():
    for day in (DAY, date(2021, 1, 1)):
        found = one("black-country-density", profile="black-country", organisation="E08000025", as_of=day)
        assert found == ("not applicable", "the policy is of another council")


def test_a_failed_rule_counts_before_an_unknown_one():
    columns, _ = check(SITE | {"bcr": 1.0}, scheme={}, funds=["gap-fund-8000"])
    row = columns.iloc[0]
    assert row["fund_rules"] == "fail"
    assert row["fund_rules_failed"] == "gap-fund-8000-bcr"
    assert row["fund_rules_unknown"] == "gap-fund-8000-start"
    assert row["fund_rule_reasons"].startswith("The benefit-cost ratio is at least 1.5: fail, bcr 1; at least 1.5")
    assert check(funds=["gap-fund-7500"])[0]["fund_rules"].tolist() == ["not applicable"]


def test_a_column_of_the_site_goes_before_the_scheme():
    table = sites(SITE, SITE).assign(affordable_share=[0.1, None])
    _, results = check_rules(table, as_of=DAY, scheme={"affordable_share": 0.3}, funds=FUNDS)
    assert results.loc[results["rule"] == "affordable-share", "result"].tolist() == ["fail", "pass"]


def test_sites_keep_their_order_and_rules_theirs():
    _, results = check(SITE, SITE | {"bcr": 0.1})
    assert results["site_id"].tolist() == ["E1:0"] * 12 + ["E1:1"] * 12
    assert results["rule"].tolist() == list(rule_table()["rule"]) * 2


def test_no_sites_no_rows():
    columns, results = check_rules(sites(SITE).iloc[:0], as_of=DAY, funds=FUNDS)
    assert columns.empty
    assert results.empty
    assert list(columns.columns) == [column.name for column in schema.SITE_RULE_COLUMNS]


@pytest.mark.parametrize("funds", [{}, {"funds": []}, {"funds": ()}])
def test_no_fund_applies_that_is_not_named(funds):
    columns, results = check_rules(sites(SITE, SITE), as_of=DAY, scheme=STATED, **funds)
    assert list(columns.columns) == [column.name for column in schema.SITE_RULE_COLUMNS]
    assert columns.index.tolist() == ["E1:0", "E1:1"]
    assert columns.isna().all(axis=None)
    assert results.empty
    assert list(results.columns) == list(schema.FUND_RULE_RESULTS.names)


def test_bad_calls_are_refused():
    with pytest.raises(InputError, match="unknown fund 'gap-fund'"):
        check(funds=["gap-fund"])
    with pytest.raises(InputError, match="lacks the columns register"):
        check_rules(sites(SITE).drop(columns="register"), as_of=DAY)
    for wrong in ("last year", "2021", None, float("nan")):
        with pytest.raises(InputError, match="as_of: needs a day"):
            check(as_of=wrong)
    assert check(as_of="2026-11-22")[1].equals(check()[1])


RANK = {"fail": 0, "unknown": 1, "pass": 2}


@settings(deadline=None, max_examples=8)
@given(
    st.sets(st.sampled_from([*(f"site {name}" for name in SITE), *(f"scheme {name}" for name in STATED)])),
    st.floats(0, 3),
)
def test_a_blank_never_passes_or_fails_anything(blank, ratio):
    whole = SITE | {"bcr": ratio}
    known = {name: value for name, value in whole.items() if f"site {name}" not in blank}
    stated = {name: value for name, value in STATED.items() if f"scheme {name}" not in blank}
    _, before = check(whole, profile="black-country")
    after_columns, after = check(known, scheme=stated, profile="black-country")
    both = pd.DataFrame({"before": before["result"], "after": after["result"]})
    changed = both[both["before"] != both["after"]]
    assert changed["after"].isin(["unknown", "not applicable"]).all()
    assert (after_columns["fund_rules"].iloc[0] == "pass") <= (not changed["after"].eq("unknown").any())
