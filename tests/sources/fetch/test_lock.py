"""sources.lock: read back as it was written, whole, with the entries of other projects."""

from __future__ import annotations

import tomllib

import pytest

from siteprior.core.errors import InputError
from siteprior.sources.fetch.lock import BY_HAND, Locked, archive_of, locked_name, locked_of, read_lock, write_lock

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
    path.write_text(f'[files."a.csv"]\nsha256 = "{"ab" * 32}"\ncolour = "red"\n', encoding="utf-8")
    assert read_lock(path)["a.csv"].sha256 == "ab" * 32
    write_lock(path, {"a.csv": HANDED})
    assert read_lock(path)["a.csv"] == HANDED


@pytest.mark.parametrize("text", ["[files", "files = 3\n"])
def test_a_lock_that_cannot_be_read_is_named_with_the_way_out(text, tmp_path):
    path = tmp_path / "sources.lock"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"sources\.lock: cannot be read .* delete it and run siteprior fetch"):
        read_lock(path)


def test_a_member_is_locked_with_its_zip():
    assert archive_of("a/b.ZIP!c/d.csv") == "a/b.ZIP"
    assert archive_of("a/b.xlsx!sheet") == "a/b.xlsx!sheet"


@pytest.mark.parametrize("broken", ["7", '"a\\r\\nX: y"', '" \\"1\\""', '"\\u00e9"', "2026-11-29", '""'])
def test_what_cannot_be_sent_to_a_server_is_passed_over(broken, tmp_path):
    path = tmp_path / "sources.lock"
    path.write_text(
        f'[files."a.csv"]\nsha256 = "{"ab" * 32}"\netag = {broken}\nlast_modified = {broken}\n', encoding="utf-8"
    )
    assert read_lock(path)["a.csv"] == Locked(sha256="ab" * 32)


def test_a_folder_in_the_place_of_the_lock_is_refused(tmp_path):
    (tmp_path / "sources.lock").mkdir()
    with pytest.raises(InputError, match=r"sources\.lock: is a folder"):
        read_lock(tmp_path / "sources.lock")


GOOD = f'address = "https://example.org/a"\nfetched = "2026-11-29T09:00:00Z"\nbytes = 3\nsha256 = "{"ab" * 32}"\n'


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('address = "https://example.org/a"', "address = 7", "address is 7, and needs a text"),
        ('address = "https://example.org/a"\n', "", "has no address, though it was fetched at 2026-11-29T09:00:00Z"),
        ("address =", "adress =", "has no address, though it was fetched"),
        ('"https://example.org/a"', '""', "has no address, though it was fetched"),
        ("bytes = 3", 'bytes = "3"', "bytes is '3', and needs a number"),
        ('sha256 = "abab', 'sha256 = "ABCDEF', "sha256 is no SHA-256 of 64 digits"),
        (GOOD, "", "sha256 is no SHA-256 of 64 digits"),
    ],
)
def test_a_spoilt_entry_is_named_and_not_passed_over(old, new, says, tmp_path):
    path = tmp_path / "sources.lock"
    text = f'[files."a.csv"]\n{GOOD.replace(old, new)}[files."b.csv"]\nbytes = true\nsha256 = "{"ab" * 32}"\n'
    path.write_text(text, encoding="utf-8")
    for use in (read_lock, lambda path: write_lock(path, {"c.csv": HANDED})):
        with pytest.raises(InputError) as raised:
            use(path)
        faults = [fault for fault in raised.value.faults if fault.startswith(f'{path}: [files."a.csv"]: ')]
        assert says in " ".join(faults)
        assert raised.value.faults[-1].startswith(f'{path}: [files."b.csv"]: bytes is True')
        assert path.read_text(encoding="utf-8") == text


def test_an_entry_that_is_no_table_is_named(tmp_path):
    path = tmp_path / "sources.lock"
    path.write_text('[files]\n"a.csv" = 1\n', encoding="utf-8")
    with pytest.raises(InputError, match=r'\[files\."a\.csv"\]: is no table; take back its last version'):
        read_lock(path)


def test_what_a_later_release_says_of_another_file_stays(tmp_path):
    path = tmp_path / "sources.lock"
    path.write_text(f'[files."a.csv"]\n{GOOD}colour = "red"\n', encoding="utf-8")
    write_lock(path, {"b.csv": HANDED})
    assert tomllib.loads(path.read_text(encoding="utf-8"))["files"]["a.csv"]["colour"] == "red"


def test_a_name_is_the_path_from_the_lock(desk, monkeypatch):
    from siteprior.pipeline.registered import load_project

    file = desk.project("a.csv", "/a.csv")

    def name(path, **more):
        return locked_name(load_project(file, **more), path)

    assert name("case/a.csv") == "case/a.csv"
    assert name("case/../b.zip!c.csv") == "b.zip"
    assert name("a.csv", data_root=desk.data / "other") == "other/a.csv"
    assert name("a.csv", data_root=desk.data.parent / "shared") == "../shared/a.csv"
    (desk.data / "beside.csv").write_text("a,b")
    assert name("beside.csv", data_root=desk.data / "other") == "beside.csv"  # there alone, and read from there
    monkeypatch.setenv("SITEPRIOR_DATA_ROOT", str(desk.data.parent / "shared"))
    assert name("x/./a.csv") == "$SITEPRIOR_DATA_ROOT/x/a.csv"


def test_the_same_file_is_known_by_its_hash_under_another_root_and_no_other_is():
    entries = {"data/x/stops.csv": STOPS}
    assert locked_of(entries, "$SITEPRIOR_DATA_ROOT/x/stops.csv", STOPS.sha256) == STOPS
    assert locked_of(entries, "$SITEPRIOR_DATA_ROOT/x/stops.csv", "ef" * 32) is None
    assert locked_of(entries, "data/x/places.csv", STOPS.sha256) is None
    assert locked_of(entries, "data/x/stops.csv") == STOPS


def test_a_file_placed_by_hand_does_not_take_the_address_of_the_same_one(tmp_path):
    path = tmp_path / "sources.lock"
    came = Locked("naptan", "430", "https://example.org/a", "2026-11-29T12:00:00Z", 3, "ab" * 32)
    write_lock(path, {"a.csv": came})
    write_lock(path, {"a.csv": Locked("naptan", "430", "", BY_HAND, 3, "ab" * 32)})
    assert read_lock(path)["a.csv"] == came
    other = Locked("naptan", "430", "", BY_HAND, 3, "cd" * 32)
    write_lock(path, {"a.csv": other})
    assert read_lock(path)["a.csv"] == other
