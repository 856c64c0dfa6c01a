"""What ``siteprior fetch --dry-run`` comes to: how much would be fetched, and what a person has to fetch."""

from __future__ import annotations

import pandas as pd

from siteprior.core.shown_text import one_line
from siteprior.sources.catalogue import licence_title


def plan_text(table: pd.DataFrame) -> str:
    """Write how many files would be fetched, their size as far as it is known (MB), and what is fetched by hand.

    Parameters
    ----------
    table
        The table of :func:`siteprior.fetch`: ``status``, ``path``, ``size_mb`` (MB), ``licence``, ``page`` and
        ``place``; a file that is named twice counts once.

    Examples
    --------
    >>> facts = {"path": "a.csv", "size_mb": 5.0, "licence": "OGL v3", "page": "https://e.org", "place": "data/a.csv"}
    >>> print(plan_text(pd.DataFrame([{"status": "would fetch", **facts}])))
    To fetch: 1 file, about 5 MB.
    By hand: nothing.
    >>> print(plan_text(pd.DataFrame([{"status": "no url", **facts}])))
    To fetch: nothing.
    By hand: 1 file. Visit its page and save it to the path named:
        a.csv: https://e.org → data/a.csv (Open Government Licence v3.0)
    """
    files = table.drop_duplicates("place")
    return "\n".join(
        [_to_fetch(files[files["status"] == "would fetch"]), *_by_hand(files[files["status"] == "no url"])]
    )


def _to_fetch(files: pd.DataFrame) -> str:
    """Say how many files would be fetched and how large they are."""
    if files.empty:
        return "To fetch: nothing."
    known = files["size_mb"].dropna()
    unknown = len(files) - len(known)
    if known.empty:
        return f"To fetch: {_files(len(files))} of a size not known before."
    size = f"about {known.sum():,.0f} MB" if known.sum() >= 1 else f"about {known.sum():.2g} MB"
    if unknown:
        sizes = f"{len(known):,} of {size} together, {unknown:,} of a size not known before"
        return f"To fetch: {_files(len(files))}: {sizes}."
    return f"To fetch: {_files(len(files))}, {size}."


def _by_hand(files: pd.DataFrame) -> list[str]:
    """Say which files a person fetches: from which page, to which path, under which licence."""
    if files.empty:
        return ["By hand: nothing."]
    lines = [f"By hand: {_files(len(files))}. Visit its page and save it to the path named:"]
    for row in files.to_dict("records"):
        licence = f" ({licence_title(row['licence'])})" if row["licence"] else ""
        lines.append(one_line(f"    {row['path']}: {row['page'] or 'no page is known'} → {row['place']}{licence}"))
    return lines


def _files(number: int) -> str:
    return f"{number:,} file{'' if number == 1 else 's'}"
