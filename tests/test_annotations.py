"""Types mean something: few annotations say ``Any``, and what switches a check off has its reason beside it."""

from __future__ import annotations

import ast
import io
import tokenize

import pytest

import annotations
from annotations import SOURCE, Slots

MOST_BARE = 0.01
"""Share of the annotated slots that may be bare ``Any``."""
MOST_CONTAINING = 319
"""Slots that may have ``Any`` somewhere inside: as many as before bare ``Any`` was replaced, so it did not move."""

MOST_OBJECTS = 11
"""Slots that may be bare ``object``: as many as before bare ``Any`` was replaced, so it did not become that."""

MODULES = sorted(SOURCE.rglob("*.py"))


def test_every_slot_is_annotated():
    counted = annotations.count()
    assert counted.annotated == counted.slots


def test_bare_any_is_under_one_percent():
    counted = annotations.count()
    assert counted.bare_share < MOST_BARE, sorted(annotations.where())


def test_any_did_not_move_inside():
    assert annotations.count().containing <= MOST_CONTAINING


def test_object_is_no_substitute():
    assert annotations.count().objects <= MOST_OBJECTS


def test_any_has_no_other_name():
    assert list(annotations.other_names()) == []


@pytest.mark.parametrize(
    "code",
    ["from typing import Any as A", "J = Any", "J: TypeAlias = 'Any'", "T = TypeVar('T', bound=Any)", "J = typing.Any"],
)
def test_another_name_for_any_is_found(code, tmp_path):
    (tmp_path / "module.py").write_text(code, encoding="utf-8")
    assert list(annotations.other_names(tmp_path)) == [("module.py", 1)]


@pytest.mark.parametrize(
    ("annotation", "count"),
    [("object", 1), ("object | None", 1), ("Union[int, object]", 1), ("builtins.object", 1), ("list[object]", 0)],
)
def test_object_is_found_in_a_union(annotation, count, tmp_path):
    (tmp_path / "module.py").write_text(f"def f(a: {annotation}) -> None: ...", encoding="utf-8")
    assert annotations.count(tmp_path).objects == count


def test_slots_are_counted_as_the_page_says(tmp_path):
    (tmp_path / "module.py").write_text(
        "from typing import Any\n"
        "class A:\n"
        "    kept: dict[str, Any] = {}\n"
        "    def told(self, a: Any, *more: int, b: 'Any' = 1, **rest: object) -> list[Any]:\n"
        "        found: Any = a\n"
        "        return found\n"
        "def bare(a, b: str): ...\n",
        encoding="utf-8",
    )
    # kept; a, more, b, rest and the return; found; a, b and the return of the last
    assert annotations.count(tmp_path) == Slots(slots=10, annotated=8, bare=3, containing=2, objects=1)


def switched_off(text):
    """Return the lines of a module whose ``type: ignore`` or ``cast`` has no comment that says why, on it or above."""
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    lines = text.splitlines()

    def has_reason(first, last):
        beside = [comments.get(number, "") for number in range(first, last + 1)]
        above = comments.get(first - 1, "") if lines[first - 2].lstrip().startswith("#") else ""
        words = " ".join([*beside, above])
        # The codes in brackets and directives to other tools are no reason.
        said = words.replace("#", " ").split("type: ignore")
        rest = " ".join(part.split("]", 1)[-1] if part.startswith("[") else part for part in said)
        return len(rest.replace("fmt: skip", "").split()) >= 3

    wrong = [n for n, comment in comments.items() if "type: ignore" in comment and not has_reason(n, n)]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            by_typing = not isinstance(node.func, ast.Attribute) or getattr(node.func.value, "id", None) == "typing"
            if name == "cast" and by_typing and not has_reason(node.lineno, node.end_lineno):
                wrong.append(node.lineno)
    return sorted(wrong)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x = 1  # type: ignore[assignment]\n", [1]),
        ("x = 1  # type: ignore[assignment]  # the stub lacks this overload\n", []),
        ("# numba's decorator is untyped\nx = 1  # type: ignore\n", []),
        ("y = cast(int, x)\n", [1]),
        ("y = cast(int, x)  # json gives Any here\n", []),
        ("y = typing.cast(\n    int,\n    x,  # json gives Any here\n)\n", []),
        ("y = duck.cast(x)\n", []),
    ],
)
def test_a_reason_is_a_comment_of_some_words(text, lines):
    assert switched_off(text) == lines


def test_what_switches_a_check_off_has_its_reason_beside_it():
    wrong = {path.relative_to(SOURCE).as_posix(): switched_off(path.read_text(encoding="utf-8")) for path in MODULES}
    assert {name: lines for name, lines in wrong.items() if lines} == {}
