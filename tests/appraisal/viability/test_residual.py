"""Viability: the check case to the penny, the gap as a distribution, and what is missing stays missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.viability import CHECK, RANGES, SCHEME, check_costs, make_sites, ranged_costs, scheme
from siteprior.appraisal.viability.inputs import COST_INPUTS, SCHEME_INPUTS, load_costs
from siteprior.appraisal.viability.residual import NEEDS, residual_land_value, site_viability, viability_lines
from siteprior.core import schema
from siteprior.core.errors import InputError

LINES = {
    "gdv_market_gbp": 17_280_000.00, "gdv_affordable_gbp": 2_376_000.00, "build_gbp": 12_240_000.00,
    "externals_gbp": 1_224_000.00, "contingency_gbp": 673_200.00, "fees_gbp": 1_077_120.00,
    "marketing_gbp": 518_400.00, "remediation_gbp": 800_000.00, "s106_gbp": 300_000.00,
    "finance_gbp": 1_142_002.40, "return_gbp": 3_166_560.00, "residual_land_value_gbp": -1_485_282.40,
    "existing_use_value_gbp": 1_000_000.00, "benchmark_land_value_gbp": 1_200_000.00, "gap_gbp": 2_685_282.40,
}  # fmt: skip
"""The check case of METHODS 2c: 2 ha, 100 homes of 72 m2, 20 of them affordable."""

COLUMNS = [column.name for column in schema.SITE_VIABILITY_COLUMNS]
MONEY = [name for name in COLUMNS if "_gbp" in name or "share" in name or "probability" in name]


def appraise(sites, costs=None, plan=None, **options):
    return site_viability(
        sites, costs=costs or ranged_costs(), scheme=plan or scheme(), seed=1, **({"draws": 200} | options)
    )


class TestCheckCase:
    def test_every_line_to_the_penny(self):
        lines = viability_lines(make_sites(), costs=check_costs(), scheme=scheme())
        assert lines.iloc[0].to_dict() == LINES
        assert list(lines) == schema.VIABILITY_LINES.names

    def test_the_columns_say_the_same(self):
        table, drivers = appraise(make_sites(), check_costs())
        row = table.iloc[0]
        for name in ("residual_land_value_gbp", "existing_use_value_gbp", "benchmark_land_value_gbp", "gap_gbp"):
            assert row[name] == LINES[name]
        assert row["gdv_gbp"] == 19_656_000
        assert row["gap_gbp_per_home"] == 26_852.82  # METHODS: £26,853 per home
        assert row["gap_gbp_per_ha"] == 1_342_641.20
        assert row["remediation_share_of_gdv"] == round(800_000 / 19_656_000, 6)
        assert row["residual_surplus_share"] == round(-2_685_282.40 / 19_656_000, 6)
        # nothing has a range: the whole distribution is the central case
        assert row["gap_low_gbp"] == row["gap_high_gbp"] == LINES["gap_gbp"]
        assert row["gap_median_gbp_per_home"] == row["gap_gbp_per_home"]
        assert row["gap_probability"] == 1
        assert pd.isna(row["viability_driver"])
        assert drivers.empty

    @pytest.mark.parametrize(
        ("value", "rests"),
        [
            (3_000.0, "no"),  # a gap of £2,685,282 where remediation with finance is £856,000
            (3_400.0, "yes"),  # 400 × 5,323.68 less of it: £555,810
            (3_600.0, "no"),  # none
        ],
    )
    def test_whether_the_gap_would_be_none_without_remediation(self, value, rests):
        sites = make_sites()
        sites[["value_low_gbp_per_m2", "value_gbp_per_m2", "value_high_gbp_per_m2"]] = value
        row = appraise(sites, check_costs())[0].iloc[0]
        assert row["gap_rests_on_remediation"] == rests
        free = load_costs(CHECK | {f"remediation_{letter}_gbp_per_ha": 0 for letter in "abcd"})
        without = appraise(sites, free)[0].iloc[0]
        assert (rests == "yes") == bool(row["gap_gbp"] > 0 and without["gap_gbp"] == 0)

    def test_a_surplus_is_no_gap(self):
        sites = make_sites()
        sites[["value_low_gbp_per_m2", "value_gbp_per_m2", "value_high_gbp_per_m2"]] = 4000.0
        row = appraise(sites, check_costs())[0].iloc[0]
        # a home's worth per £ of value per m2: 72 × (0.8 × (1 − 0.03 − 0.175) + 0.2 × 0.55 × (1 − 0.06)) = 53.2368
        assert row["residual_land_value_gbp"] == pytest.approx(-1_485_282.40 + 100 * 1000 * 53.2368, abs=0.01)
        assert row["gap_gbp"] == row["gap_high_gbp"] == row["gap_gbp_per_home"] == row["gap_probability"] == 0
        assert row["residual_surplus_share"] == pytest.approx((3_838_397.60 - 1_200_000) / 26_208_000, abs=1e-6)


class TestColumns:
    def test_they_are_the_declared_ones_on_the_sites_index(self):
        sites = make_sites(12)
        table, _ = appraise(sites)
        assert list(table) == COLUMNS
        assert table.index.equals(sites.index)
        for column in schema.SITE_VIABILITY_COLUMNS:
            assert table[column.name].dtype == schema.DTYPES[column.kind]
            if column.allowed:
                assert set(table[column.name].dropna()) <= set(column.allowed)

    def test_lines_add_up(self):
        sites = make_sites(30)
        lines = viability_lines(sites, costs=ranged_costs(), scheme=scheme())
        costs = lines[["build_gbp", "externals_gbp", "contingency_gbp", "fees_gbp", "marketing_gbp", "remediation_gbp",
                       "s106_gbp", "finance_gbp", "return_gbp"]].sum(axis=1)  # fmt: skip
        value = lines["gdv_market_gbp"] + lines["gdv_affordable_gbp"]
        assert (value - costs - lines["residual_land_value_gbp"]).abs().max() < 0.1
        table, _ = appraise(sites)
        for name in ("residual_land_value_gbp", "benchmark_land_value_gbp", "gap_gbp"):
            assert table[name].equals(lines[name])

    def test_ends_are_in_order_and_scale_with_homes_and_hectares(self):
        sites = make_sites(40)
        table, _ = appraise(sites)
        low, middle, high = (table[f"gap_{end}_gbp_per_home"] for end in ("low", "median", "high"))
        assert (low <= middle).all()
        assert (middle <= high).all()
        homes = sites["capacity_dwellings"].astype(float)
        for end in ("", "low_", "high_"):
            assert np.allclose(table[f"gap_{end}gbp"], table[f"gap_{end}gbp_per_home"] * homes, atol=10)
            assert np.allclose(table[f"gap_{end}gbp"], table[f"gap_{end}gbp_per_ha"] * sites["hectares"], atol=1)
        assert table["gap_probability"].between(0, 1).all()
        assert ((table["gap_low_gbp"] > 0) <= (table["gap_probability"] >= 0.95)).all()
        assert ((table["gap_high_gbp"] == 0) <= (table["gap_probability"] <= 0.05)).all()

    def test_the_share_of_remediation_needs_a_known_use(self):
        sites = make_sites(3)
        sites["previous_use"] = ["foundry", None, "gas works"]
        table, _ = appraise(sites)
        assert table["remediation_share_of_gdv"].notna().tolist() == [True, False, True]
        assert table["gap_gbp"].notna().all()
        assert "former use unknown" in table["viability_basis"].iloc[1]


class TestBasis:
    def test_it_says_whose_assumptions_they_are(self):
        def basis(costs):
            return appraise(make_sites(), load_costs(costs))[0]["viability_basis"].iloc[0]

        bare = basis(CHECK)
        assert bare.startswith("user assumptions, without a source for build_gbp_per_m2, externals_share")
        assert "remediation_a_gbp_per_ha" in bare
        assert basis(CHECK | {"illustrative": True}) == "illustrative user assumptions"
        sourced = {name: {"central": value, "source": "own study"} for name, value in CHECK.items()}
        only_scheme = "user assumptions, without a source for affordable_share, affordable_value_share, home_size_m2"
        assert basis(sourced) == only_scheme

    def test_it_names_what_is_missing(self):
        sites = make_sites(7)
        sites.loc["s1", "capacity_dwellings"] = pd.NA
        sites.loc["s2", "hectares"] = np.nan
        sites.loc["s3", "value_gbp_per_m2"] = np.nan
        sites.loc["s4", "value_low_gbp_per_m2"] = np.nan
        sites.loc["s5", "previous_use"] = None
        sites.loc["s6", "capacity_dwellings"] = 0
        costs = load_costs({name: value for name, value in CHECK.items() if name != "remediation_b_gbp_per_ha"})
        table, drivers = appraise(sites, costs)
        assert table["viability_basis"].str.removeprefix("missing: ").tolist()[1:] == [
            "capacity_dwellings", "hectares", "value_gbp_per_m2, value_low_gbp_per_m2, value_high_gbp_per_m2",
            "value_low_gbp_per_m2", "remediation_b_gbp_per_ha", "capacity_dwellings",
        ]  # fmt: skip
        amounts = [name for name in MONEY if not name.startswith("remediation")]
        assert table[amounts].iloc[1:].isna().all(axis=None)
        assert table[amounts].iloc[0].notna().all()
        assert set(drivers["site_id"]) <= {"s0"}

    def test_without_any_input_nothing_is_guessed(self):
        table, drivers = appraise(make_sites(3), load_costs())
        assert table[MONEY].isna().all(axis=None)
        assert table["viability_basis"].str.startswith("missing: build_gbp_per_m2, externals_share").all()
        assert drivers.empty

    @pytest.mark.parametrize("name", [n for n in (*COST_INPUTS, *SCHEME_INPUTS) if n != "return_market_share"])
    def test_each_input_is_needed(self, name):
        sites = make_sites(1)
        sites["previous_use"] = None  # needs all classes
        costs = load_costs({k: v for k, v in CHECK.items() if k != name})
        plan = scheme() if name not in SCHEME else load_only(name)
        row = appraise(sites, costs, plan)[0].iloc[0]
        assert row["viability_basis"] == f"missing: {name}"
        assert row[["gdv_gbp", "residual_land_value_gbp", "gap_gbp", "gap_probability"]].isna().all()


def load_only(without):
    from siteprior.appraisal.viability.inputs import load_scheme

    return load_scheme({k: v for k, v in SCHEME.items() if k != without})


class TestSteadiness:
    def test_a_site_does_not_depend_on_the_others_nor_on_their_order(self):
        sites = make_sites(25)
        table, drivers = appraise(sites)
        some = sites.iloc[[17, 3, 9]]
        fewer, few = appraise(some)
        pd.testing.assert_frame_equal(fewer, table.loc[some.index])
        for site in some.index:
            ours, theirs = (d[d["site_id"] == site] for d in (few, drivers))
            pd.testing.assert_frame_equal(ours, theirs)

    def test_the_seed_alone_moves_the_draws(self):
        sites = make_sites(10)
        once, _ = appraise(sites)
        pd.testing.assert_frame_equal(once, appraise(sites)[0])
        other, _ = site_viability(sites, costs=ranged_costs(), scheme=scheme(), seed=2, draws=200)
        assert (once["gap_high_gbp"] != other["gap_high_gbp"]).any()
        assert once["gap_gbp"].equals(other["gap_gbp"])

    def test_no_sites_give_an_empty_table(self):
        table, drivers = appraise(make_sites(2).iloc[:0])
        assert list(table) == COLUMNS
        assert table.empty
        assert list(drivers) == schema.VIABILITY_DRIVERS.names

    def test_faulty_calls_are_refused(self):
        with pytest.raises(InputError, match="lacks the columns hectares") as raised:
            appraise(make_sites().drop(columns=list(NEEDS)))
        assert "value_high_gbp_per_m2" in str(raised.value)
        with pytest.raises(InputError) as raised:
            appraise(make_sites(), draws=0, value_interval=1.0)
        assert len(raised.value.faults) == 2


RAISE_THE_GAP = ("build_gbp_per_m2", "externals_share", "contingency_share", "fees_share", "marketing_share",
                 "s106_gbp_per_home", "finance_rate", "finance_spend_share", "finance_years", "return_market_share",
                 "return_affordable_share", "euv_gbp_per_ha", "premium_share")  # fmt: skip


class TestProperties:
    @settings(deadline=None, derandomize=True, max_examples=60)
    @given(
        st.sampled_from(RAISE_THE_GAP), st.floats(1, 2), st.integers(1, 500), st.floats(0.1, 30), st.floats(500, 9e3)
    )
    def test_a_dearer_input_never_makes_the_gap_smaller(self, name, times, homes, hectares, value):
        inputs = CHECK | SCHEME
        dearer = inputs | {name: min(inputs[name] * times, COST_INPUTS[name].highest)}
        facts = {"homes": homes, "hectares": hectares, "value_gbp_per_m2": value, "remediation_gbp": hectares * 4e5}
        before, after = (residual_land_value(**facts, inputs=given).iloc[0] for given in (inputs, dearer))
        if name not in ("euv_gbp_per_ha", "premium_share"):
            assert after["residual_land_value_gbp"] <= before["residual_land_value_gbp"]
        assert after["gap_gbp"] >= before["gap_gbp"] >= 0

    @settings(deadline=None, derandomize=True, max_examples=40)
    @given(st.floats(500, 9e3), st.floats(1, 2), st.floats(0, 1e7), st.floats(0, 1e7))
    def test_value_raises_and_remediation_lowers_the_residual(self, value, times, ground, more):
        def residual(value, ground):
            lines = residual_land_value(
                homes=80, hectares=3, value_gbp_per_m2=value, remediation_gbp=ground, inputs=CHECK | SCHEME
            )
            return lines["residual_land_value_gbp"].iloc[0]

        assert residual(value * times, ground) >= residual(value, ground)
        assert residual(value, ground + more) <= residual(value, ground)

    @settings(deadline=None, derandomize=True, max_examples=40)
    @given(st.integers(1, 300), st.floats(0.2, 20), st.integers(2, 7))
    def test_a_site_of_k_times_homes_and_hectares_has_k_times_the_lines(self, homes, hectares, k):
        def lines(times):
            return residual_land_value(
                homes=homes * times, hectares=hectares * times, value_gbp_per_m2=2600,
                remediation_gbp=3e5 * times, inputs=CHECK | SCHEME,
            )  # fmt: skip

        assert np.allclose(lines(k), lines(1) * k)

    @pytest.mark.parametrize("column", [*NEEDS, "previous_use"])
    def test_a_blank_is_never_zero_and_never_a_larger_gap(self, column):
        sites = make_sites(12)
        before, _ = appraise(sites, draws=50)
        blank = sites.index[[0, 3, 4, 9]]
        sites.loc[blank, column] = None
        after, _ = appraise(sites, draws=50)
        pd.testing.assert_frame_equal(after.drop(blank), before.drop(blank))
        if column == "previous_use":
            assert (after.loc[blank, "gap_gbp_per_home"] <= before.loc[blank, "gap_gbp_per_home"]).all()
            assert after.loc[blank, "remediation_share_of_gdv"].isna().all()
        else:
            assert after.loc[blank, ["gap_gbp_per_home", "gap_probability"]].isna().all(axis=None)
            assert after.loc[blank, "viability_basis"].str.contains(column).all()

    def test_wider_ranges_make_a_wider_band(self):
        sites = make_sites(20)
        narrow, _ = appraise(sites, load_costs(CHECK | {"return_market_share": 0.175}), draws=2000)
        wide, _ = appraise(sites, load_costs(CHECK | RANGES), draws=2000)
        width = [(t["gap_high_gbp_per_home"] - t["gap_low_gbp_per_home"]) for t in (narrow, wide)]
        assert (width[1] >= width[0] - 1).all()
        assert width[1].sum() > width[0].sum() * 1.05
