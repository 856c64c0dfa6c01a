"""The project of the seven real registers, and what it comes to, worked through once for all tests of a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from factories.real import HERE

PROJECT = HERE / "real" / "wmca.toml"
HOUSEHOLDS = "real/market/census2021_households_tenure_type_lsoa21_wmca.csv.gz"


def wmca_project(real: Path, beside: Path, *, evidence: str = "", sources: str = ""):
    """Load the project, with more keys of ``[evidence]`` and ``[sources]`` where they are given.

    Parameters
    ----------
    real
        The folder of the real data. The slice of it has no households: there they are left out.
    beside
        The folder to write the project to where it is not as it stands.
    evidence, sources
        Lines of TOML.
    """
    from siteprior.project.load import load_project
    from siteprior.sources.registry import discover

    discover()
    text = PROJECT.read_text(encoding="utf-8")
    if not (real / HOUSEHOLDS).is_file():
        text = text.replace(f'households = "{HOUSEHOLDS}"\n', "")
    for table, lines in (("evidence", evidence), ("sources", sources)):
        text = text.replace(f"[{table}]\n", f"[{table}]\n{lines}")
    if text == PROJECT.read_text(encoding="utf-8"):
        return load_project(PROJECT, data_root=real)
    path = beside / "wmca.toml"
    path.write_text(text, encoding="utf-8")
    return load_project(path, data_root=real)


@pytest.fixture(scope="session")
def wmca_assessed(real, tmp_path_factory):
    """Return what the project comes to, as it is in memory; tests read it and change nothing in it."""
    from siteprior.pipeline.run import assess

    return assess(wmca_project(real, tmp_path_factory.mktemp("wmca_project")))
