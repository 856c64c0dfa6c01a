"""Whole runs of a newcomer's first settings: an own layer weighed, no site that passes, one site, a broken notebook.

Each is run from the command line: the folder is whole, exit 0, and what it means is the last line of the terminal.
"""

from __future__ import annotations

import csv
import json

import geopandas as gpd
import nbformat
import pandas as pd
import pytest

import siteprior as sp
from factories.sample import sample_text
from siteprior import cli
from siteprior.core.files import shipped
from siteprior.pipeline import publish

OWN = """
[[layers]]
name = "fuel_poverty_share"
title = "Fuel poverty"
path = "deprivation/fuel_poverty.csv"
kind = "table"
measure = "value"
column = "Proportion of households fuel poor (%)"
by = "lsoa_code"
code = "LSOA Code"
year = 2021
unit = "%"
criterion = {group = "need", worst = 0, best = 50}

[weights]
fuel_poverty_share = 1
corridor_access = 3
"""
WHOLE = {
    "shortlist.gpkg", "ranking.csv", "issues.csv", "report.html", "run.json", "access.gpkg", "datapackage.json",
    "notebooks/01_shortlist.html",
}  # fmt: skip


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    """Run a project of one borough, with changes; return the folder, exit code and what the terminal showed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    data = shipped("data")

    def run(append="", *, rows=None, corridors=None):
        text = sample_text(plain=True).replace('data_root = "."', f'data_root = "{data.as_posix()}"')
        before, _, rest = text.partition("registers = [")
        register = data / "sites" / "walsall.csv"
        if rows is not None:
            head, *all_rows = csv.reader(register.read_text(encoding="utf-8-sig").splitlines())
            register = tmp_path / "register.csv"
            with register.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([head, *rows(head, all_rows)])
        text = f'{before}registers = ["{register.as_posix()}"]{rest.partition("]")[2]}'
        before, _, rest = text.partition("own_sites = [")
        text = before + rest.partition("\n]\n")[2]
        if corridors is not None:
            before, _, rest = text.partition("[corridors]")
            text = f"{before}[corridors]\n{corridors}\n\n[shortlist]{rest.partition('[shortlist]')[2]}"
        path = tmp_path / "walsall.toml"
        path.write_text(text + append, encoding="utf-8")
        code = cli.main(["run", str(path), "--out", "out", "--quiet"])
        return tmp_path / "out", code, capsys.readouterr()

    return run


def files_of(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_weight_on_an_own_layer(desk):
    folder, code, shown = desk(OWN)
    assert (code, shown.err) == (0, "")
    assert files_of(folder) >= WHOLE
    run = sp.open_run(folder)
    assert run.weights == {"fuel_poverty_share": 0.25, "corridor_access": 0.75}
    ranked = run.sites[run.sites["rank"].notna()]
    # by hand: a quarter of the share of 50 per cent, three quarters of the walk from 960 m to 400 m; of plots of one
    # site the share is the mean over their hectares, and the walk the shortest
    own = (ranked["fuel_poverty_share"].clip(upper=50) / 50).fillna(0)
    walk = ((960 - ranked["corridor_walk_m"]) / 560).clip(0, 1)
    plots = ranked["ranked_as"]
    mean = (own * ranked["hectares"]).groupby(plots).sum() / ranked["hectares"].groupby(plots).sum()
    pooled = 0.25 * plots.map(mean) + 0.75 * plots.map(walk.groupby(plots).max())
    assert plots.value_counts().max() == 2
    pd.testing.assert_series_equal(ranked["score"], pooled, check_names=False, rtol=1e-12)
    again = sp.score(run)
    pd.testing.assert_series_equal(again["score"].dropna(), ranked["score"], check_index=True)
    assert again["coverage"].dropna().equals(ranked["coverage"])
    page = (folder / "notebooks" / "01_shortlist.html").read_text(encoding="utf-8")
    assert "Fuel poverty" in page


def test_no_site_passes(desk):
    notebooks = ["01_shortlist", "02_access", "03_market_failure"]
    folder, code, shown = desk(f"\n[gates]\nbeyond_corridor_walk = 1\n[publish]\nnotebooks = {notebooks}\n")
    assert code == 0
    assert files_of(folder) >= WHOLE | {f"notebooks/{name}.html" for name in notebooks}
    sites = sp.open_run(folder).sites
    nearest = sites.loc[sites["gate_reasons"].str.contains("beyond_corridor_walk"), "corridor_walk_m"].min()
    last = shown.err.splitlines()[-1]
    assert last.startswith("siteprior: warning: no site passed the gates: ")
    assert f"failed by beyond_corridor_walk (nearest {nearest:,.0f} m)" in last
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert [f"siteprior: warning: {sentence}" for sentence in record["notices"]] == [last]
    assert "No site passed the gates" in (folder / "report.html").read_text(encoding="utf-8")
    assert len(gpd.read_file(folder / "shortlist.gpkg", layer="shortlist")) == 0


STATION_FIRST = "\n[gates]\nbeyond_corridor_walk = false\n[weights]\nstation_access = 1\n"


@pytest.mark.parametrize(
    "written", ["", "corridor,kind,order,stop_name,easting,northing\n"], ids=["none", "header alone"]
)
def test_without_corridors_sites_are_ranked_by_their_walk_to_a_station(desk, written, tmp_path):
    (tmp_path / "corridors.csv").write_text(written)
    folder, code, shown = desk(STATION_FIRST, corridors='paths = ["corridors.csv"]' if written else "")
    last = shown.err.splitlines()[-1]
    assert (code, last.partition(": sites are ranked")[0]) == (0, "siteprior: warning: the project names no corridor")
    run = sp.open_run(folder)
    ranked = run.sites[run.sites["rank"].notna()]
    assert run.sites["corridor"].isna().all()
    assert not run.sites["gate_reasons"].str.contains("beyond_corridor_walk").any()
    by_hand = ((2000 - ranked["walk_m"]) / 1800).clip(0, 1).fillna(0)  # worst 2,000 m, best 200 m
    plots = ranked["ranked_as"]
    expected = plots.map(by_hand.groupby(plots).max())
    pd.testing.assert_series_equal(ranked["score"], expected, check_names=False, rtol=1e-12)
    assert len(ranked) > len(run.shortlist) == 25


@pytest.mark.parametrize(
    "written", ["", "corridor,kind,order,stop_name,easting,northing\n"], ids=["none", "header alone"]
)
def test_without_corridors_their_gate_has_to_be_off(desk, written, tmp_path):
    (tmp_path / "corridors.csv").write_text(written)
    folder, code, shown = desk(corridors='paths = ["corridors.csv"]' if written else "")
    assert (code, folder.exists()) == (1, False)
    assert "lists no corridor, and only sites along one are ranked" in shown.err
    assert "[gates] beyond_corridor_walk = false" in shown.err


def test_one_site(desk):
    folder, code, shown = desk(rows=lambda head, rows: rows[26:27])
    assert code == 0
    (last,) = shown.err.splitlines()  # its one row is of 2022
    assert last.startswith(
        "siteprior: warning: 1 of 1 register: the newest entry or vintage is more than 1 year before"
    )
    assert files_of(folder) >= WHOLE
    assert sp.open_run(folder).sites["rank"].tolist() == [1]


def test_all_sites_equal(desk):
    def equal(head, rows):
        homes = [head.index("NetDwellingsRangeFrom"), head.index("NetDwellingsRangeTo")]
        return [["20" if at in homes else cell for at, cell in enumerate(row)] for row in rows[24:27]]

    folder, code, shown = desk("\n[weights]\ncapacity = 1\n", rows=equal)
    assert code == 0
    assert files_of(folder) >= WHOLE
    assert sp.open_run(folder).sites["rank"].tolist() == [1, 1, 1]
    assert [line for line in shown.err.splitlines() if "all ranked sites have one score" in line]


def test_a_notebook_that_fails_leaves_its_copy_and_a_warning(desk, monkeypatch, tmp_path):
    book = nbformat.read(shipped("notebooks") / "01_shortlist.ipynb", as_version=4)
    book.cells.append(nbformat.v4.new_code_cell("# too far\n1 / 0"))
    (tmp_path / "notebooks").mkdir()
    nbformat.write(book, tmp_path / "notebooks" / "01_shortlist.ipynb")
    monkeypatch.setattr(publish, "shipped", lambda _: tmp_path / "notebooks")
    folder, code, shown = desk()
    assert code == 0
    assert files_of(folder) >= WHOLE - {"notebooks/01_shortlist.html"}
    assert "notebooks/01_shortlist.failed.ipynb" in files_of(folder)
    last = shown.err.splitlines()[-1]
    assert last.startswith("siteprior: warning: ")
    assert "(# too far) failed: ZeroDivisionError: division by zero" in last
    assert last.endswith("out/notebooks/01_shortlist.failed.ipynb")
