"""What a terminal shows beside the result: our own warnings a line each, those of a run at the very end."""

from __future__ import annotations

import argparse
import json
import sys
import warnings

import pandas as pd
import pytest

from siteprior.core.errors import InputError, RunWarning
from siteprior.core.renamed import RenamedWarning
from siteprior.core.terminal import listing, named_values, warnings_on_stderr


def test_names_that_changed_come_at_once_and_what_a_run_left_out_comes_last(capsys):
    with warnings_on_stderr():
        warnings.warn("no site passed", RunWarning, stacklevel=1)
        assert capsys.readouterr().err == ""
        warnings.warn("'gs' is 'weighted_signal' now", RenamedWarning, stacklevel=1)
        assert capsys.readouterr().err == "siteprior: 'gs' is 'weighted_signal' now\n"
        sys.stdout.write("Written to outputs.\n")
    shown = capsys.readouterr()
    assert shown.out == "Written to outputs.\n"
    assert shown.err == "siteprior: warning: no site passed\n"


def test_what_comes_twice_is_shown_once_in_the_order_it_came(capsys):
    with warnings_on_stderr():
        for text in ("b", "a", "b"):
            warnings.warn(text, RunWarning, stacklevel=1)
            warnings.warn(text.upper(), RenamedWarning, stacklevel=1)
    assert capsys.readouterr().err.splitlines() == [
        "siteprior: B", "siteprior: A", "siteprior: warning: b", "siteprior: warning: a",
    ]  # fmt: skip


def test_warnings_of_others_go_their_way(capsys):
    with pytest.warns(UserWarning, match="of another library"), warnings_on_stderr():
        warnings.warn("of another library", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == ""


def test_what_was_left_out_is_shown_although_an_error_ended_the_work(capsys):
    def refused():
        with warnings_on_stderr():
            warnings.warn("no stops of area 910", RunWarning, stacklevel=1)
            raise InputError("sites.csv: is empty")

    with pytest.raises(InputError, match="is empty"):
        refused()
    assert capsys.readouterr().err == "siteprior: warning: no stops of area 910\n"


def test_values_of_a_command_line_are_json_or_text_never_code():
    given = ["top=10", "share=0.5", "yes=true", "site=E08000025:S112", "sum=1+1", "path=a=b", 'name="10"', "blank="]
    assert named_values(given) == {
        "top": 10, "share": 0.5, "yes": True, "site": "E08000025:S112", "sum": "1+1", "path": "a=b", "name": "10",
        "blank": "",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["top", "=10", ""])
def test_a_value_without_a_name_is_wrong_usage(text):
    with pytest.raises(argparse.ArgumentTypeError, match="needs the form NAME=VALUE"):
        named_values([text])


def test_a_table_is_shown_as_json_as_text_or_as_a_sentence_where_it_has_no_row(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    table = pd.DataFrame({"site_id": ["E08000025:S112 with a long reference of its own"], "score": [0.1234567891234]})

    assert listing(table, none="None.").splitlines()[1] == f"{table['site_id'][0]}  0.123"
    assert json.loads(listing(table, as_json=True))[0]["score"] == pytest.approx(0.1234567891, abs=1e-10)
    assert listing(table.iloc[:0], none="No site moved.") == "No site moved."
    assert json.loads(listing(table.iloc[:0], as_json=True, none="No site moved.")) == []
    assert listing(table.iloc[:0], text=lambda rows: f"{len(rows)} rows") == "0 rows"


def test_a_name_given_twice_is_wrong_usage():
    with pytest.raises(argparse.ArgumentTypeError, match="'top' is given twice; give it once"):
        named_values(["top=1", "top=2"])
