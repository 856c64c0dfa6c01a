"""Services that hand out a dataset page by page: read to the end, counted, and written as one file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from siteprior.core.files import is_fetchable
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Step
from siteprior.sources.fetch.client import Client, Refused, Whole
from siteprior.sources.fetch.content import EXCEPTION, WEB_PAGE, is_page, quoted
from siteprior.sources.fetch.page_files import page_file

if TYPE_CHECKING:
    from pydantic import JsonValue

    from siteprior.sources.catalogue import Dataset

Records = list[dict[str, Any]]
"""Records of a page, as JSON has them: values of any kind."""

LISTS = ("features", "entities", "results", "records", "data", "items", "rows", "value")
"""What services call the list of records of a page."""

COUNTS = ("numberMatched", "totalFeatures", "count", "total")
"""What services call the number of all records."""

_MATCHED = re.compile(r'numberMatched="(\d+)"')
_CRS = re.compile(r"EPSG(?:/0/|:+|/[\d.]+/)(\d+)")


class Page(NamedTuple):
    """One page: its records, and its coordinate system as GeoJSON states it."""

    records: Records
    crs: JsonValue


class Paged(NamedTuple):
    """What was read of a service: how many records, and how many it says there are (``None`` where it does not).

    ``without_shape`` of the records have none, where the others are features with one.
    """

    records: int
    counted: int | None
    without_shape: int = 0


def read_pages(
    client: Client, dataset: Dataset, url: str, target: Path, *, headers: Mapping[str, str], step: Step, limit: int
) -> Paged:
    """Read a service to its end into one file; what it wrote counts bytes.

    Parameters
    ----------
    client, headers
        What asks, and with which headers.
    dataset
        Says how the service is paged, and how many rows it gives at a time.
    url
        The query of all pages.
    target
        The file to write, by its ending: GeoJSON or JSON, CSV of the properties, GeoPackage or Parquet.
    step
        Called after each page with its number of records.
    limit
        The most bytes that are written.

    Raises
    ------
    Refused
        When the service reports a fault, sends another thing than records, repeats itself, or gave another number of
        records than it says there are.
    """
    rows = dataset.largest_page or load_parameters("fetch").integer("page_rows")
    asks = _Asks(client, headers, limit)
    begin, pages = _PAGED[dataset.paging]
    counted = begin(asks, url)
    with page_file(target, limit) as writer:
        seen: set[str | int] = set()
        for page in _some_records(pages(asks, url, rows, counted)):
            counted = asks.counted if counted is None else counted
            if counted is not None and writer.records + len(page.records) > counted:
                raise Refused(
                    f"the service says it has {counted:,} records and sends more; it changed while it was read: fetch "
                    "again"
                )
            for record in page.records:
                if (known := _id_of(record)) is not None:
                    if known in seen:
                        raise Refused(
                            f"the service sent the record {known} twice; it changed while it was read: fetch again"
                        )
                    seen.add(known)
            writer.write(page.records, page.crs)
            step(len(page.records), total=counted)
        written, without_shape = writer.records, writer.without_shape
    if counted is not None and counted != written:
        raise Refused(
            f"the service says it has {counted:,} records and sent {written:,}; it changed while it was read or leaves "
            "some out: fetch again"
        )
    if not written and counted is None:
        raise Refused("the service sent no record and does not say that it has none; look at the address in a browser")
    return Paged(written, counted, without_shape)


def _some_records(pages: Iterator[Page]) -> Iterator[Page]:
    """Yield pages, and refuse a service that goes on and on without a record."""
    most, empty = load_parameters("fetch").integer("empty_pages"), 0
    for page in pages:
        empty = 0 if page.records else empty + 1
        if empty > most:
            raise Refused(
                f"the service sent {empty} pages without a record one after another and names a next one each time; "
                "look at the address in a browser"
            )
        yield page


def _id_of(record: Mapping[str, Any]) -> str | int | None:
    """Return what a service calls a record; ``None`` where it has no name for it."""
    known = record.get("id", record.get("entity"))
    return known if isinstance(known, str | int) and not isinstance(known, bool) else None


class _Asks:
    """Asks for pages, and keeps what they say of the number of all records."""

    def __init__(self, client: Client, headers: Mapping[str, str], limit: int) -> None:
        self.client, self.headers, self.limit = client, headers, limit
        self.counted: int | None = None
        self._before = b""

    def answer(self, url: str) -> Whole:
        """Return a whole answer, no larger than what may be written."""
        return self.client.answer(url, headers=self.headers, limit=self.limit)

    def page(self, url: str, listed: tuple[str, ...] = LISTS) -> tuple[dict[str, Any], Records, JsonValue]:
        """Return a page as it came, its records and its coordinate system."""
        response = self.answer(url)
        content = _json_of(response)
        name = next((name for name in listed if isinstance(content.get(name), list)), None)
        if name is None:
            raise Refused("the service sent JSON without a list of records; look at the address in a browser")
        if self.counted is None:
            self.counted = _count_in(content)
        if not all(isinstance(record, dict) for record in content[name]):
            raise Refused("the service sent a list of records of which some are none; look at the address in a browser")
        records = [_as_feature(record) for record in content[name]]
        digest = sha256(response.content).digest() if records else b""
        if records and digest == self._before:
            raise Refused(
                "the service sent the same page twice, as one does that passes over which page is asked for; download "
                "it whole"
            )
        self._before = digest
        return content, records, content.get("crs") or _stated_crs(response)


def _json_of(response: Whole) -> dict[str, Any]:
    """Return the object a server sent, or refuse what is none, or the message of a fault."""
    if is_page(response.headers.get("content-type", "")):
        raise Refused(WEB_PAGE)
    try:
        content: JsonValue = json.loads(response.content)
    except ValueError:
        found = EXCEPTION.search(response.text)
        if found:
            raise Refused(f"the service reports a fault: {quoted(found[1])}") from None
        raise Refused("the service sent no JSON; look at the address in a browser") from None
    if not isinstance(content, dict):
        raise Refused("the service sent JSON without a list of records; look at the address in a browser")
    fault = content.get("error")
    if fault and not any(isinstance(content.get(name), list) for name in LISTS):
        words = fault.get("message", fault) if isinstance(fault, dict) else fault
        raise Refused(f"the service reports a fault: {quoted(str(words))}")
    return content


def _count_in(content: Mapping[str, Any]) -> int | None:
    """Return how many records a page says there are."""
    stated = (content.get(name) for name in COUNTS)
    return next((number for number in stated if isinstance(number, int) and not isinstance(number, bool)), None)


def _as_feature(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record; of ArcGIS's own JSON, whose attributes bear that name, as a feature."""
    if "attributes" in record and "properties" not in record:
        return {"type": "Feature", "properties": record["attributes"], "geometry": None}
    return record


def _stated_crs(response: Whole) -> JsonValue:
    """Return the coordinate system of a page by its header ``Content-Crs``, as GeoJSON states it."""
    found = _CRS.search(response.headers.get("content-crs", ""))
    return {"type": "name", "properties": {"name": f"EPSG:{found[1]}"}} if found else None


def with_query(url: str, **more: str | int) -> str:
    """Return an address with parts of its query added or replaced, in letters of any case.

    Examples
    --------
    >>> with_query("https://example.org/query?where=1%3D1&F=json", f="geojson", resultOffset=10)
    'https://example.org/query?where=1%3D1&f=geojson&resultOffset=10'
    """
    parts = urlsplit(url)
    named = {name.lower() for name in more}
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() not in named
    ]
    query = urlencode([*kept, *((name, str(value)) for name, value in more.items())], safe=",:")
    return urlunsplit(parts._replace(query=query))


def _query_of(url: str) -> dict[str, str]:
    return {name.lower(): value for name, value in parse_qsl(urlsplit(url).query)}


def _arcgis_count(asks: _Asks, url: str) -> int | None:
    """Ask an ArcGIS feature layer how many features the query has."""
    content = _json_of(asks.answer(with_query(url, returnCountOnly="true", f="json")))
    number = content.get("count")
    if not isinstance(number, int):
        raise Refused("the service does not say how many features it has; look at the address in a browser")
    return number


def _arcgis_pages(asks: _Asks, url: str, rows: int, counted: int | None) -> Iterator[Page]:
    """Read an ArcGIS feature layer by ``resultOffset`` until it has no more."""
    start = 0
    while counted is None or start < counted:
        content, records, crs = asks.page(with_query(url, resultOffset=start, resultRecordCount=rows), ("features",))
        if not records:
            return
        start += len(records)
        properties = content.get("properties")
        more = content.get("exceededTransferLimit") or (
            isinstance(properties, dict) and properties.get("exceededTransferLimit")
        )
        yield Page(records, crs)
        if not more and counted is not None and start >= counted:
            return


def _wfs_count(asks: _Asks, url: str) -> int | None:
    """Ask a WFS how many features the query has (``resultType=hits``)."""
    response = asks.answer(with_query(url, resultType="hits"))
    if found := _MATCHED.search(response.text):
        return int(found[1])
    if found := EXCEPTION.search(response.text):
        raise Refused(f"the service reports a fault: {quoted(found[1])}")
    return None  # pages may say it


def _wfs_pages(asks: _Asks, url: str, rows: int, counted: int | None) -> Iterator[Page]:
    """Read a WFS 2.0 by ``startIndex`` until it has no more."""
    start = 0
    while True:
        _, records, crs = asks.page(with_query(url, startIndex=start, count=rows), ("features",))
        known = counted if counted is not None else asks.counted
        if records:
            yield Page(records, crs or _asked_crs(url))
        start += len(records)
        if not records or (known is not None and start >= known):
            return


def _asked_crs(url: str) -> JsonValue:
    """Return the coordinate system a WFS was asked for."""
    found = _CRS.search(_query_of(url).get("srsname", ""))
    return {"type": "name", "properties": {"name": f"EPSG:{found[1]}"}} if found else None


def _linked_pages(asks: _Asks, url: str, rows: int, _counted: int | None) -> Iterator[Page]:
    """Read a service whose pages say where the next one is, until one does not."""
    asked = set[str]()
    onward = url if "limit" in _query_of(url) else with_query(url, limit=rows)
    while onward:
        if onward in asked:
            raise Refused("the service's pages lead back to one that was read; look at the address in a browser")
        asked.add(onward)
        content, records, crs = asks.page(onward)
        following = _next_of(content)
        onward = _followed(asks, onward, following) if following else ""
        yield Page(records, crs)


def _followed(asks: _Asks, read: str, following: str) -> str:
    """Return the address of the next page, or refuse one that may not be asked; no key goes to another host."""
    onward = urljoin(read, following)
    weaker = onward.startswith("http:") and not asks.client.address(read).startswith("http:")
    if weaker or not is_fetchable(onward):
        raise Refused("the next page lies at what is no https address; look at the address in a browser")
    if urlsplit(onward).netloc != urlsplit(read).netloc:
        asks.headers = {}
    return onward


def _next_of(content: Mapping[str, Any]) -> str:
    """Return where the next page is: of links by name, or of a list of links with ``rel``; blank where there is none.

    Examples
    --------
    >>> _next_of({"links": {"next": "/a?offset=10"}}), _next_of({"links": [{"rel": "next", "href": "/b"}]})
    ('/a?offset=10', '/b')
    """
    links = content.get("links")
    if isinstance(links, dict):
        found = links.get("next")
        found = found.get("href") if isinstance(found, dict) else found
        return str(found) if found else ""
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "next" and link.get("href"):
            return str(link["href"])
    found = content.get("next")
    return found if isinstance(found, str) else ""


def _count_on_the_way(_asks: _Asks, _url: str) -> int | None:
    """Leave it to the pages to say how many records there are."""
    return None


_PAGED: dict[
    str, tuple[Callable[[_Asks, str], int | None], Callable[[_Asks, str, int, int | None], Iterator[Page]]]
] = {
    "arcgis": (_arcgis_count, _arcgis_pages),
    "wfs": (_wfs_count, _wfs_pages),
    "ogc_features": (_count_on_the_way, _linked_pages),
    "next": (_count_on_the_way, _linked_pages),
}
"""How each kind of service counts, and how its pages are read."""
