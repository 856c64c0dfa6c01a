"""The report of a result, and its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from siteprior.core.files import whole_file
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, Step, counting
from siteprior.pipeline.report_page import report_page
from siteprior.pipeline.result import Result
from siteprior.report.file_names import file_names


def write_report(done: Result, folder: Path, dossiers: Mapping[str, str], progress: Progress) -> None:
    """Draw the pictures, one step each, and write the report."""
    from siteprior.appraisal.market_failure.signals import signal_table
    from siteprior.report.html.corridors import corridor_section
    from siteprior.report.html.report import write_report as write_page
    from siteprior.report.maps.overview import draw_overview

    head = done.project.project
    strips = done.leading_corridors[: done.project.publish.strips]
    drawn = 2 + len(strips) + (done.leading_catchments is not None) + bool(len(done.programme))
    with counting(progress, "Drawing maps", total=drawn, unit="maps", staged=True) as step:
        progress("Drawing the map of the shortlist")
        picture = draw_overview(
            sites=done.sites,
            shortlist=done.shortlist,
            corridors=done.corridors,
            stops=done.stops,
            areas=done.areas,
            districts=done.districts,
            title=head.title,
            attribution=" ".join(done.record["attribution"]),
            illustrative=head.illustrative,
        )
        step()
        decision = _decision(done, folder, progress, step)
        strip_maps = _strips(done, folder, strips, progress, step)
        catchment = _catchment_map(done, folder, progress, step)
    progress("Writing the report")
    write_page(
        folder / "report.html",
        record=done.record,
        sites=done.sites,
        shortlist=done.shortlist,
        criteria=done.criteria,
        issues=done.issues,
        picture=picture,
        gates=done.gates,
        signals=signal_table(),
        corridors=corridor_section(
            done.sites,
            summary=done.corridor_summary,
            strips=strip_maps,
            catchment=catchment,
            scenarios=done.scenario_summary,
        ),
        decision=decision,
        explore=report_page(done),
        dossiers=dossiers,
        market=_market_section(done),
    )


def _decision(done: Result, folder: Path, progress: Progress, step: Step) -> dict[str, Any]:
    """Draw how sure the order is and what the budget buys, keep the pictures as files, and collect the section."""
    from siteprior.report.charts.rank_bands import draw_rank_bands, rank_bands_words
    from siteprior.report.html.decision import decision_section
    from siteprior.report.maps.core_index import core_index_words, draw_choice

    head, first = done.project.project, done.project.shortlist.n
    attribution = " ".join(done.record["attribution"])
    progress("Drawing how far the ranks move")
    sure = done.top_k_acceptability
    bands = draw_rank_bands(
        sure, title=f"{head.title}: how far the ranks move", attribution=attribution, first=first,
        illustrative=head.illustrative,
    )  # fmt: skip
    _keep(bands, folder / "pictures" / "rank_bands.png")
    step()
    core = None
    if len(done.programme):
        progress("Drawing what the budget buys")
        shown = done.opportunities.join(done.core_index[["core_index", "core_class", "chosen"]])
        picture = draw_choice(
            shown, done.areas, done.corridors, done.districts, title=f"{head.title}: what the budget buys",
            attribution=attribution, illustrative=head.illustrative,
        )  # fmt: skip
        core = (picture, core_index_words(shown))
        _keep(picture, folder / "pictures" / "core_index.png")
        step()
    return decision_section(
        acceptability=sure,
        shortlist=first,
        programme=done.programme,
        constraints=done.programme_constraints,
        record=done.programme_record,
        bands=(bands, rank_bands_words(sure, first=first)),
        core=core,
    )


def _market_section(done: Result) -> dict[str, Any]:
    """Collect the section on what the market would do alone."""
    from siteprior.appraisal.market_failure.signals import signal_table
    from siteprior.appraisal.viability.sensitivity import TITLES
    from siteprior.report.html.market import market_section

    return market_section(
        done.sites,
        done.shortlist,
        signals=done.signals,
        titles=signal_table(),
        validation=done.price_validation,
        price_note=done.price_note,
        drivers=done.viability_drivers,
        input_titles=TITLES,
        rules=done.fund_rules,
        files=done.evidence_files,
    )


def _strips(
    done: Result, folder: Path, corridors: Sequence[str], progress: Progress, step: Step
) -> dict[str, tuple[bytes, str]]:
    """Draw the strip maps of the corridors with most of the shortlist, and keep them as files, too."""
    from siteprior.report.maps.strip import draw_strip_map, strip_map_words

    reach_m = load_parameters("access").number("rail_cutoff_m")
    drawn = {}
    files = file_names(done.leading_corridors)
    for number, corridor in enumerate(corridors, 1):
        progress(f"Drawing strip map {number} of {len(corridors)}: {corridor}")
        picture = draw_strip_map(
            done.corridor_stops,
            done.site_corridors,
            done.sites,
            corridor=corridor,
            title=corridor,
            attribution=" ".join(done.record["attribution"]),
            shortlist=list(done.shortlist.index),
            reach_m=reach_m,
            illustrative=done.project.project.illustrative,
        )
        words = strip_map_words(
            done.corridor_stops, done.site_corridors, done.sites, corridor=corridor, reach_m=reach_m
        )
        _keep(picture, folder / "pictures" / f"strip_{files[corridor]}.png")
        drawn[corridor] = (picture, words)
        step()
    return drawn


def _catchment_map(done: Result, folder: Path, progress: Progress, step: Step) -> tuple[bytes, str] | None:
    """Draw what lies within a walk of the leading corridor's stops; ``None`` where nothing was measured."""
    from siteprior.report.maps.catchments import catchment_map_words, draw_catchments

    leading = done.leading_catchments
    if leading is None:
        return None
    corridor = done.leading_corridors[0]
    progress(f"Drawing what lies on foot of {corridor}")
    counted = ["open", "planned"] if done.project.corridors.count_planned else ["open"]
    stops = done.corridor_stops[
        (done.corridor_stops["corridor"] == corridor) & done.corridor_stops["state"].isin(counted)
    ]
    picture = draw_catchments(
        leading,
        stops,
        done.sites,
        done.areas,
        title=f"On foot: {corridor}",
        attribution=" ".join(done.record["attribution"]),
        network=done.walking.network,
        shortlist=list(done.shortlist.index),
        illustrative=done.project.project.illustrative,
    )
    _keep(picture, folder / "pictures" / f"catchment_{file_names(done.leading_corridors)[corridor]}.png")
    step()
    return picture, catchment_map_words(leading, stops)


def _keep(picture: bytes, path: Path) -> None:
    """Write a picture whole."""
    with whole_file(path) as temporary:
        temporary.write_bytes(picture)
