"""Arguments by their old names: read, with a warning that names the new one; and by both names, refused."""

from __future__ import annotations

import inspect
import warnings

import pandas as pd
import pytest

from siteprior.core.renamed import GONE_IN, renamed_argument
from siteprior.registers.coordinates.site_shapes import read_shapes
from siteprior.registers.own_sites import read_own_sites
from siteprior.sources.areas.boundaries import read_boundaries
from siteprior.sources.areas.deprivation import read_deprivation
from siteprior.sources.areas.lsoa import read_areas
from siteprior.sources.transit.corridors import read_corridor_lines, read_corridor_stops
from siteprior.sources.transit.statements import read_openings

READERS = (
    read_areas, read_boundaries, read_corridor_lines, read_corridor_stops, read_deprivation, read_openings,
    read_own_sites, read_shapes,
)  # fmt: skip


@renamed_argument(path="paths", file="files")
def read(paths, *, files=None):
    """Return what was given."""
    return paths, files


def test_an_old_name_is_read_with_a_warning():
    with pytest.warns(Warning, match=f"read: the argument 'path' is now 'paths'; the old name goes in {GONE_IN}"):
        assert read(path="a.csv") == ("a.csv", None)
    with pytest.warns(Warning, match="'file' is now 'files'") as caught:
        assert read("a.csv", file="a") == ("a.csv", "a")
    assert caught[0].filename == __file__, "the warning names the caller's line"


def test_the_new_names_warn_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read("a.csv", files="a") == read(paths="a.csv", files="a") == ("a.csv", "a")


def test_both_names_of_one_argument_are_refused():
    with pytest.raises(TypeError, match="read: got 'file' and 'files', which are one argument"):
        read("a.csv", file="a", files="a")


def test_name_words_and_signature_are_those_of_the_function():
    assert (read.__name__, read.__doc__) == ("read", "Return what was given.")
    assert list(inspect.signature(read).parameters) == ["paths", "files"]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_readers_take_paths_and_files_and_the_old_names(reader):
    assert {"paths", "files"} <= set(inspect.signature(reader).parameters)
    needed = {
        name: "x"
        for name, parameter in inspect.signature(reader).parameters.items()
        if parameter.default is inspect.Parameter.empty and name != "paths"
    }
    with pytest.warns(Warning, match="'path' is now 'paths'"), pytest.raises((ValueError, OSError, TypeError)):
        reader(path="no/such/file.csv", **needed)


def test_an_old_name_gives_the_same_table(tmp_path):
    (tmp_path / "openings.csv").write_text("atco,state,state_date,statement_date\n9400ZZWMAS,open,2026-04,2026-10-02\n")
    new = read_openings(tmp_path / "openings.csv", files="openings")
    with pytest.warns(Warning, match="is now"):
        old = read_openings(path=tmp_path / "openings.csv", file="openings")
    pd.testing.assert_frame_equal(old.table, new.table)
