"""The numbers siteprior works with, each with unit, source, date and confidence; they live in ``parameters/*.toml``.

A preset file holds tables of entries ``{value, unit, source, date, confidence}``. ``confidence`` is one of
:data:`CONFIDENCES`. No number that steers a result stands in code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from siteprior.core.errors import SitePriorError, unknown

CONFIDENCES = ("statute", "published", "second-hand", "proposal", "unverified", "user")
"""From law and official publications down to this project's own proposals and what nobody could check."""

FACTS = ("value", "unit", "source", "date", "confidence")


@dataclass(frozen=True)
class Preset:
    """One sourced number (or short list, or text): ``value`` in ``unit``, who said so, when, and how sure."""

    name: str
    value: Any
    unit: str
    source: str
    date: str
    confidence: str


@cache
def load_presets(name: str) -> Mapping[str, Any]:
    """Read the preset file ``name`` into nested mappings whose leaves are :class:`Preset`.

    Parameters
    ----------
    name
        The file's name without ending, such as ``"access"``.

    Raises
    ------
    SitePriorError
        When there is no such file, or an entry lacks one of its five facts.

    Examples
    --------
    >>> load_presets("access")["walk_factor"].unit
    'ratio'
    """
    folder = resources.files("siteprior") / "parameters"
    known = sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml"))
    if name not in known:
        raise SitePriorError(unknown("preset file", name, known))
    tree = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    return {key: _entry(f"{name}.{key}", value) for key, value in tree.items()}


def preset_rows(name: str) -> list[Preset]:
    """Return every number of a preset file in file order, for tables in reports and docs."""

    def walk(node: Any) -> list[Preset]:
        return [node] if isinstance(node, Preset) else [leaf for child in node.values() for leaf in walk(child)]

    return walk(load_presets(name))


def _entry(name: str, node: Any) -> Any:
    """Turn one TOML node into a preset, or into a mapping of them."""
    if not isinstance(node, Mapping):
        raise SitePriorError(f"preset {name}: a bare value; give it {', '.join(FACTS)}")
    if "value" not in node:
        return {key: _entry(f"{name}.{key}", value) for key, value in node.items()}
    missing = [fact for fact in FACTS if fact not in node]
    extra = [fact for fact in node if fact not in FACTS]
    if missing or extra or node["confidence"] not in CONFIDENCES:
        raise SitePriorError(
            f"preset {name}: needs exactly {', '.join(FACTS)} with confidence one of {', '.join(CONFIDENCES)}"
        )
    return Preset(name, *(node[fact] if fact == "value" else str(node[fact]) for fact in FACTS))
