"""Walks of 4,000 sites to 12,000 stops within 960 m on 300,000 nodes: siteprior beside networkx and scipy.

    python benchmarks/walks.py [--runs 5] [--quick]

The town is made up (``synthetic.py``), the same every time. Each run is a process of its own, the sides in turn, so
that a slow spell of the machine falls on all. Timed is what comes after loading, from snapped points to walks: the
searches, and the picking of the stops from what was reached. networkx and scipy search a graph that has a node at every
snapped point already. The snapping itself stands in a row of its own; siteprior must do both within the limit.
siteprior's loops are called once before; what that call takes in a fresh process is stated below the table. The peak
memory is the whole process's. All sides must find the same pairs and the same millimetres.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from measuring import (
    BESIDE,
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
from siteprior.walking.network import WalkNetwork
from siteprior.walking.walk import Snapped, snap, walks
from synthetic import make_network, make_points

NODES, KEPT, SITES, STOPS = size(302_500, 40_000), 0.7, size(4_000, 400), size(12_000, 1_600)
CUTOFF_M, MAX_SNAP_M = 960.0, 250.0
LIMIT_S, OVER_NETWORKX, OVER_SCIPY = 1.0, 15, 10
TOWN = "town.npz"
SCIPY_SITES = 20
"""Sites in one call of scipy: its answer has a number for every site and node, so all at once would take 10 GB;
of 5, 20, 50 and 200 the fastest."""


class Answer(NamedTuple):
    """What one side found, as rows of site, stop and millimetres, and how long it took."""

    seconds: float
    pairs: Any
    processor: float
    snap_s: float = 0.0
    snap_processor: float = 0.0
    first_s: float = 0.0


def by_siteprior(town: dict[str, Any]) -> Answer:
    network = WalkNetwork(**{field.name: town[field.name] for field in fields(WalkNetwork)})

    def snapped(count: int | None = None) -> list[Snapped]:
        return [snap(network, town[name][:count], max_snap_m=MAX_SNAP_M) for name in ("sites", "stops")]

    _, first = timed(lambda: walks(network, *snapped(1), cutoff_m=CUTOFF_M))
    (origins, destinations), snapping = timed(snapped)
    found, taken = timed(lambda: walks(network, origins, destinations, cutoff_m=CUTOFF_M))
    pairs = np.column_stack([found.origin, found.destination, np.rint(found.walk_m * 1000)])
    return Answer(taken["seconds"], pairs, taken["processor"], snapping["seconds"], snapping["processor"],
                  first_s=first["seconds"])  # fmt: skip


def by_networkx(town: dict[str, Any]) -> Answer:
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(*(town[name].tolist() for name in ("tail", "head", "mm")), strict=True))
    nodes, first_stop = town["site_node"].tolist(), int(town["stop_node"][0])
    start, worked = time.perf_counter(), time.process_time()
    pairs = []
    for site, node in enumerate(nodes):
        far = nx.single_source_dijkstra_path_length(graph, node, cutoff=CUTOFF_M * 1000)
        pairs += [(site, other - first_stop, mm) for other, mm in far.items() if other >= first_stop]
    found = np.array(pairs)
    return Answer(time.perf_counter() - start, found, time.process_time() - worked)


def by_scipy(town: dict[str, Any]) -> Answer:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    size = int(town["head"].max()) + 1
    ends = (np.r_[town["tail"], town["head"]], np.r_[town["head"], town["tail"]])
    graph = coo_array((np.tile(town["mm"].astype(float), 2), ends), shape=(size, size)).tocsr()
    nodes, stop_nodes = town["site_node"], town["stop_node"]
    start, worked = time.perf_counter(), time.process_time()
    parts = []
    for first in range(0, len(nodes), SCIPY_SITES):
        far = dijkstra(graph, indices=nodes[first : first + SCIPY_SITES], limit=CUTOFF_M * 1000)[:, stop_nodes]
        site, stop = np.nonzero(np.isfinite(far))
        parts.append(np.column_stack([site + first, stop, far[site, stop]]))
    found = np.concatenate(parts)
    return Answer(time.perf_counter() - start, found, time.process_time() - worked)


SIDES: dict[str, Callable[[dict[str, Any]], Answer]] = {
    "siteprior": by_siteprior,
    "networkx": by_networkx,
    "scipy": by_scipy,
}
WORDS = {
    "siteprior": "siteprior: walks",
    "networkx": "networkx: single_source_dijkstra_path_length, cutoff",
    "scipy": "scipy: csgraph.dijkstra, limit",
}


def make_town(target: Path) -> None:
    """Write network, places, and the graph the other sides search."""
    network = make_network(nodes=NODES, kept=KEPT)
    sites, stops = make_points(SITES, seed=11), make_points(STOPS, seed=12)
    ways = graph_with_points(network, *(snap(network, points, max_snap_m=MAX_SNAP_M) for points in (sites, stops)))
    arrays = {field.name: getattr(network, field.name) for field in fields(network)}
    np.savez(target, sites=sites, stops=stops, **arrays, **ways)


def graph_with_points(network: WalkNetwork, sites: Snapped, stops: Snapped) -> dict[str, Any]:
    """Cut the edges at the snapped points: each gets a node there, and one of its own off the street.

    Sites are the nodes before the stops, and stops the last, so that a number identifies a stop.
    """
    edge, along, away = (np.concatenate(some) for some in zip(sites, stops, strict=True))
    if (edge < 0).any() or (network.edge_from == network.edge_to).any():
        raise SystemExit("a point off the streets, or a loop: not a town of this benchmark")
    count, first = len(edge), len(network.x)
    position = first + np.arange(count)
    order = np.lexsort((along, edge))
    e, place, node = edge[order], along[order], position[order]
    starts, ends = np.r_[True, e[1:] != e[:-1]], np.r_[e[1:] != e[:-1], True]
    whole = np.setdiff1d(np.arange(len(network.edge_mm)), e)
    between = ~ends[:-1]
    ways = [
        (network.edge_from[whole], network.edge_to[whole], network.edge_mm[whole]),
        (network.edge_from[e[starts]], node[starts], place[starts]),
        (node[:-1][between], node[1:][between], (place[1:] - place[:-1])[between]),
        (node[ends], network.edge_to[e[ends]], network.edge_mm[e[ends]] - place[ends]),
        (position, position + count, away),
    ]
    tail, head, mm = (np.concatenate(some).astype(np.int64) for some in zip(*ways, strict=True))
    own = position + count
    return {"tail": tail, "head": head, "mm": mm, "site_node": own[:SITES], "stop_node": own[SITES:]}


def one_run(side: str, folder: Path) -> None:
    """Load the town, answer, write the pairs in order, and print what it took."""
    with np.load(folder / TOWN) as saved:
        town = {name: saved[name] for name in saved.files}
    answer = SIDES[side](town)
    found = answer.pairs.astype(np.int64)
    np.save(folder / f"{side}.npy", found[np.lexsort((found[:, 1], found[:, 0]))])
    print_found({"seconds": answer.seconds, "processor": answer.processor, "snap_s": answer.snap_s,
                 "snap_processor": answer.snap_processor, "first_s": answer.first_s})  # fmt: skip


def measured(runs: int) -> Outcome:
    """Make the town, measure all sides in turn, and compare the pairs."""
    with tempfile.TemporaryDirectory() as folder:
        child(__file__, "--one", "town", folder)
        found = in_turn(dict.fromkeys(SIDES, runs), lambda side: child(__file__, "--one", side, folder))
        pairs = {side: np.load(Path(folder) / f"{side}.npy") for side in SIDES}
    own = found["siteprior"]
    rows = [row_of(WORDS[side], OWN if side == "siteprior" else PEER, taken) for side, taken in found.items()]
    snapped = [{**each, "seconds": each["snap_s"], "processor": each["snap_processor"]} for each in own]
    rows.append(row_of("siteprior: snap sites and stops", BESIDE, snapped))
    same = all(np.array_equal(each, pairs["siteprior"]) for each in pairs.values())
    both = statistics.median(each["seconds"] + each["snap_s"] for each in own)
    over = {side: median_of(found[side]) / median_of(own) for side in ("networkx", "scipy")}
    good = both < LIMIT_S and over["networkx"] >= OVER_NETWORKX and over["scipy"] >= OVER_SCIPY
    sentences = [
        f"The first call in a process loads the compiled loops: {median_of(own, 'first_s'):.2f} s, not in the table. "
        f"The same pairs and millimetres on all sides: {yes(same)}.",
        f"Snap and walks under {LIMIT_S:g} s, walks at least {OVER_NETWORKX} times as fast as networkx and "
        f"{OVER_SCIPY} times as fast as scipy: {yes(good)}.",
    ]
    what = f"{SITES:,} sites, {STOPS:,} stops, {len(pairs['siteprior']):,} pairs within {CUTOFF_M:g} m"
    return Outcome(what, rows, sentences, good, agree=same)


def main() -> int:
    options = parser(__doc__, runs=5)
    options.add_argument("--one", nargs=2, metavar=("SIDE", "FOLDER"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        side, folder = given.one[0], Path(given.one[1])
        make_town(folder / TOWN) if side == "town" else one_run(side, folder)
        return 0
    return command(measured(given.runs), given.json)


if __name__ == "__main__":
    sys.exit(main())
