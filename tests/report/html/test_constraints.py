"""The constraints on a site's record: what is known, what is not, and nothing that was not asked for."""

from __future__ import annotations

import pandas as pd

from siteprior.report.html.constraints import UNKNOWN, constraint_lines
from siteprior.sources.registry import discover


def test_each_site_lists_what_is_known_and_names_what_is_not():
    discover()
    sites = pd.DataFrame(
        {
            "hectares": [1.0, 2.0], "historic_landfill": [0.62, None],
            "historic_landfill_waste": ["household waste", None], "flood_zone_3": [0.0, 0.001],
            "listed_buildings": [2, 0], "green_belt": [None, None],
        },
        index=pd.Index(["a", "b"], name="site_id"),
    )  # fmt: skip
    first, second = [{line["title"]: line["words"] for line in lines} for lines in constraint_lines(sites)]
    assert first == {
        "Flood zone 3": "none", "Historic landfill": "62% of the site", "Listed buildings within 50 m": "2",
        "Waste of historic landfill": "household waste",
    }  # fmt: skip
    assert second == {
        "Flood zone 3": "under 1% of the site", "Historic landfill": UNKNOWN, "Listed buildings within 50 m": "none",
    }  # fmt: skip
