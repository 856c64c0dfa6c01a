from __future__ import annotations

from siteprior.report.maps.outlines import district_outlines
from siteprior.sources.areas.lsoa import districts


def test_districts_that_are_given_are_those_that_would_be_drawn(made_up):
    areas = made_up.areas.set_index("lsoa_code") if "lsoa_code" in made_up.areas else made_up.areas
    drawn = district_outlines(areas)
    given = district_outlines(areas, districts(areas))
    assert list(drawn) == list(given)
    assert all(drawn[code].equals(given[code]) for code in drawn)
    assert list(district_outlines(areas.iloc[:0], districts(areas))) == []
