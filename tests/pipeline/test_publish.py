"""Every output in one folder: which files there are, what each holds, and that notebooks see whole tables."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from types import SimpleNamespace

import geopandas as gpd
import nbformat
import pandas as pd
import pytest

from siteprior.core.errors import SitePriorError
from siteprior.core.second_process import SecondProcess
from siteprior.pipeline import publish
from siteprior.pipeline.publish import _access, market_tables

TABLES = (
    "signals", "deadweight_evidence", "fund_rules", "viability_drivers", "viability_lines", "comparables",
    "evidence_gaps", "evidence_files",
)  # fmt: skip


def done_with(**filled):
    """Return what stands for a result whose long tables have a row where they are named."""
    row, none = pd.DataFrame({"site_id": ["a"]}), pd.DataFrame({"site_id": []})
    tables = {name: row if filled.get(name) else none for name in TABLES}
    trial = pd.DataFrame({"homes": ["all"] if filled.get("price_validation") else []}).rename_axis("trial")
    return SimpleNamespace(**tables, price_validation=trial)


def test_only_tables_with_a_row_are_written():
    assert market_tables(done_with()) == {}
    assert list(market_tables(done_with(signals=True, comparables=True))) == ["market_failure", "comparables"]
    (found,) = market_tables(done_with(price_validation=True)).values()
    assert list(found.columns) == ["trial", "homes"]  # the index is a column of the file


def test_an_appraisal_without_a_figure_is_no_table_and_with_one_stays_whole():
    none = pd.DataFrame({"rlv": [None, None]}, index=pd.Index(["a", "b"], name="site_id"))
    done = done_with()
    done.viability_lines = none
    assert market_tables(done) == {}
    done.viability_lines = none.assign(rlv=[None, 7.0])
    assert len(market_tables(done)["viability_lines"]) == 2


def places(*names):
    return gpd.GeoDataFrame({"name": list(names)}, geometry=gpd.points_from_xy(range(len(names)), [0] * len(names)))


@pytest.fixture
def access():
    drawn = places("a", "b")
    drawn.loc[1, "geometry"] = None
    return SimpleNamespace(
        corridor_stops=places("stop"), catchments=drawn, corridor_summary=pd.DataFrame({"sites": [1]}),
        site_corridors=pd.DataFrame({"site_id": ["a"]}), transit=SimpleNamespace(timetables=None),
        scenario_effects=pd.DataFrame(), access_routes=pd.DataFrame({"route": ["X1"]}),
    )  # fmt: skip


def test_of_timetables_and_scenarios_only_what_there_is_is_published(access):
    layers, tables = _access(access)
    assert list(layers) == ["corridor_stops", "catchments"]
    assert list(tables) == ["corridor_summary", "site_corridors"]
    assert layers["catchments"]["name"].to_list() == ["a"]  # what was not drawn is no shape
    access.transit.timetables = SimpleNamespace(stops=places("platform"))
    access.scenario_effects = pd.DataFrame({"scenario": ["S"]})
    layers, tables = _access(access)
    assert list(layers) == ["corridor_stops", "catchments", "service_stops"]
    assert list(tables) == ["corridor_summary", "site_corridors", "access_routes", "scenario_effects"]


class Notebooks:
    """Stands for the process of the notebooks: notes what stood in the folder when each was run."""

    def __init__(self, fault=None):
        self.ran, self.fault, self.ended = [], fault, False

    @contextmanager
    def ended_by_a_fault(self):
        try:
            yield
        except BaseException:
            self.ended = True
            raise

    def execute(self, source, target, *, parameters):
        folder = target.parent.parent
        held = sorted(path.name for path in folder.iterdir())
        self.ran.append((source.name, target.relative_to(folder).as_posix(), parameters["run_folder"], held))
        if self.fault:
            raise SitePriorError(self.fault)


@pytest.fixture
def written(monkeypatch, tmp_path):
    """Write one file for the tables and one for the report; return the folder and a result that asks for notebooks."""
    monkeypatch.setattr(publish, "write_tables", lambda done, tables, folder: (folder / "ranking.csv").write_text("x"))
    monkeypatch.setattr(
        publish, "write_report", lambda done, folder, dossiers, _: (folder / "report.html").write_text("x")
    )
    done = done_with()
    names = ("01_shortlist", "02_access")
    done.project = SimpleNamespace(publish=SimpleNamespace(notebooks=names, audience="public", pdf=False))
    return tmp_path, done


def test_notebooks_run_in_order_once_the_tables_are_there(written):
    folder, done = written
    notebooks, said = Notebooks(), []
    assert publish.publish(done, folder, notebooks, second=SecondProcess(start=False), progress=said.append) == ()
    assert [ran[:3] for ran in notebooks.ran] == [
        (f"{name}.ipynb", f"notebooks/{name}.html", str(folder)) for name in done.project.publish.notebooks
    ]
    assert all("ranking.csv" in held for *_, held in notebooks.ran)
    assert (folder / "report.html").exists()
    assert said == ["Writing the GeoPackages and tables", "Drawing maps, writing the report, running the notebooks"]


def test_a_notebook_that_fails_costs_nothing_else(written):
    folder, done = written
    notebooks = Notebooks("01_shortlist.ipynb: cell 2 failed")
    assert (
        publish.publish(done, folder, notebooks, second=SecondProcess(start=False))
        == ("01_shortlist.ipynb: cell 2 failed",) * 2
    )
    assert len(notebooks.ran) == 2
    assert (folder / "report.html").exists()
    assert (folder / "ranking.csv").exists()


def test_a_report_that_fails_ends_the_notebooks(written, monkeypatch):
    folder, done = written

    def fail(*_):
        raise SitePriorError("report.html: no room on the disk")

    monkeypatch.setattr(publish, "write_report", fail)
    notebooks = Notebooks()
    with pytest.raises(SitePriorError, match="no room"):
        publish.publish(done, folder, notebooks, second=SecondProcess(start=False))
    assert notebooks.ended


MAIN = """
import sys
from pathlib import Path
from types import SimpleNamespace
from siteprior.cli import COMMANDS, main
from siteprior.core.second_process import SecondProcess
from siteprior.pipeline import publish
from siteprior.report.notebooks.worker import NotebookProcess

def work(_):
    with SecondProcess(start=False) as second, NotebookProcess(".", jobs=1) as notebooks:
        done = SimpleNamespace(project=SimpleNamespace(publish=SimpleNamespace(notebooks=["long"])))
        publish.publish(done, Path("."), notebooks, second=second)

for name in ("dossiers_of", "market_tables", "write_tables", "write_documents", "write_report", "print_documents"):
    setattr(publish, name, lambda *_: ())
publish.shipped = lambda _: Path(".")
COMMANDS["demo"] = COMMANDS["demo"]._replace(run=work, progress=False)
sys.exit(main(["demo"]))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_while_a_notebook_runs_ends_it_in_plain_words(tmp_path):
    """As a terminal does it: every process of the group is interrupted."""
    cells = [nbformat.v4.new_code_cell(source) for source in ("run_folder = None", "", "time.sleep(600)")]
    cells[0]["metadata"]["tags"] = ["parameters"]
    cells[1]["source"] = "import os, time\nopen('started', 'w').write(str(os.getpid()))"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "long.ipynb")
    paths = os.pathsep.join(filter(None, sys.path))
    main = subprocess.Popen(
        [sys.executable, "-c", MAIN], cwd=tmp_path, start_new_session=True, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": paths},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # also under nohup
    )  # fmt: skip
    started = tmp_path / "started"
    while not started.exists() or not started.read_text():
        assert main.poll() is None
        time.sleep(0.01)
    time.sleep(0.2)  # into the cell that takes long
    os.killpg(main.pid, signal.SIGINT)
    _, said = main.communicate()
    assert said == "siteprior: stopped; earlier outputs are untouched\n"
    assert main.returncode == 1
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
    assert not list(tmp_path.glob("notebooks/*.html"))
