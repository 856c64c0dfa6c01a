"""The HTTP client: mirrors, keys in no text, waits, and no key to another host."""

from __future__ import annotations

import tracemalloc

import pytest
import requests

from siteprior.core import unpacking
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.sources.fetch.client import Client, Refused, reason_of, status_reason
from sources.fetch.publisher_server import Answer


@pytest.fixture
def client():
    with Client() as client:
        yield client


@pytest.mark.parametrize(
    ("mirror", "asked"),
    [
        ("", "https://data.example.org:444/a/b?x=1&y=/z"),
        ("https://m.example.org", "https://m.example.org/a/b?x=1&y=/z"),
        ("https://m.example.org/", "https://m.example.org/a/b?x=1&y=/z"),
        ("https://m.example.org/of/{host}", "https://m.example.org/of/data.example.org:444/a/b?x=1&y=/z"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/a/b?x=1&y=/z"),
    ],
)
def test_a_mirror_replaces_scheme_and_host_and_nothing_else(mirror, asked):
    with Client(mirror=mirror) as client:
        assert client.address("https://data.example.org:444/a/b?x=1&y=/z") == asked


def test_a_mirror_that_sends_on_within_itself_is_left_alone():
    with Client(mirror="https://m.example.org/data") as client:
        assert client.address("https://m.example.org/other/a.csv") == "https://m.example.org/other/a.csv"


@pytest.mark.parametrize(
    "mirror", ["http://example.org", "example.org", "ftp://a.b", "https://me:pw@example.org", "{host}"]
)
def test_a_mirror_that_may_not_be_asked_is_refused(mirror):
    with pytest.raises(InputError, match="is no address to fetch from"):
        Client(mirror=mirror)


def test_keys_are_hidden_as_they_are_and_as_addresses_write_them():
    with Client(keys=["a b/c+d", ""]) as client:
        text = client.hide("GET /a%20b%2Fc%2Bd/x, a b/c+d, https://e.org/?token=zz")
    assert text == "GET /HIDDEN/x, HIDDEN, https://e.org/?token=HIDDEN"


def test_a_fault_is_asked_again_until_the_tries_are_used_up(client, server, waits):
    server.status("/a", 503)
    assert client.get(f"{server.url}/a").status_code == 503
    assert (len(server.asked), waits) == (client.tries, [0, 2, 4, 8])


def test_a_wait_the_server_states_is_kept_and_one_that_cannot_be_read_is_not(client, server, waits):
    server.file("/a", b"x")
    server.status("/a", 429, times=1, after="3")
    client.get(f"{server.url}/a")
    server.status("/a", 503, times=1, after="soon")
    client.get(f"{server.url}/a")
    assert waits == [3, 0]


def test_a_server_out_of_reach_is_asked_again(client, monkeypatch, waits):
    asked = []

    def refuse(self, url, **_):
        asked.append(url)
        raise requests.ConnectionError("refused")

    monkeypatch.setattr(requests.Session, "get", refuse)
    with pytest.raises(requests.ConnectionError):
        client.get("https://example.org/a")
    assert (len(asked), len(waits)) == (client.tries, client.tries - 1)


def test_where_no_host_has_answered_what_is_left_is_asked_once(client, monkeypatch, server, waits):
    answer, asked = requests.Session.get, []

    def refuse(self, url, **_):
        asked.append(url)
        raise requests.ConnectionError("refused")

    files = load_parameters("fetch").integer("unanswered_files")
    with monkeypatch.context() as patch:
        patch.setattr(requests.Session, "get", refuse)
        for number in range(files):
            assert not client.out_of_reach
            with pytest.raises(requests.ConnectionError):
                client.get(f"https://example.org/{number}")
        assert client.out_of_reach
        asked.clear(), waits.clear()
        with pytest.raises(requests.ConnectionError):
            client.get("https://example.org/last")
        assert (asked, waits) == (["https://example.org/last"], [])
    assert requests.Session.get is answer
    server.status("/a", 503, times=1)
    client.get(f"{server.url}/a")
    assert not client.out_of_reach  # whoever is asked after that is asked again as before
    assert len(waits) == 1


@pytest.mark.parametrize("fault", [requests.exceptions.SSLError, requests.exceptions.ProxyError])
def test_what_no_second_try_mends_is_asked_once(fault, client, monkeypatch, waits):
    def refuse(self, url, **_):
        raise fault("no")

    monkeypatch.setattr(requests.Session, "get", refuse)
    with pytest.raises(fault):
        client.get("https://example.org/a")
    assert waits == []


def test_headers_go_to_the_first_host_alone(client, server):
    other = server.url.replace("127.0.0.1", "localhost")
    server.redirect("/a", f"{other}/b")
    server.redirect("/b", "/c")
    server.file("/c", b"x")
    client.get(f"{server.url}/a", headers={"X-Key": "s3cret", "Range": "bytes=0-"})
    assert [(each.headers.get("x-key"), each.headers.get("range")) for each in server.asked] == [
        ("s3cret", "bytes=0-"), (None, "bytes=0-"), (None, "bytes=0-"),
    ]  # fmt: skip


def test_headers_go_to_no_other_host_where_one_mirror_stands_for_all(server):
    server.redirect("/a", "https://data.example.org/b")
    server.redirect("/b", "/c")
    server.redirect("/c", "https://other.example/d")
    server.redirect("/d", "https://data.example.org/e")
    server.file("/e", b"x")
    with Client(mirror=server.url) as client:
        client.get("https://data.example.org/a", headers={"X-Key": "s3cret", "Range": "bytes=0-"})
    assert [(each.path, each.headers.get("x-key")) for each in server.asked] == [
        ("/a", "s3cret"), ("/b", "s3cret"), ("/c", "s3cret"), ("/d", None), ("/e", None),
    ]  # fmt: skip
    assert server.asked[-1].headers["range"] == "bytes=0-"


def test_no_more_of_an_answer_is_unpacked_than_may_be(client, server):
    server.gzip("/a", b" " * 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match=r"larger than 0\.0001 GB; if that is right, raise --max-gb"):
            client.answer(f"{server.url}/a", limit=100_000)
        assert tracemalloc.get_traced_memory()[1] < 45_000_000
    finally:
        tracemalloc.stop()


def test_an_answer_that_unpacks_to_many_times_its_size_is_refused(client, server, monkeypatch):
    class Strict:
        def number(self, name):
            return {"ratio_free_mb": 1, "ratio_limit": 200}[name]

    monkeypatch.setattr(unpacking, "load_parameters", lambda _: Strict())
    server.gzip("/a", b" " * 6_000_000)
    with pytest.raises(Refused, match=r"the answer unpacks to .* times its size"):
        client.answer(f"{server.url}/a", limit=10**9)
    server.gzip("/a", b" " * 900_000)
    assert len(client.answer(f"{server.url}/a", limit=10**9).content) == 900_000


def test_a_redirect_to_less_than_https_is_refused(client, server):
    server.redirect("/a", "http://example.org/b")
    with pytest.raises(Refused, match=r"redirects to http://example\.org/b, which is not https"):
        client.get(f"{server.url}/a")


def test_an_answer_of_fault_is_a_sentence(client, server):
    server.status("/a", 404)
    with pytest.raises(Refused, match="HTTP 404: there is no such file"):
        client.answer(f"{server.url}/a", limit=10)
    server.plays["/b"] = lambda _: Answer(200, b"whole")
    answer = client.answer(f"{server.url}/b", limit=5)
    assert (answer.content, answer.text, answer.headers["content-length"]) == (b"whole", "whole", "5")
    server.cut("/b", 2, times=1)  # that it breaks off once is asked again
    assert client.answer(f"{server.url}/b", limit=5).content == b"whole"
    server.cut("/b", 2)
    with pytest.raises(Refused, match="the download broke off"):
        client.answer(f"{server.url}/b", limit=5)


def test_every_fault_in_transit_has_words():
    assert "proxy" in reason_of(requests.exceptions.ProxyError())
    assert "KeyError" in reason_of(KeyError())
    assert status_reason(418).startswith("HTTP 418: ")


@pytest.mark.parametrize(
    "mirror", ["https://m.example.org/?to=", "https://m.example.org/a#b", "https://m.example.org?"]
)
def test_a_mirror_behind_which_no_path_can_stand_is_refused(mirror):
    with pytest.raises(InputError, match=r"has a query or a fragment, behind which no path .* up to the \? or #, such"):
        Client(mirror=mirror)


def test_no_key_of_a_mirror_is_in_a_message():
    for mirror in ("https://me:s3cret@m.example.org", "https://m.example.org/?token=s3cret"):
        with pytest.raises(InputError) as raised:
            Client(mirror=mirror)
        assert "s3cret" not in str(raised.value)


@pytest.fixture
def netrc(tmp_path, monkeypatch):
    """A file of credentials for every host."""
    path = tmp_path / "netrc"
    path.write_text("default login analyst password s3cret\n", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))


@pytest.mark.usefixtures("netrc")
def test_no_credentials_are_sent_but_those_of_the_catalogue(client, server):
    server.redirect("/a", "/b")
    server.file("/b", b"x")
    client.get(f"{server.url}/a")
    client.get(f"{server.url}/b", headers={"Authorization": "Bearer own"})
    sent = [each.headers.get("authorization") for each in server.asked]
    assert sent == [None, None, "Bearer own"]


@pytest.mark.usefixtures("netrc")
def test_proxies_of_the_environment_are_asked_all_the_same(client, server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    server.plays["http://data.example.org/a"] = lambda _: Answer(200, b"by the proxy")
    assert client.session.get("http://data.example.org/a").content == b"by the proxy"
    assert "authorization" not in server.asked[-1].headers


def test_an_answer_packed_in_transit_and_cut_is_asked_for_again(client, server):
    import gzip

    whole = gzip.compress(b'{"features": []}', mtime=0)
    headers = {"Content-Encoding": "gzip"}
    bodies = [whole[:-9], whole]
    server.plays["/a"] = lambda _: Answer(200, bodies.pop(0), headers)
    assert client.answer(f"{server.url}/a", limit=1000).text == '{"features": []}'
    assert server.asked[0].headers["accept-encoding"] == "gzip, deflate"
    server.plays["/a"] = lambda _: Answer(200, b"not gzip", headers)
    with pytest.raises(Refused, match="the download is damaged; fetch again"):
        client.answer(f"{server.url}/a", limit=1000)
