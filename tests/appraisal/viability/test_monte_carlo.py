"""The draws: even, steady, and the distribution they stand for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from factories.viability import CHECK, SCHEME, check_costs, make_sites, ranged_costs, scheme
from siteprior.appraisal.viability.inputs import ENDS, load_costs
from siteprior.appraisal.viability.monte_carlo import (
    multipliers,
    order_statistics,
    shared_draws,
    shortfall_bands,
    slices,
    triangular,
)
from siteprior.appraisal.viability.remediation import remediation_range
from siteprior.appraisal.viability.residual import residual_land_value, site_inputs

OPTIONS = {"draws": 4000, "seed": 5, "value_interval": 0.9, "ends": (0.05, 0.95)}


def facts_of(n=20, costs=None):
    sites = make_sites(n)
    return site_inputs(sites, remediation_range(sites, costs=costs or ranged_costs()))


def test_the_short_form_is_the_residual_line_by_line():
    rng = np.random.default_rng(3)
    for _ in range(50):
        inputs = {name: value * rng.uniform(0.5, 1.5) for name, value in (CHECK | SCHEME).items()}
        homes, hectares, value, ground = rng.uniform((1, 0.1, 500, 0), (900, 30, 9000, 1e7))
        lines = residual_land_value(
            homes=homes, hectares=hectares, value_gbp_per_m2=value, remediation_gbp=ground, inputs=inputs
        ).iloc[0]
        by = multipliers(inputs)
        shortfall = hectares * by.land_gbp_per_ha + homes * (by.cost_gbp_per_home - value * by.value_m2_per_home)
        shortfall += ground * by.remediation_factor
        assert shortfall == pytest.approx(lines["benchmark_land_value_gbp"] - lines["residual_land_value_gbp"])


def test_each_slice_is_drawn_once_in_an_order_of_its_own():
    one, two = (slices(1000, seed=1, of=name) for name in ("build", "fees"))
    assert sorted(one) == sorted(two) == pytest.approx((np.arange(1000) + 0.5) / 1000)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.1
    assert (one != slices(1000, seed=2, of="build")).any()


def test_triangular_numbers_have_the_published_mean_and_variance():
    # Johnson, Kotz and Balakrishnan 1995: mean (a+b+c)/3, variance (a²+b²+c²−ab−ac−bc)/18
    u = (np.arange(20_000) + 0.5) / 20_000
    for low, central, high in ((1, 2, 6), (0, 0, 3), (0, 3, 3), (4, 4, 4)):
        drawn = triangular(u, low, central, high)
        assert drawn.mean() == pytest.approx((low + central + high) / 3, abs=1e-4)
        products = low * high + low * central + high * central
        assert drawn.var() == pytest.approx((low**2 + high**2 + central**2 - products) / 18, abs=1e-3)
        assert ((drawn >= low) & (drawn <= high)).all()
        assert (np.diff(drawn) >= 0).all()


def test_stating_one_range_does_not_redraw_another():
    few = shared_draws(
        load_costs(CHECK | {"fees_share": {"low": 0.05, "central": 0.08, "high": 0.1}}), draws=50, seed=1
    )
    many = shared_draws(ranged_costs(fees_share={"low": 0.05, "central": 0.08, "high": 0.1}), draws=50, seed=1)
    assert np.array_equal(few["fees_share"], many["fees_share"])
    assert few["build_gbp_per_m2"] == 1700
    assert many["build_gbp_per_m2"].std() > 0


def test_a_value_alone_gives_its_own_quantiles():
    # nothing else has a range, so the ends of the band are those of the value: its 95th and 5th percentiles
    costs = check_costs()
    facts = facts_of(1, costs).assign(value_low=2600.0, value_high=3600.0)
    by = multipliers(costs.at("central") | scheme().at("central"))
    row = shortfall_bands(facts, by, **OPTIONS).iloc[0]

    def shortfall(value):
        fixed = 2 * by.land_gbp_per_ha + 100 * by.cost_gbp_per_home + 800_000 * by.remediation_factor
        return fixed - 100 * value * by.value_m2_per_home

    slice_gbp = 5_000  # what a slice of one in 4,000 is wide there
    assert row["low"] == pytest.approx(shortfall(3600), abs=slice_gbp)
    assert row["median"] == pytest.approx(shortfall(3000), abs=slice_gbp)
    assert row["high"] == pytest.approx(shortfall(2600), abs=slice_gbp)


def test_a_plain_loop_of_independent_draws_agrees():
    costs, plan = ranged_costs(), scheme()
    facts = facts_of(6, costs)
    by = multipliers(shared_draws(costs, plan, draws=4000, seed=5))
    done = shortfall_bands(facts, by, **OPTIONS)
    rng = np.random.default_rng(9)
    n = 40_000
    low, central, high = ({**costs.at(end), **plan.at(end)} for end in ENDS)
    inputs = {
        name: rng.triangular(low[name], central[name], high[name], n) if low[name] < high[name] else central[name]
        for name in central
    }
    for site, fact in facts.iterrows():
        z = rng.standard_normal(n)
        below, above = (np.log(fact[a] / fact[b]) / 1.6448536269514722
                        for a, b in (("value_central", "value_low"), ("value_high", "value_central")))  # fmt: skip
        value = fact["value_central"] * np.exp(z * np.where(z < 0, below, above))
        ground = rng.triangular(fact["remediation_low"], fact["remediation_central"], fact["remediation_high"], n)
        lines = residual_land_value(
            homes=fact["homes"], hectares=fact["hectares"], value_gbp_per_m2=pd.Series(value),
            remediation_gbp=pd.Series(ground), inputs={k: pd.Series(v) if np.ndim(v) else v for k, v in inputs.items()},
        )  # fmt: skip
        shortfall = (lines["benchmark_land_value_gbp"] - lines["residual_land_value_gbp"]).to_numpy()
        width = np.subtract(*np.quantile(shortfall, [0.95, 0.05]))
        assert done.loc[site, "probability"] == pytest.approx((shortfall > 0).mean(), abs=0.02)
        for name, share in (("low", 0.05), ("median", 0.5), ("high", 0.95)):
            assert abs(done.loc[site, name] - np.quantile(shortfall, share)) < 0.05 * width


def test_sites_do_not_share_their_values():
    # many sites with the same facts: their sums must not move as one, so each site begins at a slice of its own
    same = pd.concat([facts_of(1).assign(value_low=2600.0, value_high=3600.0)] * 40)
    same.index = [f"s{n}" for n in range(40)]
    by = multipliers(shared_draws(ranged_costs(), scheme(), draws=500, seed=1))
    done = shortfall_bands(same, by, **(OPTIONS | {"draws": 500}))
    assert done["high"].nunique() == 40
    assert done["high"].std() < 0.05 * (done["high"] - done["low"]).mean()


@pytest.mark.parametrize("draws", [1, 2, 3, 19, 20, 21])
def test_few_draws_give_ends_that_occurred(draws):
    costs, plan = ranged_costs(), scheme()
    by = multipliers(shared_draws(costs, plan, draws=draws, seed=1))
    done = shortfall_bands(facts_of(5, costs), by, **(OPTIONS | {"draws": draws}))
    assert ((done["low"] <= done["median"]) & (done["median"] <= done["high"])).all()
    if draws == 1:
        assert (done["low"] == done["high"]).all()


def test_the_blocks_change_nothing(monkeypatch):
    from siteprior.appraisal.viability import monte_carlo as viability_draws

    costs, plan = ranged_costs(), scheme()
    by = multipliers(shared_draws(costs, plan, draws=300, seed=1))
    options = OPTIONS | {"draws": 300}
    whole = shortfall_bands(facts_of(30, costs), by, **options)
    for block, threads in ((1, 1), (7, 3)):
        monkeypatch.setattr(viability_draws, "_BLOCK", block)
        monkeypatch.setattr(viability_draws, "_THREADS", threads)
        pd.testing.assert_frame_equal(shortfall_bands(facts_of(30, costs), by, **options), whole, check_exact=True)


def test_percentiles_are_the_sorted_numbers():
    rng = np.random.default_rng(2)
    for drawn in (rng.normal(size=999), np.zeros(50), np.r_[np.zeros(500), 1e9], rng.integers(0, 3, 400).astype(float)):
        ranks = np.array([0, len(drawn) // 20, len(drawn) // 2, len(drawn) - 1])
        in_order = np.sort(drawn)[ranks].tolist()
        assert order_statistics(np.array([drawn, drawn[::-1]]), ranks).tolist() == [in_order, in_order]
