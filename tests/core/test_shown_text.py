"""Keys of addresses and signs that steer a terminal are not shown; everything else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.shown_text import one_line, without_keys

KEY = "pl4nt3d"


@pytest.mark.parametrize(
    "address",
    [
        f"https://e.org/a?key={KEY}",
        f"https://e.org/a?KEY={KEY}&f=csv",
        f"https://e.org/a?f=csv&apikey={KEY}#x",
        f"https://e.org/a?api_key={KEY}",
        f"https://e.org/a?subscription-key={KEY}",
        f"https://e.org/a?access_token={KEY}",
        f"https://e.org/a#access_token={KEY}",
        f"https://e.org/a?X-Amz-Signature={KEY}&X-Amz-Credential={KEY}",
        f"https://e.org/a;token={KEY}",
        f"https://e.org/a?next=b%26token%3D{KEY}",
        f"https://e.org/a?sig={KEY}",
        f"https://me:{KEY}@e.org/a",
        f"https://{KEY}@e.org/a",
        f"https://a@b:{KEY}@e.org/a",
        f"https://e.org/a?x={KEY * 4}",
    ],
)
@pytest.mark.parametrize("around", ["{}", "see {} for more", "'{}'", "<{}>", "a {} and {}"])
def test_a_key_is_not_shown_and_the_host_is(address, around):
    text = without_keys(around.format(address, address))
    assert KEY not in text
    assert "e.org/a" in text
    assert without_keys(text) == text
    assert KEY not in str(InputError(around.format(address, address)))


@pytest.mark.parametrize(
    "text",
    [
        "https://e.org/a.csv?x=407000&y=287000&format=csv",
        "https://e.org/3c1c5a58-f0f2-4e5f-a5b6-8c19b58e0e44/a.csv",
        "key = 'a', token: b",
        "unknown key 'a=b'; Valid: c, d",
    ],
)
def test_what_is_no_key_stays(text):
    assert without_keys(text) == text


@given(st.text())
def test_one_line_is_one_printable_line_and_stays_so(text):
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not any(sign in line for sign in "\x1b\r\n\x07\x9b\u202e\u2066")
    assert one_line(line) == line
    line.encode("utf-8")


@pytest.mark.parametrize("text", ["Für alle – 3 m²", "日本", "a  b"])
def test_plain_words_of_any_language_stay(text):
    assert one_line(text) == text


def test_the_path_of_a_file_is_no_key_however_long():
    address = "https://www.example.org/file?uri=/employment/earnings/datasets/financialyearending2020/saiefy1920final280923.xlsx"
    assert without_keys(address) == address
    assert without_keys("https://example.org/?sig=/a/b2.csv").endswith("sig=HIDDEN")
    assert without_keys("https://example.org/?x=aB3/dE5fG7hI9jK1lM3nO5pQ7rS9").endswith("x=HIDDEN")
