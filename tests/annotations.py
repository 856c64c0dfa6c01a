"""How much of the code's annotations says nothing: ``python tests/annotations.py [FOLDER]`` prints the figures.

A slot is an argument (``self`` and ``cls`` apart), a return, or an annotated assignment. *Bare* is a slot annotated
``Any`` alone, *containing* one whose annotation has ``Any`` somewhere inside; ``object`` is counted beside them, for it
is no substitute.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parent.parent / "src" / "siteprior"


class Slots(NamedTuple):
    """How many slots there are, are annotated, are bare ``Any``, contain ``Any``, and are bare ``object``."""

    slots: int = 0
    annotated: int = 0
    bare: int = 0
    containing: int = 0
    objects: int = 0

    @property
    def bare_share(self) -> float:
        """Bare ``Any`` over the annotated slots, 0–1."""
        return self.bare / self.annotated if self.annotated else 0.0


def annotations(tree: ast.AST) -> Iterator[ast.expr | None]:
    """Yield the annotation of every slot, ``None`` where it has none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            listed = [*node.args.posonlyargs, *node.args.args]
            if listed and listed[0].arg in ("self", "cls"):
                listed = listed[1:]
            variadic = [arg for arg in (node.args.vararg, node.args.kwarg) if arg is not None]
            yield from (arg.annotation for arg in (*listed, *node.args.kwonlyargs, *variadic))
            yield node.returns
        elif isinstance(node, ast.AnnAssign):
            yield node.annotation


def _is_any(node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and node.id == "Any") or (isinstance(node, ast.Attribute) and node.attr == "Any")


def _is_object(node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and node.id == "object") or (
        isinstance(node, ast.Attribute) and node.attr == "object"
    )


def _alternatives(annotation: ast.expr) -> Iterator[ast.expr]:
    """Yield what an annotation allows: each part of a union, or itself."""
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        yield from _alternatives(annotation.left)
        yield from _alternatives(annotation.right)
    elif isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in ("Union", "Optional"):
        inside = annotation.slice
        for part in inside.elts if isinstance(inside, ast.Tuple) else [inside]:
            yield from _alternatives(part)
    else:
        yield annotation


def other_names(folder: Path = SOURCE) -> Iterator[tuple[str, int]]:
    """Yield file and line of every other name for ``Any``: imported as, assigned, or the bound of a type variable."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.ImportFrom) and any(each.name == "Any" and each.asname for each in node.names)
            value = getattr(node, "value", None) if isinstance(node, ast.Assign | ast.AnnAssign | ast.keyword) else None
            if named or (value is not None and (_is_any(value) or getattr(value, "value", None) == "Any")):
                yield path.relative_to(folder).as_posix(), getattr(node, "lineno", 0)


def count(folder: Path = SOURCE) -> Slots:
    """Count the slots of every module of a folder."""
    totals = [0] * len(Slots._fields)
    for path in sorted(folder.rglob("*.py")):
        for found in annotations(ast.parse(path.read_text(encoding="utf-8"))):
            annotation = found
            if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
                annotation = ast.parse(annotation.value, mode="eval").body
            bare = annotation is not None and _is_any(annotation)
            inside = annotation is not None and not bare and any(_is_any(node) for node in ast.walk(annotation))
            plain = annotation is not None and any(map(_is_object, _alternatives(annotation)))
            for place, counts in enumerate((True, annotation is not None, bare, inside, plain)):
                totals[place] += counts
    return Slots(*totals)


def where(folder: Path = SOURCE) -> Iterator[tuple[str, int]]:
    """Yield file and line of every slot that is bare ``Any``."""
    for path in sorted(folder.rglob("*.py")):
        for annotation in annotations(ast.parse(path.read_text(encoding="utf-8"))):
            if annotation is not None and _is_any(annotation):
                yield path.relative_to(SOURCE).as_posix(), annotation.lineno


if __name__ == "__main__":
    chosen = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else SOURCE
    for part in [*sorted(path for path in chosen.iterdir() if path.is_dir()), chosen]:
        if (counted := count(part)).slots:
            print(f"{part.relative_to(SOURCE.parent).as_posix():36} {counted} bare {counted.bare_share:.1%}")
    if len(sys.argv) > 1:
        for file, line in where(chosen):
            print(f"{file}:{line}")
