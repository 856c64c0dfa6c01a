"""The words readers meet in pictures and pages, made from codes and names in the tables."""

from __future__ import annotations

import re
from functools import cache

import pandas as pd

from siteprior.core.councils import COMBINED_AUTHORITIES
from siteprior.core.schema import TABLES

KIND_NOT_STATED = "Kind not stated"
"""What stands in a key for corridors of no kind."""

_ABBREVIATIONS = {"hs2": "HS2", "vlr": "very light rail", "brt": "BRT"}
_COLUMN = re.compile(r"(?<![\w/.])[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b(?![/.]\w)")
_LSOA_NAME = re.compile(r"^(?P<district>.+) \d{3}[A-Z]+$")


def kind_title(kind: str) -> str:
    """Return a corridor's kind as it stands in a key.

    Examples
    --------
    >>> kind_title("proposed-vlr"), kind_title("hs2")
    ('Proposed very light rail', 'HS2')
    """
    words = " ".join(_ABBREVIATIONS.get(word, word) for word in kind.split("-"))
    return words[:1].upper() + words[1:]


def in_words(text: str) -> str:
    """Return a sentence with the labels of columns in it in place of their names.

    Keys of the project file and names of files stay as they are: they are what the reader has to write.

    Examples
    --------
    >>> in_words("missing: capacity_dwellings, build_gbp_per_m2")
    'missing: homes scored, build_gbp_per_m2'
    """
    return _COLUMN.sub(lambda found: _column_words(found[0]), text)


def _column_words(name: str) -> str:
    """Return the label of a declared column as it stands inside a sentence, else the name."""
    label = _labels().get(name)
    if label is None:
        return name
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


@cache
def _labels() -> dict[str, str]:
    """Return the labels of the declared columns."""
    return {column.name: column.label for table in TABLES for column in table.columns}


def district_names(areas: pd.DataFrame) -> dict[str, str]:
    """Return the names of the districts by code: ONS begins the name of every LSOA with its district's.

    Parameters
    ----------
    areas
        Any table with ``district_code`` and ``lsoa_name``.

    Examples
    --------
    >>> import pandas as pd
    >>> district_names(pd.DataFrame({"district_code": ["E08000028"], "lsoa_name": ["Sandwell 012A"]}))
    {'E08000028': 'Sandwell'}
    """
    if not {"district_code", "lsoa_name"} <= set(areas.columns):
        return {}
    known = areas[["district_code", "lsoa_name"]].dropna().drop_duplicates("district_code")
    found = {code: _LSOA_NAME.match(str(name)) for code, name in known.itertuples(index=False)}
    return {str(code): match["district"] for code, match in sorted(found.items()) if match}


def organisation_titles(sites: pd.DataFrame) -> dict[str, str]:
    """Return what readers see of each organisation by its code: its name, or the code where the name is not known.

    A combined authority has its own name here, though its sites bear the names of the councils they lie in.

    Parameters
    ----------
    sites
        Any table with ``organisation`` and ``organisation_name``.

    Examples
    --------
    >>> import pandas as pd
    >>> organisation_titles(pd.DataFrame({"organisation": ["E1", "E2"], "organisation_name": ["Alderford", None]}))
    {'E1': 'Alderford', 'E2': 'E2'}
    """
    listed = sites[["organisation", "organisation_name"]].dropna(subset="organisation")
    first = listed.sort_values("organisation_name", kind="stable").drop_duplicates("organisation")
    authorities = first["organisation"].map(COMBINED_AUTHORITIES)
    named = authorities.fillna(first["organisation_name"]).fillna(first["organisation"])
    return dict(sorted(zip(first["organisation"].astype(str), named.astype(str), strict=True)))
