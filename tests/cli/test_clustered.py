"""--workers and --scheduler: where the parts of a job are done."""

from __future__ import annotations

import argparse
import sys

import pytest

from siteprior.cli import main
from siteprior.cli.clustered import cluster_arguments, cluster_of
from siteprior.core.files import shipped


@pytest.fixture
def parser():
    made = argparse.ArgumentParser()
    cluster_arguments(made)
    return made


def test_without_either_the_work_is_done_here(parser):
    with cluster_of(parser.parse_args([])) as made:
        assert made is None


def test_both_are_wrong_usage(parser, capsys):
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["--workers", "2", "--scheduler", "tcp://127.0.0.1:1"])
    assert ended.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--workers", "0"], "workers: needs a whole number from 1, not 0"),
        (["--scheduler", "nowhere"], "scheduler: nothing answers at nowhere"),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_no_folder(words, message, tmp_path, capsys):
    register = str(shipped("data") / "sites" / "walsall.csv")
    assert main(["audit", register, "--out", str(tmp_path / "out"), *words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert not (tmp_path / "out").exists()


def test_without_the_extra_the_line_says_how_to_install_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    register = str(shipped("data") / "sites" / "walsall.csv")
    assert main(["audit", register, "--out", str(tmp_path / "out"), "--workers", "2"]) == 1
    assert "pip install 'siteprior[cluster]'" in capsys.readouterr().err
