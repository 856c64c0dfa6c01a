"""What stands on a sheet that was drawn: its marks by name, and its words."""

from __future__ import annotations

FORMULA = r"$\frac$ costs $5, <b>or</b> $6"
"""A text that cannot be drawn where a dollar sign starts a formula."""


def marks(sheet):
    """Return what was drawn with a name, by that name; a name that stands twice fails."""
    found = sheet._figure.findobj(lambda artist: artist.get_gid())
    names = [artist.get_gid() for artist in found]
    assert len(set(names)) == len(names)
    return dict(zip(names, found, strict=True))


def words(sheet):
    """Return the texts of a sheet in the order they were written."""
    return [text.get_text() for text in sheet._figure.texts]


def middle(disc):
    """Return where the middle of a disc stands, in mm."""
    return tuple(map(float, disc.get_center()))


def ends(box):
    """Return where a box begins and ends from left to right, in mm."""
    return float(box.get_x()), float(box.get_x() + box.get_width())
