"""The folder of downloads: names without keys' values, facts beside files, whole files in their places."""

from __future__ import annotations

import pytest

from siteprior.core.errors import OutputError, RunWarning
from siteprior.sources.fetch.slots import downloads, place, slot_of, target_lock


def test_a_slot_keeps_a_part_and_makes_it_the_whole(tmp_path):
    with slot_of("https://example.org/a%20b.csv?x=1", tmp_path) as slot:
        assert slot.whole.name.endswith("-a_b.csv")
        slot.part.write_bytes(b"new")
        slot.state(slot.part, {"etag": '"1"'})
        slot.whole.write_bytes(b"old")
        slot.keep()
        assert (slot.whole.read_bytes(), slot.facts(slot.whole)) == (b"new", {"etag": '"1"'})
        assert (slot.part.exists(), slot.facts(slot.part)) == (False, {})
        slot.forget(slot.whole)
        assert slot.facts(slot.whole) == {}
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


def test_two_addresses_have_two_slots_and_one_has_one(tmp_path):
    names = []
    for address in ("https://a.org/x.csv?a=1", "https://a.org/x.csv?a=2", "https://a.org/x.csv?a=1"):
        with slot_of(address, tmp_path) as slot:
            names.append(slot.whole.name)
    assert names[0] == names[2] != names[1]


@pytest.mark.parametrize("spoilt", [b"", b"[]", b"{", b"\xff"])
def test_facts_that_cannot_be_read_are_none(spoilt, tmp_path):
    with slot_of("https://a.org/", tmp_path) as slot:
        slot.state(slot.part, {})
        slot.part.with_name(f"{slot.part.name}.json").write_bytes(spoilt)
        assert slot.facts(slot.part) == {}


def test_the_cache_of_the_user_is_where_downloads_lie(fetch_cache):
    with downloads() as folder:
        assert folder == fetch_cache / "downloads"


def test_without_a_cache_that_can_be_written_a_folder_for_this_time_serves(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("SITEPRIOR_CACHE", str(tmp_path / "file"))
    with pytest.warns(RunWarning, match="cannot be written"), downloads() as folder:
        assert folder.is_dir()
    assert not folder.exists()


def test_a_file_is_placed_whole_and_a_folder_in_its_way_is_reported(tmp_path):
    (tmp_path / "source").write_bytes(b"whole")
    place(tmp_path / "source", tmp_path / "new/a.csv")
    assert (tmp_path / "new/a.csv").read_bytes() == b"whole"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.csv"]
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutputError, match=r"taken/a\.csv: could not be written"):
        place(tmp_path / "source", tmp_path / "taken/a.csv")


def test_no_link_in_the_place_of_a_part_is_followed(tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"somebody else's")
    (tmp_path / "source").write_bytes(b"whole")
    (tmp_path / ".a.csv.part").symlink_to(other)
    place(tmp_path / "source", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"whole"
    assert not (tmp_path / "a.csv").is_symlink()
    with slot_of("https://a.org/x.csv", tmp_path) as slot:
        paths = (slot.part, slot.whole, slot.made(".csv"), slot.part.with_name(f"{slot.part.name}.json"))
        for path in paths:
            path.symlink_to(other)
    with slot_of("https://a.org/x.csv", tmp_path) as slot:
        slot.made(".csv")
        assert [path.is_symlink() for path in paths] == [False] * 4
    assert other.read_bytes() == b"somebody else's"


def test_the_lock_of_a_file_is_free_again_afterwards(tmp_path):
    for _ in range(2):
        with target_lock(tmp_path / "a.csv", tmp_path):
            pass
    assert len(list(tmp_path.iterdir())) == 1
