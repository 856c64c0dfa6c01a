"""A TOML file is read, or one sentence says why it cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import ProjectError
from siteprior.project.read_toml import DEEPEST, LARGEST_BYTES, read_toml


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("toml") / "p.toml"


def nested(depth):
    return "a = " + "[" * depth + "]" * depth


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_text_and_content_with_or_without_a_byte_order_mark(file, start):
    file.write_bytes(start + 'title = "Für alle"\n'.encode())
    assert read_toml(file) == ('title = "Für alle"\n', {"title": "Für alle"})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("title = 'a'".encode("utf-16"), "is no text in UTF-8"),
        (b"\x00\x01\xff", "is no text in UTF-8"),
        (b"title = ", "is not valid TOML"),
        (b"a = 1\na = 2\n", "is not valid TOML"),
        (b"a = " + b"9" * 5000, "is not valid TOML"),
        (nested(3000).encode(), f"more than {DEEPEST} deep"),
        (nested(DEEPEST + 1).encode(), f"more than {DEEPEST} deep"),
        (b".".join([b"a"] * (DEEPEST + 2)) + b" = 1", f"more than {DEEPEST} deep"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(file, content, reason):
    file.write_bytes(content)
    with pytest.raises(ProjectError, match=reason) as raised:
        read_toml(file)
    assert raised.value.faults[0].startswith(f"{file}: ")


def test_as_deep_as_is_allowed_is_read(file):
    file.write_text(nested(DEEPEST - 1), encoding="utf-8")
    assert list(read_toml(file)[1]) == ["a"]


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(ProjectError, match="there is no such project file"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(ProjectError, match="is a folder; name the project file in it"):
        read_toml(tmp_path)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(file, content):
    file.write_bytes(content)
    try:
        text, settings = read_toml(file)
    except ProjectError:
        return
    assert isinstance(text, str)
    assert isinstance(settings, dict)


def test_another_encoding_is_named_and_saving_as_utf8_mends_it(file):
    text = 'title = "Für alle"\n'
    for encoding, says in {
        "cp1252": r"line 1 it is in Windows-1252 .* as in title = \"Für",
        "utf-16": "in UTF-16",
    }.items():
        file.write_bytes(text.encode(encoding))
        with pytest.raises(ProjectError, match=says):
            read_toml(file)
        file.write_text(text, encoding="utf-8")
        assert read_toml(file)[1] == {"title": "Für alle"}


@pytest.mark.parametrize(
    "line",
    [r'a = "sites\birmingham.csv"', r'a = "C:\Users\me\data"', r'a = ["x/y.csv", "d\z.csv"]', r'a = "\\server\x"'],
)
def test_the_line_shown_for_a_backslash_is_read(file, line):
    file.write_text(line, encoding="utf-8")
    with pytest.raises(ProjectError) as raised:
        read_toml(file)
    fixed = str(raised.value).partition("write / in paths: ")[2]
    file.write_text(fixed, encoding="utf-8")
    assert "\\" not in str(read_toml(file)[1])


def test_what_may_never_end_or_is_far_too_large_is_not_read(tmp_path):
    import os

    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.toml")
        with pytest.raises(ProjectError, match="is a pipe or device"):
            read_toml(tmp_path / "pipe.toml")
    with (tmp_path / "large.toml").open("wb") as large:
        large.truncate(LARGEST_BYTES + 1)
    with pytest.raises(ProjectError, match="is larger than 10,000,000 bytes"):
        read_toml(tmp_path / "large.toml")
