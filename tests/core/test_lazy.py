"""The names of a package from its stub: loaded at their first use, and under one name each."""

from __future__ import annotations

import importlib
import sys

import pytest

from siteprior.core.lazy import attach_stub

INIT = "from siteprior.core.lazy import attach_stub\n__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)\n"


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Write a package from its stub and its modules, and import it."""
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def make(name, stub, **modules):
        package = tmp_path / name
        package.mkdir()
        (package / "__init__.pyi").write_text(stub)
        (package / "__init__.py").write_text(INIT)
        for module, text in modules.items():
            (package / f"{module}.py").write_text(text)
        made.append(name)
        return importlib.import_module(name)

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] in made]:
        del sys.modules[name]


def test_only_the_names_of_the_stub_are_kept(tmp_path, monkeypatch):
    package = tmp_path / "lazy_example"
    package.mkdir()
    (package / "__init__.pyi").write_text("from .inner import read_things as read\n")
    (package / "__init__.py").write_text(
        "from siteprior.core.lazy import attach_stub\n__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)\n"
    )
    (package / "inner.py").write_text("def read_things(): return 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("lazy_example")
    assert "lazy_example.inner" not in sys.modules
    assert module.read() == 1
    assert not hasattr(module, "read_things")
    assert dir(module) == module.__all__ == ["read"]
    assert attach_stub("lazy_example", str(package / "__init__.py"))[2] == ["read"]


def test_a_name_no_stub_states_is_refused_with_those_it_states(make):
    package = make(
        "lazy_refusing", "from .one import first\nfrom .two import second as other\n", one="first = 1", two=""
    )
    with pytest.raises(AttributeError, match=r"^lazy_refusing has no name 'second'; it has first, other$"):
        package.second  # noqa: B018
    assert "lazy_refusing.two" not in sys.modules


def test_what_was_loaded_is_the_same_object_each_time(make):
    package = make("lazy_same", "from .one import things\n", one="things = [1]")
    package.things.append(2)
    assert package.things == [1, 2]
