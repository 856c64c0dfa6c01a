"""Registered sources and evidence in a run: read with what they ask for, and judged by what they declare."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from factories.results import at_points, small_result
from siteprior.core.errors import InputError
from siteprior.core.files import Input
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.schema import Column
from siteprior.pipeline import registered
from siteprior.pipeline.registered import (
    evidence_criteria,
    evidence_gates,
    evidence_signals,
    join_registered,
    read_registered,
)
from siteprior.pipeline.registered_inputs import Registered
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import VectorLayer
from siteprior.project.model import File
from siteprior.sources import catalogue
from siteprior.sources.registry import EvidenceLayer, Published, Source

AGENCY = Published("Noise map", "Agency", "OGL v3")
SPEC = parse_layer(
    {"name": "peat_share", "path": "declared", "kind": "vector", "measure": "share",
     "criterion": {"worst": 1, "best": 0}, "gate": {"at_most": 0.9},
     "signal": {"letter": "P", "zero": 0, "full": 0.5, "grade": "B", "reason": "deep peat"}}
)  # fmt: skip
PEAT = EvidenceLayer("peat", "Deep peat", "", Published("Peat map", "Survey", "OGL v3"), None, (SPEC,))
NOISE = Column("noise_db", "number", "Noise", "Road noise", "dB")
SQUARE = shapely.box(0, 0, 100, 100)


def project_naming(*keys, files=("a.csv",)):
    """Return what stands for a project that names these keys, each with files."""
    entries = {key: tuple(File(path=name, vintage="2024") for name in files) for key in keys}
    table = SimpleNamespace(named=lambda name: entries.get(name, ()))
    return SimpleNamespace(
        file=Path("nowhere/project.toml"), data_root=Path("nowhere"), sources=table, evidence=table,
        project=SimpleNamespace(as_of="2021-01-01"),
        catalogue={},
        find=lambda entry: [(Path("/data") / entry.path, entry.path)],
    )  # fmt: skip


def result_of(project, **made):
    areas = gpd.GeoDataFrame(index=pd.Index(["E01"], name="lsoa_code"), geometry=[SQUARE], crs=27700)
    shapes = gpd.GeoDataFrame(
        {"shape_basis": ["polygon by reference", "polygon by reference"]}, index=pd.Index(["a", "b"], name="site_id"),
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(50, 0, 60, 10)], crs=27700,
    )  # fmt: skip
    sites = at_points((5, 5), (55, 5))
    return small_result(sites, project=project, areas=areas, study_area=SQUARE, postcodes=None, shapes=shapes, **made)


@pytest.fixture
def register(monkeypatch):
    """Stand in for the registries: nothing that ships is there."""

    def register(*, sources=None, evidence=None):
        monkeypatch.setattr(registered, "SOURCES", sources or {})
        monkeypatch.setattr(registered, "EVIDENCE", evidence or {})

    register()
    known = {name: catalogue.Publication(name, "Agency", "OGL v3", "") for name in ("noise", "peat")}
    monkeypatch.setattr(catalogue, "_ROLES", known)
    catalogue.load_catalogue.cache_clear()
    yield register
    monkeypatch.undo()
    catalogue.load_catalogue.cache_clear()


def origin(file):
    return Input("?", file, "0" * 64, 1, 1)


def test_a_reader_is_given_what_it_names_and_its_origin_is_the_projects(register):
    seen = {}

    def read(paths, files, as_of, study_area, entries):
        seen.update(locals())
        log = IssueLog(files[0])
        log.add("missing value", row=2)
        return Reading(pd.DataFrame({"db": [60.0]}), log.table(), tuple(map(origin, files)))

    register(sources={"noise": Source("noise", "Noise map", "", AGENCY, read, (NOISE,))})
    said = []
    done = read_registered(result_of(project_naming("noise", files=("a.csv", "b.csv"))), said.append)
    assert (seen["files"], seen["as_of"]) == (["a.csv", "b.csv"], "2021-01-01")
    assert [path.as_posix() for path in seen["paths"]] == ["/data/a.csv", "/data/b.csv"]
    assert seen["study_area"].equals(SQUARE)
    assert done.registered.tables["noise"]["db"].to_list() == [60.0]
    assert [(read.role, read.file, read.vintage) for read in done.provenance] == [
        ("noise", "a.csv", "2024"), ("noise", "b.csv", "2024"),
    ]  # fmt: skip
    assert len(done.issues) == 1
    assert said == ["Reading noise map"]


def test_what_the_project_does_not_name_is_not_read(register):
    def read(paths):
        raise AssertionError("is not called")

    register(sources={"noise": Source("noise", "Noise", "", AGENCY, read, (NOISE,))}, evidence={"peat": PEAT})
    done = read_registered(result_of(project_naming()), print)
    assert (dict(done.registered.tables), done.registered.layers, done.registered.specs) == ({}, (), ())


@pytest.mark.parametrize("by_name", [False, True])
def test_evidence_gives_one_layer_for_all_or_each_by_its_name(register, by_name):
    layer = VectorLayer(gpd.GeoDataFrame(geometry=[SQUARE], crs=27700), None, "peat.gpkg")

    def read(files):
        return Reading({"peat_share": layer} if by_name else layer, IssueLog(files[0]).table(), (origin(files[0]),))

    register(evidence={"peat": EvidenceLayer("peat", "Deep peat", "", AGENCY, read, (SPEC,))})
    done = read_registered(result_of(project_naming("peat", files=("p.gpkg",))), print)
    assert done.registered.layers == (layer,)
    assert [spec.path for spec in done.registered.specs] == ["p.gpkg"]


def test_evidence_that_lacks_a_layer_is_refused(register):
    def read(files):
        return Reading({"peat": None}, IssueLog(files[0]).table(), ())

    register(evidence={"peat": EvidenceLayer("peat", "Deep peat", "", AGENCY, read, (SPEC,))})
    with pytest.raises(InputError, match=r"^evidence 'peat': its reader returns no layer peat_share$"):
        read_registered(result_of(project_naming("peat")), print)


def test_a_source_that_was_read_is_joined_and_one_that_was_not_is_blank(register):
    def join(sites, table):
        return pd.DataFrame({"noise_db": [table["db"][0], None]}, index=sites.index)

    register(sources={"noise": Source("noise", "Noise", "", AGENCY, None, (NOISE,), join)})
    read = Registered({"noise": pd.DataFrame({"db": [61.5]})})
    found = join_registered(result_of(project_naming("noise"), registered=read), print).columns["registered"]
    assert found["noise_db"].fillna(-1).to_list() == [61.5, -1]
    found = join_registered(result_of(project_naming()), print).columns["registered"]
    assert found["noise_db"].isna().all()


def test_a_join_on_another_index_is_refused(register):
    def join(sites):
        return pd.DataFrame({"noise_db": [1.0]})

    register(sources={"noise": Source("noise", "Noise", "", AGENCY, None, (NOISE,), join)})
    read = Registered({"noise": pd.DataFrame()})
    with pytest.raises(InputError, match="source 'noise': what its join returns is not on the index of the sites;"):
        join_registered(result_of(project_naming("noise"), registered=read), print)


def test_evidence_judges_only_where_the_project_names_it(register):
    register(evidence={"peat": PEAT})
    assert (evidence_criteria(project_naming()), evidence_gates(project_naming())) == ({}, {})
    (criterion,) = evidence_criteria(project_naming("peat")).values()
    assert (criterion.name, criterion.worst, criterion.best) == ("peat_share", 1, 0)
    assert (criterion.source, criterion.confidence) == ("Peat map", "proposal")
    (gate,) = evidence_gates(project_naming("peat")).values()
    assert gate.why.startswith("Deep peat: ")
    assert "Own layer" not in gate.why
    assert (gate.source, gate.default) == ("Peat map", False)


def test_signals_carry_the_title_of_the_evidence(register):
    register(evidence={"peat": PEAT})
    spec = SPEC.model_copy(update={"path": "p.gpkg"})
    result = result_of(project_naming("peat"), registered=Registered(specs=(spec,)))
    rows = evidence_signals(result, result.sites_merged.assign(peat_share=[0.25, None]))
    assert rows["site_id"].to_list() == ["a"]
    assert rows["source"].to_list() == ["Deep peat: p.gpkg"]
    assert rows["value"].to_list() == [0.5]  # half way from 0 to 0.5


def test_a_reader_gets_an_entry_for_each_file_and_the_polygons_of_its_coverage_are_a_layer(register, tmp_path):
    asked = {}

    def read(paths, files, stated, find, cache):
        asked.update(files=files, stated=[entry.path for entry in stated], drawn=find("drawn.gpkg"), cache=cache)
        origins = [Input("peat", file, "ab", 1, 1) for file in files]
        empty = gpd.GeoDataFrame(geometry=[], crs=27700)
        return Reading(VectorLayer(empty, SQUARE, "a.csv"), IssueLog("a.csv").table(),
                       (*origins, Input("layer extent", "drawn.gpkg", "cd", 1, 1)))  # fmt: skip

    register(evidence={"peat": EvidenceLayer("peat", "Deep peat", "", PEAT.published, read, (SPEC,))})
    project = project_naming("peat", files=("*.csv",))
    project.find = lambda entry: [(tmp_path / name, name) for name in ("a.csv", "b.csv")]
    project.find_one = lambda entry: (tmp_path / entry.path, entry.path)
    project.cache = tmp_path
    done = read_registered(result_of(project), lambda _text: None)
    assert asked == {
        "files": ["a.csv", "b.csv"], "stated": ["*.csv", "*.csv"], "drawn": (tmp_path / "drawn.gpkg", "drawn.gpkg"),
        "cache": tmp_path,
    }  # fmt: skip
    origins = [(read.role, read.file, read.vintage) for read in done.provenance]
    assert origins == [("peat", "a.csv", "2024"), ("peat", "b.csv", "2024"), ("layer", "drawn.gpkg", "")]


def test_a_signal_of_evidence_has_the_words_of_its_module(register):
    words = Column("peat_kind", "text", "Kind of peat", "What peat")
    kind = parse_layer({"name": "peat_kind", "path": "p", "kind": "vector", "measure": "names", "column": "kind"})
    peat = EvidenceLayer(
        "peat", "Deep peat", "", PEAT.published, None, (SPEC, kind), columns=(words,),
        none={"peat_share": "no deep peat"}, described_by={"peat_share": "peat_kind"},
    )  # fmt: skip
    register(evidence={"peat": peat})
    result = result_of(project_naming("peat"), registered=Registered({}, (), (SPEC,)))
    sites = result.table.assign(peat_share=[1.0, 0.0], peat_kind=pd.Series(["bog", None], dtype="str").to_numpy())
    assert evidence_signals(result, sites)["reason"].tolist() == [
        "deep peat: 100% of the site, bog (Peat share)", "no deep peat (Peat share)",
    ]  # fmt: skip
