"""The examples in the docstrings run, and every public function opens with a sentence."""

from __future__ import annotations

import doctest
import importlib

import pytest

from conftest import ROOT

SOURCE = ROOT / "src"
MODULES = sorted(
    ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    for path in (SOURCE / "siteprior").rglob("*.py")
    if path.stem not in ("__init__", "__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    outcome = doctest.testmod(importlib.import_module(name), report=True)
    assert outcome.failed == 0


def test_there_are_examples_to_run():
    finder = doctest.DocTestFinder()
    examples = sum(len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name)))
    assert examples > 200


@pytest.mark.parametrize("name", __import__("siteprior").__all__)
def test_every_public_function_says_what_it_does(name):
    import siteprior

    thing = getattr(siteprior, name)
    if callable(thing) and not isinstance(thing, type):
        first = (thing.__doc__ or "").strip().splitlines()[0]
        assert first.endswith("."), f"{name}: the first line of the docstring is a sentence"
