"""The live panel in JupyterLab: map and list follow a slider moved by the keyboard, and markup in a name does not run.

``.ci/panel.mjs`` drives Chromium as ``.ci/lab.mjs`` does. Nothing is asked of the web, and no time is asserted.
"""

from __future__ import annotations

import json
import os
import subprocess

import nbformat

import siteprior as sp
from conftest import ROOT
from test_jupyterlab import browser_and_node, lab  # noqa: F401  fixtures

DRIVER = ROOT / ".ci" / "panel.mjs"
MOVES = 2

CELL = """
import siteprior as sp
run = sp.open_run({folder!r})
run.sites["site_name"] = "<img src=x onerror='window.planted=1'>" + run.sites["site_name"].astype(str)
sp.panel(run)
"""


def test_map_and_list_follow_a_moved_slider(lab, tmp_path, browser_and_node):  # noqa: F811
    desk, address = lab
    browser, node = browser_and_node
    folder = sp.demo(out=tmp_path / "demo")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cell = nbformat.v4.new_code_cell(CELL.format(folder=str(folder)), id="panel")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), desk / "panel.ipynb")
    done = subprocess.run(
        [node, DRIVER, browser, address, "panel.ipynb", str(MOVES)],
        env={**os.environ, "HOME": str(tmp_path / "home")}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["sliders"] == len(sp.open_run(folder).stated_weights)
    assert [sorted(move) for move in seen["moves"]] == [["list", "map"]] * MOVES
    assert seen["planted"] is None
