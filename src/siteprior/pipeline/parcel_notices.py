"""What a run states at its end of the land parcels read: files of other councils, and councils without a file."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from siteprior.core.short_repr import counted, first_few
from siteprior.pipeline.result import NOT_YET, Result

SHOWN = 3
"""Files or councils named in one sentence, at most."""


def parcel_file_notices(result: Result) -> Iterator[str]:
    """Yield which files of parcels are of other councils than the areas read, and so are not used."""
    from siteprior.sources.evidence.parcels import ELSEWHERE

    issues = result.issues
    files = list(dict.fromkeys(issues.loc[issues["action"].str.startswith(ELSEWHERE), "file"]))
    if files:
        yield (
            f"parcels: {counted(len(files), 'file')} of other councils not used ({first_few(files, SHOWN)}); take them "
            "out, or read the areas of their councils"
        )


def parcel_coverage_notices(result: Result) -> Iterator[str]:
    """Yield in which councils sites lie whose parcels were not read: their count of parcels is missing."""
    from siteprior.sources.parcels.which_council import council_name

    read = NOT_YET if result.registered is NOT_YET else result.registered.tables.get("parcels")
    if not isinstance(read, pd.DataFrame):
        return
    covered = {code for codes in read["councils"].unique() for code in str(codes).split()}
    sites = result.sites
    district = sites["district_code"].fillna(sites["organisation"])
    without = district[~district.isin(covered)].value_counts()
    if len(without):
        names = [f"{council_name(str(code))} {count:,}" for code, count in sorted(
            without.items(), key=lambda item: (-item[1], str(item[0])))]  # fmt: skip
        yield (
            f"parcels: {counted(int(without.sum()), 'site')} in councils without a file of parcels "
            f"({first_few(names, SHOWN)}): how many parcels they have is not known; add the files of these councils"
        )
