"""Pictures in notebooks: caption and words are text, whatever is written in them; files are whole."""

from __future__ import annotations

import base64

import pytest

from siteprior.core.errors import InputError
from siteprior.report.notebooks.picture import Picture, SideBySide

PICTURE = Picture(b"\x89PNG", "Map", "<script>1</script>", '"><img src=x onerror=1>')


def test_shows_itself_with_caption_and_words_as_they_are_written():
    page = PICTURE._repr_html_()
    assert "<script>" not in page
    assert page.count("<img") == 1
    assert "&lt;script&gt;1&lt;/script&gt;</figcaption>" in page
    assert 'alt="&quot;&gt;&lt;img' in page
    assert base64.b64encode(PICTURE.png).decode() in page
    assert "figcaption" not in Picture(b"", "Map", "", "")._repr_html_()


def test_is_saved_as_it_is(tmp_path):
    assert PICTURE.save(tmp_path / "a" / "map.PNG").read_bytes() == PICTURE.png
    with pytest.raises(InputError, match=r"map\.jpg does not end in \.png"):
        PICTURE.save(tmp_path / "map.jpg")


def test_stand_beside_each_other():
    assert SideBySide(PICTURE, PICTURE)._repr_html_().count("<figure") == 2
    with pytest.raises(InputError, match="got none"):
        SideBySide()
    with pytest.raises(InputError, match="got str"):
        SideBySide(PICTURE, "map.png")
