"""Where a site lies and how far it reaches, from the project file to the GeoPackage, on the sample."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from factories.sample import sample_text
from siteprior.core.errors import ProjectError
from siteprior.core.files import shipped
from siteprior.pipeline.run import assess, run
from siteprior.project.load import load_project

DATA = shipped("data")
OWN = "sites/employment_land.geojson"
SHAPES = '\nshapes = [{path = "sites/employment_land.geojson", reference = "REF", organisation = "E47000007"}]'


def project(folder, *changes, more=""):
    """Return the sample's project, walks by straight line, with changes to its file's text."""
    text = sample_text(plain=True)
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "copy.toml").write_text(text + more, encoding="utf-8")
    return load_project(folder / "copy.toml", data_root=DATA)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return assess(project(tmp_path_factory.mktemp("plain")))


@pytest.fixture(scope="module")
def as_points(tmp_path_factory):
    """Return the sample's project with its employment land given as points, their areas stated to the square metre."""
    folder = tmp_path_factory.mktemp("points")
    land = gpd.read_file(DATA / OWN).to_crs(27700)
    inside = land.representative_point()
    places = pd.DataFrame({"E": inside.x.round(2), "N": inside.y.round(2), "HA": (land.area / 10_000).round(4)})
    land.drop(columns="geometry").join(places).to_csv(folder / "land.csv", index=False)
    more = '{easting = "E", northing = "N", hectares = "HA", reference = "REF"'
    return folder, ((OWN, (folder / "land.csv").as_posix()), ('{reference = "REF"', more))


@pytest.fixture(scope="module")
def pointed(as_points):
    """Return the sample with its employment land given as points."""
    folder, changes = as_points
    return assess(project(folder, *changes))


@pytest.fixture(scope="module")
def shaped(as_points):
    """Return the sample with its employment land as points and a source of its polygons, and the folder of that run."""
    folder, changes = as_points
    loaded = project(folder, *changes, ("stops = [", SHAPES + "\nstops = ["))
    return assess(loaded), run(loaded, out=folder / "out")


def test_every_site_says_what_its_extent_rests_on(plain, pointed):
    assert set(pointed.sites["shape_basis"].dropna()) == {"disc", "point"}
    sites = plain.sites
    assert set(sites["shape_basis"].dropna()) == {"polygon as given", "disc", "point"}
    placed = sites.geometry.notna()
    assert (sites["shape_basis"].notna() == placed).all()
    assert (sites["position_uncertainty_m"].notna() == (placed & sites["hectares"].gt(0))).all()
    assert set(sites.geometry[placed].geom_type) == {"Point"}
    assert plain.shapes.index.equals(plain.sites_merged.index)
    assert sorted(plain.shapes.index) == sorted(sites.index)


def test_every_walk_lies_within_its_range(plain):
    known = plain.sites[plain.sites["position_uncertainty_m"].notna()]
    disc = known["shape_basis"] == "disc"
    for walk in ("walk", "bus_walk", "corridor_walk"):
        low, central, high = (known[f"{walk}{end}_m"] for end in ("_low", "", "_high"))
        assert ((low <= central) & (central <= high) & (low < high)).all()
        reach = 1.3 * known["position_uncertainty_m"]
        assert (high - central)[disc].to_numpy() == pytest.approx(reach[disc].to_numpy())
    unknown = plain.sites[plain.sites["position_uncertainty_m"].isna()]
    assert unknown[["walk_low_m", "bus_walk_high_m", "corridor_walk_low_m"]].isna().all(axis=None)


def test_doubt_about_the_walk_gate_stands_beside_the_answer(plain):
    sites = plain.sites
    doubtful = sites["gate_doubt"].notna()
    assert doubtful.any()
    assert (sites.loc[doubtful, "corridor_walk_low_m"] <= 960).all()
    assert (sites.loc[doubtful, "corridor_walk_high_m"] > 960).all()
    beyond = sites["gate_reasons"].str.contains("beyond_corridor_walk", na=False)
    assert (beyond[sites.geometry.notna()] == sites["corridor_walk_m"][sites.geometry.notna()].gt(960)).all()


def test_ranges_widen_bands_and_move_no_rank(tmp_path):
    from siteprior.core.parameters import load_parameters
    from siteprior.ranking.bands import rank_bands
    from siteprior.ranking.decision_matrix import measure, value
    from siteprior.ranking.scoring import default_weights

    plain = assess(project(tmp_path, ("[shortlist]", '[ranking]\nunit = "site"\n\n[shortlist]')))
    ranked = plain.sites[plain.sites["rank"].notna()]
    numbers = load_parameters("ranking")
    of_weights = rank_bands(
        value(measure(ranked, list(default_weights()))),
        default_weights(),
        seed=plain.project.project.seed,
        draws=numbers["weight_draws"].value,
        spread=numbers["weight_spread"].value,
    )
    assert (ranked["rank_p05"] <= of_weights["rank_p05"]).all()
    assert (ranked["rank_p95"] >= of_weights["rank_p95"]).all()
    assert (ranked["rank_p95"] - ranked["rank_p05"]).gt(of_weights["rank_p95"] - of_weights["rank_p05"]).any()
    assert ranked["rank"].tolist() == ranked["score"].round(12).rank(method="min", ascending=False).tolist()


def test_polygons_of_the_project_become_the_sites_shapes(pointed, shaped):
    done, _ = shaped
    plain = pointed
    polygons = done.sites["shape_basis"].eq("polygon by reference")
    assert polygons.sum() > 5
    assert (done.sites.loc[polygons, "register"] == "employment land").all()
    assert (done.sites.loc[polygons, "position_uncertainty_m"] == 0).all()
    assert (done.shapes.loc[polygons, "hectares_agree"] != "no").all()
    for column in ("walk_m", "corridor_walk_m"):
        pd.testing.assert_series_equal(done.sites[column], plain.sites[column].reindex(done.sites.index))
    # Overlapping shapes can show that two records may be one site, which then no longer count as each other's blight;
    # every other score stays as it was.
    before = plain.sites.reindex(done.sites.index)
    same = done.sites["possible_duplicates"].fillna("") == before["possible_duplicates"].fillna("")
    assert same.mean() > 0.98
    pd.testing.assert_series_equal(done.sites.loc[same, "score"], before.loc[same, "score"])
    # nearest edge and farthest corner: the walk from the point inside lies between
    of_polygons = done.sites[polygons]
    assert (of_polygons["walk_low_m"] < of_polygons["walk_m"]).all()
    assert (of_polygons["walk_high_m"] > of_polygons["walk_m"]).all()
    assert {read["role"] for read in done.record["inputs"]} >= {"shapes"}
    assert {"shapes.area_ratio", "shapes.coordinates.low"} <= {row["name"] for row in done.record["parameters"]}


def test_own_sites_given_as_polygons_keep_them_as_if_matched(plain, shaped):
    done, _ = shaped
    own = plain.sites[plain.sites["shape_basis"] == "polygon as given"]
    matched = done.sites.index[done.sites["shape_basis"] == "polygon by reference"]
    assert sorted(own.index) == sorted(matched)
    assert (own["register"] == "employment land").all()
    assert (own["hectares_basis"] == "measured").all()
    assert (plain.shapes.loc[own.index, "hectares_agree"].isna()).all()  # nothing was stated to agree with
    assert plain.shapes.geometry[own.index].geom_equals(done.shapes.geometry[own.index]).all()
    assert plain.shapes.geometry[own.index].contains(own.geometry).all()
    walks = ["walk_m", "walk_low_m", "walk_high_m", "corridor_walk_m", "corridor_walk_low_m"]
    pd.testing.assert_frame_equal(own[walks], done.sites.loc[own.index, walks])
    assert (own["position_uncertainty_m"] == 0).all()


def test_the_shapes_are_a_layer_of_a_file_of_their_own(shaped):
    done, folder = shaped
    layer = gpd.read_file(folder / "site_shapes.gpkg", layer="site_shapes").set_index("site_id")
    in_order = done.shapes.reindex(done.sites.index)
    held = in_order[in_order.geometry.notna()]
    assert layer.index.tolist() == held.index.tolist()
    assert layer["shape_basis"].tolist() == held["shape_basis"].tolist()
    assert set(layer.geom_type) == {"MultiPolygon"}
    assert (layer["illustrative"] == "yes").all()
    assert set(gpd.read_file(folder / "shortlist.gpkg", layer="sites").geom_type.dropna()) == {"Point"}


def test_places_of_low_confidence_can_be_gated(plain, tmp_path):
    """With the gates of area and walk taken away, only the confidence keeps these sites out."""
    code = "low_coordinate_confidence"
    open_to_all = (
        "\n[gates]\noutside_area = false\nbeyond_corridor_walk = false\ntoo_small = false\ncompleted = false\n"
    )
    open_to_all += "under_construction = false\nended = false\n"
    low = plain.sites["coordinate_confidence"].eq("low")
    assert low.sum() >= 3
    names = plain.sites.index[low]
    without = assess(project(tmp_path, more=open_to_all)).sites
    assert without.loc[names, "rank"].notna().all()
    strict = assess(project(tmp_path, more=open_to_all + f"{code} = true\n")).sites
    assert strict.loc[names, ["rank", "score"]].isna().all(axis=None)
    assert (strict.loc[names, "gate_reasons"] == code).all()
    others = strict.index[strict["coordinate_confidence"].isin(["high", "medium"])]
    assert (strict.loc[others, "eligible"] == without["eligible"].reindex(others)).all()
    assert not plain.sites["gate_reasons"].str.contains(code, na=False).any()


def test_a_wrong_key_of_shapes_is_refused(tmp_path):
    wrong = SHAPES.replace("reference =", "refrence =")
    expected = r"\[sources\] shapes\[1\]: unknown key 'refrence'; did you mean 'reference'"
    with pytest.raises(ProjectError, match=expected):
        project(tmp_path, ("stops = [", wrong + "\nstops = ["))
