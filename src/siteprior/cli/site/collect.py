"""Collect the pages of the site in one folder: documents of the checkout, notebooks, and the generated pages."""

from __future__ import annotations

import argparse
import posixpath
import re
import shutil
from pathlib import Path

from siteprior.cli.site.pages import generated_pages
from siteprior.core.files import write_text

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)#\s]*)(#[^)\s]*)?\)")

_STANDS_FOR = {"CONTRIBUTING.md": "contributing.md", "README.md": "index.md"}
"""Documents outside ``docs`` that have a page on the site, with the page."""


def collect(checkout: Path, folder: Path, parser: argparse.ArgumentParser) -> None:
    """Write all that Sphinx needs into a new folder.

    Parameters
    ----------
    checkout
        The folder that holds ``docs``, ``notebooks`` and ``CONTRIBUTING.md``.
    folder
        The folder to write; it must not be there.
    parser
        The parser of the commands, for their page.

    Raises
    ------
    OSError
        When a page cannot be read or written.
    """
    shutil.copytree(checkout / "docs", folder)
    for notebook in sorted((checkout / "notebooks").glob("*.ipynb")):
        shutil.copy(notebook, folder / "notebooks" / notebook.name)
    contributing = (checkout / "CONTRIBUTING.md").read_text(encoding="utf-8")
    write_text(folder / "contributing.md", on_the_site(contributing, "../CONTRIBUTING.md", folder))
    for page in sorted(folder.rglob("*.md")):
        name = page.relative_to(folder).as_posix()
        if name != "contributing.md":
            write_text(page, on_the_site(page.read_text(encoding="utf-8"), name, folder))
    for name, text in generated_pages(parser).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_text(folder / name, text)


def on_the_site(text: str, name: str, folder: Path) -> str:
    """Mend the links of a page to files outside ``docs``: to their page on the site, else their words alone.

    Parameters
    ----------
    text
        The page, Markdown.
    name
        Where it stands, from ``docs``.
    folder
        The folder the site is collected in, where the pages of the site are looked for.

    Examples
    --------
    >>> on_the_site("[run](../src/a.py), [all](../README.md#more)", "trust.md", Path("nowhere"))
    'run, [all](index.md)'
    """

    def mended(match: re.Match[str]) -> str:
        picture, words, target, anchor = match[1], match[2], match[3], match[4] or ""
        if not target or "://" in target:
            return match[0]
        place = posixpath.normpath(posixpath.join("docs", posixpath.dirname(name), target))
        if place.startswith("docs/") and name != "../CONTRIBUTING.md":
            return match[0]
        stands_for = _STANDS_FOR.get(place)
        if place.startswith("docs/"):
            stands_for = place.removeprefix("docs/")
        elif place.startswith("notebooks/") and place.endswith(".ipynb"):
            stands_for = place
        if stands_for is None or (place not in _STANDS_FOR and not (folder / stands_for).exists()):
            return words
        here = posixpath.dirname(name) if name != "../CONTRIBUTING.md" else ""
        kept = anchor if place not in _STANDS_FOR else ""
        return f"{picture}[{words}]({posixpath.relpath(stands_for, here or '.')}{kept})"

    return _LINK.sub(mended, text)
