"""A fetch that is killed leaves no half file and goes on in the next; two at once do not disturb each other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from siteprior.sources.fetch.fetch import fetch
from siteprior.sources.fetch.lock import read_lock
from sources.fetch.desk import case_of
from sources.fetch.killed_child import MOMENTS

CHILD = Path(__file__).with_name("killed_child.py")
TABLE = b"code,name\n" + b"".join(b"%d,place %d\n" % (at, at) for at in range(20_000))
DEADLY = [moment for moment in MOMENTS if moment != "never"]


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no fork")


@pytest.fixture(scope="module")
def forks():
    """Return what runs fetches at once, each in a process of its own, and gives their exit codes."""
    words = [sys.executable, str(CHILD)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def run(*jobs, cache):
            process.stdin.write(json.dumps([[*map(str, job), str(cache)] for job in jobs]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield run
        process.stdin.close()


@pytest.mark.parametrize("moment", DEADLY)
def test_a_killed_fetch_leaves_no_half_file_and_the_next_goes_on(moment, desk, server, forks, fetch_cache):
    server.file("/a.csv", TABLE, etag='"1"')
    project = desk.project("a.csv", "/a.csv")
    assert forks((project, server.url, moment), cache=fetch_cache) == [-9]
    target = desk.cases / "a.csv"
    placed = moment in ("before the lock", "in the lock")
    assert target.is_file() is placed
    assert not placed or target.read_bytes() == TABLE
    assert [path.name for path in desk.cases.glob("*.csv")] == (["a.csv"] if placed else [])  # no pattern finds a half
    assert not (desk.data / "sources.lock").exists()
    row = case_of(fetch(project, mirror=server.url))
    assert row["status"] == ("present" if placed else "fetched")
    assert target.read_bytes() == TABLE
    assert desk.names() == ["a.csv"]
    assert read_lock(desk.data / "sources.lock")["case/a.csv"].bytes == len(TABLE)
    asked = {"range", "if-none-match"}
    later = [asked & set(each.headers) for each in server.asked[1:]]
    goes_on = {"before a byte is written": set(), "half-way": {"range"}}
    assert later == ([] if placed else [goes_on.get(moment, {"if-none-match"})])


def test_two_at_once_give_one_whole_file_and_one_whole_lock(desk, server, forks, fetch_cache):
    server.file("/a.csv", TABLE, etag='"1"')
    project = desk.project("a.csv", "/a.csv")
    assert forks(*[(project, server.url, "never")] * 3, cache=fetch_cache) == [0, 0, 0]
    assert (desk.cases / "a.csv").read_bytes() == TABLE
    assert desk.names() == ["a.csv"]
    assert read_lock(desk.data / "sources.lock")["case/a.csv"].bytes == len(TABLE)
    assert not [asked for asked in server.asked if "range" in asked.headers]


def test_two_projects_of_a_folder_keep_each_others_entries(desk, server, forks, fetch_cache):
    server.file("/a.csv", TABLE)
    server.file("/b.csv", TABLE)
    first = desk.project("a.csv", "/a.csv").rename(desk.data / "first.toml")
    second = desk.project("b.csv", "/b.csv").rename(desk.data / "second.toml")
    both = [(project, server.url, "never") for project in (first, second)]
    assert forks(*both, cache=fetch_cache) == [0, 0]
    assert list(read_lock(desk.data / "sources.lock")) == ["case/a.csv", "case/b.csv"]


def test_a_fetch_that_is_broken_off_has_entered_the_files_that_came(desk, server, monkeypatch):
    from siteprior.sources.fetch import fetch as module

    server.file("/a.csv", TABLE)
    server.file("/b.csv", TABLE + b"x,y\n")
    project = desk.project("a.csv", "/a.csv")
    one = '{path = "case/a.csv", dataset = "own_case"}'
    text = project.read_text(encoding="utf-8")
    assert one in text
    text = text.replace(one, f'{one}, {{path = "case/b.csv", url = "{server.url}/b.csv"}}')
    project.write_text(text, encoding="utf-8")
    take = module.fetch_file

    def interrupted(client, entry, *args, **kwargs):
        if entry.path == "case/b.csv":
            raise KeyboardInterrupt
        return take(client, entry, *args, **kwargs)

    monkeypatch.setattr(module, "fetch_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(project, mirror=server.url)
    address = "https://data.example.org/a.csv"
    assert {name: each.address for name, each in read_lock(desk.data / "sources.lock").items()} == {
        "case/a.csv": address
    }
    monkeypatch.setattr(module, "fetch_file", take)
    fetch(project, mirror=server.url)
    entries = read_lock(desk.data / "sources.lock")
    assert {name: each.address for name, each in entries.items()} == {
        "case/a.csv": address, "case/b.csv": f"{server.url}/b.csv",
    }  # fmt: skip
    assert "placed by hand" not in {each.fetched for each in entries.values()}


def test_what_another_fetch_brings_meanwhile_is_not_taken_for_placed_by_hand(desk, server):
    server.file("/a.csv", TABLE)
    server.file("/b.csv", TABLE + b"x,y\n")
    other = desk.project("b.csv", "/b.csv").rename(desk.data / "other.toml")
    project = desk.project("a.csv", "/a.csv")
    text = project.read_text(encoding="utf-8")
    one = '{path = "case/a.csv", dataset = "own_case"}'
    project.write_text(text.replace(one, f'{one}, {{path = "case/b.csv", dataset = "own_case"}}'), encoding="utf-8")
    brought = []

    def watch(*_):
        if not brought:
            brought.append(fetch(other, mirror=server.url))

    table = fetch(project, mirror=server.url, watch=watch)
    row = table[table["path"] == "case/b.csv"].iloc[0]
    assert (row["status"], row["note"]) == ("present", "")
    assert read_lock(desk.data / "sources.lock")["case/b.csv"].address == "https://data.example.org/b.csv"
