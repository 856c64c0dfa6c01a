"""Adding is one file: the five examples of CONTRIBUTING, as one module, add one of each kind to a run.

The module is imported in a process of its own, as a user would, so that nothing stays registered for other tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from conftest import ROOT
from factories.sample import sample_text
from siteprior.core.files import shipped
from test_docs import REGISTERS, fenced

PAGE = ROOT / "CONTRIBUTING.md"
SCRIPT = """
import json, sys
sys.path.insert(0, "modules")
import noise_and_peat
import siteprior as sp
from siteprior.ranking.criteria import criteria_table

run = sp.run("small.toml", out="run")
issues = sp.check("small.toml", out="check")
try:
    sp.check("misspelt.toml", out="never")
except sp.ProjectError as fault:
    refused = fault.faults
dictionary = sp.data_dictionary().query("table == 'sites'").set_index("column")
json.dump(
    {
        "dictionary": dictionary[["label", "unit", "source"]].T.to_dict(),
        "criteria": criteria_table().set_index("criterion")[["worst", "best", "unit"]].T.to_dict(),
        "issues": issues[issues["file"] == "noise.csv"].to_dict("records"),
        "refused": refused,
    },
    open("seen.json", "w"),
)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Run a small project with the module of the examples loaded, and return the folder of what it wrote."""
    folder = tmp_path_factory.mktemp("adding")
    (folder / "modules").mkdir()
    blocks = [block.text for block in fenced(PAGE, PAGE.read_text(encoding="utf-8")) if block.language == REGISTERS]
    (folder / "modules" / "noise_and_peat.py").write_text("\n\n".join(blocks), encoding="utf-8")
    areas = gpd.read_file(shipped("data") / "boundaries" / "lsoa21.geojson").to_crs(27700)
    noise = pd.DataFrame({"lsoa_code": areas["LSOA21CD"]})
    noise["db"] = [("60", "65", "70")[number % 3] for number in range(len(noise))]
    noise.loc[1, "db"] = "loud"
    noise.to_csv(folder / "noise.csv", index=False)
    west, south, east, north = areas.total_bounds
    middle = (west + east) / 2
    peat = gpd.GeoDataFrame(
        {"kind": ["surveyed", "peat"]},
        geometry=[shapely.box(west, south, middle, north), shapely.box(west, south, (west + middle) / 2, north)],
        crs=27700,
    )
    peat.to_crs(4326).to_file(folder / "peat.geojson")
    text = sample_text(plain=True)
    for council in ("birmingham.csv", "coventry.xlsx", "solihull.csv", "dudley.csv", "sandwell.csv"):
        text = text.replace(f'  "sites/{council}",\n', "")
    text = text.replace("[sources]\n", '[sources]\nnoise = "noise.csv"\n')
    text = text.replace("[corridors]", '[evidence]\npeat = {path = "peat.geojson", vintage = "2024"}\n\n[corridors]', 1)
    text += (
        "\n[gates]\ntoo_loud = 69\npeat_share = true\nbeyond_corridor_walk = 5000\n"
        "\n[weights]\nquiet = 1\ncapacity = 1\n\n[publish]\nnotebooks = []\nstrips = 0\n"
    )
    data = folder / "data"  # beside the sample's files, which stay where they are
    data.mkdir()
    for part in shipped("data").iterdir():
        (data / part.name).symlink_to(part)
    for name in ("noise.csv", "peat.geojson"):
        (folder / name).rename(data / name)
    text = text.replace('data_root = "."', 'data_root = "data"')
    (folder / "small.toml").write_text(text, encoding="utf-8")
    (folder / "misspelt.toml").write_text(
        text.replace("noise =", "niose =").replace("peat =", "paet =").replace("quiet = 1", "quite = 1")
        .replace("too_loud = 69", "to_loud = 69"), encoding="utf-8",
    )  # fmt: skip
    # the files are in the folder of the project, wherever the real data is
    env = {name: value for name, value in os.environ.items() if name != "SITEPRIOR_DATA_ROOT"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def seen(folder):
    return json.loads((folder / "seen.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ranking(folder):
    return pd.read_csv(folder / "run" / "ranking.csv", index_col="site_id")


@pytest.fixture(scope="module")
def record(folder):
    return json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))


def test_the_source_is_joined_and_what_is_wrong_in_it_is_an_issue(folder, seen, ranking):
    noise = pd.read_csv(folder / "data" / "noise.csv", index_col="lsoa_code")["db"].replace("loud", None)
    expected = ranking["lsoa_code"].map(noise.astype("float64"))
    pd.testing.assert_series_equal(ranking["noise_db"], expected, check_names=False)
    assert expected.notna().any()
    assert [(issue["row"], issue["field"], issue["value"]) for issue in seen["issues"]] == [(3, "db", "loud")]
    issues = pd.read_csv(folder / "run" / "issues.csv")
    assert (issues["file"] == "noise.csv").sum() == 1


def test_the_criterion_scores_between_its_anchors(seen, ranking):
    ranked = ranking[ranking["rank"].notna()]
    # worst 70 dB, best 50 dB, half of the weight
    by_hand = (70 - ranked["noise_db"]) / 20 / 2
    pd.testing.assert_series_equal(ranked["c_quiet"], by_hand, check_names=False)
    assert len(ranked) > 5
    assert seen["criteria"]["quiet"] == {"worst": 70, "best": 50, "unit": "dB"}


def test_the_gates_stop_sites_with_their_reasons(ranking, record):
    reasons = ranking["gate_reasons"].fillna("").str.split("; ")
    assert reasons.map(lambda r: "too_loud" in r).equals(ranking["noise_db"] > 69)  # the project's 69, not 68
    assert reasons.map(lambda r: "noise_unknown" in r).equals(ranking["noise_db"].isna())
    assert reasons.map(lambda r: "peat_share" in r).equals(ranking["peat_share"] > 0.9)
    assert record["counts"]["gate_reasons"]["too_loud"] == (ranking["noise_db"] > 69).sum()


def test_the_evidence_knows_where_it_looked(ranking):
    share = ranking["peat_share"]
    assert {0.0, 1.0} <= set(share.dropna())  # inside the survey, nothing there is a known zero
    assert share.isna().any()  # outside it is missing
    west = ranking["easting"] < ranking["easting"][share == 0].min()
    assert (share[west & share.notna()] > 0).all()


def test_signals_of_both_kinds_stand_in_the_table(folder, ranking):
    signals = pd.read_csv(folder / "run" / "market_failure.csv")
    noise = signals[signals["signal"] == "N"].set_index("site_id")
    assert set(noise.index) == set(ranking.index[ranking["noise_db"].notna()])
    by_hand = (ranking["noise_db"].loc[noise.index] - 55) / 20
    pd.testing.assert_series_equal(noise["value"], by_hand, check_names=False)
    peat = signals[signals["source"] == "Deep peat: peat.geojson"].set_index("site_id")
    assert set(peat.index) == set(ranking.index[ranking["peat_share"].notna()])
    assert peat["value"].equals((ranking["peat_share"].loc[peat.index] / 0.5).clip(upper=1))
    assert set(peat["signal"]) == {"P"}
    reasons = ranking["market_failure_reasons"].fillna("")
    assert reasons.str.contains(r"\bN").any()


def test_columns_stand_in_the_dictionary_the_geopackage_and_the_datapackage(folder, seen):
    assert seen["dictionary"]["noise_db"] == {"label": "Road noise", "unit": "dB", "source": "Example Agency"}
    assert seen["dictionary"]["peat_share"] == {"label": "Deep peat", "unit": "0-1", "source": "Peat map"}
    sites = gpd.read_file(folder / "run" / "shortlist.gpkg", layer="sites")
    assert {"noise_db", "peat_share"} <= set(sites.columns)
    package = json.loads((folder / "run" / "datapackage.json").read_text(encoding="utf-8"))
    fields = next(r["schema"]["fields"] for r in package["resources"] if r["path"] == "ranking.csv")
    described = {field["name"]: field for field in fields}
    assert (described["noise_db"]["title"], described["peat_share"]["unit"]) == ("Road noise", "0-1")
    assert described["c_quiet"]["title"] == "Score from quiet"


def test_the_run_records_numbers_publishers_and_settings(record):
    numbers = {row["name"]: row["value"] for row in record["parameters"]}
    assert numbers["criteria.quiet.worst"] == 70
    assert numbers["gates.too_loud.db"] == 68
    assert numbers["failure.loudness.full"] == 75
    assert numbers["peat.full"] == 0.5
    inputs = {read["role"]: read for read in record["inputs"]}
    assert (inputs["noise"]["publisher"], inputs["noise"]["licence"]) == ("Example Agency", "OGL v3")
    assert (inputs["peat"]["publisher"], inputs["peat"]["vintage"]) == ("Example Survey", "2024")
    assert {"Contains noise", "Contains peat"} <= set(record["attribution"])
    assert record["settings"]["sources"]["noise"]["path"] == "noise.csv"
    assert record["settings"]["evidence"]["peat"]["path"] == "peat.geojson"


def test_the_report_has_the_words(folder):
    report = (folder / "run" / "report.html").read_text(encoding="utf-8")
    for words in ("Quiet", "Too loud", "Mostly peat", "Noise", "A neighbour&#39;s noise that no one pays for",
                  "noise.csv", "Contains peat"):  # fmt: skip
        assert words in report, words


def test_misspelt_keys_are_refused_with_the_nearest(seen):
    text = "\n".join(seen["refused"])
    for wrong, near in (("niose", "noise"), ("paet", "peat"), ("quite", "quiet"), ("to_loud", "too_loud")):
        assert f"'{wrong}'; did you mean '{near}'?" in text
    # the gate of evidence that the project does not name is no gate
    assert "unknown gate 'peat_share'" in text


AGAIN = """
import importlib, pathlib, sys
sys.path.insert(0, "modules")
import noise_and_peat
from siteprior.appraisal.market_failure.registry import SIGNALS
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.gates import GATES
from siteprior.sources.registry import EVIDENCE, SOURCES
import siteprior as sp

def standing():
    return [list(each) for each in (SOURCES, EVIDENCE, CRITERIA, GATES, SIGNALS)], len(sp.data_dictionary())

project, before = sp.load_project("small.toml"), standing()
module = pathlib.Path("modules/noise_and_peat.py")
module.write_text(module.read_text().replace('"value": 70, "unit"', '"value": 80, "unit"').replace("Quiet", "Calm"))
importlib.invalidate_caches()
importlib.reload(noise_and_peat)
assert standing() == before, standing()
assert CRITERIA["quiet"].measure is noise_and_peat.quiet and GATES["too_loud"].test is noise_and_peat.too_loud
assert (CRITERIA["quiet"].worst, CRITERIA["quiet"].title) == (80.0, "Calm")
assert sp.parameters.load("criteria").table("quiet").number("worst") == 80
assert SOURCES["noise"].read is noise_and_peat.read_noise and SOURCES["noise"].join is noise_and_peat.join_noise
assert [each.source for each in SIGNALS["N"].readings] == ["noise_db"]
assert sp.load_project("small.toml").settings() == project.settings()
"""


def test_a_module_that_is_loaded_again_replaces_what_it_registered(folder, tmp_path):
    env = {name: value for name, value in os.environ.items() if name != "SITEPRIOR_DATA_ROOT"}
    (tmp_path / "modules").mkdir()
    for name in ("modules/noise_and_peat.py", "small.toml"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    done = subprocess.run(
        [sys.executable, "-B", "-c", AGAIN], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
