from __future__ import annotations

import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.joins.access.street_check import check_streets
from siteprior.joins.access.walks import Walking
from siteprior.walking.network import build_network


@pytest.fixture
def streets():
    return build_network(shapely.linestrings([[(0, 0), (1000, 0)], [(1000, 0), (1000, 300)]]))


def test_sites_and_stops_off_the_streets_are_reported(make_sites, make_stops, make_shapes, streets):
    sites = make_sites((500, 100), (500, 300), None, (3000, 0), (500, 400))
    shapes = make_shapes(sites, None, None, None, None, shapely.box(400, 200, 600, 600))
    stops = make_stops(
        ("9100A", "rail", 0, 0), ("9100B", "rail", 0, 900), ("4300A", "bus", 0, 800, "planned"),
        *((f"43{n:02}", "bus", n, 700) for n in range(12)), ("43ZZ", "bus", 1, 1),
    )  # fmt: skip
    told = check_streets(sites, stops, Walking(streets, shapes=shapes), file="streets.pbf")
    assert told["site_id"].tolist() == [sites.index[1], sites.index[3], "", ""]  # the last one's edge is near enough
    assert set(told["file"]) == {"streets.pbf"}
    assert told["value"].tolist()[2].startswith("12 of 13 open bus stops: 4300, 4301, ")
    assert told["value"].tolist()[2].endswith("4309, …")
    assert told["value"].tolist()[3] == "1 of 2 open rail stops: 9100B"
    assert check_streets(sites.iloc[:1], stops[stops["mode"] == "rail"][:1], Walking(streets)).empty
    assert len(check_streets(sites, stops, Walking(streets, shapes=shapes, max_snap_m=1000))) == 1


def test_streets_of_another_place_are_refused(make_sites, make_stops, streets):
    far = make_sites((90_000, 0), None)
    with pytest.raises(InputError, match=r"helsinki\.pbf: no street lies within 250 m of any site or stop"):
        check_streets(far, make_stops(("1", "bus", 80_000, 0)), Walking(streets), file="helsinki.pbf")
    assert len(check_streets(far, make_stops(("1", "bus", 10, 0)), Walking(streets))) == 1
    assert check_streets(make_sites(None), make_stops(("1", "bus", 10, 0)), Walking(streets)).empty
