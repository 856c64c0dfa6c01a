"""OpenStreetMap files, plain, packed or as ``.pbf``: the ways a walker may use, with what was left out."""

from __future__ import annotations

from array import array
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER, read_bytes
from siteprior.core.issues import IssueLog
from siteprior.core.schema import CRS
from siteprior.sources.streets.noding import Ways, ways
from siteprior.sources.streets.tags import judged
from siteprior.sources.streets.walkable import PRIVATE, TAGS, WALKED, log_ways
from siteprior.walking.network import Ints

if TYPE_CHECKING:
    import osmium

ENDINGS = (".osm.pbf", ".osm.gz", ".osm.bz2", ".osm", ".pbf")
"""How the names of OpenStreetMap files end."""

TAG_NAMES = dict(zip(TAGS, TAGS, strict=True))
"""The tags of a way bear their own names."""

DEGREE = 1e-7
"""OpenStreetMap keeps whole ten-millionths of a degree."""

NOWHERE = 2**31 - 1
"""What the reader has for the place of a node that is not in the file."""


def read_osm(path: Path | str, log: IssueLog, *, private: bool) -> tuple[Ways, str]:
    """Read the walkable ways of an OpenStreetMap file, in metres on EPSG:27700, and the day of its data.

    Parameters
    ----------
    path
        A file with one of :data:`ENDINGS`, or such a member of a zip.
    log
        Takes what was left out.
    private
        Whether private ways are walked.

    Raises
    ------
    InputError
        When the file is broken or cut off, or holds no way a walker may use.
    """
    import osmium

    nodes, lon, lat, way, steps = array("q"), array("i"), array("i"), array("q"), array("b")
    counts: Counter[tuple[str, str]] = Counter()
    open_to = {WALKED, PRIVATE} if private else {WALKED}
    reader = _opened(path)
    try:
        day = reader.header.get("osmosis_replication_timestamp", "")[:10]
        for street in reader:
            assert isinstance(street, osmium.osm.Way)  # the filters of _opened let nothing else pass
            verdict, flight, highway = judged(TAG_NAMES, [street.tags.get(key) for key in TAGS])
            counts[verdict, highway] += 1
            if verdict not in open_to:
                continue
            for node in street.nodes:
                place = node.location
                nodes.append(node.ref)
                lon.append(place.x)
                lat.append(place.y)
            way.extend([len(steps)] * len(street.nodes))
            steps.append(flight)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as fault:
        raise InputError(f"{log.file}: is no whole OpenStreetMap file ({fault}); download it again") from None
    if not steps:
        why = f"; of its {counts.total():,} ways none is open to walkers" if counts else ""
        raise InputError(f"{log.file}: holds no street a walker may use{why}; give an extract with streets")
    log_ways(log, counts, open_to, what="ways")
    return _placed(log, *(np.frombuffer(each, dtype=each.typecode) for each in (nodes, lon, lat, way, steps))), day


def _opened(path: Path | str) -> osmium.FileProcessor:
    """Open a file so that its highways come one by one, their nodes with places."""
    import osmium

    name = str(path)
    source: str | osmium.io.FileBuffer = name
    if ".zip" + MEMBER in name:
        ending = next(each for each in ENDINGS if name.lower().endswith(each))
        source = osmium.io.FileBuffer(read_bytes(path), ending.removeprefix(".").removesuffix(".gz"))
    reader = osmium.FileProcessor(source, osmium.osm.NODE | osmium.osm.WAY).with_locations("flex_mem")
    ways_only = osmium.filter.EntityFilter(osmium.osm.WAY)
    return reader.with_filter(ways_only).with_filter(osmium.filter.KeyFilter("highway"))


def _placed(log: IssueLog, nodes: Ints, lon: Ints, lat: Ints, way: Ints, steps: Ints) -> Ways:
    """Turn the degrees of all vertices into metres at once; log ways that refer to nodes the file lacks."""
    transform = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform
    known = (lon != NOWHERE) & (lat != NOWHERE)
    x, y = np.full(len(lon), np.nan), np.full(len(lat), np.nan)
    x[known], y[known] = transform(lon[known] * DEGREE, lat[known] * DEGREE)
    lost = int((~known).sum())
    if lost:
        log.add("unknown entity", field="nodes", value=f"{len(np.unique(way[~known])):,} ways",
                action=f"left out between {lost:,} nodes that are not in the file")  # fmt: skip
    if lost == len(known):
        raise InputError(
            f"{log.file}: no node of its streets has a place; give a file that holds the nodes before the ways, with "
            "positive numbers (osmium sort and osmium renumber make one)"
        )
    return ways(x, y, nodes, way, steps)
