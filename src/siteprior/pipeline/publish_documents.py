"""The documents of a result for those who decide: a dossier per opportunity and the board summary; also as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from siteprior.pipeline.result import Result


def dossier_records(done: Result) -> list[dict[str, Any]]:
    """Return the record of evidence of each shortlisted opportunity, in the order of the shortlist."""
    from siteprior.appraisal.market_failure.signals import signal_table
    from siteprior.appraisal.viability.sensitivity import TITLES
    from siteprior.report.dossiers.records import site_records

    lines = done.viability_lines
    return site_records(
        done.shortlist,
        signals=done.signals,
        titles=signal_table(),
        lines=lines if lines.notna().any(axis=None) else None,
        drivers=done.viability_drivers,
        input_titles=TITLES,
        evidence=done.deadweight_evidence,
        rules=done.fund_rules,
        comparables=done.comparables,
    )


def write_dossiers(done: Result, folder: Path) -> dict[str, str]:
    """Write a page per opportunity of the shortlist; return where each stands, by ``site_id``.

    They are for internal use, and no other run has any.
    """
    from siteprior.ranking.explanation import explain_sites
    from siteprior.report.dossiers.site_map import ground_of
    from siteprior.report.dossiers.write import Around
    from siteprior.report.dossiers.write import write_dossiers as write_pages

    if not for_internal_use(done):
        return {}
    sites = [str(site) for site in done.shortlist.index]
    ground = ground_of(
        areas=done.areas, corridors=done.corridors, corridor_stops=done.corridor_stops, stops=done.stops,
        network=done.walking.network,
    )  # fmt: skip
    around = Around(
        ground, done.shapes, done.site_corridors, done.access_routes, done.history, done.top_k_acceptability
    )
    return write_pages(
        folder,
        record=done.record,
        records=dossier_records(done),
        sites=done.sites,
        shortlist=done.shortlist,
        criteria=done.criteria,
        around=around,
        why=explain_sites(done, sites, first=len(sites)) if sites else {},
    )


def for_internal_use(done: Result) -> bool:
    """Return whether the run's folder stays with the team that made it: only then it says what is meant to be bought."""
    return done.project.publish.audience == "internal"
