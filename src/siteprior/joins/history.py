"""What the earlier vintages of its register say of each site."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from siteprior.core.schema import SITE_HISTORY_COLUMNS, SITES, Table, check
from siteprior.joins._geometry import declared_columns

HISTORIES = Table("histories of sites", SITES.index, geometry=False, declared=SITE_HISTORY_COLUMNS)


def join_history(sites: gpd.GeoDataFrame, history: pd.DataFrame | None) -> pd.DataFrame:
    """Look up each site's life on the register: dates, years, changes of homes and hectares, state, origins.

    A site merged from several records has the state and the changes of the record it is called after, was first seen
    when the first of them was, last seen when the last was, and is as old as the oldest.

    Parameters
    ----------
    sites
        Sites on EPSG:27700; ``also_known_as`` names the records merged into one, where there are any.
    history
        The summary table of :func:`siteprior.registers.matching.history.register_history` (``.sites``); ``None``
        without earlier vintages.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_HISTORY_COLUMNS` on the index of the sites, for ``sites.join(…)``; missing
        for sites whose register has no history.

    Raises
    ------
    InputError
        When ``sites`` or ``history`` is not such a table.

    Examples
    --------
    >>> index = pd.Index(["E1:A"], name="site_id")
    >>> sites = gpd.GeoDataFrame({"reference": ["A"]}, index=index, geometry=[None], crs=27700)
    >>> join_history(sites, None)["years_on_register"].isna().tolist()
    [True]
    """
    check(sites, SITES, name="sites", needs=(), may_have=("also_known_as",))
    if history is None:
        return declared_columns(sites.index, SITE_HISTORY_COLUMNS, {})
    check(history, HISTORIES, name="history")
    own = history.reindex(sites.index)
    values = {name: own[name] for name in HISTORIES.names}
    if "also_known_as" in sites.columns:
        values.update(_of_all_records(sites["also_known_as"].dropna(), history, own))
    return declared_columns(sites.index, SITE_HISTORY_COLUMNS, values)


def _of_all_records(known_as: pd.Series, history: pd.DataFrame, own: pd.DataFrame) -> dict[str, pd.Series]:
    """Return first and last sight and age of the sites merged from several records, of others as they are."""
    merged = known_as.str.split("; ").explode()
    records = pd.DataFrame({"site": merged.index, "record": merged.to_numpy()})
    names = pd.DataFrame({"site": known_as.index, "record": known_as.index})
    records = pd.concat([names, records]).join(history, on="record").dropna(subset=["first_seen"])
    oldest = records.sort_values(["years_on_register", "record"], ascending=[False, True]).groupby("site").head(1)
    oldest = oldest.set_index("site")
    best = {
        "first_seen": records.groupby("site")["first_seen"].min(),
        "last_seen": records.groupby("site")["last_seen"].max(),
        "years_on_register": oldest["years_on_register"],
        "age_basis": oldest["age_basis"],
    }
    return {name: values.reindex(own.index).combine_first(own[name]) for name, values in best.items()}
