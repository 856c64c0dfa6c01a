"""sources.lock: read back as it was written, whole, with the entries of other projects."""

from __future__ import annotations

import tomllib

import pytest

from siteprior.core.errors import InputError
from siteprior.sources.fetch.lock import BY_HAND, Locked, locked_name, read_lock, write_lock

STOPS = Locked(
    "naptan", "430", "https://example.org/a?k=HIDDEN", "2026-11-29T09:00:00Z", 12, "ab" * 32, "2026-11-29", "OGL v3",
    'W/"1"', "Mon, 23 Nov 2026 08:00:00 GMT",
)  # fmt: skip
HANDED = Locked(fetched=BY_HAND, bytes=3, sha256="cd" * 32)


def test_a_lock_is_read_back_as_it_was_written(tmp_path):
    path = tmp_path / "sources.lock"
    assert dict(read_lock(path)) == {}
    write_lock(path, {"transit/ü 'a'.csv": STOPS})
    write_lock(path, {"b.csv": HANDED})
    assert dict(read_lock(path)) == {"b.csv": HANDED, "transit/ü 'a'.csv": STOPS}
    text = path.read_text(encoding="utf-8")
    tables = tomllib.loads(text)["files"]
    assert list(tables) == ["b.csv", "transit/ü 'a'.csv"]
    assert tables["b.csv"] == {"address": "", "fetched": "placed by hand", "bytes": 3, "sha256": "cd" * 32}
    write_lock(path, {"b.csv": HANDED})
    assert path.read_text(encoding="utf-8") == text


def test_an_entry_is_replaced_and_an_unknown_key_of_a_later_release_passed_over(tmp_path):
    path = tmp_path / "sources.lock"
    path.write_text('[files."a.csv"]\nsha256 = "x"\ncolour = "red"\n', encoding="utf-8")
    assert read_lock(path)["a.csv"].sha256 == "x"
    write_lock(path, {"a.csv": HANDED})
    assert read_lock(path)["a.csv"] == HANDED


@pytest.mark.parametrize("text", ["[files", '[files]\n"a.csv" = 1\n', "files = 3\n"])
def test_a_lock_that_cannot_be_read_is_named_with_the_way_out(text, tmp_path):
    path = tmp_path / "sources.lock"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"sources\.lock: cannot be read .* delete it and run siteprior fetch"):
        read_lock(path)


def test_a_member_is_locked_with_its_zip():
    assert locked_name("a/b.ZIP!c/d.csv") == "a/b.ZIP"
    assert locked_name("a/b.xlsx!sheet") == "a/b.xlsx!sheet"


@pytest.mark.parametrize("broken", ["7", '"a\\r\\nX: y"', '" \\"1\\""', '"\\u00e9"', "2026-11-29", '""'])
def test_what_cannot_be_sent_to_a_server_is_passed_over(broken, tmp_path):
    path = tmp_path / "sources.lock"
    path.write_text(f'[files."a.csv"]\nsha256 = "x"\netag = {broken}\nlast_modified = {broken}\n', encoding="utf-8")
    assert read_lock(path)["a.csv"] == Locked(sha256="x")


def test_a_folder_in_the_place_of_the_lock_is_refused(tmp_path):
    (tmp_path / "sources.lock").mkdir()
    with pytest.raises(InputError, match=r"sources\.lock: is a folder"):
        read_lock(tmp_path / "sources.lock")
