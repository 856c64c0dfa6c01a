"""A folder that holds no run is refused with the runs there are."""

from __future__ import annotations

import pytest

from siteprior.core.errors import InputError, OutputError
from siteprior.report.run_folders import SHOWN, refuse_no_run


@pytest.fixture
def outputs(tmp_path):
    for number in range(SHOWN + 2):
        (tmp_path / "outputs" / f"run{number}").mkdir(parents=True)
        (tmp_path / "outputs" / f"run{number}" / "run.json").write_text("{}")
    return tmp_path / "outputs"


def test_a_run_is_taken(outputs):
    refuse_no_run(outputs / "run0")


def test_the_folder_above_names_the_runs_in_it(outputs):
    with pytest.raises(InputError, match=r"holds runs; give one of them: .*outputs/run0, .*run4 and 2 more$"):
        refuse_no_run(outputs)


def test_a_misspelt_folder_and_one_without_a_run_name_those_beside(outputs):
    with pytest.raises(InputError, match=r"there is no such folder; .*; the runs beside it: .*run0"):
        refuse_no_run(outputs / "rum0")
    (outputs / "notes").mkdir()
    with pytest.raises(InputError, match=r"holds no run: it has no run.json; .*; the runs beside it: .*run0"):
        refuse_no_run(outputs / "notes")


def test_a_file_is_no_folder(outputs):
    with pytest.raises(InputError, match=r"run\.json: is a file; give the folder of the run, .*run0$"):
        refuse_no_run(outputs / "run0" / "run.json")


@pytest.mark.parametrize("write", ["measure_access", "measure_walks", "audit"])
def test_nothing_else_is_written_into_the_folder_of_a_run(outputs, write):
    import siteprior as sp

    given = {"registers": "none.csv"} if write == "audit" else {"bounds": (0, 0, 1, 1)}
    with pytest.raises(OutputError, match=r"run0: holds a run, whose .*; choose another with --out$"):
        getattr(sp, write)(**given, out=outputs / "run0")
    assert [path.name for path in (outputs / "run0").iterdir()] == ["run.json"]
