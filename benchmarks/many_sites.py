"""Registers of any number of sites from the national one: fewer of its rows, or all and copies moved nearby.

    python benchmarks/many_sites.py REGISTER.csv.gz AREAS.parquet 100000 OUT.csv

Fewer rows are drawn at random, with a seed, and stay as they are. Of more, each copy has a reference and an address of
its own, and lies up to 500 m from where its original does, in the same council; a row without a place stays without
one. The same seed makes the same file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

REACH_M, TRIES = 500.0, 20
COUNCIL = "LADCD_ACTIVE"


def many_sites(
    register: pd.DataFrame, areas: gpd.GeoDataFrame, number: int, *, seed: int = 1, council: str = COUNCIL
) -> pd.DataFrame:
    """Return a register of so many rows; areas have the council's code in a column, in the national grid."""
    rng = np.random.default_rng(seed)
    if number <= len(register):
        kept = np.sort(rng.choice(len(register), number, replace=False))
        return register.iloc[kept].reset_index(drop=True)
    more = number - len(register)
    turns = -(-more // len(register))
    origin = np.concatenate([rng.permutation(len(register)) for _ in range(turns)])[:more]
    copies = register.iloc[origin].reset_index(drop=True)
    copy = (np.arange(more) // len(register) + 2).astype(str)
    row = origin.astype(str)
    copies["site"] = copies["site"].fillna("site").astype(str) + "-copy" + copy + "-" + row
    copies["site-address"] = "Plot " + pd.Series(copy) + " of row " + row + ", " + copies["site-address"].fillna("")
    to_grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    start = np.column_stack(to_grid.transform(copies["longitude"].to_numpy(), copies["latitude"].to_numpy()))
    copies["longitude"], copies["latitude"] = _degrees(_moved(start, areas, rng, council), to_grid)
    return pd.concat([register, copies], ignore_index=True)


def _degrees(places: Any, to_grid: Transformer) -> tuple[Any, Any]:
    x, y = to_grid.transform(places[:, 0], places[:, 1], direction="INVERSE")
    return [np.where(np.isfinite(each), np.round(each, 6), np.nan) for each in (x, y)]


def _moved(start: Any, areas: gpd.GeoDataFrame, rng: np.random.Generator, council: str) -> Any:
    """Move places up to 500 m; one that leaves its council is drawn again, the last time not moved at all.

    The same is done with places in no area, as long as their moved place is in none.
    """
    tree = shapely.STRtree(areas.geometry.to_numpy())
    codes = np.append(areas[council].astype(str).to_numpy(), "")

    def councils(places: Any) -> Any:
        at, area = tree.query(shapely.points(places), "intersects")
        found = np.full(len(places), len(codes) - 1)
        found[at[::-1]] = area[::-1]
        return codes[found]

    moved, known = start.copy(), np.isfinite(start).all(axis=1)
    home = np.full(len(start), "", dtype=codes.dtype)
    home[known] = councils(start[known])
    left = np.flatnonzero(known)
    for _ in range(TRIES):
        far, turn = REACH_M * np.sqrt(rng.random(len(left))), rng.uniform(0, 2 * np.pi, len(left))
        there = start[left] + np.column_stack([far * np.cos(turn), far * np.sin(turn)])
        good = councils(there) == home[left]
        moved[left[good]] = there[good]
        left = left[~good]
        if not len(left):
            break
    return moved


def write_register(source: Path, areas: gpd.GeoDataFrame, number: int, target: Path, *, seed: int = 1) -> None:
    """Write a register of so many rows as CSV."""
    register = pd.read_csv(source, dtype="str", keep_default_na=False, na_values=[""])
    for name in ("longitude", "latitude"):
        register[name] = pd.to_numeric(register[name], errors="coerce")
    target.parent.mkdir(parents=True, exist_ok=True)
    many_sites(register, areas, number, seed=seed).to_csv(target, index=False)


if __name__ == "__main__":
    write_register(Path(sys.argv[1]), gpd.read_parquet(sys.argv[2]).to_crs(27700), int(sys.argv[3]), Path(sys.argv[4]))
