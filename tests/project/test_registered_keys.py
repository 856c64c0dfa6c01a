"""The keys that sources and evidence register: known from then on, each once, found where a project names them."""

from __future__ import annotations

import pytest

from siteprior.core.errors import SitePriorError
from siteprior.project import registered_keys
from siteprior.project.files import File
from siteprior.project.registered_keys import (
    REGISTERED_KEYS,
    RegisteredKey,
    keys_stated,
    refuse_taken,
    register_key,
)


@pytest.fixture(autouse=True)
def _none_registered(monkeypatch):
    for table in ("sources", "evidence"):
        monkeypatch.setitem(registered_keys._KEYS, table, {})


def key(name, table="evidence"):
    return RegisteredKey(table, name, File, False, "Deep peat", "peat.geojson")


def test_a_key_is_known_in_its_own_table_once():
    register_key(key("peat"))
    assert list(REGISTERED_KEYS["evidence"]) == ["peat"]
    assert not REGISTERED_KEYS["sources"]
    with pytest.raises(SitePriorError, match=r"^\[evidence\] 'peat': stands there already; use another name$"):
        register_key(key("peat"))
    register_key(key("peat", "sources"))
    assert list(REGISTERED_KEYS["sources"]) == ["peat"]


def test_a_name_of_the_tables_own_is_taken_too():
    refuse_taken("sources", "stops", ("sales",))
    with pytest.raises(SitePriorError, match=r"\[sources\] 'stops'"):
        refuse_taken("sources", "stops", ("sales", "stops"))


def test_the_registry_is_read_only():
    with pytest.raises(TypeError):
        REGISTERED_KEYS["evidence"] = {}


def test_the_keys_a_project_names_are_found_those_of_sources_first():
    peat, noise, mines = key("peat"), key("noise", "sources"), key("mines")
    for one in (peat, noise, mines):
        register_key(one)
    assert keys_stated({"sources": {"noise": "a.csv"}, "evidence": {"peat": 3}}) == [noise, peat]
    assert keys_stated({"sources": ["noise"], "evidence": None, "peat": {}}) == []
