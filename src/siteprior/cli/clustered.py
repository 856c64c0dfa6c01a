"""Where the parts of a job are done, for the commands whose work comes in parts; and the surface of walks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siteprior.core.cluster import Cluster


def cluster_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of a command that may do its work on a cluster."""
    one = command.add_mutually_exclusive_group()
    one.add_argument("--workers", type=int, metavar="N", help="do parts on N processes (extra siteprior[cluster])")
    one.add_argument("--scheduler", metavar="ADDRESS", help="do parts on a Dask cluster, such as tcp://10.0.0.5:8786")


@contextmanager
def cluster_of(options: argparse.Namespace) -> Iterator[Cluster | None]:
    """Yield the cluster asked for while the block lasts; ``None`` where the work is to be done here."""
    if options.workers is None and options.scheduler is None:
        yield None
        return
    from siteprior.core.cluster import cluster

    with cluster(workers=options.workers, scheduler=options.scheduler) as made:
        yield made


def print_walks(options: argparse.Namespace, asked: dict[str, Any]) -> int:
    """Write the surface of walks (metres) that ``access --walks`` asks for, and print what it holds."""
    from siteprior.core.terminal import listing
    from siteprior.pipeline.walk_surface import measure_walks

    if options.timetables or options.points or options.date:
        raise argparse.ArgumentTypeError("access: --walks is measured from stops; no --timetables, --points or --date")
    with cluster_of(options) as cluster:
        done = measure_walks(options.project, cluster=cluster, **asked)
    print(listing(done.bands.reset_index()))
    print(f"Written to {options.out}: walks.tif opens in QGIS; 65534 is farther than the cut-off.")
    return 0
