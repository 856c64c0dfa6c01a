"""The commands beside the work: notebooks, and what is kept between runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from siteprior.core.terminal import listing, named_values


def _copy_notebooks(options: argparse.Namespace) -> int:
    from siteprior.report.notebooks.run import copy_notebooks

    for path in copy_notebooks(options.folder, force=options.force):
        print(path)
    return 0


def _run_notebook(options: argparse.Namespace) -> int:
    from siteprior.report.notebooks.run import execute_notebook

    print(execute_notebook(options.notebook, options.out, parameters=named_values(options.parameter), cwd=Path.cwd()))
    return 0


def _list_notebooks(_options: argparse.Namespace) -> int:
    from siteprior.report.notebooks.run import notebook_titles

    for name, title in notebook_titles().items():
        print(f"{name:<26}{title}")
    return 0


def use_notebooks(options: argparse.Namespace) -> int:
    """List the notebooks, copy them, or run one."""
    actions = {"list": _list_notebooks, "copy": _copy_notebooks, "run": _run_notebook}
    return actions[options.action](options)


def show_cache(options: argparse.Namespace) -> int:
    """Print what is kept between runs; remove it where that is asked for."""
    from siteprior.core.cache_contents import cache_contents, clear_cache

    contents = clear_cache() if options.clear else cache_contents()
    shown = contents if options.json else contents.drop(columns="folder")
    print(listing(shown, as_json=options.json, none="Nothing is kept between runs."))
    if options.json or not len(contents):
        return 0
    print(f"In {contents['folder'].min()}")
    if options.clear:
        print(f"Removed: {contents['size_mb'].sum():,.0f} MB. The next run does its work anew, and comes to the same.")
    return 0
