"""The version of the code is a hash of the package as it stands."""

from __future__ import annotations

import shutil
from functools import partial, wraps
from importlib import resources
from pathlib import Path
from types import CellType, FunctionType

import pytest

from siteprior.core import code_version as module
from siteprior.core.code_version import is_own


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a small copy of the package, whose version is asked for without the memory of the last."""
    whole = Path(str(resources.files("siteprior")))
    folder = tmp_path / "siteprior"
    for name in ("core/numbers.py", "parameters/access.toml"):
        source = whole / name if (whole / name).is_file() else next((whole / name).parent.glob("*" + Path(name).suffix))
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / name)
    monkeypatch.setattr(module.resources, "files", lambda _: folder)
    return folder


def version_now():
    return module.code_version.__wrapped__()


def test_it_stays_while_nothing_changes(package):
    before = version_now()
    (package / "core" / "__pycache__").mkdir()
    (package / "core" / "__pycache__" / "numbers.pyc").write_bytes(b"compiled")
    assert version_now() == before


@pytest.mark.parametrize("name", ["core/numbers.py", "parameters/access.toml"])
def test_a_line_of_code_or_a_number_changes_it(package, name):
    before = version_now()
    with (package / name).open("a") as file:
        file.write("# a change\n")
    assert version_now() != before


def test_another_version_of_a_library_changes_it(package, monkeypatch):
    before = version_now()
    monkeypatch.setattr(module.metadata, "version", lambda name: "99")
    assert version_now() != before


def of_a_script(sites):
    return sites


def test_a_function_is_siteprior_s_own_by_its_code_not_by_the_name_it_bears():
    from siteprior.ranking.criteria import CRITERIA

    walk = CRITERIA["corridor_access"].measure
    assert all(is_own(each.measure) for each in CRITERIA.values())

    @wraps(walk)
    def named_like_it(sites):
        return walk(sites)

    def made_by_siteprior(given):  # as a factory of siteprior would, about what a script gives
        return FunctionType(factory.__code__, {}, "made", None, (CellType(given),))

    def factory():
        return named_like_it

    factory.__code__ = factory.__code__.replace(co_filename=walk.__code__.co_filename)
    assert named_like_it.__module__ == walk.__module__
    assert not is_own(named_like_it)
    assert not is_own(made_by_siteprior(of_a_script))
    assert is_own(made_by_siteprior(walk))
    for other in (of_a_script, partial(walk), print, type("Callable", (), {"__call__": walk})()):
        assert not is_own(other)


def test_all_that_siteprior_registers_is_its_own():
    from siteprior.pipeline.kept_stages import foreign
    from siteprior.sources.registry import discover

    discover()
    assert not foreign()
