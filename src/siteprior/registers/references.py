"""One site, one id: references that stand more than once, within a file and across the files of a council."""

from __future__ import annotations

import pandas as pd

from siteprior.core.issues import IssueLog

ORIGIN = ("file", "row")
"""Columns in which identical rows may differ."""


def settle(table: pd.DataFrame, logs: list[IssueLog]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give every row its ``site_id``, merge identical rows and number the different ones.

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
    by_file = {log.file: log for log in logs}
    again = ids[ids.duplicated(keep=False)]
    some = table.loc[again.index]
    facts = dict(zip(again.index, map(tuple, some.drop(columns=[*ORIGIN]).astype(str).to_numpy()), strict=True))
    origin = dict(zip(again.index, zip(some["file"], some["row"], some["reference"], strict=True), strict=True))
    numbered, merged, dropped = ids.to_dict(), dict[str, int](), []
    for site, places in again.groupby(again, sort=False).groups.items():
        seen: dict[tuple[str, ...], int] = {}
        for place in places:
            file, row, reference = origin[place]
            first = seen.setdefault(facts[place], place)
            if first != place:
                where = f"row {origin[first][1]}" + (f" of {origin[first][0]}" if origin[first][0] != file else "")
                action = f"identical to {where}; merged with it"
                merged[file] = merged.get(file, 0) + 1
                dropped.append(place)
            elif len(seen) > 1:
                numbered[place] = f"{site}~{len(seen)}"
                action = f"stood before with other facts; called {numbered[place]}"
            else:
                continue
            by_file[file].add(
                "reference values are not unique", row=row, field="reference", value=reference, action=action,
                site_id=numbered[first],
            )  # fmt: skip
    settled = table.assign(site_id=pd.Series(numbered)).drop(index=dropped)
    return settled.set_index("site_id").drop(columns="prefix"), merged
