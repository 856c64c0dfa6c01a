"""Build the site from a checkout: the sample is run, the notebooks execute on it, Sphinx writes the pages.

Sphinx and its theme are no part of an installation: the extra ``docs`` names them, and the environment that
``bootstrap.py`` makes has them. What readers get is the built copy in the wheel.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from siteprior.cli.site.built import BUILT, loaded_from_elsewhere, outward_links
from siteprior.cli.site.collect import collect
from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.files import write_text

NEEDED = ("sphinx", "myst_nb", "numpydoc", "pydata_sphinx_theme")
EXTERNAL = "external-links.txt"
"""The file of the built copy that lists every address outside it, with the pages that have it."""


def build_site(checkout: Path, *, parser: argparse.ArgumentParser, notebooks: bool = True) -> Path:
    """Build the site into ``build/docs`` of a checkout, whole or not at all; any warning of Sphinx stops it.

    Parameters
    ----------
    checkout
        The folder with ``docs`` and ``notebooks``.
    parser
        The parser of the commands, for their page.
    notebooks
        Whether the notebooks are executed, on a run of the sample made for it; shown without results when not.

    Returns
    -------
    Path
        The folder built; ``index.html`` is its first page.

    Raises
    ------
    InputError
        When this is no checkout, or packages of the extra ``docs`` are missing.
    SitePriorError
        When Sphinx finds a fault, a notebook fails, or a page would load something from elsewhere.
    """
    _refuse_what_cannot_build(checkout)
    with tempfile.TemporaryDirectory(prefix="siteprior-docs-") as scratch:
        source, target = Path(scratch) / "source", Path(scratch) / "built"
        collect(checkout, source, parser)
        if notebooks:
            from siteprior import demo

            demo(out=source / "outputs" / "demo")
        _sphinx(source, target, execute=notebooks)
        _check_and_tidy(target)
        built = checkout / BUILT
        shutil.rmtree(built, ignore_errors=True)
        shutil.copytree(target, built)
    return built


def _refuse_what_cannot_build(checkout: Path) -> None:
    if not (checkout / "docs" / "conf.py").is_file():
        raise InputError(f"docs: {checkout} is no checkout of siteprior; the site is built in one")
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(
            f"docs: building needs {', '.join(missing)}; python3 bootstrap.py docs --build has them, "
            'or install the extra: python -m pip install -e ".[docs]"'
        )


def _sphinx(source: Path, target: Path, *, execute: bool) -> None:
    """Run Sphinx in a process of its own; its warnings are faults."""
    found = target.parent / "warnings.txt"
    line = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-E", "-w", str(found)]
    line += ["-d", str(target.parent / "trees"), *([] if execute else ["-D", "nb_execution_mode=off"])]
    done = subprocess.run(
        [*line, str(source), str(target)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONWARNINGS": ""},
        check=False,
    )
    if done.returncode:
        warned = found.read_text(encoding="utf-8", errors="replace") if found.is_file() else ""
        lines = [line.replace(f"{source}/", "") for line in (warned or done.stderr).splitlines() if line.strip()]
        raise SitePriorError("docs: Sphinx found faults:\n" + "\n".join(lines[-40:]))


def _check_and_tidy(target: Path) -> None:
    """Refuse what is loaded from elsewhere, list addresses, and take out what only a later build would need."""
    loaded = loaded_from_elsewhere(target)
    if loaded:
        raise SitePriorError("docs: pages load from elsewhere:\n" + "\n".join(loaded[:40]))
    addresses = outward_links(target)
    write_text(target / EXTERNAL, "".join(f"{url}  {', '.join(pages)}\n" for url, pages in addresses.items()))
    for place in target.rglob("*.map"):
        place.unlink()
    for name in (".buildinfo", "objects.inv", ".doctrees"):
        place = target / name
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
