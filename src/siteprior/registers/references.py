"""One site, one id: references that stand more than once, within a file and across the files of a council."""

from __future__ import annotations

import pandas as pd

from siteprior.core.issues import IssueLog

ORIGIN = ("file", "row")
"""Columns in which identical rows may differ."""


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
    attributes = dict(zip(repeated.index, map(tuple, rows.drop(columns=[*ORIGIN]).astype(str).to_numpy()), strict=True))
    origin = dict(zip(repeated.index, zip(rows["file"], rows["row"], rows["reference"], strict=True), strict=True))
    numbered, merged, dropped = ids.to_dict(), dict[str, int](), []
    for site, positions in repeated.groupby(repeated, sort=False).groups.items():
        variants: dict[tuple[str, ...], int] = {}
        for position in positions:
            file, row, reference = origin[position]
            first = variants.setdefault(attributes[position], position)
            if first != position:
                earlier = f"row {origin[first][1]}" + (f" of {origin[first][0]}" if origin[first][0] != file else "")
                action = f"identical to {earlier}; merged with it"
                merged[file] = merged.get(file, 0) + 1
                dropped.append(position)
            elif len(variants) > 1:
                numbered[position] = f"{site}~{len(variants)}"
                action = f"stood before with other facts; called {numbered[position]}"
            else:
                continue
            log_of_file[file].add(
                "reference values are not unique", row=row, field="reference", value=reference, action=action,
                site_id=numbered[first],
            )  # fmt: skip
    resolved = table.assign(site_id=pd.Series(numbered)).drop(index=dropped)
    return resolved.set_index("site_id").drop(columns="prefix"), merged


def origin_of(sites: pd.DataFrame, site: str) -> tuple[str, int | None]:
    """Return the file and the record number a site was read from; blank and ``None`` where they are missing."""
    file, row = sites["file"][site], sites["row"][site]
    return "" if pd.isna(file) else str(file), None if pd.isna(row) else int(row)
