"""The access index of 90,000 cells of 100 m, beside the plain way with networkx and pandas on a sample of cells.

    python benchmarks/access_grid.py [--sample 200]

The town is made up (:mod:`synthetic`): 300,000 nodes, 12,000 stops, 600 routes both ways. Each side is a process of
its own; measured is the time after streets and services are in memory, and the process's peak memory. The plain way
is what an analyst would write: cells and stops at their nearest node, one limited search per cell, then a merge with
the services and a group-by. It measures a random sample of the cells; its time is scaled up to all of them.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from register_speed import measure
from siteprior.joins.access.ptal_grid import access_grid
from siteprior.walking.network import WalkNetwork
from synthetic import SIDE_M, SOUTH, WEST, make_network, make_services

LIMIT_S = 30
CELLS = 90_000
CELL_M = 100
ACROSS = int(SIDE_M / CELL_M)
KINDS = {"bus": (640, 2.0), "tram": (960, 0.75), "underground": (960, 0.75), "rail": (960, 0.75), "ferry": (960, 0.75)}


def sampled(sample: int) -> tuple[Any, Any]:
    """Return column and row, from the south-west, of the cells the plain way measures."""
    place = np.random.default_rng(7).choice(CELLS, sample, replace=False)
    return place % ACROSS, place // ACROSS


def siteprior_side(network: WalkNetwork, stops: Any, services: pd.DataFrame, sample: int) -> None:
    """Measure all cells twice and say how long the first and the second call took: the first compiles or loads."""
    area = shapely.box(WEST, SOUTH, WEST + SIDE_M, SOUTH + SIDE_M)
    taken = []
    for _ in range(2):
        start = time.perf_counter()
        grid = access_grid(area, stops, services, network)
        taken.append(time.perf_counter() - start)
    column, row = sampled(sample)
    mean = grid.index[ACROSS - 1 - row, column].mean()
    print(f"{taken[0]}|{taken[1]}|{np.isfinite(grid.index).sum()} cells; mean index of the sample {mean:.2f}")


def plain_side(network: WalkNetwork, stops: Any, services: pd.DataFrame, sample: int) -> None:
    """Measure a sample of cells with networkx and pandas, and scale the time up to all cells."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(
        zip(network.edge_from.tolist(), network.edge_to.tolist(), (network.edge_mm / 1000).tolist(), strict=True)
    )
    centres = np.column_stack(sampled(sample)) * CELL_M + (WEST + CELL_M / 2, SOUTH + CELL_M / 2)
    start = time.perf_counter()
    tree = cKDTree(np.column_stack([network.x, network.y]))
    at = pd.DataFrame({"node": tree.query(stops.get_coordinates())[1], "stop_code": stops.index})
    called = at.merge(services, on="stop_code")
    limits = {mode: cutoff for mode, (cutoff, _) in KINDS.items()}
    waits = {mode: wait for mode, (_, wait) in KINDS.items()}
    indices = []
    for node in tree.query(centres)[1]:
        reached = nx.single_source_dijkstra_path_length(graph, int(node), cutoff=960, weight="weight")
        walk = pd.DataFrame({"node": reached.keys(), "walk_m": reached.values()})
        near = walk.merge(called, on="node")
        near = near[near["walk_m"] <= near["mode"].map(limits)].sort_values(["walk_m", "stop_code"])
        ways = near.drop_duplicates(["mode", "route", "direction"])
        routes = ways.groupby(["mode", "route"]).agg({"walk_m": "min", "per_hour": "max"}).reset_index()
        edf = 30 / (routes["walk_m"] / 80 + 30 / routes["per_hour"] + routes["mode"].map(waits))
        by_mode = edf.groupby(routes["mode"])
        indices.append((by_mode.sum() + by_mode.max()).sum() / 2)
    taken = (time.perf_counter() - start) * CELLS / sample
    print(f"{taken}|{taken}|{sample} cells; mean index of the sample {np.mean(indices):.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed and memory of the access grid, beside networkx and pandas.")
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--one", choices=["siteprior", "plain"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        town = (make_network(), *make_services())
        _ = siteprior_side(*town, given.sample) if given.one == "siteprior" else plain_side(*town, given.sample)
        return 0
    print(f"{CELLS} cells; {os.cpu_count()} cores; Python {platform.python_version()}\n")
    print("| Side | First call | Second call | Peak memory | What came out |\n| --- | ---: | ---: | ---: | --- |")
    calls = {}
    for side, name in (("siteprior", "siteprior"), ("plain", f"networkx and pandas, {given.sample} cells scaled up")):
        _, memory, output = measure([sys.executable, __file__, "--one", side, "--sample", str(given.sample)])
        first, second, what = output.split("|")
        calls[side] = float(first)
        again = f"{float(second):.1f} s" if side == "siteprior" else "–"
        print(f"| {name} | {float(first):,.1f} s | {again} | {memory:.0f} MB | {what} |")
    print(f"\nUnder {LIMIT_S} s: {'yes' if calls['siteprior'] < LIMIT_S else 'no'}; ", end="")
    print(f"{calls['plain'] / calls['siteprior']:.0f} times as fast as the plain way")
    return 0 if calls["siteprior"] < LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
