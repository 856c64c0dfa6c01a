"""Article 4 directions, as planning.data.gov.uk publishes them: the share of each site under one, and which."""

from __future__ import annotations

from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import Wanted
from siteprior.sources.layers.published_readers import reader_of
from siteprior.sources.registry import evidence

WANTED = Wanted(
    "article_4", columns={"name": ("name", "article 4 direction", "title", "description")},
    datasets=("article-4-direction-area",), spans=None,
)  # fmt: skip

read_article_4 = evidence(
    "article_4",
    title="Article 4 directions",
    meaning="Areas of Article 4 directions: the share of each site under one; not all councils are in the national "
    "file, so state coverage where it is whole",
    keys=PublishedLayer,
    many=True,
    example={"path": "article-4-direction-area.csv", "vintage": "2026"},
    layers=[
        {
            "name": "article_4", "kind": "vector", "measure": "share", "title": "Article 4 direction",
            "gate": {
                "at_most": load_parameters("evidence").table("constraints").number("article_4"),
                "title": "Mostly under an Article 4 direction",
            },
        },
        {
            "name": "article_4_name", "kind": "vector", "measure": "names", "column": "name",
            "title": "Name of the Article 4 direction",
        },
    ],
)(reader_of(WANTED, {"article_4": None, "article_4_name": "name"}))  # fmt: skip
