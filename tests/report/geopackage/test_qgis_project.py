"""The QGIS project: opens with every layer in order, styled, at the study area, wherever its folder lies."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from siteprior.core.errors import InputError, OutputError
from siteprior.report.geopackage.layers import LAYERS
from siteprior.report.geopackage.qgis_project import GROUPS, SHOWN, write_project

SYSTEM_PYTHON = Path("/usr/bin/python3")
CHECK = Path(__file__).with_name("qgis_project_check.py")
HOSTILE = 'Sites <script>alert(1)</script> & "more" مصنع 🏗'


@pytest.fixture(scope="module")
def folder(run_package, shapes_package, tmp_path_factory):
    """Return a folder with two GeoPackages of a run and their project."""
    folder = tmp_path_factory.mktemp("project")
    for path in (run_package, shapes_package):
        shutil.copy(path, folder)
    write_project(folder, title=HOSTILE)
    return folder


def document(folder):
    with zipfile.ZipFile(folder / "siteprior.qgz") as archive:
        assert archive.namelist() == ["siteprior.qgs"]
        return ET.fromstring(archive.read("siteprior.qgs"))


def test_every_layer_belongs_to_one_group_and_the_shortlist_is_on_top():
    grouped = [name for of in GROUPS.values() for name in of]
    assert sorted(grouped) == sorted(LAYERS)
    assert grouped[0] == "shortlist"
    assert grouped[-1] == "areas"
    assert set(SHOWN) <= set(LAYERS)


def test_paths_are_relative_and_nothing_is_of_the_machine_or_the_clock(folder):
    root = document(folder)
    sources = [layer.findtext("datasource") for layer in root.iter("maplayer")]
    assert sources[0] == "./shortlist.gpkg|layername=shortlist"
    assert all(source.startswith("./") for source in sources)
    assert root.findtext("properties/Paths/Absolute") == "false"
    with zipfile.ZipFile(folder / "siteprior.qgz") as archive:
        (entry,) = archive.infolist()
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert str(folder).encode() not in archive.read(entry)
    assert root.findtext("title") == HOSTILE


def test_two_writes_are_identical(folder, tmp_path):
    other = tmp_path / "another name"
    shutil.copytree(folder, other)
    (other / "siteprior.qgz").unlink()
    assert write_project(other, title=HOSTILE).read_bytes() == (folder / "siteprior.qgz").read_bytes()


def test_each_layer_has_all_its_styles_the_default_in_use(folder):
    for layer in document(folder).iter("maplayer"):
        name = layer.findtext("datasource").partition("layername=")[2]
        file = layer.findtext("datasource")[2:].partition("|")[0]
        with closing(sqlite3.connect(folder / file)) as database:
            stored = database.execute(
                "SELECT styleName FROM layer_styles WHERE f_table_name = ? ORDER BY useAsDefault DESC, id", (name,)
            ).fetchall()
        manager = layer.find("map-layer-style-manager")
        listed = [] if manager is None else [style.get("name") for style in manager]
        assert listed == [name for (name,) in stored]
        if stored:
            assert manager.get("current") == stored[0][0]
            assert layer.find("renderer-v2") is not None


def test_the_extent_is_the_study_area_with_a_margin(folder, made_up):
    view = document(folder).find("ProjectViewSettings/DefaultViewExtent")
    west, south, east, north = (float(view.get(side)) for side in ("xmin", "ymin", "xmax", "ymax"))
    bounds = made_up.areas.total_bounds
    margin = 0.03 * (bounds[2] - bounds[0])
    assert (west, south) == pytest.approx((bounds[0] - margin, bounds[1] - margin), abs=0.01)
    assert (east, north) == pytest.approx((bounds[2] + margin, bounds[3] + margin), abs=0.01)


def test_a_folder_without_a_geopackage_and_one_with_something_else_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds none of shortlist\.gpkg"):
        write_project(tmp_path, title="a")
    (tmp_path / "shortlist.gpkg").write_text("no GeoPackage")
    with pytest.raises(OutputError, match=r"shortlist\.gpkg: cannot be read"):
        write_project(tmp_path, title="a")
    assert [file.name for file in tmp_path.iterdir()] == ["shortlist.gpkg"]


@pytest.fixture(scope="module")
def seen(folder, tmp_path_factory):
    """Open the project of a folder that was moved and renamed, in QGIS without a window."""
    home = tmp_path_factory.mktemp("home")
    surroundings = {"PATH": "/usr/bin:/bin", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    if not SYSTEM_PYTHON.exists():
        pytest.skip("there is no system Python to look for QGIS in")
    there = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True, env=surroundings)
    if there.returncode:
        pytest.skip("QGIS for Python is not on this machine (apt-get install python3-qgis)")
    moved = home / "sent to a partner, größer" / "files"
    shutil.copytree(folder, moved)
    picture = home / "map.png"
    done = subprocess.run(
        [SYSTEM_PYTHON, CHECK, moved / "siteprior.qgz", picture], capture_output=True, text=True, timeout=120,
        env=surroundings,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "picture": picture, "folder": moved}


def test_it_opens_and_every_layer_is_valid_where_the_folder_is_now(seen):
    assert seen["opened"]
    assert seen["error"] == ""
    assert seen["title"] == HOSTILE
    assert seen["crs"] == "EPSG:27700"
    assert len(seen["layers"]) == 10
    for key, facts in seen["layers"].items():
        assert facts["valid"], key
        assert facts["source"].startswith(str(seen["folder"]))
        assert facts["crs"] == ("EPSG:27700" if facts["spatial"] else "")


def test_groups_and_order_are_those_of_a_map(seen):
    assert [group for group, _ in seen["tree"]] == ["Sites", "Transit", "Area", "Tables"]
    assert seen["order"] == [
        "shortlist_shortlist", "shortlist_sites", "site_shapes_site_shapes", "shortlist_stops", "shortlist_corridors",
        "shortlist_areas",
    ]  # fmt: skip
    visible = {key for _, of in seen["tree"][:3] for key, shown in of if shown}
    assert visible == {f"shortlist_{name}" for name in SHOWN}


def test_styles_forms_and_cards_are_there_and_styles_can_be_changed(seen):
    shortlist = seen["layers"]["shortlist_shortlist"]
    assert shortlist["current"] == "Shortlist by score band"
    assert set(shortlist["styles"]) == {"Shortlist by score band", "Shortlist by verdict"}
    assert shortlist["rules"] == ["Score 0.6–1", "Score 0.5–0.6", "Shortlisted"]
    assert shortlist["tabs"][0] == "Rank and score"
    assert seen["changed"]["Shortlist by verdict"][0] == "Market failure: identified"
    for facts in seen["layers"].values():
        if facts["spatial"]:
            assert facts["tip"].startswith("<div")
            assert facts["renderer"] == "RuleRenderer"
            assert facts["abstract"]
    assert seen["layers"]["shortlist_corridors"]["labels"]


def test_picture_shows_something_in_every_layers_colour(seen):
    from matplotlib.image import imread

    red, green, blue = (imread(seen["picture"])[..., :3] * 255).round().astype(int).reshape(-1, 3).T
    drawn = set(np.unique(red << 16 | green << 8 | blue).tolist())
    of_metro, of_rail, most_deprived, best_band = 0x0072B2, 0x3D3D3D, 0xA3AFC0, 0x7A2100
    assert {of_metro, of_rail, most_deprived, best_band} <= drawn
