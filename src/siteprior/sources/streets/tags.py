"""The tags of a street, whatever carries them: a graph in memory, GraphML, columns of a file, an OpenStreetMap way."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from siteprior.core.cell_values import CellValue
from siteprior.sources.streets.walkable import PRIVATE, TAGS, UNKNOWN, WALKED, judge, judge_access, meaning, stepped

TagValue: TypeAlias = CellValue | Iterable[CellValue] | Mapping[str, CellValue]
"""What may stand for one tag: a text, a list of several ways merged, a number, nothing; or all tags in one."""

Tags: TypeAlias = dict[str, list[str]]
"""The values of each of :data:`siteprior.sources.streets.walkable.TAGS` that is stated."""

OTHER_TAGS = ("other_tags", "all_tags", "tags")
"""Columns that carry tags without a column of their own, as GDAL, osm2pgsql and readers of extracts write them."""

NOTHING = frozenset({"", "nan", "none", "null", "<na>", "nat"})
"""Texts that writers leave where a value is missing."""

SHAPEFILE_NAME = 10
"""Signs a shapefile keeps of a column's name."""

_HSTORE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*(?:"((?:[^"\\]|\\.)*)"|NULL)')
_COUNTED_LIST = re.compile(r"\(\d+:(.*)\)", re.DOTALL)
_BRACKETS = {"[": "]", "(": ")", "{": "}"}


def tag_values(value: TagValue) -> list[str]:
    """Return the values of one tag as they are written: several where several ways were merged, none where it is blank.

    Parameters
    ----------
    value
        A text; a list of texts in memory, or as text as Python, JSON, GDAL and PostgreSQL write it; yes and no as
        a truth value; or what stands for nothing (NaN, ``None``, their texts). Values parted by ``;`` are not split
        here.

    Examples
    --------
    >>> tag_values("['steps', 'footway']"), tag_values(["Steps"]), tag_values("(2:steps,footway)")
    (['steps', 'footway'], ['Steps'], ['steps', 'footway'])
    >>> tag_values(float("nan")), tag_values("nan"), tag_values(True), tag_values("False")
    ([], [], ['yes'], ['no'])
    """
    return list(dict.fromkeys(_each_value(value)))


def _each_value(value: TagValue) -> Iterator[str]:
    """Yield the values, lists in lists too."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, bool | np.bool_):
        yield "yes" if value else "no"
    elif isinstance(value, str):
        text = " ".join(value.split())
        listed = _listed(text)
        if listed is not None:
            for each in listed:
                yield from _each_value(each)
        elif text.lower() not in NOTHING:
            yield {"true": "yes", "false": "no"}.get(text.lower(), text)
    elif isinstance(value, Iterable):
        # what is a set has no order of its own, and the order decides nothing
        for each in sorted(value, key=str) if isinstance(value, set | frozenset) else value:
            yield from _each_value(each)
    else:
        yield str(value)


def _listed(text: str) -> list[CellValue] | None:
    """Return the values of a list written as text; ``None`` where it is none."""
    if len(text) < 2 or _BRACKETS.get(text[0]) != text[-1]:
        return None
    if counted := _COUNTED_LIST.fullmatch(text):
        return [part.strip() for part in counted[1].split(",")]
    for read in (ast.literal_eval, json.loads):
        try:
            values = read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        return list(values) if isinstance(values, list | tuple | set) else None
    # [steps, nan], {steps,footway}: words that nobody quoted
    return [part.strip().strip("'\"") for part in text[1:-1].split(",")]


def tag_columns(names: Iterable[str]) -> dict[str, str]:
    """Return which names carry which tag, however they are written, and which carry all others in one.

    Examples
    --------
    >>> tag_columns(["HIGHWAY", "ramp_wheelchair", "name", "other_tags"])
    {'HIGHWAY': 'highway', 'ramp_wheelchair': 'ramp:wheelchair', 'other_tags': 'other_tags'}
    """
    known = {_plain(tag): tag for tag in (*TAGS, *OTHER_TAGS)}
    known |= {_plain(tag)[:SHAPEFILE_NAME]: tag for tag in TAGS}
    return {str(name): known[_plain(str(name))] for name in names if _plain(str(name)) in known}


def _plain(name: str) -> str:
    return name.strip().lower().replace(":", "_")


def street_tags(carrier: Mapping[str, TagValue]) -> Tags:
    """Return the tags that decide of one street; a column of its own goes before what stands among other tags.

    Examples
    --------
    >>> street_tags({"highway": "service", "other_tags": '"access"=>"private","lit"=>"yes"'})
    {'highway': ['service'], 'access': ['private']}
    """
    return tags_by(tag_columns(carrier), carrier)


def tags_by(columns: Mapping[str, str], carrier: Mapping[str, TagValue]) -> Tags:
    """Return the tags of one street by the names of :func:`tag_columns`, which rows of one table share."""
    tags: Tags = {}
    for name, tag in columns.items():
        if tag not in OTHER_TAGS and (values := tag_values(carrier[name])):
            tags.setdefault(tag, values)
    for name, tag in columns.items():
        if tag in OTHER_TAGS:
            for key, value in _other_tags(carrier[name]).items():
                if key in TAGS and key not in tags and (values := tag_values(value)):
                    tags[key] = values
    return {tag: tags[tag] for tag in TAGS if tag in tags}


def _other_tags(value: TagValue) -> Mapping[str, TagValue]:
    """Return tags that stand in one value: a mapping, a list of pairs, or the text of an hstore or of JSON."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, str):
        if pairs := _HSTORE.findall(value):
            return {_unescaped(key): _unescaped(text) for key, text in pairs}
        for read in (json.loads, ast.literal_eval):
            try:
                given = read(value)
            except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
                continue
            return given if isinstance(given, dict) else {}
        return {}
    if isinstance(value, list | tuple | np.ndarray):  # so pyarrow gives a map
        return {
            str(pair[0]): pair[1] for pair in value if isinstance(pair, list | tuple | np.ndarray) and len(pair) == 2
        }
    return {}


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


class Street(NamedTuple):
    """What the tags of a street state: whether it may be walked, whether it has steps, and its class as it stands."""

    verdict: str
    steps: bool
    highway: str


def judged(columns: Mapping[str, str], values: Iterable[TagValue]) -> Street:
    """Return what the values of one street state, in the order of the names of :func:`tag_columns`.

    Examples
    --------
    >>> judged({"highway": "highway"}, ["['steps', 'footway']"])
    Street(verdict='walked', steps=True, highway='steps;footway')
    """
    values = tuple(values)
    try:
        return _judged_once(tuple(columns.items()), values)
    except TypeError:  # a list in memory cannot be looked up
        return judge_tags(tags_by(columns, dict(zip(columns, values, strict=True))))


@lru_cache(maxsize=65_536)
def _judged_once(columns: tuple[tuple[str, str], ...], values: tuple[TagValue, ...]) -> Street:
    """Judge the streets of one set of values once; most streets of a file share theirs with others."""
    return judge_tags(tags_by(dict(columns), {name: value for (name, _), value in zip(columns, values, strict=True)}))


def judge_tags(tags: Tags) -> Street:
    """Return what the tags of a street state, the strictest of the ways merged in it.

    A street whose class is not stated is walked unless another tag closes it; it is closed to a step-free walker where
    any of the ways merged in it is.

    Examples
    --------
    >>> judge_tags({"highway": ["service", "residential"], "access": ["private", "no"]}).verdict, judge_tags({}).verdict
    ('closed to walkers', 'walked')
    >>> judge_tags({"access": ["private"]}).verdict, judge_tags({"highway": ["steps;footway"]}).steps
    ('private', True)
    """
    open_to = (WALKED, UNKNOWN, PRIVATE)
    ways = list(_each_way(tags))
    judged_alone = judge if tags.get("highway") else judge_access
    # of two reasons to close it the last by its words is stated, so that the order of values changes nothing
    verdict = max(
        map(judged_alone, ways), key=lambda each: (open_to.index(each) if each in open_to else len(open_to), each)
    )
    return Street(verdict, any(map(stepped, ways)), ";".join(tags.get("highway", [])))


def _each_way(tags: Tags) -> Iterator[dict[str, str]]:
    """Yield the tags of every way that may be merged in a street: one value of each tag, of those that differ.

    A class parted by ``;`` is one of several; of ``foot`` and ``access`` it states what one way allows to whom.
    """
    several = {tag: [value.lower() for value in values] for tag, values in tags.items() if values}
    if "highway" in several:
        several["highway"] = [part.strip() for value in several["highway"] for part in value.split(";")]
    # one value of each meaning, or a file of long lists would make more ways than can be counted
    alike = [{meaning(tag, value): value for value in reversed(values)} for tag, values in several.items()]
    for values in product(*(each.values() for each in alike)):
        yield dict(zip(several, values, strict=True))
