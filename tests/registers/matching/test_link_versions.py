"""One site through the vintages of its council: by id, by spelling, by place and name."""

from __future__ import annotations

from factories.registers import D18, D19, linked, vintage


def bases(council):
    return {site.id: [row.basis for row in site.observations] for site in council.sites}


def test_an_id_that_stands_again_is_one_site():
    council, log = linked((D19, vintage(A1={})), (D18, vintage(A1={})))
    assert bases(council) == {"E1:A1": ["", "same id"]}
    assert [row.date for row in council.sites[0].observations] == [D18, D19]
    assert council.complete == [D18, D19]
    assert log.rows == []


def test_a_reference_in_another_spelling_is_one_site_and_reported():
    council, log = linked((D18, vintage(**{"A/001": {}})), (D19, vintage(A1={})))
    assert bases(council) == {"E1:A1": ["", "reference in another spelling, before E1:A/001"]}
    assert [row["issue_type"] for row in log.rows] == ["default-value"]


def test_a_new_reference_at_the_same_place_under_the_same_name_is_one_site():
    mill = {"site_name": "Old Mill, Mill Road", "hectares": 0.5}
    council, _ = linked((D18, vintage(A1={**mill})), (D19, vintage(B7={**mill, "at": (30, 0)})))
    assert bases(council) == {"E1:B7": ["", "place and name, before E1:A1: 30 m apart, names 1.00 alike"]}
    # 51 m is farther than 50 m and than the disc of 0.5 ha (39.9 m)
    council, _ = linked((D18, vintage(A1={**mill})), (D19, vintage(B7={**mill, "at": (51, 0)})))
    assert len(council.sites) == 2


def test_several_that_fit_by_place_and_name_are_matched_to_none():
    mill = {"site_name": "Old Mill, Mill Road", "hectares": 0.5}
    council, log = linked((D18, vintage(A1={**mill})), (D19, vintage(B7={**mill}, C9={**mill})))
    assert len(council.sites) == 3
    assert {row["action"] for row in log.rows} == {"several sites fit by place and name; not matched"}


def test_a_vintage_with_a_handful_of_the_sites_is_not_complete():
    full = {f"A{n}": {"at": (1000 * n, 0)} for n in range(1, 21)}
    council, log = linked((D18, vintage(**full)), (D19, vintage(A1={"at": (1000, 0)})))
    assert council.complete == [D18]
    assert log.rows[0]["action"] == "lists 1 of the council's sites (another vintage 20); its gaps say nothing"
