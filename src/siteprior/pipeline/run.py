"""The main job: the only module that knows the order of the stages.

sources → joins → appraisal → ranking → publish. Every stage gets its tables and numbers from here and imports none of
the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import ProjectError, SitePriorError
from siteprior.core.files import move_file, shipped, whole_folder
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, no_progress
from siteprior.pipeline.appraise import appraise, homes_and_jobs
from siteprior.pipeline.audit import Audit, write_findings
from siteprior.pipeline.publish import publish
from siteprior.pipeline.read import Inputs, read_inputs
from siteprior.pipeline.read_market import layer_specs
from siteprior.pipeline.read_transit import Transit, changed_transit
from siteprior.pipeline.result import Assessment
from siteprior.pipeline.run_record import NOT_IN_EVERY_RUN, run_record
from siteprior.project.load import Project, load_project
from siteprior.report.notebooks.worker import NotebookProcess


def assess(project: Project | Path | str, *, progress: Progress = no_progress) -> Assessment:
    """Work a project through, in memory: read, join, appraise, gate, score and rank.

    Parameters
    ----------
    project
        A project file or a loaded project.
    progress
        Called with one line per stage.

    Returns
    -------
    Assessment

    Raises
    ------
    ProjectError, InputError
        When the project or an input cannot be used.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> from siteprior.project.load import load_project
    >>> done = assess(load_project(shipped("data") / "demo.toml", data_root=shipped("data")))
    >>> len(done.shortlist)
    25
    """
    loaded = project if isinstance(project, Project) else load_project(project)
    judged = _judgement(loaded)
    return _assess(loaded, judged, read_inputs(loaded, progress=progress), progress=progress)


def _assess(project: Project, judged: _Judgement, inputs: Inputs, *, progress: Progress) -> Assessment:
    """Work a project through once its inputs are read."""
    from siteprior.ranking.gates import gate_table

    transit = inputs.transit
    progress("Joining")
    placed = _join(inputs)
    sites, access_routes = _join_transit(project, inputs, placed, transit)
    progress("Appraising")
    appraised = appraise(project, inputs, sites)
    progress("Ranking")
    sites = _rank(project, appraised.sites, judged)
    shortlist = sites[sites["rank"].notna()].head(project.shortlist.n)
    effects = _scenarios(project, inputs, placed, sites, judged, progress=progress)
    used = _criteria(judged)
    return Assessment(
        project=project,
        sites=sites,
        shortlist=shortlist,
        shapes=inputs.shapes.reindex(sites.index),
        transit=transit,
        areas=inputs.areas,
        appraised=appraised,
        comparables=_comparables(project, inputs, shortlist),
        market=inputs.market,
        gates=gate_table(registry=judged.gates),
        criteria=used,
        **_corridor_tables(project, inputs, sites, shortlist),
        access_routes=access_routes,
        scenario_effects=effects,
        history=pd.DataFrame(columns=schema.HISTORY.names) if inputs.history is None else inputs.history.events,
        duplicates=inputs.duplicates,
        issues=inputs.issues,
        record=run_record(project, inputs, sites, used),
    )


class _Judgement(NamedTuple):
    """What sites are judged by: the criteria and gates there are, the user's layers among them, and the weights."""

    criteria: Mapping[str, Any]
    gates: Mapping[str, Any]
    weights: dict[str, float]


def _judgement(project: Project) -> _Judgement:
    """Return what the project's sites are judged by; refused before any file is read."""
    from siteprior.ranking.criteria import CRITERIA, user_criteria
    from siteprior.ranking.gates import GATES, user_gates

    specs = layer_specs(project)
    try:
        criteria, gates = {**CRITERIA, **user_criteria(specs)}, {**GATES, **user_gates(specs)}
    except SitePriorError as fault:
        raise ProjectError(*(f"{project.file}: {sentence}" for sentence in fault.faults)) from None
    return _Judgement(criteria, gates, _weights(project, criteria))


def _weights(project: Project, criteria: Mapping[str, Any]) -> dict[str, float]:
    """Return the project's weights: its own, a named set, or the default set; refused before any file is read.

    Where no weights are stated, a project with timetables is ranked by what runs (the set ``timetabled``).
    """
    from siteprior.ranking.scoring import check_weights, default_weights

    where = f"{project.file}: [weights]"
    stated = dict(project.weights)
    named = stated.pop("set", None)
    if named is not None and stated:
        raise ProjectError(f"{where}: gives both a set and weights of its own; keep one of the two")
    if named is not None or not stated:
        try:
            usual = "timetabled" if project.sources.timetables else "balanced"
            return default_weights(usual if named is None else str(named))
        except SitePriorError as fault:
            raise ProjectError(*(f"{where}: {sentence}" for sentence in fault.faults)) from None
    try:
        return check_weights({name: float(weight) for name, weight in stated.items()}, criteria)
    except (SitePriorError, ValueError) as fault:
        faults = getattr(fault, "faults", (str(fault),))
        raise ProjectError(*(f"{where}: {sentence}" for sentence in faults)) from None


def _join(inputs: Inputs) -> Any:
    """Add to the sites the area each lies in and what older registers tell of it."""
    from siteprior.joins.areas import join_areas
    from siteprior.joins.history import join_history

    return join_history(
        join_areas(inputs.sites, inputs.areas), None if inputs.history is None else inputs.history.sites
    )


def _join_transit(project: Project, inputs: Inputs, sites: Any, transit: Transit) -> tuple[Any, pd.DataFrame]:
    """Add access, access index and corridor to the sites; and list the routes in reach."""
    from siteprior.joins.corridors import join_corridors
    from siteprior.joins.ptal_sites import join_access_index
    from siteprior.joins.walk_access import join_access

    walking = _walking(project, inputs, transit)
    sites = join_access(sites, transit.stops, **walking)
    routes = pd.DataFrame()
    if transit.timetables is not None:
        sites, routes = join_access_index(
            sites,
            transit.timetables.stops,
            transit.timetables.services,
            **walking,
            top_60_ttwa=project.access.top_60_ttwa,
        )
    return join_corridors(sites, transit.corridor_stops, transit.corridors, **walking, **_reach(project)), routes


def _walking(project: Project, inputs: Inputs, transit: Transit) -> dict[str, Any]:
    """Return how walks are measured: over the streets where there are any, else as straight lines times a factor."""
    access = load_parameters("access")
    return {
        "walk_factor": access["walk_factor"].value,
        "max_snap_m": project.access.max_snap_m or access["max_snap_m"].value,
        "network": transit.network,
        "shapes": inputs.shapes,
    }


def _reach(project: Project) -> dict[str, Any]:
    """Return which corridor stops count, and how far a corridor reaches, in metres."""
    return {
        "reach_m": load_parameters("access")["rail_cutoff_m"].value,
        "count_planned": project.corridors.count_planned,
    }


def _corridor_tables(project: Project, inputs: Inputs, sites: Any, shortlist: Any) -> dict[str, Any]:
    """Return the corridors as objects: sites along them, catchments, rankings and a summary."""
    from siteprior.joins.catchments import corridor_catchments
    from siteprior.joins.corridor_sites import corridor_sites
    from siteprior.joins.corridor_summary import corridor_rankings, corridor_summary

    transit, reach, walking = inputs.transit, _reach(project), _walking(project, inputs, inputs.transit)
    along = corridor_sites(sites, transit.corridor_stops, transit.corridors, **walking, **reach)
    drawn = corridor_catchments(
        transit.corridor_stops,
        transit.network,
        count_planned=reach["count_planned"],
        bands_m=[reach["reach_m"]],
        basis="disc" if transit.network is None else "streets",
        max_snap_m=walking["max_snap_m"],
        walk_factor=walking["walk_factor"],
    )
    return {
        "site_corridors": along,
        "catchments": drawn,
        "corridor_rankings": corridor_rankings(along, sites),
        "corridor_summary": corridor_summary(
            transit.corridors, along, sites, catchments=drawn, areas=inputs.areas, shortlist=list(shortlist.index)
        ),
    }


def _scenarios(
    project: Project, inputs: Inputs, placed: Any, sites: Any, judged: _Judgement, *, progress: Progress
) -> pd.DataFrame:
    """Work each scenario of the project through from the joins on, and tell what it changes.

    Homes are told anew, for a stop may make land denser; what was found of market failure stays as it is.
    """
    from siteprior.scenarios.effects import scenario_effects

    found = []
    for scenario in project.scenarios:
        progress(f"Scenario: {scenario.name}")
        changed, _ = _join_transit(project, inputs, placed, changed_transit(project, inputs.transit, scenario))
        ranking = _ranked_columns(judged.weights)
        kept = [name for name in sites.columns if name not in changed.columns and name not in ranking]
        changed = changed.join(pd.DataFrame(sites[kept]))
        homes = homes_and_jobs(project, changed)
        changed = changed.drop(columns=[name for name in homes if name in changed.columns]).join(homes)
        changed = _rank(project, changed, judged, bands=False)
        found.append(scenario_effects(sites, changed, scenario=scenario.name))
    return pd.concat(found) if found else pd.DataFrame(columns=schema.SCENARIO_EFFECTS.names)


def _ranked_columns(weights: Mapping[str, float]) -> set[str]:
    """Return the columns that ranking adds to the sites."""
    return {*(column.name for column in schema.SITE_RANKING_COLUMNS), *(f"c_{name}" for name in weights)}


def _comparables(project: Project, inputs: Inputs, shortlist: Any) -> pd.DataFrame:
    """List the sales nearest to each shortlisted site; none without sales."""
    from siteprior.joins.sales import comparables

    sales, day = inputs.market.sales, project.project.price_date
    if sales is None or day is None:
        return pd.DataFrame(columns=schema.COMPARABLES.names)
    return comparables(shortlist, sales, price_date=day)


def _rank(project: Project, sites: Any, judged: _Judgement, *, bands: bool = True) -> Any:
    """Apply the gates, score against fixed anchors, rank, and (``bands``) say how far each rank moves."""
    from siteprior.ranking.criteria import measure
    from siteprior.ranking.gates import apply_gates, gate_doubt
    from siteprior.ranking.scoring import order, rank, score, score_band
    from siteprior.ranking.uncertainty import known_shares

    criteria, gates, weights = judged
    try:
        gated = apply_gates(sites, gates=project.gates, as_of=project.project.as_of, registry=gates)
    except SitePriorError as fault:
        raise ProjectError(*(f"{project.file}: [gates]: {sentence}" for sentence in fault.faults)) from None
    gated["gate_doubt"] = gate_doubt(sites, gates=project.gates, registry=gates)
    eligible = gated["eligible"] == "yes"
    matrix = measure(sites, list(weights), criteria=criteria)
    scored = score(matrix, weights, criteria=criteria, known=known_shares(sites, matrix, criteria=criteria))
    scored["rank"] = rank(scored["score"], eligible)
    scored["rank_without_transit"] = _rank_without_transit(matrix, eligible, judged)
    scored["score_band"] = score_band(scored["score"])
    joined = sites.join(gated).join(scored)
    if bands:
        joined = joined.join(_bands(project, sites, matrix, eligible, judged))
    # A site that failed a gate is not scored in public: a number beside it would be read as a rank it does not have.
    of_ranked = ["score", "coverage", "score_band", *(f"c_{name}" for name in weights)]
    joined.loc[~eligible, of_ranked] = None
    return order(schema.conform(joined, schema.SITES))


def _rank_without_transit(matrix: pd.DataFrame, eligible: pd.Series, judged: _Judgement) -> Any:
    """Rank the same sites with no weight on transit; missing where every weight speaks of it."""
    from siteprior.ranking.scoring import leave_out, rank, score

    try:
        apart = leave_out(judged.weights, "transit", criteria=judged.criteria)
    except SitePriorError:
        return None
    return rank(score(matrix[list(apart)], apart, criteria=judged.criteria)["score"], eligible)


def _bands(project: Project, sites: Any, matrix: pd.DataFrame, eligible: pd.Series, judged: _Judgement) -> pd.DataFrame:
    """Return how far the ranks move when weights are redrawn and what is uncertain or blank ranges."""
    from siteprior.ranking.criteria import value
    from siteprior.ranking.rank_bands import rank_bands
    from siteprior.ranking.uncertainty import value_ranges

    settings = load_parameters("ranking")
    low, high = value_ranges(sites, matrix, criteria=judged.criteria)
    return rank_bands(
        value(matrix, criteria=judged.criteria)[eligible],
        judged.weights,
        seed=project.project.seed,
        draws=settings["weight_draws"].value,
        spread=settings["weight_spread"].value,
        low=low[eligible],
        high=high[eligible],
    )


def _criteria(judged: _Judgement) -> pd.DataFrame:
    """Return the criteria used, with the share of the total weight each carries."""
    from siteprior.ranking.criteria import criteria_table
    from siteprior.ranking.scoring import normalised

    table = criteria_table(judged.criteria)
    table = table[table["criterion"].isin(list(judged.weights))].copy()
    table.insert(2, "weight", table["criterion"].map(normalised(judged.weights)))
    return table.reset_index(drop=True)


def run(project: Project | Path | str, *, out: Path | str | None = None, progress: Progress = no_progress) -> Path:
    """Do the main job and write the run's folder; earlier outputs stay untouched unless all could be made.

    Parameters
    ----------
    project
        A project file or a loaded project.
    out
        The folder to write; ``outputs/<project>-<as_of>`` by default.
    progress
        Called with one line per stage.

    Returns
    -------
    Path
        The folder: ``shortlist.gpkg``, ``site_shapes.gpkg``, ``ranking.csv``, ``issues.csv``, ``report.html``,
        ``run.json`` and ``notebooks/``.

    Raises
    ------
    ProjectError, InputError, OutputError
        When the project, an input or the folder cannot be used.
    """
    loaded = project if isinstance(project, Project) else load_project(project)
    folder = _folder(loaded, out)
    with whole_folder(folder, own=NOT_IN_EVERY_RUN) as staged:
        judged = _judgement(loaded)
        inputs = read_inputs(loaded, progress=progress)
        # What notebooks need is loaded beside the work that starts now, for there are inputs to work on.
        with NotebookProcess(staged, jobs=len(loaded.publish.notebooks)) as notebooks:
            done = _assess(loaded, judged, inputs, progress=progress)
            try:
                publish(done, staged, notebooks, progress=progress)
            except SitePriorError as fault:
                # A notebook that failed keeps what had run; it must outlive the temporary folder it was made in.
                for kept in sorted(staged.rglob("*.failed.ipynb")):
                    move_file(kept, folder / kept.relative_to(staged))
                raise SitePriorError(*(text.replace(str(staged), str(folder)) for text in fault.faults)) from None
    return folder


def demo(*, out: Path | str = Path("outputs/demo"), progress: Progress = no_progress) -> Path:
    """Do the main job on the illustrative sample that travels with siteprior, and return the run's folder."""
    data = shipped("data")
    return run(load_project(data / "demo.toml", data_root=data), out=out, progress=progress)


def check(
    project: Project | Path | str, *, out: Path | str | None = None, progress: Progress = no_progress
) -> pd.DataFrame:
    """Read and audit every input of a project, rank nothing; write what was found and return the issue log.

    Parameters
    ----------
    project
        A project file or a loaded project.
    out
        The folder to write; ``outputs/<project>-<as_of>`` by default. ``issues.csv`` holds the issues of all inputs;
        beside it stands the audit of the project's registers as ``siteprior audit`` writes it: ``sites.csv``,
        ``files.csv``, ``audit.html`` and ``councils/*.xlsx``.
    progress
        Called with one line per stage.

    Raises
    ------
    ProjectError, InputError, OutputError
        When the project, an input or the folder cannot be used.
    """
    from siteprior.report.tables import write_csv
    from siteprior.sources.areas.lsoa import districts

    loaded = project if isinstance(project, Project) else load_project(project)
    head = loaded.project
    with whole_folder(_folder(loaded, out)) as staged:
        inputs = read_inputs(loaded, progress=progress)
        if inputs.register_files.empty:
            write_csv(staged / "issues.csv", inputs.issues)
            return inputs.issues
        registers = inputs.sites_read[inputs.sites_read["file"].isin(inputs.register_files["file"])]
        write_findings(
            Audit(registers, inputs.issues, inputs.register_files, ()),
            staged,
            boundaries=districts(inputs.areas),
            title=f"{head.title}: audit of the registers",
            illustrative=head.illustrative,
            progress=progress,
        )
    return inputs.issues


def _folder(project: Project, out: Path | str | None) -> Path:
    """Return the run's folder: the one asked for, or the project's name and date under ``outputs``."""
    return Path(out) if out is not None else Path("outputs") / f"{project.name}-{project.project.as_of.isoformat()}"
