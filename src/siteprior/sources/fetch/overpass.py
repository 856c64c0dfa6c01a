"""The ways of an area from OpenStreetMap's query service, as a street file; called by ``siteprior fetch`` alone."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError
from siteprior.core.files import whole_file
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS
from siteprior.sources.fetch.client import PROXY_HINT, no_credentials, reason_of
from siteprior.sources.fetch.within_time import within_time
from siteprior.sources.streets.walkable import TAGS

if TYPE_CHECKING:
    from requests import Response


def download_streets(area: BaseGeometry, target: Path, *, service: Callable[[str], str] = str, named: str = "") -> None:
    """Download OpenStreetMap's ways within an area (metres, EPSG:27700) and save them as GraphML.

    By osmnx, all ways that are in use: which of them a walker may use is for :func:`siteprior.read_streets` to say, as
    of any other street file. Islands are kept. No edge runs on where a tag changes that decides on walking, so that
    steps stay apart.

    Parameters
    ----------
    area
        Polygon on EPSG:27700.
    target
        The ``.graphml`` file to write, whole or not at all.
    service
        Says where the query service is asked: of its address, that of a mirror.
    named
        What the file is called in a message; its own name by default.

    Raises
    ------
    InputError
        When the service cannot be reached, does not answer in full, or knows no way there.
    OutputError
        When ``target`` cannot be written.
    """
    import osmnx

    polygon = gpd.GeoSeries([area], crs=CRS).to_crs("EPSG:4326").iloc[0]
    assert isinstance(polygon, Polygon | MultiPolygon)  # nothing else is an area
    instead = named or target.name
    by_hand = f"or take an extract by hand (siteprior fetch --list) and name it under streets instead of {instead}"
    answers = _Answers(load_parameters("fetch").integer("overpass_retries"))
    try:
        url = service(osmnx.settings.overpass_url.rstrip("/"))
        reach(f"{url}/status")
        with _osmnx_set(answers, url, tags=TAGS):
            ask = partial(osmnx.graph_from_polygon, polygon, network_type="all", simplify=False, retain_all=True)
            graph = within_time(ask, load_parameters("fetch").number("whole_timeout_s"))
            graph = osmnx.simplify_graph(graph, edge_attrs_differ=TAGS)
    except InputError as fault:
        raise InputError(f"OpenStreetMap: {fault}; {by_hand}") from None
    except Exception as fault:  # noqa: BLE001 (osmnx, requests and networkx raise kinds of their own)
        known = f"the download failed ({type(fault).__name__}: {fault}); try again later, {by_hand}; {PROXY_HINT}"
        raise InputError(f"OpenStreetMap: {known}") from None
    with whole_file(target) as temporary:
        osmnx.save_graphml(graph, temporary)


def reach(url: str) -> None:
    """Ask the query service for a short answer, to know at once whether it can be reached.

    Raises
    ------
    InputError
        When it cannot.
    """
    import requests

    numbers = load_parameters("fetch")
    wait = numbers.number("connect_timeout_s")

    def ask() -> None:
        with requests.get(url, timeout=(wait, wait), auth=no_credentials, allow_redirects=False) as response:
            _refuse_onward(response)
            response.raise_for_status()

    try:
        within_time(ask, numbers.number("read_timeout_s"))
    except TimeoutError:
        raise InputError(f"{url}: the server did not answer in time; {PROXY_HINT}") from None
    except requests.RequestException as fault:
        raise InputError(f"{url}: {reason_of(fault)}") from None


def _refuse_onward(response: Response) -> None:
    """Refuse to be sent on: osmnx would go to any address, and with the credentials of ``~/.netrc``."""
    if response.is_redirect:
        raise InputError("the query service sends on to another address; name that one with --mirror")


class _Answers:
    """Looks at each answer of the query service: osmnx takes part of an answer for the whole, and asks for ever."""

    def __init__(self, retries: int) -> None:
        self.retries = retries
        self.busy = 0

    def __call__(self, response: Response, **_: object) -> None:
        _refuse_onward(response)
        if response.status_code in (429, 504):
            self.busy += 1
            if self.busy > self.retries:
                raise InputError("the query service is busy; try again in an hour")
        elif b'"remark"' in response.content[-2000:]:
            raise InputError(
                "the query service ran out of time or memory and answered in part; take a smaller study area"
            )


@contextmanager
def _osmnx_set(answers: _Answers, url: str, *, tags: Sequence[str]) -> Iterator[None]:
    """Set osmnx for one download and put everything back: its settings are global, and so is what it does to sockets.

    No cache: its answers never grow old there, and a later fetch would silently give today's file last year's
    streets. No look-up of names at a third party, which osmnx falls back on behind proxies.
    """
    from osmnx import settings

    ours: dict[str, Any] = {
        "overpass_url": url,
        "use_cache": False,
        "log_file": False,
        "log_console": False,
        "doh_url_template": None,
        "requests_timeout": load_parameters("fetch").number("overpass_timeout_s"),
        "requests_kwargs": {"hooks": {"response": answers}, "auth": no_credentials, "allow_redirects": False},
        "useful_tags_way": sorted({*settings.useful_tags_way, *tags}),
    }
    before = {name: getattr(settings, name) for name in ours}
    names = socket.getaddrinfo
    try:
        for name, value in ours.items():
            setattr(settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
        socket.getaddrinfo = names
