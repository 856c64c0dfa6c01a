"""One site, one id: references that stand more than once, within a file and across the files of a council."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

import pandas as pd

from siteprior.core.issues import IssueLog

ORIGIN = ("file", "row")
"""Columns in which identical rows may differ."""

_TWICE = re.compile(r"~\d+$")

DESCRIPTION = "development_description"
"""Words on one site that records of it may put in other ways: they make no other site; those of the first stay."""


def resolve_duplicates(table: pd.DataFrame, logs: list[IssueLog]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give every row its ``site_id``; merge identical rows of one reference and number those that differ.

    Parameters
    ----------
    table
        Rows of all files in order, with ``prefix`` (council), ``reference``, ``file`` and ``row``.
    logs
        The issue log of each file; every row merged or numbered is reported in its own.

    Returns
    -------
    tuple
        The rows kept, indexed by ``site_id`` (``<prefix>:<reference>``, then ``…~2``, ``…~3`` in file order), and how
        many rows of each file were merged into an earlier one.
    """
    ids = table["prefix"].astype(str) + ":" + table["reference"].astype(str)
    log_of_file = {log.file: log for log in logs}
    repeated = ids[ids.duplicated(keep=False)]
    rows = table.loc[repeated.index]
    facts = rows.drop(columns=[name for name in (*ORIGIN, DESCRIPTION) if name in rows]).astype(str).to_numpy()
    attributes = dict(zip(repeated.index, map(tuple, facts), strict=True))
    described = rows[DESCRIPTION].astype("string").fillna("").to_dict() if DESCRIPTION in rows else {}
    origin = dict(zip(repeated.index, zip(rows["file"], rows["row"], rows["reference"], strict=True), strict=True))
    numbered, merged, dropped = ids.to_dict(), dict[str, int](), []
    for site, positions in repeated.groupby(repeated, sort=False).groups.items():
        variants: dict[tuple[str, ...], int] = {}
        for position in positions:
            file, row, reference = origin[position]
            first = variants.setdefault(attributes[position], position)
            if first != position:
                earlier = f"row {origin[first][1]}" + (f" of {origin[first][0]}" if origin[first][0] != file else "")
                same = described.get(position) == described.get(first)
                action = f"identical to {earlier}{'' if same else ' but for its description'}; merged with it"
                merged[file] = merged.get(file, 0) + 1
                dropped.append(position)
            elif len(variants) > 1:
                numbered[position] = f"{site}~{len(variants)}"
                other_file, other_row, _ = origin[positions[0]]
                action = f"stands in {other_file}, row {other_row}, too, with other facts; called {numbered[position]}"
            else:
                continue
            log_of_file[file].add(
                "reference values are not unique", row=row, field="reference", value=reference, action=action,
                site_id=numbered[first],
            )  # fmt: skip
    resolved = table.assign(site_id=pd.Series(numbered)).drop(index=dropped)
    return resolved.set_index("site_id").drop(columns="prefix"), merged


def ids_beside(table: pd.DataFrame, earlier: Sequence[pd.DataFrame]) -> tuple[dict[str, str], IssueLog]:
    """Number the sites of a list whose ids stand in lists read before it: a reference is one list's own.

    Parameters
    ----------
    table
        The sites of the list on the index ``site_id``, with ``reference``, ``file`` and ``row``.
    earlier
        The same of the lists before it, the registers first: theirs keep their ids.

    Returns
    -------
    tuple
        The id of each site renamed → the next ``…~2``, ``…~3`` that no site before it has; and an issue row each,
        with the file and row of both.

    Examples
    --------
    >>> facts = {"reference": ["S1"], "file": ["register.csv"], "row": [7]}
    >>> register = pd.DataFrame(facts, index=pd.Index(["E1:S1"], name="site_id"))
    >>> renamed, log = ids_beside(register.assign(file="mine.csv", row=2), [register])
    >>> renamed, log.rows[0]["action"]
    ({'E1:S1': 'E1:S1~2'}, 'stands in register.csv, row 7, too; a list of its own: called E1:S1~2')
    """
    first = {site: list_ for list_ in reversed(earlier) for site in list_.index}
    taken, renamed, log = set(first), dict[str, str](), IssueLog()
    for site in table.index:
        name = str(site)
        if name in taken:
            base = _TWICE.sub("", name)
            name = next(one for number in count(2) if (one := f"{base}~{number}") not in taken)
            renamed[site] = name
            other = base if base in first else site
            where = "{}, row {}".format(*origin_of(first[other], other)) if other in first else "a row before it"
            file, row = origin_of(table, site)
            log.add(
                "reference values are not unique", file=file, row=row, field="reference",
                value=str(table["reference"][site]), site_id=name,
                action=f"stands in {where}, too; a list of its own: called {name}",
            )  # fmt: skip
        taken.add(name)
    return renamed, log


def lister_of(site_id: str) -> str:
    """Return what a site id begins with: the code of the council or authority whose list holds the site.

    Examples
    --------
    >>> lister_of("E47000007:PE:12~2"), lister_of("A7")
    ('E47000007', '')
    """
    lister, colon, _ = site_id.partition(":")
    return lister if colon else ""


def origin_of(sites: pd.DataFrame, site: str) -> tuple[str, int | None]:
    """Return the file and the record number a site was read from; blank and ``None`` where they are missing."""
    file, row = sites["file"][site], sites["row"][site]
    return "" if pd.isna(file) else str(file), None if pd.isna(row) else int(row)
