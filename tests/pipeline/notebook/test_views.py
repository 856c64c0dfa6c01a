"""Tables by name: every one shows on the sample, and what there is not is refused with what there is."""

from __future__ import annotations

import pytest

import siteprior as sp
from siteprior.core.errors import InputError
from siteprior.pipeline.notebook.views import VIEWS


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


@pytest.mark.parametrize("what", list(VIEWS))
def test_every_table_shows_or_says_why_not(run, what):
    shown = sp.notebook.show(run, what)
    assert isinstance(shown.data, str) or len(shown.data) > 0
    assert isinstance(shown.data, str) or shown.caption


def test_they_are_listed():
    assert sp.notebook.tables()["table"].tolist() == list(VIEWS)


def test_rows_are_cut_where_it_is_asked_for_and_the_caption_says_so(run):
    shown = sp.notebook.show(run, "inputs", first=2)
    assert len(shown.data) == 2
    assert shown.caption.endswith("The first 2 of 44.")


def test_what_there_is_not_is_refused(run):
    with pytest.raises(InputError, match="unknown table 'gats'; did you mean 'gates'"):
        sp.notebook.show(run, "gats")
    with pytest.raises(InputError) as raised:
        sp.notebook.show(run, "record", site="x", corridor="y", first=0)
    assert len(raised.value.faults) == 3
