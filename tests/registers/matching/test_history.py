"""The life of sites on their registers: by hand, and ten real sites checked against the raw rows."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.schema import HISTORY, HISTORY_EVENTS, REGISTER, SITE_HISTORY_COLUMNS, conform
from siteprior.registers.matching.history import register_history
from siteprior.registers.matching.versions import published, vintages_of
from siteprior.registers.reader import read_registers

D18, D19, D20, D21 = (dt.date(year, 1, 1) for year in (2018, 2019, 2020, 2021))


def vintage(*rows, council="E1", file="a.csv"):
    """Make a vintage from dicts with ``ref`` and register columns; ``at`` is the place."""
    table = pd.DataFrame([{"at": (0, 0), "file": file, "row": n, **row} for n, row in enumerate(rows, 2)])
    table.index = pd.Index(council + ":" + table["ref"], name="site_id")
    table["reference"] = table.pop("ref").str.partition("~")[0]
    places = table.pop("at")
    table["easting"], table["northing"] = [at[0] for at in places], [at[1] for at in places]
    points = gpd.points_from_xy(table["easting"], table["northing"])
    return conform(gpd.GeoDataFrame(table, geometry=points, crs=27700), REGISTER)


def told(history, site):
    events = history.events[history.events["site_id"] == site]
    return [(str(day.date()), event) for day, event in zip(events["published"], events["event"], strict=True)]


def one(history, site="E1:1"):
    return history.sites.loc[site]


def test_first_and_last_and_the_states():
    full = [{"ref": "1"}, {"ref": "2"}, {"ref": "3"}, {"ref": "4", "end_date": "2019-06-30"}]
    history = register_history(
        [
            (D18, vintage({"ref": "1"}, {"ref": "2"}, {"ref": "3"}, {"ref": "4"})),
            (D19, vintage({"ref": "1"}, {"ref": "4"}, {"ref": "5"})),
            (D20, vintage(*(full[n] for n in (0, 2, 3)), {"ref": "5"})),
        ],
        as_of=D21,
    )
    states = history.sites["register_state"].to_dict()
    assert states == {"E1:1": "listed", "E1:2": "disappeared", "E1:3": "re-entered", "E1:4": "ended", "E1:5": "listed"}
    assert history.sites["vintages_seen"].tolist() == [3, 1, 2, 3, 2]
    assert told(history, "E1:2") == [("2018-01-01", "first seen"), ("2019-01-01", "not listed")]
    assert told(history, "E1:3") == [
        ("2018-01-01", "first seen"), ("2019-01-01", "not listed"), ("2020-01-01", "listed again"),
    ]  # fmt: skip
    assert told(history, "E1:4")[-1] == ("2020-01-01", "ended")
    # years: to as_of where listed, to the end date, or to the last vintage that lists it
    assert history.sites["years_on_register"].tolist() == [3.0, 0.0, 3.0, 1.49, 2.0]
    assert history.sites["age_basis"].tolist()[::4] == [
        "left-censored: on the first register read, of 2018-01-01; no start date stated",
        "first seen 2019-01-01, not on the register of 2018-01-01",
    ]


@pytest.mark.parametrize(
    ("start", "years", "basis"),
    [
        ("2018-07-02", 2.5, "start date stated"),
        ("2017-12-31", 3.0, "left-censored: the start date stated, 2017-12-31, is of the first registers or before"),
        ("1899-12-30", 2.0, "left-censored: on the first register read, of 2019-01-01; no start date stated"),
        (
            "2019-06-01", 2.0,
            "left-censored: on the first register read, of 2019-01-01; the start date stated, 2019-06-01, is later",
        ),
    ],
)  # fmt: skip
def test_age_counts_from_the_earlier_of_start_and_sight(start, years, basis):
    site = one(register_history([(D19, vintage({"ref": "1", "start_date": start}))], as_of=D21))
    assert site["years_on_register"] == pytest.approx(years, abs=0.01)
    assert site["age_basis"] == basis


def test_edits_are_from_the_last_known_value_and_a_blank_is_none():
    rows = [
        {"minimum_net_dwellings": 10, "hectares": 0.5, "planning_permission_status": "not permissioned"},
        {"hectares": 0.502, "ownership_status": "mixed ownership"},  # the same to two decimals
        {"minimum_net_dwellings": 14, "hectares": 0.4, "planning_permission_status": "permissioned"},
        {"minimum_net_dwellings": 14, "planning_permission_status": "not permissioned"},
    ]
    history = register_history(
        [(day, vintage({"ref": "1", **row})) for day, row in zip((D18, D19, D20, D21), rows, strict=True)]
    )
    site = one(history)
    assert (site["capacity_change"], site["hectares_change"], site["status_changes"]) == (4, pytest.approx(-0.1), 2)
    edits = history.events.iloc[1:][["published", "event", "before", "after", "file", "row"]]
    assert [(str(row[0].date()), *row[1:]) for row in edits.values] == [
        ("2020-01-01", "capacity", "10", "14", "a.csv", 2),
        ("2020-01-01", "hectares", "0.5", "0.4", "a.csv", 2),
        ("2020-01-01", "planning status", "not permissioned", "permissioned", "a.csv", 2),
        ("2021-01-01", "planning status", "permissioned", "not permissioned", "a.csv", 2),
    ]
    alone = one(register_history([(D18, vintage({"ref": "1", **rows[0]}))]))
    assert pd.isna(alone["capacity_change"])
    assert pd.isna(alone["hectares_change"])


@pytest.mark.parametrize("spelling", ["ho-0014A", "HO 14a", "HO0014a~2"])
def test_a_reference_in_another_spelling_is_the_same_site(spelling):
    history = register_history([(D18, vintage({"ref": "HO0014a"})), (D19, vintage({"ref": spelling}))])
    assert history.sites["register_state"].to_dict() == {f"E1:{spelling}": "listed"}
    assert one(history, f"E1:{spelling}")["earlier_ids"] == "E1:HO0014a"
    renamed = history.events[history.events["event"] == "reference"].iloc[0]
    assert (renamed["before"], renamed["after"]) == ("E1:HO0014a", f"E1:{spelling}")
    assert renamed["basis"] == "reference in another spelling, before E1:HO0014a"


def test_a_reference_that_stands_twice_is_followed_by_name_and_place():
    mill, depot = {"site_name": "Old Mill", "at": (0, 0)}, {"site_name": "Bus Depot", "at": (900, 0)}
    history = register_history(
        [
            (D18, vintage({"ref": "1", **mill}, {"ref": "1~2", **depot})),
            (D19, vintage({"ref": "1", **depot}, {"ref": "1~2", **mill})),
        ]
    )
    assert one(history, "E1:1")["earlier_ids"] == "E1:1~2"
    assert one(history, "E1:1~2")["earlier_ids"] == "E1:1"


def test_a_reference_given_to_another_site():
    mill, depot = {"site_name": "Old Mill", "at": (0, 0)}, {"site_name": "Bus Depot", "at": (900, 0)}
    history = register_history(
        [(D18, vintage({"ref": "1", **mill}, {"ref": "01", **depot})), (D19, vintage({"ref": "01", **mill}))]
    )
    assert history.sites["register_state"].to_dict() == {"E1:01": "listed", "E1:01@2018-01-01": "disappeared"}
    assert one(history, "E1:01")["earlier_ids"] == "E1:1"
    assert history.issues["action"].tolist() == [
        "reference in another spelling, before E1:1", "another site has this id now; called E1:01@2018-01-01",
    ]  # fmt: skip


def test_a_new_reference_is_recognised_only_where_place_and_name_are_certain():
    mill = {"site_name": "Old Mill, 12 Mill Road", "hectares": 0.1}

    def after(**changes):
        return register_history(
            [(D18, vintage({"ref": "A1", **mill})), (D19, vintage({"ref": "B9", **mill, **changes}))]
        )

    done = after(at=(30, 40), hectares=0.2)  # 50 m
    assert one(done, "E1:B9")["earlier_ids"] == "E1:A1"
    assert done.events["basis"].tolist()[-1] == "place and name, before E1:A1: 50 m apart, names 1.00 alike"
    assert done.issues["issue_type"].tolist() == ["default-value"]
    for change in ({"at": (31, 41)}, {"site_name": "Old Mill, 14 Mill Road"}, {"site_name": "Gas Works, 12 Mill Road"}):
        assert after(**change).sites["register_state"].to_dict() == {"E1:A1": "disappeared", "E1:B9": "listed"}
    # two that fit equally: neither is taken, and it is said
    both = register_history(
        [(D18, vintage({"ref": "A1", **mill})), (D19, vintage({"ref": "B8", **mill}, {"ref": "B9", **mill}))]
    )
    assert both.sites["register_state"].tolist() == ["disappeared", "listed", "listed"]
    assert set(both.issues["action"]) == {"several sites fit by place and name; not matched"}


def test_only_the_same_council_and_whole_registers_say_who_left():
    many = [{"ref": str(n)} for n in range(30)]
    history = register_history(
        [
            (D18, vintage(*many)),
            (D19, vintage({"ref": "1"}, council="E2")),  # another council's register
            (D20, vintage({"ref": "7"}, {"ref": "8"}, file="stray.csv")),  # 2 of 30 rows: a stray or an extract
        ]
    )
    assert set(history.sites["register_state"]) == {"listed"}
    assert one(history, "E1:7")["vintages_seen"] == 2
    assert history.issues[["file", "issue_type", "action"]].values.tolist() == [
        ["stray.csv", "unknown entity", "lists 2 of the council's sites (another vintage 30); its gaps say nothing"]
    ]


def test_part_of():
    big = {"ref": "S10", "site_name": "Hospital", "hectares": 8.0}
    history = register_history(
        [
            (D18, vintage(big, {"ref": "7"}, {"ref": "8"}, {"ref": "9", "part_of_stated": "S10, S99"})),
            (
                D19,
                vintage(
                    {"ref": "S10A", "site_name": "Hospital, west", "hectares": 3.0, "at": (150, 0)},  # inside 159.6 m
                    {"ref": "S10B", "site_name": "Hospital, east", "hectares": 3.0, "at": (170, 0)},  # outside
                    {"ref": "11", "notes": "Includes former site 9 and 7"},
                    {"ref": "12", "notes": "previously part of 8 hectares of railway land", "part_of_stated": "X1"},
                    {"ref": "8", "notes": "Permission granted. Now included as S10A and 12."},
                    file="b.csv",
                ),
            ),
        ]
    )
    parts = history.sites["previously_part_of"].dropna().to_dict()
    assert parts == {
        "E1:9": "E1:S10",
        "E1:11": "E1:7; E1:9; E1:S10",  # a chain: 11 from 9, 9 from S10
        "E1:S10A": "E1:8; E1:S10",
        "E1:12": "E1:8",  # from the notes of 8; its own speak of hectares, not of site 8
    }
    events = history.events[history.events["event"] == "part of"].set_index(["site_id", "after"])
    assert events.loc[("E1:9", "E1:S10"), "basis"] == "stated: S10, S99"
    assert events.loc[("E1:11", "E1:9"), "basis"] == "notes of E1:11: Includes former site 9 and 7"
    assert events.loc[("E1:S10A", "E1:S10"), "basis"] == "the reference with a letter added, 150 m from its point"
    assert history.issues["value"].tolist() == ["X1"]
    assert history.issues["action"].tolist() == ["names no reference of this council's vintages; kept as text"]


@pytest.mark.parametrize(
    ("stated", "as_of", "day"),
    [
        ("2018-05-21", None, dt.date(2018, 5, 21)),
        ("2018", D21, dt.date(2019, 3, 4)),  # a file that holds entries of 2019 is not of 2018
        ("2020-02", D21, dt.date(2020, 2, 29)),
        ("2020", dt.date(2020, 6, 30), dt.date(2020, 6, 30)),
        (dt.date(2018, 5, 21), None, dt.date(2018, 5, 21)),
        ("", None, dt.date(2027, 1, 1)),
        ("", dt.date(2021, 1, 1), dt.date(2019, 3, 4)),  # what lies after as_of is an error of the file
    ],
)
def test_published(stated, as_of, day):
    rows = vintage({"ref": "1", "entry_date": "2027-01-01"}, {"ref": "2", "start_date": "2019-03-04"})
    assert published(rows, stated, as_of=as_of) == day


def test_what_cannot_be_dated_is_refused_with_every_fault():
    table = pd.concat([vintage({"ref": str(n)}, file=f"{n}.csv") for n in (1, 2, 3)])
    with pytest.raises(InputError) as refused:
        vintages_of(table, {"2.csv": "spring 2018", "3.csv": "2022"}, as_of=D21)
    assert refused.value.faults == (
        "1.csv: holds no entry or start date to give its vintage; state one, such as 2018-05-21",
        "2.csv: the vintage 'spring 2018' is no date; write 2018-05-21, 2018-05 or 2018",
        "3.csv: the vintage 2022 lies after 2021-01-01; correct it or as_of",
    )
    with pytest.raises(InputError, match="vintages: none given"):
        register_history([])
    with pytest.raises(InputError, match=r"the 1\. table: lacks the columns"):
        register_history([(D18, table.drop(columns="notes"))])


drawn = st.lists(
    st.lists(
        st.fixed_dictionaries(
            {
                "ref": st.sampled_from(["1", "01", "2", "2a", "3"]),
                "at": st.sampled_from([(0, 0), (5, 0), (400, 0)]),
                "site_name": st.sampled_from([None, "Old Mill, Mill Road", "Bus Depot"]),
                "minimum_net_dwellings": st.sampled_from([None, 5, 6]),
                "end_date": st.sampled_from([None, "2017-06-01"]),
            }
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda row: row["ref"],
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(drawn, st.randoms(use_true_random=False))
def test_the_order_of_vintages_and_rows_does_not_matter_and_every_row_is_someones(tables, random):
    vintages = [(day, vintage(*rows)) for day, rows in zip((D18, D19, D20, D21), tables, strict=False)]
    history = register_history(vintages)
    mixed = [(day, table.sample(frac=1, random_state=random.randint(0, 9))) for day, table in vintages]
    random.shuffle(mixed)
    again = register_history(mixed)
    pd.testing.assert_frame_equal(again.sites, history.sites)
    pd.testing.assert_frame_equal(again.events, history.events)
    assert history.sites["vintages_seen"].sum() == sum(len(table) for _, table in vintages)
    assert list(history.sites.columns) == [column.name for column in SITE_HISTORY_COLUMNS]
    assert list(history.events.columns) == HISTORY.names
    assert set(history.events["event"]) <= set(HISTORY_EVENTS)
    assert (history.events["event"] == "first seen").sum() == len(history.sites)
    assert history.sites["years_on_register"].between(0, 4).all()


OLDER = {"coventry_2018_swapped_axes.xlsx": "2018-05-21", "coventry_2019.xlsx": "2019-03-04"}  # the files' own saving


@pytest.fixture(scope="module")
def west_midlands_history(real, west_midlands):
    """Every vintage held of the seven councils; one of Walsall's twins of 2017 is left out."""
    folder = real / "real/brownfield/registers_wmca"
    vintages = []
    for path in sorted(folder.iterdir()):
        if path.name != "walsall_2017_ukdates.csv.gz":
            reading = read_registers([path], files=[path.name], boundaries=west_midlands)
            vintages += vintages_of(reading.table, OLDER)
    return register_history(vintages, as_of=dt.date(2023, 1, 1))


def test_the_vintages_are_ordered_by_what_they_say(west_midlands_history):
    # walsall_2017_older.csv holds entries updated on 17/12/2018: it is the later list, of 100 of the 110 sites
    walsall = west_midlands_history.sites.filter(like="E08000030:", axis=0)
    assert sorted(set(walsall["last_seen"].dt.strftime("%Y-%m-%d"))) == ["2017-12-29", "2018-12-17", "2020-03-20"]


def test_all_of_dudley_2018_still_stands(west_midlands_history):
    dudley = west_midlands_history.sites.filter(like="E08000027:", axis=0)
    first = dudley[dudley["first_seen"] == "2017-12-19"]
    assert len(first) == 27
    assert (first["last_seen"] == "2022-12-12").all()
    assert (first["vintages_seen"] == 3).all()
    assert "disappeared" not in set(dudley["register_state"])
    assert (dudley["register_state"] == "ended").sum() == 46  # rows with an EndDate in 2023


def test_coventry_kept_its_sites(west_midlands_history):
    coventry = west_midlands_history.sites.filter(like="E08000026:", axis=0)
    assert len(coventry) == 135
    assert (coventry["vintages_seen"] == 2).all()
    assert coventry["age_basis"].str.startswith("left-censored: on the first register read, of 2018-05-21").all()


TEN = {
    # raw: row 2 of 2018 13 homes 0.47 ha permissioned, added 30/06/2016; row 72 of 2020 12 homes 0.49 ha not
    # permissioned; row 84 of 2023 EndDate 23/04/2021 ("DEVOPP0001" padded with blanks to 50 letters until 2020)
    "E08000027:DEVOPP0001": {
        "vintages_seen": 3, "register_state": "ended", "capacity_change": -1, "hectares_change": 0.02,
        "status_changes": 1, "years_on_register": 4.81,
    },
    # raw: row 3 of 2018 11 homes permissioned; row 90 of 2020 14 homes; row 2 of 2023 not permissioned, no EndDate
    "E08000027:DEVOPP0002": {"register_state": "listed", "capacity_change": 3, "status_changes": 1},
    # raw: row 295 of 2019 "CC438", PeviouslyPartof CC54, 0.24 ha; row 451 of 2020 "C438", 0.06 ha, same address
    "E08000025:C438": {
        "earlier_ids": "E08000025:CC438", "previously_part_of": "E08000025:CC54", "hectares_change": -0.18,
        "capacity_change": 0, "vintages_seen": 2, "first_seen": "2018-09-21",
    },
    # raw: row 18 of 2019 "S487", STW Works, 2.99 ha, 90 homes; row 25 of 2020 "N487", STW Works, 2.98 ha, 90 homes
    "E08000025:N487": {"earlier_ids": "E08000025:S487", "hectares_change": -0.01, "register_state": "listed"},
    # raw: row 348 of 2019 N594, 8.09 ha, 1396 homes; in 2020 only N594A, C, D, F to K (plots)
    "E08000025:N594": {"register_state": "disappeared", "vintages_seen": 1, "last_seen": "2018-09-21"},
    # raw: row 929 of 2020 N594H, "… Campus - Plot 8", 0.86 ha
    "E08000025:N594H": {"previously_part_of": "E08000025:N594", "first_seen": "2019-12-31"},
    # raw: row 135 of 2019 without an end; row 952 of 2020 EndDate 20191231, added 20171219
    "E08000025:E459": {"register_state": "ended", "years_on_register": 2.03},
    # raw: row 49 of 2017 and row 19 of the list of December 2018; not in 2019/20
    "E08000030:HO1008": {"register_state": "disappeared", "vintages_seen": 2, "last_seen": "2018-12-17"},
    # raw: row 47 of 2019/20, "includes former site HO1008", added 20/03/2020
    "E08000030:HO1009": {
        "previously_part_of": "E08000030:HO1008", "age_basis": "start date stated", "years_on_register": 2.78,
    },
    # raw: row 44 of 2017 11 homes not permissioned; row 40 of December 2018 14 homes permissioned (updated 17/12/2018)
    "E08000030:HO0316": {"capacity_change": 3, "status_changes": 1, "vintages_seen": 3, "register_state": "listed"},
    # raw: row 67 of 2020; row 4 (BLR/014, ended 09/12/2019): "Planning permission granted. Now included as PR42"
    "E08000029:PR42": {"previously_part_of": "E08000029:BLR/014", "age_basis": "start date stated"},
}  # fmt: skip


@pytest.mark.parametrize("site", TEN)
def test_ten_sites_and_one_by_hand(site, west_midlands_history):
    row = west_midlands_history.sites.loc[site]
    for column, value in TEN[site].items():
        if column in ("first_seen", "last_seen"):
            assert row[column] == pd.Timestamp(value), column
        else:
            assert row[column] == (pytest.approx(value) if isinstance(value, float) else value), column


def test_birmingham_renamed_and_divided_but_lost_none(west_midlands_history):
    birmingham = west_midlands_history.sites.filter(like="E08000025:", axis=0)
    assert birmingham["earlier_ids"].notna().sum() == 22  # CC415 … CC442 became C415 … C442; S487 became N487
    gone = birmingham.index[birmingham["register_state"] == "disappeared"]
    origins = set(birmingham["previously_part_of"].dropna().str.split("; ").explode())
    assert len(gone) == 11  # every one lives on in its parts
    assert set(gone) <= origins
