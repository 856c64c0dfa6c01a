"""The built copy of the site: where it is, what its pages link to, and that they load nothing from elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

from siteprior.core.errors import InputError

BUILT = Path("build") / "docs"
"""Where a checkout keeps it; the wheel ships it as ``siteprior/docs``."""

_ELSEWHERE = ("http://", "https://", "//")


def built_site() -> Path:
    """Return the first page of the built copy: that of the wheel, or of the checkout where it was built.

    Raises
    ------
    InputError
        When there is none; the message says how to build it.
    """
    package = Path(str(resources.files("siteprior")))
    for folder in (package / "docs", package.parents[1] / BUILT):
        if (folder / "index.html").is_file():
            return folder / "index.html"
    raise InputError(
        "docs: this checkout has no built copy yet; siteprior docs --build makes the whole, in three minutes "
        "(or python3 bootstrap.py docs --build). Its guides stand as text in the folder docs; the reference pages are "
        "made from the code: siteprior criteria, siteprior columns, siteprior fetch --list and siteprior COMMAND "
        "--help show what stands in them"
    )


class _Links(HTMLParser):
    """Collect what a page links to and what it loads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, or what is loaded."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") not in ("canonical", "next", "prev", "search", "index", "author"):
            self.loads.append(given.get("href", ""))
        elif "src" in given:
            self.loads.append(given["src"])


def read_links(page: Path) -> tuple[list[str], list[str]]:
    """Return what a page links to, and what it loads, as it stands in the page.

    Examples
    --------
    >>> import tempfile
    >>> page = Path(tempfile.mkdtemp()) / "a.html"
    >>> page.write_text('<a href="b.html">b</a><img src="c.png">')
    39
    >>> read_links(page)
    (['b.html'], ['c.png'])
    """
    parser = _Links()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.links, parser.loads


def loaded_from_elsewhere(folder: Path) -> list[str]:
    """Return what pages and stylesheets of a folder would load from a network, one line each."""
    found = [
        f"{page.relative_to(folder).as_posix()}: {what}"
        for page in sorted(folder.rglob("*.html"))
        for what in read_links(page)[1]
        if what.startswith(_ELSEWHERE)
    ]
    for sheet in sorted(folder.rglob("*.css")):
        text = sheet.read_text(encoding="utf-8", errors="replace").replace("'", "").replace('"', "")
        found += [f"{sheet.relative_to(folder).as_posix()}: {sign}…" for sign in ("url(http", "url(//") if sign in text]
    return found


def outward_links(folder: Path) -> dict[str, list[str]]:
    """Return every address outside the site that a page links to, with the pages."""
    found: dict[str, list[str]] = {}
    for page in sorted(folder.rglob("*.html")):
        for link in dict.fromkeys(read_links(page)[0]):
            if link.startswith(_ELSEWHERE):
                found.setdefault(link, []).append(page.relative_to(folder).as_posix())
    return dict(sorted(found.items()))
