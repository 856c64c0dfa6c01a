"""JupyterLab in a browser: ``sp.report.explore`` shows every site, help fits one screen, tables are completed.

``.ci/lab.mjs`` drives Chromium (playwright-core, Apache-2.0, from npm); ``.ci/programs.sh`` puts it and Leaflet's files
beside itself. Nothing is asked of the web.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time

import nbformat
import pytest

from conftest import ROOT
from siteprior.core.files import shipped

DRIVER = ROOT / ".ci" / "lab.mjs"
MODULES = ROOT / ".ci" / "node_modules"
SCREEN = 800
"""Pixels the screen of the driver is high."""

ASKED = ["sp.score(", "sp.check(", "sp.run(", "sp.read_registers(", "sp.Result("]
"""Those with the longest help; tests/test_face.py measures that of every verb."""

MAP = f"""
import siteprior as sp
from pathlib import Path
sites = sp.read_registers({str(shipped("data") / "sites" / "walsall.csv")!r}).table
record = {{"title": "Walsall", "as_of": "2026-01-31", "counts": {{"sites": 48, "ranked": 25, "shortlist": 25}}}}
tables = {{"sites": sites, "shortlist": sites.dropna(subset=["geometry"]).head(25)}}
run = sp.Run(Path("outputs/walsall"), tables, record)
sp.report.explore(run.shortlist, tiles=None)
"""

SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"autoStartDefaultKernel": True},
    # the first completion reads pandas' own stubs: on a busy machine that takes longer than the usual second
    "completer-extension/manager": {"providerTimeout": 60_000},
}


@pytest.fixture
def browser_and_node():
    """Return the browser and node, or skip and say what is missing."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    node = shutil.which("node")
    missing = [name for name in ("leaflet", "playwright-core") if not (MODULES / name).is_dir()]
    if browser is None or node is None or missing:
        there = {"Chromium": browser, "node": node}
        absent = [name for name, path in there.items() if path is None] + missing
        pytest.skip(f"not on this machine: {', '.join(absent)} (.ci/programs.sh installs them)")
    pytest.importorskip("jupyterlab")
    return browser, node


@pytest.fixture
def lab(tmp_path, browser_and_node):
    """JupyterLab over an empty folder, without anything of the user's own; yields its folder and its address."""
    for name, values in SETTINGS.items():
        extension, plugin = name.split("/")
        path = tmp_path / "settings" / "@jupyterlab" / extension / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    (tmp_path / "desk").mkdir()
    own = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "HOME": "home",
           "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
           "IPYTHONDIR": "ipython"}  # fmt: skip
    for folder in own.values():
        (tmp_path / folder).mkdir(exist_ok=True)
    environment = {**os.environ, **{name: str(tmp_path / folder) for name, folder in own.items()}}
    environment["PYTHONPATH"] = str(ROOT / "src")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
             "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
             f"--ServerApp.root_dir={tmp_path / 'desk'}"]  # fmt: skip
    log = tmp_path / "lab.log"
    with log.open("w", encoding="utf-8") as written:
        server = subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=written, stderr=subprocess.STDOUT)
    try:
        for _ in range(300):
            if "is running at" in log.read_text(encoding="utf-8"):
                break
            assert server.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.2)
        yield tmp_path / "desk", f"http://127.0.0.1:{port}"
    finally:
        server.terminate()  # it ends its kernels, too
        server.wait(timeout=60)


def test_an_analyst_sees_the_map_reads_help_on_one_screen_and_completes_the_tables(lab, tmp_path, browser_and_node):
    desk, address = lab
    browser, node = browser_and_node
    cells = [nbformat.v4.new_code_cell(text, id=f"cell-{place}") for place, text in enumerate([MAP, *ASKED, "run."])]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), desk / "check.ipynb")
    words = [node, DRIVER, browser, address, "check.ipynb", MODULES / "leaflet" / "dist"]
    # tmp_path takes the browser's profile; pictures are made where a folder is named
    pictures = os.environ.get("SITEPRIOR_LAB_PICTURES")
    done = subprocess.run(
        [*map(str, words), *([pictures] if pictures else [])],
        env={**os.environ, "HOME": str(tmp_path / "home")}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["sites"] == 25
    assert list(seen["help"]) == ASKED
    assert {name: height for name, height in seen["help"].items() if height > SCREEN} == {}
    assert {"sites", "shortlist", "record", "weights"} <= set(seen["completed"])
