"""A key in no form in any text or log."""

from __future__ import annotations

import logging
from urllib.parse import quote, quote_plus, urlencode

import hypothesis.strategies as st
import pytest
import requests
from hypothesis import assume, example, given

from siteprior.sources.fetch.client import Client
from siteprior.sources.fetch.keys import HiddenKeys
from sources.fetch.publisher_server import Answer

KEY = "s3 cr/e+t&é<"


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        quote(KEY),
        quote(KEY, safe=""),
        quote(KEY, safe="+&"),
        quote_plus(KEY),
        quote_plus(KEY).lower(),
        quote(quote(KEY, safe=""), safe=""),
        urlencode({"a": KEY}).partition("=")[2],
        "s3+cr/e+t&é<",
        "s3 cr/e+t&amp;é&lt;",
        r"s3 cr\/e+t\u0026\u00e9\u003c",
    ],
)
def test_a_key_is_hidden_in_every_form(form):
    assert HiddenKeys([KEY]).hide(f"a ({form}) b") == "a (HIDDEN) b"


@example(key="s3t%", safe="")
@given(key=st.text(min_size=4, max_size=12), safe=st.text(max_size=4))
def test_any_key_is_hidden_however_it_is_written(key, safe):
    assume(key.strip() and key not in "aHIDDENb")
    for write in (quote, quote_plus):
        try:
            written = write(key, safe=safe)
        except UnicodeEncodeError:  # half a sign
            assume(False)
        assert HiddenKeys([key]).hide(f"a{written}b") == "aHIDDENb"


def test_the_longest_of_several_keys_is_hidden_whole():
    assert HiddenKeys(["abcd", "abcdef", "", " "]).hide("abcdef, abcd") == "HIDDEN, HIDDEN"
    assert HiddenKeys([]).hide("https://e.org/?token=zz") == "https://e.org/?token=HIDDEN"


def test_no_library_logs_a_key(server, caplog):
    caplog.set_level(logging.DEBUG)
    server.plays["/s3cret/a"] = lambda _: Answer(200, b"x")
    with Client(keys=["s3cret"]) as client:
        client.get(f"{server.url}/s3cret/a?x=s3c%72et")
        logging.getLogger("urllib3.connectionpool").warning("Failed to parse headers (url=%s)", "/s3cret/a")
    assert "HIDDEN/a" in caplog.text
    assert "s3cret" not in caplog.text
    caplog.clear()
    requests.get(f"{server.url}/s3cret/a", timeout=5)  # the logs are as they were
    assert "s3cret" in caplog.text
