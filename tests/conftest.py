"""What every test runs under: the network is closed, the sample is run once, the real data is named in one place."""

from __future__ import annotations

import copy
import copyreg
import socket
import threading
from pathlib import Path
from types import MappingProxyType

import hypothesis
import pytest

from factories.real import DATA_ROOT, REAL, SLICE, needs_the_whole
from factories.shared import once, session_folder
from siteprior.core import parameters
from siteprior.project import names
from siteprior.sources.registry import discover

pytest_plugins = ["factories.places", "factories.councils", "factories.wmca"]

# No test measures time: on a busy machine any example may take long.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

discover()  # all in their order, before a test asks for one of them by itself: the sample names them

HERE = Path(__file__).parent
ROOT = HERE.parent


def pytest_make_parametrize_id(val):
    """Name a case of raw bytes by their length: two workers must call one case the same."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


# Files whose tests take longest, longest first: begun first, none of them is left for one process at the end.
LONGEST = (
    "test_docs.py",
    "pipeline/test_run.py",
    "real/test_wmca.py",
    "registers/test_corpus.py",
    "test_cli.py",
    "test_position.py",
    "pipeline/test_audit.py",
    "test_doctests.py",
)


def pytest_collection_modifyitems(items):
    """Put the tests that take longest first, and skip those that need the whole of the real data where it is absent."""
    places = {HERE / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
    if REAL != SLICE:
        return
    for item in items:
        name = f"{item.path.relative_to(HERE).as_posix()}::{item.nodeid.partition('::')[2]}"
        if (what := needs_the_whole(name)) is not None:
            reason = f"needs of the real data {what}; it is not at {DATA_ROOT}: set SITEPRIOR_DATA_ROOT"
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _registered_as_before():
    """Take back the numbers and names a test registers: for the next test they are not there."""
    numbers = {file: dict(entries) for file, entries in parameters._REGISTERED.items()}
    criteria, gates, reasons = list(names._CRITERIA), dict(names._GATES), dict(names._REASONS)
    yield
    if numbers != parameters._REGISTERED:
        parameters._REGISTERED.clear()
        parameters._REGISTERED.update(numbers)
        parameters._file_of.cache_clear()
    if gates != names._GATES:
        names._GATES.clear()
        names._GATES.update(gates)
    names._CRITERIA[:] = criteria
    names._REASONS.clear()
    names._REASONS.update(reasons)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory) -> Path:
    """Return the folder that all processes of the session share."""
    return session_folder(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session", autouse=True)
def own_cache(shared_folder):
    """Keep what is cached between runs apart from the user's own, and no result of a stage: tests change stages.

    All is done in this process, where the network is closed: what a second one does has tests of its own.
    """
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SITEPRIOR_CACHE", str(shared_folder / "cache"))
        environment.setenv("SITEPRIOR_FRESH", "1")
        environment.setenv("LOKY_MAX_CPU_COUNT", "1")
        yield


@pytest.fixture(scope="session")
def sample_run(shared_folder) -> Path:
    """Return the folder of the one run of the sample all tests share; they read it and write nothing there.

    It was written over an older one, of which a page, a picture and a file of the user's own stood there.
    """
    import siteprior
    from siteprior.core.files import write_text

    def make(out: Path) -> None:
        for name in ("notebooks/02_access.html", "pictures/strip_gone.png", "my_notes.txt"):
            write_text(out / name, "of an earlier day")
        siteprior.demo(out=out)

    return once(shared_folder, "sample_run", make)


@pytest.fixture(scope="session")
def _sample_tables():
    from siteprior.core.files import shipped
    from siteprior.pipeline.run import assess
    from siteprior.project.load import load_project

    # Read-only views are copied as what they are: copy asks copyreg for what it does not know.
    copyreg.pickle(MappingProxyType, lambda view: (MappingProxyType, (dict(view),)))
    return assess(load_project(shipped("data") / "demo.toml", data_root=shipped("data")))


@pytest.fixture(scope="module")
def sample_assessment(_sample_tables):
    """Return what ``assess`` made of the sample, once for each worker; each module has a copy of its own."""
    return copy.deepcopy(_sample_tables)


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
    """Return the folder with real published data and facts: the whole where it stands, else the slice of it here."""
    return REAL


@pytest.fixture
def registered():
    """The criteria there are, with what a test registers taken away after it."""
    from siteprior.ranking import criteria

    before = dict(criteria.CRITERIA)
    yield
    criteria._REGISTERED.clear()
    criteria._REGISTERED.update(before)


@pytest.fixture
def listening():
    """Listen on a port of this machine, and keep who called."""
    calls: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    ended = threading.Event()

    def listen():
        while not ended.is_set():
            try:
                caller, _ = server.accept()
            except TimeoutError:
                continue
            calls.append(caller.recv(500))
            caller.close()

    thread = threading.Thread(target=listen)
    thread.start()
    yield server.getsockname()[1], calls
    ended.set()
    thread.join()
    server.close()
