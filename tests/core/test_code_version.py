"""The version of the code is a hash of the package as it stands."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import pytest

from siteprior.core import code_version as module


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a small copy of the package, whose version is asked for without the memory of the last."""
    whole = Path(str(resources.files("siteprior")))
    folder = tmp_path / "siteprior"
    for name in ("core/numbers.py", "parameters/access.toml"):
        source = whole / name if (whole / name).is_file() else next((whole / name).parent.glob("*" + Path(name).suffix))
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / name)
    monkeypatch.setattr(module.resources, "files", lambda _: folder)
    return folder


def version_now():
    return module.code_version.__wrapped__()


def test_it_stays_while_nothing_changes(package):
    before = version_now()
    (package / "core" / "__pycache__").mkdir()
    (package / "core" / "__pycache__" / "numbers.pyc").write_bytes(b"compiled")
    assert version_now() == before


@pytest.mark.parametrize("name", ["core/numbers.py", "parameters/access.toml"])
def test_a_line_of_code_or_a_number_changes_it(package, name):
    before = version_now()
    with (package / name).open("a") as file:
        file.write("# a change\n")
    assert version_now() != before


def test_another_version_of_a_library_changes_it(package, monkeypatch):
    before = version_now()
    monkeypatch.setattr(module.metadata, "version", lambda name: "99")
    assert version_now() != before
