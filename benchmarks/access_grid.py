"""The access index of 90,000 cells of 100 m, beside the plain way with networkx and pandas on a sample of cells.

    python benchmarks/access_grid.py [--runs 3] [--sample 200] [--quick]

The town is made up (:mod:`synthetic`): 300,000 nodes, 12,000 stops, 600 routes both ways. Each side is a process of
its own; measured is the time after streets and services are in memory, and the process's peak memory. The plain way
is what an analyst would write: cells and stops at their nearest node, one limited search per cell, then a merge with
the services and a group-by. It measures a random sample of the cells; its time is scaled up to all of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from measuring import BESIDE, OWN, PEER, Outcome, child, command, in_turn, parser, print_found, row_of, size, timed, yes
from siteprior.joins.access.ptal_grid import access_grid
from siteprior.walking.network import WalkNetwork
from synthetic import SIDE_M, SOUTH, WEST, make_network, make_services

LIMIT_S = 30
NODES = size(300_000, 60_000)
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
    (_, taken), (grid, again) = [timed(lambda: access_grid(area, stops, services, network)) for _ in range(2)]
    column, row = sampled(sample)
    mean = grid.index[ACROSS - 1 - row, column].mean()
    what = f"{np.isfinite(grid.index).sum()} cells; mean index of the sample {mean:.2f}"
    print_found({**taken, "again_s": again["seconds"], "again_processor": again["processor"], "what": what})


def plain_side(network: WalkNetwork, stops: Any, services: pd.DataFrame, sample: int) -> None:
    """Measure a sample of cells with networkx and pandas, and scale the time up to all cells."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(
        zip(network.edge_from.tolist(), network.edge_to.tolist(), (network.edge_mm / 1000).tolist(), strict=True)
    )
    centres = np.column_stack(sampled(sample)) * CELL_M + (WEST + CELL_M / 2, SOUTH + CELL_M / 2)
    start, worked = time.perf_counter(), time.process_time()
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
    taken, worked = ((now - then) * CELLS / sample
                     for now, then in ((time.perf_counter(), start), (time.process_time(), worked)))  # fmt: skip
    what = f"{sample} cells; mean index of the sample {np.mean(indices):.2f}"
    print_found({"seconds": taken, "processor": worked, "what": what})


def measured(runs: int, sample: int) -> Outcome:
    """Measure both sides in turn; the plain one once."""
    found = in_turn({"siteprior": runs, "plain": 1}, lambda side: child(__file__, "--one", side, "--sample", sample))
    own, plain = found["siteprior"], found["plain"]
    again = [{**each, "seconds": each["again_s"], "processor": each["again_processor"]} for each in own]
    rows = [
        row_of("siteprior: first call", OWN, own, own[0]["what"]),
        row_of("siteprior: second call", BESIDE, again),
        row_of(f"networkx and pandas, {sample} cells scaled up", PEER, plain, plain[0]["what"]),
    ]
    good = all(each["seconds"] < LIMIT_S for each in own)
    return Outcome(f"{CELLS:,} cells of {CELL_M} m", rows, [f"Under {LIMIT_S} s in every run: {yes(good)}."], good)


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--sample", type=int, default=size(200, 20))
    options.add_argument("--one", choices=["siteprior", "plain"], help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        town = (make_network(nodes=NODES), *make_services())
        _ = siteprior_side(*town, given.sample) if given.one == "siteprior" else plain_side(*town, given.sample)
        return 0
    return command(measured(given.runs, given.sample), given.json)


if __name__ == "__main__":
    sys.exit(main())
