"""A run ranked again: as a fresh run would, of its own measurements alone, and no other run's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import siteprior as sp
from siteprior.core.errors import RunWarning
from siteprior.core.files import shipped
from siteprior.pipeline.measured import MEASURE_NOTHING, other_settings
from siteprior.pipeline.stages import READING, STAGES, run_stages, stages_from
from siteprior.project.load import Project


def demo(**tables) -> Project:
    """Return the sample's project with tables in place of its own."""
    data = shipped("data")
    project = sp.load_project(data / "demo.toml", data_root=data)
    return project.model_copy(update=tables)


def table_of(project: Project, name: str, **keys):
    return getattr(project, name).model_copy(update=keys)


def changed_weights() -> Project:
    return demo(weights={"deprivation": 50, "capacity": 20, "fuel_poverty": 10, "corridor_access": 20})


def changed_gate() -> Project:
    return demo(gates={"beyond_corridor_walk": 2500, "too_small": False})


def changed_places() -> Project:
    project = demo()
    return project.model_copy(update={"shortlist": table_of(project, "shortlist", n=7)})


def ranked_by_site() -> Project:
    project = demo()
    return project.model_copy(update={"ranking": table_of(project, "ranking", unit="site")})


def joined_and_split() -> Project:
    project = demo()
    ids = [f"E08000025:ILL-BIR-0{number:02d}" for number in (13, 44, 3)]
    return project.model_copy(update={"opportunities": table_of(project, "opportunities", join=(tuple(ids),))})


CHANGES = [demo, changed_weights, changed_gate, changed_places, ranked_by_site, joined_and_split]


@pytest.fixture(scope="module")
def fresh(sample_assessment):
    """Return what a whole run of a project comes to: what its changed tables touch is made of the read inputs."""

    def of(project: Project):
        done = sample_assessment.__class__(**{**vars(sample_assessment), "project": project})
        chosen = run_stages(done, [stage for stage in READING if "weights" in stage.adds])
        touched = stages_from("weights", "gates_known", "criteria_known", "opportunity_links", "columns.opportunity")
        found = [stage for stage in STAGES if "columns.opportunity" in stage.adds]
        return run_stages(chosen, [*found, *(stage for stage in touched if stage.part == "rank")])

    return of


@pytest.mark.parametrize("change", CHANGES)
def test_a_ranking_is_that_of_a_fresh_run_to_the_last_digit(change, fresh, sample_run):
    project = change()
    new, want = sp.rerank(project, run=sample_run), fresh(project)
    for name in ("sites", "shortlist", "opportunities", "criteria", "gates"):
        got = getattr(new.result, name)
        assert_frame_equal(pd.DataFrame(got), pd.DataFrame(getattr(want, name)), check_exact=True, obj=name)
    assert new.result.weights == want.weights
    assert len(new.shortlist) == project.shortlist.n
    assert (set(new.changes["change"]) == {"same"}) == (change is demo)


def test_a_written_ranking_opens_as_a_run_and_holds_the_tables_of_a_run(sample_run, tmp_path):
    """Of the project as it was: each file that is written is the run's to the byte, but for the record in it."""
    new = sp.rerank(demo(), run=sample_run, out=tmp_path / "ranked")
    for path in sorted((tmp_path / "ranked").glob("*.csv")):
        assert path.read_bytes() == (sample_run / path.name).read_bytes(), path.name
    run, ranked = sp.open_run(sample_run), sp.open_run(tmp_path / "ranked")
    for name in ("shortlist", "sites", "opportunities", "corridors", "stops", "areas", "criteria", "issues",
                 "corridor_stops", "catchments", "evidence_gaps", "evidence_files"):  # fmt: skip
        assert_frame_equal(pd.DataFrame(ranked[name]), pd.DataFrame(run[name]), check_exact=True, obj=name)
    assert ranked.record["counts"] == run.record["counts"]
    assert ranked.record["ranked_from"]["run"] == sample_run.as_posix()
    assert sp.explain(ranked, new.shortlist.index[0]).sentences == sp.explain(run, new.shortlist.index[0]).sentences
    again = sp.rerank(changed_places(), run=tmp_path / "ranked")
    assert list(again.shortlist.index) == list(new.shortlist.index[:7])


def test_a_ranking_written_with_other_weights_is_what_was_returned(sample_run, tmp_path):
    new = sp.rerank(changed_weights(), run=sample_run, out=tmp_path / "ranked")
    ranked = sp.open_run(tmp_path / "ranked")
    assert list(ranked.shortlist.index) == list(new.shortlist.index)
    assert ranked.sites["score"].equals(new.sites["score"])
    assert ranked.stated_weights == {name: float(weight) for name, weight in changed_weights().weights.items()}
    assert set(sp.ranking.reweight(ranked, ranked.stated_weights).changes["change"]) == {"same"}
    first = sp.compare(sample_run, tmp_path / "ranked").set_index("site_id")
    assert first.loc[new.changes.index[0], "rank_b"] == 1


def test_what_enters_leaves_and_is_no_longer_ranked_says_why(sample_run):
    new = sp.rerank(changed_gate(), run=sample_run).changes
    anew = new[new["rank_before"].isna()]
    assert len(anew)
    assert set(anew["change"]) <= {"enters", "newly ranked"}
    assert anew["why"].str.startswith("gates: ").all()
    strict = sp.rerank(demo(gates={"beyond_corridor_walk": 300}), run=sample_run).changes
    gone = strict[strict["rank_after"].isna()]
    assert set(gone["change"]) == {"leaves", "no longer ranked"}
    assert (gone["why"] == "gates: none → beyond_corridor_walk").all()
    assert strict["rank_after"].dropna().is_monotonic_increasing


@pytest.mark.parametrize(
    ("table", "keys", "named"),
    [
        ("project", {"seed": 1}, "[project] seed"),
        ("access", {"cell_m": 50.0}, "[access] cell_m"),
        ("corridors", {"count_planned": False}, "[corridors] count_planned"),
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


def test_the_projects_own_run_is_found_before_the_newest_and_none_is_said(sample_run, tmp_path, monkeypatch):
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


def test_the_folder_of_a_run_is_never_written(sample_run, tmp_path):
    shutil.copytree(sample_run, tmp_path / "run")
    before = (tmp_path / "run" / "run.json").read_bytes()
    for out, run in ((tmp_path / "run", tmp_path / "run"), (tmp_path / "run", sample_run)):
        with pytest.raises(sp.InputError, match="is the folder of a run"):
            sp.rerank(demo(), run=run, out=out)
    assert (tmp_path / "run" / "run.json").read_bytes() == before


def test_all_faults_of_the_changed_tables_are_named_at_once(sample_run):
    project = demo(weights={"noise": 1.0})
    wrong = project.model_copy(update={"opportunities": table_of(project, "opportunities", join=(("x", "y"),))})
    with pytest.raises(sp.SitePriorError) as refused:
        sp.rerank(wrong, run=sample_run)
    assert "noise" in str(refused.value)
    assert "'x'" in str(refused.value)


def test_a_criterion_the_run_has_not_measured_is_refused(sample_run, monkeypatch):
    from siteprior.ranking import criteria as known

    quiet = known.Criterion("quiet", "Quiet", "need", "dB", 70, 50, ("noise_db",), known.column_measure("noise_db"))
    monkeypatch.setattr(known, "CRITERIA", {**known.CRITERIA, "quiet": quiet})
    with pytest.raises(sp.InputError, match=r"\[weights\] quiet: needs noise_db, which the run in .* has not measured"):
        sp.rerank(demo(weights={"quiet": 1.0}), run=sample_run)


def test_files_and_numbers_that_changed_since_the_run_are_stated(sample_run, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(shipped("data"), data)
    shutil.copytree(sample_run, tmp_path / "run")
    (data / "sites" / "walsall.csv").open("a", encoding="utf-8").write("\n")
    path = tmp_path / "run" / "run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    (one,) = (row for row in record["parameters"] if row["name"] == "access.walk_factor")
    one["value"] = 1.5
    path.write_text(json.dumps(record | {"siteprior": "0.0.9"}), encoding="utf-8")
    with pytest.warns(RunWarning) as stated:
        sp.rerank(sp.load_project(data / "demo.toml", data_root=data), run=tmp_path / "run")
    texts = [str(warning.message) for warning in stated]
    assert [text.partition(":")[0] for text in texts] == [
        "1 file changed since (sites/walsall.csv)",
        f"the run was made by siteprior 0.0.9, this is {sp.__version__}",
        "1 number of siteprior changed since (access.walk_factor)",
    ]


def test_a_ranking_of_nobody_is_stated(sample_run):
    with pytest.warns(RunWarning, match="no site passed the gates"):
        new = sp.rerank(demo(gates={"too_small": {"hectares": 1e6, "homes": 1e6}}), run=sample_run)
    assert not len(new.shortlist)
    assert set(new.changes["change"]) == {"leaves", "no longer ranked"}
