"""What a file of sales is found to be: the published form, a table with a header, or nothing of the kind."""

from __future__ import annotations

import gzip
import zipfile

import pytest

from siteprior.core.errors import InputError
from siteprior.core.io.duckdb_session import database
from siteprior.sources.sales.layout import (
    HEAD_ROWS,
    PUBLISHED,
    SALE_HEADERS,
    SALE_NEEDS,
    floor_layout,
    sales_layout,
    unpacked,
)


def rows_read(layout):
    """Return the rows the engine reads by a layout, as tuples of text."""
    with database(layout.path.parent, memory_limit_mb=100, reads=[layout.path]) as connection:
        return connection.execute(f"SELECT * FROM {layout.rows}").fetchall()


def test_the_published_file_has_sixteen_columns_in_the_order_of_its_publisher(published, sale):
    layout = sales_layout(published(sale("1A")), "pp")
    assert (layout.width, layout.header) == (16, 0)
    # HM Land Registry, How to access Price Paid Data: the price is the 2nd column, the record status the 16th
    assert {name: layout.at[name] + 1 for name in ("transaction", "price", "transfer_date", "postcode")} == {
        "transaction": 1, "price": 2, "transfer_date": 3, "postcode": 4,
    }  # fmt: skip
    assert [layout.at[name] + 1 for name in ("property_type", "new_build", "tenure", "category", "status")] == [
        5, 6, 7, 15, 16,
    ]  # fmt: skip
    assert set(layout.at) == set(SALE_HEADERS) <= set(PUBLISHED)
    ((row),) = rows_read(layout)
    assert row[:5] == ("{1A}", "250000", "2024-05-01 00:00", "B1 1AA", "T")


def test_a_header_is_found_in_any_spelling_and_order(published):
    path = published(
        "Property_Type,  DATE of Transfer ,tuid,postcode,ward,Price (GBP)", "T,2024-05-01,1A,B1 1AA,Aston,1"
    )
    layout = sales_layout(path, "pp")
    assert (layout.width, layout.header) == (6, 1)
    assert layout.at == {"property_type": 0, "transfer_date": 1, "transaction": 2, "postcode": 3, "price": 5}
    assert rows_read(layout) == [("T", "2024-05-01", "1A", "B1 1AA", "Aston", "1")]


@pytest.mark.parametrize("blank", ["", "  ", ",,,,"])
def test_blank_lines_before_the_header_are_no_rows(published, blank):
    path = published(blank, blank, "transaction,price,transfer_date,postcode,property_type", "1A,1,2024-05-01,B1 1AA,T")
    layout = sales_layout(path, "pp")
    assert (layout.header, layout.at["price"]) == (3, 1)
    assert rows_read(layout) == [("1A", "1", "2024-05-01", "B1 1AA", "T")]


def test_a_header_over_two_lines_is_one(published):
    path = published('transaction,"price', 'paid",transfer_date,postcode,property_type', "1A,1,2024-05-01,B1 1AA,T")
    layout = sales_layout(path, "pp")
    assert (layout.header, layout.at["price"]) == (1, 1)
    assert rows_read(layout) == [("1A", "1", "2024-05-01", "B1 1AA", "T")]


def test_a_broken_first_line_does_not_hide_the_published_form(published, sale):
    broken = "half a line"
    assert sales_layout(published(broken, sale("1A")), "pp").header == 0
    many = published(*[broken] * HEAD_ROWS, sale("1A"))
    with pytest.raises(InputError, match="its first row has 1 cells: half a line"):
        sales_layout(many, "pp")


def test_the_message_names_what_was_found_and_what_is_wanted(published):
    with pytest.raises(InputError) as caught:
        sales_layout(published("a,b", "1,2"), "pp 2024")
    (fault,) = caught.value.faults
    assert fault.startswith("pp 2024: is no file of sales: its first row has 2 cells: a, b; give Price Paid Data")
    assert fault.endswith(f"header names {', '.join(SALE_NEEDS)}")
    with pytest.raises(InputError, match=r"first row has 1 cells: x{200}…; give"):
        sales_layout(published("x" * 300), "pp")


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("transaction,price", "f: lacks the columns floor_area_m2; its first row has 2 cells: transaction, price"),
        ("tfarea,Total floor area,tuid", None),
        ("tuid,tfarea,tfarea", "f: has more than one column tfarea; keep the one that is meant"),
    ],
)
def test_a_table_of_floor_areas_names_the_transaction_and_the_area(published, header, says):
    path = published(header, "1,2,3")
    if says is None:
        layout = floor_layout(path, "f")
        assert (layout.width, layout.at["transaction"]) == (3, 2)
        assert layout.at["floor_area_m2"] in (0, 1)
    else:
        with pytest.raises(InputError, match=says):
            floor_layout(path, "f")


def test_a_packed_file_is_unpacked_whole_and_a_plain_one_stays_where_it_is(published, sale, tmp_path):
    plain = published(sale("1A"))
    assert unpacked(plain, tmp_path, number=7) == plain
    packed = tmp_path / "PP.CSV.GZ"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    out = unpacked(packed, tmp_path, number=7)
    assert (out.name, out.read_bytes()) == ("unpacked-7.csv", plain.read_bytes())
    with zipfile.ZipFile(tmp_path / "pp.zip", "w") as archive:
        archive.writestr("a/pp.csv", plain.read_bytes())
    member = unpacked(f"{tmp_path}/pp.zip!a/pp.csv", tmp_path, number=8)
    assert (member.name, member.read_bytes()) == ("unpacked-8.csv", plain.read_bytes())


def test_an_empty_or_missing_file_is_refused_with_the_fix(published, tmp_path):
    with pytest.raises(InputError, match="the file is empty; replace it or take it out of the project"):
        unpacked(published(), tmp_path, number=1)
    with pytest.raises(InputError, match=r"none\.csv"):
        unpacked(tmp_path / "none.csv", tmp_path, number=1)


def test_a_carriage_return_alone_ends_a_line_and_no_sale_is_lost(published, sale, tmp_path):
    whole = published(*(sale(f"{n}A") for n in range(9))).read_bytes()
    (tmp_path / "unpacked").mkdir()
    for number, (name, data) in enumerate({
        "returns.csv": whole.replace(b"\r\n", b"\n").replace(b"\n", b"\r"),
        "first.csv": whole.replace(b"\r\n", b"\n").replace(b"\n", b"\r", 1),
        "blank.csv": b"\r" + whole.replace(b"\r\n", b"\n"),
        "packed.csv.gz": gzip.compress(whole.replace(b"\r\n", b"\n").replace(b"\n", b"\r", 3)),
    }.items()):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        plain = unpacked(tmp_path / name, tmp_path / "unpacked", number=number)
        rows = [row for row in rows_read(sales_layout(plain, "pp")) if row[0]]
        assert [row[0] for row in rows] == [f"{{{n}A}}" for n in range(9)], name
