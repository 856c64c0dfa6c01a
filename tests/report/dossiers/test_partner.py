"""A partner's dossiers: what stands on them, escaped, and how they are linked."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from siteprior.core import schema
from siteprior.report.audience import audience_of
from siteprior.report.dossiers.partner import Beside, write_pages
from siteprior.report.dossiers.site_map import ground_of

RECORD = {"as_of": "2026-01-31", "illustrative": False, "siteprior": "0", "inputs": [], "attribution": []}


def pages(folder, **columns):
    index = pd.Index(["E1:a", "E1:b", "E1:c"], name="site_id")
    sites = gpd.GeoDataFrame(
        {"hectares": [1.0, 2.0, 3.0], **columns}, index=index, crs=27700,
        geometry=[shapely.Point(400000 + place, 300000) for place in range(3)],
    )  # fmt: skip
    empty = gpd.GeoDataFrame(geometry=[], crs=27700)
    ground = ground_of(
        areas=empty.assign(district_code="", imd_decile=1.0), corridors=empty.assign(kind=""),
        corridor_stops=empty.assign(corridor="", stop_name="", state="", kind="", chainage_m=1.0),
        stops=empty.assign(stop_name="", mode="", state=""),
    )  # fmt: skip
    shapes = gpd.GeoDataFrame({"shape_basis": "point"}, geometry=sites.geometry, index=index)
    beside = Beside(ground, shapes, pd.DataFrame(), pd.DataFrame(columns=schema.HISTORY.names))
    files = write_pages(
        folder, record=RECORD, audience=audience_of("partner"), sites=sites, beside=beside, titles={"C": "Coordination"}
    )
    return {site: (folder / file).read_text(encoding="utf-8") for site, file in files.items()}


def test_pages_are_linked_in_the_order_of_ids_and_the_ends_have_one_neighbour(tmp_path):
    made = pages(tmp_path)
    assert ["e1_b.html" in made["E1:a"], "e1_a.html" in made["E1:b"], "e1_c.html" in made["E1:b"]] == [True] * 3
    assert "e1_c.html" not in made["E1:a"]


def test_a_column_nobody_named_and_markup_of_a_register_do_no_harm(tmp_path):
    made = pages(tmp_path, site_name="<script>alert(1)</script>", gap_gbp_per_home=731297.0)
    assert not any("<script>alert" in text or "731297" in text or "731,297" in text for text in made.values())
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made["E1:a"]


def test_the_verdict_has_its_signals_by_name_and_a_blank_one_says_so(tmp_path):
    made = pages(
        tmp_path, market_failure=["Indicated", None, "Not found"], market_failure_reasons=["C1B Z2A", None, None]
    )
    assert "Signals that were found: C Coordination (<code>C1B Z2A</code>)" in made["E1:a"]
    assert "no verdict is stated" in made["E1:b"]
    assert "No signal was found" in made["E1:c"]
