"""What the report's map, tables and weights are made from, of a result."""

from __future__ import annotations

from siteprior.pipeline.result import Result


def report_page(done: Result) -> str:
    """Return the JSON a report is worked with (:func:`siteprior.report.interactive.page_data.page_data`).

    Walks are in metres, sizes in hectares, scores and values from 0 to 1, places in degrees.

    Raises
    ------
    InputError
        When the project is published for others than the team.

    Examples
    --------
    >>> import json
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> done = sp.assess(sp.load_project(data / "demo.toml", data_root=data))
    >>> facts = json.loads(report_page(done))
    >>> len(facts["sites"]["id"]) == len(done.sites), [one["weight"] for one in facts["weights"]["criteria"]][:2]
    (True, [0.2, 0.15])
    """
    from siteprior.ranking.live_weights import LiveWeights
    from siteprior.report.interactive.page_data import page_data

    return page_data(
        done.record,
        done.sites,
        done.shortlist,
        done.criteria,
        areas=done.areas,
        corridors=done.corridors,
        stops=done.stops,
        catchments=done.catchments,
        network=done.walking.network,
        programme=done.programme,
        values=LiveWeights(done).values,
        base_map=done.base_map,
        districts=done.districts,
    )
