from __future__ import annotations

import json
import re
import subprocess
import sys

import pandas as pd
import pytest

from siteprior.core import schema
from siteprior.report.tables import write_csv

INPUT = {"publisher": "ONS", "file": "a.csv", "licence": "OGL 3.0", "attribution": "Contains ONS data."}


@pytest.fixture
def folder(tmp_path):
    """A folder with a table of sites and one nobody declared."""
    table = pd.DataFrame(
        {"rank": [1, None], "hectares": [0.5, None], "eligible": ["yes", "no"],
         "development_status": [None, "completed"],
         "end_date": [pd.Timestamp(2020, 1, 2), None], "notes": ["=1+1", None], "c_need": [0.25, None]},
        index=pd.Index(["E1:a", "E1:b"], name="site_id"),
    ).astype({"rank": "Int64"})  # fmt: skip
    write_csv(tmp_path / "ranking.csv", table.assign(illustrative="yes"))
    write_csv(tmp_path / "own.csv", pd.DataFrame({"x": [1]}))
    return tmp_path


def validate(folder):
    """Validate with the standard's own library, in a process of its own; return its flat list of errors."""
    script = (
        "import sys, json, frictionless; report = frictionless.validate(sys.argv[1]); "
        "print(json.dumps(report.flatten(['type', 'rowNumber', 'fieldName', 'note'])))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, "datapackage.json"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_each_table_is_a_resource_and_each_column_a_field_with_type_title_unit_and_values(folder):
    need = schema.Column("c_need", "number", "Score from need", "Part of the score", "0–1")
    package = schema.datapackage(folder, title="Two Towns", illustrative=True, inputs=[INPUT, INPUT], columns=[need])
    assert (package["name"], package["title"], package["profile"]) == ("two-towns", "Two Towns", "tabular-data-package")
    assert "not real sites" in package["description"]
    assert package["sources"] == [{"title": "ONS", "licence": "OGL 3.0", "attribution": "Contains ONS data."}]
    own, ranking = package["resources"]
    assert (own["path"], own["schema"]["fields"]) == ("own.csv", [{"name": "x", "type": "any"}])
    assert (ranking["path"], ranking["encoding"], ranking["schema"]["primaryKey"]) == (
        "ranking.csv",
        "utf-8",
        ["site_id"],
    )
    assert ranking["schema"]["missingValues"] == [""]
    fields = {field["name"]: field for field in ranking["schema"]["fields"]}
    assert list(fields)[:2] == ["site_id", "rank"]
    assert [field["type"] for field in fields.values()] == [
        "string", "integer", "number", "boolean", "string", "date", "string", "number", "boolean",
    ]  # fmt: skip
    assert fields["hectares"] == {
        "name": "hectares", "type": "number", "title": "Hectares", "description": "Site area as registered",
        "unit": "ha", "source": "brownfield-land specification, planning.data.gov.uk",
    }  # fmt: skip
    assert fields["development_status"]["constraints"] == {"enum": ["under construction", "completed"]}
    assert fields["eligible"]["trueValues"] == ["yes"]
    assert fields["c_need"]["title"] == "Score from need"


def test_the_description_is_valid_by_the_standard_and_finds_a_changed_value(folder):
    schema.write_datapackage(folder, title="Two towns")
    assert validate(folder) == []
    file = folder / "ranking.csv"
    file.write_text(file.read_text().replace("completed", "Completed").replace("0.5", "half"))
    assert {(error[0], error[2]) for error in validate(folder)} == {
        ("constraint-error", "development_status"), ("type-error", "hectares"),
    }  # fmt: skip


def test_a_table_that_begins_with_a_byte_order_mark_says_so_and_is_valid(folder):
    file = folder / "ranking.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    own, ranking = schema.datapackage(folder, title="Two towns")["resources"]
    assert (own["encoding"], ranking["encoding"]) == ("utf-8", "utf-8-sig")
    assert ranking["schema"]["fields"][0]["name"] == "site_id"
    assert ranking["schema"]["primaryKey"] == ["site_id"]
    schema.write_datapackage(folder, title="Two towns")
    assert validate(folder) == []


def test_the_same_folder_gives_the_same_bytes_and_text_of_any_alphabet_stays(folder):
    first = schema.write_datapackage(folder, title="Tŷ Gwyn", inputs=[INPUT]).read_bytes()
    assert schema.write_datapackage(folder, title="Tŷ Gwyn", inputs=[INPUT]).read_bytes() == first
    assert "Tŷ Gwyn".encode() in first
    assert first.endswith(b"}\n")


@pytest.fixture
def with_parquet(folder):
    """The folder with all rows of the ranking in Parquet, beside those of the shortlist."""
    whole = pd.DataFrame(
        {"site_id": ["E1:a", "E1:b"], "rank": pd.array([1, None], "Int64"), "eligible": ["yes", "no"],
         "end_date": [pd.Timestamp(2020, 1, 2), None], "hectares": [0.5, None]}
    )  # fmt: skip
    whole.to_parquet(folder / "ranking.parquet", index=False)
    return folder


def test_a_parquet_file_is_a_resource_with_the_same_fields_and_the_package_is_no_tabular_one(with_parquet):
    package = schema.datapackage(with_parquet, title="England")
    _, part, whole = package["resources"]
    assert package["profile"] == "data-package"
    assert (whole["name"], whole["path"], whole["format"]) == ("ranking-all", "ranking.parquet", "parquet")
    assert whole["schema"]["primaryKey"] == ["site_id"]
    of_part = {field["name"]: field for field in part["schema"]["fields"]}
    assert whole["schema"]["fields"] == [
        of_part[name] for name in ("site_id", "rank", "eligible", "end_date", "hectares")
    ]
    assert part["description"] == f"{whole['description']} Here are those of the shortlist; ranking.parquet has all."


def test_each_description_is_a_sentence(folder):
    (folder / "own.csv").unlink()
    for name in schema.CSV_TABLES:
        (folder / f"{name}.csv").write_text("site_id", encoding="utf-8")
        pd.DataFrame({"site_id": ["E1:a"]}).to_parquet(folder / f"{name}.parquet")
    described = schema.datapackage(folder, title="England")["resources"]
    assert len(described) == 2 * len(schema.CSV_TABLES)
    for each in described:
        assert re.fullmatch(r"[A-Z].*[^.,;:]\.", each["description"]), each["description"]
        assert not re.search(r"[.,;:][.,;:]", each["description"]), each["description"]


def test_a_package_with_parquet_is_a_data_package_by_the_standard_with_each_name_once(with_parquet):
    schema.write_datapackage(with_parquet, title="England")
    script = (
        "import frictionless; package = frictionless.Package('datapackage.json'); package.to_descriptor(validate=True);"
        "print([(each.name, each.format, len(each.schema.fields)) for each in package.resources])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=with_parquet, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[('own', 'csv', 1), ('ranking', 'csv', 9), ('ranking-all', 'parquet', 5)]"
