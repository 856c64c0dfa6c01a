"""Pictures for pages: as few bytes as a drawn map needs."""

from __future__ import annotations

import base64
import io

_PNG = b"\x89PNG"

COLOURS = 256
"""The most a PNG with a palette can have; a drawn map has few but for the edges of its letters."""


def small_picture(picture: bytes) -> str:
    """Return a PNG as base64 of one with a palette, about a quarter of the size; the smaller of the two.

    What is no PNG is passed on as it is.

    Examples
    --------
    >>> from PIL import Image
    >>> drawn = io.BytesIO()
    >>> Image.new("RGB", (40, 40), "white").save(drawn, "PNG")
    >>> len(small_picture(drawn.getvalue())) < 200
    True
    """
    from PIL import Image

    if not picture.startswith(_PNG):
        return base64.b64encode(picture).decode("ascii")
    with Image.open(io.BytesIO(picture)) as opened:
        plain = opened.convert("RGBA")
    if plain.getextrema()[3] != (255, 255):  # where it is not opaque, white shows through
        plain = Image.alpha_composite(Image.new("RGBA", plain.size, "white"), plain)
    # one step for each shade: mixed dots would look like marks on a map
    reduced = plain.convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    written = io.BytesIO()
    reduced.save(written, "PNG")  # to optimize takes ten times as long for a twentieth of the size
    return base64.b64encode(min(written.getvalue(), picture, key=len)).decode("ascii")
