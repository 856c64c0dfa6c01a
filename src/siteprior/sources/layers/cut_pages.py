"""Answers of web services that were cut short: a page of a longer answer is no layer, and its gaps no zeros."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from siteprior.core.errors import InputError
from siteprior.core.io.outside_references import GEOJSON
from siteprior.core.io.vector_sources import Source

_EDGE = 1 << 16
"""Bytes at both ends of a file that are looked at: what an answer states of itself stands beside its features."""

_MORE = re.compile(rb'"exceededTransferLimit"\s*:\s*true|"next"\s*:\s*"http|"rel"\s*:\s*"next"')
_MATCHED = re.compile(rb'"(?:numberMatched|totalFeatures)"\s*:\s*(\d+)')


class Page(NamedTuple):
    """What a GeoJSON states of itself as a page: whether there are more, and how many features match in all."""

    more: bool
    matched: int | None


def page_of(source: Source) -> Page:
    """Return what a GeoJSON states of the answer it is a page of, before and after its features.

    ArcGIS writes ``exceededTransferLimit``, planning.data.gov.uk and OGC API a link ``next``, WFS and OGC API
    ``numberMatched`` or ``totalFeatures``.

    Examples
    --------
    >>> page_of(b'{"type": "FeatureCollection", "exceededTransferLimit": true, "features": []}')
    Page(more=True, matched=None)
    >>> page_of(b'{"features": [], "numberMatched": 19851, "numberReturned": 1000}')
    Page(more=False, matched=19851)
    """
    if isinstance(source, str) or (isinstance(source, Path) and source.is_dir()):
        return Page(False, None)
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as opened:
        head = opened.read(_EDGE)
        if not GEOJSON.match(head):
            return Page(False, None)
        opened.seek(max(opened.seek(0, io.SEEK_END) - _EDGE, 0))
        tail = opened.read()
    around = head.partition(b'"features"')[0] + b" " + tail
    matched = _MATCHED.search(around)
    return Page(bool(_MORE.search(around)), int(matched[1]) if matched else None)


def refuse_cut(name: str, files: Sequence[str], pages: Sequence[Page], rows: Sequence[int]) -> None:
    """Refuse pages of which the last is not there, or that hold fewer features than the service found.

    Parameters
    ----------
    name
        The layer's key.
    files
        What the files are called.
    pages, rows
        What each states of itself, and how many features it has.

    Raises
    ------
    InputError
        Naming the first such file.

    Examples
    --------
    >>> refuse_cut("flood_zones", ["a.geojson"], [Page(True, None)], [2000])
    Traceback (most recent call last):
    siteprior.core.errors.InputError: flood_zones: a.geojson: is a page of a longer answer, and the last page is not \
among the files: what is missing would read as nothing there; fetch the pages that follow and name all of them
    """
    if pages and all(page.more for page in pages):
        raise InputError(
            f"{name}: {files[-1]}: is a page of a longer answer, and the last page is not among the files: what is "
            "missing would read as nothing there; fetch the pages that follow and name all of them"
        )
    for file, page in zip(files, pages, strict=True):
        if page.matched is not None and page.matched > sum(rows):
            raise InputError(
                f"{name}: {file}: holds {sum(rows):,} of the {page.matched:,} features its service found: what is "
                "missing would read as nothing there; fetch the pages that follow and name all of them"
            )
