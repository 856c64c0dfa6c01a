"""Published text made plain: any line ends, any cut into chunks, any encoding, and quotes that do not pair."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.sources.timetables import text as text_module
from siteprior.sources.timetables.text import BOM, counted, header_names, plain_lines, to_utf8, without_open_quotes

TEXT = st.text("ab,é\ufeff\r\n", max_size=40)


def plain(data, size):
    return list(plain_lines(io.BytesIO(data), "f: stops.txt", size=size))


@given(TEXT, st.integers(4, 9), st.booleans())
def test_any_line_ends_cut_anywhere_become_line_feeds(text, size, bom):
    data = BOM * bom + text.encode()
    chunks = plain(data, size)
    assert all(chunk.endswith(b"\n") for chunk in chunks)
    # one byte-order mark goes; a last line gets the end it lacks; blank lines at the end are no lines
    expected = re.sub("\r\n|\r", "\n", data.removeprefix(BOM).decode()).rstrip("\n")
    assert b"".join(chunks).decode().rstrip("\n") == expected


def test_a_line_end_parted_by_the_cut_is_one():
    assert plain(b"a,b\r\nc\r\n", 4) == [b"a,b\nc\n"]
    assert plain(b"a,b\nc\r\n", 4) == [b"a,b\n", b"c\n"]
    assert b"".join(plain(b"\xef\xbb\xbfa\r\rb", 4)) == b"a\n\nb\n"
    assert plain(b"", 4) == plain(b" \r\n "[:1], 4) == []


def test_a_file_that_is_one_endless_line_is_no_table(monkeypatch):
    monkeypatch.setattr(text_module, "CHUNK", 2**20)
    with pytest.raises(InputError, match=r"f: stops.txt has a line of more than 1 MB; it is no table of a timetable"):
        plain(b"x" * (2**20 + 1), 2**16)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (b"stop_id,Stop_Name\nA,B\n", ("stop_id", "stop_name")),
        (b' stop_id , "stop, name"', ("stop_id", "stop, name")),
        (b"a,,a,b\n", ("a", "#2", "a#3", "b")),
        (b"caf\xe9", ("café",)),
        (b"", ()),
    ],
)
def test_a_header_as_names_that_stand_once(line, names):
    assert header_names(line) == names


@given(st.lists(st.text("aé,", max_size=6), min_size=1, max_size=6), st.data())
def test_lines_are_read_in_the_encoding_each_of_them_is_in(lines, data):
    kinds = data.draw(st.lists(st.sampled_from(["utf-8", "cp1252"]), min_size=len(lines), max_size=len(lines)))
    encoded = [line.encode(kind) for line, kind in zip(lines, kinds, strict=True)]
    mixed = [line for line, own in zip(lines, encoded, strict=True) if own != line.encode("utf-8")]
    chunk, strange = to_utf8(b"\n".join(encoded))
    assert chunk.decode("utf-8").split("\n") == lines  # é in Windows-1252 is never UTF-8
    assert strange == len(mixed)


@given(st.lists(st.text('a",', max_size=6), min_size=1, max_size=12))
def test_lines_with_an_odd_number_of_quotes_are_emptied_and_no_other(lines):
    odd = [number for number, line in enumerate(lines) if line.count('"') % 2]
    text, at = without_open_quotes("".join(line + "\n" for line in lines).encode())
    assert at == odd
    assert text.decode().split("\n")[:-1] == ["" if n in odd else line for n, line in enumerate(lines)]


@pytest.mark.parametrize("quotes", [255, 256, 257, 512])
def test_a_line_of_hundreds_of_quotes_is_counted_to_the_last(quotes):
    # the count is kept in one byte, in which 256 is 0, as even as 256
    _, at = without_open_quotes(b"x\n" + b'"' * quotes + b"\n")
    assert at == ([1] if quotes % 2 else [])


def test_counted_names_the_first_three():
    assert counted(2, "stops", ["A", "B"]) == "2 stops: A, B"
    assert counted(5, "rows", ["A"]) == "5 rows: A, …"
    assert counted(4, "lines", [1, 2, 3, 4]) == "4 lines: 1, 2, 3, …"
