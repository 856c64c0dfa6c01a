"""The ways a file comes, by themselves; all of a publisher's shapes: test_publishers; streets: test_fetch."""

from __future__ import annotations

import pytest

from siteprior.core.errors import InputError, OutputError
from siteprior.pipeline.registered import load_project
from siteprior.sources.fetch import jobs
from siteprior.sources.fetch.client import Client
from siteprior.sources.fetch.origins import entries_of, origin_of
from sources.fetch.publisher_server import points


def taken(job, project, server, **more):
    entry = next(entry for key, entry in entries_of(project) if key == "postcodes")
    seen, lines = [], []
    with Client(mirror=server.url) as client:
        arrival = job(
            client, entry, origin_of(project, entry), project.data_root / entry.path, limit=None,
            watch=lambda *given: seen.append(given), progress=lines.append, known={}, **more,
        )  # fmt: skip
    return arrival, seen, lines


def test_a_file_is_watched_as_it_comes(desk, server):
    server.file("/a.csv", b"x" * 100_000)
    arrival, seen, lines = taken(jobs.fetch_file, load_project(desk.project("a.csv", "/a.csv")), server)
    assert arrival.bytes == 100_000
    assert seen[-1] == ("case/a.csv", 100_000, 100_000)
    assert len(seen) > 1
    assert lines == ["Fetching case/a.csv from https://data.example.org/a.csv"]


def test_pages_that_take_too_long_are_given_up(desk, server, monkeypatch):
    server.arcgis("/q", points(3), page=10)

    def late(job, seconds):
        raise TimeoutError

    monkeypatch.setattr(jobs, "within_time", late)
    project = load_project(desk.project("a.geojson", "/q?f=geojson", paging="arcgis"))
    with pytest.raises(InputError, match=r"did not come to its end in the time .* or download it by hand"):
        taken(jobs.fetch_pages, project, server)
    assert desk.names() == []


def test_a_stated_hash_is_insisted_on_for_pages_too(desk, server):
    server.arcgis("/q", points(3), page=10)
    more = f', sha256 = "{"0" * 64}"'
    project = load_project(desk.project("a.geojson", "/q?f=geojson", entry=more, paging="arcgis"))
    with pytest.raises(InputError, match="not the one stated"):
        taken(jobs.fetch_pages, project, server)


def test_a_full_disk_is_the_disks_fault(desk, server, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jobs, "read_pages", full)
    project = load_project(desk.project("a.geojson", "/q?f=geojson", paging="arcgis"))
    with pytest.raises(OutputError, match=r"could not be written \(No space left on device\)"):
        taken(jobs.fetch_pages, project, server)
    assert desk.names() == []
