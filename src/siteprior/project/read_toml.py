"""A TOML file as text and as parsed, or one sentence that says why it cannot be used."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from siteprior.core.errors import ProjectError

DEEPEST = 20
"""How deep tables and lists of a project file may stand in each other; the deepest that is declared is at 5."""

LARGEST_BYTES = 10_000_000
"""Bytes of the largest project file that is parsed; the largest known has 40,000."""

_ESCAPED_PATH = re.compile(r'^[^"\']*(?:"[^"]*"[^"\']*)*"[^"\\\s]*\\[btnfr][^"\s]*\.\w{2,8}(![^"\s]*)?"')
"""A path of a file in double quotes with a backslash that TOML takes for a backspace, tab, line break or form feed."""


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
        if file.exists() and not (file.is_file() or file.is_dir()):
            raise ProjectError(f"{file}: is a pipe or device, which may never end; give the project file")
        if file.is_file() and file.stat().st_size > LARGEST_BYTES:
            raise ProjectError(
                f"{file}: is larger than {LARGEST_BYTES:,} bytes, as no project file is; name the right one"
            )
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ProjectError(f"{file}: there is no such project file") from None
    except UnicodeDecodeError as fault:
        raise ProjectError(f"{file}: is no text in UTF-8{_encoding(fault)}; save it as UTF-8") from None
    except OSError as fault:
        if file.is_dir():
            raise ProjectError(f"{file}: is a folder; name the project file in it") from None
        raise ProjectError(f"{file}: cannot be read ({fault})") from None
    if len(text) > 8 and text[:64].count("\0") > len(text[:64]) / 4:
        raise ProjectError(f"{file}: is no text in UTF-8 but in UTF-16 (Notepad calls it Unicode); save it as UTF-8")
    try:
        settings = tomllib.loads(text)
    except RecursionError:
        raise _too_deep(file) from None
    except ValueError as fault:  # a TOMLDecodeError, or a number of thousands of digits, which Python does not read
        raise ProjectError(_backslash_fault(file, text, str(fault)) or f"{file}: is not valid TOML: {fault}") from None
    if _depth_over(settings, DEEPEST):
        raise _too_deep(file)
    for number, line in enumerate(text.split("\n"), start=1):
        if _ESCAPED_PATH.search(line.partition("#")[0]):
            words = "a backslash in double quotes stands for a control character there, not for a folder"
            raise ProjectError(
                f"{file}:{number}: {words}: {line.strip()}; write / in paths: {with_slashes(line.strip())}"
            )
    return text, settings


def _encoding(fault: UnicodeDecodeError) -> str:
    """Say which encoding a text is in instead, and what it read there."""
    start = fault.object[:2]
    if start in (b"\xff\xfe", b"\xfe\xff") or b"\0" in fault.object[:64]:
        return " but in UTF-16 (Notepad calls it Unicode)" if len(fault.object) % 2 == 0 else ""
    line = fault.object[: fault.start].count(b"\n") + 1
    shown = fault.object.split(b"\n")[line - 1].decode("cp1252", errors="replace").strip()
    return f": on line {line} it is in Windows-1252 (Notepad calls it ANSI), as in {shown}"


def _backslash_fault(file: Path, text: str, fault: str) -> str | None:
    """Say how to write a Windows path, where a backslash in double quotes is what TOML stumbles over."""
    at = re.search(r"at line (\d+), column", fault)
    if at is None:
        return None
    line = text.split("\n")[int(at[1]) - 1].strip()
    if "\\" not in line or '"' not in line or not re.search(r"backslash|Unescaped|hex value|escape", fault):
        return None
    return f"{file}:{at[1]}: a backslash in double quotes: {line}; write / in paths: {with_slashes(line)}"


def with_slashes(line: str) -> str:
    r"""Return a line of TOML with ``/`` for each backslash within double quotes.

    Examples
    --------
    >>> with_slashes('registers = ["C:\\data\\a.csv"]')
    'registers = ["C:/data/a.csv"]'
    """
    return re.sub(r'"[^"]*"', lambda found: re.sub(r"\\+", "/", found[0]), line)


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
