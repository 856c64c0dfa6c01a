"""The sample's project with some of its tables changed."""

from __future__ import annotations

import siteprior as sp
from siteprior.core.files import shipped
from siteprior.project.load import Project


def demo(**tables) -> Project:
    """Return the sample's project with tables in place of its own."""
    data = shipped("data")
    project = sp.load_project(data / "demo.toml", data_root=data)
    return project.model_copy(update=tables)


def table_of(project: Project, name: str, **keys):
    return getattr(project, name).model_copy(update=keys)


def changed_weights() -> Project:
    return demo(weights={"deprivation": 50.0, "capacity": 20.0, "fuel_poverty": 10.0, "corridor_access": 20.0})


def changed_gate() -> Project:
    return demo(gates={"beyond_corridor_walk": 2500, "too_small": False})


def changed_places() -> Project:
    project = demo()
    return project.model_copy(update={"shortlist": table_of(project, "shortlist", n=7)})


def ranked_by_site() -> Project:
    project = demo()
    return project.model_copy(update={"ranking": table_of(project, "ranking", unit="site")})


def joined_by_the_user() -> Project:
    project = demo()
    ids = [f"E08000025:ILL-BIR-0{number:02d}" for number in (13, 44, 3)]
    return project.model_copy(update={"opportunities": table_of(project, "opportunities", join=(tuple(ids),))})
