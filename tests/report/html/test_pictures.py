"""Pictures of pages: fewer bytes, the same picture to the eye."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image, ImageDraw

from siteprior.report.html.pictures import small_picture


def drawn(mode="RGB", ground="white"):
    picture = Image.new(mode, (300, 200), ground)
    pen = ImageDraw.Draw(picture)
    for place in range(40):
        shade = (7 * place % 256, 90, 255 - 5 * place)
        pen.ellipse([5 * place, 3 * place, 5 * place + 60, 3 * place + 60], fill=shade)
    written = io.BytesIO()
    picture.save(written, "PNG", compress_level=1)
    return written.getvalue()


def opened(text):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB"), dtype="int16")


def test_it_is_smaller_and_hardly_another_picture():
    before = drawn()
    after = small_picture(before)
    assert len(base64.b64decode(after)) < len(before)
    differing = np.abs(opened(after) - opened(base64.b64encode(before))).max(axis=2)
    assert np.quantile(differing, 0.99) <= 24
    assert np.median(differing) == 0


def test_it_is_the_same_each_time():
    assert small_picture(drawn()) == small_picture(drawn())


def test_what_can_be_seen_through_stands_on_white():
    see_through = drawn("RGBA", (0, 0, 0, 0))
    assert opened(small_picture(see_through))[0, -1].tolist() == [255, 255, 255]


def test_what_is_no_png_is_passed_on_as_it_is():
    assert base64.b64decode(small_picture(b"words")) == b"words"
