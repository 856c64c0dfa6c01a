"""The names of the flat list: each warns of its new place, and does what it did."""

from __future__ import annotations

import types
import warnings
from pathlib import Path

import pytest

import siteprior as sp
from conftest import ROOT
from siteprior.core.errors import SitePriorError
from siteprior.core.renamed import RenamedWarning
from siteprior.pipeline.old_names import NEW_PLACES, as_it_was, old_function
from siteprior.pipeline.old_signatures import CHANGED

LAST_RELEASE = (ROOT / "tests" / "factories" / "public_names.txt").read_text(encoding="utf-8").split()
"""The names of the flat list, as the commit before the namespaces had them."""


def test_no_name_of_the_last_release_is_lost():
    assert len([*LAST_RELEASE, "__version__"]) == 102
    assert set(NEW_PLACES) == set(LAST_RELEASE) - {name for name in sp.__all__ if name not in ("access", "viability")}


def test_the_page_of_renames_shows_every_old_name():
    lines = (ROOT / "docs" / "reference" / "renames.md").read_text(encoding="utf-8").splitlines()
    shown = [line for line in lines if line.startswith("| `sp.")]
    assert shown == [
        f"| `sp.{old}`{' (changed)' if old in CHANGED else ''} | `sp.{new}` |" for old, new in NEW_PLACES.items()
    ]


@pytest.mark.parametrize("name", sorted(set(NEW_PLACES) - {"access", "viability"}))
def test_an_old_name_warns_and_does_the_same(name):
    changed = r", and takes or returns something else there \(docs/reference/renames\.md\)" if name in CHANGED else ""
    with pytest.warns(
        RenamedWarning, match=rf"^siteprior\.{name} is now siteprior\.[\w.]+{changed}; the old name goes in 0\.3$"
    ):
        old = getattr(sp, name)
    new = sp
    for part in NEW_PLACES[name].split("."):
        new = getattr(new, part)
    assert old is (as_it_was(name) if name in CHANGED else new)
    assert name not in vars(sp), "it warns each time"


def test_the_warning_points_to_the_line_that_asks():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sp.join_areas  # noqa: B018
    assert [Path(each.filename) for each in caught] == [Path(__file__)]


@pytest.mark.parametrize("name", ["access", "viability"])
def test_a_namespace_that_was_a_function_is_called_with_a_warning(name):
    namespace = getattr(sp, name)
    assert isinstance(namespace, types.ModuleType)
    with (
        pytest.warns(RenamedWarning, match=rf"^siteprior\.{name} is now siteprior\.{NEW_PLACES[name]};") as caught,
        pytest.raises((SitePriorError, TypeError)),
    ):
        namespace()
    assert Path(caught[0].filename) == Path(__file__)


def test_a_name_that_never_was_has_no_place():
    assert old_function("nonsense_name") is None


def test_the_places_cannot_be_changed():
    with pytest.raises(TypeError):
        NEW_PLACES["capacity"] = "elsewhere"
