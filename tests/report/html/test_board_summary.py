"""The board summary as a page: a disc per opportunity, a line for each of the first, and blanks as blanks."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.report.html import board_summary
from siteprior.report.html.board_summary import DISC, NAMED, write_board_summary

CRITERIA = pd.DataFrame({"criterion": ["walk", "homes"], "title": ["Walk", "Homes"], "weight": [0.5, 0.5]})
RECORD = {
    "title": "T", "area": "A", "as_of": "2026-01-31", "network_date": "2026-01-31", "price_date": None,
    "siteprior": "1", "illustrative": False, "audience": "internal", "counts": {"sites": 40, "ranked": 30},
    "inputs": [], "attribution": [],
}  # fmt: skip
AREAS = gpd.GeoDataFrame(
    {"district_code": ["E1"], "lsoa_name": ["Alder 001A"]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs="EPSG:27700"
)


def ranked(size):
    ids = [f"E1:{n}" for n in range(size)]
    return gpd.GeoDataFrame(
        {
            "site_name": [f"Site {n}" for n in range(size)], "organisation": "E1", "organisation_name": "Alder",
            "rank": range(1, size + 1), "score": np.linspace(0.9, 0.1, size), "c_walk": np.linspace(0.5, 0.0, size),
            "c_homes": 0.2, "hectares": 1.0, "capacity_dwellings": [None, *[10.0] * (size - 1)],
            "minimum_net_dwellings": None, "imd_decile": 1, "market_failure": [None, *["Indicated"] * (size - 1)],
        },
        geometry=[shapely.Point(1000 + n % 3, 1000) for n in range(size)], index=pd.Index(ids, name="site_id"),
        crs="EPSG:27700",
    )  # fmt: skip


def written(path, sites, shortlist, **changed):
    lines = gpd.GeoDataFrame({"kind": []}, geometry=[], crs="EPSG:27700")
    bands = pd.DataFrame({"rank": sites["rank"], "site_name": sites["site_name"], "score": sites["score"],
                          "top_k_acceptability": 0.5})  # fmt: skip
    facts = {
        "record": RECORD, "criteria": CRITERIA, "areas": AREAS, "corridors": lines, "acceptability": bands,
        "evidence_files": pd.DataFrame(), "programme": pd.DataFrame(), "programme_record": {}, "measured": {},
    }  # fmt: skip
    return write_board_summary(path, sites=sites, shortlist=shortlist, **facts | changed).read_text(encoding="utf-8")


def test_the_first_have_a_line_each_and_all_a_disc(tmp_path):
    sites = ranked(30)
    page = written(tmp_path / "b.html", sites, sites.head(25))
    assert page.count('class="on"') == 25
    assert page.count('<tr><td class="n">') == NAMED
    assert "The other 15 stand in the report." in page
    assert "for 1</li>" in page  # whose homes are not known
    assert "Cannot tell" in page


def test_discs_do_not_meet():
    sites = ranked(12)
    drawn = board_summary._map(AREAS, gpd.GeoDataFrame({"kind": []}, geometry=[], crs="EPSG:27700"), sites, None)
    places = np.array([(disc["x"], disc["y"]) for disc in drawn["discs"]])
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + 1e9 * np.eye(len(places))
    assert apart.min() >= DISC - 1.5  # whole units


def test_reasons_are_what_lifts_it_above_the_mean_with_what_was_measured(tmp_path):
    sites = ranked(4)
    rows = board_summary._lines(sites, sites.head(2), CRITERIA, {"E1:0": {"walk": "80 m", "homes": "20 homes"}}, {})
    assert [row["why"] for row in rows] == [["Walk (80 m)"], ["Walk"]]
    assert [row["homes"] for row in rows] == [None, 10.0]
