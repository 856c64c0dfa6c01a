"""The jobs that come in parts give the same bytes on two workers as here, also when one of the two is killed midway."""

from __future__ import annotations

import os
import signal

import numpy as np
import pandas as pd
import pytest

import siteprior as sp
from siteprior.core.cluster import Cluster
from siteprior.core.files import shipped
from siteprior.joins.access import ptal_grid, walk_surface
from siteprior.ranking import smaa

DATA = shipped("data")
TRANSIT = DATA / "transit"
BOUNDS = (405_000, 285_000, 409_000, 288_000)


@pytest.fixture(scope="module")
def two_workers():
    with sp.cluster(workers=2) as made:
        yield made


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def pids(cluster):
    return [each["pid"] for each in cluster.client.run(lambda dask_worker: {"pid": os.getpid()}).values()]


def test_an_audit_of_many_registers(two_workers, tmp_path):
    for folder, where in (("here", None), ("there", two_workers)):
        sp.audit(sorted((DATA / "sites").glob("*.csv")), out=tmp_path / folder, workbooks=False, cluster=where)
    assert len(files(tmp_path / "here")) == 4
    assert files(tmp_path / "there") == files(tmp_path / "here")


def test_a_register_that_cannot_be_read_is_refused_in_the_same_words(two_workers, tmp_path):
    (tmp_path / "bad.csv").write_text("a\n1\n")
    given = [DATA / "sites" / "walsall.csv", tmp_path / "bad.csv"]
    here, there = (sp.audit(given, cluster=where) for where in (None, two_workers))
    assert here.files["refused"].notna().sum() == 1
    for table in ("sites", "issues", "files"):
        pd.testing.assert_frame_equal(getattr(there, table), getattr(here, table))
    with pytest.raises(sp.InputError) as in_parts:
        sp.audit(tmp_path / "bad.csv", cluster=two_workers)
    with pytest.raises(sp.InputError) as alone:
        sp.audit(tmp_path / "bad.csv")
    assert in_parts.value.faults == alone.value.faults


def test_the_access_index_of_every_cell(two_workers, monkeypatch):
    given = {
        "streets": TRANSIT / "streets.geojson.gz",
        "timetables": [TRANSIT / "timetable.zip"],
        "bounds": (406_000, 286_000, 408_000, 288_000),
    }
    here = sp.measure_access(**given)
    cut = ptal_grid.tiles
    monkeypatch.setattr(ptal_grid, "tiles", lambda rows, columns, side: cut(rows, columns, 12))
    there = sp.measure_access(**given, cluster=two_workers)
    assert (here.cells["access_index"] > 0).sum() > 100
    pd.testing.assert_frame_equal(pd.DataFrame(there.cells), pd.DataFrame(here.cells), check_exact=True)


@pytest.mark.parametrize("streets", [None, TRANSIT / "streets.geojson.gz"])
def test_the_walk_from_every_cell(two_workers, tmp_path, streets):
    given = {"stops": [TRANSIT / "naptan.csv"], "streets": streets, "bounds": BOUNDS, "cell_m": 10}
    for folder, where in (("here", None), ("there", two_workers)):
        sp.measure_walks(**given, out=tmp_path / folder, cluster=where)
    assert files(tmp_path / "there") == files(tmp_path / "here")


@pytest.mark.parametrize("with_ranges", [False, True])
def test_acceptability_by_blocks_of_draws(two_workers, monkeypatch, with_ranges):
    monkeypatch.setattr(smaa, "_BLOCK", 100_000)
    random = np.random.default_rng(4)
    values = pd.DataFrame(random.random((300, 5)).round(3), columns=list("abcde")).mask(random.random((300, 5)) < 0.1)
    ranges = {"low": (values.fillna(0) - 0.1).clip(lower=0), "high": (values.fillna(1) + 0.1).clip(upper=1)}
    given = {"seed": 3, "k": 20, "draws": 2000, **(ranges if with_ranges else {})}
    here, there = (
        sp.acceptability(values, dict.fromkeys("abcde", 1.0), **given, cluster=w) for w in (None, two_workers)
    )
    pd.testing.assert_frame_equal(there.sites, here.sites, check_exact=True)
    pd.testing.assert_frame_equal(there.central_weights, here.central_weights, check_exact=True)
    monkeypatch.setattr(smaa, "_BLOCK", 10_000_000)
    one = sp.acceptability(values, dict.fromkeys("abcde", 1.0), **given)
    pd.testing.assert_frame_equal(there.central_weights, one.central_weights, check_exact=True)
    assert here.sites["first_acceptability"].gt(0).sum() > 3


class OneKilled(Cluster):
    """Two workers, of which one is ended when the second part has come back and most are still to do."""

    def __init__(self, cluster):
        super().__init__(cluster.client)
        self.killed = pids(cluster)[0]

    def map(self, work, parts, shared):
        for number, done in enumerate(super().map(work, parts, shared)):
            if number == 1:
                os.kill(self.killed, signal.SIGKILL)
            yield done


def test_a_surface_is_whole_when_a_worker_is_killed_midway(two_workers, monkeypatch, tmp_path):
    cut = walk_surface.tiles
    monkeypatch.setattr(walk_surface, "tiles", lambda rows, columns, side: cut(rows, columns, 64))
    given = {"stops": [TRANSIT / "naptan.csv"], "bounds": BOUNDS, "cell_m": 10}
    sp.measure_walks(**given, out=tmp_path / "here")
    one_killed = OneKilled(two_workers)
    sp.measure_walks(**given, out=tmp_path / "there", cluster=one_killed)
    assert one_killed.killed not in pids(two_workers)
    assert files(tmp_path / "there") == files(tmp_path / "here")
