"""What registers as a source or as evidence, and what is refused."""

from __future__ import annotations

import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core import schema
from siteprior.core.errors import InputError, ProjectError, SitePriorError
from siteprior.core.files import shipped
from siteprior.core.schema import Column, SchemaError
from siteprior.pipeline.registered import join_registered, load_project
from siteprior.pipeline.registered_inputs import Registered
from siteprior.pipeline.result import Result
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import VectorLayer
from siteprior.sources import registry
from siteprior.sources.registry import EVIDENCE, SOURCES, EvidenceLayer, Published, evidence, joined, source

WORDS = {"title": "Noise", "meaning": "Decibels", "published": Published("Noise", "Agency", "OGL v3")}
PEAT = {"name": "peat_share", "kind": "vector", "measure": "share"}


def reader(paths, files):
    raise AssertionError("is not called")


@pytest.mark.parametrize(
    ("register", "says"),
    [
        (lambda: source("dwellings", **WORDS)(reader), r"\[sources\] 'dwellings': stands there already"),
        (lambda: source("streets", **WORDS)(reader), r"\[sources\] 'streets': stands there already"),
        (lambda: source("noise", **WORDS)(lambda path: None), "source 'noise': unknown argument 'path'; did you mean"),
        (lambda: joined("dwelings"), "unknown source 'dwelings'; did you mean 'dwellings'"),
        (lambda: joined("dwellings")(lambda weather: None), "source 'dwellings': unknown argument 'weather'"),
        (
            lambda: evidence("peat", **WORDS, layers=[PEAT])(lambda sites: None),
            "evidence 'peat': unknown argument 'sites'",
        ),
    ],
)
def test_what_cannot_be_registered_is_refused_with_the_reason(register, says):
    before = dict(SOURCES), dict(EVIDENCE)
    with pytest.raises(SitePriorError, match=says):
        register()
    assert (dict(SOURCES), dict(EVIDENCE)) == before


@pytest.mark.parametrize("first", ["registry", "evidence.land_values", "evidence.parcels", "optional.dwellings"])
def test_whatever_is_imported_first_the_order_is_one(first):
    code = (
        f"import siteprior.sources.{first}\nfrom siteprior.core import schema\n"
        "from siteprior.sources.registry import EVIDENCE, SOURCES, discover\ndiscover()\n"
        "print(*EVIDENCE, *SOURCES, *schema.SITES.names)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [*EVIDENCE, *SOURCES, *schema.SITES.names]


def test_a_module_of_the_users_own_registers_after_what_ships():
    code = (
        "from siteprior.sources.registry import Published, SOURCES, source\n"
        "noise = Published('Noise', 'Agency', 'OGL')\n"
        "source('noise', title='Noise', meaning='dB', published=noise)(lambda paths: 0)\nprint(*SOURCES)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [*SOURCES, "noise"]


def test_without_the_registry_a_project_that_names_evidence_is_refused_with_the_way_on():
    code = (
        "from siteprior.core.files import shipped\nfrom siteprior.project.load import load_project\n"
        "{}load_project(shipped('data') / 'demo.toml')"
    )
    advised = code.format("from siteprior.sources.registry import discover\ndiscover()\n")
    subprocess.run([sys.executable, "-c", advised], capture_output=True, text=True, check=True)
    done = subprocess.run([sys.executable, "-c", code.format("")], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "siteprior.load_project and the command line load what ships" in done.stderr


def test_evidence_whose_layer_is_none_is_refused():
    with pytest.raises(ProjectError, match="unknown measure of a vector layer 'shere'; did you mean 'share'"):
        evidence("peat", **WORDS, layers=[{**PEAT, "measure": "shere"}])
    signal = {"letter": "B", "zero": 0, "full": 1, "grade": "B", "reason": "x"}
    with pytest.raises(ProjectError, match="unknown signal 'B'"):
        evidence("peat", **WORDS, layers=[{**PEAT, "signal": signal}])


def test_a_column_that_stands_already_is_refused():
    with pytest.raises(SchemaError, match="column 'walk_m' is declared already"):
        source("walks", **WORDS, columns=[Column("walk_m", "number", "Walk", "A walk", "m")])(reader)
    assert "walks" not in SOURCES
    assert "walks" not in load_project(shipped("data") / "demo.toml").sources.registered_keys()


@pytest.mark.parametrize(
    ("extent", "expected"),
    [(None, [0.5, None]), (shapely.box(399_000, 289_000, 402_000, 292_000), [0.5, 0.0])],
    ids=["nobody said where it looked", "it looked here"],
)
def test_nothing_there_is_a_zero_only_where_the_evidence_looked(monkeypatch, extent, expected):
    spec = parse_layer({**PEAT, "path": "peat.gpkg"})
    column = Column("peat_share", "number", "Peat", "Share on peat", "0-1")
    layer = EvidenceLayer("peat", "Peat", "", WORDS["published"], reader, (spec,), columns=(column,))
    monkeypatch.setitem(registry._EVIDENCE, "peat", layer)
    squares = [shapely.box(4e5, 29e4, 4e5 + 100, 29e4 + 100), shapely.box(401_000, 29e4, 401_100, 29e4 + 100)]
    sites = gpd.GeoDataFrame(
        {"reference": ["a", "b"]}, index=pd.Index(["a", "b"], name="site_id"),
        geometry=[square.centroid for square in squares], crs=27700,
    )  # fmt: skip
    shapes = gpd.GeoDataFrame(
        {"shape_basis": ["polygon by location"] * 2}, index=sites.index, geometry=squares, crs=27700
    )
    half = gpd.GeoDataFrame(geometry=[shapely.box(4e5, 29e4, 4e5 + 50, 29e4 + 100)], crs=27700)
    peat = VectorLayer(half, extent, "p")
    given = Result(
        load_project(shipped("data") / "demo.toml"), sites_merged=sites, shapes=shapes, areas=sites,
        registered=Registered({}, (peat,), (spec,)),
    )  # fmt: skip
    found = join_registered(given, lambda _text: None).columns["registered"]["peat_share"]
    assert found.astype(object).where(found.notna(), None).tolist() == expected


def test_a_join_that_leaves_a_column_out_is_refused(monkeypatch, tmp_path):
    column = Column("homes_db", "number", "Homes", "Homes", "homes")
    lame = registry.Source("dwellings", "Dwellings", "", WORDS["published"], reader, (column,), lambda sites: sites)
    monkeypatch.setitem(registry._SOURCES, "dwellings", lame)
    text = (shipped("data") / "demo.toml").read_text(encoding="utf-8")
    stated = 'dwellings = {path = "d.csv", code = "C", column = "N", year = 2021}\n'
    file = tmp_path / "p.toml"
    file.write_text(text.replace("[sources]\n", "[sources]\n" + stated), encoding="utf-8")
    project = load_project(file)
    sites = gpd.GeoDataFrame(index=pd.Index(["a"], name="site_id"), geometry=[shapely.Point(4e5, 29e4)], crs=27700)
    given = Result(
        project, sites_merged=sites, shapes=None, areas=sites, registered=Registered({"dwellings": pd.DataFrame()})
    )
    with pytest.raises(InputError, match="source 'dwellings': what its join returns lacks the columns homes_db"):
        join_registered(given, lambda _text: None)


@pytest.fixture
def as_before(monkeypatch):
    from siteprior.core.schema import model
    from siteprior.project import registered_keys
    from siteprior.sources import catalogue

    monkeypatch.setattr(
        model, "REGISTERED_COLUMNS", {name: dict(each) for name, each in model.REGISTERED_COLUMNS.items()}
    )
    kept = [registry._SOURCES, registry._EVIDENCE, *registered_keys._KEYS.values(), catalogue._ROLES]
    before = [dict(each) for each in kept]
    yield
    for each, entries in zip(kept, before, strict=True):
        each.clear()
        each.update(entries)
    catalogue.load_catalogue.cache_clear()


def test_of_two_registrations_of_one_name_the_second_is_refused_when_it_is_applied(as_before):
    column = Column("noise_db", "number", "Noise", "Decibels", "dB")
    first, second = (source("noise", columns=column, **WORDS) for _ in range(2))
    first(reader)
    with pytest.raises(SitePriorError, match=r"\[sources\] 'noise': stands there already"):
        second(lambda paths: None)
    assert (SOURCES["noise"].read, SOURCES["noise"].columns) == (reader, (column,))
    first, second = (
        evidence("noise", layers={**PEAT, "name": "noise_share", "title": "Share"}, **WORDS) for _ in range(2)
    )
    first(reader)
    with pytest.raises(SitePriorError, match=r"\[evidence\] 'noise': stands there already"):
        second(lambda paths: None)
    assert EVIDENCE["noise"].read is reader
    assert [spec.name for spec in EVIDENCE["noise"].specs] == ["noise_share"]


def test_a_source_may_have_its_key_in_evidence(as_before, tmp_path):
    source("noise", section="evidence", example="noise.csv", **WORDS)(reader)
    with pytest.raises(SitePriorError, match=r"\[evidence\] 'noise': stands there already"):
        evidence("noise", layers={**PEAT, "name": "noise_share", "title": "Share"}, **WORDS)(reader)
    text = (shipped("data") / "demo.toml").read_text(encoding="utf-8")
    file = tmp_path / "p.toml"
    file.write_text(text.replace("[evidence]\n", '[evidence]\nnoise = "noise.csv"\n', 1), encoding="utf-8")
    project = load_project(file)
    assert [entry.path for entry in SOURCES["noise"].entries(project)] == ["noise.csv"]
    file.write_text(text.replace("[sources]\n", '[sources]\nnoise = "noise.csv"\n', 1), encoding="utf-8")
    with pytest.raises(ProjectError, match="unknown key 'noise'"):
        load_project(file)


def test_a_source_has_one_join(as_before):
    source("noise", **WORDS)(reader)

    def join_noise(sites, table):
        return sites

    joined("noise")(join_noise)
    with pytest.raises(SitePriorError, match="source 'noise': is joined by join_noise already; register one join"):
        joined("noise")(lambda sites: sites)
    assert SOURCES["noise"].join is join_noise


@pytest.mark.parametrize(
    ("register", "says"),
    [
        (
            lambda: source("noise", **WORDS, columns=None),
            "source 'noise': columns: needs a Column or several, got None",
        ),
        (
            lambda: source("noise", **WORDS, columns=["db"]),
            "source 'noise': columns: needs a Column or several, got 'db'",
        ),
        (lambda: source(5, **WORDS), "source: name: needs a text, got 5"),
        (lambda: source("noise", **(WORDS | {"title": None})), "source 'noise': title: needs a text, got None"),
        (lambda: evidence("peat", **WORDS, layers=None), "evidence 'peat': layers: needs a table of keys or several"),
        (
            lambda: evidence("peat", **WORDS, layers=["peat"]),
            "evidence 'peat': layers: needs a table of keys or several",
        ),
    ],
)
def test_what_is_no_declaration_is_refused(register, says):
    with pytest.raises(InputError, match=says):
        register()
