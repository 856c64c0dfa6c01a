"""No command but fetch asks anything of the network: each is run with every way out watched."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from architecture import SOURCE, modules
from factories.sample import sample_text
from siteprior.cli import COMMANDS
from siteprior.core.files import shipped
from sources.fetch.publisher_server import publisher

WATCH = """
import os
import sys

LOCAL = ("localhost", "127.0.0.1", "::1", "", None)


def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        host = address[0] if isinstance(address, tuple) else None if event != "socket.getaddrinfo" else address
        if host not in LOCAL:
            with open(os.environ["NETWORK_ASKED"], "a") as file:
                file.write(f"{event} {host}\\n")
            raise OSError("the network is closed")


sys.addaudithook(watch)
"""
"""Put before every Python that a command starts, kernels of notebooks too: writes down who would be asked."""

HEAVY = ("requests", "urllib3", "socket", "http", "ftplib", "smtplib", "aiohttp", "httpx", "websockets")
"""What a module imports that asks the network."""


@pytest.fixture
def lay(tmp_path, sample_run):
    """Return what the arguments of the commands name."""
    project = tmp_path / "project.toml"
    project.write_text(sample_text(), encoding="utf-8")
    return {
        "project": project, "run": sample_run, "out": tmp_path / "out", "notebook": tmp_path / "notebooks",
        "register": shipped("data") / "sites/birmingham.csv",
    }  # fmt: skip


ARGUMENTS = {
    "demo": ["--out", "{out}"],
    "init": ["wmca", "--out", "{out}"],
    "run": ["{project}", "--out", "{out}"],
    "check": ["{project}", "--out", "{out}"],
    "audit": ["{register}", "--out", "{out}"],
    "access": ["{project}", "--out", "{out}"],
    "criteria": [],
    "columns": [],
    "stages": [],
    "hand-over": ["{run}", "--audience", "public", "--out", "{out}"],
    "compare": ["{run}", "{run}"],
    "reweight": ["{run}", "--weight", "deprivation=0.4"],
    "rank": ["{project}", "--run", "{run}"],
    "gaps": ["{run}"],
    "docs": [],
    "notebooks": ["copy", "{notebook}"],
    "cache": [],
}
"""How each command is called."""

RUN_BY_THE_SUITE = {
    "demo": "tests/conftest.py runs it for all, with the network closed",
    "run": "it is what demo does, of another project",
    "docs": "it opens a page in the browser; tests/cli/site holds that no page loads anything from elsewhere",
}
"""Commands that are not run again here, with the reason."""


def test_every_command_but_fetch_is_watched():
    assert set(ARGUMENTS) | {"fetch"} == set(COMMANDS)


@pytest.mark.parametrize("command", [name for name in ARGUMENTS if name not in RUN_BY_THE_SUITE])
def test_a_command_asks_nothing_of_the_network(command, lay, tmp_path):
    asked, watcher = tmp_path / "asked", tmp_path / "watcher"
    watcher.mkdir()
    (watcher / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    words = [word.format(**lay) for word in ARGUMENTS[command]]
    with publisher() as proxy:  # what is written in C asks it, as curl in GDAL does
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "GDAL_HTTP_PROXY"), proxy.url)
        path = os.pathsep.join([str(watcher), *filter(None, [os.environ.get("PYTHONPATH"), str(SOURCE.parent)])])
        stated = {"PYTHONPATH": path, "NETWORK_ASKED": str(asked), "SITEPRIOR_MIRROR": proxy.url}
        stated |= {"SITEPRIOR_DATA_ROOT": str(shipped("data"))}
        done = subprocess.run(
            [sys.executable, "-m", "siteprior", command, *words], capture_output=True, text=True, cwd=tmp_path,
            env={**os.environ, **proxies, **stated}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert proxy.asked == []
    assert not asked.exists(), asked.read_text()


def test_the_watch_sees_a_request(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    asked = tmp_path / "asked"
    code = "import urllib.request; urllib.request.urlopen('http://data.example.org/a.csv')"
    env = {**os.environ, "PYTHONPATH": str(tmp_path), "NETWORK_ASKED": str(asked), "NO_PROXY": "*"}
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=False).returncode == 1
    assert asked.read_text() == "socket.getaddrinfo data.example.org\n"


def network_imports(path: Path) -> set[str]:
    """Return what a module imports that asks the network, outside of what only types are checked with."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checked = [
        node for block in ast.walk(tree) if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    ]  # fmt: skip
    names = set()
    for node in ast.walk(tree):
        if node in checked:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.partition(".")[0] in HEAVY or name.startswith("urllib.request")}


def test_only_the_package_of_fetch_imports_what_asks_the_network():
    asking = {path.relative_to(SOURCE).as_posix(): network_imports(path) for path in modules()}
    outside = {name: found for name, found in asking.items() if found and not name.startswith("sources/fetch/")}
    assert outside == {}
    assert asking["sources/fetch/client.py"]
