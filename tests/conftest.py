"""What every test runs under: the network is closed, and the real data is named in one place."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

pytest_plugins = ["factories.places", "factories.councils"]

HERE = Path(__file__).parent
ROOT = HERE.parent
DATA_ROOT = Path(os.environ.get("SITEPRIOR_DATA_ROOT", ROOT.parent / "shared" / "data"))


def pytest_make_parametrize_id(val):
    """Name a case of raw bytes by their length: two workers must call one case the same."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Keep what is cached between runs apart from the user's own."""
    before = os.environ.get("SITEPRIOR_CACHE")
    os.environ["SITEPRIOR_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["SITEPRIOR_CACHE"]
    else:
        os.environ["SITEPRIOR_CACHE"] = before


@pytest.fixture(autouse=True)
def closed_network(monkeypatch):
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        host = address[0] if isinstance(address, tuple) else None
        if host is None or host in ("localhost", "::1") or str(host).startswith("127."):
            return connect(self, address)
        raise AssertionError(f"a test tried to reach {host}; the network is closed")

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def real() -> Path:
    """Return the folder with real published data and facts; skip where it is absent."""
    if not (DATA_ROOT / "real").is_dir():
        pytest.skip(f"the real data is not at {DATA_ROOT}; set SITEPRIOR_DATA_ROOT")
    return DATA_ROOT
