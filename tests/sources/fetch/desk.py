"""A project on a desk whose files come from the publisher's server, by datasets of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from factories.sample import sample_text
from siteprior.core.files import shipped

HOST = "data.example.org"


class Desk:
    """A copy of the sample that names one more file, of a dataset of its own at ``https://data.example.org/…``."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        shutil.copytree(shipped("data"), self.data)
        self.cases = self.data / "case"

    def project(self, path: str, address: str, *, entry: str = "", **dataset: object) -> Path:
        """Write the project: its file ``case/<path>`` is of the dataset ``own_case`` at an address of the host."""
        file = self.data / "demo.toml"
        text = sample_text(plain=True)
        stops = 'stops = ["transit/naptan.csv"]'
        assert stops in text
        more = f'postcodes = [{{path = "case/{path}", dataset = "own_case"{entry}}}]'
        facts = {"title": "A case", "licence": "OGL v3", "page": f"https://{HOST}/page", **dataset}
        table = "\n".join(f"{name} = {self._toml(value)}" for name, value in facts.items())
        own = f'\n[datasets.own_case]\naddress = "https://{HOST}{address}"\n{table}\n'
        file.write_text(text.replace(stops, f"{stops}\n{more}") + own, encoding="utf-8")
        return file

    @staticmethod
    def _toml(value: object) -> str:
        return f'"{value}"' if isinstance(value, str) else str(value).lower()

    def names(self) -> list[str]:
        """Return what lies where the case's file goes."""
        return sorted(path.name for path in self.cases.iterdir()) if self.cases.is_dir() else []


def case_of(table):
    """Return the row of the case's file."""
    ((_, row),) = table[table["role"] == "postcodes"].iterrows()
    return row
