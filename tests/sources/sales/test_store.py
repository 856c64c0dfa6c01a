"""Files of sales parsed into a store: layouts, changes, the cache, bad files."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date

import pytest

from siteprior.core.errors import InputError, OutputError
from siteprior.sources.sales.parsing import KEPT
from siteprior.sources.sales.store import CONTENTS, sales_store


def contents(*paths, **options):
    """Return the sales by identifier, the issues as (type, field, value, action), and the provenance."""
    with sales_store(paths, **options) as store, store.query() as connection:
        rows = connection.execute(f"SELECT {', '.join(KEPT)} FROM {store.sql} ORDER BY transaction").fetchall()
        issues = [(i["issue_type"], i["field"], i["value"], i["action"]) for i in store.issues]
        return {row[0]: row[1:] for row in rows}, issues, store.provenance


def test_the_published_letters_become_words(published, sale):
    path = published(
        sale("1a", 250_000, kind="D"),
        sale("1B", 99_950, "1995-01-31 00:00", "wv11aa", "F", "Y", "L", "B"),
        sale("1C", tenure="U", kind="O", postcode=""),
    )
    sales, issues, (origin,) = contents(path, files=["2024"])
    assert sales == {
        "1A": (250_000, date(2024, 5, 1), "B1 1AA", "detached", "no", "freehold", "A"),
        "1B": (99_950, date(1995, 1, 31), "WV1 1AA", "flat", "yes", "leasehold", "B"),
        "1C": (250_000, date(2024, 5, 1), None, "other", "no", None, "A"),
    }
    assert issues == []
    assert (origin.file, origin.role, origin.rows, origin.publisher) == ("2024", "sales", 3, "HM Land Registry")


def test_street_and_number_never_reach_the_disk(published, sale, tmp_path):
    with sales_store([published(sale())], cache=tmp_path / "cache") as store, store.query() as connection:
        described = connection.execute(f"DESCRIBE SELECT * FROM {store.sql}").fetchall()
        assert not {row[0] for row in described} & {"paon", "saon", "street", "locality"}
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert b"SECRET" not in kept
    assert b"FLAT 3" not in kept


def test_a_header_names_the_columns_in_any_order(published):
    path = published(
        "Deed Date,Price Paid,unique_id,Property Type,Old/New,postcode",
        '01/05/2024,"£250,000",{1A},Flat-maisonette,1.0,B1 1AA',
        "2024-05-02,250000.0,1B,semi-detached,N,B1 1AA",
    )
    sales, issues, _ = contents(path)
    assert sales == {
        "1A": (250_000, date(2024, 5, 1), "B1 1AA", "flat", "yes", None, None),
        "1B": (250_000, date(2024, 5, 2), "B1 1AA", "semi-detached", "no", None, None),
    }
    assert [(kind, field) for kind, field, *_ in issues] == [("missing value", "tenure"), ("missing value", "category")]


def test_changes_are_applied_in_the_order_of_the_files(published, sale):
    year = published(sale("1A", 1), sale("1B", 2), sale("1C", 3), sale("1D", 4), name="2024.csv")
    may = published(sale("1B", 22, status="C"), sale("1C", 0, status="D"), sale("1E", 5), name="may.csv")
    june = published(
        sale("1B", 222, status="C"), sale("1C", 33), sale("1E", 0, status="D"), sale("1A", 11),
        sale("9C", 9, status="C"), sale("9D", 9, status="D"), name="june.csv",
    )  # fmt: skip
    sales, issues, origins = contents(year, may, june)
    assert {key: row[0] for key, row in sales.items()} == {"1A": 11, "1B": 222, "1C": 33, "1D": 4, "9C": 9}
    assert issues == [
        ("unknown entity", "transaction", "1 sale: 9D", "deleted, but not in the files before: nothing to delete"),
        ("unknown entity", "transaction", "1 sale: 9C", "changed, but not in the files before: added as they stand"),
        ("reference values are not unique", "transaction", "1 sale: 1A", "stand more than once: the last counts"),
    ]
    assert [origin.rows for origin in origins] == [1, 0, 4]
    other, issues, _ = contents(june, may, year)
    assert {key: row[0] for key, row in other.items()} == {"1A": 1, "1B": 2, "1C": 3, "1D": 4, "1E": 5, "9C": 9}
    assert [value for *_, value, _ in issues] == ["2 sales: 1E, 9D", "2 sales: 1B, 9C", "2 sales: 1A, 1B"]


def test_of_a_sale_twice_in_one_file_the_last_line_counts(published, sale):
    lines = [sale(f"{n:X}", n) for n in range(3000)]
    sales, issues, _ = contents(published(*lines, sale("7", 777), *lines[100:200]))
    assert sales["7"][0] == 777
    assert len(sales) == 3000
    assert [value for *_, value, _ in issues] == ["101 sales: 64, 65, 66, …"]


def test_what_cannot_be_read_is_counted_not_guessed(published, sale):
    path = published(
        sale("1A"), sale("1B", "a lot"), sale("1C", day="2024-02-30 00:00"), sale("1D", ""), sale("1E", day=""),
        sale(""), sale("1F", kind="X", new="?", category="Z", tenure="Q", status="M"), "one,cell,too,few",
        sale("1G", -5), sale("1H", "nan"),
    )  # fmt: skip
    sales, issues, (origin,) = contents(path)
    assert sales == {
        "1A": (250_000, date(2024, 5, 1), "B1 1AA", "terraced", "no", "freehold", "A"),
        "1F": (250_000, date(2024, 5, 1), "B1 1AA", None, None, None, None),
    }
    assert origin.rows == 2
    told = {(kind, field): value for kind, field, value, _ in issues}
    assert told.pop(("invalid category value", "(line)")) == "lines: 1"
    assert told == {
        ("unknown entity - missing reference", "transaction"): "1 sale",
        ("invalid integer", "price"): "3 sales: 1B a lot, 1G -5, 1H nan",
        ("invalid date", "transfer_date"): "1 sale: 1C 2024-02-30 00:00",
        ("missing value", "price"): "1 sale: 1D",
        ("missing value", "transfer_date"): "1 sale: 1E",
        ("invalid category value", "property_type"): "1 sale: 1F X",
        ("invalid flag", "new_build"): "1 sale: 1F ?",
        ("invalid category value", "tenure"): "1 sale: 1F Q",
        ("invalid category value", "category"): "1 sale: 1F Z",
        ("invalid category value", "status"): "1 sale: 1F M",
    }


def test_packed_files_and_odd_names_are_opened(published, sale, tmp_path):
    plain = published(sale(), name="what [2024]*?.csv")
    packed = tmp_path / "pp.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    with zipfile.ZipFile(tmp_path / "pp.zip", "w") as archive:
        archive.writestr("in/pp.csv", sale("2A"))
    assert set(contents(plain)[0]) == set(contents(packed)[0]) == {"1A"}
    assert set(contents(f"{tmp_path}/pp.zip!in/pp.csv", plain)[0]) == {"1A", "2A"}


def test_the_cache_is_found_again_and_never_trusted(published, sale, tmp_path):
    cache = tmp_path / "cache"
    path = published(sale("1A", "x"), sale("1B"), sale("1C", status="C"))
    first = contents(path, cache=cache, files=["a"])
    (place,) = cache.iterdir()
    stamp = (place / CONTENTS).stat().st_mtime_ns
    again = contents(path, cache=cache, files=["b"])
    assert again[:2] == first[:2]
    assert again[2][0].file == "b"
    assert (place / CONTENTS).stat().st_mtime_ns == stamp

    whole = (place / "0.parquet").read_bytes()
    told = (place / CONTENTS).read_text()
    for spoil in (
        lambda: (place / "0.parquet").write_bytes(whole[:-9]),
        lambda: (place / "0.parquet").write_bytes(whole.replace(b"1C", b"1D")),
        lambda: (place / "0.parquet").unlink(),
        lambda: (place / CONTENTS).write_text(told[:-3]),
        lambda: (place / CONTENTS).write_text("[]"),
        lambda: (place / CONTENTS).write_text(json.dumps({**json.loads(told), "rows": None})),
        lambda: (place / CONTENTS).unlink(),
    ):
        spoil()
        assert contents(path, cache=cache, files=["a"]) == first
        assert (place / CONTENTS).read_text() == told
        assert list(cache.iterdir()) == [place]


def test_another_order_or_file_is_another_store(published, sale, tmp_path):
    cache = tmp_path / "cache"
    one, two = published(sale("1A", 1), name="1"), published(sale("1A", 2), name="2")
    for paths, price in (((one, two), 2), ((two, one), 1), ((one,), 1)):
        assert contents(*paths, cache=cache)[0]["1A"][0] == price
    assert len(list(cache.iterdir())) == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the file is empty"),
        ("\n \n", "holds no row"),
        ("<!DOCTYPE html>\n<html><body>Error 404</body></html>\n", "it is a web page or XML"),
        ("a,b,c\n1,2,3\n", "is no file of sales: its first row has 3 cells: a, b, c"),
        ("transaction,price,postcode\n1,2,3\n", "lacks the columns transfer_date, property_type"),
        ("transaction,price,price,transfer_date,postcode,property_type\n", "more than one column price"),
        ("transaction,price,transfer_date,postcode,property_type\n", "pp: no row can be read as a sale; download"),
        ("transaction,price,transfer_date,postcode,property_type\n1,2\n", "as a sale: Expected Number of Columns: 5"),
        ('"1","2024-01-01","x"' + ',"y"' * 13 + "\n", "is no file of sales"),
    ],
)
def test_what_is_no_file_of_sales_is_refused(published, content, says):
    path = published()
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        contents(path, files=["pp"])


def test_a_street_in_another_encoding_costs_no_sale(published, sale):
    path = published()
    path.write_bytes(sale().replace("SECRET", "CAFÉ").encode("cp1252"))
    assert set(contents(path)[0]) == {"1A"}
    path.write_bytes(sale().encode("utf-8-sig"))
    assert set(contents(path)[0]) == {"1A"}
    path.write_bytes(sale().encode("utf-16"))
    with pytest.raises(InputError, match="is no file of sales"):
        contents(path)


def test_every_bad_file_is_named_at_once(published, sale, tmp_path):
    good = published(sale())
    packed = tmp_path / "cut.csv.gz"
    packed.write_bytes(gzip.compress(b"x" * 10_000)[:-20])
    with pytest.raises(InputError) as raised:
        contents(tmp_path / "none.csv", good, tmp_path)
    assert [fault.partition(";")[0].rpartition(": ")[2] for fault in raised.value.faults] == [
        "there is no such file", "is a folder"
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"sales: given twice: .*pp\.csv; each file is read once"):
        contents(good, good)
    with pytest.raises(InputError, match=r"cannot be unpacked[^\n]*\n[^\n]*is no file of sales"):
        contents(packed, published("a,b", name="x.csv"))


def test_a_bad_call_is_reported(published, sale):
    path = published(sale())
    for paths, files in (([], None), ([path], []), (path, ["a", "b"])):
        with pytest.raises(InputError, match="sales: "), sales_store(paths, files=files):
            pass


def test_a_cache_that_cannot_be_written_is_reported(published, sale, tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(OutputError, match="cannot be written"):
        contents(published(sale()), cache=tmp_path / "cache")
