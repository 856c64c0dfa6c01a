"""A TOML file as text and as parsed, or one sentence that says why it cannot be used."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from siteprior.core.errors import ProjectError

DEEPEST = 20
"""How deep tables and lists of a project file may stand in each other; the deepest that is declared is at 5."""


def read_toml(file: Path) -> tuple[str, dict[str, Any]]:
    """Read a TOML file.

    Returns
    -------
    tuple
        Its text, and what stands in it.

    Raises
    ------
    ProjectError
        When there is no such file, or it is a folder, is not UTF-8 text, is no valid TOML, or is nested too deeply.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ProjectError(f"{file}: there is no such project file") from None
    except UnicodeDecodeError as fault:
        raise ProjectError(f"{file}: is no text in UTF-8 ({fault}); save it as UTF-8") from None
    except OSError as fault:
        if file.is_dir():
            raise ProjectError(f"{file}: is a folder; name the project file in it") from None
        raise ProjectError(f"{file}: cannot be read ({fault})") from None
    try:
        settings = tomllib.loads(text)
    except RecursionError:
        raise _too_deep(file) from None
    except ValueError as fault:  # a TOMLDecodeError, or a number of thousands of digits, which Python does not read
        raise ProjectError(_backslash_fault(file, text, str(fault)) or f"{file}: is not valid TOML: {fault}") from None
    if _depth_over(settings, DEEPEST):
        raise _too_deep(file)
    return text, settings


def _backslash_fault(file: Path, text: str, fault: str) -> str | None:
    """Say how to write a Windows path, where a backslash in double quotes is what TOML stumbles over."""
    at = re.search(r"at line (\d+), column", fault)
    if at is None:
        return None
    line = text.split("\n")[int(at[1]) - 1].strip()
    if "\\" not in line or '"' not in line or not re.search(r"backslash|Unescaped|hex value|escape", fault):
        return None
    return (
        f'{file}:{at[1]}: a backslash in double quotes: {line}; write / in paths, as in "sites/a.csv", or single quotes'
    )


def _too_deep(file: Path) -> ProjectError:
    return ProjectError(
        f"{file}: tables and lists stand more than {DEEPEST} deep in each other; no key of it is so deep"
    )


def _depth_over(settings: dict[str, Any], most: int) -> bool:
    """Return whether something stands deeper than that, without a call for each level."""
    level: list[Any] = [settings]  # what TOML holds, whatever it is
    for _ in range(most):
        inner = [part for node in level for part in (node.values() if isinstance(node, dict) else node)]
        level = [node for node in inner if isinstance(node, dict | list)]
    return bool(level)
