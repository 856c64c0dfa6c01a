"""The line of every key: files are made of random tables in every style TOML has, and each key's line is known."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.project.toml_lines import key_lines, line_of

BARE = st.text("abcXYZ019_-", min_size=1, max_size=4)
ODD = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=4)
KEYS = st.one_of(BARE, ODD)
SCALARS = st.sampled_from(
    ["1", "-0.5", "1_000", "true", "2026-01-31", "07:32:00", "2026-01-31 07:32:00", '"a # b = [c]"', "'a \"]} b'",
     '"q\\"\\\\"', '"""one # no comment\n[two]\nthree = 3\\""""', "'''raw\n[x] ''''",
     '""', "''", '""""quoted" ""\\""""']
)  # fmt: skip
STYLES = st.sampled_from(["header", "dotted", "inline"])


def quoted(key):
    bare = key and all(c.isascii() and (c.isalnum() or c in "_-") for c in key)
    if bare:
        return key
    if "'" not in key and len(key) % 2:
        return f"'{key}'"
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Writer:
    """Writes a document and notes the line each key goes on."""

    def __init__(self):
        self.text, self.lines = "", {}

    def put(self, text):
        self.text += text

    def note(self, path):
        self.lines.setdefault(path, self.text.count("\n") + 1)


@st.composite
def documents(draw):
    writer = Writer()
    blank = st.sampled_from(["", " ", "\t"])
    gap = st.sampled_from(["", " ", "\n", "\n  # [no] table, 'no text\n", "  # x = {1}\n"])

    def value(path, depth):
        kind = draw(st.sampled_from(["scalar", "scalar", "list", "table"])) if depth else "scalar"
        if kind == "scalar":
            writer.put(draw(SCALARS))
        elif kind == "list":
            writer.put("[" + draw(gap))
            count = draw(st.integers(0, 3))
            for place in range(count):
                writer.note((*path, place))
                value((*path, place), depth - 1)
                writer.put(draw(gap))
                if place < count - 1 or draw(st.booleans()):
                    writer.put("," + draw(gap))
            writer.put("]")
        else:
            writer.put("{" + draw(blank))
            names = draw(st.lists(KEYS, max_size=3, unique=True))
            for place, name in enumerate(names):
                pair(path, [name], depth - 1)
                writer.put(draw(blank) + ("," if place < len(names) - 1 else "") + draw(blank))
            writer.put("}")

    def pair(table, keys, depth):
        path = table
        for key in keys:
            path = (*path, key)
            writer.note(path)
        writer.put(f"{draw(blank)}.{draw(blank)}".join(map(quoted, keys)) + draw(blank) + "=" + draw(blank))
        value(path, depth)

    def pairs(table):
        for key in draw(st.lists(KEYS, max_size=3, unique=True)):
            dotted = draw(st.booleans())
            for last in draw(st.lists(KEYS, min_size=1, max_size=2, unique=True)) if dotted else [None]:
                pair(table, [key] if last is None else [key, last], 2)
                writer.put(draw(st.sampled_from(["\n", "  # comment = 1\n", "\n\n", "\n# [comment]\n"])))

    writer.put(draw(st.sampled_from(["", "\n", "# begins\n\n"])))
    pairs(())
    top = {path[0] for path in writer.lines}
    for name in draw(st.lists(KEYS.filter(lambda key: key not in top), max_size=3, unique=True)):
        if draw(st.booleans()):
            for place in range(draw(st.integers(1, 3))):
                writer.note((name,))
                writer.note((name, place))
                writer.put(f"[[{draw(blank)}{quoted(name)}{draw(blank)}]]\n")
                pairs((name, place))
                inner = draw(KEYS)
                if (name, place, inner) not in writer.lines:
                    writer.note((name, place, inner))
                    writer.put(f"[{quoted(name)}.{quoted(inner)}]  # of this entry\n")
                    pairs((name, place, inner))
        else:
            parts = [name, *draw(st.lists(KEYS, max_size=2))]
            for end in range(1, len(parts) + 1):
                writer.note(tuple(parts[:end]))
            writer.put(f"[{draw(blank)}{f'{draw(blank)}.{draw(blank)}'.join(map(quoted, parts))}{draw(blank)}]\n")
            pairs(tuple(parts))
    return writer.text, writer.lines


def paths(value, at=()):
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield (*at, key)
        yield from paths(part, (*at, key))


@settings(max_examples=60)
@given(documents())
def test_every_key_of_every_style_has_its_line(document):
    text, lines = document
    parsed = tomllib.loads(text)  # what is written is TOML
    found = key_lines(text)
    assert set(found) == set(paths(parsed))
    assert found == lines


@settings(max_examples=60)
@given(documents())
def test_windows_line_ends_change_nothing(document):
    text, lines = document
    assert key_lines(text.replace("\n", "\r\n")) == lines


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\n\n[b]\nc = 2", ("b", "c"), 4),
        ("[a.b]\n[a]\nc = 1", ("a",), 1),
        ("[[l]]\nx = 1\n[[l]]\n# no\nx = 2", ("l", 1, "x"), 5),
        ("[[l]]\n[l.m]\nx = 1\n[[l]]\n[l.m]\nx = 2", ("l", 1, "m", "x"), 6),
        ("a = [\n  1,\n\n  {b = [\n 2, 3]},\n]", ("a", 1, "b", 1), 5),
        ('s = """\n[x]\ny = 1\n"""\nz = 2', ("z",), 5),
        ('"a.b"."c" = 1\n', ("a.b", "c"), 1),
        ("a = {b = 1, c = {d = 2}}", ("a", "c", "d"), 1),
    ],
)
def test_lines_counted_by_hand(text, path, line):
    assert key_lines(text)[path] == line


def test_what_is_not_there_has_the_line_of_what_is_about_it():
    lines = key_lines("[a]\nb = 1\n\n[a.c]\n")
    assert line_of(lines, ("a", "c", "d", 3)) == 4
    assert line_of(lines, ("a", "x")) == 1
    assert line_of(lines, ("x",)) is None
