from __future__ import annotations

from siteprior.core.schema.model import Column, Table

WALK = Column("walk_m", "number", "Walk", "Walk to the stop", "m")


def test_a_table_without_places_is_the_same_table_otherwise():
    table = Table("stops", "code", geometry=True, declared=(WALK,), about="One row per stop.", csv="stops")
    plain = table.without_places()
    assert not plain.geometry
    assert (plain.name, plain.index, plain.columns, plain.about, plain.csv) == (
        table.name, table.index, (WALK,), table.about, table.csv,
    )  # fmt: skip


def test_registered_columns_belong_to_the_table_of_that_name_alone(monkeypatch):
    run = Column("run_m", "number", "Run", "Run to the stop", "m")
    monkeypatch.setattr("siteprior.core.schema.model.REGISTERED_COLUMNS", {"stops": {"run_m": run}})
    assert Table("stops", "code", geometry=False, declared=(WALK,)).names == ["walk_m", "run_m"]
    assert Table("corridors", "code", geometry=False, declared=(WALK,)).names == ["walk_m"]
