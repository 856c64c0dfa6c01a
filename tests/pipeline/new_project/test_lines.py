"""The lines of a new project file."""

from __future__ import annotations

import tomllib

import pytest

from siteprior.core.errors import InputError
from siteprior.pipeline.new_project.lines import entry_of, line, lines


def test_entries_are_toml_whatever_stands_in_them():
    odd = 'a "quoted"\nname\\with = signs'
    one = line("stops", {"path": odd, "on": True, "box": [1, 2.5]})
    several = lines("stops", [{"path": odd}, "b.csv"], "Two.")
    assert tomllib.loads(one.text) == {"stops": {"path": odd, "on": True, "box": [1, 2.5]}}
    assert (tomllib.loads(several.text), several.comment) == ({"stops": [{"path": odd}, "b.csv"]}, "Two.")


def test_a_line_that_is_off_is_a_comment():
    assert line("coal", "a.zip", off=True).text == '# coal = "a.zip"'


def test_an_unknown_dataset_is_refused_with_the_nearest():
    with pytest.raises(InputError, match=r"unknown dataset 'naptn'; did you mean 'naptan'"):
        entry_of("naptn", "a.csv")
