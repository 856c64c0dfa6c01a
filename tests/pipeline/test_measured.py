"""Which run is ranked again: one that measured what the project states, and no other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import siteprior as sp
from factories.changed_demo import demo, table_of
from siteprior.pipeline.measured import MEASURE_NOTHING, other_settings


@pytest.mark.parametrize(
    ("table", "keys", "named"),
    [
        ("project", {"seed": 1}, "[project] seed"),
        ("access", {"cell_m": 50.0}, "[access] cell_m"),
        ("corridors", {"count_planned": True}, "[corridors] count_planned"),
        ("assumptions", {"employment_share": 0.5}, "[assumptions] employment_share"),
    ],
)
def test_a_run_of_other_measurements_is_refused_with_the_tables_that_differ(table, keys, named, sample_run):
    project = demo()
    other = project.model_copy(update={table: table_of(project, table, **keys), "layers": ()})
    with pytest.raises(sp.InputError) as refused:
        sp.rerank(other, run=sample_run)
    assert named in str(refused.value)
    assert "[[layers]]" in str(refused.value)
    assert "siteprior run" in str(refused.value)


def test_titles_and_tables_without_a_measurement_may_be_others(sample_run):
    project = demo()
    other = project.model_copy(update={"project": table_of(project, "project", title="T", area="A"), "scenarios": ()})
    record = json.loads((sample_run / "run.json").read_text(encoding="utf-8"))
    assert other_settings(other, record) == []
    for name in MEASURE_NOTHING:
        assert other_settings(project, {"settings": record["settings"] | {name: {"other": 1}}}) == []


def test_the_projects_own_run_is_found_before_the_newest_and_none_is_stated(sample_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(sp.InputError, match="there is no run of it in outputs"):
        sp.rerank(demo())
    shutil.copytree(sample_run, tmp_path / "outputs" / "any")
    assert sp.rerank(demo()).run == Path("outputs/any")
    sp.rerank(demo(), out="outputs/ranked")
    assert sp.rerank(demo()).run == Path("outputs/any")
    shutil.copytree(sample_run, tmp_path / "outputs" / "demo-2026-01-31")
    shutil.copytree(sample_run, tmp_path / "outputs" / "newest")
    assert sp.rerank(demo()).run == Path("outputs/demo-2026-01-31")


def test_a_criterion_the_run_has_not_measured_is_refused(sample_run, monkeypatch):
    from siteprior.ranking import criteria as known

    quiet = known.Criterion("quiet", "Quiet", "need", "dB", 70, 50, ("noise_db",), known.column_measure("noise_db"))
    monkeypatch.setattr(known, "CRITERIA", {**known.CRITERIA, "quiet": quiet})
    with pytest.raises(sp.InputError, match=r"\[weights\] quiet: needs noise_db, which the run in .* has not measured"):
        sp.rerank(demo(weights={"quiet": 1.0}), run=sample_run)
