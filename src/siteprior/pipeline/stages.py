"""The order of the work, stated once: what each stage needs and what it adds (``siteprior stages`` prints it)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from siteprior.core import schema
from siteprior.core.all_faults import AllFaults
from siteprior.core.code_join import recorded_joins
from siteprior.core.errors import SitePriorError
from siteprior.core.progress import Bars, Progress, counting, no_progress
from siteprior.core.schema import Column
from siteprior.pipeline import (
    appraise,
    base_map,
    corridors,
    decisions,
    join,
    manifest,
    open_evidence,
    programme,
    rank,
    read,
    registered,
    robustness,
    scenario,
)  # fmt: skip
from siteprior.pipeline.few_sites import with_blank_columns
from siteprior.pipeline.result import Result
from siteprior.pipeline.stage import AGAIN, AS_IT_IS, LEFT_OUT, Stage, group_of, has


def _names(*columns: Column) -> tuple[str, ...]:
    """Return the names of declared columns."""
    return tuple(column.name for column in columns)


_VERDICT = [column.name for column in schema.SITE_APPRAISAL_COLUMNS].index("market_failure")
_HOMES, _FAILURE = schema.SITE_APPRAISAL_COLUMNS[:_VERDICT], schema.SITE_APPRAISAL_COLUMNS[_VERDICT:]

_REGISTER = ("sites_merged", "columns.area", "columns.history")
_ACCESS = ("columns.walks", "columns.access_index", "columns.corridor")
_APPRAISED = (
    "columns.layers", "columns.registered", "columns.homes", "columns.prices", "columns.viability",
    "columns.deadweight", "columns.market_failure", "columns.benefits", "columns.fund_rules",
)  # fmt: skip
_RULES = ("criteria_known", "gates_known", "weights")


def _try_scenarios(result: Result, progress: Progress) -> Result:
    """Run the stages a scenario touches again, for each scenario of the project, and compare the rankings.

    Homes are estimated anew, for a stop may make land denser; what was judged of market failure stays as it is.
    """
    from siteprior.scenarios.measure_effects import scenario_effects, scenario_summary

    effects = []
    fresh = {group_of(stage) for stage in STAGES if stage.scenarios != AS_IT_IS}
    kept = {name: frame for name, frame in result.columns.items() if name not in fresh}
    scenarios = result.project.scenarios
    with counting(progress, "Scenarios", total=len(scenarios), unit="scenarios", staged=True) as step:
        for supposed in scenarios:
            progress(f"Scenario: {supposed.name}")
            changed = replace(
                result,
                columns=MappingProxyType(kept),
                transit=scenario.changed_transit(result.project, result.transit, supposed),
            )
            for stage in STAGES:
                if stage.scenarios == AGAIN:
                    changed = stage.run(changed, no_progress)
            effects.append(scenario_effects(result.sites, changed.sites, scenario=supposed.name))
            step()
    table = pd.concat(effects) if effects else pd.DataFrame(columns=schema.SCENARIO_EFFECTS.names)
    summary = scenario_summary(table, shortlist=result.project.shortlist.n)
    return replace(result, scenario_effects=table, scenario_summary=summary)


STAGES: tuple[Stage, ...] = (
    Stage("Choose criteria, gates and weights", (), _RULES, rank.choose_criteria, "read", kept=False),
    Stage("Take costs and scheme", (), ("costs", "scheme"), appraise.read_costs, "read", kept=False),
    Stage("Read areas and deprivation", (), ("areas", "districts", "study_area"), read.read_areas, "read"),
    Stage("Cut the base map to the study area", ("areas",), ("base_map",), base_map.read_base_map, "read"),
    Stage("Read postcodes", (), ("postcodes",), read.read_postcodes, "read"),
    Stage(
        "Read registers and own sites", ("areas", "districts", "postcodes"),
        ("sites_read", "own_polygons", "register_history", "register_files", "decisions"), read.read_sites, "read",
    ),
    Stage(
        "Give sites a shape, merge duplicates", ("sites_read", "own_polygons", "decisions"),
        ("sites_merged", "shapes", "duplicates"), read.merge_sites, "read",
    ),
    Stage(
        "Read stops, corridors, streets, timetables", ("study_area",), ("transit",), read.read_supply, "read",
        beside=True,
    ),
    Stage(
        "Read sales and layers", ("areas", "study_area", "postcodes"), ("market",), read.read_evidence, "read",
        beside=True,
    ),
    Stage(
        "Decide how walks are measured", ("sites_merged", "shapes", "transit"),
        ("walking",), read.choose_walking, "read",
    ),
    Stage(
        "Read registered sources and evidence", ("areas", "study_area", "postcodes"), ("registered",),
        registered.read_registered, "read",
    ),
    Stage(
        "Look up the sites a programme names", ("sites_merged",), (), join.look_up_programme, "join", kept=False,
    ),
    Stage(
        "Find each site's area", ("sites_merged", "areas"), ("columns.area",), join.place_sites, "join",
        _names(*schema.SITE_AREA_COLUMNS),
    ),
    Stage(
        "Follow each site through the registers", ("sites_merged", "register_history"),
        ("columns.history",), join.follow_registers, "join", _names(*schema.SITE_HISTORY_COLUMNS),
    ),
    Stage(
        "Note the team's decisions", ("sites_merged", "decisions"), ("columns.decision",), decisions.note_decisions,
        "join", tuple(name for name in _names(*schema.SITE_DECISION_COLUMNS) if name != "rank_without_decisions"),
    ),
    Stage(
        "Find opportunities", ("sites_merged", "shapes", "columns.history"),
        ("columns.opportunity", "opportunity_links"), join.find_opportunities, "join",
        _names(*schema.SITE_OPPORTUNITY_COLUMNS),
    ),
    Stage(
        "Measure walks to stops", ("sites_merged", "columns.area", "areas", "districts", "transit", "walking"),
        ("columns.walks",), join.measure_walks, "join",
        _names(*schema.SITE_ACCESS_COLUMNS), AGAIN,
    ),
    Stage(
        "Measure the access index", ("sites_merged", "transit", "walking"),
        ("columns.access_index", "access_routes"), join.measure_access, "join",
        _names(*schema.SITE_PTAL_COLUMNS), AGAIN,
    ),
    Stage(
        "Assign corridors", ("sites_merged", "transit", "walking"),
        ("columns.corridor",), join.assign_corridors, "join",
        _names(*schema.SITE_CORRIDOR_COLUMNS), AGAIN,
    ),
    Stage(
        "Measure the project's layers", ("sites_merged", "columns.area", "shapes", "market"),
        ("columns.layers",), join.measure_layers, "appraise", ("<layer>",),
    ),
    Stage(
        "Join registered sources and evidence",
        (*_REGISTER, *_ACCESS, "columns.layers", "shapes", "areas", "registered"),
        ("columns.registered",), registered.join_registered, "appraise", ("<registered>",),
    ),
    Stage(
        "Estimate homes and jobs", (*_REGISTER, *_ACCESS, "columns.layers", "columns.registered"),
        ("columns.homes",), appraise.estimate_homes, "appraise",
        _names(*_HOMES, *schema.SITE_JOBS_COLUMNS), AGAIN,
    ),
    Stage(
        "Measure sales, predict prices", ("sites_merged", "columns.area", "areas", "market", "registered"),
        ("columns.prices", "price_validation", "price_note"), appraise.price_sites, "appraise",
        _names(*schema.SITE_PRICE_COLUMNS, *schema.SITE_VALUE_COLUMNS),
    ),
    Stage(
        "Appraise viability",
        ("sites_merged", *_APPRAISED[:4], "registered", "costs", "scheme"),
        ("columns.viability", "viability_drivers"), appraise.appraise_viability, "appraise",
        _names(
            *schema.SITE_VIABILITY_COLUMNS, *schema.SITE_HEADROOM_COLUMNS, *schema.SITE_ACQUISITION_COLUMNS,
        ),
    ),
    Stage(
        "Screen deadweight",
        (*_REGISTER, "columns.homes", "columns.prices", "columns.viability", "register_history"),
        ("columns.deadweight", "deadweight_evidence"), appraise.screen_deadweight, "appraise",
        _names(*schema.SITE_DEADWEIGHT_COLUMNS),
    ),
    Stage(
        "Judge market failure", (*_REGISTER, *_ACCESS, *_APPRAISED[:6], "shapes", "market", "registered"),
        ("columns.market_failure", "signals"), appraise.judge_failure, "appraise", _names(*_FAILURE),
    ),
    Stage(
        "Estimate benefits", (*_REGISTER, *_ACCESS, *_APPRAISED[:7], "scheme", "market", "registered"),
        ("columns.benefits",), appraise.estimate_benefits, "appraise", _names(*schema.SITE_BENEFIT_COLUMNS),
    ),
    Stage(
        "Check the funds' rules", (*_REGISTER, *_ACCESS, *_APPRAISED[:8]),
        ("columns.fund_rules", "fund_rules"), appraise.check_fund_rules, "appraise",
        _names(*schema.SITE_RULE_COLUMNS),
    ),
    Stage(
        "Apply the gates",
        (*_REGISTER, "columns.decision", "columns.opportunity", "duplicates", *_ACCESS, *_APPRAISED, "gates_known"),
        ("columns.gates",), rank.apply_gates,
        "rank", ("eligible", "gate_reasons", "gate_doubt", "ranked_as", "counted_in"), AGAIN,
    ),
    Stage(
        "Score and rank", (*_REGISTER, *_ACCESS, *_APPRAISED, "columns.gates", *_RULES),
        ("columns.score",), rank.score_sites, "rank",
        (
            "score", "coverage", "rank", "rank_without_transit", "rank_without_decisions", "score_band",
            "c_<criterion>", "members", "opportunity_hectares", "opportunity_dwellings",
        ),
        AGAIN,
    ),
    Stage(
        "Redraw weights and values: rank bands",
        (*_REGISTER, *_ACCESS, *_APPRAISED, "columns.gates", "criteria_known", "weights"),
        ("columns.rank_bands",), robustness.redraw_ranks, "rank", ("rank_p05", "rank_p95"), LEFT_OUT,
    ),
    Stage(
        "Order the sites, take the shortlist",
        (
            *_REGISTER, "columns.opportunity", *_ACCESS, *_APPRAISED, "columns.gates", "columns.score",
            "columns.rank_bands", *_RULES,
        ),
        ("sites", "shortlist", "opportunities", "gates", "criteria"), rank.order_sites, "rank", (), AGAIN,
    ),
    Stage(
        "Redraw weights and facts: acceptability",
        (
            *_REGISTER, *_ACCESS, *_APPRAISED, "columns.gates", "opportunities", "columns.rank_bands", "criteria_known",
            "weights",
        ),
        ("top_k_acceptability",), robustness.weigh_acceptability, "rank", (), LEFT_OUT, beside=True,
    ),
    Stage(
        "Choose a programme",
        (
            *_REGISTER, *_ACCESS, *_APPRAISED, "columns.gates", "sites", "opportunities", "fund_rules",
            "criteria_known", "weights",
        ),
        ("programme", "core_index", "programme_constraints", "programme_frontier", "programme_record"),
        programme.choose_programme, "rank", (), LEFT_OUT,
    ),
    Stage(
        "Try the scenarios",
        (
            *_REGISTER, "columns.opportunity", "duplicates", "columns.layers", *_APPRAISED, "shapes", "areas",
            "districts", "transit", "walking", "sites", *_RULES,
        ),
        ("scenario_effects", "scenario_summary"), _try_scenarios, "detail", beside=True,
    ),
    Stage(
        "Set out the shortlist", ("shortlist", "market", "costs", "scheme"),
        ("viability_lines", "comparables"), appraise.detail_shortlist, "detail", beside=True,
    ),
    Stage(
        "List what would decide the verdicts", ("sites", "signals"), ("evidence_gaps", "evidence_files"),
        open_evidence.list_open_evidence, "detail", beside=True,
    ),
    Stage(
        "Describe the corridors", ("sites", "shortlist", "transit", "walking", "areas"),
        ("site_corridors", "catchments", "corridor_summary", "corridor_rankings", "leading_corridors"),
        corridors.describe_corridors, "detail", beside=True,
    ),
    Stage(
        "Draw the leading corridor's catchments", ("leading_corridors", "transit", "walking"),
        ("leading_catchments",), corridors.draw_leading, "detail", beside=True,
    ),
    Stage(
        "Measure the access grid", ("study_area", "transit", "walking"),
        ("access_grids", "access_cells"), corridors.measure_cells, "detail", beside=True,
    ),
    Stage(
        "Record the run",
        ("sites", "gates", "criteria", "register_files", "evidence_files", "transit", "areas", "shortlist", "signals",
         "evidence_gaps", "deadweight_evidence", "fund_rules", "viability_drivers", "viability_lines",
         "price_validation", "comparables"),
        ("record",), manifest.describe_run, "detail",
    ),
)  # fmt: skip
"""The stages in their order."""

READING = tuple(stage for stage in STAGES if stage.part == "read")
"""The stages that read the inputs."""

RANKING = tuple(stage for stage in STAGES if stage.part in ("rank", "detail"))
"""The stages after the appraisal, the last of all."""


def run_stages(
    result: Result,
    stages: Iterable[Stage] = STAGES,
    *,
    progress: Progress = no_progress,
    what: str = "Joining, appraising, ranking",
) -> Result:
    """Run stages one after the other.

    Parameters
    ----------
    result
        What is there already: ``Result(project)`` at the start, or a result to run some stages of again, such as those
        from a changed weight on.
    stages
        The stages to run, in their order.
    progress
        Called with one line per stage or file; counts the stages where it shows steps.
    what
        What the stages do, for the name of their count.

    Raises
    ------
    SitePriorError
        When something a stage needs is not there; and what the stage itself raises.
    """
    stages = tuple(stages)
    name_stage = progress if isinstance(progress, Bars) else no_progress  # a bar has a place for it, a log needs none
    with counting(progress, what, total=len(stages), unit="stages", staged=True) as step:
        for stage in stages:
            name_stage(stage.name)
            lacking = [name for name in stage.needs if not has(result, name)]
            if lacking:
                makers = [f"{name} ('{maker.name}')" for name in lacking for maker in STAGES if name in maker.adds]
                raise SitePriorError(
                    f"stage '{stage.name}': lacks {', '.join(makers)}; run the stages that add it first"
                )
            result = _run_stage(stage, result, progress)
            step()
    return result


def _run_stage(stage: Stage, result: Result, progress: Progress) -> Result:
    """Run one stage, and keep what its joins by code came to."""
    with recorded_joins() as joins:
        result = stage.run(result, progress)
    return result.with_joins(joins)


def try_stages(
    result: Result, stages: Iterable[Stage] = STAGES, *, faults: AllFaults, progress: Progress = no_progress
) -> tuple[Result, tuple[str, ...]]:
    """Run stages one after the other, past those that are refused: what goes wrong is kept in ``faults``.

    Columns that a refused stage would have added come in missing, so that what comes after is tried. A stage that
    cannot work with what takes the place of refused inputs is left out.

    Returns
    -------
    tuple
        The result as far as it goes, and the names of the stages left out because what they need is lacking.
    """
    stages, left_out = tuple(stages), list[str]()
    with counting(progress, "Checking", total=len(stages), unit="stages", staged=True) as step:
        for stage in stages:
            tried = all(has(result, name) for name in stage.needs)
            try:
                with faults.kept():
                    result = _run_stage(stage, result, progress) if tried else result
            except Exception:
                if not faults.sentences:
                    raise
                tried = False  # it cannot work with what takes the place of something refused
            if not tried:
                left_out.append(stage.name)
            group = group_of(stage)
            if group is not None and has(result, "sites_merged") and not has(result, f"columns.{group}"):
                result = with_blank_columns(result, group, stage.columns)
            step()
    return result, tuple(left_out)


def stages_from(*changed: str) -> tuple[Stage, ...]:
    """Return the stages to run again when results are changed: those that need them, or what such stages add.

    Examples
    --------
    >>> [stage.name for stage in stages_from("weights")][:2]
    ['Score and rank', 'Redraw weights and values: rank bands']
    """
    touched, stages = set(changed), list[Stage]()
    for stage in STAGES:
        if touched & set(stage.needs):
            stages.append(stage)
            touched |= set(stage.adds)
    return tuple(stages)


def stage_table() -> pd.DataFrame:
    """Return the stages in their order as a table: what each needs, adds, and becomes under a scenario."""
    return pd.DataFrame(
        [
            {
                "stage": number,
                "name": stage.name,
                "part": stage.part,
                "needs": ", ".join(stage.needs),
                "adds": ", ".join(stage.adds),
                "columns": ", ".join(stage.columns),
                "in_scenarios": stage.scenarios,
            }
            for number, stage in enumerate(STAGES, 1)
        ]
    )
