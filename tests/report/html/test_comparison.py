from __future__ import annotations

import pandas as pd

from siteprior.pipeline.comparison.compare import COLUMNS
from siteprior.report.html.comparison import write_comparison_page

RUN = {"folder": "a", "title": "Quarter", "area": "", "as_of": "2026-01-31", "siteprior": "1", "sites": 3, "ranked": 2,
       "shortlist": 1}  # fmt: skip
HEAD = {
    "a": RUN, "b": RUN | {"as_of": "2026-06-30"}, "audience": "internal", "illustrative": True, "version": "1",
    "matched": {"same id": 3, "earlier id": 1, "place and name": 0}, "only_a": 1, "only_b": 0,
}  # fmt: skip


def page(tmp_path, **changed):
    tables = {
        "changes": pd.DataFrame(columns=list(COLUMNS)), "differences": pd.DataFrame(columns=["kind", "what"]),
        "outcomes": pd.DataFrame(columns=["outcome"]), "counts": pd.DataFrame(columns=["ranked_sites"]),
        "moves": pd.DataFrame(columns=["site_name", "rank_a", "rank_b", "shortlisted_a", "shortlisted_b"]),
        "benefits": pd.DataFrame({
            "by": ["council"], "group": ["Here"], "areas_b": [4], "areas_share_b": [1.0],
            "shortlist_sites_a": [0], "shortlist_homes_a": [0], "shortlist_homes_unknown_a": [0],
            "shortlist_homes_share_a": [0.0], "shortlist_sites_b": [2], "shortlist_homes_b": [30],
            "shortlist_homes_unknown_b": [1], "shortlist_homes_share_b": [1.0],
        }),
    } | changed  # fmt: skip
    return write_comparison_page(tmp_path / "a.html", sentences=["A.", "B."], head=HEAD, **tables).read_text("utf-8")


def test_nothing_to_show_is_stated(tmp_path):
    text = page(tmp_path)
    for words in ("Neither run has a shortlist.", "The earlier run ranked no site.", "Nothing: the same files",
                  "Illustrative data", "Internal: not to leave the team", "1 by the register history",
                  "1 site stands in the earlier run alone, 0 in the later alone"):  # fmt: skip
        assert words in text, words


def test_parts_have_signs_and_undivided_ones_a_column_of_their_own(tmp_path):
    row = dict.fromkeys(COLUMNS) | {
        "site_id": "E1:a", "site_name": "Alder", "change": "up", "rank_a": 2, "rank_b": 1, "score_change": 0.1,
        "data_change": 0.125, "settings_change": -0.025, "method_change": 0.0, "undivided_change": 0.0, "cause": "data",
        "reason": "Homes", "moved_by_others": "no", "shortlisted_a": "no", "shortlisted_b": "yes",
    }  # fmt: skip
    text = page(tmp_path, changes=pd.DataFrame([row]))
    assert ">+0.125<" in text
    assert ">-0.025<" in text
    assert "now shortlisted" in text
    assert '<th class="n">Undivided</th>' not in text
    assert '<th class="n">Undivided</th>' in page(tmp_path, changes=pd.DataFrame([row | {"undivided_change": 0.2}]))


def test_a_list_without_sites_shows_a_dash_and_bars_are_shares_of_the_widest(tmp_path):
    text = page(tmp_path)
    assert "30 homes, 2 sites, 1 without a figure" in text
    assert '<rect class="b" width="100.00"' in text
    assert '<td class="share">–</td>' in text
