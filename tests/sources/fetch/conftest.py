"""What every test of fetch runs under: no waits, a cache of its own, no proxy."""

from __future__ import annotations

import pytest

from siteprior.sources.fetch.client import Client
from sources.fetch.desk import Desk
from sources.fetch.publisher_server import publisher


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Return the seconds that were waited between tries; none of them passes."""
    waited = []
    monkeypatch.setattr(Client, "pause", lambda _, seconds: waited.append(seconds))
    return waited


@pytest.fixture(autouse=True)
def fetch_cache(tmp_path_factory, monkeypatch):
    """Return the cache of one test, in a folder no other test writes in."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SITEPRIOR_CACHE", str(folder))
    monkeypatch.delenv("SITEPRIOR_MIRROR", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return folder


@pytest.fixture
def server():
    """A server that plays publishers."""
    with publisher() as server:
        yield server


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A project on a desk of its own."""
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    return Desk(tmp_path)
