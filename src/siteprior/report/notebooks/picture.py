"""A picture as a notebook shows it: with its caption, with words for those who do not see it, and kept as a file."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from pathlib import Path

from siteprior.core.errors import InputError
from siteprior.core.files import as_path, whole_file
from siteprior.core.short_repr import shortened
from siteprior.report import style

SCREEN = 980
"""Pixels a picture is wide in a notebook, at most."""


@dataclass(frozen=True, eq=False)
class Picture:
    r"""A PNG with its caption; a notebook shows both, and ``save`` writes the file.

    Parameters
    ----------
    png
        The picture itself.
    title
        What it shows, in a few words.
    caption
        How it is read; stands below it.
    alt
        The picture in words, for those who do not see it.

    Examples
    --------
    >>> picture = Picture(b"\x89PNG", "Map", "Discs are sites.", "Map of 3 sites")
    >>> picture
    Picture of Map: Map of 3 sites
    >>> "<figcaption" in picture._repr_html_(), picture._repr_png_() == picture.png
    (True, True)
    """

    png: bytes
    title: str
    caption: str
    alt: str

    def save(self, path: Path | str) -> Path:
        r"""Write the picture as a PNG, whole or not at all, and return where.

        Raises
        ------
        InputError
            When the path does not end in ``.png``.
        OutputError
            When it cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> picture = Picture(b"\x89PNG", "Map", "", "")
        >>> picture.save(Path(tempfile.mkdtemp()) / "map.png").name
        'map.png'
        """
        target = as_path(path, name="path", what="a file")
        if target.suffix.lower() != ".png":
            raise InputError(f"path: {target.name} does not end in .png, and the picture is one; name it so")
        with whole_file(target) as temporary:
            temporary.write_bytes(self.png)
        return target

    def __repr__(self) -> str:
        """Say what it shows, in words."""
        return shortened(f"Picture of {self.title}: {self.alt}")

    def _repr_png_(self) -> bytes:
        """Return the picture for what shows no HTML, such as a PDF."""
        return self.png

    def _repr_html_(self) -> str:
        """Show the picture with its caption."""
        return self.figure(f"max-width:{SCREEN}px")

    def figure(self, look: str) -> str:
        """Return the picture (pixels) and its caption as HTML, the figure with a style of its own.

        Examples
        --------
        >>> Picture(b"", "Map", "", "A <b>").figure("flex:1")[:24]
        '<figure style="margin:0 '
        """
        words = (
            f'<figcaption style="font-size:0.92em;color:{style.GREY};line-height:1.4;margin-top:4px">'
            f"{escape(self.caption)}</figcaption>"
            if self.caption
            else ""
        )
        data = base64.b64encode(self.png).decode("ascii")
        return (
            f'<figure style="margin:0 0 1em;{look}"><img alt="{escape(self.alt)}" '
            f'style="width:100%;height:auto" src="data:image/png;base64,{data}">{words}</figure>'
        )


class SideBySide:
    """Pictures beside each other, on a narrow screen below each other.

    Examples
    --------
    >>> SideBySide(Picture(b"", "Map", "", "3 sites"), Picture(b"", "Bands", "", "3 bands"))
    Picture of Map: 3 sites | Picture of Bands: 3 bands
    """

    def __init__(self, *pictures: Picture) -> None:
        wrong = [type(each).__name__ for each in pictures if not isinstance(each, Picture)]
        if wrong or not pictures:
            raise InputError(f"pictures: needs pictures (sp.plot_map(run), …), got {', '.join(wrong) or 'none'}")
        self.pictures = pictures

    def __repr__(self) -> str:
        """Say what each shows."""
        return " | ".join(repr(picture) for picture in self.pictures)

    def _repr_html_(self) -> str:
        """Show them in a row."""
        figures = "".join(picture.figure("flex:1 1 380px;min-width:0") for picture in self.pictures)
        return (
            f'<div style="display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start;max-width:{SCREEN + 100}px">'
            f"{figures}</div>"
        )
