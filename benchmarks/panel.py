"""Times of the live panel: 40,000 sites ranked by other weights, and map and list after a key in JupyterLab.

``python benchmarks/panel.py --runs 50`` ranks 40,000 made-up sites × 15 criteria beside numpy with pandas' rank in the
same process; both must list the same first 25. With ``--run FOLDER --notebook-moves 10`` JupyterLab is started, too,
and a browser moves sliders by the keyboard (``.ci/panel.mjs``): the time until map and list have both changed.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import geopandas as gpd
import nbformat
import numpy as np
import pandas as pd

from measuring import OWN, PEER, Outcome, command, parser, peak_of, row_of, size, timed, yes
from siteprior.ranking.criteria import Criterion, column_measure
from siteprior.ranking.live_weights import LiveWeights

ROOT = Path(__file__).resolve().parents[1]
SITES, CRITERIA, FIRST, LIMIT_S = size(40_000, 4_000), 15, 25, 0.02


class MadeUp:
    """Sites with values of no meaning, as a run has them."""

    def __init__(self, rng: np.random.Generator) -> None:
        names = [f"made_up_{place}" for place in range(CRITERIA)]
        index = pd.Index([f"s{place:06}" for place in range(SITES)], name="site_id")
        table = pd.DataFrame(rng.random((SITES, CRITERIA)), index=index, columns=names)
        self.sites = gpd.GeoDataFrame(table.assign(eligible="yes", ranked_as=index.astype("str")))
        self.weights = dict.fromkeys(names, 1.0)
        self.criteria_known = {
            name: Criterion(name, name, "own", "share", 0.0, 1.0, (name,), column_measure(name)) for name in names
        }


def reweighting(runs: int) -> Outcome:
    """Measure one ranking of 40,000 sites by other weights, beside the plain way, in this process."""
    rng = np.random.default_rng(1)
    made_up = MadeUp(rng)
    live, once = timed(lambda: LiveWeights(made_up))
    values = made_up.sites[list(made_up.weights)]
    own, plain, agree = [], [], True
    for _ in range(runs):
        weights = dict(zip(made_up.weights, map(float, rng.integers(0, 100, CRITERIA)), strict=True))
        standing, taken = timed(partial(live.standing, weights, first=FIRST))
        own.append(taken)
        first, taken = timed(partial(by_pandas, values, weights))
        plain.append(taken)
        agree = agree and list(first.index) == list(standing.labels)
    sides = (("siteprior: other weights", OWN, own), ("numpy with pandas' rank", PEER, plain))
    peak_mb = peak_of() / 1024**2
    rows = [row_of(side, who, [{**each, "peak_mb": peak_mb} for each in taken]) for side, who, taken in sides]
    good = all(each["seconds"] < LIMIT_S for each in own)
    sentences = [
        f"The same first {FIRST} on both sides: {yes(agree)}. Under {1000 * LIMIT_S:g} ms in every run: {yes(good)}. "
        f"To take the values once: {once['seconds']:.2f} s. Peak memory is that of one process with both."
    ]
    return Outcome(f"{SITES:,} made-up sites × {CRITERIA} criteria", rows, sentences, good, agree=agree)


def by_pandas(values: pd.DataFrame, weights: dict[str, float]) -> pd.DataFrame:
    """Rank the sites as one writes it down first, and return the first."""
    shares = np.array(list(weights.values())) / sum(weights.values())
    scores = pd.Series(values.to_numpy() @ shares, index=values.index).round(12)
    table = pd.DataFrame({"score": scores, "rank": scores.rank(method="min", ascending=False)})
    return table.sort_values("rank", kind="stable").head(FIRST)


def in_lab(folder: Path, moves: int, picture: Path | None) -> None:
    """Print how long map and list take to follow a key in JupyterLab."""
    with tempfile.TemporaryDirectory() as made:
        desk = Path(made)
        cell = nbformat.v4.new_code_cell(f"import siteprior as sp\nsp.panel(sp.open_run({str(folder.resolve())!r}))")
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), desk / "panel.ipynb")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
                 f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
                 f"--ServerApp.root_dir={desk}"]  # fmt: skip
        log = desk / "lab.log"
        environment = {**os.environ, "HOME": made, "PYTHONPATH": str(ROOT / "src")}
        with log.open("w", encoding="utf-8") as written:
            server = subprocess.Popen(words, cwd=desk, env=environment, stdout=written, stderr=subprocess.STDOUT)
        try:
            while "is running at" not in log.read_text(encoding="utf-8"):
                if server.poll() is not None:
                    raise SystemExit(log.read_text(encoding="utf-8"))
                time.sleep(0.2)
            browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
            driver = ["node", str(ROOT / ".ci" / "panel.mjs"), browser, f"http://127.0.0.1:{port}", "panel.ipynb"]
            asked = [*driver, str(moves), *([str(picture)] if picture else [])]
            done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
        finally:
            server.terminate()
            server.wait(timeout=60)
    if done.returncode:
        raise SystemExit(done.stderr)
    times = [max(move.get("map", np.inf), move.get("list", np.inf)) for move in json.loads(done.stdout)["moves"]]
    print(f"{folder.name}: {len(times)} moves, median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms")


def main() -> int:
    """Measure what is asked for."""
    options = parser(__doc__, runs=50)
    options.add_argument("--run", type=Path, help="folder of a finished run, for the panel in JupyterLab")
    options.add_argument("--notebook-moves", type=int, default=10)
    options.add_argument("--picture", type=Path, help="where a picture of the panel is put")
    given = options.parse_args()
    ended = command(reweighting(given.runs), given.json)
    if given.run:
        in_lab(given.run, given.notebook_moves, given.picture)
    return ended


if __name__ == "__main__":
    sys.exit(main())
