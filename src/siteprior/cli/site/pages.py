"""The pages of the site that are made from declarations: columns, criteria, gates, signals, numbers, sources."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from siteprior.cli.site.api import api_pages
from siteprior.cli.site.command_line import command_line
from siteprior.cli.site.markdown import code, plain, table
from siteprior.core.cell_values import CellValue
from siteprior.core.parameters import Frozen, Parameter

_MADE = "This page is made from what the code declares; `siteprior docs --build` writes it.\n"


def generated_pages(parser: argparse.ArgumentParser) -> dict[str, str]:
    """Return the generated pages as Markdown, by their place below ``docs``.

    Parameters
    ----------
    parser
        The parser of the commands.

    Examples
    --------
    >>> from siteprior.cli import parser_of_commands
    >>> sorted(generated_pages(parser_of_commands()))[:2]
    ['reference/api.md', 'reference/api/access.md']
    """
    from siteprior.sources.registry import discover

    discover()
    return {f"reference/{name}.md": write(parser) for name, write in PAGES.items()} | api_pages()


def _page(title: str, *parts: str) -> str:
    return "\n".join([f"# {title}\n", _MADE, *parts])


def _records(listed: pd.DataFrame) -> list[dict[str, CellValue]]:
    """Return the rows of a table, each by the names of its columns."""
    names = [str(name) for name in listed.columns]
    return [dict(zip(names, row, strict=True)) for row in listed.itertuples(index=False, name=None)]


def data_dictionary_page() -> str:
    """Write every declared column: a section for each table, in the order of the data dictionary.

    Examples
    --------
    >>> "`walk_m`" in data_dictionary_page()
    True
    """
    from siteprior.pipeline.listings import data_dictionary

    parts = ["`siteprior columns` shows the same in a terminal. Units stand in names, too (`walk_m`: metres).\n"]
    for name, rows in data_dictionary().groupby("table", sort=False):
        cells = [
            [
                code(row["column"]), plain(row["label"]), plain(row["unit"]) or plain(row["kind"]),
                _meaning(row), plain(row["source"]),
            ]
            for row in _records(rows)
        ]  # fmt: skip
        parts += [f"## {plain(str(name))}\n", table(["column", "label", "unit or kind", "meaning", "source"], cells)]
    return _page("Data dictionary", *parts)


def _meaning(row: Mapping[str, CellValue]) -> str:
    allowed = f" One of: {row['allowed']}." if row["allowed"] else ""
    return plain(f"{str(row['meaning']).rstrip('.')}.{allowed}")


def criteria_page() -> str:
    """Write what sites are scored on: unit, what scores 0 and 1, columns and source.

    Examples
    --------
    >>> "`corridor_access`" in criteria_page()
    True
    """
    from siteprior.ranking.criteria import criteria_table

    cells = [
        [
            code(row["criterion"]), plain(row["title"]), plain(row["unit"]), f"{row['worst']:g}", f"{row['best']:g}",
            ", ".join(map(code, str(row["needs"]).split(", "))),
            plain(f"{row['source']} ({row['date']}, {row['confidence']})"),
        ]
        for row in _records(criteria_table())
    ]  # fmt: skip
    heads = ["criterion", "title", "unit", "scores 0", "scores 1", "columns", "source"]
    words = "A measurement between the two anchors scores in proportion; a blank scores 0 and lowers `coverage`.\n"
    return _page("Criteria", words, table(heads, cells))


def gates_page() -> str:
    """Write what keeps a site out of the ranking: code, why, threshold, whether it stands by default.

    Examples
    --------
    >>> "`too_small`" in gates_page()
    True
    """
    from siteprior.ranking.gates import gate_table

    names = ("title", "why", "default", "thresholds", "source")
    cells = [[code(row["gate"]), *(plain(row[name]) for name in names)] for row in _records(gate_table())]
    words = (
        "Set in [`[gates]`](project-file.md) of a project. A site that a gate refuses stays listed, with the reason.\n"
    )
    return _page("Gates", words, table(["gate", "title", "why", "default", "threshold", "source"], cells))


def signals_page() -> str:
    """Write the letters of a market-failure code: what each means, how it is measured, the columns it is read from.

    Examples
    --------
    >>> "Letters" in signals_page()
    True
    """
    from siteprior.appraisal.market_failure.signals import signal_table

    listed = signal_table()
    cells = [[plain(value) for value in row] for row in listed.itertuples(index=False, name=None)]
    heads = [str(name).replace("_", " ") for name in listed.columns]
    words = (
        "Letters of the codes in the column `market_failure_reasons`: one for each signal that was found. "
        "[How to read one](../how-to/read-market-failure.md).\n"
    )
    return _page("Signals of market failure", words, table(heads, cells))


def parameters_page() -> str:
    """Write every number, text and set that ships, with unit, source, date and confidence, a section for each file.

    Examples
    --------
    >>> "weights.balanced.deprivation" in parameters_page()
    True
    """
    from siteprior.core.parameters import CONFIDENCES, parameter_files, parameter_rows

    first = ("weights", "profiles", "funds", "criteria", "gates")
    files = [*first, *(name for name in parameter_files() if name not in first)]
    parts = [
        "Weights, profiles of areas, funds and their rules, and every other number siteprior works with. A project "
        f"states others in [its file](project-file.md). Confidence: {', '.join(CONFIDENCES)}.\n"
    ]
    for name in files:
        parts += [f"## {name}\n", table(["name", "value", "unit", "source"], map(_number, parameter_rows(name)))]
    return _page("Parameters", *parts)


def _number(found: Parameter) -> list[str]:
    stated = f"{found.source} ({found.date}, {found.confidence})"
    return [code(found.name), plain(_stated(found.value)), plain(found.unit), plain(stated)]


def _stated(value: Frozen) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_stated(part)}" for name, part in value.items())
    return ", ".join(map(_stated, value)) if isinstance(value, tuple | list) else str(value)


def issue_codes_page() -> str:
    """Write the codes of the issue log: severity, meaning, who can put it right.

    Examples
    --------
    >>> "invalid coordinates" in issue_codes_page()
    True
    """
    from siteprior.core.issues import ISSUE_TYPES

    cells = [
        [code(name), plain(kind.severity), plain(kind.meaning), plain(kind.responsibility)]
        for name, kind in ISSUE_TYPES.items()
    ]
    words = "Codes of `issues.csv`, as planning.data.gov.uk has them. What was done about a row stands in `action`.\n"
    return _page("Issue codes", words, table(["code", "severity", "meaning", "responsibility"], cells))


def catalogue_page() -> str:
    """Write where inputs are published: publisher, licence and page of every dataset.

    Examples
    --------
    >>> "Open Government Licence" in catalogue_page()
    True
    """
    from siteprior.sources.catalogue import official_sources

    parts = ["`siteprior fetch --list` shows the same in a terminal.\n"]
    for row in _records(official_sources()):
        named = row.get("dataset", row.get("key"))
        facts = [
            [plain(str(name).replace("_", " ")), _fact(value)]
            for name, value in row.items()
            if name not in ("dataset", "key", "title", "paging", "member") and str(value) not in ("", "nan")
        ]
        parts += [f"## {plain(row['title'])}\n", table([code(named), ""], facts)]
    return _page("Catalogue of published data", *parts)


def _fact(value: CellValue) -> str:
    text = str(value)
    bare = text.startswith(("https://", "http://")) and not set("{}|<> ") & set(text)
    return f"<{text}>" if bare else code(text) if "://" in text else plain(text)


def corridor_table_page() -> str:
    """Write what a corridor file holds: its columns, and the first rows of the sample's.

    Examples
    --------
    >>> "easting" in corridor_table_page()
    True
    """
    from siteprior.core.files import shipped

    sample = pd.read_csv(shipped("data") / "transit" / "corridors.csv", dtype="str", keep_default_na=False)
    meanings = {
        "corridor": "name of the corridor; rows of one name belong together",
        "order": "order of the stop along it, from one end",
        "stop_name": "name of the stop",
        "easting": "metres, EPSG:27700",
        "northing": "metres, EPSG:27700",
        "kind": "rail, metro, bus, …: which NaPTAN stops serve the line, and its colour; else rail and metro",
        "atco": "ATCO code of the stop; else an open NaPTAN stop of the line's kind beside it is taken",
        "state": "whether the stop is open, as you know it",
    }
    cells = [
        [code(name), "yes" if name in list(meanings)[:5] else "no", plain(words)] for name, words in meanings.items()
    ]
    rows = [[plain(value) for value in row] for row in sample.head(8).itertuples(index=False, name=None)]
    return _page(
        "Corridor table",
        "A CSV file with one row for each stop of each corridor, named in `[corridors] paths`.\n",
        table(["column", "required", "meaning"], cells),
        "The sample's begins:\n",
        table([plain(name) for name in sample.columns], rows),
    )


PAGES: Mapping[str, Callable[[argparse.ArgumentParser], str]] = MappingProxyType(
    {
        "data-dictionary": lambda _parser: data_dictionary_page(),
        "criteria": lambda _parser: criteria_page(),
        "gates": lambda _parser: gates_page(),
        "signals": lambda _parser: signals_page(),
        "parameters": lambda _parser: parameters_page(),
        "corridor-table": lambda _parser: corridor_table_page(),
        "command-line": command_line,
        "issue-codes": lambda _parser: issue_codes_page(),
        "catalogue": lambda _parser: catalogue_page(),
    }
)
"""What makes each generated page of ``docs/reference``; the pages of Python names come beside them."""
