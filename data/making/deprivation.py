"""Deprivation: smooth surfaces, higher towards the main centres, put through the published IoD arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from making.world import COUNCILS, World, csv_text, stream

LSOAS_IN_ENGLAND = 33_755  # 2021 LSOAs, the number the real ranks of 2025 run to
# Weight in the index (IoD technical report), how closely the domain follows the common surface, its shift, its score.
DOMAINS: dict[str, tuple[float, float, float, Callable[[np.ndarray], np.ndarray]]] = {
    "Income": (0.225, 0.95, 0.0, lambda z: np.minimum(np.exp(-1.7 + 0.75 * z), 0.95)),
    "Employment": (0.225, 0.93, 0.0, lambda z: np.minimum(np.exp(-2.2 + 0.6 * z), 0.9)),
    "Education, Skills and Training": (0.135, 0.85, 0.1, lambda z: transformed(ndtr(z))),
    "Health Deprivation and Disability": (0.135, 0.9, 0.0, lambda z: 0.88 * z),
    "Crime": (0.093, 0.7, 0.1, lambda z: 0.84 * z),
    "Barriers to Housing and Services": (0.093, 0.25, 0.2, lambda z: np.maximum(21.7 + 10.2 * z, 0.5)),
    "Living Environment": (0.093, 0.75, 0.2, lambda z: transformed(ndtr(z))),
}


def transformed(share: np.ndarray) -> np.ndarray:
    """Return the IoD's exponential transformation of a rank scaled to 0–1 (1 = most deprived), 0–100."""
    return -23 * np.log(1 - share * (1 - np.exp(-100 / 23)))


def surface(rng: np.random.Generator, xy: np.ndarray) -> np.ndarray:
    """Draw a smooth surface of mean 0 and variance about 1 from eight waves 7 to 20 km long."""
    angle, phase = rng.uniform(0, 2 * np.pi, (2, 8))
    length = rng.uniform(7_000, 20_000, 8)
    waves = np.cos(2 * np.pi * (xy @ np.array([np.cos(angle), np.sin(angle)])) / length + phase)
    return waves.sum(axis=1) / 2


def unique_ranks(deprivation: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Rank among all LSOAs of England (1 = most deprived) by the share more deprived, each rank once."""
    ranks = np.maximum(np.ceil(share * LSOAS_IN_ENGLAND).astype(int), 1)
    taken = 0
    for i in np.argsort(-deprivation, kind="stable"):
        taken = ranks[i] = max(ranks[i], taken + 1)
    return ranks


def deprivation_of(world: World) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Draw score and rank of the index and of each domain; the index is the weighted sum of the domains."""
    rng = stream("deprivation")
    main = np.array([council.centres[0] for council in COUNCILS.values()]) * 1000.0
    width = np.array([[6_000 if key == "birmingham" else 3_800] for key in COUNCILS])
    near = np.exp(-((np.hypot(*(world.seeds[:, None, :] - main).T) / width) ** 2)).max(axis=0)
    leafy = np.isin(world.council, ["solihull"]) * -0.9
    common = 1.9 * near + 0.55 * surface(rng, world.seeds) + leafy - 0.05
    domains, index = {}, np.zeros(len(world.codes))
    for name, (weight, follows, shift, score) in DOMAINS.items():
        own = 0.8 * surface(rng, world.seeds) + 0.4 * rng.normal(size=len(common))
        z = np.clip(follows * common + np.sqrt(1 - follows**2) * own + shift, -2.6, 2.9)
        domains[name] = (score(z), unique_ranks(z, ndtr(-z)))
        index += weight * transformed(ndtr(z))
    # Invented, roughly the shape of the real one: the share of England's LSOAs more deprived than a score.
    return {
        "Index of Multiple Deprivation (IMD)": (index, unique_ranks(index, np.exp(-((index / 23.7) ** 1.2)))),
        **domains,
    }


def write_deprivation(world: World) -> dict[str, bytes]:
    """Write scores, ranks and deciles with the long headers, the BOM and the mixed number styles of gov.uk's files."""
    header = [
        "LSOA code (2021)",
        "LSOA name (2021)",
        "Local Authority District code (2024)",
        "Local Authority District name (2024)",
    ]
    columns: list[list[str]] = [
        world.codes, world.names,
        [COUNCILS[key].code for key in world.council], [COUNCILS[key].name for key in world.council],
    ]  # fmt: skip
    for name, (scores, ranks) in deprivation_of(world).items():
        rate = " (rate)" if name in ("Income", "Employment") else ""
        header += [
            f"{name} Score{rate}", f"{name} Rank (where 1 is most deprived)",
            f"{name} Decile (where 1 is most deprived 10% of LSOAs)",
        ]  # fmt: skip
        deciles = np.ceil(ranks / (LSOAS_IN_ENGLAND / 10)).astype(int)
        rank_style, decile_style = {
            "Index of Multiple Deprivation (IMD)": ("{:,}", "{}"),
            "Income": ("{:.2f}", "{:.2f}"),
        }.get(name, ("{}", "{}"))
        columns += [
            [f"{score:.3f}" for score in scores], [rank_style.format(rank) for rank in ranks],
            [decile_style.format(decile) for decile in deciles],
        ]  # fmt: skip
    text = csv_text([header, *zip(*columns, strict=True)], end="\r\n")
    return {"deprivation/iod2025.csv": text.encode("utf-8-sig")}


def write_fuel_poverty(world: World) -> dict[str, bytes]:
    """Write households in fuel poverty by small area: more where incomes are low and homes poor."""
    rng = stream("fuel poverty")
    known = deprivation_of(world)
    households = rng.integers(520, 980, len(world.codes))
    share = 8 + 30 * known["Income"][0] + 0.12 * known["Living Environment"][0] + rng.normal(0, 1.5, len(households))
    poor = np.round(households * np.clip(share, 3, 60) / 100).astype(int)
    rows = [
        [code, name, COUNCILS[key].code, COUNCILS[key].name, "West Midlands", of, few, f"{100 * few / of:.3f}"]
        for code, name, key, of, few in zip(world.codes, world.names, world.council, households, poor, strict=True)
    ]
    header = [
        "LSOA Code", "LSOA Name", "LA Code", "LA Name", "Region", "Number of households",
        "Number of households in fuel poverty", "Proportion of households fuel poor (%)",
    ]  # fmt: skip
    return {"deprivation/fuel_poverty.csv": csv_text([header, *rows]).encode()}
