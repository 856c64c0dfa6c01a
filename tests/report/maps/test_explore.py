"""A map to move and click: what files say stands in it as written, and neither the page nor Python takes it for markup.

The same texts in geopandas' own ``.explore()`` do run, which shows that these tests would notice.
"""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import subprocess
import threading
from html import unescape

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from siteprior.core.errors import InputError
from siteprior.report.maps.explore import _coded, explore

LEAFLET = ROOT / ".ci" / "node_modules" / "leaflet" / "dist"
TEMPLATES = ["{% print 6 * 7 %}", "{{ 6 * 7 }}", "{#6 * 7#}", "{%- if 1 -%}42{%- endif -%}", "{% raw %}", "{{{6 * 7}}}"]
"""What Jinja takes for its own; it makes 42, nothing or an error of each."""


def sites(*names, column="site_name", index=None):
    """Make a table with a site for each name."""
    places = gpd.points_from_xy(400_000 + 100 * np.arange(len(names)), [290_000] * len(names))
    return gpd.GeoDataFrame({column: list(names), "score": 0.5}, geometry=places, crs=27700, index=index)


def drawn(table, *columns, **options):
    """Return the page of a table's map, its character references and those of JavaScript read back once."""
    page = explore(table, *columns, tiles=None, **options).get_root().render()
    return unescape(re.sub(r"\\u00([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), page))


@pytest.mark.parametrize("text", TEMPLATES)
def test_python_fills_in_nothing_that_a_file_says(text):
    given = sites(text, "Mill")
    assert drawn(given).count(text) == 1
    assert drawn(given, "site_name").count(text) == 2  # once more in the legend
    assert drawn(given.set_index("site_name", drop=True)).count(text) == 1
    assert text in drawn(sites("Mill", column=text), popup=True)
    assert text not in drawn(sites("Mill", index=[text]))  # an index without a name is no fact to show
    assert drawn(given.assign(site_name=given["site_name"].astype("category")), "site_name").count(text) == 2


def test_geopandas_own_map_runs_what_stands_in_a_name():
    """As docs/how-to/use-from-python.md says: a version that no longer does makes this fail, and the sentence go."""
    assert '"site_name": "42"' in sites("{% print 6 * 7 %}").explore(tiles=None).get_root().render()


@given(st.text(alphabet=st.sampled_from("<>&\"'`{}%#\\$ab\n \u2028"), max_size=12))
@settings(max_examples=200)
def test_no_sign_of_markup_is_left_and_the_words_are_the_same(text):
    coded = _coded(text)
    assert not set(coded) & set("<>\"'`{}\\\n")
    assert unescape(coded) == " ".join(text.split())


def test_numbers_dates_and_missing_values_are_drawn_as_before():
    given = sites("Mill", None).assign(
        homes=pd.array([12, None], dtype="Int64"), open=[True, False], when=pd.to_datetime(["2026-01-31", None])
    )
    page = drawn(given)
    for fact in (
        '"homes": 12,',
        '"homes": null,',
        '"open": true,',
        '"open": false,',
        '"when": "2026-01-31"',
        '"when": null',
    ):
        assert fact in page
    assert '"site_name": null' in page
    assert '"score": 0.5,' in page


def test_classes_keep_their_order_in_the_legend():
    bands = pd.Categorical(["low <1", "high >5"], categories=["high >5", "low <1"], ordered=True)
    page = drawn(sites("Mill", "Yard").assign(band=bands), "band")
    assert re.findall(r"</span>(.*?)</li>", page) == ["high >5", "low <1"]
    page = drawn(sites("b", "<a>"), "site_name", categories=["b", "<a>"])
    assert re.findall(r"</span>(.*?)</li>", page) == ["b", "<a>"]


def test_values_of_ones_own_colour_the_rows_they_belong_to():
    given = sites("Mill", "Yard", index=["m", "y"])
    by_row = pd.Series({"y": 10.0, "m": 0.0})
    colours = [re.findall(r'case "(\d)"', drawn(given, values)) for values in (by_row, [0.0, 10.0])]
    assert colours[0] == colours[1]
    page = explore(given, by_row, tiles=None, cmap=["#000000", "#ffffff"], categorical=True).get_root().render()
    assert page.index('"fillColor": "#000000"') < page.index('"fillColor": "#ffffff"')
    shades = dict(re.findall(r'"__folium_color": "(#\w+)".*?"site_name": "(\w+)"', page))
    assert shades == {"#000000": "Mill", "#ffffff": "Yard"}


def test_a_column_of_colours_is_used_as_it_is():
    given = sites("Mill").assign(**{"my <colour>": ["#12abef"]})
    assert '"fillColor": "#12abef"' in explore(given, color="my <colour>", tiles=None).get_root().render()


def test_only_what_was_asked_for_is_shown():
    page = explore(sites("Mill"), tooltip=["site_name"], popup="score", tiles=None).get_root().render()
    assert re.findall(r"let fields = (\[.*?\]);", page) == ['["site_name"]', '["score"]']
    assert "let fields" not in explore(sites("Mill"), tooltip=False, tiles=None).get_root().render()


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        (pd.DataFrame({"a": [1]}), {}, "table: needs a table with places .GeoDataFrame., got DataFrame"),
        (gpd.GeoDataFrame({"a": [1]}), {}, "table: needs a table with places"),
        (sites(), {}, "none of its 0 rows has a place"),
        (sites("a").set_geometry(gpd.GeoSeries([None], crs=27700)), {}, "none of its 1 rows has a place"),
        (sites("a"), {"column": "scroe"}, "column: unknown column 'scroe'; did you mean 'score'"),
        (sites("a"), {"column": 3}, "column: unknown column '3'"),
        (sites("a"), {"tooltip": ["nmae"]}, "tooltip: unknown column 'nmae'"),
        (sites("a"), {"popup": [["site_name"]]}, "popup: unknown column"),
        (sites("a"), {"column": [1, 2]}, "column: gives 2 values for 1 rows"),
        (sites("a"), {"column": pd.Series([1, 2], index=["x", "x"])}, "column: gives several values for one row"),
        (sites("a").rename_axis("score"), {}, "two columns, or a column and the index, are called score"),
        (sites("a").rename(columns={"site_name": "score"}), {}, "are called score"),
    ],
)
def test_what_cannot_be_drawn_is_named(table, options, words):
    with pytest.raises(InputError, match=words):
        explore(table, **options)


def test_neither_the_table_nor_the_options_are_changed():
    given, asked = sites("<b>Mill</b>"), ["site_name"]
    before = given.copy()
    explore(given, tooltip=asked, tiles=None)
    pd.testing.assert_frame_equal(given, before)
    assert asked == ["site_name"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that writes no line for each request."""

    def log_message(self, *words):
        """Write nothing."""


POINT_AND_CLICK = """<script>
for (const name of Object.keys(window).filter(name => name.startsWith("map_")))
  window[name].eachLayer(layer => {
    if (layer.feature)
      for (const done of ["mouseover", "click"]) layer.fire(done, { latlng: layer.getLatLng() }, true);
  });
</script></html>"""
"""Show what pointing at every site and clicking it show."""


def seen(page, folder, browser):
    """Return the document of a map in Chromium once every site was pointed at and clicked."""
    page = re.sub(r"https://cdn\.jsdelivr\.net/npm/leaflet@[\d.]+/dist/", "/", page)
    shutil.copytree(LEAFLET, folder / "web")
    (folder / "web" / "map.html").write_text(page.replace("</html>", POINT_AND_CLICK), encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder / "web")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        return subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
             f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000", "--dump-dom",
             f"http://127.0.0.1:{server.server_address[1]}/map.html"],
            capture_output=True, text=True, timeout=120, check=True,
        ).stdout  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("own", [True, False], ids=["explore", "geopandas"])
def test_pointing_at_a_site_and_clicking_it_run_nothing(own, listening, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None or not LEAFLET.is_dir():
        pytest.skip("Chromium, or Leaflet's files (.ci/programs.sh), are not on this machine")
    hit = f"document.documentElement.dataset.hit=1;new Image().src='http://127.0.0.1:{listening[0]}/x'"
    texts = [f'<img src=x onerror="{hit}">', f"</script><script>{hit}</script>", f'`}}"\'];{hit}//',
             f"<iframe srcdoc='<script>parent.{hit}</script>'></iframe>", f'<svg onload="{hit}">']  # fmt: skip
    table = sites(*texts).rename(columns={"score": f'<img src=y onerror="{hit}">'})
    options = {"column": "site_name" if own else None, "popup": True, "tiles": None}
    shown = explore(table, **options) if own else table.explore(**options)
    document = seen(shown.get_root().render(), tmp_path, browser)
    assert document.count("leaflet-interactive") == len(texts)
    assert document.count("<th>site_name</th>") == 2  # the last site's tooltip and popup
    if own:
        assert "data-hit" not in document.partition("<head")[0]
        assert listening[1] == []
        assert document.count("&lt;svg onload=") >= 3  # in the tooltip, the popup and the legend
    else:
        assert "data-hit" in document.partition("<head")[0]
        assert listening[1]
