"""The main job: the only module that knows the order of the stages.

sources → joins → appraisal → ranking → publish. Every stage gets its tables and numbers from here and imports none of
the others.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from siteprior import schema
from siteprior.auditing import Audit, write_findings
from siteprior.errors import ProjectError, SitePriorError
from siteprior.files import move_file, shipped, whole_folder
from siteprior.intake import Inputs, Say, read_inputs, silent
from siteprior.presets import load_presets
from siteprior.project import Project, load_project
from siteprior.record import run_info, run_record


@dataclass(frozen=True)
class Assessment:
    """A project worked through: the sites with all that was joined, appraised and ranked, and what stands beside them.

    Attributes
    ----------
    sites
        :data:`siteprior.schema.SITES`, every site considered, ranked ones first.
    shortlist
        The first ``n`` of the ranked sites.
    shapes
        :data:`siteprior.schema.SITE_SHAPES`: polygons and discs of the sites.
    corridors, stops, areas
        The layers beside them.
    signals
        The market-failure record in long form, one row per site and signal.
    criteria
        The criteria with anchors, weights and sources.
    history
        What happened to each site from register to register, one row per event; empty without older registers.
    duplicates
        Pairs of records that are, or may be, one site, with reasons and confidence.
    issues
        The issue log.
    record
        Inputs, versions, settings and numbers used: the content of ``run.json``.
    """

    project: Project
    sites: Any
    shortlist: Any
    shapes: Any
    corridors: Any
    corridor_stops: Any
    stops: Any
    areas: Any
    signals: pd.DataFrame
    criteria: pd.DataFrame
    history: pd.DataFrame
    duplicates: pd.DataFrame
    issues: pd.DataFrame
    record: dict[str, Any]


def assess(project: Project | Path | str, *, say: Say = silent) -> Assessment:
    """Work a project through, in memory: read, join, appraise, gate, score and rank.

    Parameters
    ----------
    project
        A project file or a loaded project.
    say
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
    >>> from siteprior.files import shipped
    >>> from siteprior.project import load_project
    >>> done = assess(load_project(shipped("data") / "demo.toml", data_root=shipped("data")))
    >>> len(done.shortlist)
    25
    """
    loaded = project if isinstance(project, Project) else load_project(project)
    weights = _weights(loaded)
    inputs = read_inputs(loaded, say=say)
    say("Joining")
    sites = _join(loaded, inputs)
    say("Appraising")
    sites, signals = _appraise(loaded, sites)
    say("Ranking")
    sites = _rank(loaded, sites, weights)
    ranked = sites[sites["rank"].notna()]
    criteria = _criteria(weights)
    return Assessment(
        project=loaded,
        sites=sites,
        shortlist=ranked.head(loaded.shortlist.n),
        shapes=inputs.shapes.reindex(sites.index),
        corridors=inputs.corridors,
        corridor_stops=inputs.corridor_stops,
        stops=inputs.stops,
        areas=inputs.areas,
        signals=signals,
        criteria=criteria,
        history=pd.DataFrame(columns=schema.HISTORY.names) if inputs.history is None else inputs.history.events,
        duplicates=inputs.duplicates,
        issues=inputs.issues,
        record=run_record(loaded, inputs, sites, criteria),
    )


def _weights(project: Project) -> dict[str, float]:
    """Return the project's weights: its own, a named set, or the default set; refused before any file is read."""
    from siteprior.ranking.criteria import CRITERIA
    from siteprior.ranking.scoring import check_weights, default_weights

    where = f"{project.file}: [weights]"
    stated = dict(project.weights)
    named = stated.pop("set", None)
    if named is not None and stated:
        raise ProjectError(f"{where}: gives both a set and weights of its own; keep one of the two")
    if named is not None or not stated:
        try:
            return default_weights(str(named)) if named is not None else default_weights()
        except SitePriorError as fault:
            raise ProjectError(*(f"{where}: {sentence}" for sentence in fault.faults)) from None
    try:
        return check_weights({name: float(weight) for name, weight in stated.items()}, CRITERIA)
    except (SitePriorError, ValueError) as fault:
        faults = getattr(fault, "faults", (str(fault),))
        raise ProjectError(*(f"{where}: {sentence}" for sentence in faults)) from None


def _join(project: Project, inputs: Inputs) -> Any:
    """Add area, deprivation, access and corridor columns to the sites."""
    from siteprior.joins.access import join_access
    from siteprior.joins.areas import join_areas
    from siteprior.joins.corridors import join_corridors
    from siteprior.joins.history import join_history

    access = load_presets("access")
    factor = access["walk_factor"].value
    sites = join_areas(inputs.sites, inputs.areas)
    sites = join_access(sites, inputs.stops, walk_factor=factor, shapes=inputs.shapes)
    sites = join_corridors(
        sites,
        inputs.corridor_stops,
        inputs.corridors,
        walk_factor=factor,
        reach_m=access["rail_cutoff_m"].value,
        count_planned=project.corridors.count_planned,
        shapes=inputs.shapes,
    )
    return join_history(sites, None if inputs.history is None else inputs.history.sites)


def _appraise(project: Project, sites: Any) -> tuple[Any, pd.DataFrame]:
    """Add capacity and the market-failure record."""
    from siteprior.appraisal.failure import failure_signals, failure_verdict
    from siteprior.appraisal.homes import capacity, default_profile

    assumed = project.assumptions
    homes = capacity(sites, profile=assumed.capacity_profile or default_profile(), basis=assumed.capacity_basis)
    signals = failure_signals(sites, as_of=project.project.as_of, neighbours=sites)
    return sites.join(homes).join(failure_verdict(sites, signals)), signals


def _rank(project: Project, sites: Any, weights: dict[str, float]) -> Any:
    """Apply the gates, score against fixed anchors, rank, and say how far each rank moves."""
    from siteprior.ranking.criteria import measure, value
    from siteprior.ranking.gates import apply_gates, gate_doubt
    from siteprior.ranking.robustness import rank_bands
    from siteprior.ranking.scoring import order, rank, score, score_band
    from siteprior.ranking.uncertainty import value_ranges

    settings = load_presets("ranking")
    try:
        gated = apply_gates(sites, gates=project.gates, as_of=project.project.as_of)
    except SitePriorError as fault:
        raise ProjectError(*(f"{project.file}: [gates]: {sentence}" for sentence in fault.faults)) from None
    gated["gate_doubt"] = gate_doubt(sites, gates=project.gates)
    eligible = gated["eligible"] == "yes"
    matrix = measure(sites, list(weights))
    scored = score(matrix, weights)
    scored["rank"] = rank(scored["score"], eligible)
    low, high = value_ranges(sites, matrix)
    bands = rank_bands(
        value(matrix)[eligible],
        weights,
        seed=project.project.seed,
        draws=settings["weight_draws"].value,
        spread=settings["weight_spread"].value,
        low=low[eligible],
        high=high[eligible],
    )
    scored["score_band"] = score_band(scored["score"])
    joined = sites.join(gated).join(scored).join(bands)
    # A site that failed a gate is not scored in public: a number beside it would be read as a rank it does not have.
    of_ranked = ["score", "coverage", "score_band", *(f"c_{name}" for name in weights)]
    joined.loc[~eligible, of_ranked] = None
    return order(schema.conform(joined, schema.SITES))


def _criteria(weights: dict[str, float]) -> pd.DataFrame:
    """Return the criteria used, with the share of the total weight each carries."""
    from siteprior.ranking.criteria import criteria_table
    from siteprior.ranking.scoring import normalised

    table = criteria_table()
    table = table[table["criterion"].isin(list(weights))].copy()
    table.insert(2, "weight", table["criterion"].map(normalised(weights)))
    return table.reset_index(drop=True)


def run(project: Project | Path | str, *, out: Path | str | None = None, say: Say = silent) -> Path:
    """Do the main job and write the run's folder; earlier outputs stay untouched unless all could be made.

    Parameters
    ----------
    project
        A project file or a loaded project.
    out
        The folder to write; ``outputs/<project>-<as_of>`` by default.
    say
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
    with whole_folder(folder) as staged:
        done = assess(loaded, say=say)
        try:
            publish(done, staged, say=say)
        except SitePriorError as fault:
            # A notebook that failed keeps what had run; it must outlive the temporary folder it was made in.
            for kept in sorted(staged.rglob("*.failed.ipynb")):
                move_file(kept, folder / kept.relative_to(staged))
            raise SitePriorError(*(text.replace(str(staged), str(folder)) for text in fault.faults)) from None
    return folder


def publish(done: Assessment, folder: Path, *, say: Say = silent) -> None:
    """Write every output of an assessment into a folder."""
    from siteprior.appraisal.failure import signal_table
    from siteprior.publish.geopackage import write_geopackage
    from siteprior.publish.maps import draw_map
    from siteprior.publish.notebooks import execute_notebook
    from siteprior.publish.report import write_report
    from siteprior.publish.tables import leading_columns, write_csv, write_run_record
    from siteprior.ranking.gates import gate_table

    head = done.project.project
    attribution = done.record["attribution"]
    say("Writing the GeoPackage and tables")
    sites, shortlist, issues = leading_columns(done.sites), leading_columns(done.shortlist), done.issues
    shapes, history, pairs = done.shapes[done.shapes.geometry.notna()], done.history, done.duplicates
    if head.illustrative:
        # A table travels without its report: each row has to say that it is invented.
        sites, shortlist, shapes, issues, history, pairs = (
            table.assign(illustrative="yes") for table in (sites, shortlist, shapes, issues, history, pairs)
        )
    write_geopackage(
        folder / "shortlist.gpkg",
        {
            "shortlist": shortlist,
            "sites": sites,
            "corridors": done.corridors,
            "stops": done.stops,
            "areas": done.areas,
        },
        {"run_info": run_info(done.record), "criteria": done.criteria, "issues": issues},
        as_of=head.as_of,
        metadata=done.record,
        illustrative=head.illustrative,
    )
    write_geopackage(
        folder / "site_shapes.gpkg",
        {"site_shapes": shapes},
        {},
        as_of=head.as_of,
        metadata=done.record,
        illustrative=head.illustrative,
    )
    write_csv(folder / "ranking.csv", sites.drop(columns="geometry").reset_index())
    write_csv(folder / "issues.csv", issues)
    write_csv(folder / "history.csv", history)
    write_csv(folder / "duplicates.csv", pairs)
    write_run_record(folder / "run.json", done.record)
    say("Drawing the map, writing the report, running the notebook")
    with ThreadPoolExecutor(max_workers=1) as beside:
        # The notebook runs in a process of its own and needs only the files written above.
        page = beside.submit(
            execute_notebook,
            shipped("notebooks") / "01_shortlist.ipynb",
            folder / "notebooks" / "01_shortlist.html",
            parameters={"run_folder": str(folder)},
            cwd=folder,
        )
        picture = draw_map(
            sites=done.sites,
            shortlist=done.shortlist,
            corridors=done.corridors,
            stops=done.stops,
            areas=done.areas,
            title=head.title,
            attribution=" ".join(attribution),
            illustrative=head.illustrative,
        )
        write_report(
            folder / "report.html",
            record=done.record,
            sites=done.sites,
            shortlist=done.shortlist,
            criteria=done.criteria,
            issues=done.issues,
            picture=picture,
            gates=gate_table(),
            signals=signal_table(),
        )
        page.result()


def demo(*, out: Path | str = Path("outputs/demo"), say: Say = silent) -> Path:
    """Do the main job on the illustrative sample that travels with siteprior, and return the run's folder."""
    data = shipped("data")
    return run(load_project(data / "demo.toml", data_root=data), out=out, say=say)


def check(project: Project | Path | str, *, out: Path | str | None = None, say: Say = silent) -> pd.DataFrame:
    """Read and audit every input of a project, rank nothing; write what was found and return the issue log.

    Parameters
    ----------
    project
        A project file or a loaded project.
    out
        The folder to write; ``outputs/<project>-<as_of>`` by default. ``issues.csv`` holds the issues of all inputs;
        beside it stands the audit of the project's registers as ``siteprior audit`` writes it: ``sites.csv``,
        ``files.csv``, ``audit.html`` and ``councils/*.xlsx``.
    say
        Called with one line per stage.

    Raises
    ------
    ProjectError, InputError, OutputError
        When the project, an input or the folder cannot be used.
    """
    from siteprior.publish.tables import write_csv
    from siteprior.sources.areas.lsoa import districts

    loaded = project if isinstance(project, Project) else load_project(project)
    head = loaded.project
    with whole_folder(_folder(loaded, out)) as staged:
        inputs = read_inputs(loaded, say=say)
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
            say=say,
        )
    return inputs.issues


def _folder(project: Project, out: Path | str | None) -> Path:
    """Return the run's folder: the one asked for, or the project's name and date under ``outputs``."""
    return Path(out) if out is not None else Path("outputs") / f"{project.name}-{project.project.as_of.isoformat()}"
