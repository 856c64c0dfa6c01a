"""Which of the places that links name are a check."""

from __future__ import annotations

import numpy as np
import shapely

from siteprior.core.io.messy_tables import TextTable
from siteprior.registers.column_names import Headers
from siteprior.registers.coordinates.link_check import LinkCheck, link_check
from siteprior.registers.rows import Rows

AREA = shapely.box(390_000, 290_000, 420_000, 310_000)


def link(east, north):
    return f"https://example.org/map?x={east}&y={north}"


def rows_of(*cells, header=("link",), owners=()):
    numbers = list(range(2, len(cells) + 2))
    table = TextTable(tuple(header), 1, list(cells), numbers, [], "utf-8", ",")
    return Rows({}, numbers, [""] * len(cells), Headers((), tuple(owners), "test"), table, len(cells))


def checked(rows, area=AREA, groups=None):
    count = len(rows.numbers)
    groups = np.array(groups or ["E1"] * count, dtype=object)
    found = link_check(rows, [area] * count, groups)
    return {} if found is None else dict(zip(found.rows.tolist(), found.east.tolist(), strict=True))


def test_a_link_counts_in_whatever_column_it_stands_but_in_one_of_owners():
    header = ("SiteplanURL", "Anything", "OwnerName")
    cells = [
        (link(400_000, 300_000), "", ""),
        ("", f"see {link(401_000, 300_000)}", ""),
        ("", "", link(402_000, 300_000)),
    ]
    rows = rows_of(*cells, header=header, owners=["OwnerName"])
    assert checked(rows) == {0: 400_000, 1: 401_000}


def test_the_middle_of_the_councils_map_is_left_out():
    everywhere = [(link(400_000, 300_000),)] * 4
    assert checked(rows_of(*everywhere)) == {}
    assert checked(rows_of(*everywhere, (link(410_000, 300_000),))) == {4: 410_000}
    assert checked(rows_of(*everywhere[:2])) == {}  # all that have a link
    # two phases of one site may share its plan
    assert checked(rows_of(*everywhere[:2], (link(410_000, 300_000),))) == {0: 400_000, 1: 400_000, 2: 410_000}
    # and what stands once in each of several registers stands once
    assert checked(rows_of(*everywhere), groups=["E1", "E2", "E3", "E4"]) == dict.fromkeys(range(4), 400_000)


def test_a_place_outside_the_council_is_left_out():
    rows = rows_of((link(400_000, 300_000),), (link(400_000, 500_000),), (link(389_000, 300_000),))
    assert checked(rows) == {0: 400_000, 2: 389_000}  # the last within the tolerance of the boundary
    # without boundaries: far from the places of the register's other links
    near = rows_of((link(400_000, 300_000),), (link(401_000, 300_000),), (link(402_000, 500_000),))
    assert checked(near, area=None) == {0: 400_000, 1: 401_000}


def test_rows_without_links_have_no_check():
    assert link_check(rows_of(("Old Mill",)), [None], np.array(["E1"], dtype=object)) is None


def test_the_nearest_of_several_places_counts_and_an_extent_from_its_edge():
    check = LinkCheck(*(np.array(each) for each in ([0, 0, 1], [1_000.0, 50.0, 300.0], [0.0] * 3, [0.0, 0.0, 200.0])))
    distance, east, north = check.nearest(np.zeros(3), np.zeros(3))
    assert (distance.tolist(), east[:2].tolist(), north[:2].tolist()) == ([50, 100, np.inf], [50, 300], [0, 0])
    points = np.array([[0.0, 950.0], [0.0, 290.0], [0.0, 0.0]])
    assert check.confirms(points, np.zeros((3, 2))).tolist() == [[True, True], [False, True], [False, False]]
