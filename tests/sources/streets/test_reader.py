"""Where streets lie: clipping, files of another place, islands; and the real extracts."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from factories.real import expected
from siteprior.core.errors import InputError
from siteprior.sources.streets.reader import read_streets

EAST, NORTH = 407000, 286000
ROAD = {"highway": "residential"}
LADDER = {n: (n * 100, 0) for n in range(11)} | {n + 20: (n * 100, 50) for n in range(11)}


def test_streets_wholly_outside_the_area_are_left_out_and_those_that_leave_it_stay_whole(osm):
    rungs = [([n, n + 20], ROAD) for n in range(11)]
    path = osm(LADDER, [(list(range(11)), ROAD), *rungs])
    whole = read_streets(path).table
    assert len(whole.edge_mm) == 19  # nine pieces between rungs, of them the outer two with their rung, and nine rungs
    area = shapely.box(EAST + 220, NORTH - 10, EAST + 280, NORTH + 10)
    [edge] = read_streets(path, within=area).table.edge_mm
    assert edge == pytest.approx(100_000, abs=30)
    # thirty metres wider, the area meets the two rungs and the pieces beyond them, which lose their other ends' rungs
    network = read_streets(path, within=area, margin_m=30).table
    assert np.sort(network.edge_mm) == pytest.approx([50_000, 50_000, 100_000, 100_000, 100_000], abs=30)


def test_a_file_of_another_place_is_refused_with_both_extents(osm, real):
    path = osm(LADDER, [([0, 10], ROAD)])
    with pytest.raises(InputError) as caught:
        read_streets(path, within=shapely.box(500000, 200000, 501000, 201000), margin_m=960, file="far.osm")
    said = str(caught.value)
    assert said.startswith("far.osm: is a street file of another place: it reaches from 407000 286000 to 408000 286000")
    assert (
        "the study area with its margin from 499040 199040 to 501960 201960; give an extract of the study area" in said
    )
    with pytest.raises(
        InputError, match=r"longitude 24\.9\d to 24\.96, latitude 60\.16 to 60\.18\); give an extract of"
    ):
        read_streets(real / "real/osm/Helsinki.osm.pbf")
    with pytest.raises(InputError, match="another place"):
        read_streets(real / "real/osm/r5r_poa_osm.pbf")
    with pytest.raises(InputError, match="within: the area is empty"):
        read_streets(path, within=shapely.Polygon())


def test_newport_clipped_before_it_is_built(real):
    """The extract's ways run far out of Newport; the clipped network is the whole one's part inside, edge by edge."""
    path = real / "real/osm/newport-2023-06-13.osm.pbf"
    area = shapely.box(*expected(whole=(329000, 186000, 333000, 190000), of_slice=(331000, 187500, 331800, 188300)))
    margin = expected(whole=960, of_slice=200)
    clipped, whole = read_streets(path, within=area, margin_m=margin).table, read_streets(path).table
    shapely.prepare(wide := area.buffer(margin))
    assert shapely.intersects(wide, clipped.lines).all()
    inside = shapely.intersection(wide, whole.lines)
    assert shapely.length(shapely.intersection(wide, clipped.lines)).sum() == pytest.approx(
        shapely.length(inside).sum(), abs=0.01
    )
    assert len(clipped.edge_mm) < len(whole.edge_mm) * 2 / 3


def test_real_extracts(real):
    """Ways on foot, private ways, islands: what each extract holds."""
    told = {}
    for name in ("newport-2023-06-13.osm", "rutland-latest.osm", "newport_small-osm"):
        network, issues, (origin,) = read_streets(real / f"real/osm/{name}.pbf")
        private = issues.loc[issues["action"] == "left out: private", "value"].str.split().str[0].tolist()
        told[name] = (origin.rows, int(network.component.max()) + 1, private, origin.vintage)
        # no edge is shorter than the crow flies, none is of no length, and every node is used
        ends = network.edge_from, network.edge_to
        crow = np.hypot(np.subtract(*(network.x[n] for n in ends)), np.subtract(*(network.y[n] for n in ends)))
        assert (network.edge_mm >= np.floor(crow * 1000)).all()
        assert network.edge_mm.min() > 0
        assert np.array_equal(np.unique(np.concatenate(ends)), np.arange(len(network.x)))
    assert told == {
        "newport-2023-06-13.osm": (8440, 75, ["363"], ""),
        "rutland-latest.osm": (6174, 120, ["472"], "2022-07-20"),
        "newport_small-osm": (208, 1, [], ""),
    }


def test_the_same_file_gives_the_same_arrays(real):
    path = real / "real/osm/its-example.osm.pbf"
    one, other = read_streets(path).table, read_streets(path).table
    for name in one.__dataclass_fields__:
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
