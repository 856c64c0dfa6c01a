"""A fetch that is killed leaves no half file and goes on in the next; two at once do not disturb each other."""

from __future__ import annotations

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


def child(project, server, moment):
    """Start a fetch in a process of its own."""
    words = [sys.executable, str(CHILD), str(project), server.url, moment]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("moment", DEADLY)
def test_a_killed_fetch_leaves_no_half_file_and_the_next_goes_on(moment, desk, server):
    server.file("/a.csv", TABLE, etag='"1"')
    project = desk.project("a.csv", "/a.csv")
    killed = child(project, server, moment)
    said, _ = killed.communicate(timeout=60)
    assert killed.returncode == -9, said
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


def test_two_at_once_give_one_whole_file_and_one_whole_lock(desk, server):
    server.file("/a.csv", TABLE, etag='"1"')
    project = desk.project("a.csv", "/a.csv")
    both = [child(project, server, "never") for _ in range(2)]
    said = [each.communicate(timeout=60)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert (desk.cases / "a.csv").read_bytes() == TABLE
    assert desk.names() == ["a.csv"]
    assert read_lock(desk.data / "sources.lock")["case/a.csv"].bytes == len(TABLE)
    assert not [asked for asked in server.asked if "range" in asked.headers]


def test_two_projects_of_a_folder_keep_each_others_entries(desk, server):
    server.file("/a.csv", TABLE)
    server.file("/b.csv", TABLE)
    first = desk.project("a.csv", "/a.csv").rename(desk.data / "first.toml")
    second = desk.project("b.csv", "/b.csv").rename(desk.data / "second.toml")
    both = [child(project, server, "never") for project in (first, second)]
    said = [each.communicate(timeout=60)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert list(read_lock(desk.data / "sources.lock")) == ["case/a.csv", "case/b.csv"]
