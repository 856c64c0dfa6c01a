"""``sp.report.explore`` of every table with places: a map in a live notebook, and in no page that a run writes.

Tiles and scripts of such a map come from the web. The browser here gets Leaflet's own files (npm, BSD-2-Clause) from
this machine: ``.ci/programs.sh`` puts them beside itself.
"""

from __future__ import annotations

import ast
import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest

import siteprior as sp
from conftest import ROOT
from factories.results import at_points
from siteprior.core import schema
from siteprior.core.files import shipped
from siteprior.core.schema.declared import TABLES

DATA = shipped("data")
ADDED = re.compile(r"geo_json_[0-9a-f]+_add\((\{.*\})\);\s*$", flags=re.MULTILINE)
LEAFLET = ROOT / ".ci" / "node_modules" / "leaflet" / "dist"
WITH_PLACES = [table for table in TABLES if table.geometry]
VALUES = {"text": "a", "flag": "yes", "number": 1.5, "integer": 2, "date": pd.Timestamp("2026-01-31")}


def features(table):
    """Return what the map of a table holds, as its page states it; geopandas' own map of it has as many places."""
    own, plain = (
        [feature for data in re.findall(ADDED, drawn.get_root().render()) for feature in json.loads(data)["features"]]
        for drawn in (sp.report.explore(table), table.explore())
    )
    assert len(own) == len(plain)
    return own


@pytest.mark.parametrize("declared", WITH_PLACES, ids=lambda table: table.name)
def test_every_declared_table_with_places_is_drawn_whole(declared):
    rows = {c.name: [c.allowed[0] if c.allowed else VALUES[c.kind], None] for c in declared.columns}
    places = gpd.points_from_xy([400_000, 401_000], [290_000, 290_000])
    given = pd.DataFrame(rows, index=pd.Index(["a", "b"], name=declared.index)).astype(object)
    table = schema.conform(gpd.GeoDataFrame(given, geometry=places, crs=27700), declared)
    drawn = features(table)
    assert [feature["properties"][declared.index] for feature in drawn] == ["a", "b"]
    assert set(declared.names) <= set(drawn[0]["properties"])


@pytest.mark.parametrize(
    "values",
    [
        [["a", "b"], []], [{"a": 1}, None], [date(2026, 1, 31), None], pd.to_datetime(["2026-01-31", None]),
        pd.Categorical(["a", None]), pd.array([True, None], dtype="boolean"), pd.array([1, None], dtype="Int64"),
        [True, False], [1, "a"], [(1,), {2}], [float("nan"), 1.5], [b"a", None],
    ],
    ids=lambda values: f"{type(values).__name__} {values[0]!r}",
)  # fmt: skip
def test_columns_of_a_users_own_do_not_break_it(values):
    sites = at_points((400_000, 290_000), (401_000, 290_000))
    sites["own"] = pd.Series(list(values), index=sites.index) if isinstance(values, list) else values
    assert [feature["properties"]["site_id"] for feature in features(sites)] == sites.index.tolist()


@pytest.mark.parametrize(
    "values",
    [pd.period_range("2026-01", periods=2, freq="M"), pd.to_timedelta([1, None], unit="D"), pd.interval_range(0, 2)],
    ids=lambda values: type(values).__name__,
)
def test_periods_and_lengths_of_time_are_shown_as_text_in_every_table_that_is_returned(values):
    sites = at_points((400_000, 290_000), (401_000, 290_000))
    sites["own"] = pd.Series(values, index=sites.index)
    drawn = features(schema.conform(sites, schema.SITES))
    assert [feature["properties"]["own"] for feature in drawn] == [None if pd.isna(v) else str(v) for v in values]


READ = {
    "register": lambda: sp.read_registers(DATA / "sites" / "walsall.csv").table,
    "audit": lambda: sp.audit(DATA / "sites" / "solihull.csv").sites,
    "stops": lambda: sp.read_stops(DATA / "transit" / "naptan.csv").table,
    "areas": lambda: sp.read_areas(DATA / "boundaries/lsoa21.geojson", code="LSOA21CD", year=2021).table,
    "walks": lambda: sp.access.catchments(at_points((400_000, 290_000)), bands_m=[400, 800]),
}


@pytest.mark.parametrize("name", READ)
def test_what_readers_return_is_drawn_with_every_row_that_has_a_place(name):
    table = READ[name]()
    placed = table[table.geometry.notna() & ~table.geometry.is_empty]
    assert len(placed) > 0
    assert len(features(table)) == len(placed)


def test_no_page_of_the_documents_draws_text_of_files_with_geopandas_own_map():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        calls = re.findall(r"[\w.\]]+\.explore\((?=[^)])", page.read_text(encoding="utf-8"))
        assert set(calls) <= {"sp.report.explore("}, page


def test_a_runs_tables_are_drawn_with_every_site(sample_run):
    run = sp.open_run(sample_run)
    drawn = {name: table for name, table in run.items() if isinstance(table, gpd.GeoDataFrame)}
    assert {"sites", "shortlist", "corridors", "stops", "areas"} <= set(drawn)
    for name, table in drawn.items():
        assert len(features(table)) == int(table.geometry.notna().sum()), name
    ids = [feature["properties"]["site_id"] for feature in features(run.shortlist)]
    assert ids == run.shortlist.index.tolist()


def test_no_page_that_a_run_writes_holds_such_a_map(sample_run):
    """The pages open without the web: neither package nor notebooks draw one, and no page asks for a file."""
    draws = ROOT / "src/siteprior/report/maps/explore.py"
    asked = ROOT / "src/siteprior/pipeline/notebook/handing.py"  # where the reader sets live_map, which is off
    for path in {*(ROOT / "src").rglob("*.py"), *(ROOT / "notebooks").rglob("*.py")} - {draws, asked}:
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        assert not [call for call in calls if ast.unparse(call.func).rpartition(".")[2] == "explore"], path
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not [cell for cell in cells if cell["cell_type"] == "code" and ".explore(" in "".join(cell["source"])]
    pages = sorted(sample_run.rglob("*.html"))
    assert pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "leaflet" not in text.casefold(), page
        assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"']?(https?:)?//", text), page


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that writes no line for each request."""

    def log_message(self, *words):
        """Write nothing."""


def test_a_browser_draws_every_site_with_leaflet_from_this_machine(tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None or not LEAFLET.is_dir():
        pytest.skip("Chromium, or Leaflet's files (.ci/programs.sh), are not on this machine")
    sites = sp.read_registers(DATA / "sites" / "walsall.csv").table
    page = sp.report.explore(sites, tiles=None).get_root().render()
    # what else folium asks the web for is not needed to draw points: it is not found, and the map is there
    page = re.sub(r"https://cdn\.jsdelivr\.net/npm/leaflet@[\d.]+/dist/", "/", page)
    shutil.copytree(LEAFLET, tmp_path / "web")
    (tmp_path / "web" / "map.html").write_text(page, encoding="utf-8")
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path / "web"))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        done = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
             f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000", "--window-size=1000,800",
             "--dump-dom", f"http://127.0.0.1:{server.server_address[1]}/map.html"],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert done.returncode == 0, done.stderr
    assert "leaflet-container" in done.stdout
    assert done.stdout.count("leaflet-interactive") == len(sites[sites.geometry.notna()])
