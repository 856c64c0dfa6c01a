"""What a run states at its end of evidence: layers that do not say where they looked, what met no site."""

from __future__ import annotations

from collections.abc import Iterator

from siteprior.core.short_repr import counted, first_few
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.project.layers import VectorLayer
from siteprior.sources.registry import EVIDENCE


def evidence_notices(result: Result) -> Iterator[str]:
    """Yield which evidence states no coverage: sites it does not meet stay without a value of it."""
    if result.registered is NOT_YET:
        return
    read = zip(result.registered.specs, result.registered.layers, strict=True)
    layers = {spec.name: layer for spec, layer in read if isinstance(layer, VectorLayer)}
    for name, evidence in EVIDENCE.items():
        counted = [spec.name for spec in evidence.specs if spec.measure in ("share", "within", "count")]
        own = {column: layers[column] for column in counted if column in layers}
        unstated = {column: layer for column, layer in own.items() if layer.extent is None}
        if not unstated:
            continue
        files = ", ".join(dict.fromkeys(layer.file for layer in unstated.values()))
        some = (
            ""
            if len(unstated) == len(own)
            else " for a part of it: its files hold no such feature, and do not state that they were made of them"
        )
        yield (
            f"{name} ({files}): it is not stated where it looked{some}, so a site it does not meet has no value of "
            f'{", ".join(unstated)}, and not none; state coverage: "England", a box [west, south, east, north], a file '
            "of polygons, or ONS codes of councils"
        )


SHOWN = 3
"""Names in one sentence, at most."""


def fact_notices(result: Result) -> Iterator[str]:
    """Yield how many rows of the user's site facts are of no site, or of several: they state nothing."""
    from siteprior.registers.site_facts import OF_NO_SITE

    issues = result.issues
    lost = issues[issues["action"].str.startswith(OF_NO_SITE)]
    if len(lost):
        named = list(dict.fromkeys(lost["value"].dropna().astype(str)))
        yield (
            f"site_facts: {counted(len(lost), 'row')} not used ({first_few(named, SHOWN)}), for no one site has "
            "that name; the issues say which rows, mend their site_id, or reference and organisation"
        )


def household_notices(result: Result) -> Iterator[str]:
    """Yield that households were read and no sale was counted against them, with the reason."""
    if not result.project.evidence.named("households"):
        return
    sites = result.sites
    if sites["sales_per_1000_private_households"].notna().any():
        return
    if not result.project.sources.sales:
        why = "no sales are given; add sources.sales"
    elif not (sites["sales_years_covered"].fillna(0) >= 1).any():
        why = "the sales cover no whole year before price_date; give whole years of them"
    else:
        why = "no sale lies near a site with households"
    yield f"households: read, and a thin market (T) is measured on no site with them, for {why}"
