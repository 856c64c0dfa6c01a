"""The documents of a result for those who decide: a dossier per opportunity and the board summary; also as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteprior.core.errors import OutputError
from siteprior.core.progress import Progress, Step, counting
from siteprior.pipeline.result import Result
from siteprior.report.file_names import dossier_files

if TYPE_CHECKING:
    from siteprior.ranking.explanation import SiteWords

BOARD_SUMMARY = "board_summary.html"


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


def dossiers_of(done: Result) -> dict[str, str]:
    """Return where each dossier stands in the folder, by ``site_id``; none in a run that is not for internal use."""
    return dossier_files(done.shortlist.index) if _has_documents(done) else {}


def _has_documents(done: Result) -> bool:
    return done.project.publish.audience == "internal"


def write_documents(done: Result, folder: Path) -> dict[str, str]:
    """Write dossiers and board summary; return where each dossier stands in the folder, by ``site_id``.

    Both say what is meant to be bought: a run that is not for internal use has neither.
    """
    from siteprior.ranking.explanation import explain_sites

    if not _has_documents(done):
        return {}
    sites = [str(site) for site in done.shortlist.index]
    why = explain_sites(done, sites, first=len(sites))
    dossiers = write_dossiers(done, folder, why)
    write_board_summary(done, folder, why, dossiers)
    return dossiers


def write_dossiers(done: Result, folder: Path, why: Mapping[str, SiteWords]) -> dict[str, str]:
    """Write a page per opportunity of the shortlist and the list of them; return where each stands, by ``site_id``."""
    from siteprior.report.dossiers.site_map import ground_of
    from siteprior.report.dossiers.write import Around
    from siteprior.report.dossiers.write import write_dossiers as write_pages

    ground = ground_of(
        areas=done.areas, corridors=done.corridors, corridor_stops=done.corridor_stops, stops=done.stops,
        network=done.walking.network, districts=done.districts,
    )  # fmt: skip
    return write_pages(
        folder,
        record=done.record,
        records=dossier_records(done),
        sites=done.sites,
        shortlist=done.shortlist,
        criteria=done.criteria,
        around=Around(
            ground, done.shapes, done.site_corridors, done.access_routes, done.history, done.top_k_acceptability
        ),
        why=why,
    )


def write_board_summary(done: Result, folder: Path, why: Mapping[str, SiteWords], dossiers: Mapping[str, str]) -> Path:
    """Write ``board_summary.html``: the run on two printed pages."""
    from siteprior.report.html.board_summary import write_board_summary as write_page

    return write_page(
        folder / BOARD_SUMMARY,
        record=done.record,
        sites=done.sites,
        shortlist=done.shortlist,
        criteria=done.criteria,
        areas=done.areas,
        corridors=done.corridors,
        acceptability=done.top_k_acceptability,
        evidence_files=done.evidence_files,
        programme=done.programme,
        programme_record=done.programme_record,
        measured={site: words.measured for site, words in why.items()},
        dossiers=dossiers,
        districts=done.districts,
    )


def print_documents(done: Result, folder: Path, dossiers: Mapping[str, str], progress: Progress) -> tuple[str, ...]:
    """Print what the project asks for as PDF, one step each, and return what could not be printed."""
    pages = pdf_pages(done, dossiers)
    if not pages:
        return ()
    with counting(progress, "Printing", total=len(pages), unit="pages", staged=True) as step:
        return write_pdfs(done, folder, dossiers, step)


def write_pdfs(done: Result, folder: Path, dossiers: Mapping[str, str], step: Step) -> tuple[str, ...]:
    """Print board summary and dossiers beside their pages as PDF, where the project asks for it.

    Returns
    -------
    tuple of str
        Why there is no PDF, or not of every page: the pages stay.
    """
    from siteprior.report.pdf import BROWSERS, find_browser, print_pdf

    pages = pdf_pages(done, dossiers)
    if not pages:
        return ()
    try:
        browser = find_browser()
    except OutputError as fault:
        return fault.faults
    if browser is None:
        return (
            f"pdf: no PDF was printed, for none of {', '.join(BROWSERS)} is on PATH; install Chromium, name a browser "
            "in SITEPRIOR_CHROMIUM, or print the pages from the one you read them in",
        )
    faults: list[str] = []
    for page in pages:
        try:
            print_pdf(folder / page, (folder / page).with_suffix(".pdf"), browser=browser,
                      as_of=done.project.project.as_of)  # fmt: skip
        except OutputError as fault:
            faults.extend(fault.faults)
        step()
    return tuple(faults)


def pdf_pages(done: Result, dossiers: Mapping[str, str]) -> list[str]:
    """Return the pages that are to be printed, relative to the run's folder; none unless the project asks for it."""
    asked = done.project.publish.pdf and done.project.publish.audience == "internal"
    return [BOARD_SUMMARY, *dossiers.values()] if asked else []
