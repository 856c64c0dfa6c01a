"""A small notebook with parameters, text, a warning, a set and a picture."""

from __future__ import annotations

from pathlib import Path

import nbformat

DOT = (
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636800000082008177cd72b6"
    "0000000049454e44ae426082"
)


CODE = nbformat.v4.new_code_cell


def save(path: Path, *cells) -> Path:
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    return path


def make(folder: Path) -> Path:
    """Write a notebook with parameters, text, a warning, a set and a picture."""
    return save(
        folder / "plain.ipynb",
        nbformat.v4.new_markdown_cell("# A greeting with $x^2$"),
        CODE("name = 'nobody'  # whom to greet\ntimes: int = 1\nplace = '.'", metadata={"tags": ["parameters"]}),
        CODE("import os, sys\nprint('Hello', name * times)\nprint(os.getcwd())\nprint(sys.executable, place)"),
        CODE("import warnings\nwarnings.warn('mind this')\n{'b', 'a', 'c', 'e'}"),
        CODE(f"from IPython.display import Image\nImage(bytes.fromhex('{DOT}'))"),
    )
