"""Where official inputs are published: the datasets of the catalogue as a table, in a terminal and as a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.shown_text import one_line

if TYPE_CHECKING:
    from siteprior.project.load import Project
    from siteprior.sources.catalogue import Dataset

BY_HAND = "by hand"
"""Stands for the address of a dataset that has no lasting one."""


def official(words: Iterable[str] = ()) -> pd.DataFrame:
    """Return the datasets in whose row every word stands (sizes in MB): of none, all of them.

    Parameters
    ----------
    words
        Words of title, publisher, id, key, part or note, in letters of any case.

    Returns
    -------
    DataFrame
        The rows of :func:`siteprior.sources.catalogue.official_sources`.

    Raises
    ------
    InputError
        When no dataset has them all.

    Examples
    --------
    >>> official(["naptan", "atco"])["dataset"].tolist()
    ['naptan']
    """
    from siteprior.sources.catalogue import official_sources
    from siteprior.sources.registry import discover

    discover()
    table, sought = official_sources(), [word.casefold() for word in words]
    texts = [" ".join(map(str, row)).casefold() for row in table.itertuples(index=False)]
    found = table[[all(word in text for word in sought) for text in texts]]
    if found.empty:
        raise InputError(
            f"no dataset of the catalogue has {' and '.join(sought)}; siteprior fetch --list lists them all"
        )
    return found.reset_index(drop=True)


def overview(table: pd.DataFrame, project: Project | None = None) -> str:
    """Say how many datasets are listed, and how many a project needs: fetched by siteprior, or by hand.

    Parameters
    ----------
    table
        The rows of :func:`official`.
    project
        The project whose files name datasets; ``None`` where none is given.

    Examples
    --------
    >>> overview(official(["naptan"])).partition(":")[0]
    '2 of 48 datasets'
    """
    from siteprior.sources.catalogue import load_catalogue
    from siteprior.sources.fetch.origins import entries_of

    known = load_catalogue().datasets
    listed = f"{len(table)}" if len(table) == len(known) else f"{len(table)} of {len(known)}"
    says = f"{listed} datasets: {_ways([known[name] for name in table['dataset']])}."
    if project is None:
        return f"{says} siteprior fetch PROJECT.toml --list says how many a project needs."
    needed = {entry.dataset: project.dataset_of(entry) for _, entry in entries_of(project)}
    datasets = [dataset for dataset in needed.values() if dataset is not None]
    return f"{says} This project needs {len(datasets)}: {_ways(datasets)}."


def _ways(datasets: list[Dataset]) -> str:
    """Say how many datasets come in which way."""
    by_hand = [dataset.id for dataset in datasets if dataset.by_hand]
    named = f" ({', '.join(by_hand)})" if by_hand else ""
    return f"{len(datasets) - len(by_hand)} fetched by siteprior, {len(by_hand)} by hand{named}"


def official_text(table: pd.DataFrame) -> str:
    """Write datasets for a terminal: what reads each, what a part is, licence, page, address, how large.

    Examples
    --------
    >>> print(official_text(official(["historic", "wfs", "2.0.0"])).splitlines()[0])
    historic_landfill_wfs: Historic Landfill Sites, by WFS (Environment Agency)
    """
    lines = []
    for row in table.to_dict("records"):
        size = "" if pd.isna(row["size_mb"]) else f"; about {row['size_mb']:g} MB"
        part = f"; part: {_part(row['cut'])}" if row["cut"] else ""
        key = f"; key: {row['key_env']}" if row["key_env"] else ""
        lines += [
            f"{row['dataset']}: {row['title']} ({row['publisher']})",
            f"    read by: {row['reads'] or 'nothing yet'}{part}; {row['cadence']}{size}",
            f"    licence: {row['licence']}; registration: {row['registration']}{key}; "
            f"last checked: {row['last_checked']}",
            f"    page: {row['page']}",
            f"    address: {row['address'] or _no_address(row['dataset'])}",
            *([f"    {row['note']}"] if row["note"] else []),
        ]
    return "\n".join(map(one_line, lines))


def official_page() -> str:
    """Write the catalogue as a page in Markdown: a section per key that reads, a row per dataset.

    Examples
    --------
    >>> "| `naptan` | NaPTAN |" in official_page()
    True
    """
    table = official()
    lines = [_HEAD]
    for reads, rows in table.groupby(table["reads"].replace("", "no key"), sort=False):
        lines += ["", f"## `{reads}`" if reads != "no key" else "## Read by nothing yet", "", _COLUMNS]
        for row in rows.to_dict("records"):
            address = f"`{row['address']}`" if row["address"] else _no_address(row["dataset"])
            size = "" if pd.isna(row["size_mb"]) else f"{row['size_mb']:g}"
            cells = (
                f"`{row['dataset']}`", row["title"], f"[{row['publisher']}]({row['page']})", row["licence"],
                _part(row["cut"]) if row["cut"] else "", address, row["vintage"], row["cadence"], size,
                row["last_checked"], row["note"],
            )  # fmt: skip
            lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])


_HEAD = """# The catalogue of published data

Each dataset has an id, which an entry of a project file names with `dataset`, and a part of it with `part`;
`siteprior fetch` then finds its address. `siteprior fetch --list flood` shows those that have to do with floods. This
page is generated from `sources/catalogue.toml` (`python -m siteprior.pipeline.official`). Every dataset says `never`
until it was fetched for real: the addresses are as public programs and the publishers' pages have them, and what could
not be confirmed stands in the note. A dataset of your own goes under `[datasets.<id>]` of the project file."""

_COLUMNS = (
    "| id | what | publisher and page | licence | part | address | of | published | MB | last checked | note |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def _part(cut: str) -> str:
    """Say what names a part."""
    from siteprior.project.datasets import PARTS

    return PARTS[cut]


def _no_address(name: str) -> str:
    """Say what stands in the place of an address: those of the parts, or that it is fetched by hand."""
    from siteprior.sources.catalogue import load_catalogue

    addresses = load_catalogue().datasets[name].addresses
    return f"one of its own for {', '.join(addresses)}" if addresses else BY_HAND


if __name__ == "__main__":
    import sys

    sys.stdout.write(official_page())
