"""What arrived, looked into: how files begin, web pages, messages of faults."""

from __future__ import annotations

import pytest

from siteprior.sources.fetch.client import Refused
from siteprior.sources.fetch.content import FIRST_BYTES, LONGEST_MESSAGE, is_page, quoted, refuse_other_kind
from sources.fetch.publisher_server import zipped

WORKBOOK = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})

REPORT = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE ServiceExceptionReport SYSTEM "http://schemas.opengis.net/wms/1.1.1/exception_1_1_1.dtd">
<ServiceExceptionReport version="1.1.1"><ServiceException code="LayerNotDefined"><![CDATA[
no such layer ]]></ServiceException></ServiceExceptionReport>"""


@pytest.mark.parametrize("ending", FIRST_BYTES)
def test_each_ending_is_known_by_its_first_bytes(ending, tmp_path):
    for begins in FIRST_BYTES[ending]:
        whole = WORKBOOK if ending in (".xlsx", ".xlsm") else begins + b"rest"
        (tmp_path / "a").write_bytes(whole)
        refuse_other_kind(tmp_path / "a", ending.upper())
    (tmp_path / "a").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(Refused, match=f"what came is no {ending} file"):
        refuse_other_kind(tmp_path / "a", ending)


@pytest.mark.parametrize(
    ("body", "ending", "says"),
    [
        (b"", ".csv", "is empty"),
        (b"\n<!DOCTYPE html>", ".gml", "a web page came"),
        (b"<?xml version='1.0'?><html>", ".gml", "a web page came"),
        (b'{"message": "no"}', ".csv", "JSON came instead of the table"),
        (b'{"message": "no"}', ".geojson", "the message of a fault"),
        (REPORT, ".csv", "the service reports a fault instead of the file: no such layer"),
        (REPORT, ".geojson", "the service reports a fault instead of the file: no such layer"),
        (REPORT, ".gml", "the service reports a fault instead of the file: no such layer"),
        (REPORT.decode().encode("utf-16"), ".csv", "the service reports a fault"),
        (b"<ows:ExceptionReport><ows:Exception/></ows:ExceptionReport>", ".xml", "it gives no reason"),
        (b"<?xml version='1.0'?><Error><Message>Denied</Message></Error>", ".csv", "instead of the file: Denied"),
        (b"<gml:Feature/>", ".csv", r"XML came instead of a \.csv file"),
        (b"<gml:Feature/>", ".json", r"XML came instead of a \.json file"),
        (b"\x89PNG\r\n\x1a\n", ".csv", r"a picture \(PNG\) came instead of a \.csv file"),
        (b"\xff\xd8\xff\xe0", ".geojson", r"a picture \(JPEG\)"),
        (b"%PDF-1.7\n", ".csv", "a PDF document came"),
        (b"%PDF-1.7\n", ".gml", "a PDF document came"),
        (WORKBOOK, ".csv", "a zip or a workbook came"),
        (b"x.csv".ljust(257, b"\0") + b"ustar\x0000", ".csv", "a tar archive came"),
        (b"code,name\n1,2\n", ".geojson", r"no JSON, which a \.geojson file is"),
        (b"Service temporarily unavailable\n", ".csv", "a line of text came instead of a table: Service temporarily"),
        (b"Bad \x1b[31m gateway", ".csv", r"Bad \\x1b\[31m gateway"),
        (zipped({"a.csv": b"a,b"}), ".xlsx", r"a zip, but no \.xlsx workbook"),
        (b"PK\x03\x04", ".xlsm", r"a zip, but no \.xlsm workbook"),
    ],
)
def test_what_is_no_file_of_its_ending_is_refused(body, ending, says, tmp_path):
    (tmp_path / "a").write_bytes(body)
    with pytest.raises(Refused, match=says):
        refuse_other_kind(tmp_path / "a", ending)


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (b"<html>", ".html"),
        (b"<?xml version='1.0'?><gml:Feature/>", ".gml"),
        (b'{"type": "FeatureCollection", "features": [], "error": null}', ".geojson"),
        (b"{odd},b\n1,2", ".csv"),
        (b"postcode\nB1 1AA\n", ".csv"),
        (b"a|b", ".csv"),
        (b"<5 years,b\n1,2", ".csv"),
        (b"Service temporarily unavailable", ".txt"),
        (b"\xef\xbb\xbf\n [1, 2]", ".json"),
        (b"<?xml version='1.0'?><gml:Errors/>", ".gml"),
        (b'{"message": "' + b"x" * LONGEST_MESSAGE + b'"}', ".geojson"),
    ],
)
def test_what_only_looks_like_it_is_taken(body, ending, tmp_path):
    (tmp_path / "a").write_bytes(body)
    refuse_other_kind(tmp_path / "a", ending)


def test_what_the_server_calls_a_page_is_one():
    assert is_page("application/xhtml+xml")
    assert not is_page("")


def test_no_word_of_a_quote_is_cut():
    assert quoted(f"{'word ' * 39}s3cretkey1 more") == f"{'word ' * 39}…"  # 195 signs and a key that would be cut
    assert quoted("x" * 300) == "…"
    assert quoted("x" * 200) == "x" * 200
    assert quoted(f"{'x' * 200} y") == f"{'x' * 200} …"
