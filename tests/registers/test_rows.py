"""Which records of a register's file are sites, and which columns fill which field."""

from __future__ import annotations

import datetime as dt

import pytest

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.registers.rows import clean_text, ended_date, read_rows, without_long_texts

HEADER = "SiteReference,SiteNameAddress,GeoX,GeoY,Hectares\n"


@pytest.fixture
def read(tmp_path):
    def reading(text):
        path = tmp_path / "register.csv"
        path.write_text(text)
        log = IssueLog("register.csv")
        return read_rows(path, log), log

    return reading


def actions(log):
    return [(row["row"], row["action"]) for row in log.rows]


def test_records_are_counted_by_the_spreadsheets_numbers_and_blank_ones_are_no_sites(read):
    rows, log = read(HEADER + "D1,Mill,1,2,3\n,,,,\nD2,Yard,1,2,3\n,,,,\n")
    assert rows.fields["reference"] == ["D1", "D2"]
    assert (rows.numbers, rows.counted) == ([2, 4], 2)
    assert actions(log) == [(3, "blank records hold no site (2 of them, 3 to 5)")]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("SiteReference,SiteNameAddress,GeoX,GeoY,Hectares", "the header repeated"),
        ("Mandatory,Mandatory,Optional,Optional,decimal", "guidance of the template"),
        ("D9,Example District Council,1,2,3", "an example of the template"),
        ("n/a,-,,,0.5", "neither a reference, a name nor coordinates"),
    ],
)
def test_a_record_that_is_no_site_is_reported_with_its_reason(read, record, reason):
    rows, log = read(HEADER + f"D1,Mill,1,2,3\n{record}\n")
    assert rows.fields["reference"] == ["D1"]
    assert rows.counted == 2
    assert actions(log) == [(3, f"passed over: {reason}")]


def test_rows_below_a_heading_of_removed_sites_are_ended(read):
    heading = ",,,,Sites removed from the register - 03-12-2018\n"
    rows, log = read(HEADER + "D1,Mill,1,2,3\n" + heading + "D2,Yard,1,2,3\n")
    assert rows.fields["reference"] == ["D1", "D2"]
    assert rows.ended == ["", "Sites removed from the register - 03-12-2018"]
    assert actions(log) == [(3, "passed over: a heading: the rows below it are read as ended")]
    assert ended_date("Sites removed from the register - 03-12-2018") == dt.date(2018, 12, 3)
    assert ended_date("") is None


def test_of_several_columns_of_a_field_the_preferred_that_is_filled_counts(read):
    rows, _ = read("SiteReference,Site Ref,SiteNameAddress,Hectares\nD1,X1,Mill,1\n,X2,Yard,2\n")
    assert rows.fields["reference"] == ["D1", "X2"]
    assert rows.texts("notes") == ["", ""]  # a field the file does not have
    assert "notes" not in rows.fields


def test_a_header_over_two_records_is_joined(read):
    rows, _ = read("SiteReference,SiteNameAddress,Coordinates,,Hectares\n,,GeoX,GeoY,\nD1,Mill,400000,290000,1\n")
    assert rows.fields["x"] == ["400000"]
    assert rows.numbers == [3]


def test_a_column_without_a_name_is_known_by_the_addresses_of_councils(read):
    uri = "http://opendatacommunities.org/id/metropolitan-district-council/dudley"
    rows, log = read(f",SiteReference,SiteNameAddress,Hectares\n{uri},D1,Mill,1\n{uri},D2,Yard,1\n")
    assert rows.fields["organisation_uri"] == [uri, uri]
    assert [row["field"] for row in log.rows] == ["organisation_uri"]


def test_columns_that_name_people_are_never_read(read):
    rows, log = read("SiteReference,SiteNameAddress,Hectares,Owner contact\nD1,Mill,1,Mx Invented\n")
    assert "Mx Invented" not in str(rows.fields)
    assert actions(log) == [(None, "never read: the column can name people")]


def test_a_file_without_a_registers_header_is_refused(read):
    with pytest.raises(InputError, match="Needs a reference or a name"):
        read("colour,size\nred,1\n")


@pytest.mark.parametrize(
    ("text", "clean"),
    [(' "Old  Mill"\n', "Old Mill"), ("n/a", ""), (" - ", ""), ("", ""), ("None Street", "None Street")],
)
def test_text_on_one_line_without_marks_of_no_value(text, clean):
    assert clean_text(text) == clean


def test_columns_that_hold_something_and_are_not_read_are_listed_once_a_file(read):
    _, log = read("SiteReference,SiteNameAddress,Hectares,Ward,Empty,Owner,Planning ref\nD1,Mill,1,A,,Mr X,77\n")
    rows = [row for row in log.rows if row["field"] == "(columns)"]
    assert [(row["row"], row["value"], row["action"]) for row in rows] == [
        (1, "Ward; Planning ref", "2 columns not read: no field of a register is called so")
    ]
    assert not [row for row in read(HEADER + "D1,Mill,1,2,3\n")[1].rows if row["field"] == "(columns)"]


def test_a_column_known_by_its_words_is_read_and_stated(read):
    rows, log = read("SiteReference,Site Name,Easting ref,Northing ref,Hectares\n1,A,545083,101361,0.5\n")
    assert (rows.fields["easting"], rows.fields["northing"]) == (["545083"], ["101361"])
    assert ("easting", "Easting ref", "read as a header in other words") in [
        (row["field"], row["value"], row["action"]) for row in log.rows
    ]


def test_records_filled_down_without_content_are_explained_one_by_one(read):
    head = "OrganisationURI,SiteReference,SiteNameAddress,Hectares\n"
    rows, log = read(head + "http://x/lewes,1,Mill,1\nhttp://x/lewes,,,\nhttp://x/lewes,,,\nhttp://x/other,,,\n")
    assert (rows.numbers, rows.counted) == ([2], 4)
    filled = "passed over: filled down from the record above, neither a reference, a name nor coordinates"
    plain = "passed over: neither a reference, a name nor coordinates"
    assert actions(log) == [(3, filled), (4, filled), (5, plain)]


def test_control_signs_are_taken_out_of_every_cell_and_logged(read):
    rows, log = read(HEADER + "D\x001,Mi\x1bll,1,2,3\nD2,Yard,1,2,3\n")
    assert (rows.fields["reference"], rows.fields["site_name"]) == (["D1", "D2"], ["Mill", "Yard"])
    assert [(row["row"], row["field"]) for row in log.rows] == [(2, "SiteReference; SiteNameAddress")]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('Brewery site "UX"', 'Brewery site "UX"'),
        ('"The Foundry" works, Ancoats', '"The Foundry" works, Ancoats'),
        ('"Old Mill"', "Old Mill"),
        ("'Old Mill", "Old Mill"),
        ('Old Mill"', "Old Mill"),
        ("Land at Boddingtons'", "Land at Boddingtons'"),
        ('"A" and "B"', '"A" and "B"'),
        ("''Mill''", "''Mill''"),
        ('"', ""),
    ],
)
def test_a_quote_that_belongs_to_a_word_stays(text, clean):
    assert clean_text(text) == clean


def test_a_text_that_no_cell_can_hold_is_left_blank_but_for_a_drawn_place(read):
    long = "a" * 32_768
    shape = "POINT(" + " " * 32_768 + "-2 52)"
    rows, log = read(f"SiteReference,SiteNameAddress,Hectares,Point,Notes\nA1,{long},{long[1:]},{shape},short\n")
    log.rows.clear()
    short = without_long_texts(rows, log)
    assert short.texts("site_name") == [""]
    assert short.texts("hectares") == [long[1:]]
    assert short.texts("point") == [shape]
    assert short.texts("notes") == ["short"]
    assert [(row["row"], row["field"], row["issue_type"], row["action"]) for row in log.rows] == [
        (2, "site_name", "invalid category value", "left blank: longer than 32,767 signs")
    ]
