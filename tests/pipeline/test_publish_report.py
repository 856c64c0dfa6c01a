"""The report of a result: each map is a step and a line, and a picture is kept whole."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd

from siteprior.core.progress import no_progress
from siteprior.pipeline import publish_report
from siteprior.pipeline.publish_report import _catchment_map, _keep


def test_each_map_is_a_step_and_a_line(tmp_path, monkeypatch):
    from siteprior.report.charts import rank_bands
    from siteprior.report.html import report
    from siteprior.report.maps import catchments, core_index, overview, strip

    for module, name in ((overview, "draw_overview"), (strip, "draw_strip_map"), (catchments, "draw_catchments")):
        monkeypatch.setattr(module, name, lambda *_, **__: b"picture")
    for module, name in ((strip, "strip_map_words"), (catchments, "catchment_map_words")):
        monkeypatch.setattr(module, name, lambda *_, **__: "words")
    monkeypatch.setattr(report, "write_report", lambda path, **given: path.write_text(repr(sorted(given))))
    monkeypatch.setattr(publish_report, "_market_section", lambda *_: {})
    monkeypatch.setattr(publish_report, "report_page", lambda *_: "{}")
    monkeypatch.setattr("siteprior.report.html.decision.decision_section", lambda **_: {})
    for module, name in ((rank_bands, "draw_rank_bands"), (core_index, "draw_choice")):
        monkeypatch.setattr(module, name, lambda *_, **__: b"picture")
    for module, name in ((rank_bands, "rank_bands_words"), (core_index, "core_index_words")):
        monkeypatch.setattr(module, name, lambda *_, **__: "words")
    columns = pd.DataFrame(columns=["core_index", "core_class", "chosen"])
    counted = []

    @contextmanager
    def counting(_, what, *, total, **__):
        yield lambda: counted.append((what, total))

    monkeypatch.setattr(publish_report, "counting", counting)
    stops = gpd.GeoDataFrame({"corridor": ["B"], "state": ["open"]}, geometry=[None])
    done = SimpleNamespace(
        **dict.fromkeys(("sites", "corridors", "stops", "areas", "districts", "criteria", "issues", "gates")),
        **dict.fromkeys(("corridor_summary", "scenario_summary", "top_k_acceptability", "programme_constraints")),
        site_corridors=None, programme=pd.DataFrame({"rank": [1]}), core_index=columns, opportunities=pd.DataFrame(),
        programme_record={},
        shortlist=pd.DataFrame(), corridor_stops=stops, leading_corridors=["B", "A", "C"], leading_catchments="drawn",
        record={"attribution": []}, walking=SimpleNamespace(network=None),
        project=SimpleNamespace(
            project=SimpleNamespace(title="T", illustrative=False), publish=SimpleNamespace(strips=2),
            shortlist=SimpleNamespace(n=25),
            corridors=SimpleNamespace(count_planned=False),
        ),
    )  # fmt: skip
    monkeypatch.setattr("siteprior.report.html.corridors.corridor_section", lambda *_, **__: {})
    lines = []
    publish_report.write_report(done, tmp_path, {}, lines.append)
    assert counted == [("Drawing maps", 6)] * 6
    assert lines == [
        "Drawing the map of the shortlist", "Drawing how far the ranks move", "Drawing what the budget buys",
        "Drawing strip map 1 of 2: B", "Drawing strip map 2 of 2: A",
        "Drawing what lies on foot of B", "Writing the report",
    ]  # fmt: skip
    assert (tmp_path / "report.html").is_file()


def test_without_a_leading_corridor_no_catchment_is_drawn(tmp_path):
    assert _catchment_map(SimpleNamespace(leading_catchments=None), tmp_path, no_progress, None) is None
    assert list(tmp_path.iterdir()) == []


def test_a_picture_is_kept_whole(tmp_path):
    _keep(b"picture", tmp_path / "pictures" / "a.png")
    assert (tmp_path / "pictures" / "a.png").read_bytes() == b"picture"
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["a.png"]
