"""A fault found in the data stands at the value of the project file that it names."""

from __future__ import annotations

import pytest

from factories.results import sample_project
from siteprior.project.value_places import as_written, place_of, place_of_fault, value_at


def test_a_part_is_found_where_it_stands_and_what_is_no_part_nowhere():
    project = sample_project()
    assert place_of(project.sources.areas, project) == ("sources", "areas")
    assert place_of(project.layers[1], project) == ("layers", 1)
    assert place_of(project.layers[1].model_copy(), project) is None
    assert value_at(project, ("layers", 1)) is project.layers[1]
    assert value_at(project, ("layers", 99)) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("unknown district 'Dudly'; did you mean 'Dudley'?", ("a", "only", 1)),
        ("unknown district 'Dudley Port'", ("a", "only", 2)),  # not the shorter one that it contains
        ("gate 'noise': needs a number", ("a", "gates", "noise")),
        ("year 2011: is no year of theirs", ("a", "year")),
        ("the file is empty", ("a",)),
    ],
)
def test_the_value_in_quotes_then_the_key_at_the_beginning_else_the_whole(text, at):
    part = {"only": ("Dudley", "Dudly", "Dudley Port"), "gates": {"noise": 3}, "year": 2011}
    assert place_of_fault(text, part, ("a",)) == at


def test_a_path_is_that_of_the_file_where_entries_were_left_out():
    kept = {("layers",): [1, 3], ("layers", 3, "where"): [2]}
    assert as_written(("layers", 1, "where", 0), kept) == ("layers", 3, "where", 2)
