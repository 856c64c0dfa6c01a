"""No key or password of an address in a project file reaches any byte of what a run writes, nor its messages."""

from __future__ import annotations

import gzip
import io
import warnings
import zipfile

import pytest

from factories.small import LAYER, small_project
from siteprior.core.errors import RunWarning, SitePriorError
from siteprior.pipeline.run import run
from siteprior.project.load import load_project

SECRET = "s3cretK3yOfOurs"
ADDRESS = f"https://example.org/a.csv?apikey={SECRET}&format=csv"
WITH_NAME = f"ftp://me:{SECRET}@example.org/a"


def contents(path):
    """Return the bytes of a file, and of what is packed in it."""
    data = path.read_bytes()
    yield data
    if path.suffix in (".xlsx", ".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from map(archive.read, archive.namelist())
    elif path.suffix == ".gz":
        yield gzip.decompress(data)


def test_no_key_of_an_address_is_in_any_byte_of_a_run(tmp_path, capfd):
    origin = f'publisher = "{ADDRESS}", licence = "{WITH_NAME}", attribution = "see {ADDRESS}", vintage = "2026-01-01"'
    project = small_project(
        tmp_path,
        ('"sites/dudley.csv"', f'{{path = "sites/dudley.csv", url = "{ADDRESS}", {origin}}}'),
        ('stops = ["transit/naptan.csv"]', f'stops = [{{path = "transit/naptan.csv", url = "{ADDRESS}", {origin}}}]'),
        ('title = "One borough"', f'title = "One borough {ADDRESS}"'),
        ('area = "Dudley (illustrative)"', f'area = "Dudley {WITH_NAME}"'),
        append=LAYER.replace('unit = "%"', f'unit = "%"\ntitle = "Poverty {ADDRESS}"\nurl = "{ADDRESS}"')
        + "[weights]\ncorridor_access = 2\nfuel_poverty = 1\n",
    )
    messages = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RunWarning)
        folder = run(project, out=tmp_path / "out", progress=messages.append)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"run.json", "report.html", "shortlist.gpkg"} <= {path.name for path in files}
    assert [path.name for path in files for data in contents(path) if SECRET.encode() in data] == []
    out, err = capfd.readouterr()
    assert SECRET not in " ".join([*map(str, messages), *(str(each.message) for each in caught), out, err])
    assert b"apikey=HIDDEN" in (folder / "run.json").read_bytes()  # the address itself is kept
    assert SECRET not in repr(project)


@pytest.mark.parametrize("line", [f'url = "{ADDRESS}" x', f'wrong = "{ADDRESS}"', f'publisher = ["{ADDRESS}"]'])
def test_no_message_on_a_project_file_quotes_a_key(tmp_path, line):
    path = tmp_path / "p.toml"
    path.write_text(f'[project]\ntitle = "T"\n[sources]\nstops = [{{path = "{ADDRESS}", {line}}}]\n')
    with pytest.raises(SitePriorError) as caught:
        load_project(path)
    assert SECRET not in str(caught.value)
