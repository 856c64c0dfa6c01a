"""The three ways a file comes: as one download, page by page, or as the streets of OpenStreetMap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import sha256_of
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, counting
from siteprior.project.load import Project
from siteprior.project.model import File
from siteprior.sources.fetch.client import Client, Refused
from siteprior.sources.fetch.content import refuse_other_kind
from siteprior.sources.fetch.download import by_hand, download
from siteprior.sources.fetch.origins import Origin
from siteprior.sources.fetch.paging import read_pages
from siteprior.sources.fetch.receive import Arrival, ByteProgress
from siteprior.sources.fetch.slots import downloads, place, slot_of, target_lock
from siteprior.sources.fetch.within_time import within_time

Watch = Callable[[str, int, int], None]
"""Called with the path in the project, the bytes so far, and the bytes announced (0 where the server does not say)."""

OSM = "OpenStreetMap"
"""What the query service of OpenStreetMap is called in tables and messages."""


def fetch_file(
    client: Client, entry: File, origin: Origin, target: Path, *, limit: int | None, watch: Watch | None,
    progress: Progress, known: Mapping[str, str],
) -> Arrival:  # fmt: skip
    """Download one file of a project (bytes), unpacked where its publisher packs it.

    Raises
    ------
    InputError, OutputError
        As :func:`siteprior.sources.fetch.download.download`.
    """
    progress(f"Fetching {entry.path} from {client.hide(origin.url)}")
    with _watched(progress, entry.path, watch) as arrived:
        return download(
            origin.url, target, sha256=entry.sha256, largest_bytes=limit, progress=arrived, client=client,
            headers=origin.headers, known=known, make=origin.make(target), page=origin.page,
        )  # fmt: skip


@contextmanager
def _watched(progress: Progress, path: str, watch: Watch | None) -> Iterator[ByteProgress]:
    """Give what is called with the bytes of a download: it shows them, with their rate, and calls the watch."""
    with counting(progress, path, total=None, unit="B", staged=True) as step:
        shown = 0

        def arrived(so_far: int, total: int) -> None:
            nonlocal shown
            step(so_far - shown, total=total or None)
            shown = so_far
            if watch is not None:
                watch(path, so_far, total)

        yield arrived


def fetch_pages(
    client: Client, entry: File, origin: Origin, target: Path, *, limit: int | None, watch: Watch | None,
    progress: Progress, known: Mapping[str, str],
) -> Arrival:  # fmt: skip
    """Read a service to its end into one file of a project (bytes); nothing can be known of it before.

    Raises
    ------
    InputError
        When it cannot be read, or sends another number of records than it says it has.
    OutputError
        When ``target`` cannot be written.
    """
    del watch, known  # pages have no size before they came, and no edition
    assert origin.dataset is not None  # only datasets are paged
    progress(f"Fetching {entry.path} from {client.hide(origin.url)}")
    numbers = load_parameters("fetch")
    most = int(numbers.number("largest_gb") * 1e9) if limit is None else limit
    with downloads() as folder, target_lock(target, folder), slot_of(origin.url, folder) as slot:
        made = slot.made(target.suffix)
        try:
            with counting(progress, entry.path, total=None, unit="records", staged=True) as step:
                read = partial(
                    read_pages, client, origin.dataset, origin.url, made, headers=origin.headers, step=step, limit=most
                )
                paged = within_time(read, numbers.number("whole_timeout_s"))
            refuse_other_kind(made, target.suffix)
            digest = sha256_of(made)
            if entry.sha256 and digest != entry.sha256.lower():
                raise Refused(f"what came has the SHA-256 {digest}, not the one stated; correct it in the project")
            place(made, target)
            return Arrival(target.stat().st_size, digest, without_shape=paged.without_shape)
        except TimeoutError:
            fault = "the service did not come to its end in the time it may take (parameter fetch.whole_timeout_s)"
        except Refused as refused:
            fault = str(refused)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError) as wrong:
            # records nested without end, half a sign, a list where properties stand
            fault = f"what the service sent cannot be read as records ({type(wrong).__name__}); fetch again"
        except OutputError:
            raise
        except OSError as full:
            raise OutputError(f"{folder}: could not be written ({full.strerror or full})") from None
        finally:
            made.unlink(missing_ok=True)
    raise InputError(client.hide(f"{origin.url}: {fault}, {by_hand(target, origin.page)}"))


def fetch_streets(project: Project, entry: File, target: Path, *, client: Client, progress: Progress) -> Arrival:
    """Download the street network of the study area from OpenStreetMap's query service (bytes).

    Raises
    ------
    InputError, OutputError
        As :func:`siteprior.sources.fetch.overpass.download_streets`.
    """
    from siteprior.sources.fetch.overpass import download_streets

    area = _walking_area(project)
    progress(f"Fetching {entry.path} from {OSM}: the ways of {area.area / 1e6:,.0f} km²")
    with downloads() as folder, target_lock(target, folder), slot_of(f"{OSM} {target.resolve()}", folder) as slot:
        made = slot.made(target.suffix)
        try:
            download_streets(area, made, service=client.address, named=target.name)
            place(made, target)
        finally:
            made.unlink(missing_ok=True)
    return Arrival(target.stat().st_size, sha256_of(target))


def _walking_area(project: Project) -> BaseGeometry:
    """Return the study area and as far around it as streets are kept (metres, EPSG:27700), with few corners."""
    from siteprior.sources.areas.lsoa import study_area
    from siteprior.sources.areas.of_project import read_project_areas

    areas = read_project_areas(project).areas.table
    margin = load_parameters("access").number("street_margin_m")
    coarse = margin / 20  # the query lists every corner; what simplifying may cut off is added before
    return study_area(areas).buffer(margin + coarse).simplify(coarse)
