"""On which line of a TOML file each key stands: the parser of the standard library does not say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""A place in the parsed file: keys of tables and, from 0, places in lists."""

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'  # up to two quotes may stand before the three that end it
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\]|\\.)*"'
    r"|'[^']*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}\n#]+")


def key_lines(text: str) -> dict[Path, int]:
    r"""Return the line, from 1, on which each key, table and entry of a list begins in a valid TOML text.

    A table that is opened several times (``[a]`` after ``[a.b]``, dotted keys) has the first line that names it. An
    entry of a list has the path of the list and its place.

    Examples
    --------
    >>> key_lines("[weights]\ncapacity = 2\n")[("weights", "capacity")]
    2
    >>> key_lines("stops = [\n 'a.csv',\n {path = 'b.csv'},\n]")[("stops", 1, "path")]
    3
    """
    return _Scanner(text).document()


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """Return the line of a path, else of the nearest table or list about it; ``None`` where the file has none of them.

    Examples
    --------
    >>> line_of({("weights",): 7}, ("weights", "capacity")), line_of({}, ("weights",))
    (7, None)
    """
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


class _Scanner:
    """Goes through a valid TOML text once, from its beginning, and notes where keys begin."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.lengths: dict[Path, int] = {}
        self._counted = (0, 1)

    def document(self) -> dict[Path, int]:
        """Go through the whole text."""
        table: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self.lines

    def _header(self) -> Path:
        """Read ``[a.b]`` or ``[[a.b]]`` and return the path of the table that follows."""
        line = self._line()
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        path: Path = ()
        keys = self._keys()
        for place, key in enumerate(keys, start=1):
            path = (*path, key)
            self.lines.setdefault(path, line)
            if many and place == len(keys):
                self.lengths[path] = self.lengths.get(path, 0) + 1
            if path in self.lengths:  # a table in a list of tables is that of its last entry
                path = (*path, self.lengths[path] - 1)
                self.lines.setdefault(path, line)
        self.at = self.text.index("]" * (2 if many else 1), self.at) + (2 if many else 1)
        return path

    def _pair(self, table: Path) -> None:
        """Read ``key = value``."""
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at = self.text.index("=", self.at) + 1
        self._skip(_SPACE)
        self._value(path)

    def _keys(self) -> list[str]:
        """Read a key, dotted or not, quoted or not."""
        keys = []
        while True:
            self._skip(_SPACE)
            quoted = self.text[self.at] in "\"'"
            raw = self._skip(_TEXT if quoted else _BARE)
            keys.append(next(iter(tomllib.loads(f"{raw} = 0"))) if quoted else raw)
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        """Read a value; note the entries of a list and the keys of an inline table."""
        mark = self.text[self.at]
        if mark in "\"'":
            self._skip(_TEXT)
        elif mark == "[":
            self._entries(path)
        elif mark == "{":
            self.at += 1
            self._skip(_BLANK)
            while self.text[self.at] != "}":
                self._pair(path)
                self._next_entry()
            self.at += 1
        else:
            self._skip(_PLAIN)

    def _entries(self, path: Path) -> None:
        """Read the entries of a list."""
        self.at += 1
        place = 0
        self._skip(_BLANK)
        while self.text[self.at] != "]":
            self.lines[(*path, place)] = self._line()
            self._value((*path, place))
            self._next_entry()
            place += 1
        self.at += 1

    def _next_entry(self) -> None:
        """Go past the comma, where there is one, to what follows."""
        self._skip(_BLANK)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(_BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        """Go past what a pattern matches here, and return it."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match.group()

    def _line(self) -> int:
        """Return the line the scanner is on."""
        at, line = self._counted
        line += self.text.count("\n", at, self.at)
        self._counted = (self.at, line)
        return line
