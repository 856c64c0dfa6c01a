"""The order of the work: stages by hand and the run agree, each stage lives on what it needs and adds what it says."""

from __future__ import annotations

from dataclasses import fields, replace
from types import MappingProxyType

import pandas as pd
import pytest

from factories.results import small_result
from factories.sample import sample_text
from siteprior.core.code_join import join_codes
from siteprior.core.errors import SitePriorError
from siteprior.core.files import shipped
from siteprior.core.progress import Bars
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.pipeline.run import assess
from siteprior.pipeline.stages import (
    AGAIN,
    AS_IT_IS,
    LEFT_OUT,
    READING,
    STAGES,
    Stage,
    group_of,
    has,
    run_stages,
    stage_table,
    stages_from,
)  # fmt: skip
from siteprior.project.load import load_project
from siteprior.sources.registry import EVIDENCE, SOURCES

LOGS = ("issue_tables", "provenance", "joins")
"""What the stages that read or join add to."""


@pytest.fixture(scope="module")
def project():
    return load_project(shipped("data") / "demo.toml", data_root=shipped("data"))


@pytest.fixture(scope="module")
def steps(project):
    """Return the result before each stage and after it, one by one."""
    result, trail = Result(project), []
    for stage in STAGES:
        after = run_stages(result, [stage])
        trail.append((stage, result, after))
        result = after
    return trail


def same(one, two):
    """Tell whether two results of a stage hold the same."""
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, two)
    elif isinstance(one, tuple) and hasattr(one, "_fields"):
        for a, b in zip(one, two, strict=True):
            same(a, b)
    elif isinstance(one, dict | MappingProxyType):
        assert list(one) == list(two)
        for name in one:
            same(one[name], two[name])
    elif type(one).__module__ == "builtins" or one is None:
        assert one == two


def results(result):
    """Return what is there of a result by name, groups of columns as ``columns.<group>``."""
    named = {one.name: getattr(result, one.name) for one in fields(result) if one.name not in ("columns", "project")}
    there = {name: value for name, value in named.items() if value is not NOT_YET}
    return there | {f"columns.{group}": frame for group, frame in result.columns.items()}


def only(result, needs):
    """Return the result with the project, the logs and what is needed, and nothing else."""
    kept = {name: getattr(result, name) for name in needs if not name.startswith("columns.")}
    groups = {name: frame for name, frame in result.columns.items() if f"columns.{name}" in needs}
    logs = {name: getattr(result, name) for name in LOGS}
    return Result(result.project, columns=MappingProxyType(groups), **logs, **kept)


def test_what_a_stage_joins_is_put_on_record():
    def joining(result, _progress):
        join_codes(["E1", "E2"], ["E1"], name="homes of areas", of="areas", file="homes.csv", lost="blank")
        return result

    stage = Stage("Join", (), (), joining, "read")
    done = run_stages(small_result(), [stage, stage])
    assert [(join.name, join.met, join.codes) for join in done.joins] == [("homes of areas", 1, 2)]


def test_what_a_stage_needs_is_made_by_a_stage_before_it():
    there: set[str] = set()
    for stage in STAGES:
        assert set(stage.needs) <= there, stage.name
        assert not set(stage.adds) & there, stage.name
        there |= set(stage.adds)
    assert len({stage.name for stage in STAGES}) == len(STAGES)
    assert {stage.scenarios for stage in STAGES} == {AS_IT_IS, AGAIN, LEFT_OUT}
    made = {name for name in there if not name.startswith("columns.")}
    assert made == {one.name for one in fields(Result)} - {"project", "columns", *LOGS}


def test_a_stage_adds_what_it_says_and_nothing_else(steps):
    for stage, before, after in steps:
        new = {name for name in results(after) if name not in results(before)}
        assert new == set(stage.adds), stage.name
        changed = [name for name, value in results(before).items() if results(after)[name] is not value]
        assert set(changed) <= set(LOGS), stage.name


def test_a_stage_adds_the_columns_it_says_to_the_same_sites(steps, project):
    named = {
        "<layer>": [layer.name for layer in project.layers],
        "<registered>": [c.name for each in (*SOURCES.values(), *EVIDENCE.values()) for c in each.columns],
    }
    for stage, _, after in steps:
        group = group_of(stage)
        if group is None:
            assert not stage.columns or stage.name.startswith("Order")
            continue
        named["c_<criterion>"] = [f"c_{name}" for name in after.weights]
        declared = [name for column in stage.columns for name in named.get(column, [column])]
        frame = after.columns[group]
        assert sorted(frame.columns) == sorted(declared), stage.name
        assert frame.index.equals(after.sites_merged.index)


def test_a_stage_needs_nothing_but_what_it_says(steps):
    for stage, before, after in steps:
        alone = run_stages(only(before, stage.needs), [stage])
        for name in stage.adds:
            if name.startswith("columns."):
                group = name.removeprefix("columns.")
                pd.testing.assert_frame_equal(alone.columns[group], after.columns[group], obj=stage.name)
            elif name != "record":
                same(getattr(alone, name), getattr(after, name))


def test_stages_by_hand_and_the_run_agree(steps, project, sample_assessment):
    by_hand, done = steps[-1][2], sample_assessment
    pd.testing.assert_frame_equal(by_hand.sites, done.sites)
    pd.testing.assert_frame_equal(by_hand.scenario_effects, done.scenario_effects)
    pd.testing.assert_frame_equal(by_hand.corridor_summary, done.corridor_summary)
    assert by_hand.record == done.record
    read = run_stages(Result(project), READING)
    assert len(READING) == 11
    assert STAGES[: len(READING)] == READING
    pd.testing.assert_frame_equal(read.sites_merged, done.sites_merged)
    assert not has(read, "columns.area")


def test_from_a_changed_weight_on_only_what_needs_it_runs_again(steps, project):
    done = steps[-1][2]
    weights = dict.fromkeys(done.weights, 1.0)
    again = run_stages(replace(done, weights=weights), stages_from("weights"))
    equal = assess(project.model_copy(update={"weights": dict.fromkeys(weights, 1.0)}))
    pd.testing.assert_frame_equal(again.sites, equal.sites)
    pd.testing.assert_frame_equal(again.shortlist, equal.shortlist)
    assert not again.sites["score"].equals(done.sites["score"])
    assert again.columns["prices"] is done.columns["prices"]
    assert "Measure the access grid" not in {stage.name for stage in stages_from("weights")}
    assert stages_from("record") == ()


def test_a_stage_out_of_turn_is_refused_with_the_stage_that_is_lacking(project):
    with pytest.raises(SitePriorError, match=r"'Read registers and own sites': lacks areas \('Read areas and depriv"):
        run_stages(Result(project), [stage for stage in STAGES if stage.name == "Read registers and own sites"])
    with pytest.raises(AttributeError, match="no stage has made this yet"):
        Result(project).sites.columns  # noqa: B018


def test_no_stage_adds_drops_or_moves_a_site(steps):
    result = steps[-1][2]
    frame = result.columns["area"]
    for wrong in (frame.iloc[:-1], frame.iloc[::-1], pd.concat([frame, frame.iloc[:1]])):
        with pytest.raises(SitePriorError, match="no stage adds, drops or moves a site"):
            result.with_columns("area", wrong)
    with pytest.raises(SitePriorError, match="the sites have hectares, walk_m already"):
        result.with_columns("area", frame.assign(walk_m=1.0, hectares=2.0))
    pd.testing.assert_frame_equal(result.with_columns("area", frame).table, result.table)


def test_a_mistake_in_weights_or_costs_is_refused_before_any_file_is_read(tmp_path):
    for key, value in (("[weights]", "deprivatoin = 1"), ("[assumptions.costs]", "build_gbp_per_sqm = 2000")):
        path = tmp_path / "project.toml"
        path.write_text(sample_text(plain=True) + f"\n{key}\n{value}\n", encoding="utf-8")
        said = []
        with pytest.raises(SitePriorError, match=value.split(" ")[0]):
            run_stages(Result(load_project(path, data_root=shipped("data"))), READING, progress=said.append)
        assert said == []


def test_the_table_names_every_stage_in_order():
    table = stage_table()
    assert table["name"].tolist() == [stage.name for stage in STAGES]
    assert table["stage"].tolist() == list(range(1, len(STAGES) + 1))
    assert table.loc[table["in_scenarios"] == "again", "name"].iloc[0] == "Measure walks to stops"


def test_a_bar_names_the_stage_at_work_and_who_takes_lines_gets_those_of_the_stages_alone():
    class Shown(Bars):
        """Bars that keep what stands beside them."""

        def __init__(self):
            super().__init__()
            self.lines = []

        def __call__(self, line):
            self.lines.append(line)

    def work(result, progress):
        progress("Reading files")
        return result

    stages = [Stage("Read", (), (), work, "read"), Stage("Count", (), (), lambda result, _: result, "read")]
    bars, lines = Shown(), []
    for progress in (bars, lines.append):
        assert run_stages(result := small_result(), stages, progress=progress) is result
    assert bars.lines == ["Read", "Reading files", "Count"]
    assert lines == ["Reading files"]
