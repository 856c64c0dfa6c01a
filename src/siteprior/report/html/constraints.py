"""What lies on a site's land, as its record lists it: landfill, flood zones, green belt and their like."""

from __future__ import annotations

import pandas as pd

from siteprior.core.schema import CONSTRAINTS, SITES, Column, as_kind

NOTHING, UNKNOWN = "none", "not known: no file given covers it"


def constraint_lines(sites: pd.DataFrame) -> list[list[dict[str, str]]]:
    """Return for each site what is known of its constraints, a title and words each, in the order of the columns.

    A constraint that is known of none of the sites was not asked for, and has no line; one that is known of others is
    named as not known.

    Parameters
    ----------
    sites
        Sites with the columns of the group ``Constraints``; those that are not there are passed over.

    Examples
    --------
    >>> constraint_lines(pd.DataFrame({"hectares": [1.0]}))
    [[]]
    """
    lines: list[list[dict[str, str]]] = [[] for _ in range(len(sites))]
    for column in SITES.columns:
        if column.group != CONSTRAINTS or column.name not in sites:
            continue
        values = as_kind(sites[column.name], column.kind, sites.index)
        if values.isna().all():
            continue
        for own, value in zip(lines, values.tolist(), strict=True):
            missing = bool(pd.isna(value))
            if not (missing and column.kind == "text"):
                own.append({"title": column.label, "words": UNKNOWN if missing else value_words(value, column)})
    return lines


def value_words(value: str | float, column: Column) -> str:
    """Write one value of a constraint in words.

    Examples
    --------
    >>> share = Column("green_belt", "number", "Green belt", "Share of the site in it", "0-1")
    >>> [value_words(share_of, share) for share_of in (0.0, 0.004, 0.62, 1.0)]
    ['none', 'under 1% of the site', '62% of the site', '100% of the site']
    >>> value_words(2.0, Column("listed", "number", "Listed buildings", "Many", "features")), value_words("x", share)
    ('2', 'x')
    """
    if isinstance(value, str):
        return value
    if value == 0:
        return NOTHING
    if column.unit == "0-1":
        return f"{value:.0%} of the site" if value >= 0.005 else "under 1% of the site"
    return f"{value:,.6g}" + (f" {column.unit}" if column.unit not in ("", "features") else "")
