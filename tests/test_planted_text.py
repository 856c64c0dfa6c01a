"""Text of files is text in every page: nothing planted in a register, a corridor, a layer or a title runs or asks.

Every text field of a small run holds what would run a script, load a file, or lead elsewhere if it were taken for
markup. Chromium opens every page that the run writes, and this machine listens where the planted text points to.
"""

from __future__ import annotations

import csv
import html
import io
import json
import shutil
import subprocess
import warnings

import pandas as pd
import pytest

import factories.planted
from factories.small import LAYER, few_sales, small_project
from siteprior.core.errors import RunWarning
from siteprior.core.files import shipped
from siteprior.pipeline.audit import audit
from siteprior.pipeline.run import run

PAYLOADS = [
    "<script>{hit}</script>", "<svg onload={hit}>", "<img src=x onerror={hit}>", "<img src={url}>",
    "<body onload={hit}>", "<iframe src={url}></iframe>", "<iframe srcdoc='<script>{hit}</script>'></iframe>",
    "<object data={url}></object>",
    "<embed src={url}>", "<link rel=stylesheet href={url}>", "<style>@import '{url}'</style>", "<base href={url}>",
    "<meta http-equiv=refresh content='0;url={url}'>", "<form action={url}><input autofocus onfocus={hit}></form>",
    "<a href='javascript:{hit}' autofocus onfocus={hit}>x</a>", "<video><source onerror={hit}></video>",
    "<details open ontoggle={hit}>x</details>", "<audio src={url} onerror={hit}>", "<marquee onstart={hit}>x</marquee>",
    "<math><mtext><script>{hit}</script></mtext></math>", "<svg><script>{hit}</script></svg>",
    "<svg><image href={url} /></svg>", "<svg><use href={url}#x /></svg>", "</script><script>{hit}</script>",
    "</title><script>{hit}</script>", "</style><script>{hit}</script>", "</textarea><script>{hit}</script>",
    "--><script>{hit}</script>", "]]><script>{hit}</script>", '"><script>{hit}</script>', "'><script>{hit}</script>",
    '" onmouseover="{hit}" autofocus onfocus="{hit}', "' autofocus onfocus='{hit}", "![x]({url})",
    "[x](javascript:{hit})", "&lt;script&gt;{hit}&lt;/script&gt;", "&#60;script&#62;{hit}&#60;/script&#62;",
    "{{{{ 7 * 7 }}}}", "{{% print 7 %}}",
    "$\\frac{{1}}{{0$", "`<script>{hit}</script>`", "<template><script>{hit}</script></template>",
]  # fmt: skip
HIT = "document.documentElement.dataset.hit=1;fetch('{url}')"


@pytest.fixture
def planted(tmp_path, listening):
    """Return the payloads pointing here, and a register of them: each in every text of a row of its own."""
    url = f"http://127.0.0.1:{listening[0]}/x"
    texts = [payload.format(url=url, hit=HIT.format(url=url)) for payload in PAYLOADS]
    rows = list(csv.DictReader(io.StringIO((shipped("data") / "sites" / "dudley.csv").read_text(encoding="cp1252"))))
    for row, text in zip(rows, texts, strict=False):
        row["SiteReference"] = f"{row['SiteReference'].strip()} {text}"
        row["SiteNameAddress"] = row["Notes"] = row["PlanningHistory"] = row["HazardousSubstances"] = text
    assert len(rows) >= len(texts)
    path = tmp_path / "planted.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path, texts


ON_SIGHT = "<img src=x onerror=document.documentElement.dataset.hit=1>"
"""A payload that may be the name of a file."""


def to_audit(register, folder, texts):
    """Write what an audit names beside the register's own text: files, sheets, columns, councils; return the areas."""
    folder.mkdir()
    rows = pd.read_csv(register, dtype=str, keep_default_na=False)
    read = ["GeoX", "GeoY", "Hectares", "PermissionDate", "OwnershipStatus", "PlanningStatus", "Deliverable",
            "NetDwellingsRangeFrom", "SiteplanURL", "OrganisationURI", "EndDate"]  # fmt: skip
    bad = rows.head(5).assign(**dict.fromkeys(rows.columns.intersection(read), texts[2]))
    bad.to_csv(folder / f"{ON_SIGHT} bad.csv", index=False)
    rows.assign(**{texts[1]: texts[1], ON_SIGHT: "a"}).to_csv(folder / f"{ON_SIGHT}.csv", index=False)
    with pd.ExcelWriter(folder / f"{ON_SIGHT}.xlsx", engine="openpyxl") as book:
        rows.to_excel(book, sheet_name="<svg onload=location='x'>", index=False)
        rows.head(3).to_excel(book, sheet_name="<img src=x onerror=stop()>", index=False)
    (folder / f"{ON_SIGHT} refused.csv").write_text(f"{texts[0]},{texts[1]}\n1,2\n", encoding="utf-8")
    (folder / f"{ON_SIGHT}.docx").write_text(texts[0], encoding="utf-8")
    areas = folder.parent / "councils.geojson"
    corners = [[-2.3, 52.4], [-1.9, 52.4], [-1.9, 52.6], [-2.3, 52.6], [-2.3, 52.4]]
    facts = {"code": "E08000027", "name": f"Dudley {texts[2]} {ON_SIGHT}"}
    shape = {"type": "Polygon", "coordinates": [corners]}
    feature = {"type": "Feature", "properties": facts, "geometry": shape}
    areas.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return areas


def opened(browser: str, page) -> str:
    """Return the document of a page as it stands some seconds after Chromium opened it."""
    return subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--dump-dom",
         page.as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip


def test_no_text_of_a_file_runs_or_asks_in_any_page(planted, listening, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("Chromium is not on this machine")
    path, texts = planted
    title = texts[0].replace("\\", "\\\\").replace('"', '\\"')
    project = small_project(
        tmp_path,
        ('"sites/dudley.csv"', f'{{path = "{path.as_posix()}", organisation = "E08000027"}}'),
        ('title = "One borough"', f'title = "{title}"'),
        ('area = "Dudley (illustrative)"', f'area = "{title}"'),
        append=LAYER.replace('unit = "%"', f'unit = "%"\ntitle = "{title}"')
        + '[publish]\nnotebooks = ["01_shortlist", "02_access", "03_market_failure"]\n'
        + "[weights]\ncorridor_access = 2\nfuel_poverty = 1\n"
        + "[gates]\nbeyond_corridor_walk = false\ntoo_small = false\n",
    )  # fmt: skip
    with warnings.catch_warnings(record=True) as noticed:
        warnings.simplefilter("always", RunWarning)
        folder = run(project, out=tmp_path / "out")
        areas = to_audit(path, tmp_path / "registers", texts)
        audit([path, tmp_path / "registers"], out=tmp_path / "audit", workbooks=False, organisation="E08000027",
              boundaries=areas, boundaries_code="code", boundaries_name="name")  # fmt: skip
    pages = sorted([*folder.rglob("*.html"), *(tmp_path / "audit").rglob("*.html")])
    assert len(pages) == 5, [str(each.message) for each in noticed]
    audited = (tmp_path / "audit" / "audit.html").read_text(encoding="utf-8")
    assert audited.count(html.escape(ON_SIGHT)) > 5  # names of files and of the council
    for page in pages:
        document = opened(browser, page)
        assert document.count("&lt;svg onload=") + document.count("&lt;script&gt;") > 0, page  # planted, and shown
        assert "data-hit" not in document.partition("<body")[0], page
    assert listening[1] == []


def test_no_text_of_any_input_runs_or_asks_in_any_page(planted, listening, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("Chromium is not on this machine")
    register, texts = planted
    words = texts[1].replace("\\", "\\\\").replace('"', '\\"')
    origin = f'publisher = "{words}", licence = "{words}", attribution = "{words}"'
    data = factories.planted.DATA
    areas = json.loads((data / "boundaries/lsoa21.geojson").read_text(encoding="utf-8"))
    areas["features"] = [each for each in areas["features"] if each["properties"]["LADCD_ACTIVE"] == "E08000027"]
    made = {
        "AREAS": factories.planted.shapes(json.dumps(areas), tmp_path / "a.geojson", ["LSOA21NM", "NOTE"], texts),
        "STOPS": factories.planted.table(data / "transit/naptan.csv", tmp_path / "n.csv",
                                         ["CommonName", "LocalityName", "Street", "Landmark", "Indicator", "Town",
                                          "NaptanCode", "PlateCode", "Notes", "AdministrativeAreaCode"], texts),
        "OWN": factories.planted.table(data / "sites/public_estate.csv", tmp_path / "o.xlsx",
                                       ["Asset name", "Ownership", "Held since"], texts),
        "CORRIDORS": factories.planted.corridors(tmp_path / "c.csv", texts),
        "TIMETABLE": factories.planted.timetable(tmp_path / "t.zip", texts),
        "LAYER": factories.planted.shapes((data / "sites/historic_industrial_land.geojson").read_text(encoding="utf-8"),
                                          tmp_path / "l.geojson", ["REF", "FORMER_USE", "NOTE"], texts),
        "IOD": factories.planted.table(data / "deprivation/iod2025.csv", tmp_path / "i.csv",
                                       ["LSOA name (2021)", "Local Authority District name (2024)"], texts),
        "SALES": factories.planted.headless(few_sales(), tmp_path / "s.csv", range(7, 14), [0, 2, 3, 4, 5], texts),
        "POSTCODES": factories.planted.headless((data / "market/codepoint.csv").read_text(encoding="utf-8"),
                                                tmp_path / "p.csv", [5, 6, 7, 9], [0, 1, 4], texts),
        "OLDER": factories.planted.table(data / "sites/older/dudley_2021-12.csv", tmp_path / "h.csv",
                                         ["SiteNameAddress", "PlanningHistory", "Notes", "PlanningStatus"], texts),
    }  # fmt: skip
    at = {name: path.as_posix() for name, path in made.items()}
    corridor = json.dumps(pd.read_csv(made["CORRIDORS"])["corridor"].iloc[0])  # a string of JSON is one of TOML
    project = small_project(
        tmp_path,
        ('"sites/dudley.csv"', f'{{path = "{register.as_posix()}", organisation = "E08000027", {origin}}}'),
        ('title = "One borough"', f'title = "{words}"'),
        ('"transit/naptan.csv"', f'{{path = "{at["STOPS"]}", {origin}}}'),
        ('"transit/timetable.zip"', f'{{path = "{at["TIMETABLE"]}", {origin}}}'),
        ('["transit/corridors.csv"]\n\n[shortlist]', f'["{at["CORRIDORS"]}"]\n\n[shortlist]'),
        ('path = "deprivation/iod2025.csv"', f'path = "{at["IOD"]}", {origin}'),
        (f'path = "{(tmp_path / "areas.geojson").as_posix()}"', f'path = "{at["AREAS"]}", name = "LSOA21NM", {origin}'),
        ('path = "sites/public_estate.csv", name = "public estate"',
         f'path = "{at["OWN"]}", name = "public {words}", {origin}'),
        ('columns = {reference', 'columns = {site_name = "Asset name", ownership_status = "Ownership", reference'),
        ('"sites/older/dudley_2021-12.csv"', f'"{at["OLDER"]}", {origin}'),
        ('openings = ["transit/corridors.csv"]', f'openings = ["{at["CORRIDORS"]}"]'),
        ('postcodes = ["market/codepoint.csv"]', f'postcodes = [{{path = "{at["POSTCODES"]}", {origin}}}]'),
        (f'sales = ["{(tmp_path / "sales.csv").as_posix()}"]', f'sales = [{{path = "{at["SALES"]}", {origin}}}]'),
        sources=("own_sites", "timetables", "history", "openings", "postcodes", "sales"),
        append=f'''
[assumptions]
profile = "wmca"

[assumptions.costs]
build_gbp_per_m2 = {{low = 1500, central = 1700, high = 2000, source = "{words}", date = "{words}"}}
finance_rate = {{central = 0.07, source = "{words}"}}

[[layers]]
name = "historic_land"
title = "{words}"
path = "{at["LAYER"]}"
kind = "vector"
measure = "share"
signal = {{letter = "X", zero = 0, full = 1, grade = "B", reason = "{words}"}}
criterion = {{group = "{words}", worst = 0, best = 1, source = "{words}", date = "{words}", title = "{words}"}}
gate = {{at_most = 0.9, title = "{words}"}}

[[scenarios]]
name = "{words}"


[[scenarios.add_stops]]
corridor = {corridor}
stop_name = "{words}"
easting = 394000
northing = 290000
order = 1
mode = "metro"

[publish]
notebooks = ["01_shortlist", "02_access", "03_market_failure"]

[gates]
beyond_corridor_walk = false
too_small = false
''',
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RunWarning)
        folder = run(project, out=tmp_path / "out")
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) == 4
    for page in pages:
        document = opened(browser, page)
        assert "data-hit" not in document.partition("<body")[0], page
        assert document.count("&lt;svg onload=") + document.count("&lt;script&gt;") > 0, page  # planted, and shown
    assert listening[1] == []


def test_the_browser_would_notice(listening, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("Chromium is not on this machine")
    url = f"http://127.0.0.1:{listening[0]}/x"
    page = tmp_path / "page.html"
    page.write_text(f'<html><body><p>a</p><svg onload="{HIT.format(url=url)}"></svg></body></html>', encoding="utf-8")
    assert "data-hit" in opened(browser, page)
    assert len(listening[1]) == 1
