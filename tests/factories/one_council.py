"""Projects of one council on one of its registers, to be compared with the next: tests/real/one_council.toml."""

from __future__ import annotations

from pathlib import Path

from factories.real import HERE

PROJECT = HERE / "real" / "one_council.toml"


def one_council_project(real: Path, folder: Path, council: str, year: int, *, before: tuple[int, ...] = ()):
    """Write and load the project of a council as of the end of the year of its register.

    Parameters
    ----------
    real
        The folder of the real data.
    folder
        Where the project is written.
    council
        As the registers' files name it, ``dudley``.
    year
        Of the register that is ranked.
    before
        Years of its earlier registers, for the history.
    """
    from siteprior.project.load import load_project
    from siteprior.sources.registry import discover

    discover()
    earlier = ", ".join(
        f'{{path = "real/brownfield/registers_wmca/{council}_{each}.csv.gz", vintage = "{each}"}}' for each in before
    )
    text = PROJECT.read_text(encoding="utf-8").partition("\n\n")[2]
    for word, filled in (
        ("ONE", council.title()), ("WHEN", f"{year}-12-31"), ("one_YEAR", f"{council}_{year}"), ("YEAR", str(year)),
        ("BEFORE", earlier),
    ):  # fmt: skip
        text = text.replace(word, filled)
    path = folder / f"{council}_{year}.toml"
    path.write_text(text, encoding="utf-8")
    return load_project(path, data_root=real)
