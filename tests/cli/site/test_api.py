"""Every public name of the root and of its namespaces is on the site."""

from __future__ import annotations

from types import ModuleType

import siteprior as sp
from siteprior.cli.site.api import api_pages, namespaces


def test_every_name_at_the_root_is_a_function_with_a_row_or_a_namespace_with_a_page():
    page = api_pages()["reference/api.md"]
    assert [name for name in sp.__all__ if name != "__version__" and f"`sp.{name}`" not in page] == []


def test_every_function_of_a_namespace_has_its_docstring_on_a_page():
    pages = api_pages()
    for name, module in namespaces().items():
        page = pages[f"reference/api/{name.replace('_', '-') or 'root'}.md"]
        for each in getattr(module, "__all__", []):
            if callable(getattr(module, each)) and not isinstance(getattr(module, each), ModuleType | dict):
                assert f"{module.__name__}.{each}\n" in page, (name, each)


def test_a_plain_module_lists_what_it_defines_and_not_what_it_imports():
    page = api_pages()["reference/api/parameters.md"]
    assert "siteprior.core.parameters.load_parameters\n" in page
    assert "InputError" not in page
