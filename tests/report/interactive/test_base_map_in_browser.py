"""The base map in Chromium, with the network closed: drawn under all else, switched off, its texts never run.

``.ci/base_map.mjs`` drives it. No time is asserted.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from PIL import Image

from conftest import ROOT
from factories.report_page import made_up_page
from factories.tiles import ATTRIBUTION, picture, tiles_of, vector_tile, write_archive
from siteprior.report import style
from siteprior.report.base_map.cut import cut_base_map, tile_range
from siteprior.report.html.report import write_report
from siteprior.report.interactive.geometry import DEGREES

DRIVER = ROOT / ".ci" / "base_map.mjs"
MODULES = ROOT / ".ci" / "node_modules"
HOSTILE = "<img src=x onerror='window.planted=2'></script><script>window.planted=1</script>"
OTHERS = ("urban_areas", "landuse", "buildings", "boundaries")
"""Layers the archive names and has nothing of: the page's style knows each kind."""

METADATA = {
    "attribution": ATTRIBUTION + HOSTILE,
    "name": HOSTILE,
    "vector_layers": [{"id": name} for name in ("earth", "water", "roads", "places", *OTHERS, HOSTILE)],
}


@pytest.fixture(scope="module")
def driven(made_up, tmp_path_factory, node):
    """Return what was seen of an archive, each kind once."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None or not (MODULES / "playwright-core").is_dir():
        pytest.skip("Chromium or playwright-core is not on this machine")
    folder = tmp_path_factory.mktemp("base_map")
    done: dict[str, dict] = {}

    def of(name, kind, zooms, draw):
        if name not in done:
            tiles = {tile: draw(tile) for tile in tiles_of(zooms)}
            archive = write_archive(folder / f"{name}.pmtiles", tiles, kind=kind, metadata=METADATA)
            cut = cut_base_map(archive, made_up.areas.to_crs(DEGREES).total_bounds.tolist(), file="own.pmtiles")
            page = write_report(folder / f"{name}.html", **made_up_page(made_up, base_map=cut))
            ran = subprocess.run(
                [node, DRIVER, browser, page.as_uri(), str(folder / name)],
                env={**os.environ, "HOME": str(folder)}, capture_output=True, text=True, timeout=300, check=False,
            )  # fmt: skip
            assert ran.returncode == 0, ran.stderr
            done[name] = json.loads(ran.stdout) | {"file": page.as_uri(), "pictures": folder / name}
        return done[name]

    return of


@pytest.fixture
def pictures(driven):
    return driven("png", "png", range(9, 15), picture)


@pytest.fixture
def vector(driven):
    return driven("mvt", "mvt", range(9, 14), lambda tile: vector_tile(note=f"{HOSTILE}{tile}"))


@pytest.fixture(params=["pictures", "vector"])
def seen(request):
    return request.getfixturevalue(request.param)


def middle(seen, name):
    """Return the colour in the middle of the map."""
    with Image.open(f"{seen['pictures']}_{name}.png") as drawn:
        return drawn.convert("RGB").getpixel((drawn.width // 2, drawn.height // 2))


def rgb(colour):
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def test_it_asks_for_nothing_and_nothing_in_it_runs(seen):
    assert set(seen["requests"]) == {seen["file"]}
    assert seen["faults"] == []
    assert seen["planted"] is None


def test_it_lies_under_all_else(seen):
    assert seen["below"][0] == "ground"
    assert seen["below"][1].startswith("base-")
    assert seen["lowest"] is True


def test_its_attribution_stands_on_the_map_as_text(seen):
    assert seen["attribution"] == "© Example Survey"
    assert seen["tags"] == 0


def test_it_is_drawn_and_the_key_turns_it_off(seen):
    assert all(layer["shown"] for layer in seen["drawn"].values())
    assert not any(layer["shown"] for layer in seen["off"].values())
    assert middle(seen, "without") == pytest.approx(rgb(style.CORE_GROUND), abs=2)
    assert middle(seen, "with") != pytest.approx(rgb(style.CORE_GROUND), abs=2)


def test_the_picture_drawn_is_that_of_the_place(pictures):
    """At zoom 12 tiles of 256 pixels are those of zoom 13; half the colour is gone, the order of shades stays."""
    west, north = pictures["place"]
    column, _, row, _ = tile_range((west, north, west + 1e-9, north + 1e-9), 13)
    shades = (90 + 40 * (column % 4), 150 + 30 * (row % 3), 120 + 6 * 13)
    drawn = middle(pictures, "with")
    assert [drawn.index(shade) for shade in sorted(drawn)] == [shades.index(shade) for shade in sorted(shades)]


def test_vector_tiles_are_drawn_by_kind_and_larger_when_near(vector):
    features = {name: layer["features"] for name, layer in vector["drawn"].items()}
    assert list(features) == [
        "base-land-0-fill", "base-built-1-fill", "base-green-2-fill", "base-water-3-fill", "base-water-3-line",
        "base-building-4-fill", "base-road-5-line", "base-boundary-6-line",
    ]  # fmt: skip
    assert {name for name, count in features.items() if count} >= {"base-land-0-fill", "base-road-5-line"}
    assert vector["near"]["base-land-0-fill"]["features"] > 0


def test_vector_tiles_have_the_grey_of_their_kind(vector):
    greys = [rgb(style.BASE_MAP[name]) for name in ("land", "water", "road")]
    assert any(middle(vector, "with") == pytest.approx(grey, abs=3) for grey in greys)


def test_nothing_is_left_out(seen):
    assert seen["left_out"] == ""
