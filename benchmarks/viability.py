"""Viability of 40,000 sites over 5,000 draws each: siteprior beside a loop over sites, and scipy with pandas.

    python benchmarks/viability.py [--runs 3] [--quick]

The sites and the costs are made up, the same every time. Each run is a process of its own, the sides in turn, so that a
slow spell of the machine falls on all. The other two draw every input anew for each site, as one writes it down first;
they appraise the first sites only, and their time is scaled up. Processor time is that of all threads: on a busy
machine it says more than the clock. siteprior's time holds all it gives: remediation, central case, band, chance, and
the swing of every input on every site. The peak memory is the whole process's.
The middle of the gap per home is compared on the sites all sides have done.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from measuring import (
    OWN,
    PEER,
    Outcome,
    child,
    command,
    in_turn,
    median_of,
    parser,
    print_found,
    row_of,
    size,
    timed,
    yes,
)
from siteprior.appraisal.viability.inputs import ENDS, Costs, load_costs, load_scheme
from siteprior.appraisal.viability.remediation import CLASSES, remediation_input
from siteprior.appraisal.viability.residual import residual_land_value, site_viability

SITES, DRAWS, SEED = size(40_000, 2_000), 5_000, 20261122
LIMIT_S, LIMIT_MB = 10.0, 1024.0
PEER_SITES = {"siteprior": SITES, "loop": size(1_000, 100), "scipy": size(200, 20)}
WORDS = {
    "siteprior": "siteprior: viability",
    "loop": "numpy: a loop over sites",
    "scipy": "scipy.stats and pandas: a loop over sites",
}
NORMAL_95 = 1.6448536269514722
INTERVAL = 0.9

COSTS = {
    "illustrative": True,
    "build_gbp_per_m2": (1500, 1700, 2000), "externals_share": (0.10, 0.12, 0.15),
    "contingency_share": (0.03, 0.05, 0.10), "fees_share": (0.06, 0.08, 0.10), "marketing_share": (0.03, 0.03, 0.03),
    "s106_gbp_per_home": (0, 3000, 9000), "finance_rate": (0.065, 0.07, 0.08),
    "finance_spend_share": (0.5, 0.5, 0.5), "finance_years": (2, 3, 5), "return_affordable_share": (0.06, 0.06, 0.06),
    "euv_gbp_per_ha": (250_000, 500_000, 900_000), "premium_share": (0.10, 0.20, 0.30),
    "remediation_a_gbp_per_ha": (50_000, 100_000, 150_000), "remediation_b_gbp_per_ha": (100_000, 200_000, 300_000),
    "remediation_c_gbp_per_ha": (200_000, 400_000, 600_000), "remediation_d_gbp_per_ha": (400_000, 900_000, 1_500_000),
}  # fmt: skip
SCHEME = {"affordable_share": (0.1, 0.2, 0.25), "affordable_value_share": (0.5, 0.55, 0.65), "home_size_m2": 72}
USES = {"foundry": "C", "gas works": "D", "school": "A", "depot": "B"}


def stated(inputs: dict[str, Any]) -> dict[str, Any]:
    return {k: dict(zip(ENDS, v, strict=True)) if isinstance(v, tuple) else v for k, v in inputs.items()}


def inputs() -> dict[str, Costs]:
    return {"costs": load_costs(stated(COSTS)), "scheme": load_scheme(stated(SCHEME))}


def make_sites() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    value = rng.uniform(1800, 4500, SITES)
    return pd.DataFrame(
        {
            "hectares": rng.lognormal(-0.3, 1.0, SITES).clip(0.05, 60).round(2),
            "capacity_dwellings": rng.lognormal(3.0, 1.1, SITES).clip(1, 2000).round(),
            "value_gbp_per_m2": value,
            "value_low_gbp_per_m2": value * 0.8,
            "value_high_gbp_per_m2": value * 1.3,
            "previous_use": rng.choice(list(USES), SITES),
        },
        index=pd.Index([f"E08000025:{n}" for n in range(SITES)], name="site_id"),
    )


def by_siteprior(sites: pd.DataFrame) -> Any:
    table, _ = site_viability(sites, seed=SEED, draws=DRAWS, value_interval=INTERVAL, **inputs())
    return table["gap_median_gbp_per_home"]


def one_by_one(sites: pd.DataFrame, triangular: Any, normal: Any, as_drawn: Any) -> list[float]:
    """Draw every input anew for each site, and work the residual through line by line."""
    ranges = {name: [table.at(end)[name] for end in ENDS] for table in inputs().values() for name in table.assumptions}
    found = []
    for site in sites.itertuples():
        drawn = {k: triangular(*ends) if ends[0] < ends[2] else ends[1] for k, ends in ranges.items()}
        z = normal()
        spread = np.where(z < 0, np.log(1 / 0.8), np.log(1.3)) / NORMAL_95
        letter = USES[site.previous_use]
        assert letter in CLASSES
        found.append(
            as_drawn(site, drawn, site.value_gbp_per_m2 * np.exp(spread * z), drawn[remediation_input(letter)])
        )
    return found


def gap_by_numpy(site: Any, x: dict[str, Any], value: Any, ground_per_ha: Any) -> float:
    area = site.capacity_dwellings * x["home_size_m2"]
    market = area * (1 - x["affordable_share"]) * value
    affordable = area * x["affordable_share"] * value * x["affordable_value_share"]
    built = area * x["build_gbp_per_m2"] * (1 + x["externals_share"])
    ground = site.hectares * ground_per_ha
    spend = built * (1 + x["contingency_share"] + x["fees_share"]) + ground
    spend = spend + site.capacity_dwellings * x["s106_gbp_per_home"]
    finance = spend * x["finance_rate"] * x["finance_spend_share"] * x["finance_years"]
    taken = market * (x["marketing_share"] + x["return_market_share"]) + affordable * x["return_affordable_share"]
    benchmark = site.hectares * x["euv_gbp_per_ha"] * (1 + x["premium_share"])
    gap = np.maximum(0, benchmark - (market + affordable - spend - finance - taken))
    (gap > 0).mean()
    return float(np.quantile(gap, [0.05, 0.5, 0.95])[1]) / site.capacity_dwellings


def gap_by_pandas(site: Any, x: dict[str, Any], value: Any, ground_per_ha: Any) -> float:
    lines = residual_land_value(
        homes=site.capacity_dwellings,
        hectares=site.hectares,
        value_gbp_per_m2=pd.Series(value),
        remediation_gbp=pd.Series(site.hectares * ground_per_ha),
        inputs={k: pd.Series(v) if np.ndim(v) else v for k, v in x.items()},
    )
    (lines["gap_gbp"] > 0).mean()
    return float(lines["gap_gbp"].quantile([0.05, 0.5, 0.95]).iloc[1]) / site.capacity_dwellings


def by_loop(sites: pd.DataFrame) -> list[float]:
    rng = np.random.default_rng(SEED)
    return one_by_one(
        sites,
        lambda low, central, high: rng.triangular(low, central, high, DRAWS),
        lambda: rng.standard_normal(DRAWS),
        gap_by_numpy,
    )


def by_scipy(sites: pd.DataFrame) -> list[float]:
    from scipy import stats

    rng = np.random.default_rng(SEED)

    def triangular(low: float, central: float, high: float) -> Any:
        mode = (central - low) / (high - low)
        return stats.triang.rvs(mode, loc=low, scale=high - low, size=DRAWS, random_state=rng)

    return one_by_one(sites, triangular, lambda: stats.norm.rvs(size=DRAWS, random_state=rng), gap_by_pandas)


SIDES = {"siteprior": by_siteprior, "loop": by_loop, "scipy": by_scipy}


def one_run(side: str, folder: Path) -> None:
    """Appraise, write the middle of the gap per home, and print what it took."""
    sites = make_sites().head(PEER_SITES[side])
    found, taken = timed(lambda: SIDES[side](sites))
    np.save(folder / f"{side}.npy", np.asarray(found, dtype=float))
    print_found({name: figure * SITES / len(sites) for name, figure in taken.items()})


def measured(runs: int) -> Outcome:
    """Measure all sides in turn, and compare the gaps on the sites all have done."""
    with tempfile.TemporaryDirectory() as folder:
        found = in_turn(dict.fromkeys(SIDES, runs), lambda side: child(__file__, "--one", side, folder))
        gaps = {side: np.load(Path(folder) / f"{side}.npy") for side in SIDES}
    rows, sentences = [], []
    for side, taken in found.items():
        done = PEER_SITES[side]
        note = "" if done == SITES else f"{done:,} sites scaled up"
        rows.append(row_of(WORDS[side], OWN if side == "siteprior" else PEER, taken, note))
        if side != "siteprior":
            ours = gaps["siteprior"][:done]
            apart = np.abs(gaps[side] - ours)
            sentences.append(
                f"Middle of the gap per home, {side}: {np.median(apart):,.0f} GBP apart on the median site, "
                f"{np.quantile(apart, 0.99):,.0f} on the 99th of 100; it is {np.median(ours):,.0f} GBP."
            )
    own = found["siteprior"]
    good = median_of(own) < LIMIT_S and max(each["peak_mb"] for each in own) < LIMIT_MB
    sentences.append(f"Under {LIMIT_S:g} s and {LIMIT_MB / 1024:g} GB: {yes(good)}.")
    return Outcome(f"{SITES:,} sites, {DRAWS:,} draws", rows, sentences, good)


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--one", nargs=2, metavar=("SIDE", "FOLDER"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        one_run(given.one[0], Path(given.one[1]))
        return 0
    return command(measured(given.runs), given.json)


if __name__ == "__main__":
    sys.exit(main())
