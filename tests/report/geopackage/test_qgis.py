"""The GeoPackage opened in QGIS, as a colleague would: every layer loads, with its style."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

SYSTEM_PYTHON = Path("/usr/bin/python3")
CHECK = Path(__file__).with_name("qgis_check.py")


@pytest.fixture(scope="module")
def seen(package, tmp_path_factory):
    """Open the file in QGIS without a window and return what it sees."""
    return look(package, tmp_path_factory.mktemp("qgis"))


def look(package, home):
    if not SYSTEM_PYTHON.exists():
        pytest.skip("there is no system Python to look for QGIS in")
    surroundings = {"PATH": "/usr/bin:/bin", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    there = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core, osgeo"], capture_output=True, env=surroundings)
    if there.returncode:
        pytest.skip("QGIS for Python is not on this machine (apt-get install python3-qgis)")
    picture = home / "map.png"
    # A copy under another name, as files get renamed when they travel.
    renamed = home / "to send.gpkg"
    renamed.write_bytes(package.read_bytes())
    done = subprocess.run(
        [SYSTEM_PYTHON, CHECK, renamed, picture], capture_output=True, text=True, timeout=120, env=surroundings
    )
    assert done.returncode == 0, done.stderr
    return {"layers": json.loads(done.stdout), "picture": picture, "stderr": done.stderr}


LAYERS = ("shortlist", "sites", "corridors", "stops", "areas")


def test_every_layer_loads(seen, layers):
    for name, table in layers.items():
        facts = seen["layers"][name]
        assert facts["valid"], name
        assert facts["features"] == len(table)
        assert facts["crs"] == "EPSG:27700"
    for name in ("run_info", "criteria", "issues"):
        assert seen["layers"][name]["valid"]


@pytest.mark.parametrize("name", LAYERS)
def test_style_is_applied_by_itself(seen, name):
    facts = seen["layers"][name]
    assert facts["renderer"] == "RuleRenderer"
    assert facts["displaced"] == (name == "shortlist")
    assert facts["bad_rules"] == []
    assert len(facts["rules"]) >= 2


def test_bands_kinds_and_states_are_those_of_the_data(seen):
    of = {name: seen["layers"][name]["rules"] for name in LAYERS}
    assert of["shortlist"] == ["Score 0.6–1", "Score 0.5–0.6", "Shortlisted"]
    assert of["sites"][-2:] == ["Not ranked: see gate reasons", "Not judged"]
    assert of["corridors"] == ["Metro", "Proposed metro", "Rail", "Kind not stated"]
    assert of["stops"] == ["Rail, open", "Rail, planned", "Metro, open", "Metro, planned", "Metro, closed",
                           "Bus, open", "Bus, not stated", "Stop"]  # fmt: skip
    assert of["areas"][0] == "1 (most deprived)"
    assert of["areas"][-1] == "No data"


def test_corridors_and_stops_are_labelled_and_the_shortlist_keeps_labels_away(seen):
    labelled = {name for name in LAYERS if seen["layers"][name]["labels"]}
    assert labelled == {"shortlist", "corridors", "stops"}


def lines(tip):
    """Return a card's heading and its facts by title."""
    (heading,) = re.findall(r"<b[^>]*>(.*?)</b>", tip, flags=re.DOTALL)
    return heading, dict(re.findall(r"<tr><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>", tip, flags=re.DOTALL))


def test_map_tips_show_the_rank_and_leave_out_what_is_not_known(seen, made_up):
    first = made_up.shortlist.iloc[0]
    heading, facts = lines(seen["layers"]["shortlist"]["tips"][0])
    assert heading == first["site_name"]
    assert facts["Rank"] == f"1 (between 1 and {first['rank_p95']})"
    assert facts["Score"] == f"{first['score']:.2f}"
    assert facts["Corridor"] == "Metro 'Dock' line"
    assert facts["Walk"] == f"{first['corridor_walk_m']:.0f} m to Elm Park"
    assert facts["Homes"] == str(first["minimum_net_dwellings"])
    assert facts["Deprivation decile"] == f"{first['imd_decile']} (1 = most deprived)"
    assert facts["Council"] == first["organisation_name"]
    _, gated = lines(seen["layers"]["sites"]["tips"][-1])
    assert gated["Not ranked because"] == "no_place"
    assert not {"Score", "Rank", "Market failure reasons", "Open"} & set(gated)


def test_every_named_style_loads_and_only_the_first_is_applied(seen, decided):
    for name, count in {"shortlist": 4, "opportunities": 4, "sites": 2, "programme": 1, "areas": 1}.items():
        styles = decided[name]["styles"]
        assert len(styles) == count
        for one in styles.values():
            assert one["taken"]
            assert one["bad"] == []
        assert decided[name]["rules"] == next(iter(styles.values()))["keys"]
    keys = decided["shortlist"]["styles"]
    assert keys["Shortlist by verdict"]["keys"][0] == "Market failure: identified"
    assert keys["Shortlist by programme"]["keys"][:3] == ["Programme: always in", "Programme: borderline",
                                                          "Programme: never in"]  # fmt: skip
    assert set(seen["layers"]["shortlist"]["styles"]) == {"Shortlist by score band", "Shortlist by verdict"}


def test_markup_in_a_name_is_shown_as_text(seen):
    tips = "".join(seen["layers"]["sites"]["tips"])
    assert "<script>" not in tips
    assert ">Old &lt;script&gt;alert(1)&lt;/script&gt; Works &amp; " in tips


def test_titles_and_value_lists_are_there(seen):
    aliases = seen["layers"]["shortlist"]["aliases"]
    assert aliases["corridor_walk_m"] == "Walk to corridor (m)"
    assert aliases["site_id"] == "Site id"
    assert seen["layers"]["stops"]["widgets"]["state"] == "ValueMap"
    assert seen["layers"]["shortlist"]["types"]["planning_permission_date"] == "Date"
    assert "Illustrative" in seen["layers"]["areas"]["abstract"]


def test_picture_shows_something_in_every_layers_colour(seen):
    """The middle of each thing has the colour its style gives it."""
    from matplotlib.image import imread

    red, green, blue = (imread(seen["picture"])[..., :3] * 255).round().astype(int).reshape(-1, 3).T
    drawn = set(np.unique(red << 16 | green << 8 | blue).tolist())
    of_metro, of_rail, most_deprived, best_band = 0x0072B2, 0x3D3D3D, 0xA3AFC0, 0x7A2100
    assert {of_metro, of_rail, most_deprived, best_band} <= drawn


@pytest.fixture(scope="module")
def published(run_package, tmp_path_factory):
    """Open a GeoPackage as a run publishes it."""
    return look(run_package, tmp_path_factory.mktemp("published"))["layers"]


@pytest.fixture(scope="module")
def decided(sample_run, tmp_path_factory):
    """Open the GeoPackage of the sample's run, whose project asks for a programme."""
    return look(sample_run / "shortlist.gpkg", tmp_path_factory.mktemp("decided"))["layers"]


@pytest.mark.parametrize(("name", "label"), [("opportunities", "Score 0.7"), ("programme", "Chosen, always in")])
def test_opportunities_and_the_programme_load_with_their_styles(decided, name, label):
    facts = decided[name]
    assert facts["valid"]
    assert facts["features"] > 10
    assert facts["renderer"] == "RuleRenderer"
    assert facts["bad_rules"] == []
    assert facts["rules"][0].startswith(label)
    assert facts["aliases"]["rank"] == "Rank"
    assert all("Rank" in lines(tip)[1] for tip in facts["tips"])


def test_the_tables_of_the_decision_open_and_have_a_row_per_opportunity(decided):
    for name in ("top_k_acceptability", "core_index"):
        assert decided[name]["valid"]
        assert not decided[name]["spatial"]
        assert decided[name]["features"] == decided["opportunities"]["features"]


TAB_LAYOUT = 1  # QgsEditFormConfig.TabLayout


@pytest.mark.parametrize("name", ["shortlist", "sites"])
def test_the_form_of_a_site_has_tabs_that_hold_every_column_of_the_layer_once(published, name):
    facts = published[name]
    assert facts["layout"] == TAB_LAYOUT
    assert list(facts["tabs"]) == ["Rank and score", "Site", "Transit", "Area and need", "Market", "Evidence"]
    assert [column for column, _ in facts["tabs"]["Rank and score"]][:3] == ["rank", "rank_p05", "rank_p95"]
    shown = [column for tab in facts["tabs"].values() for column in tab]
    assert all(place == facts["places"][column] for column, place in shown)
    assert sorted(column for column, _ in shown) == sorted(set(facts["places"]) - {"fid"})
    assert facts["widgets"]["ownership_status"] == "ValueMap"  # the lists of values outlast the tabs
    assert {facts["widgets"][name] for name in ("rank", "minimum_net_dwellings", "imd_decile")} == {"TextEdit"}
    assert facts["types"]["eligible"] == "Boolean"
    assert facts["rules"] == list(dict.fromkeys(facts["rules"]))


def test_other_layers_have_the_form_qgis_makes(published):
    assert {published[name]["layout"] for name in ("corridors", "stops", "areas")} == {0}


def test_the_other_columns_join_by_site_id(published, made_up):
    assert published["site_attributes"]["valid"]
    assert not published["site_attributes"]["spatial"]
    joined = dict(map(tuple, published["sites"]["joined"]))
    assert joined == made_up.sites["easting"].astype(object).where(made_up.sites["easting"].notna(), None).to_dict()


def test_shapes_are_outlines_that_hide_nothing(shapes_package, made_up, tmp_path):
    facts = look(shapes_package, tmp_path)["layers"]["site_shapes"]
    assert facts["features"] == len(made_up.site_shapes)
    assert facts["rules"] == ["Disc of the registered hectares", "Polygon"]
    assert facts["bad_rules"] == []
    assert facts["aliases"]["position_uncertainty_m"] == "Position uncertainty (m)"
    assert facts["widgets"]["shape_basis"] == "ValueMap"
    cards = [lines(tip)[1] for tip in facts["tips"]]
    assert any(card["Shape from"] == "disc" and card["Position"].startswith("± ") for card in cards)
